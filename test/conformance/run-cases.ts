import { inspect } from 'node:util';
import { reasonOf } from '../../src/core/result.ts';
import type { Case } from './case.ts';
import type { Scenario } from './catalogue.ts';

/** `absent` where the project has no case; it counts as failed, for it shows nothing. */
export interface Verdict {
  readonly id: string;
  readonly scenario: string;
  readonly outcome: 'passed' | 'failed' | 'absent';
  /** Why it failed; else empty. */
  readonly reason: string;
}

export interface RunOptions {
  /** A case that takes longer is failed, and what it still does is nobody's business. */
  readonly limitMs: number;
  /** Calls back after so many milliseconds of real time, unless it is cancelled. */
  readonly after: (ms: number, run: () => void) => { cancel(): void };
  /** Told of errors that reach the process while a case runs. @returns stops telling */
  readonly watchProcess: (tell: (thrown: unknown) => void) => () => void;
}

/** A reason is one line that people read. */
const VALUE_CHARS_MAX = 200;

/** Runs the case of each scenario, one after the other, in the order of the catalogue. */
export async function* runCases(
  scenarios: readonly Scenario[],
  cases: ReadonlyMap<string, Case>,
  options: RunOptions,
): AsyncGenerator<Verdict> {
  for (const { id, scenario = '' } of scenarios) {
    const run = cases.get(id);
    if (run === undefined) {
      yield { id, scenario, outcome: 'absent', reason: '' };
      continue;
    }
    const reason = await failureOf(run, options);
    yield { id, scenario, outcome: reason === null ? 'passed' : 'failed', reason: reason ?? '' };
  }
}

/** Why a case failed, or null. An error that it lets loose on the process is a failure too. */
async function failureOf(run: Case, options: RunOptions): Promise<string | null> {
  let limit = { cancel(): void {} };
  let unwatch = (): void => undefined;
  const stray = new Promise<never>((_, reject) => {
    limit = options.after(options.limitMs, () =>
      reject(new Error(`no end within ${options.limitMs} ms`)),
    );
    unwatch = options.watchProcess((thrown) =>
      reject(new Error(`an error reached the process: ${reasonOf(thrown)}`)),
    );
  });
  stray.catch(() => undefined);
  try {
    await Promise.race([run(), stray]);
    return null;
  } catch (thrown) {
    return inOneLine(`${reasonOf(thrown)}${difference(thrown)}`);
  } finally {
    limit.cancel();
    unwatch();
  }
}

/** What an assertion of the tests found and wanted, which its message does not say. */
function difference(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('actual' in thrown)) return '';
  const { actual, expects } = thrown as { readonly actual: unknown; readonly expects?: unknown };
  return ` found ${shown(actual)}, wanted ${shown(expects)}`;
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}

function inOneLine(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim() || 'it threw something without a message';
}

/** `SUP-001 passed  Start a supervisor …`; one that failed says why before its scenario. */
export function lineOf({ id, scenario, outcome, reason }: Verdict): string {
  const detail = outcome === 'failed' ? `${reason} (${scenario})` : scenario;
  return `${id} ${outcome}  ${detail}`.trimEnd();
}

/** `71 passed, 0 failed`: whatever did not pass has failed. */
export function closingLine(verdicts: readonly Verdict[]): string {
  const passed = verdicts.filter(({ outcome }) => outcome === 'passed').length;
  return `${passed} passed, ${verdicts.length - passed} failed`;
}
