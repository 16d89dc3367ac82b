import { assert, err, ok, type Result } from '../../core/result.ts';
import { cholesky, choleskySolve } from '../../math/linear/cholesky.ts';
import {
  type LinearConstraint,
  type ProgrammeFault,
  quadraticProgramme,
} from '../../math/linear/quadratic-programme.ts';
import { at, type Matrix } from '../../math/matrix.ts';
import { type NotionalShare, notionalShareOf } from './shares.ts';

/** Signs of a leverage that are tried in turn; a few are ever needed. */
const LEVERAGE_CUTS_MAX = 500;
/** A leverage is kept to this share of itself. */
const LEVERAGE_SLACK = 1e-9;

/** Means and covariance of the returns of one period. */
export interface ReturnModel {
  /** Mean less the riskless rate, of each asset. */
  readonly excess: readonly number[];
  readonly covariance: Matrix;
}

export interface KellyLimits {
  readonly isLongOnly: boolean;
  /** Largest sum of the weights. */
  readonly sumMax: number | null;
  /** Largest sum of their sizes. */
  readonly leverageMax: number | null;
  /** Largest size of one weight: of every asset, or of each its own. */
  readonly assetMax: number | readonly number[] | null;
}

export const NO_LIMITS: KellyLimits = {
  isLongOnly: false,
  sumMax: null,
  leverageMax: null,
  assetMax: null,
};

export type KellyFault =
  | ProgrammeFault
  | { readonly kind: 'not-finite'; readonly asset: number; readonly value: number }
  | {
      readonly kind: 'out-of-range';
      readonly name: string;
      readonly found: number;
      readonly wanted: string;
    };

/** Growth-optimal weights without limits, Σ⁻¹ (μ − r). @see Thorp 2006, section 8 */
export function kellyWeights(model: ReturnModel): Result<readonly NotionalShare[], KellyFault> {
  const fault = modelFault(model);
  if (fault !== null) return err(fault);
  const factored = cholesky(model.covariance);
  if (!factored.ok) return factored;
  return ok(Array.from(choleskySolve(factored.value, model.excess), notionalShareOf));
}

/** Mean logarithmic growth above the riskless rate, f·(μ − r) − ½ fᵀ Σ f, per period. */
export function excessGrowth(
  { excess, covariance }: ReturnModel,
  weights: readonly number[],
): number {
  let growth = 0;
  weights.forEach((weight, row) => {
    growth += weight * (excess[row] as number);
    weights.forEach((other, column) => {
      growth -= 0.5 * weight * at(covariance, row, column) * other;
    });
  });
  return growth;
}

/**
 * Growth-optimal weights under limits. Clipping the answer without limits would not be the best of
 * what is allowed: the assets that remain would keep the weights of hedges that are gone. The
 * leverage, Σ |f|, is no linear limit; it is kept by adding s · f ≤ leverage for the signs s of an
 * answer that breaks it, until none does.
 */
export function constrainedKelly(
  model: ReturnModel,
  limits: KellyLimits,
): Result<readonly NotionalShare[], KellyFault> {
  const fault = modelFault(model) ?? limitsFault(limits);
  if (fault !== null) return err(fault);
  const size = model.excess.length;
  const constraints = linearLimits(size, limits);
  const { leverageMax } = limits;
  for (let cuts = 0; cuts < LEVERAGE_CUTS_MAX; cuts += 1) {
    const solved = quadraticProgramme(model.covariance, model.excess, constraints);
    if (!solved.ok) return solved;
    const weights = solved.value;
    const leverage = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    if (leverageMax === null || leverage <= leverageMax * (1 + LEVERAGE_SLACK)) {
      return ok(Array.from(weights, (weight, at) => notionalShareOf(within(weight, at, limits))));
    }
    constraints.push({ normal: Array.from(weights, (w) => (w < 0 ? 1 : -1)), least: -leverageMax });
  }
  return err({ kind: 'no-convergence', steps: LEVERAGE_CUTS_MAX });
}

function linearLimits(
  size: number,
  { isLongOnly, sumMax, assetMax }: KellyLimits,
): LinearConstraint[] {
  const constraints: LinearConstraint[] = [];
  const unit = (asset: number, value: number): number[] =>
    Array.from({ length: size }, (_, place) => (place === asset ? value : 0));
  for (let asset = 0; asset < size; asset += 1) {
    if (isLongOnly) constraints.push({ normal: unit(asset, 1), least: 0 });
    if (assetMax === null) continue;
    const least = -largestOf(assetMax, asset);
    constraints.push({ normal: unit(asset, -1), least });
    constraints.push({ normal: unit(asset, 1), least });
  }
  if (sumMax !== null) {
    constraints.push({ normal: Array<number>(size).fill(-1), least: -sumMax });
  }
  return constraints;
}

/** Takes off what rounding has put beyond a limit of a single weight. */
function within(weight: number, asset: number, { isLongOnly, assetMax }: KellyLimits): number {
  const most = largestOf(assetMax, asset);
  return Math.min(most, Math.max(isLongOnly ? 0 : -most, weight));
}

function largestOf(assetMax: KellyLimits['assetMax'], asset: number): number {
  if (assetMax === null) return Number.POSITIVE_INFINITY;
  return typeof assetMax === 'number' ? assetMax : (assetMax[asset] as number);
}

function modelFault({ excess, covariance }: ReturnModel): KellyFault | null {
  assert(covariance.rows === excess.length, 'a mean for each row of the covariance');
  const asset = excess.findIndex((value) => !Number.isFinite(value));
  return asset === -1 ? null : { kind: 'not-finite', asset, value: excess[asset] as number };
}

function limitsFault({ sumMax, leverageMax, assetMax }: KellyLimits): KellyFault | null {
  const assets = typeof assetMax === 'object' && assetMax !== null ? assetMax : [assetMax];
  const each = assets.map((most): [string, number | null] => ['assetMax', most]);
  for (const [name, found] of [...Object.entries({ sumMax, leverageMax }), ...each]) {
    if (found !== null && !(found > 0)) {
      return { kind: 'out-of-range', name, found, wanted: 'above 0, or null for none' };
    }
  }
  return null;
}
