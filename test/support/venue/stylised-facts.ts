/** Statistics of a generated market, for the test of its stylised facts. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** Fourth standardised moment less 3: 0 for a normal distribution. */
export function excessKurtosis(values: readonly number[]): number {
  const centre = mean(values);
  const spread = deviation(values);
  return mean(values.map((value) => ((value - centre) / spread) ** 4)) - 3;
}

/** Correlation of a series with itself `lag` steps later. */
export function autocorrelation(values: readonly number[], lag: number): number {
  const centre = mean(values);
  let product = 0;
  let square = 0;
  values.forEach((value, at) => {
    square += (value - centre) ** 2;
    const later = values[at + lag];
    if (later !== undefined) product += (value - centre) * (later - centre);
  });
  return product / square;
}

/** Slope and intercept of the least-squares line through points. */
export function line(points: readonly (readonly [number, number])[]): {
  slope: number;
  at0: number;
} {
  const x = mean(points.map(([value]) => value));
  const y = mean(points.map(([, value]) => value));
  let product = 0;
  let square = 0;
  for (const [px, py] of points) {
    product += (px - x) * (py - y);
    square += (px - x) ** 2;
  }
  return { slope: product / square, at0: y - (product / square) * x };
}

export function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, at) => value - (values[at] as number));
}

/** Every n-th value. */
export function thinned(values: readonly number[], every: number): number[] {
  return values.filter((_, at) => at % every === 0);
}
