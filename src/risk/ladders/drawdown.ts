import type { Rung } from './de-risking.ts';

export interface DrawdownPolicy {
  /** Fall from the peak from which people are warned, a fraction. */
  readonly target: number;
  /** Fall beyond which sizes are reduced. */
  readonly soft: number;
  /** Fall beyond which nothing new is taken. */
  readonly hard: number;
  /** Factor of all sizes at the soft limit; it falls to 0 at the hard one. */
  readonly softScale: number;
  /** The soft limit is left only when the fall is this share of it, or less. */
  readonly recoverShare: number;
  /** And only after so long below, without a break. */
  readonly recoverMs: number;
}

/** The numbers of C21. */
export interface DrawdownLimits {
  readonly targetFraction: number;
  readonly softFraction: number;
  readonly hardFraction: number;
  readonly softScale: number;
  readonly recoverShare: number;
  readonly recoverMs: number;
}

export function drawdownPolicy(limits: DrawdownLimits): DrawdownPolicy {
  const { targetFraction: target, softFraction: soft, hardFraction: hard } = limits;
  const { softScale, recoverShare, recoverMs } = limits;
  return { target, soft, hard, softScale, recoverShare, recoverMs };
}

export interface DrawdownState {
  /** Of equity at its peak, 0 … 1; beyond when more was lost than there was. */
  readonly fall: number;
  readonly stage: 'normal' | 'soft' | 'hard';
  /** Since when the fall has been small enough to recover; null while it is not. */
  readonly calmSinceMs: number | null;
}

export type DrawdownMessage =
  /** NaN when it cannot be told. */
  | { readonly kind: 'fall'; readonly fall: number; readonly atMs: number }
  /** People have seen the hard limit and take the desk on; the soft limit holds from here. */
  | { readonly kind: 'released' };

export const DRAWDOWN_START: DrawdownState = { fall: 0, stage: 'normal', calmSinceMs: null };

/**
 * The next state. A limit acts at once; the soft one is left after a stated time below a share of
 * it, and what was raised for it by a risk officer after that, since before it is raised anew; the
 * hard one is left by people alone, and never straight to normal. A fall that is
 * no number counts as the hard limit: who does not know what there is may not spend it.
 */
export function drawdownStep(
  state: DrawdownState,
  message: DrawdownMessage,
  policy: DrawdownPolicy,
): DrawdownState {
  if (message.kind === 'released') {
    return state.stage === 'hard' ? { ...state, stage: 'soft', calmSinceMs: null } : state;
  }
  const { fall, atMs } = message;
  if (state.stage === 'hard' || !(fall <= policy.hard)) {
    return { fall, stage: 'hard', calmSinceMs: null };
  }
  if (fall > policy.soft) return { fall, stage: 'soft', calmSinceMs: null };
  if (state.stage === 'normal') return { fall, stage: 'normal', calmSinceMs: null };
  if (fall > policy.soft * policy.recoverShare) return { fall, stage: 'soft', calmSinceMs: null };
  const calmSinceMs = state.calmSinceMs ?? atMs;
  return atMs - calmSinceMs >= policy.recoverMs
    ? { fall, stage: 'normal', calmSinceMs: null }
    : { fall, stage: 'soft', calmSinceMs };
}

/** Factor of all sizes, 0 … 1: 1, then from `softScale` down to 0 at the hard limit. */
export function drawdownScale({ stage, fall }: DrawdownState, policy: DrawdownPolicy): number {
  const { soft, hard, softScale } = policy;
  if (stage === 'normal') return 1;
  if (stage === 'hard' || !(hard > soft)) return 0;
  return softScale * Math.max(0, Math.min(1, (hard - fall) / (hard - soft)));
}

/** The rung of the ladder that the fall stands on. */
export function drawdownRung({ stage, fall }: DrawdownState, { target }: DrawdownPolicy): Rung {
  if (stage === 'hard') return 'flatten';
  if (stage === 'soft') return 'scale';
  return fall > target ? 'warn' : 'none';
}

/**
 * The loss from the peak at which the fall is the soft limit, which is what remains of a larger one
 * when people take the desk on: it may lose the distance between the limits again, and no more
 * before people are asked again.
 *
 * @param equity that is left, in money; nothing is left of a desk without any
 */
export function lossAtRelease(equity: number, { soft }: DrawdownPolicy): number {
  return equity > 0 && soft < 1 ? (equity * soft) / (1 - soft) : 0;
}
