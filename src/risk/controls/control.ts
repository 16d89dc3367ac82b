import type { ResetClass, Severity } from '../../control/safety-cause.ts';

/** Where in the desk a control stands. */
export type ControlLayer =
  | 'gate'
  | 'data'
  | 'signal'
  | 'risk'
  | 'exec'
  | 'venue'
  | 'infra'
  | 'human';

/** What one verdict is about: one order, or everything of a scope. */
export type ControlScope = 'order' | 'instrument' | 'strategy' | 'venue' | 'desk';

/** `refused` concerns one order and nothing after it; the others are the words of the kernel. */
export type Response = 'refused' | Exclude<Severity, 'normal'>;

/** What a control has found, with the number that led to it and the limit that it went beyond. */
export interface Verdict {
  readonly response: Response;
  readonly measured: number;
  readonly limit: number;
  /** `reduced`: what it leaves of each size where that is not the control's own; 0 … 1. */
  readonly sizeScale?: number;
}

/** One number of a control that the configuration may set. */
export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** What else sets it, in the configuration or the desk; then section `breakers` does not. */
  readonly setBy: string | null;
}

export type LimitTable = Readonly<Record<string, Limit>>;
/** The values in force of a control's limits. */
export type LimitsOf<L extends LimitTable> = { readonly [K in keyof L]: number };

/**
 * One of the 37 controls. `check` is pure: it answers null when nothing is wrong, and exactly at a
 * limit the milder state holds unless the trigger says so. A measurement that is not a number is
 * never taken for a small one.
 */
export interface Control<M = never, L extends LimitTable = LimitTable> {
  readonly id: string;
  readonly layer: ControlLayer;
  readonly name: string;
  /** As people read it; its numbers are those of `limits`. */
  readonly trigger: string;
  readonly action: string;
  readonly scope: ControlScope;
  readonly limits: L;
  /** Who takes each response away; nobody has to take away what concerns one order. */
  readonly reset: Readonly<Partial<Record<Response, ResetClass>>>;
  /** What `reduced` leaves of each size; half unless told, 0 leaves only what reduces. */
  readonly reducedTo?: number;
  /** What it pauses may be flattened in an emergency: it speaks against trading alone. */
  readonly letsFlatten?: true;
  /** Time without the trigger before a breaker of it may probe, in ms. */
  readonly coolMs: number;
  readonly source: ControlSource;
  check(measured: M, limits: LimitsOf<L>): Verdict | null;
}

/** Who measures: a part of this desk, or nobody yet, and then what will. */
export type ControlSource =
  | { readonly kind: 'wired'; readonly where: string }
  | { readonly kind: 'injected'; readonly until: string };

/** Any control, for lists. */
export type AnyControl = Control<never, LimitTable>;

/** What a breaker has to know of what opens it. */
export type Opener = Pick<
  AnyControl,
  'id' | 'name' | 'reset' | 'reducedTo' | 'letsFlatten' | 'coolMs'
>;

export function limit(
  value: number,
  unit: string,
  range: { readonly min?: number; readonly max?: number; readonly setBy?: string } = {},
): Limit {
  const { min = 0, max = 1e9, setBy = null } = range;
  return { value, unit, min, max, setBy };
}

export const wired = (where: string): ControlSource => ({ kind: 'wired', where });
export const injected = (until: string): ControlSource => ({ kind: 'injected', until });

/** The default limits of a control. */
export function defaultsOf<L extends LimitTable>(control: { readonly limits: L }): LimitsOf<L> {
  const entries = Object.entries(control.limits).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as LimitsOf<L>;
}

export function verdict(response: Response, measured: number, limitFound: number): Verdict {
  return { response, measured, limit: limitFound };
}

/** The verdict when the number is above its limit, or is none at all. */
export function above(response: Response, measured: number, limitFound: number): Verdict | null {
  return measured <= limitFound ? null : { response, measured, limit: limitFound };
}
