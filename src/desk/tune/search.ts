import type { Rng } from '../../core/rng.ts';
import { BayesianOptimiser } from '../../math/bayes/optimiser.ts';
import {
  activeSignals,
  type ByRegime,
  objectiveOf,
  type Signal,
  type Stretch,
  scoreOf,
  type Thresholds,
} from './objective.ts';
import { REGIMES, type Regime } from './regime-meter.ts';

/** The limits of the catalogue of controls, from which a search begins. */
export const CATALOGUE: Thresholds = { spreadZ: 8, staleGaps: 10, vpinQuantile: 0.9, ofiZ: 4 };

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

/** Less of a regime than this teaches nothing about it. */
const SAMPLES_MIN = 60;
const DIGITS = 3;

export interface Progress {
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
 * signal that is never on, even at the loosest limit, keeps that of the catalogue.
 *
 * @param evaluations for each regime
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
  for (const regime of REGIMES) {
    const signals = [...activeSignals(stretches, regime, LOOSEST)];
    if (signals.length === 0 || samplesOf(stretches, regime) < SAMPLES_MIN) continue;
    const dimensions = signals.length;
    const optimiser = new BayesianOptimiser({
      dimensions,
      evaluations,
      random: random.fork(regime),
    });
    tuned[regime] = signals;
    while (optimiser.left > 0) {
      const { point, chance } = optimiser.next();
      const tried = { ...thresholds, [regime]: thresholdsAt(signals, point) };
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

function samplesOf(stretches: readonly Stretch[], regime: Regime): number {
  return stretches.reduce(
    (sum, { measures, from, to }) =>
      sum + measures.regimes.slice(from, to).filter((each) => each === regime).length,
    0,
  );
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
