/** The behaviours that the engine is held to, as the file of the reference states them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import { root } from '../support/shared.ts';

export interface Scenario {
  readonly id: string;
  readonly source?: string;
  readonly scenario?: string;
  readonly expected?: string;
}

/** The project's copy of the reference. */
export const SUPERVISION_FILE = join(root, 'test', 'conformance', 'supervision.json');
/** More scenarios than this are no catalogue of behaviours. */
const SCENARIOS_MAX = 10_000;
const TEXTS = ['source', 'scenario', 'expected'] as const;

/** @returns the scenarios in the order of the file, or what is wrong with it and where */
export function readCatalogue(path: string): Result<readonly Scenario[], string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || parsed.length > SCENARIOS_MAX) {
    return err(`${path}: found ${shown(parsed)}, wanted a list of 1 … ${SCENARIOS_MAX} scenarios`);
  }
  const ids = new Set<string>();
  for (const [at, scenario] of parsed.entries()) {
    const fault = scenarioFault(scenario, ids);
    if (fault !== null) return err(`${path}: [${at}]${fault}`);
    ids.add((scenario as Scenario).id);
  }
  return ok(parsed as readonly Scenario[]);
}

function scenarioFault(scenario: unknown, ids: ReadonlySet<string>): string | null {
  if (typeof scenario !== 'object' || scenario === null) {
    return `: found ${shown(scenario)}, wanted an object with an id`;
  }
  const { id } = scenario as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || id === '') return `.id: found ${shown(id)}, wanted a text`;
  for (const field of TEXTS) {
    const value = (scenario as Readonly<Record<string, unknown>>)[field];
    if (value !== undefined && typeof value !== 'string') {
      return `.${field}: found ${shown(value)}, wanted a text`;
    }
  }
  return ids.has(id) ? `.id: found ${id} a second time, wanted an id of its own` : null;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
