import { assert } from '../../core/result.ts';

/** What the desk does about its risk, the mildest first. */
export const RUNGS = ['none', 'warn', 'scale', 'reduce-only', 'flatten', 'emergency'] as const;
export type Rung = (typeof RUNGS)[number];

export interface LadderPolicy {
  /**
   * Use of the tightest limit from which each rung holds, rising: 1 is the limit itself. `warn`,
   * `scale`, `reduce-only`, `flatten` and `emergency`, in this order.
   */
  readonly from: readonly [number, number, number, number, number];
  /** Factor of all sizes on `scale` just below `reduce-only`; above, sizes are whole. */
  readonly scaleLeast: number;
  /** A rung is left only when the use is below this share of where it began. */
  readonly recoverShare: number;
  /** And only after so long below, without a break, one rung at a time. */
  readonly recoverMs: number;
}

/** The numbers of C22 that its ladder is made of; the limit itself is the rung in the middle. */
export interface LadderLimits {
  readonly warnUse: number;
  readonly scaleUse: number;
  readonly flattenUse: number;
  readonly emergencyUse: number;
  readonly scaleLeast: number;
  readonly recoverShare: number;
  readonly recoverMs: number;
}

export function ladderPolicy(limits: LadderLimits): LadderPolicy {
  const { warnUse, scaleUse, flattenUse, emergencyUse, ...rest } = limits;
  const { scaleLeast, recoverShare, recoverMs } = rest;
  const from = [warnUse, scaleUse, 1, flattenUse, emergencyUse] as const;
  return { from, scaleLeast, recoverShare, recoverMs };
}

export interface LadderState {
  readonly rung: Rung;
  /** Use of the tightest limit when it was last told. */
  readonly use: number;
  readonly calmSinceMs: number | null;
}

export type LadderMessage =
  /** Measured over limit, of the limit that is used most; NaN when it cannot be told. */
  | { readonly kind: 'use'; readonly use: number; readonly atMs: number }
  /** People have seen a flattened desk and let it trade again, reducing only at first. */
  | { readonly kind: 'released' };

export const LADDER_START: LadderState = { rung: 'none', use: 0, calmSinceMs: null };

/**
 * The next state: up to the rung of the use at once, down one rung after a stated time below it.
 * From flattening on only people lead down. A use that cannot be told is reduce-only at least: fail
 * closed, without selling what may be fine.
 */
export function ladderStep(
  state: LadderState,
  message: LadderMessage,
  policy: LadderPolicy,
): LadderState {
  if (message.kind === 'released') {
    return isLatched(state.rung) ? { ...state, rung: 'reduce-only', calmSinceMs: null } : state;
  }
  const { use, atMs } = message;
  const wanted = Number.isNaN(use) ? 'reduce-only' : rungOf(use, policy);
  if (placeOf(wanted) >= placeOf(state.rung)) return { rung: wanted, use, calmSinceMs: null };
  const from = policy.from[placeOf(state.rung) - 1] as number;
  if (isLatched(state.rung) || !(use < from * policy.recoverShare)) {
    return { ...state, use, calmSinceMs: null };
  }
  const calmSinceMs = state.calmSinceMs ?? atMs;
  if (atMs - calmSinceMs < policy.recoverMs) return { ...state, use, calmSinceMs };
  // The next rung down has its own time to wait, from now.
  return { rung: RUNGS[placeOf(state.rung) - 1] as Rung, use, calmSinceMs: atMs };
}

/** Factor of the sizes of orders that add risk, 0 … 1. */
export function ladderScale({ rung, use }: LadderState, policy: LadderPolicy): number {
  if (placeOf(rung) <= placeOf('warn')) return 1;
  if (rung !== 'scale') return 0;
  const [, scale, reduce] = policy.from;
  const way = Math.max(0, Math.min(1, (use - scale) / (reduce - scale)));
  return 1 - way * (1 - policy.scaleLeast);
}

/** The rung that a use calls for, by itself. */
export function rungOf(use: number, policy: LadderPolicy): Rung {
  assert(
    policy.from.every((each, at) => at === 0 || each > (policy.from[at - 1] as number)),
    'a ladder rises',
  );
  return RUNGS[policy.from.filter((from) => use >= from).length] as Rung;
}

/** Steps in which sizes shrink: a slow fall is a handful of records then, and not one a second. */
const STEPS = 8;
/** Rounding of a scale that is a whole number of steps. */
const HAIR = 1e-9;

/** A scale in whole steps, never larger than it was, and never nothing while it is something. */
export function sizeStep(scale: number): number {
  return scale <= 0 ? 0 : Math.max(1, Math.floor(scale * STEPS + HAIR)) / STEPS;
}

/** Whether only people lead down from a rung. */
export function isLatched(rung: Rung): boolean {
  return placeOf(rung) >= placeOf('flatten');
}

/** Place of a rung, 0 for none. */
export function placeOf(rung: Rung): number {
  return RUNGS.indexOf(rung);
}
