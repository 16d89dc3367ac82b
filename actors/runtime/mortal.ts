import type { Timer } from '../../src/core/env.ts';
import { reasonOf } from '../../src/core/result.ts';
import { isFatalError, KILLED, REQUESTED, SHUTDOWN_MS, type StopReason } from './actor-spec.ts';
import type { DeadLetterReason } from './mail/dead-letters.ts';
import type { Entry } from './mail/mailbox.ts';
import type { ActorFailed, FailedDuring } from './observers.ts';
import { Place } from './place.ts';
import { kindOf } from './ref.ts';
import type { Runnable } from './run-queue.ts';

/**
 * How an actor ends, whatever the cause: its handler is fenced off, its children end in reverse
 * order, its stop hook runs once, and only then is its place free. It ends exactly once.
 */
export abstract class Mortal extends Place implements Runnable {
  next: Runnable | null = null;
  isQueued = false;
  declare readonly children: Map<string, Mortal>;
  /** Raised when what is still out, a promise or a call, may not change anything any more. */
  protected generation = 0;
  protected isUrgent = false;
  /** Whether `start` completed, so that there is something to release. */
  protected isStarted = false;
  protected stopAsked: StopReason | null = null;
  #isActive = true;
  #isTerminating = false;
  /** Whether a successor is going to take its place. */
  #isReplaced = false;
  #isEnded = false;
  #reason: StopReason = KILLED;
  #stopLimit: Timer | null = null;
  readonly #onEnded: ((reason: StopReason) => void)[] = [];

  abstract get isRunnable(): boolean;
  abstract run(limit: number): number;
  /** The message that its handler has, or had when it failed. */
  protected abstract takeInHand(): Entry | null;
  /** Ends timers, watches and whatever else the handler has started. */
  protected abstract closeHandler(): void;
  /** Runs the stop hook, or the one before a restart. */
  protected abstract release(reason: StopReason, isReplaced: boolean): void | Promise<void>;
  /** Ends what the stop hook has started. */
  protected abstract closeRelease(): void;
  /** Called once it has ended. */
  protected abstract afterEnd(reason: StopReason): void;

  /** Whether it has neither failed nor begun to stop. */
  get isActive(): boolean {
    return this.#isActive;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Ends the life of its handler because of an error. What follows has a turn of its own. */
  fail(error: unknown, during: FailedDuring): void {
    if (!this.#isActive) {
      this.engine.lateEffects += 1;
      return;
    }
    this.#quiesce('failed');
    const inHand = this.takeInHand();
    this.#noteFailure(error, during, inHand);
    if (inHand !== null) this.bury(inHand, 'failed');
    this.engine.board.failAsksOf(this.uid, error, this.waitingForSuccessor());
    this.makeUrgent();
  }

  /** Tells of an error that its actor is to survive, and gives up the message in hand. */
  protected noteSurvived(error: unknown): void {
    const inHand = this.takeInHand();
    this.engine.observers.tell('resumed', this.#errorEvent(error, false, 'message', inHand));
    this.engine.observers.log('error', 'actor-resumed', this.text, `message: ${this.lastError}`);
    if (inHand !== null) this.bury(inHand, 'failed');
  }

  #noteFailure(error: unknown, during: FailedDuring, inHand: Entry | null): void {
    const isFatal = isFatalError(error);
    this.#reason = { kind: 'failed', error, isFatal };
    const event = this.#errorEvent(error, isFatal, during, inHand);
    this.engine.observers.tell('failed', event);
    if (isFatal) this.engine.observers.tell('fatal', event);
    this.engine.observers.log('error', 'actor-failed', this.text, `${during}: ${this.lastError}`);
  }

  #errorEvent(
    error: unknown,
    isFatal: boolean,
    during: FailedDuring,
    inHand: Entry | null,
  ): ActorFailed {
    this.lastError = reasonOf(error);
    const messageKind = inHand === null ? '' : kindOf(inHand.message);
    const { text: path, uid, kind } = this;
    return { path, uid, kind, error, isFatal, during, messageKind };
  }

