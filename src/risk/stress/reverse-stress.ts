import { err, ok, type Result } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import { normalCdf } from '../../math/normal.ts';
import { type PortfolioFault, portfolioSpread } from '../value-at-risk/portfolio-risk.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';

export interface ReverseStress {
  /** Return of each asset in the likeliest move that loses so much. */
  readonly moves: readonly number[];
  /** How many standard deviations away it is. */
  readonly distance: number;
  /** Chance of a loss as large, if returns were normal; fat tails make it larger. */
  readonly normalChance: number;
}

/**
 * The likeliest move that loses a given sum: of all r with w·r = −loss the one nearest to 0 in the
 * metric of the covariance, r = −loss · Σw / wᵀΣw.
 *
 * @param weights money in each asset, signed
 * @param loss above 0
 * @see Breuer, Jandačka, Rheinberger, Summer 2009, "How to find plausible, severe, and useful
 *   stress scenarios", International Journal of Central Banking 5
 */
export function reverseStress(
  covariance: Matrix,
  weights: readonly number[],
  loss: number,
): Result<ReverseStress, PortfolioFault | OutOfRange> {
  const fault = lossFault('loss', loss);
  if (fault !== null) return err(fault);
  const spread = portfolioSpread(covariance, weights);
  if (!spread.ok) return spread;
  const { sd, marginal } = spread.value;
  const distance = loss / sd;
  return ok({
    moves: marginal.map((each) => -distance * each),
    distance,
    normalChance: normalCdf(-distance),
  });
}

export interface TailHedge {
  /** Units to hold, at least 0. */
  readonly units: number;
  readonly cost: number;
  /** Loss of the scenario that is left with them. */
  readonly residual: number;
  /** What made it so much: the target is reached, or the budget is spent. */
  readonly rule: 'not-needed' | 'target' | 'budget';
}

/**
 * How much of a hedge brings the loss of a scenario down to what is bearable, within a budget.
 *
 * @param of.loss of the book in the scenario, in money; 0 or less for a gain
 * @param of.bearable loss that needs no hedge
 * @param of.payoff of one unit in the scenario, above 0
 * @param of.price of one unit, above 0
 * @param of.budget that may be spent
 */
export function tailHedge(of: {
  readonly loss: number;
  readonly bearable: number;
  readonly payoff: number;
  readonly price: number;
  readonly budget: number;
}): Result<TailHedge, OutOfRange> {
  const { loss, bearable, payoff, price, budget } = of;
  const fault = lossFault('payoff', payoff) ?? lossFault('price', price);
  if (fault !== null) return err(fault);
  for (const [name, found] of Object.entries({ loss, bearable, budget })) {
    if (!Number.isFinite(found)) {
      return err({ kind: 'out-of-range', name, found, wanted: 'a finite number' });
    }
  }
  const wanted = (loss - bearable) / payoff;
  if (wanted <= 0) return ok({ units: 0, cost: 0, residual: loss, rule: 'not-needed' });
  const affordable = Math.max(0, budget) / price;
  const units = Math.min(wanted, affordable);
  return ok({
    units,
    cost: units * price,
    residual: loss - units * payoff,
    rule: wanted <= affordable ? 'target' : 'budget',
  });
}

function lossFault(name: string, found: number): OutOfRange | null {
  if (found > 0 && found < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name, found, wanted: 'above 0, finite' };
}
