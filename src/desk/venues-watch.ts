import type {
  ActorStarted,
  LaneObserver,
  SupervisorGaveUp,
} from '../../actors/runtime/observers.ts';
import type { Clock, Timer, Timers } from '../core/env.ts';
import type { Nanos } from '../core/units.ts';
import { endText } from './watchman.ts';

/** Where the venues hang. */
const VENUES = 'trading/venues';
/** Venues that give up again so soon are not mended by starting them again. */
const AGAIN_NS = 60e9;
/** They begin anew after 4 s at most, and are up at once if they can be. */
const BACK_MS = 10_000;

/**
 * Sees venues that cannot be kept up. Their supervisor waits longer and longer, so that they earn
 * no ban, and the gate is closed meanwhile; but what rests can be cancelled only past them. So
 * venues that give up twice within a minute, or do not come back, are an emergency. A process that
 * came up latched is patient: the one before it has cancelled what rested.
 */
export class VenuesWatch implements LaneObserver {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #isPatient: boolean;
  readonly #onHopeless: (reason: string) => void;
  #gaveUpNs: Nanos | null = null;
  #limit: Timer | null = null;

  constructor(parts: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly isPatient: boolean;
    /** Called once at most for each time that they give up. */
    readonly onHopeless: (reason: string) => void;
  }) {
    this.#clock = parts.clock;
    this.#timers = parts.timers;
    this.#isPatient = parts.isPatient;
    this.#onHopeless = parts.onHopeless;
  }

  gaveUp({ path, child, reason }: SupervisorGaveUp): void {
    if (path !== VENUES || this.#isPatient) return;
    const nowNs = this.#clock.mono();
    const isAgain = this.#gaveUpNs !== null && nowNs - this.#gaveUpNs < AGAIN_NS;
    this.#gaveUpNs = nowNs;
    this.#limit?.cancel();
    const hopeless = (): void => this.#onHopeless(`${child} ended: ${endText(reason)}`);
    if (isAgain) hopeless();
    else this.#limit = this.#timers.after(BACK_MS, hopeless);
  }

  started({ path }: ActorStarted): void {
    if (path === VENUES) this.#limit?.cancel();
  }
}
