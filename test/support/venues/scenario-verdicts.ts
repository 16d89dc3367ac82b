import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../shared.ts';
import type { ScenarioVenue } from './scenario-venues.ts';

interface OrderScenario {
  readonly id: string;
  readonly type: string;
  readonly given: { readonly venue?: string };
}

interface ScenarioFile {
  readonly scenarios: readonly OrderScenario[];
  /** Which venue has which order type by itself, by name of its column. */
  readonly native: readonly Readonly<Record<string, string>>[];
}

/** What becomes of a scenario at a venue. `absent`: it should run, and nothing can carry it out. */
export type Verdict =
  /** `by` is the test of it, where it is not among those of the order manager. */
  | { readonly kind: 'runs'; readonly by?: string }
  | { readonly kind: 'not-applicable' | 'absent'; readonly why: string };

const file: ScenarioFile = JSON.parse(
  readFileSync(join(root, 'test', 'golden', 'scenarios', 'orders.json'), 'utf8'),
);
export const ORDER_SCENARIOS = file.scenarios;

/** Scenarios about what a venue has by itself, with the row of the table that says who does. */
const NATIVE: ReadonlyMap<string, string> = new Map([
  ['ICE-01', 'Iceberg'],
  ['OCO-01', 'OCO'],
  ['OCO-02', 'OCO'],
]);

/** Scenarios that are about what a matching engine does, whichever venue it stands behind. */
const ENGINE: ReadonlySet<string> = new Set([
  ...['ICE-01', 'ICE-02', 'ICE-03', 'OCO-01', 'OCO-02', 'OCO-03'],
  ...['TRL-01', 'TRL-02', 'TRL-03', 'TRL-04', 'TRL-05'],
]);

/** Scenarios of what venues keep by themselves, by the test that runs them. */
const NATIVE_TESTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'Binance spot': {
    'test/simulation/ccxt-binance-native.test.ts': [
      ...['ICE-01', 'ICE-02', 'ICE-03'],
      ...['TRL-01', 'TRL-02', 'TRL-03', 'TRL-04'],
      ...['OCO-01', 'OCO-02', 'OCO-03'],
    ],
    'test/venues/binance/native/desk-on-venue.test.ts': ['OCO-06'],
  },
};

/** @throws when there is no such scenario */
export function verdictOf(id: string, spec: ScenarioVenue): Verdict {
  const scenario = ORDER_SCENARIOS.find((each) => each.id === id);
  if (scenario === undefined) throw new Error(`orders.json has no scenario ${id}`);
  const { type, given } = scenario;
  if (id === 'OM-09' && spec.deadManSeconds === null) {
    return no(`${spec.column} has no dead-man switch: the guard process cancels there`);
  }
  if (type === 'ORDER_MANAGER') return { kind: 'runs' };
  for (const [by, ids] of Object.entries(NATIVE_TESTS[spec.column] ?? {})) {
    if (ids.includes(id)) return { kind: 'runs', by };
  }
  const row = NATIVE.get(id);
  const native = file.native.find((each) => each['type'] === row)?.[spec.column];
  if (native?.startsWith('no') === true) return no(`${row} of the venue's own: ${native}`);
  if (ENGINE.has(id)) return no('held at the matching engine, by native-orders.test.ts');
  const isOfOther = given.venue !== undefined && given.venue !== spec.kind;
  if (isOfOther) return no(`the scenario is about a rule of ${given.venue} alone`);
  return { kind: 'absent', why: 'src/execution has no algorithms, stops or linked orders yet' };
}

const no = (why: string): Verdict => ({ kind: 'not-applicable', why });
