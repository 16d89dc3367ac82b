import type { Timer } from '../../src/core/env.ts';
import { assert } from '../../src/core/result.ts';
import type { Rng } from '../../src/core/rng.ts';
import {
  type ActorSpec,
  type AnyActorSpec,
  HANDLER_TIMEOUT_MS,
  HandlerTimeout,
  isFatalError,
  NORMAL,
  quiet,
  REQUESTED,
  STASH_MAX,
  StartFailed,
  type StopReason,
} from './actor-spec.ts';
import { type ContextInfo, type ContextOwner, RtContext } from './context.ts';
import { type Entry, type Mailbox, Notice } from './mail/mailbox.ts';
import { Mortal } from './mortal.ts';
import type { ActorStatus, Place, Seat } from './place.ts';
import { type ActorRef, type CallRefusal, type CallResult, childPath, kindOf } from './ref.ts';
import { SLICE_MESSAGES } from './run-queue.ts';

/** How a start ended. One that was ignored left nothing behind, and is no failure. */
export type StartOutcome =
  | { readonly ok: true; readonly isIgnored: boolean }
  | { readonly ok: false; readonly error: unknown };

/** Restarts that a supervisor has admitted within its period, and how many it admits. */
export interface RestartBudget {
  readonly admitted: number;
  readonly intensity: number;
  readonly periodMs: number;
}

/** What is in hand between messages. */
const NOTHING = Symbol('nothing');
const refused = (reason: CallRefusal): CallResult<never> => Object.freeze({ ok: false, reason });
const UNAVAILABLE = refused('unavailable');
const CRASHED = refused('crashed');
const BUSY = refused('busy');
const RE_ENTRANT = refused('re-entrant');

/** One incarnation of an actor: it starts, handles messages, and ends once. */
export class RtActor extends Mortal implements ContextOwner {
  readonly random: Rng;
  declare readonly children: Map<string, RtActor>;
  /** What messages it takes is checked where they are sent, by the types of references. */
  readonly #spec: ActorSpec<unknown, unknown>;
  readonly #context: RtContext;
  #releaseContext: RtContext | null = null;
  #onStarted: ((outcome: StartOutcome) => void) | null = null;
  #state: unknown;
  #watchdog: Timer | null = null;
  #isOnStack = false;
  #isSuspended = false;
  #isIgnored = false;
  #injected: { readonly error: unknown } | null = null;
  #inHand: unknown = NOTHING;
  #inHandSender = '';

  constructor(seat: Seat, spec: AnyActorSpec, inbox: Mailbox, predecessor: Place | null) {
    super(seat, spec, inbox, predecessor);
    this.random = this.engine.random.fork(this.text);
    this.#spec = spec as ActorSpec<unknown, unknown>;
    this.#context = new RtContext(this);
  }

  get currentSender(): string {
    return this.#inHandSender;
  }

  /** Starts it. `onStarted` is called once, perhaps before this returns. */
  begin(onStarted: (outcome: StartOutcome) => void): void {
    this.#onStarted = onStarted;
    try {
      this.inherit();
    } catch (thrown) {
      this.fail(thrown, 'start');
    }
    if (this.isActive) this.boot();
  }

  protected boot(): void {
    const generation = this.generation;
    let made: unknown;
    try {
      made = this.#spec.start(this.#context);
    } catch (thrown) {
      this.fail(thrown, 'start');
      return;
    }
    this.#use(made, generation, 'start');
  }

  spawnChild<S, N>(spec: ActorSpec<S, N>, name: string): Promise<ActorRef<N>> {
    if (this.isActive) return this.engine.spawn(this, spec, name);
    const cause = 'its parent is ending';
    return quiet(Promise.reject(new StartFailed(childPath(this.text, name), cause)));
  }

  /** Ends before it has begun, because there is nothing for it to do. */
  protected ignoreStart(): void {
    this.#isIgnored = true;
    this.shutdown(NORMAL);
  }

  protected wake(): void {
    if (this.status === 'running') this.engine.queue.add(this);
  }

  get isRunnable(): boolean {
    return this.isUrgent || (this.status === 'running' && this.inbox.size > 0);
  }

  run(limit: number): number {
    let done = 0;
    for (; done < limit && this.isRunnable; done += 1) {
      if (this.isUrgent) this.#attend();
      else this.#handleNext();
    }
    return done;
  }

