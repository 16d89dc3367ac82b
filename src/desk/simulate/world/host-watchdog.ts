import type { VirtualTime } from '../../../simulation/virtual-time.ts';
import type { Pets } from '../../hardware/pets.ts';

/** Silence after which the device resets the host, as `RuntimeWatchdogSec=10` has it. */
const RESET_MS = 10_000;

export interface HostWatchdogOptions {
  readonly time: VirtualTime;
  /** The host is reset: its power goes and comes back. */
  readonly reset: () => void;
  /** Told of each pet of a process of the desk. */
  readonly petted: () => void;
}

/** The watchdog device of the host: it waits for the next pet from the first one on. */
export class HostWatchdog {
  /** The pets do not reach it. */
  isDeaf = false;
  resets = 0;
  readonly #options: HostWatchdogOptions;
  /** Counts pets and rests, so that a wait that is over knows whether it was the last. */
  #turn = 0;

  constructor(options: HostWatchdogOptions) {
    this.#options = options;
  }

  readonly pets: Pets = {
    pet: () => {
      this.#options.petted();
      if (!this.isDeaf) this.#await();
    },
    rest: () => {
      this.#turn += 1;
    },
  };

  #await(): void {
    this.#turn += 1;
    const turn = this.#turn;
    this.#options.time.timers.after(RESET_MS, () => {
      if (turn !== this.#turn) return;
      this.resets += 1;
      this.#options.reset();
    });
  }
}
