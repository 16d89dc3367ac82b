import type { DaemonCommand } from '../command.ts';
import { FACT_COMMANDS } from '../market-data/fact-commands.ts';
import { SIZING_COMMANDS } from '../risk/sizing-command.ts';
import { volatilityCommand } from '../risk/volatility-command.ts';
import { ACTOR_COMMANDS } from './actor-commands.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import { BREAKER_COMMANDS } from './breaker-commands.ts';
import { FEED_COMMANDS } from './feed-commands.ts';
import { ORDER_COMMANDS } from './order-commands.ts';
import { PROCESS_COMMANDS } from './process-commands.ts';
import { TRACE_COMMANDS } from './trace-commands.ts';
import { TREE_COMMANDS } from './tree-commands.ts';

/** Everything that looks deeper into a running daemon than `status` does. */
export const INSPECT_COMMANDS: readonly DaemonCommand[] = [
  ...TREE_COMMANDS,
  ...ACTOR_COMMANDS,
  ...TRACE_COMMANDS,
  ...FEED_COMMANDS,
  ...FACT_COMMANDS,
  ...ORDER_COMMANDS,
  ...AUDIT_COMMANDS,
  ...BREAKER_COMMANDS,
  ...SIZING_COMMANDS,
  volatilityCommand,
  ...PROCESS_COMMANDS,
];
