import { STRATEGY_LABEL } from '../core/ids.ts';
import { assert } from '../core/result.ts';
import { INSTRUMENTS_MAX, VENUES_MAX } from './gate.ts';

/**
 * How bad something is, least first. `warn` is only told, `reduced` shrinks the size of orders,
 * `paused` lets nothing of its scope leave and takes its quotes back, `halted` cancels besides,
 * `emergency` is the emergency stop of the whole desk.
 */
export const SEVERITIES = ['normal', 'warn', 'reduced', 'paused', 'halted', 'emergency'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * Who takes a cause away. `A`: its owner after probation. `O`: an operator. `R`: a risk officer.
 * `2P`: only the way out of Emergency. `-`: its owner at any time, for what bars nothing.
 */
export const RESET_CLASSES = ['-', 'A', 'O', 'R', '2P'] as const;
export type ResetClass = (typeof RESET_CLASSES)[number];

/** What a cause is about. Venues and instruments are named by the index that the gate knows. */
export type SafetyScope =
  | { readonly kind: 'desk' }
  | { readonly kind: 'venue'; readonly venue: number }
  | { readonly kind: 'instrument'; readonly instrument: number }
  | { readonly kind: 'strategy'; readonly strategy: string };

/** Something a control has found. The same control on the same scope is the same cause. */
export interface SafetyCause {
  /** Id of the control that found it: `C28`. */
  readonly control: string;
  readonly scope: SafetyScope;
  readonly severity: Exclude<Severity, 'normal'>;
  readonly reset: ResetClass;
  /** The part that raises it, which alone may probe and, in class A, release it. */
  readonly owner: string;
  /** What was measured and what it may be, as a sentence. */
  readonly reason: string;
  /** Monotonic. */
  readonly nowMs: number;
  /** `reduced`: what is left of each size, 0 … 1; 0 leaves only what reduces. 0.5 unless told. */
  readonly sizeScale?: number;
  /** Class A: shortest time without a new raise before the owner may probe. 0 unless told. */
  readonly coolMs?: number;
  /** Class A: shortest time at reduced size before the owner may release. 0 needs no probing. */
  readonly probationMs?: number;
  /**
   * What it pauses may still be flattened under the permit of an emergency: it says that trading is
   * wrong, and nothing against position, price or venue. Not unless told.
   */
  readonly letsFlatten?: boolean;
}

export const REDUCED_SCALE = 0.5;
/** A wait of a day is a wait for people. */
const WAIT_MS_MAX = 86_400_000;
const CONTROL_ID = /^[A-Z][A-Z0-9-]{0,15}$/;
const OWNER_CHARS_MAX = 64;

const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return rankOf(severity) >= rankOf(least);
}

export function worse<S extends Severity>(one: S, other: S): S {
  return rankOf(one) >= rankOf(other) ? one : other;
}

export function stricter(one: ResetClass, other: ResetClass): ResetClass {
  return RESET_CLASSES.indexOf(one) >= RESET_CLASSES.indexOf(other) ? one : other;
}

/** The name by which people and journal know a cause: `C28@venue:0`. */
export function causeId(control: string, scope: SafetyScope): string {
  return `${control}@${scopeText(scope)}`;
}

/** `desk`, `venue:0`, `instrument:3`, `strategy:mm`. */
export function scopeText(scope: SafetyScope): string {
  switch (scope.kind) {
    case 'desk':
      return 'desk';
    case 'venue':
      return `venue:${scope.venue}`;
    case 'instrument':
      return `instrument:${scope.instrument}`;
    default:
      return `strategy:${scope.strategy}`;
  }
}

/** A cause that breaks these is a bug of whoever raises it, who must not run on. */
export function assertCause(cause: SafetyCause): void {
  const { control, scope, severity, reset, sizeScale = 1, coolMs = 0, probationMs = 0 } = cause;
  assert(CONTROL_ID.test(control), `a control id is capitals and digits, found ${control}`);
  const { owner } = cause;
  const isOwner = owner.length > 0 && owner.length <= OWNER_CHARS_MAX;
  assert(isOwner, `an owner has 1 … ${OWNER_CHARS_MAX} letters, found ${owner.length}`);
  assert(isScope(scope), `a scope is one that the gate knows, found ${scopeText(scope)}`);
  assert(rankOf(severity) > 0, `a cause has a severity above normal, found ${severity}`);
  assert(RESET_CLASSES.includes(reset), `a cause has a reset class, found ${reset}`);
  assert(Number.isFinite(cause.nowMs), `a cause has a time, found ${cause.nowMs}`);
  assert(sizeScale >= 0 && sizeScale <= 1, `a size scale is 0 … 1, found ${sizeScale}`);
  for (const waitMs of [coolMs, probationMs]) {
    assert(waitMs >= 0 && waitMs <= WAIT_MS_MAX, `a wait is at most a day, found ${waitMs} ms`);
  }
  assert((severity === 'emergency') === (reset === '2P'), '2P is the way out of Emergency');
  assert(severity === 'warn' || reset !== '-', 'what bars anything has a class to be released by');
}

function isScope(scope: SafetyScope): boolean {
  const isIndex = (index: number, end: number): boolean =>
    Number.isInteger(index) && index >= 0 && index < end;
  if (scope.kind === 'venue') return isIndex(scope.venue, VENUES_MAX);
  if (scope.kind === 'instrument') return isIndex(scope.instrument, INSTRUMENTS_MAX);
  return scope.kind === 'desk' || STRATEGY_LABEL.test(scope.strategy);
}
