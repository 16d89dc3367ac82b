import type { Case, Topic } from './case.ts';

const TOPICS: readonly Topic[] = [];

/** The executable case of each scenario, by its id. */
export const CASES: ReadonlyMap<string, Case> = new Map(TOPICS.flatMap(Object.entries));