  /** From here on no handler runs, and nothing that is still out has any effect. */
  #quiesce(status: 'failed' | 'stopping'): void {
    this.#isActive = false;
    this.status = status;
    this.generation += 1;
    this.closeHandler();
    this.refusal = status === 'failed' ? this.#refusalWhenDown() : 'stopped';
  }

  /** Messages to an actor that is down wait only for a successor that keeps messages. */
  #refusalWhenDown(): DeadLetterReason {
    const policy = this.seat.mailboxOnRestart;
    if (policy === null) return 'stopped';
    return policy === 'discard' ? 'restarting' : 'stash-full';
  }

  /** Asks for a turn that comes before any message. */
  protected makeUrgent(): void {
    this.isUrgent = true;
    this.engine.queue.add(this);
  }

  /**
   * Ends it in order: the handler that runs, then the children in reverse, then the stop hook.
   * What is not done within the limit of its seat is killed.
   */
  shutdown(reason: StopReason, onEnded?: (reason: StopReason) => void): void {
    if (this.#isEnded) {
      onEnded?.(this.#reason);
      return;
    }
    if (onEnded !== undefined) this.#onEnded.push(onEnded);
    if (this.stopAsked !== null || !this.#isActive) return;
    this.stopAsked = reason;
    this.#limitStop();
    this.makeUrgent();
  }

  #limitStop(): void {
    const { shutdown } = this.seat;
    if (this.#stopLimit !== null || shutdown === 'unlimited') return;
    const limitMs = shutdown === 'brutal-kill' ? SHUTDOWN_MS : shutdown;
    this.#stopLimit = this.engine.timers.after(limitMs, () => this.kill());
  }

  /** Does what was asked of it before any message: the end that a failure or a stop began. */
  protected attendEnd(isAtBoundary: boolean): void {
    if (!this.#isActive) {
      if (this.status === 'failed') this.#terminate();
      return;
    }
    const asked = this.stopAsked;
    if (asked === null) return;
    if (asked.kind === 'shutdown' && this.seat.shutdown === 'brutal-kill') {
      this.kill();
    } else if (isAtBoundary) {
      this.#reason = asked;
      this.#quiesce('stopping');
      this.#terminate();
    }
  }

  #terminate(): void {
    if (this.#isTerminating) return;
    this.#isTerminating = true;
    this.#limitStop();
    const { generation, seat } = this;
    this.#isReplaced = this.superior.replaces(this, this.#reason);
    const ending = this.#isReplaced && seat.keepsChildren ? [] : this.childrenInOrder();
    this.stopChildren(ending, () => {
      if (generation === this.generation) this.#runStopHook();
    });
  }

  /** Children in the order in which they were started. */
  childrenInOrder(): Mortal[] {
    return [...this.children.values()];
  }

  /** Stops children one after the other, last first; each ends in a turn of its own. */
  protected stopChildren(children: Mortal[], done: () => void): void {
    for (let child = children.pop(); child !== undefined; child = children.pop()) {
      if (child.isEnded) {
        // What it kept for a successor of its own ends in its place.
        children.push(...child.childrenInOrder());
        continue;
      }
      child.shutdown(REQUESTED, () => this.stopChildren(children, done));
      return;
    }
    done();
  }

  #runStopHook(): void {
    const { generation } = this;
    const finish = (): void => {
      if (generation === this.generation) this.#end(this.#reason);
      else this.engine.lateEffects += 1;
    };
    const failed = (thrown: unknown): void => {
      if (generation === this.generation) this.#noteFailure(thrown, 'stop', null);
      finish();
    };
    try {
      const outcome = this.isStarted ? this.release(this.#reason, this.#isReplaced) : undefined;
      if (outcome instanceof Promise) outcome.then(finish, failed);
      else finish();
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** Ends it and everything below it at once: no stop hook, and whatever is out is discarded. */
  kill(): void {
    if (this.#isEnded) return;
    const reason = this.status === 'failed' ? this.#reason : KILLED;
    if (this.#isActive) this.#quiesce('stopping');
    this.generation += 1;
    for (const child of this.childrenInOrder().reverse()) child.kill();
    this.#end(reason);
  }

  #end(reason: StopReason): void {
    this.#isEnded = true;
    this.#reason = reason;
    this.#stopLimit?.cancel();
    this.closeRelease();
    const inHand = this.takeInHand();
    if (inHand !== null) this.bury(inHand, 'abandoned');
    // What has ended and is left are places that were kept for successors. What lives is kept for
    // this actor's own.
    for (const child of [...this.children.values()]) if (child.isEnded) child.retire();
    const { text: path, uid, kind, engine } = this;
    if (this.isStarted) engine.observers.tell('stopped', { path, uid, kind, reason });
    engine.board.failAsksOf(uid, reason, this.waitingForSuccessor());
    this.tellWatchers(reason);
    this.refusal = this.#refusalWhenDown();
    if (this.seat.mailboxOnRestart === null) this.retire();
    else this.status = 'down';
    this.superior.childEnded(this, reason);
    this.afterEnd(reason);
    for (const tell of this.#onEnded) tell(reason);
  }

  /** What was kept for a successor that does not come ends with the place. */
  override retire(): void {
    for (const child of [...this.children.values()].reverse()) child.kill();
    super.retire();
  }

  /** nact's `stop`, which cannot be waited for. */
  override stop(): void {
    this.shutdown(REQUESTED);
  }
}
