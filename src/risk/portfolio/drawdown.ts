import { assert } from '../../core/result.ts';

export interface DrawdownPolicy {
  /** Fall from the peak from which sizes are reduced, a fraction. */
  readonly soft: number;
  /** Fall from which nothing new is taken. */
  readonly hard: number;
  /** Factor of all sizes at the soft limit; it falls to 0 at the hard one. */
  readonly softScale: number;
  /** A limit is left only when the fall is this share of it, or less. */
  readonly recoverShare: number;
  /** And only after so long below, without a break. */
  readonly recoverMs: number;
}

export const DEFAULT_DRAWDOWN: DrawdownPolicy = {
  soft: 0.15,
  hard: 0.2,
  softScale: 0.5,
  recoverShare: 0.8,
  recoverMs: 3_600_000,
};

/** Rounding of a fall: a limit that is met to the last digit is met. */
const HAIR = 1e-12;

export interface DrawdownState {
  /** Largest equity so far, moved by deposits and withdrawals. */
  readonly peak: number;
  readonly equity: number;
  readonly stage: 'normal' | 'soft' | 'hard';
  /** Since when the fall has been small enough to recover; null while it is not. */
  readonly calmSinceMs: number | null;
}

export type DrawdownMessage =
  /** Equity including open positions, after fees, above 0 or not. */
  | { readonly kind: 'equity'; readonly equity: number; readonly atMs: number }
  /** Money that came in, or went out when negative: no profit and no loss. */
  | { readonly kind: 'transfer'; readonly amount: number }
  /** People have seen the hard limit and take the desk on; the soft limit holds from here. */
  | { readonly kind: 'released' };

/** @param equity above 0 */
export function startDrawdown(equity: number): DrawdownState {
  assert(equity > 0 && Number.isFinite(equity), 'a desk begins with some equity');
  return { peak: equity, equity, stage: 'normal', calmSinceMs: null };
}

/**
 * The next state. A limit acts at once; the soft one is left by itself after a stated time below a
 * share of it; the hard one is left by people alone, and never straight to normal. An equity that
 * is no number counts as the hard limit: who does not know what there is may not spend it.
 */
export function drawdownStep(
  state: DrawdownState,
  message: DrawdownMessage,
  policy: DrawdownPolicy = DEFAULT_DRAWDOWN,
): DrawdownState {
  switch (message.kind) {
    case 'equity':
      return onEquity(state, message, policy);
    case 'transfer':
      return onTransfer(state, message.amount);
    case 'released':
      return state.stage === 'hard' ? released(state, policy) : state;
  }
}

/** Fall from the peak, 0 … 1 and beyond when more was lost than there was. */
export function drawdownOf({ peak, equity }: DrawdownState): number {
  return 1 - equity / peak;
}

/** Factor of all sizes, 0 … 1: 1, then from `softScale` down to 0 at the hard limit. */
export function drawdownScale(
  state: DrawdownState,
  policy: DrawdownPolicy = DEFAULT_DRAWDOWN,
): number {
  const { soft, hard, softScale } = policy;
  if (state.stage === 'normal') return 1;
  if (state.stage === 'hard') return 0;
  const left = (hard - drawdownOf(state)) / (hard - soft);
  return softScale * Math.max(0, Math.min(1, left));
}

function onEquity(
  state: DrawdownState,
  { equity, atMs }: { readonly equity: number; readonly atMs: number },
  policy: DrawdownPolicy,
): DrawdownState {
  if (!Number.isFinite(equity)) return { ...state, stage: 'hard', calmSinceMs: null };
  const moved = { ...state, equity, peak: Math.max(state.peak, equity) };
  const fall = drawdownOf(moved);
  if (state.stage === 'hard' || fall >= policy.hard - HAIR) {
    return { ...moved, stage: 'hard', calmSinceMs: null };
  }
  if (fall >= policy.soft - HAIR) return { ...moved, stage: 'soft', calmSinceMs: null };
  if (state.stage === 'normal') return moved;
  if (fall > policy.soft * policy.recoverShare) return { ...moved, calmSinceMs: null };
  const calmSinceMs = state.calmSinceMs ?? atMs;
  return atMs - calmSinceMs >= policy.recoverMs
    ? { ...moved, stage: 'normal', calmSinceMs: null }
    : { ...moved, calmSinceMs };
}

/**
 * A transfer keeps the fall as a fraction: half of the money taken out of a desk that is ten per
 * cent below its peak leaves one that is ten per cent below its peak.
 */
function onTransfer(state: DrawdownState, amount: number): DrawdownState {
  const equity = state.equity + amount;
  // What is left after such a transfer is no desk; and nothing can be scaled from nothing.
  if (!(equity > 0 && state.equity > 0))
    return { ...state, equity, stage: 'hard', calmSinceMs: null };
  return { ...state, equity, peak: state.peak * (equity / state.equity) };
}

/**
 * The peak comes down to where the fall is the soft limit, so that the desk may lose the distance
 * between the limits again and no more before people are asked again.
 */
function released(state: DrawdownState, { soft }: DrawdownPolicy): DrawdownState {
  if (!(state.equity > 0)) return state;
  const peak = Math.min(state.peak, state.equity / (1 - soft));
  return { ...state, peak, stage: 'soft', calmSinceMs: null };
}
