import { type Clock, DELAY_MS_MAX, type Timer, type Timers } from '../../src/core/env.ts';
import type { Rng } from '../../src/core/rng.ts';
import {
  type ActorSpec,
  type AnyActorSpec,
  type Context,
  type KeyedTimers,
  NORMAL,
  quiet,
  REQUESTED,
  StartFailed,
  StashOverflow,
  type StopReason,
  TIMERS_MAX,
  WATCHES_MAX,
} from './actor-spec.ts';
import type { Spawnable } from './blueprint.ts';
import { ActorBus, type Bus } from './bus/actor-bus.ts';
import type { EventStream } from './bus/event-stream.ts';
import type { Registry } from './bus/registry.ts';
import type { Probe } from './inspection/probe.ts';
import type { DeadLetters } from './mail/dead-letters.ts';
import { type Entry, Notice } from './mail/mailbox.ts';
import { WatchNotice } from './mail/watch-notice.ts';
import type { FailedDuring, Observers } from './observers.ts';
import type { Superior } from './place.ts';
import {
  type ActorRef,
  type AnswerRef,
  type CallResult,
  childPath,
  kindOf,
  type Reply,
} from './ref.ts';
import type { WorkQueue } from './run-queue.ts';
import { AskFailed, type Recipient, type Switchboard } from './switchboard.ts';

/** What the actors of one lane share. */
export interface Engine {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  readonly board: Switchboard;
  readonly queue: WorkQueue;
  /** What stands between an actor and its spec: nothing, but in fault simulation. */
  readonly wrap: (spec: AnyActorSpec) => AnyActorSpec;
  readonly observers: Observers;
  readonly events: EventStream;
  readonly registry: Registry;
  readonly deadLetters: DeadLetters;
  readonly freezesMessages: boolean;
  /** Spawns an actor that nobody restarts; see `Context.spawn`. */
  readonly spawn: <M>(parent: Superior, spawnable: Spawnable, name: string) => Promise<ActorRef<M>>;
  /** Looks at every message while somebody traces or samples; null while nobody does. */
  probe: Probe | null;
  /** The event that led to the message in hand; 0 while nobody traces. */
  cause: number;
  /** Uids given out so far. */
  uids: number;
  /** Effects that incarnations asked for after they were over. None of them happened. */
  lateEffects: number;
}

/** What a context needs of the actor it belongs to. */
export interface ContextOwner extends Recipient {
  readonly parentText: string;
  readonly ref: ActorRef<unknown>;
  readonly engine: Engine;
  readonly random: Rng;
  readonly currentSender: string;
  acceptNotice(notice: Notice): void;
  unstash(entries: readonly Entry[]): void;
  fail(error: unknown, during: FailedDuring): void;
  shutdown(reason: StopReason): void;
  readonly stashCapacity: number;
  childRefs(): ActorRef<never>[];
  isParentOf(path: string): boolean;
  spawnChild<S, N>(spec: ActorSpec<S, N>, name: string): Promise<ActorRef<N>>;
}

export interface TimerInfo {
  readonly key: string;
  readonly messageKind: string;
  readonly delayMs: number;
  readonly isPeriodic: boolean;
  /** When it fires next, on the lane's clock; what has fired waits in the mailbox. */
  readonly dueNs: number;
}

/** What an actor has started and waits for. */
export interface ContextInfo {
  readonly timers: readonly TimerInfo[];
  readonly watching: readonly { readonly path: string; readonly uid: number }[];
  /** Messages that it keeps for later. */
  readonly stashed: number;
}

/** The periodic timer that would never let the lane come to rest is refused. */
const PERIOD_MS_MIN = 1;
const UNAVAILABLE: CallResult<never> = Object.freeze({ ok: false, reason: 'unavailable' });

/** The context of one incarnation, until it is closed. */
export class RtContext implements Context<unknown> {
  readonly self: ActorRef<unknown>;
  readonly path: string;
  readonly parent: string;
  readonly clock: Clock;
  readonly timers: KeyedTimers<unknown>;
  readonly #owner: ContextOwner;
  readonly #timersByKey = new Map<string, KeyedTimer>();
  readonly #watches = new Map<string, WatchNotice>();
  #bus: ActorBus | null = null;
  #stash: Entry[] = [];
  #hasAsked = false;
  #isOpen = true;

