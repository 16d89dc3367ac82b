/** How the likeness of two points falls with their distance; Matérn by its ν. */
export type CovarianceShape = 'rbf' | 'matern52' | 'matern32';

const ROOT_3 = Math.sqrt(3);
const ROOT_5 = Math.sqrt(5);

/**
 * The covariance of two points by their distance r, `variance` at r = 0.
 *
 *   rbf       exp(−r² / 2ℓ²)
 *   matern52  (1 + a + a²/3) e^−a, a = √5 r/ℓ
 *   matern32  (1 + a) e^−a, a = √3 r/ℓ
 *
 * @see Rasmussen, Williams 2006, section 4.2.1
 */
export function covarianceOf(
  shape: CovarianceShape,
  variance: number,
  length: number,
): (distance: number) => number {
  switch (shape) {
    case 'rbf':
      return (distance) => variance * Math.exp(-0.5 * (distance / length) ** 2);
    case 'matern52':
      return (distance) => {
        const a = (ROOT_5 * distance) / length;
        return variance * (1 + a + (a * a) / 3) * Math.exp(-a);
      };
    case 'matern32':
      return (distance) => {
        const a = (ROOT_3 * distance) / length;
        return variance * (1 + a) * Math.exp(-a);
      };
  }
}
