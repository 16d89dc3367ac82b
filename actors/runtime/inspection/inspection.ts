import { err, ok, type Result } from '../../../src/core/result.ts';
import type { RestartBudget, RtActor } from '../actor.ts';
import type { ContextInfo, Engine } from '../context.ts';
import type { QueuedEntry } from '../mail/mailbox.ts';
import type { ActorInfo } from '../place.ts';
import type { Hop } from './hop-log.ts';
import { Probe, type Tally } from './probe.ts';
import { TAPS_MAX, Tap, type TapFault, type TapLimits, tapFault } from './tap.ts';

/** Everything about one actor but its state. Lists are cut at `DETAIL_ROWS_MAX`. */
export interface ActorDetail extends ActorInfo, ContextInfo {
  readonly parent: string;
  readonly children: readonly string[];
  readonly watchers: readonly string[];
  readonly queued: readonly QueuedEntry[];
  readonly overflow: string;
  /** What a successor gets of the mailbox; null when nobody restarts it. */
  readonly mailboxOnRestart: string | null;
  /** Null for whoever is no supervisor. */
  readonly restartBudget: RestartBudget | null;
}

/** Children, watchers and queued messages that are told of one actor. */
export const DETAIL_ROWS_MAX = 200;

/** How a trace goes: the records since it was asked last. */
export interface TraceReport {
  readonly records: readonly Hop[];
  /** Messages that the rate left out so far. */
  readonly skipped: number;
  readonly isOver: boolean;
}

/**
 * What people see of a lane's actors. It changes none of them, and whatever costs the lane
 * something is bounded and ends by itself.
 */
export class Inspection {
  readonly #engine: Engine;
  /** Made when somebody first looks. It outlives a trace, so that its events can be looked at. */
  #probe: Probe | null = null;
  readonly #traces = new Map<number, Tap>();
  #tracesBegun = 0;
  #samplers = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** All actors, parents before their children, children in the order of their start. */
  *walk(): Generator<RtActor> {
    for (const actor of [...this.#engine.board.children.values()]) yield* below(actor as RtActor);
  }

  /** @returns null when nobody holds the path */
  detail(path: string): ActorDetail | null {
    const actor = this.#engine.board.recipientAt(path) as RtActor | undefined;
    if (actor === undefined) return null;
    const children = actor.childrenInOrder().slice(0, DETAIL_ROWS_MAX);
    return {
      ...actor.describe(),
      ...actor.inspect(),
      parent: actor.parentText,
      children: children.map(({ text }) => text),
      watchers: actor.watchers(DETAIL_ROWS_MAX),
      queued: actor.queued(DETAIL_ROWS_MAX),
      overflow: actor.overflow,
      mailboxOnRestart: actor.seat.mailboxOnRestart,
      restartBudget: actor.restartBudget(),
    };
  }

  /**
   * Times some of the messages until the function that this gives is called. Each tally stands
   * for `SAMPLE_EVERY` times its samples.
   */
  sample(): { readonly tallies: () => ReadonlyMap<string, Tally>; readonly end: () => void } {
    const probe = this.#need();
    this.#samplers += 1;
    this.#adjust();
    const end = (): void => {
      this.#samplers -= 1;
      this.#adjust();
    };
    return { tallies: () => copied(probe.tallies()), end };
  }

  /** Begins to record the messages of a path. @returns the number of the trace */
  trace(path: string, kind: string | null, limits: TapLimits): Result<number, TapFault> {
    const fault = tapFault(limits);
    if (fault !== null) return err(fault);
    if (this.#running().length >= TAPS_MAX) {
      const detail = `${TAPS_MAX} traces are on already; one of them has to end first`;
      return err({ kind: 'too-many-traces', detail });
    }
    this.#need();
    this.#forgetOldest();
    this.#tracesBegun += 1;
    const { clock, timers } = this.#engine;
    const adjust = (): void => {
      limit.cancel();
      this.#adjust();
    };
    const tap = new Tap(path, kind, limits, clock.mono(), adjust);
    const limit = timers.after(limits.durationMs, () => tap.end());
    this.#traces.set(this.#tracesBegun, tap);
    this.#adjust();
    return ok(this.#tracesBegun);
  }

  /** What a trace has recorded since the last time; null for a number that it does not know. */
  fetchTrace(id: number): TraceReport | null {
    const tap = this.#traces.get(id);
    if (tap === undefined) return null;
    const report = { records: tap.fetch(), skipped: tap.skipped, isOver: tap.isOver };
    if (tap.isOver) this.#traces.delete(id);
    return report;
  }

  endTrace(id: number): void {
    this.#traces.get(id)?.end();
  }

  /** The way of one event through the actors; empty when it is not known any more. */
  hopsOf(cause: number): Hop[] {
    return this.#probe?.hops.of(cause) ?? [];
  }

  /** Numbers of the events that traces have caught, oldest first. */
  get caughtEvents(): number[] {
    return this.#probe?.hops.keptEvents ?? [];
  }

  /** Whether anything is timed or recorded now. */
  get isOn(): boolean {
    return this.#engine.probe !== null;
  }

  #need(): Probe {
    this.#probe ??= new Probe(this.#engine);
    return this.#probe;
  }

  /** Traces whose records nobody has fetched are forgotten before new ones would add to them. */
  #forgetOldest(): void {
    for (const [id, tap] of this.#traces) {
      if (this.#traces.size < TAPS_MAX) return;
      if (tap.isOver) this.#traces.delete(id);
    }
  }

  #running(): Tap[] {
    return [...this.#traces.values()].filter(({ isOver }) => !isOver);
  }

  #adjust(): void {
    const probe = this.#need();
    probe.taps = this.#running();
    probe.isSampling = this.#samplers > 0;
    const isNeeded = this.#samplers > 0 || probe.taps.length > 0;
    this.#engine.probe = isNeeded ? probe : null;
  }
}

function* below(actor: RtActor): Generator<RtActor> {
  yield actor;
  for (const child of actor.childrenInOrder()) yield* below(child as RtActor);
}

function copied(tallies: ReadonlyMap<string, Tally>): ReadonlyMap<string, Tally> {
  return new Map([...tallies].map(([path, tally]) => [path, { ...tally }]));
}
