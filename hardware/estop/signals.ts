import { assert } from '../../src/core/result.ts';
import type { Level } from '../gpio/port.ts';

export const CONTACTS = ['a', 'b', 'tamper'] as const;
/** The two normally-closed channels of the button, and the switch of the enclosure. */
export type Contact = (typeof CONTACTS)[number];

/** `reset` is 1 while its button is held, `service` while the technician's key is turned. */
export type Levels = Readonly<Record<Contact | 'reset' | 'service', Level>>;

export const HEALTHY: Levels = { a: 1, b: 1, tamper: 1, reset: 0, service: 0 };

/** Who may stop the desk beside the contacts. All of them lead to the same state. */
export const REQUESTS = [
  'latch',
  'shell',
  'signal',
  'software',
  'watchdog',
  'guard',
  'backend',
  'watcher',
  'self-test',
] as const;
export type StopCause = Contact | (typeof REQUESTS)[number];

/** Why a valid press of the reset button resets nothing; the first that holds. */
export type ResetDenial = 'fault' | 'open' | 'unstable' | 'cooldown';

export type EstopEventName =
  | `trip:${StopCause}`
  /** A further cause while the stop stands. */
  | `also:${StopCause}`
  | 'fault:discrepancy'
  | 'fault:cleared'
  | 'reset:ok'
  | 'reset:stuck'
  | `reset:denied:${ResetDenial}`;

/** All in microseconds. */
export interface EstopTimes {
  /** The two channels may disagree for less than this: springs are not equal. */
  readonly discrepancyUs: number;
  /** Contacts have to be closed for this long before a reset; the only debounce there is. */
  readonly releaseStableUs: number;
  /** The shortest and the longest press of the reset button that counts. */
  readonly resetMinUs: number;
  readonly resetMaxUs: number;
  /** From the last request to stop to the first reset. */
  readonly cooldownUs: number;
}

export const ESTOP_TIMES: EstopTimes = {
  discrepancyUs: 50_000,
  releaseStableUs: 50_000,
  resetMinUs: 100_000,
  resetMaxUs: 3_000_000,
  cooldownUs: 3_000_000,
};

export function assertTimes(times: EstopTimes): void {
  const all = Object.values(times);
  assert(
    all.every((us) => Number.isSafeInteger(us) && us > 0),
    'the times of the stop are whole microseconds above 0',
  );
  assert(times.resetMinUs <= times.resetMaxUs, 'the shortest reset is not above the longest');
}
