import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../../src/core/result.ts';
import { type Mismatch, worstMismatch } from './compare.ts';
import type { Corpus, Vector, VectorFile } from './vector.ts';

export interface GoldenOptions {
  readonly corpus: Corpus;
  readonly folder: string;
  /** `topic` or `topic/item`; empty for all. */
  readonly filter: string;
  /** Whether vectors without an answer are no failure. */
  readonly isPartial: boolean;
  /** Prints a line. */
  readonly tell: (line: string) => void;
}

export interface GoldenTotals {
  passed: number;
  failed: number;
  missing: number;
}

/**
 * Holds the production code against every vector of a folder, a line each, and closes with
 * `N passed, N failed`.
 *
 * @returns the exit code: 1 on a failure, on a vector that nothing answers unless the run is
 *   partial, and when there was no vector at all
 */
export function runGolden(options: GoldenOptions): number {
  const { folder, filter, isPartial, tell } = options;
  const totals: GoldenTotals = { passed: 0, failed: 0, missing: 0 };
  for (const name of jsonFiles(folder, tell)) {
    const topic = name.slice(0, -'.json'.length);
    if (filter !== '' && filter.split('/')[0] !== topic) continue;
    runFile(topic, options, totals);
  }
  const { passed, failed, missing } = totals;
  const isEmpty = passed + failed + missing === 0;
  if (isEmpty) tell(`found no vector in ${folder}${filter === '' ? '' : ` for ${filter}`}`);
  if (missing > 0) tell(`${missing} missing: nothing here answers them`);
  tell(`${passed} passed, ${failed} failed`);
  return failed > 0 || isEmpty || (missing > 0 && !isPartial) ? 1 : 0;
}

function jsonFiles(folder: string, tell: (line: string) => void): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (thrown) {
    tell(`found no folder to read: ${reasonOf(thrown)}`);
    return [];
  }
}

function runFile(topic: string, options: GoldenOptions, totals: GoldenTotals): void {
  const { folder, tell } = options;
  let vectors: readonly Vector[];
  try {
    const document: unknown = JSON.parse(readFileSync(join(folder, `${topic}.json`), 'utf8'));
    vectors = options.corpus({ topic, folder, document } satisfies VectorFile);
  } catch (thrown) {
    totals.failed += 1;
    tell(`fail    ${topic}  the file cannot be read as vectors: ${reasonOf(thrown)}`);
    return;
  }
  if (vectors.length === 0) tell(`none    ${topic}  the file holds no vectors`);
  const item = options.filter.split('/')[1] ?? '';
  for (const vector of vectors) {
    if (item !== '' && vector.item !== item) continue;
    const { verdict, detail } = judge(vector);
    totals[COUNTED[verdict]] += 1;
    const place = `${verdict.padEnd(7)} ${topic}/${vector.item}  ${vector.name}`;
    tell(detail === '' ? place : `${place}  ${detail}`);
  }
}

const COUNTED = { ok: 'passed', fail: 'failed', missing: 'missing' } as const;

export interface Judgement {
  readonly verdict: 'ok' | 'fail' | 'missing';
  /** The worst key, or what was thrown; empty when all is well. */
  readonly detail: string;
}

/** Asks the production code, and holds its answer against what is expected. */
export function judge({ answer, expected, tolerance }: Vector): Judgement {
  if (answer === null) return { verdict: 'missing', detail: '' };
  let found: unknown;
  try {
    found = answer();
  } catch (thrown) {
    return { verdict: 'fail', detail: `threw ${reasonOf(thrown)}` };
  }
  const worst = worstMismatch(expected, found, tolerance);
  return worst === null
    ? { verdict: 'ok', detail: '' }
    : { verdict: 'fail', detail: mismatchText(worst) };
}

function mismatchText({ path, found, expected, limit }: Mismatch): string {
  const key = path === '' ? 'the answer' : path;
  const allowed = limit === null ? 'equal' : `within ${limit}`;
  return `${key}: found ${shown(found)}, expected ${shown(expected)}, ${allowed}`;
}

const SHOWN_MAX = 200;

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
