import { EXIT } from '../../commands/command.ts';
import type { TuneOptions } from '../../commands/local-command.ts';
import { answer, type Terminal, table } from '../../commands/terminal.ts';
import { sectionText } from '../../config/load.ts';
import type { Files } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import { rngOf } from '../../core/rng.ts';
import { REGIMES } from '../../risk/breakers/settings.ts';
import { CLEAR_LINE } from '../run/live-line.ts';
import { readTape } from './market-tape.ts';
import { type Measures, measuresOf } from './measures.ts';
import {
  type ByRegime,
  falsePauseOf,
  objectiveOf,
  type Score,
  type Stretch,
  scoreOf,
} from './objective.ts';
import { sectionOf } from './parameter-file.ts';
import { digestOf, recordingsAt } from './recordings.ts';
import { CATALOGUE, type Found, type Progress, searchThresholds } from './search.ts';
import { HORIZON_SAMPLES } from './stress.ts';

/**
 * The rest of each recording is kept back, to see what the limits are worth on other data; what
 * the stress of the first part was read from is in neither.
 */
const TRAINING_SHARE = 0.7;
const BEFORE: ByRegime = { calm: CATALOGUE, volatile: CATALOGUE, turbulent: CATALOGUE };

/** `flyball tune breakers`. @returns the exit code */
export async function runTune(
  options: TuneOptions,
  files: Files,
  terminal: Terminal,
): Promise<number> {
  const { recording, evaluations, seed, outFile, isJson } = options;
  const all = await measured(recording, terminal);
  if (all === null) return EXIT.failed;
  const stress = all.reduce((sum, each) => sum + each.stress.length, 0);
  if (stress === 0) {
    terminal.err(`${recording}: found no large move in it, so nothing can be tuned on it\n`);
    return EXIT.failed;
  }
  const training = all.map((measures) => stretchOf(measures, 'training'));
  const heldOut = all.map((measures) => stretchOf(measures, 'held out'));
  const told = terminal.isInteractive ? progressOn(terminal) : () => {};
  const found = searchThresholds(training, evaluations, rngOf(seed), told);
  if (terminal.isInteractive) terminal.err(CLEAR_LINE);
  const data = await digestOf(all.map(({ path }) => path));
  const breakers = sectionOf(found, data, seed);
  if (outFile !== null) {
    try {
      files.replace(outFile, new TextEncoder().encode(sectionText({ breakers })));
    } catch (thrown) {
      terminal.err(`${outFile}: ${reasonOf(thrown)}\n`);
      return EXIT.failed;
    }
  }
  const scores = [
    { data: 'training', limits: 'catalogue', ...scoreOf(training, BEFORE) },
    { data: 'training', limits: 'tuned', ...scoreOf(training, found.thresholds) },
    { data: 'held out', limits: 'catalogue', ...scoreOf(heldOut, BEFORE) },
    { data: 'held out', limits: 'tuned', ...scoreOf(heldOut, found.thresholds) },
  ].map((row) => ({ ...row, falsePause: falsePauseOf(row), objective: objectiveOf(row) }));
  const recordings = all.map(({ path, count, stress: own }) => ({
    path,
    seconds: count,
    stress: own.length,
  }));
  answer(terminal, isJson, { breakers, scores, recordings, outFile }, () =>
    [
      table(
        ['recording', 'seconds', 'stress'],
        recordings.map(({ path, seconds, stress: own }) => [path, seconds, own]),
      ),
      limitsTable(found),
      scoresTable(scores),
      outFile === null ? 'nothing written; --out FILE does' : `written to ${outFile}`,
    ].join('\n\n'),
  );
  return EXIT.done;
}

/** What was measured on each recording; null, with a word on stderr, when there is none. */
async function measured(path: string, terminal: Terminal): Promise<readonly Measures[] | null> {
  const paths = recordingsAt(path);
  if (!paths.ok) {
    terminal.err(`${paths.error}\n`);
    return null;
  }
  const all: Measures[] = [];
  for (const each of paths.value) {
    const tape = await readTape(each);
    const measures = tape.ok ? measuresOf(tape.value) : tape;
    if (measures.ok) all.push(measures.value);
    else terminal.err(`left out: ${measures.error}\n`);
  }
  if (all.length > 0) return all;
  terminal.err(`${path}: found no recording that can be read\n`);
  return null;
}

function stretchOf(measures: Measures, part: 'training' | 'held out'): Stretch {
  const cut = Math.floor(TRAINING_SHARE * measures.count);
  return part === 'training'
    ? { measures, from: 0, to: cut }
    : { measures, from: Math.min(cut + HORIZON_SAMPLES, measures.count), to: measures.count };
}

function progressOn(terminal: Terminal): (progress: Progress) => void {
  return ({ regime, evaluation, evaluations, best, chance }) => {
    const done = `${regime} ${evaluation} of ${evaluations}`;
    const better = `${(100 * chance).toFixed(0)} % likely to be better`;
    terminal.err(`${CLEAR_LINE}${done}  best ${best.toFixed(3)}  ${better}`);
  };
}

const SIGNAL_HEADINGS = ['spread z', 'stale gaps', 'VPIN quantile', 'OFI z'];

/** A limit that the data could not tell anything about stands in brackets. */
function limitsTable({ thresholds, tuned }: Found): string {
  const rows = REGIMES.map((regime) => [
    regime,
    ...(['spreadZ', 'staleGaps', 'vpinQuantile', 'ofiZ'] as const).map((signal) => {
      const limit = String(thresholds[regime][signal]);
      return tuned[regime].includes(signal) ? limit : `(${limit})`;
    }),
  ]);
  return table(['regime', ...SIGNAL_HEADINGS], rows);
}

type ScoreRow = Score & {
  readonly data: string;
  readonly limits: string;
  readonly falsePause: number;
  readonly objective: number;
};

function scoresTable(scores: readonly ScoreRow[]): string {
  return table(
    ['data', 'limits', 'stress', 'caught', 'covered %', 'false pause %', 'objective'],
    scores.map((row) => [
      row.data,
      row.limits,
      row.intervals,
      row.caught,
      row.stressed === 0 ? null : ((100 * row.covered) / row.stressed).toFixed(1),
      (100 * row.falsePause).toFixed(1),
      row.objective.toFixed(3),
    ]),
  );
}
