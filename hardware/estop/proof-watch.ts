import type { Clock } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Millis } from '../../src/core/units.ts';
import { type GpioKind, isHardware } from '../gpio/port.ts';
import { type ProofState, proofState } from './proof-test.ts';

/** A press that was longer ago proves nothing of what a person says to have seen just now. */
export const PRESS_US_MAX = 900_000_000;

/** What outlives the actor that keeps it. */
export interface ProofRecord {
  /** The last proof test that was passed; null when there was none. */
  lastMs: Millis | null;
}

/**
 * The date of the proof test. A simulated panel has no wires that could be proven, so its date bars
 * nothing: it is recorded, so that the procedure can be learnt on paper.
 */
export class ProofWatch {
  readonly #record: ProofRecord;
  readonly #kind: GpioKind;
  readonly #clock: Clock;
  readonly #told: (state: ProofState) => void;
  #state: ProofState = 'in-date';

  /** @param told hears of each change; a desk begins in date until the first look */
  constructor(
    record: ProofRecord,
    kind: GpioKind,
    clock: Clock,
    told: (state: ProofState) => void,
  ) {
    this.#record = record;
    this.#kind = kind;
    this.#clock = clock;
    this.#told = told;
  }

  get lastMs(): Millis | null {
    return this.#record.lastMs;
  }

  look(): void {
    if (!isHardware(this.#kind)) return;
    const state = proofState(this.#record.lastMs, this.#clock.now());
    if (state === this.#state) return;
    this.#state = state;
    this.#told(state);
  }

  /** @param pressedUs when the button last tripped the stop, null when it did not in this run */
  prove(pressedUs: number | null): Result<void, string> {
    const atUs = Math.floor(this.#clock.mono() / 1_000);
    if (pressedUs === null || atUs - pressedUs > PRESS_US_MAX) {
      const minutes = PRESS_US_MAX / 60_000_000;
      return err(`the button has not stopped this desk in the last ${minutes} minutes: press it`);
    }
    this.#record.lastMs = this.#clock.now();
    this.look();
    return ok(undefined);
  }
}
