import type { Clock } from '../../src/core/env.ts';
import { reasonOf } from '../../src/core/result.ts';
import type { Rng } from '../../src/core/rng.ts';
import type { Bus } from './bus/actor-bus.ts';
import { Mailbox, type MailboxOptions } from './mail/mailbox.ts';
import type { ActorRef, AnswerRef, CallResult, Reply } from './ref.ts';

/**
 * What an actor is: its state S, the messages M it takes, and what it does with them. Whatever one
 * of these functions does (throw, reject, never settle) ends as one supervised failure.
 */
export interface ActorSpec<S, M> {
  /** What it is called in the tree and the log: `feed`, `risk`. */
  readonly kind: string;
  readonly mailbox?: Partial<MailboxOptions<M>>;
  /** Limit of an asynchronous `start` or `receive`. Default 5000. */
  readonly handlerTimeoutMs?: number;
  /** Messages that `ctx.stash` may hold. Default and most 1024. */
  readonly stashCapacity?: number;
  /**
   * Errors that `receive` survives: the state stays what it was, the message is a dead letter, the
   * error is logged. Everything else is a failure, and so is always what is fatal. Default none.
   */
  readonly resumesAfter?: readonly ErrorClass[];
  /** The first state. Throwing or rejecting means that the actor was never there. */
  start(ctx: Context<M>): S | Promise<S>;
  /** The next state. While a promise is out, this actor alone waits. */
  receive(state: S, message: M, ctx: Context<M>): S | Promise<S>;
  /** A synchronous answer to `ctx.call`; a promise is a failure. */
  answer?(state: S, question: unknown, ctx: Context<M>): unknown;
  /**
   * Releases what the actor holds: called exactly once if `start` completed, also after a failure,
   * never when the actor is killed. It has a deadline.
   */
  stop?(state: S, ctx: Context<M>, reason: StopReason): void | Promise<void>;
  /**
   * Called in place of `stop` when the supervisor is going to start a successor. Should that come
   * to nothing after all, what the actor holds has been released all the same.
   */
  beforeRestart?(state: S, ctx: Context<M>, reason: StopReason): void | Promise<void>;
  /** What an inspector may see of the state. */
  view?(state: S): unknown;
}

/** Errors are told apart by their class; a subclass counts as its base. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** An actor of any state and messages. */
export type AnyActorSpec = ActorSpec<unknown, never>;

/**
 * How an actor reaches everything around it. It belongs to one incarnation: once that is over, it
 * refuses and counts whatever a handler that is still running asks for.
 */
export interface Context<M> {
  readonly self: ActorRef<M>;
  readonly path: string;
  /** Path of the parent; empty at the top. */
  readonly parent: string;
  readonly clock: Clock;
  /** A stream of this incarnation's own. */
  readonly random: Rng;
  /** False once this incarnation is over; to be asked after every `await`. */
  readonly isCurrent: boolean;
  /** @returns false when the recipient refused it, which is a dead letter; never throws */
  send<N>(to: ActorRef<N>, message: N): boolean;
  /**
   * Sends a question and waits for the answer, off the tick path. Rejects with `AskFailed` at
   * once when the recipient is unknown, refuses or dies, and at the latest after `timeoutMs`.
   */
  ask<N, R>(to: ActorRef<N>, make: (reply: Reply<R>) => N, timeoutMs: number): Promise<R>;
  /**
   * Asks synchronously on this lane: runs what is queued for the recipient, then its `answer`.
   *
   * @throws BrokenInvariant when the recipient's spec has no `answer`
   */
  call<Q, R>(to: AnswerRef<Q, R>, question: Q): CallResult<R>;
  /** Starts a child, which ends with this actor. Rejects with `StartFailed`. */
  spawn<S, N>(spec: ActorSpec<S, N>, name: string): Promise<ActorRef<N>>;
  /** Ends this actor after the message in hand; `normal` unless it says `shutdown`. */
  stopSelf(reason?: 'normal' | 'shutdown'): void;
  /** Queues a message to this actor from an I/O callback and works the lane's queue at once. */
  ingest(message: M): boolean;
  /**
   * An I/O callback of this incarnation: dropped and counted once that is over. A throw in it is a
   * supervised failure of this actor.
   */
  fenced<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void;
  readonly timers: KeyedTimers<M>;
  /** Events and services of the lane. */
  readonly bus: Bus<M>;
  /**
   * Delivers `message` once when the actor ends, and at once when there is none. Watching the same
   * incarnation twice is watching it once.
   */
  watch(to: ActorRef<never>, message: M): void;
  /** The same with a `Terminated`, or a `ChildFailed` for a child of this actor. */
  watch(this: Context<Terminated | ChildFailed>, to: ActorRef<never>): void;
  /** After this no news of that actor's end is handled, even if it is queued already. */
  unwatch(to: ActorRef<never>): void;
  /** The children of this actor, in the order of their start. */
  childRefs(): readonly ActorRef<never>[];
  /** Keeps a message for later. @throws StashOverflow when the stash is full */
  stash(message: M): void;
  /** Messages in the stash. */
  readonly stashed: number;
  /** Puts what was stashed before everything queued, in the order in which it was stashed. */
  unstashAll(): void;
}

