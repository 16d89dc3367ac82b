import { assert } from '../../core/result.ts';

/**
 * Puts the number of rank `rank` (0 = least) at its place, nothing larger before it and nothing
 * smaller behind. O(n) on average, in place: a full sort costs log n times more.
 *
 * @param values finite numbers
 * @see Hoare 1961, "Algorithm 65: FIND"
 */
export function select(values: Float64Array, rank: number): number {
  assert(rank >= 0 && rank < values.length, 'a rank lies within the numbers');
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[rank] as number;
    let [up, down] = [low, high];
    while (up <= down) {
      while ((values[up] as number) < pivot) up += 1;
      while ((values[down] as number) > pivot) down -= 1;
      if (up > down) break;
      const kept = values[up] as number;
      values[up] = values[down] as number;
      values[down] = kept;
      up += 1;
      down -= 1;
    }
    if (down < rank) low = up;
    if (up > rank) high = down;
  }
  return values[rank] as number;
}

/**
 * The type-7 quantile, linear between neighbours (Hyndman and Fan 1996). Reorders the numbers.
 *
 * @param values at least one, finite
 * @param p 0 … 1
 */
export function quantileInPlace(values: Float64Array, p: number): number {
  const place = p * (values.length - 1);
  const below = Math.floor(place);
  const low = select(values, below);
  if (place === below) return low;
  // What is behind the selected is not in order, so its neighbour is the least of them.
  let next = Number.POSITIVE_INFINITY;
  for (let at = below + 1; at < values.length; at += 1) next = Math.min(next, values[at] as number);
  return low + (place - below) * (next - low);
}
