import { REGIMES, type Regime } from '../../risk/breakers/settings.ts';
import { spreadBlowout, staleness, toxicity } from '../../risk/controls/market.ts';
import type { Measures } from './measures.ts';

/** Limits that are tuned, as the detectors measure them. */
export interface Thresholds {
  readonly spreadZ: number;
  readonly staleGaps: number;
  readonly vpinQuantile: number;
  readonly ofiZ: number;
}

export type Signal = keyof Thresholds;
export const SIGNALS: readonly Signal[] = ['spreadZ', 'staleGaps', 'vpinQuantile', 'ofiZ'];

export type ByRegime = Readonly<Record<Regime, Thresholds>>;

/** Seconds for which a market stays paused once a signal is gone. */
const HOLD: Readonly<Record<Signal, number>> = {
  spreadZ: spreadBlowout.coolMs / 1_000,
  staleGaps: staleness.coolMs / 1_000,
  vpinQuantile: toxicity.coolMs / 1_000,
  ofiZ: toxicity.coolMs / 1_000,
};

/** More of the quiet time than this must not be lost to pauses. */
export const FALSE_PAUSE_MAX = 0.05;
const OVER_BUDGET_COST = 50;

/** Part of a recording: samples from `from` on, and before `to`. */
export interface Stretch {
  readonly measures: Measures;
  readonly from: number;
  readonly to: number;
}

export interface Score {
  /** Stress intervals, and those in which the market was paused before their large move. */
  readonly intervals: number;
  readonly caught: number;
  /** Samples with a large move ahead, and those of them that were paused. */
  readonly stressed: number;
  readonly covered: number;
  readonly quiet: number;
  readonly falselyPaused: number;
}

/** Pauses the market as the thresholds say, and counts what it was good for. */
export function scoreOf(stretches: readonly Stretch[], thresholds: ByRegime): Score {
  const score = { intervals: 0, caught: 0, stressed: 0, covered: 0, quiet: 0, falselyPaused: 0 };
  for (const { measures, from, to } of stretches) {
    const paused = pauses(measures, from, to, thresholds);
    const isStressed = new Uint8Array(to - from);
    for (const { first, last } of measures.stress) {
      const [begin, end] = [Math.max(first, from) - from, Math.min(last, to - 1) + 1 - from];
      if (begin >= end) continue;
      isStressed.fill(1, begin, end);
      // One that began before is stress, and is nobody's to catch.
      if (first < from) continue;
      score.intervals += 1;
      if (paused.subarray(begin, end).includes(1)) score.caught += 1;
    }
    for (let at = 0; at < to - from; at += 1) {
      const isPaused = paused[at] as number;
      if (isStressed[at] === 1) {
        score.stressed += 1;
        score.covered += isPaused;
      } else {
        score.quiet += 1;
        score.falselyPaused += isPaused;
      }
    }
  }
  return score;
}

/**
 * What is maximised: how much of the stress is caught, half by intervals and half by time, less the
 * share of the quiet time that is lost. Above the budget that share costs fifty times as much: more
 * than any stress is worth.
 */
export function objectiveOf(score: Score): number {
  const { intervals, caught, stressed, covered } = score;
  const recall = (shareOf(caught, intervals) + shareOf(covered, stressed)) / 2;
  const lost = falsePauseOf(score);
  return recall - lost - OVER_BUDGET_COST * Math.max(0, lost - FALSE_PAUSE_MAX);
}

export function falsePauseOf({ falselyPaused, quiet }: Score): number {
  return shareOf(falselyPaused, quiet);
}

/** 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The signals that are ever on in some of the regimes at these thresholds. */
export function activeSignals(
  stretches: readonly Stretch[],
  regimes: readonly Regime[],
  thresholds: Thresholds,
): readonly Signal[] {
  return SIGNALS.filter((signal) =>
    stretches.some(({ measures, from, to }) => {
      for (let at = from; at < to; at += 1) {
        if (!regimes.includes(measures.regimes[at] as Regime)) continue;
        if (isOn(signal, measures[signal][at] as number, thresholds[signal])) return true;
      }
      return false;
    }),
  );
}

/** As the controls say: a quote is stale beyond its limit, the others are from theirs on. */
function isOn(signal: Signal, value: number, limit: number): boolean {
  return signal === 'staleGaps' ? value > limit : value >= limit;
}

/** 1 for each sample at which the market is paused. */
function pauses(measures: Measures, from: number, to: number, thresholds: ByRegime): Uint8Array {
  const paused = new Uint8Array(to - from);
  const { regimes } = measures;
  for (const signal of SIGNALS) {
    const values = measures[signal];
    const limits = Object.fromEntries(
      REGIMES.map((regime) => [regime, thresholds[regime][signal]]),
    ) as Record<Regime, number>;
    let until = from - 1;
    for (let at = from; at < to; at += 1) {
      const limit = limits[regimes[at] as Regime];
      if (isOn(signal, values[at] as number, limit)) until = at + HOLD[signal];
      if (at <= until) paused[at - from] = 1;
    }
  }
  return paused;
}
