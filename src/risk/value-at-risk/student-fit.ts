import { err, ok, type Result } from '../../core/result.ts';
import { momentsOf, type SampleFault } from '../../math/statistics/sample.ts';
import { studentLogDensity } from '../../math/student-t.ts';
import type { StudentLaw } from './parametric.ts';

/** Fewer returns than this say nothing about a tail. */
const RETURNS_MIN = 30;
/** Degrees of freedom that are tried. At the upper end a t is a normal to all purposes. */
const NU_MIN = 1.05;
const NU_MAX = 200;
/** A scale below this share of the deviation has shrunk onto a single number. */
const SCALE_MIN = 1e-8;
/** The steps shrink by a constant share; tens reach the last digits. */
const ROUNDS_MAX = 2_000;
const CONVERGED = 1e-8;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const NU_TOLERANCE = 1e-9;

export interface StudentFit extends StudentLaw {
  readonly logLikelihood: number;
  readonly rounds: number;
}

export type StudentFitFault =
  | SampleFault
  | { readonly kind: 'no-convergence'; readonly rounds: number };

/**
 * The t that makes the returns most likely: location, scale and degrees of freedom together, by
 * expectation and conditional maximisation, which raises the likelihood in every round. The
 * degrees of freedom are sought between 1.05 and 200. Where more than half of the returns are one
 * number the likelihood has no maximum, and that is said.
 *
 * @see Liu, Rubin 1995, "ML estimation of the t distribution using EM and its extensions, ECM and
 *   ECME", Statistica Sinica 5
 */
export function fitStudent(
  returns: ArrayLike<number>,
  roundsMax = ROUNDS_MAX,
): Result<StudentFit, StudentFitFault> {
  const moments = momentsOf(returns);
  if (!moments.ok) return moments;
  const { count, mean, sd } = moments.value;
  if (count < RETURNS_MIN) return err({ kind: 'too-few', found: count, wanted: RETURNS_MIN });
  let law: StudentLaw = { location: mean, scale: sd, nu: 8 };
  for (let rounds = 1; rounds <= roundsMax; rounds += 1) {
    const shifted = shiftedLaw(returns, law);
    if (!(shifted.scale > SCALE_MIN * sd)) return err({ kind: 'no-variance', mean });
    const next = { ...shifted, nu: likeliestNu(returns, shifted) };
    const moved =
      Math.abs(next.location - law.location) / next.scale +
      Math.abs(next.scale / law.scale - 1) +
      Math.abs(next.nu / law.nu - 1) / NU_MAX;
    law = next;
    if (moved < CONVERGED) return ok({ ...law, logLikelihood: likelihood(returns, law), rounds });
  }
  return err({ kind: 'no-convergence', rounds: roundsMax });
}

/** Location and scale anew, each return weighted by (ν + 1)/(ν + z²). */
function shiftedLaw(returns: ArrayLike<number>, { location, scale, nu }: StudentLaw): StudentLaw {
  let weights = 0;
  let weighted = 0;
  for (let at = 0; at < returns.length; at += 1) {
    const z = ((returns[at] as number) - location) / scale;
    const weight = (nu + 1) / (nu + z * z);
    weights += weight;
    weighted += weight * (returns[at] as number);
  }
  const centre = weighted / weights;
  let squares = 0;
  for (let at = 0; at < returns.length; at += 1) {
    const value = returns[at] as number;
    const z = (value - location) / scale;
    squares += ((nu + 1) / (nu + z * z)) * (value - centre) ** 2;
  }
  // Divided by the weights and not by the count: the same limit in far fewer rounds (Kent, Tyler
  // and Vardi 1994).
  return { location: centre, scale: Math.sqrt(squares / weights), nu };
}

/** The degrees of freedom of the largest likelihood, by golden section in 1/ν. */
function likeliestNu(returns: ArrayLike<number>, law: StudentLaw): number {
  const at = (inverse: number): number => likelihood(returns, { ...law, nu: 1 / inverse });
  let [low, high] = [1 / NU_MAX, 1 / NU_MIN];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [onLeft, onRight] = [at(left), at(right)];
  while (high - low > NU_TOLERANCE) {
    if (onLeft > onRight) {
      [high, right, onRight] = [right, left, onLeft];
      left = high - GOLDEN * (high - low);
      onLeft = at(left);
    } else {
      [low, left, onLeft] = [left, right, onRight];
      right = low + GOLDEN * (high - low);
      onRight = at(right);
    }
  }
  return 2 / (low + high);
}

function likelihood(returns: ArrayLike<number>, { location, scale, nu }: StudentLaw): number {
  // The part that is the same for all returns is computed once: ln Γ is the dear one.
  const norm = studentLogDensity(0, nu) - Math.log(scale);
  let sum = 0;
  for (let at = 0; at < returns.length; at += 1) {
    const z = ((returns[at] as number) - location) / scale;
    sum += Math.log1p((z * z) / nu);
  }
  return returns.length * norm - ((nu + 1) / 2) * sum;
}
