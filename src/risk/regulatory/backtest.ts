import { err, ok, type Result } from '../../core/result.ts';
import { chiSquareTail } from '../../math/gamma.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';

/** A likelihood ratio, and the chance of a larger one if the model is right. */
export interface RatioTest {
  readonly statistic: number;
  readonly p: number;
}

/**
 * Whether losses beyond the value at risk come as often as they should: −2 ln of the likelihood at
 * the promised chance over that at the observed one, χ² with one degree of freedom.
 *
 * @param observations at least 1
 * @param exceptions of those, 0 … observations
 * @param chance of an exception that was promised, above 0 and below 1
 * @see Kupiec 1995, "Techniques for verifying the accuracy of risk measurement models"
 */
export function kupiecTest(
  observations: number,
  exceptions: number,
  chance: number,
): Result<RatioTest, OutOfRange> {
  const fault = countFault(observations, exceptions) ?? chanceFault(chance);
  if (fault !== null) return err(fault);
  const rest = observations - exceptions;
  const observed = exceptions / observations;
  const promised = xlogy(rest, 1 - chance) + xlogy(exceptions, chance);
  const found = xlogy(rest, 1 - observed) + xlogy(exceptions, observed);
  return ok(ratioTest(promised, found, 1));
}

/** From calm (0) or exception (1) to the next: n01 is an exception after a calm period. */
export interface Transitions {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
}

export interface ClusterTest extends RatioTest {
  readonly transitions: Transitions;
}

export type ClusterFault =
  | { readonly kind: 'too-few'; readonly found: number; readonly wanted: number }
  /** Without both kinds to come from, nothing can be said about what follows them. */
  | { readonly kind: 'one-kind'; readonly transitions: Transitions };

/**
 * Whether an exception makes the next more likely: independent against a chance that depends on the
 * period before, χ² with one degree of freedom.
 *
 * @param hits whether each period was an exception, oldest first
 * @see Christoffersen 1998, "Evaluating interval forecasts", International Economic Review 39
 */
export function christoffersenTest(hits: readonly boolean[]): Result<ClusterTest, ClusterFault> {
  if (hits.length < 2) return err({ kind: 'too-few', found: hits.length, wanted: 2 });
  const transitions = transitionsOf(hits);
  const { n00, n01, n10, n11 } = transitions;
  if (n00 + n01 === 0 || n10 + n11 === 0) return err({ kind: 'one-kind', transitions });
  const [calm, hit] = [n01 / (n00 + n01), n11 / (n10 + n11)];
  const any = (n01 + n11) / (hits.length - 1);
  const independent = xlogy(n00 + n10, 1 - any) + xlogy(n01 + n11, any);
  const dependent = xlogy(n00, 1 - calm) + xlogy(n01, calm) + xlogy(n10, 1 - hit) + xlogy(n11, hit);
  return ok({ ...ratioTest(independent, dependent, 1), transitions });
}

/**
 * Both at once, over the transitions: as often as promised and independent, χ² with two degrees of
 * freedom.
 */
export function conditionalCoverageTest(
  hits: readonly boolean[],
  chance: number,
): Result<RatioTest, ClusterFault | OutOfRange> {
  const clustered = christoffersenTest(hits);
  if (!clustered.ok) return clustered;
  const { n01, n11 } = clustered.value.transitions;
  const frequent = kupiecTest(hits.length - 1, n01 + n11, chance);
  if (!frequent.ok) return frequent;
  const statistic = frequent.value.statistic + clustered.value.statistic;
  return ok({ statistic, p: chiSquareTail(statistic, 2) });
}

/** One period: what was lost, and what had been forecast for it. Losses are positive. */
export interface Forecast {
  readonly loss: number;
  readonly valueAtRisk: number;
  /** Above 0. */
  readonly expectedShortfall: number;
}

/** Below these the shortfall is doubted at 5 %, and rejected at 0.01 %. */
const DOUBTED = -0.7;
const REJECTED = -1.8;

/**
 * Whether losses beyond the value at risk are as large as the expected shortfall says:
 *
 *   Z₂ = 1 − Σ (loss / ES where loss > VaR) / (T p)
 *
 * 0 is expected, negative is more than was promised: more exceptions, or larger ones. The critical
 * values −0.7 and −1.8 hold for p = 2.5 % over most laws of the tail.
 *
 * @param chance of an exception that was promised
 * @see Acerbi, Székely 2014, "Backtesting expected shortfall", test 2 and table 4
 */
export function shortfallTest(
  forecasts: readonly Forecast[],
  chance: number,
): Result<{ statistic: number; zone: 'green' | 'yellow' | 'red' }, OutOfRange> {
  const fault = countFault(forecasts.length, 0) ?? chanceFault(chance);
  if (fault !== null) return err(fault);
  let sum = 0;
  for (const { loss, valueAtRisk, expectedShortfall } of forecasts) {
    // Written so that NaN is refused as well.
    if (!(expectedShortfall > 0 && Number.isFinite(loss + valueAtRisk))) {
      const wanted = 'above 0, with a finite loss and value at risk';
      return err({
        kind: 'out-of-range',
        name: 'expectedShortfall',
        found: expectedShortfall,
        wanted,
      });
    }
    if (loss > valueAtRisk) sum += loss / expectedShortfall;
  }
  const statistic = 1 - sum / (forecasts.length * chance);
  const zone = statistic >= DOUBTED ? 'green' : statistic >= REJECTED ? 'yellow' : 'red';
  return ok({ statistic, zone });
}

function transitionsOf(hits: readonly boolean[]): Transitions {
  const counts = { n00: 0, n01: 0, n10: 0, n11: 0 };
  for (let at = 1; at < hits.length; at += 1) {
    counts[`n${hits[at - 1] ? 1 : 0}${hits[at] ? 1 : 0}`] += 1;
  }
  return counts;
}

/** x ln y, 0 at x = 0 whatever y is. */
function xlogy(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}

/** Rounding may make the larger likelihood the smaller one by a hair. */
function ratioTest(restricted: number, free: number, degrees: number): RatioTest {
  const statistic = Math.max(0, -2 * (restricted - free));
  return { statistic, p: chiSquareTail(statistic, degrees) };
}

function countFault(observations: number, exceptions: number): OutOfRange | null {
  if (!(Number.isInteger(observations) && observations >= 1)) {
    const wanted = 'a whole number, at least 1';
    return { kind: 'out-of-range', name: 'observations', found: observations, wanted };
  }
  if (Number.isInteger(exceptions) && exceptions >= 0 && exceptions <= observations) return null;
  const wanted = `a whole number, 0 … ${observations}`;
  return { kind: 'out-of-range', name: 'exceptions', found: exceptions, wanted };
}

function chanceFault(chance: number): OutOfRange | null {
  if (chance > 0 && chance < 1) return null;
  return { kind: 'out-of-range', name: 'chance', found: chance, wanted: 'above 0 and below 1' };
}
