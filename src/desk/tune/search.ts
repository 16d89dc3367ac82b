import type { Rng } from '../../core/rng.ts';
import { BayesianOptimiser } from '../../math/bayes/optimiser.ts';
import { REGIMES, type Regime } from '../../risk/breakers/settings.ts';
import { spreadBlowout, staleness, toxicity } from '../../risk/controls/market.ts';
import {
  activeSignals,
  type ByRegime,
  objectiveOf,
  type Signal,
  type Stretch,
  scoreOf,
  type Thresholds,
} from './objective.ts';

/** The limits of the catalogue of controls, from which a search begins. */
export const CATALOGUE: Thresholds = {
  spreadZ: spreadBlowout.limits.zMax.value,
  staleGaps: staleness.limits.haltGaps.value,
  vpinQuantile: toxicity.limits.vpinQuantile.value,
  ofiZ: toxicity.limits.ofiZ.value,
};

/** Where a limit may lie. Scales are searched by their logarithm, quantiles as they are. */
const RANGES: Readonly<Record<Signal, { least: number; most: number; isScale: boolean }>> = {
  spreadZ: { least: 3, most: 30, isScale: true },
  staleGaps: { least: 3, most: 100, isScale: true },
  vpinQuantile: { least: 0.7, most: 1, isScale: false },
  ofiZ: { least: 2, most: 20, isScale: true },
};

const LOOSEST: Thresholds = {
  spreadZ: RANGES.spreadZ.least,
  staleGaps: RANGES.staleGaps.least,
  vpinQuantile: RANGES.vpinQuantile.least,
  ofiZ: RANGES.ofiZ.least,
};

/** Less of a regime than this, in seconds, is too little to tell anything of it alone. */
const SAMPLES_MIN = 60;
const DIGITS = 3;

export interface Progress {
  /** The calmest of those that are tuned together. */
  readonly regime: Regime;
  readonly evaluation: number;
  readonly evaluations: number;
  readonly best: number;
  /** How likely the point that is evaluated next was to be the best. */
  readonly chance: number;
}

export interface Found {
  readonly thresholds: ByRegime;
  /** The signals of each regime whose limits the data could say anything about. */
  readonly tuned: Readonly<Record<Regime, readonly Signal[]>>;
  readonly objective: number;
  readonly evaluations: number;
}

/**
 * Tunes the limits of one regime after the other, the others held at what is known by then. A
 * regime of which there is too little is tuned together with the calmer one before it. A signal
 * that is never on, even at the loosest limit, keeps that of the catalogue.
 *
 * @param evaluations for each of them
 */
export function searchThresholds(
  stretches: readonly Stretch[],
  evaluations: number,
  random: Rng,
  told: (progress: Progress) => void,
): Found {
  let thresholds: ByRegime = { calm: CATALOGUE, volatile: CATALOGUE, turbulent: CATALOGUE };
  let objective = objectiveOf(scoreOf(stretches, thresholds));
  let spent = 0;
  const tuned: Record<Regime, readonly Signal[]> = { calm: [], volatile: [], turbulent: [] };
  for (const group of groupsOf(stretches)) {
    const signals = activeSignals(stretches, group, LOOSEST);
    if (signals.length === 0) continue;
    const [regime] = group;
    const optimiser = new BayesianOptimiser({
      dimensions: signals.length,
      evaluations,
      random: random.fork(regime),
    });
    for (const each of group) tuned[each] = signals;
    while (optimiser.left > 0) {
      const { point, chance } = optimiser.next();
      const own = thresholdsAt(signals, point);
      const tried = { ...thresholds, ...Object.fromEntries(group.map((each) => [each, own])) };
      const value = objectiveOf(scoreOf(stretches, tried));
      optimiser.tell(point, value);
      spent += 1;
      if (value > objective) {
        objective = value;
        thresholds = tried;
      }
      const evaluation = evaluations - optimiser.left;
      told({ regime, evaluation, evaluations, best: objective, chance });
    }
  }
  return { thresholds, tuned, objective, evaluations: spent };
}

type Group = [Regime, ...Regime[]];

/** The regimes, each of which there is too little of with the one before it. */
function groupsOf(stretches: readonly Stretch[]): readonly Group[] {
  const groups: Group[] = [];
  for (const regime of REGIMES) {
    const before = groups.at(-1);
    if (before !== undefined && samplesOf(stretches, regime) < SAMPLES_MIN) before.push(regime);
    else groups.push([regime]);
  }
  return groups;
}

function samplesOf(stretches: readonly Stretch[], regime: Regime): number {
  let samples = 0;
  for (const { measures, from, to } of stretches) {
    for (let at = from; at < to; at += 1) if (measures.regimes[at] === regime) samples += 1;
  }
  return samples;
}

/** The limits at a point of the unit cube, with as many digits as are written down. */
function thresholdsAt(signals: readonly Signal[], point: Float64Array): Thresholds {
  const own = signals.map((signal, axis) => {
    const { least, most, isScale } = RANGES[signal];
    const x = point[axis] as number;
    const value = isScale ? least * (most / least) ** x : least + (most - least) * x;
    return [signal, Number(value.toPrecision(DIGITS))];
  });
  return { ...CATALOGUE, ...Object.fromEntries(own) };
}
