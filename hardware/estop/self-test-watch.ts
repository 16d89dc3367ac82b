import type { Env } from '../../src/core/env.ts';
import type { GpioBackend } from '../gpio/port.ts';
import { runSelfTest, type SelfTestWiring, selfTestFaultText } from '../gpio/self-test.ts';
import { isSelfTestDue } from './proof-test.ts';

/** A test that failed is tried again so often, so that a mended wire needs no restart. */
export const RETRY_US = 10_000_000;

export interface SelfTestOptions {
  readonly backend: GpioBackend;
  readonly wiring: SelfTestWiring;
  readonly env: Pick<Env, 'clock' | 'timers'>;
  /** What was wrong at the start; null when that test passed. */
  readonly startFault: string | null;
  /** Told of each test: null when it passed, else one sentence. */
  readonly told: (fault: string | null) => void;
}

/** Runs the self-test once a day, and again and again while it fails. */
export class SelfTestWatch {
  readonly #options: SelfTestOptions;
  #passedUs: number | null;
  #triedUs: number;
  #isRunning = false;

  constructor(options: SelfTestOptions) {
    this.#options = options;
    this.#triedUs = this.#nowUs();
    this.#passedUs = options.startFault === null ? this.#triedUs : null;
  }

  /** @param isTripped while the stop stands its contacts may be open, and nothing is tested */
  look(isTripped: boolean): void {
    const atUs = this.#nowUs();
    if (this.#isRunning || isTripped || !isSelfTestDue(this.#passedUs, atUs)) return;
    if (atUs - this.#triedUs < RETRY_US) return;
    this.#triedUs = atUs;
    this.#isRunning = true;
    const { backend, wiring, env, told } = this.#options;
    runSelfTest(backend, wiring, env, (outcome) => {
      this.#isRunning = false;
      this.#passedUs = outcome.ok ? this.#nowUs() : null;
      told(outcome.ok ? null : selfTestFaultText(outcome.error));
    });
  }

  #nowUs(): number {
    return Math.floor(this.#options.env.clock.mono() / 1_000);
  }
}