  #handleNext(): void {
    let message = this.inbox.take();
    if (this.inbox.isNotice) {
      const notice = message as Notice;
      if (!notice.read()) return;
      message = notice.message;
    }
    this.#inHand = message;
    this.#inHandSender = this.inbox.takenSender;
    const generation = this.generation;
    const { probe } = this.engine;
    const isSeen = probe?.enter(this.text, message, this.inbox) === true;
    let next: unknown;
    this.#isOnStack = true;
    try {
      next = this.#spec.receive(this.#state, message, this.#context);
    } catch (thrown) {
      this.#isOnStack = false;
      if (isSeen) probe.leave('failed');
      this.#rejectMessage(thrown);
      return;
    }
    this.#isOnStack = false;
    if (isSeen) probe.leave(next instanceof Promise ? 'awaiting' : 'handled');
    this.#use(next, generation, 'message');
  }

  /** What becomes of a message that its handler threw over, and of the actor. */
  #rejectMessage(thrown: unknown): void {
    const resumes = this.isActive && !isFatalError(thrown) && this.#resumesAfter(thrown);
    if (resumes) this.noteSurvived(thrown);
    else this.fail(thrown, 'message');
  }

  #resumesAfter(thrown: unknown): boolean {
    return this.#spec.resumesAfter?.some((survived) => thrown instanceof survived) === true;
  }

  /** Takes what `start` or `receive` gave: the next state, or a promise of it. */
  #use(given: unknown, generation: number, what: 'start' | 'message'): void {
    if (given instanceof Promise) {
      this.#wait(given, generation, what);
    } else if (generation !== this.generation) {
      this.engine.lateEffects += 1;
    } else if (what === 'start') {
      this.#becomeStarted(given);
    } else {
      this.#state = given;
      this.#inHand = NOTHING;
      this.handled += 1;
    }
  }

  #wait(promise: Promise<unknown>, generation: number, what: 'start' | 'message'): void {
    const isCurrent = (): boolean => generation === this.generation;
    if (isCurrent()) {
      if (what === 'message') this.status = 'awaiting';
      const limitMs = this.#spec.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS;
      const subject = what === 'start' ? 'start' : kindOf(this.#inHand);
      this.#watchdog = this.engine.timers.after(limitMs, () =>
        this.fail(new HandlerTimeout(this.text, subject, limitMs), what),
      );
    }
    promise.then(
      (value) => {
        if (isCurrent()) this.#watchdog?.cancel();
        this.#use(value, generation, what);
        if (isCurrent() && what === 'message') this.#becomeIdle();
      },
      (thrown) => {
        if (!isCurrent()) {
          this.engine.lateEffects += 1;
        } else if (what === 'start') {
          this.fail(thrown, what);
        } else {
          this.#watchdog?.cancel();
          this.#rejectMessage(thrown);
          if (isCurrent()) this.#becomeIdle();
        }
      },
    );
  }

  #becomeStarted(state: unknown): void {
    this.#state = state;
    this.isStarted = true;
    this.startedNs = this.engine.clock.mono();
    this.#becomeIdle();
    const { text: path, uid, kind, restarts } = this;
    this.engine.observers.tell('started', { path, uid, kind, restarts });
    this.#tellStarted({ ok: true, isIgnored: false });
  }

  #becomeIdle(): void {
    this.status = this.#isSuspended ? 'suspended' : 'running';
    if (this.#injected !== null || this.stopAsked !== null) this.isUrgent = true;
    if (this.isRunnable) this.engine.queue.add(this);
  }

  #tellStarted(outcome: StartOutcome): void {
    const tell = this.#onStarted;
    this.#onStarted = null;
    tell?.(outcome);
  }

  respond(question: unknown, uid: number): CallResult<unknown> {
    if (uid !== 0 && uid !== this.uid) return UNAVAILABLE;
    if (this.#isOnStack) return RE_ENTRANT;
    if (this.status === 'awaiting') return BUSY;
    if (this.isUrgent || this.status !== 'running') return UNAVAILABLE;
    assert(this.#spec.answer !== undefined, `${this.text} (${this.kind}) answers no questions`);
    const generation = this.generation;
    for (let left = SLICE_MESSAGES; left > 0 && this.isRunnable && !this.isUrgent; left -= 1) {
      this.#handleNext();
    }
    if (generation !== this.generation) return CRASHED;
    if (this.isUrgent || this.#is('suspended')) return UNAVAILABLE;
    if (this.inbox.size > 0 || this.#is('awaiting')) return BUSY;
    return this.#answer(question, generation);
  }

  /** The status now, whatever the compiler concluded from an earlier look at it. */
  #is(status: ActorStatus): boolean {
    return this.status === status;
  }

  #answer(question: unknown, generation: number): CallResult<unknown> {
    const { probe } = this.engine;
    const isSeen = probe?.enter(this.text, question, null) === true;
    let value: unknown;
    this.#isOnStack = true;
    try {
      value = this.#spec.answer?.(this.#state, question, this.#context);
      if (value instanceof Promise) {
        quiet(value);
        throw new TypeError(`${this.text}: an answer is synchronous, and this one is a promise`);
      }
    } catch (thrown) {
      this.#isOnStack = false;
      if (isSeen) probe.leave('failed');
      this.fail(thrown, 'answer');
      return CRASHED;
    }
    this.#isOnStack = false;
    if (isSeen) probe.leave('answered');
    return generation === this.generation ? { ok: true, value } : CRASHED;
  }

  /** Fails at the next message boundary, as if the handler had thrown. */
  inject(error: unknown): void {
    this.#injected = { error };
    this.makeUrgent();
  }

  /** Handles no messages until it may again. Stopping and failing are not held up. */
  setSuspended(isSuspended: boolean): void {
    this.#isSuspended = isSuspended;
    if (this.#is('running') || this.#is('suspended')) this.#becomeIdle();
  }

  /** What its spec lets an inspector see; undefined without a `view`. @throws what that throws */
  view(): unknown {
    return this.isStarted ? this.#spec.view?.(this.#state) : undefined;
  }

  /**
   * Ends it in order once everything that is queued by now has been handled. What comes later and
   * is not handled before the end is a dead letter, as with every stop.
   *
   * @returns takes the wish back
   */
  drain(onEnded: (reason: StopReason) => void): () => void {
    const pill = new Pill(() => this.shutdown(REQUESTED, onEnded));
    this.acceptNotice(pill);
    return () => {
      pill.isLive = false;
    };
  }

  /** Its timers, watches and stash. */
  inspect(): ContextInfo {
    return this.#context.inspect();
  }

  /** How many restarts a supervisor has admitted lately; null for everybody else. */
  restartBudget(): RestartBudget | null {
    return null;
  }

  #attend(): void {
    this.isUrgent = false;
    const isAtBoundary = this.canEndNow;
    if (isAtBoundary && this.#injected !== null) this.fail(this.#injected.error, 'injection');
    else this.attendEnd(isAtBoundary);
    this.attendChildren();
  }

  /** False while a promise is out; when it has settled, the actor attends again. */
  protected get canEndNow(): boolean {
    return this.status === 'running' || this.status === 'suspended';
  }

  /** What a supervisor does about children that have ended. */
  protected attendChildren(): void {}

  protected takeInHand(): Entry | null {
    if (this.#inHand === NOTHING) return null;
    const entry = { message: this.#inHand, uid: 0, sender: this.#inHandSender };
    this.#inHand = NOTHING;
    return entry;
  }

  protected closeHandler(): void {
    this.#watchdog?.cancel();
    this.#context.close();
  }

  /** The stop hook has a context of its own, so that the handler's stays closed. */
  protected release(reason: StopReason, isReplaced: boolean): void | Promise<void> {
    this.#releaseContext = new RtContext(this);
    if (isReplaced && this.#spec.beforeRestart !== undefined) {
      return this.#spec.beforeRestart(this.#state, this.#releaseContext, reason);
    }
    return this.#spec.stop?.(this.#state, this.#releaseContext, reason);
  }

  protected closeRelease(): void {
    this.#releaseContext?.close();
  }

  protected afterEnd(reason: StopReason): void {
    if (this.#isIgnored) {
      this.#tellStarted({ ok: true, isIgnored: true });
      return;
    }
    const error = reason.kind === 'failed' ? reason.error : 'it was stopped before that';
    this.#tellStarted({ ok: false, error });
  }

  /** Without a restart strategy a child's failure is its watchers' business. */
  childEnded(_child: Place, _reason: StopReason): void {}

  replaces(_child: Place, _reason: StopReason): boolean {
    return false;
  }

  get stashCapacity(): number {
    return this.#spec.stashCapacity ?? STASH_MAX;
  }

  childRefs(): ActorRef<never>[] {
    return this.childrenInOrder().map(({ ref }) => ref);
  }

  isParentOf(path: string): boolean {
    return this.children.get(path.slice(path.lastIndexOf('/') + 1))?.text === path;
  }
}

/** Queued behind everything else: when it is read, all of that has been handled. */
class Pill extends Notice {
  readonly #onRead: () => void;

  constructor(onRead: () => void) {
    super({ kind: 'drain' });
    this.#onRead = onRead;
  }

  override read(): boolean {
    if (super.read()) this.#onRead();
    return false;
  }
}
