import { assert } from '../../core/result.ts';

/** Auctions beyond this are the continuous limit to any practical digit. */
export const AUCTIONS_MAX = 10_000;
/** Halvings of an interval that leave nothing of a double. */
const HALVINGS = 200;

export interface KyleEquilibrium {
  /** Price impact λ of each auction, price per unit of flow, length N. */
  readonly lambda: readonly number[];
  /** Trading intensity β of the insider, flow per price and unit of time, length N. */
  readonly beta: readonly number[];
  /** Variance Σ of the value that is left after each auction, length N + 1; element 0 is given. */
  readonly variance: readonly number[];
}

/**
 * The sequential auction equilibrium with one insider, in N auctions over a time of 1.
 *
 * Going backwards from α_N = 0, each auction's λβΔt solves a cubic that follows from Σ alone, so
 * the end value Σ_N is what has to be found: the recursion is homogeneous of degree one in Σ,
 * hence one backward pass from Σ_N = 1 gives every ratio, and Σ_0 scales it.
 *
 * @param auctions N, 1 … AUCTIONS_MAX
 * @param variance Σ₀ of the value before the first auction, above 0
 * @param noiseVariance σ_u² of the noise traders' flow over the whole time, above 0
 * @see Kyle 1985, "Continuous auctions and insider trading", theorem 2
 */
export function kyleAuction(
  auctions: number,
  variance: number,
  noiseVariance: number,
): KyleEquilibrium {
  assert(
    Number.isInteger(auctions) && auctions >= 1 && auctions <= AUCTIONS_MAX,
    `1 … ${AUCTIONS_MAX} auctions`,
  );
  assert(variance > 0 && noiseVariance > 0, 'variances above 0');
  const dt = 1 / auctions;
  const lambda = new Array<number>(auctions).fill(0);
  const beta = new Array<number>(auctions).fill(0);
  const left = new Array<number>(auctions + 1).fill(1);
  let alpha = 0;
  for (let at = auctions - 1; at >= 0; at -= 1) {
    const after = left[at + 1] as number;
    const impact = impactBefore(alpha, after, noiseVariance, dt);
    const intensity = (impact * noiseVariance) / after;
    lambda[at] = impact;
    beta[at] = intensity;
    left[at] = after / (1 - intensity * impact * dt);
    alpha = 1 / (4 * impact * (1 - alpha * impact));
  }
  // λ goes with √Σ, β with 1/√Σ: scale the pass from Σ_N = 1 to the given Σ₀.
  const scale = variance / (left[0] as number);
  const root = Math.sqrt(scale);
  return {
    lambda: lambda.map((value) => value * root),
    beta: beta.map((value) => value / root),
    variance: left.map((value) => value * scale),
  };
}

/**
 * λ of an auction from what comes after it: both expressions of β,
 * (1 − 2αλ)/(2λ(1 − αλ)Δt) and λσ_u²/Σ, are equal. With x = αλ below ½ the left one falls and the
 * right one rises, so the root is bracketed.
 */
function impactBefore(alpha: number, after: number, noiseVariance: number, dt: number): number {
  const atEnd = Math.sqrt(after / (2 * noiseVariance * dt));
  if (alpha === 0) return atEnd;
  let low = 0;
  let high = Math.min(atEnd, 1 / (2 * alpha));
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    const isBelow =
      1 - 2 * alpha * middle >
      ((2 * middle * middle * noiseVariance * dt) / after) * (1 - alpha * middle);
    if (isBelow) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
