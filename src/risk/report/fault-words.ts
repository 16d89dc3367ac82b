/** Any tagged fault of the mathematics of risk. */
export interface TaggedFault {
  readonly kind: string;
}

/**
 * One sentence without a full stop: why a figure is not known. What a fault holds of numbers is
 * said, since they tell what would be right.
 */
export function faultWords(fault: TaggedFault): string {
  const { kind, found, wanted, name } = fault as TaggedFault & Readonly<Record<string, unknown>>;
  switch (kind) {
    case 'too-few':
    case 'too-short':
      return `too few returns: found ${found}, wanted ${wanted}`;
    case 'out-of-range':
      return `${name}: found ${found}, wanted ${wanted}`;
    case 'no-freedom':
      return 'too few returns for so many factors';
    case 'no-variance':
    case 'constant':
      return 'the returns do not vary';
    case 'not-finite':
      return 'a number is missing among the returns';
    case 'not-positive-definite':
    case 'not-positive-semidefinite':
      return 'the covariance is singular: markets that move as one';
    case 'no-convergence':
      return 'the fit found no end';
    case 'collinear':
      return 'the factors move as one';
    case 'flat':
      return 'nothing is held, or what is held cancels';
    case 'one-kind':
      return 'every forecast came out alike: nothing can be said of what follows what';
    default:
      return kind.replaceAll('-', ' ');
  }
}
