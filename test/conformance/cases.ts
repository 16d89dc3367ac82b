import type { Case, Topic } from './case.ts';
import { ADMINISTRATION } from './cases/administration.ts';
import { BACKOFF } from './cases/backoff.ts';
import { BUS } from './cases/bus.ts';
import { ESCALATION } from './cases/escalation.ts';
import { FAILURE } from './cases/failure.ts';
import { FENCES } from './cases/fences.ts';
import { MAILBOX } from './cases/mailbox.ts';
import { RESTARTS } from './cases/restarts.ts';
import { START } from './cases/start.ts';
import { STOPPING } from './cases/stopping.ts';
import { TIME } from './cases/time.ts';
import { WATCH } from './cases/watch.ts';

const TOPICS: readonly Topic[] = [
  ...[START, STOPPING, ADMINISTRATION, RESTARTS, ESCALATION, FAILURE, BACKOFF],
  ...[WATCH, TIME, MAILBOX, BUS, FENCES],
];

/** The executable case of each scenario, by its id. */
export const CASES: ReadonlyMap<string, Case> = new Map(TOPICS.flatMap(Object.entries));
