import {
  type GuardEffect,
  type GuardEvent,
  type GuardState,
  guardAt,
  guardStep,
} from '../../../src/control/guard/core.ts';

type WithoutTime<E> = E extends { readonly nowMs: number } ? Omit<E, 'nowMs'> : never;
export type Happening = WithoutTime<GuardEvent>;

export const POLICY = { silentMs: 250, deadMs: 5_000 };
export const LONE = { name: 'lone', hasDeadMan: false };
export const SWITCHED = { name: 'switched', hasDeadMan: true };

/** A guard whose clock, venues and daemon are in the test's hands. */
export class CorePlay {
  state: GuardState;
  nowMs = 1_000;
  readonly effects: GuardEffect[] = [];

  constructor(
    parts: {
      readonly trip?: number;
      readonly cause?: string | null;
      readonly left?: readonly (typeof LONE)[];
    } = {},
  ) {
    const { trip = 0, cause = null, left = [] } = parts;
    const begun = guardAt(this.nowMs, { trip, cause }, left);
    this.state = begun.state;
    this.effects.push(...begun.effects);
  }

  /** @returns what this event has led to */
  tell(happening: Happening): readonly GuardEffect[] {
    const step = guardStep(this.state, { ...happening, nowMs: this.nowMs } as GuardEvent);
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }

  hello(venues = [LONE, SWITCHED], policy = POLICY, open: number | null = 0): void {
    this.tell({ kind: 'hello', policy, venues });
    this.tell({ kind: 'tick', open });
  }

  beat(parts: Partial<Extract<Happening, { kind: 'beat' }>> = {}): readonly GuardEffect[] {
    return this.tell({ kind: 'beat', isTrading: true, isTripped: false, tripSeen: 0, ...parts });
  }

  /** Ticks each two milliseconds, as the process does. */
  pass(ms: number, open: number | null = 0): readonly GuardEffect[] {
    const from = this.effects.length;
    for (let left = ms; left > 0; left -= 2) {
      this.nowMs += 2;
      this.tell({ kind: 'tick', open });
    }
    return this.effects.slice(from);
  }

  /** Every request that is out is answered. */
  answer(open: number | null, venue?: string): void {
    for (const sweep of this.state.sweeps) {
      if (!sweep.isOut || (venue !== undefined && sweep.venue !== venue)) continue;
      this.tell({ kind: 'swept', venue: sweep.venue, round: sweep.round, open });
    }
  }

  /** Venues answer at once that nothing is open, until nothing is asked any more. */
  sweepClean(): void {
    for (let rounds = 0; rounds < 3; rounds += 1) {
      this.answer(0);
      this.pass(202);
      if (this.state.watch === 'armed') this.beat({ tripSeen: this.state.trip });
    }
  }

  /** A guard that watches a daemon. */
  armed(): this {
    this.hello();
    this.beat();
    return this;
  }
}

/** Venues that are to cancel, in order. */
export function cancelled(effects: readonly GuardEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'cancel' ? [effect.venue] : []));
}

export function notes(effects: readonly GuardEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'note' ? [effect.what] : []));
}

export function kinds(effects: readonly GuardEffect[]): string[] {
  return effects.map(({ kind }) => kind);
}
