import type { SafetyScope } from '../../control/safety-cause.ts';
import type { LimitBook } from '../breakers/limit-book.ts';
import type { Regime } from '../breakers/settings.ts';
import type { AnyControl, Verdict } from '../controls/control.ts';

/** What the measuring parts need: the numbers in force, and the board that takes what they find. */
export interface WatchPort {
  readonly limits: () => LimitBook;
  report(
    control: AnyControl,
    scope: SafetyScope,
    verdict: Verdict | null,
    nowMs: number,
    regime?: Regime,
  ): void;
  /** Whether what a control has found stands: what people have released does not. */
  stands(control: AnyControl, scope: SafetyScope): boolean;
}

export const DESK_SCOPE: SafetyScope = { kind: 'desk' };
