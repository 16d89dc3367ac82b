/** Statistics of a generated market, for the test of its stylised facts. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

export interface Figure {
  readonly value: number;
  readonly error: number;
}

/**
 * A statistic that is a function of sums, with its standard error: the jackknife that leaves out
 * one block at a time (Kuensch 1989). Blocks must be much longer than what is remembered.
 *
 * @param blocks the sums of each block, in the same order
 */
export function jackknife(
  blocks: readonly (readonly number[])[],
  statistic: (sums: readonly number[]) => number,
): Figure {
  const width = blocks[0]?.length ?? 0;
  const all = Array.from({ length: width }, (_, at) =>
    blocks.reduce((sum, block) => sum + (block[at] as number), 0),
  );
  const without = blocks.map((block) =>
    statistic(all.map((sum, at) => sum - (block[at] as number))),
  );
  return { value: statistic(all), error: deviation(without) * Math.sqrt(blocks.length - 1) };
}

/** Sums of `excessKurtosis` and `geary`. */
export function tailSums(values: readonly number[]): readonly number[] {
  const squares = values.map((value) => value * value);
  const fourths = squares.map((square) => square * square);
  return [values.length, total(values.map(Math.abs)), total(squares), total(fourths)];
}

/** Fourth standardised moment about 0, less 3: 0 for a normal distribution. */
export function excessKurtosis(sums: readonly number[]): number {
  const [count = 0, , squares = 0, fourths = 0] = sums;
  return (count * fourths) / squares ** 2 - 3;
}

/**
 * Mean absolute value over root mean square (Geary 1935): sqrt(2 / pi) for a normal distribution,
 * less with fatter tails. No single value decides it, unlike kurtosis.
 */
export function geary([count = 0, absolutes = 0, squares = 0]: readonly number[]): number {
  return absolutes / Math.sqrt(count * squares);
}

/** Sums of `autocorrelation`. */
export function lagSums(values: readonly number[], lag: number, centre: number): readonly number[] {
  let product = 0;
  for (let at = lag; at < values.length; at += 1) {
    product += ((values[at] as number) - centre) * ((values[at - lag] as number) - centre);
  }
  const square = total(values.map((value) => (value - centre) ** 2));
  return [product, values.length - lag, square, values.length];
}

/** Correlation of values with those some steps later. */
export function autocorrelation(sums: readonly number[]): number {
  const [product = 0, pairs = 0, square = 0, count = 0] = sums;
  return product / pairs / (square / count);
}

/** Sums of `slope`. */
export function lineSums(points: readonly (readonly [number, number])[]): readonly number[] {
  const sums = [points.length, 0, 0, 0, 0] as [number, number, number, number, number];
  for (const [x, y] of points) {
    sums[1] += x;
    sums[2] += y;
    sums[3] += x * y;
    sums[4] += x * x;
  }
  return sums;
}

/** Slope of the least-squares line through points. */
export function slope([count = 0, x = 0, y = 0, xy = 0, xx = 0]: readonly number[]): number {
  return (count * xy - x * y) / (count * xx - x * x);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

export function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, at) => value - (values[at] as number));
}

/** Every n-th value. */
export function thinned(values: readonly number[], every: number): number[] {
  return values.filter((_, at) => at % every === 0);
}
