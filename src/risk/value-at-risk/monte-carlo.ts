import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { cholesky, type NotPositiveDefinite } from '../../math/linear/cholesky.ts';
import { at, type Matrix } from '../../math/matrix.ts';
import type { SampleFault } from '../../math/statistics/sample.ts';
import { studentCdf, studentQuantile } from '../../math/student-t.ts';
import { historicalRisk } from './historical.ts';
import type { StudentLaw } from './parametric.ts';
import type { OutOfRange, TailRisk } from './tail-risk.ts';

const PATHS_MIN = 100;
const PATHS_MAX = 1_000_000;
/** A common factor far out would send a chance to 0 or 1, where the quantile is infinite. */
const CHANCE_MIN = 1e-12;

export interface CopulaModel {
  /** Correlation of the assets, positive definite, with ones on the diagonal. */
  readonly correlation: Matrix;
  /** Degrees of freedom of the copula: the smaller, the more the assets crash together. */
  readonly nu: number;
  /** The law of each asset by itself. */
  readonly margins: readonly StudentLaw[];
  /** Share of the money in each asset; negative for a short. */
  readonly weights: readonly number[];
}

export type CopulaFault = NotPositiveDefinite | SampleFault | OutOfRange;

/** Value at risk and expected shortfall of a portfolio by simulation: see `copulaReturns`. */
export function copulaRisk(
  model: CopulaModel,
  how: { readonly paths: number; readonly rng: Rng },
  level: number,
): Result<TailRisk, CopulaFault> {
  const returns = copulaReturns(model, how);
  return returns.ok ? historicalRisk(returns.value, level) : returns;
}

/**
 * Simulated returns of a portfolio, one a path: each draws a multivariate t, whose shared scale
 * makes extremes come together, turns every coordinate into a chance and the chance into a return
 * of that asset's own law. The same seed gives the same numbers.
 *
 * @see Demarta, McNeil 2005, "The t copula and related copulas", algorithm 5.1
 */
export function copulaReturns(
  model: CopulaModel,
  { paths, rng }: { readonly paths: number; readonly rng: Rng },
): Result<Float64Array, CopulaFault> {
  const { correlation, nu, margins, weights } = model;
  const size = correlation.rows;
  assert(margins.length === size && weights.length === size, 'a law and a weight for each asset');
  const fault = nuFault(nu) ?? pathsFault(paths);
  if (fault !== null) return err(fault);
  const factored = cholesky(correlation);
  if (!factored.ok) return factored;
  const lower = factored.value;
  const normals = new Float64Array(size);
  const draw = (): number => {
    for (let asset = 0; asset < size; asset += 1) normals[asset] = rng.normal();
    const stretch = Math.sqrt(nu / chiSquare(nu, rng));
    let sum = 0;
    for (let asset = 0; asset < size; asset += 1) {
      let t = 0;
      for (let from = 0; from <= asset; from += 1) {
        t += at(lower, asset, from) * (normals[from] as number);
      }
      sum += (weights[asset] as number) * returnOf(margins[asset] as StudentLaw, t * stretch, nu);
    }
    return sum;
  };
  return ok(Float64Array.from({ length: paths }, draw));
}

/** The return of a law at the chance that a coordinate of the copula has. */
function returnOf({ location, scale, nu }: StudentLaw, t: number, copulaNu: number): number {
  if (nu === copulaNu) return location + scale * t;
  // The lower half keeps its digits; the upper one is its mirror.
  const chance = Math.max(studentCdf(-Math.abs(t), copulaNu), CHANCE_MIN);
  const distance = -studentQuantile(chance, nu);
  return location + scale * (t < 0 ? -distance : distance);
}

/**
 * A draw of χ² with ν degrees of freedom, twice a gamma of shape ν/2.
 *
 * @see Marsaglia, Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26
 */
function chiSquare(nu: number, rng: Rng): number {
  const shape = nu / 2;
  // Below one the method does not hold: a draw of shape + 1 times a uniform power is one of shape.
  const boost = shape < 1 ? (1 - rng.next()) ** (1 / shape) : 1;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.next()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
      return 2 * d * v * boost;
    }
  }
}

function nuFault(nu: number): OutOfRange | null {
  if (nu > 1 && nu < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name: 'nu', found: nu, wanted: 'above 1 and finite' };
}

function pathsFault(found: number): OutOfRange | null {
  if (Number.isInteger(found) && found >= PATHS_MIN && found <= PATHS_MAX) return null;
  const wanted = `a whole number, ${PATHS_MIN} … ${PATHS_MAX}`;
  return { kind: 'out-of-range', name: 'paths', found, wanted };
}