  constructor(owner: ContextOwner) {
    this.#owner = owner;
    this.self = owner.ref;
    this.path = owner.text;
    this.parent = owner.parentText;
    this.clock = owner.engine.clock;
    this.timers = {
      start: (key, delayMs, message, options) =>
        this.#startTimer(key, delayMs, message, options?.periodic === true),
      cancel: (key) => this.#cancelTimer(key),
      isActive: (key) => this.#timersByKey.has(key),
    };
  }

  get bus(): Bus<unknown> {
    this.#bus ??= new ActorBus(this.#owner, this.#owner.engine, () => this.#isLate());
    return this.#bus;
  }

  get random(): Rng {
    return this.#owner.random;
  }

  get isCurrent(): boolean {
    return this.#isOpen;
  }

  send<N>(to: ActorRef<N>, message: N): boolean {
    const { board } = this.#owner.engine;
    if (this.#isOpen) return board.deliver(to, message, this.path);
    this.#owner.engine.lateEffects += 1;
    return board.bury(to, message, this.path, 'late-sender');
  }

  ask<N, R>(to: ActorRef<N>, make: (reply: Reply<R>) => N, timeoutMs: number): Promise<R> {
    if (this.#isOpen) {
      this.#hasAsked = true;
      return this.#owner.engine.board.ask(to, make, timeoutMs, this.self);
    }
    this.#owner.engine.lateEffects += 1;
    return quiet(Promise.reject(new AskFailed('asker-over', to.path, '')));
  }

  call<Q, R>(to: AnswerRef<Q, R>, question: Q): CallResult<R> {
    if (this.#isLate()) return UNAVAILABLE;
    return this.#owner.engine.board.call(to, question) as CallResult<R>;
  }

  spawn<S, N>(spec: ActorSpec<S, N>, name: string): Promise<ActorRef<N>> {
    if (!this.#isLate()) return this.#owner.spawnChild(spec, name);
    return quiet(Promise.reject(new StartFailed(childPath(this.path, name), 'its parent is over')));
  }

  stopSelf(reason: 'normal' | 'shutdown' = 'normal'): void {
    if (!this.#isLate()) this.#owner.shutdown(reason === 'normal' ? NORMAL : REQUESTED);
  }

  ingest(message: unknown): boolean {
    if (!this.#isOpen) return this.send(this.self, message);
    const { queue } = this.#owner.engine;
    const isOutermost = queue.hold();
    try {
      return this.#owner.accept(message, 0, this.path);
    } finally {
      if (isOutermost) queue.drain();
    }
  }

  fenced<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (this.#isLate()) return;
      try {
        const outcome: unknown = callback(...args);
        if (outcome instanceof Promise) {
          outcome.catch((thrown) => this.#owner.fail(thrown, 'callback'));
        }
      } catch (thrown) {
        this.#owner.fail(thrown, 'callback');
      }
    };
  }

  watch(to: ActorRef<never>, message?: unknown): void {
    if (this.#isLate()) return;
    const target = this.#owner.engine.board.watchedAt(to);
    const isMeant = target !== undefined && (to.uid === 0 || to.uid === target.uid);
    const uid = isMeant ? target.uid : to.uid;
    const key = `${to.path}#${uid}`;
    const known = this.#watches.get(key);
    if (known !== undefined) {
      known.replace(message);
      return;
    }
    if (this.#watches.size >= WATCHES_MAX) {
      throw new RangeError(`${this.path} watches ${WATCHES_MAX} actors already`);
    }
    const forget = (): void => void this.#watches.delete(key);
    const watch = new WatchNotice(this.#owner, to.path, uid, message, forget);
    this.#watches.set(key, watch);
    if (isMeant && target.addWatch(watch)) watch.target = target;
    else watch.tell({ kind: 'unknown' });
  }

  unwatch(to: ActorRef<never>): void {
    for (const watch of this.#watches.values()) {
      if (watch.path === to.path && (to.uid === 0 || to.uid === watch.uid)) watch.cancel();
    }
  }

  stash(message: unknown): void {
    if (this.#isLate()) return;
    const { stashCapacity } = this.#owner;
    if (this.#stash.length >= stashCapacity) throw new StashOverflow(this.path, stashCapacity);
    this.#stash.push({ message, uid: 0, sender: this.#owner.currentSender });
  }

  get stashed(): number {
    return this.#stash.length;
  }

  childRefs(): readonly ActorRef<never>[] {
    return this.#owner.childRefs();
  }

  unstashAll(): void {
    if (this.#isLate()) return;
    const stashed = this.#stash;
    this.#stash = [];
    this.#owner.unstash(stashed);
  }

  /** Its timers and watches, as an inspector sees them. */
  inspect(): ContextInfo {
    const timers = [...this.#timersByKey].map(([key, timer]) => timer.info(key));
    const watching = [...this.#watches.values()].map(({ path, uid }) => ({ path, uid }));
    return { timers, watching, stashed: this.#stash.length };
  }

  /** Ends everything that this context started. Messages in the stash go back to the mailbox. */
  close(): void {
    this.unstashAll();
    this.#isOpen = false;
    if (this.#hasAsked) this.#owner.engine.board.dropAsksBy(this.#owner.uid);
    for (const key of this.#timersByKey.keys()) this.#cancelTimer(key);
    for (const watch of this.#watches.values()) watch.cancel();
  }

  #isLate(): boolean {
    if (this.#isOpen) return false;
    this.#owner.engine.lateEffects += 1;
    return true;
  }

  #startTimer(key: string, delayMs: number, message: unknown, isPeriodic: boolean): void {
    if (this.#isLate()) return;
    if (isPeriodic && !(delayMs >= PERIOD_MS_MIN)) {
      throw new RangeError(`timer ${key}: period ${delayMs} ms is not in 1 … ${DELAY_MS_MAX}`);
    }
    this.#cancelTimer(key);
    if (this.#timersByKey.size >= TIMERS_MAX) {
      throw new RangeError(`timer ${key}: ${this.path} has ${TIMERS_MAX} timers already`);
    }
    const forget = (): void => void this.#timersByKey.delete(key);
    const timer = new KeyedTimer(this.#owner, delayMs, message, isPeriodic, forget);
    timer.arm();
    this.#timersByKey.set(key, timer);
  }

  #cancelTimer(key: string): void {
    this.#timersByKey.get(key)?.cancel();
    this.#timersByKey.delete(key);
  }
}

/** One timer of a key. Its tick dies with it, even when it is queued already. */
class KeyedTimer extends Notice {
  readonly #owner: ContextOwner;
  readonly #delayMs: number;
  readonly #isPeriodic: boolean;
  readonly #forget: () => void;
  #armed: Timer | null = null;
  #dueNs = 0;

  constructor(
    owner: ContextOwner,
    delayMs: number,
    message: unknown,
    isPeriodic: boolean,
    forget: () => void,
  ) {
    super(message);
    this.#owner = owner;
    this.#delayMs = delayMs;
    this.#isPeriodic = isPeriodic;
    this.#forget = forget;
  }

  /** @throws RangeError for a delay that the timers refuse */
  arm(): void {
    const { timers, clock } = this.#owner.engine;
    this.#armed = timers.after(this.#delayMs, this.#fire);
    this.#dueNs = clock.mono() + this.#delayMs * 1e6;
  }

  info(key: string): TimerInfo {
    const messageKind = kindOf(this.message);
    const isPeriodic = this.#isPeriodic;
    return { key, messageKind, delayMs: this.#delayMs, isPeriodic, dueNs: this.#dueNs };
  }

  cancel(): void {
    this.isLive = false;
    this.#armed?.cancel();
  }

  readonly #fire = (): void => {
    if (this.#isPeriodic) this.arm();
    this.#owner.acceptNotice(this);
  };

  override read(): boolean {
    if (this.isLive && !this.#isPeriodic) this.#forget();
    return super.read();
  }
}
