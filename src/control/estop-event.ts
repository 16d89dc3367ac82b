import type { Millis } from '../core/units.ts';
import type { Mode } from './gate.ts';

/** What happened to the emergency stop: one event each, and one for each cause of a trip. */
export interface EstopRecorded {
  readonly kind: 'estop';
  /** As the stop's machine names it: `trip:a`, `reset:denied:open`; `self-test:passed`, … */
  readonly what: string;
  /** What the stop stands for, the first cause; empty when it does not stand. */
  readonly cause: string;
  readonly by: string;
  readonly detail: string;
  /** Monotonic clock of this boot in whole microseconds; it alone counts for cool-downs. */
  readonly monoUs: number;
  readonly wallMs: Millis;
  readonly modeBefore: Mode;
  readonly modeAfter: Mode;
  readonly openOrders: number;
}