/** Timers of one incarnation. A tick that is queued when its timer is cancelled is not handled. */
export interface KeyedTimers<in M> {
  /**
   * Delivers `message` after `delayMs`, once or again and again with at least `delayMs` between.
   * Replaces the timer of that key.
   *
   * @throws RangeError for a delay that `Timers.after` refuses, and for a periodic one below 1 ms
   */
  start(key: string, delayMs: number, message: M, options?: { readonly periodic?: boolean }): void;
  cancel(key: string): void;
  isActive(key: string): boolean;
}

/** How an actor ended, or is ending. */
export type StopReason =
  | { readonly kind: 'normal' }
  /** Asked to by its parent or by an operator, or a supervisor that gave up or is done. */
  | { readonly kind: 'shutdown'; readonly why: 'requested' | 'gave-up' | 'children-done' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly isFatal: boolean }
  | { readonly kind: 'killed' };

/**
 * The news that a watched actor ended. `unknown`: there was none to watch. `noconnection`: the link
 * to its node is lost, and nobody here knows whether it lives.
 */
export interface Terminated {
  readonly kind: 'terminated';
  readonly path: string;
  readonly uid: number;
  readonly reason: StopReason | { readonly kind: 'unknown' | 'noconnection' };
}

/** The same to the parent of an actor that failed, with the error itself. */
export interface ChildFailed {
  readonly kind: 'child-failed';
  readonly path: string;
  readonly uid: number;
  readonly error: unknown;
  readonly isFatal: boolean;
}

/** How long a parent lets a child take to stop. `brutal-kill` runs no stop hook. */
export type ShutdownLimit = number | 'brutal-kill' | 'unlimited';

export const HANDLER_TIMEOUT_MS = 5000;
export const SHUTDOWN_MS = 5000;
/** Above this a handler's limit is a unit mistake. */
const HANDLER_MS_MAX = 3_600_000;
/** Messages that an actor may keep for later, unless it says less. */
export const STASH_MAX = 1024;
export const TIMERS_MAX = 256;
export const WATCHES_MAX = 65_536;

export const NORMAL: StopReason = Object.freeze({ kind: 'normal' });
export const KILLED: StopReason = Object.freeze({ kind: 'killed' });
export const REQUESTED: StopReason = Object.freeze({ kind: 'shutdown', why: 'requested' });

/** An actor's start did not complete; `cause` is what it threw, or why it was cut short. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} did not start: ${reasonOf(cause)}`, { cause });
    this.path = path;
  }
}

/** An actor kept more messages for later than its stash holds. */
export class StashOverflow extends Error {
  override readonly name = 'StashOverflow';

  constructor(path: string, capacity: number) {
    super(`${path}: the stash holds ${capacity} messages, none fits in`);
  }
}

/** A promise of a handler was not settled in time. */
export class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';

  constructor(path: string, what: string, limitMs: number) {
    super(`${path}: ${what} did not settle within ${limitMs} ms`);
  }
}

/** @throws RangeError naming the field of a spec that makes no sense; makes its mailbox */
export function mailboxOf(spec: AnyActorSpec): Mailbox {
  const limitMs = spec.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS;
  if (!(limitMs > 0 && limitMs <= HANDLER_MS_MAX)) {
    throw new RangeError(`handlerTimeoutMs: ${limitMs} is not in 1 … ${HANDLER_MS_MAX} ms`);
  }
  const { stashCapacity = STASH_MAX } = spec;
  if (!(Number.isInteger(stashCapacity) && stashCapacity >= 0 && stashCapacity <= STASH_MAX)) {
    throw new RangeError(
      `stashCapacity: ${stashCapacity} is not a whole number in 0 … ${STASH_MAX}`,
    );
  }
  return new Mailbox(spec.mailbox);
}

/**
 * Whether restarting in place cannot help: the stack or the memory of the process is used up. The
 * texts are V8's, which gives these errors no code.
 */
export function isFatalError(thrown: unknown): boolean {
  if (thrown instanceof StartFailed) return isFatalError(thrown.cause);
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as { code?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
  if (!(thrown instanceof RangeError)) return false;
  return /^(Maximum call stack size exceeded|Array buffer allocation failed)/.test(thrown.message);
}

/** Lets nobody's missing `catch` become an event of the process; whoever awaits still learns it. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
