import type { Gate } from '../../control/gate.ts';
import {
  type DeadManEvent,
  type DeadManState,
  type DeadManSwitch,
  deadManOf,
  deadManStep,
} from '../../control/guard/dead-man.ts';
import type { Clock } from '../../core/env.ts';

export interface DeadManHolderOptions {
  /** Null where the venue has none: then nothing waits for it. */
  readonly held: DeadManSwitch | null;
  readonly gate: Gate;
  /** Index of the venue. */
  readonly venue: number;
  readonly clock: Clock;
  readonly fenced: <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void;
  readonly cancelAll: () => void;
}

/**
 * Feeds a venue's own dead-man switch while the venue is heard, and keeps orders from it whenever
 * the switch is not known to be held (C30). It is left to run out by itself: what it cancels then
 * is what nobody watches.
 */
export class DeadManHolder {
  readonly #options: DeadManHolderOptions;
  #state: DeadManState | null;

  constructor(options: DeadManHolderOptions) {
    const { held, gate, venue } = options;
    this.#options = options;
    this.#state = held === null ? null : deadManOf(held.times);
    if (held === null) gate.resumeVenue(venue, 'dead-man');
    else gate.pauseVenue(venue, 'dead-man');
  }

  /** The venue is heard: orders are about to rest there, and what it held before is not known. */
  onConnected(): void {
    const kind = this.#state?.isWanted === true ? 'forgotten' : 'wanted';
    this.#take((nowMs) => ({ kind, nowMs }));
  }

  /** A few times a second, connected or not. */
  onTick(): void {
    this.#take((nowMs) => ({ kind: 'tick', nowMs }));
  }

  #take(eventAt: (nowMs: number) => DeadManEvent): void {
    const { held, gate, venue, clock, fenced, cancelAll } = this.#options;
    if (this.#state === null || held === null) return;
    const { state, effects } = deadManStep(this.#state, eventAt(clock.mono() / 1e6));
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'pause') gate.pauseVenue(venue, 'dead-man');
      else if (effect.kind === 'resume') gate.resumeVenue(venue, 'dead-man');
      else if (effect.kind === 'cancel-all') cancelAll();
      else if (effect.kind === 'arm') {
        const { request } = effect;
        const answered = fenced((isTaken: boolean) =>
          this.#take((nowMs) => ({ kind: 'answered', nowMs, request, isTaken })),
        );
        void held.arm().then(answered);
      }
    }
  }
}
