import type { LocalCommand } from '../local-command.ts';
import { diffCommand } from './diff/diff-command.ts';
import { exportCommand } from './export-command.ts';
import { proveCommand } from './prove-command.ts';
import { reportCommand } from './report-command.ts';
import { searchCommand } from './search-command.ts';
import { timelineCommand } from './timeline-command.ts';
import { verifyCommand } from './verify-command.ts';

/** What can be asked of an audit log on disk, whether its desk runs or not. */
export const AUDIT_LOG_COMMANDS: readonly LocalCommand[] = [
  verifyCommand,
  proveCommand,
  searchCommand,
  reportCommand,
  timelineCommand,
  exportCommand,
  diffCommand,
];
