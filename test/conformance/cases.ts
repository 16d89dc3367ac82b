import type { Case, Topic } from './case.ts';
import { ADMINISTRATION } from './cases/administration.ts';
import { ESCALATION } from './cases/escalation.ts';
import { FAILURE } from './cases/failure.ts';
import { RESTARTS } from './cases/restarts.ts';
import { START } from './cases/start.ts';
import { STOPPING } from './cases/stopping.ts';

const TOPICS: readonly Topic[] = [START, STOPPING, ADMINISTRATION, RESTARTS, ESCALATION, FAILURE];

/** The executable case of each scenario, by its id. */
export const CASES: ReadonlyMap<string, Case> = new Map(TOPICS.flatMap(Object.entries));
