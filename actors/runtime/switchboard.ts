import type { Actor, ActorParent } from 'nact/lib/actor.js';
import { ActorSystemReference } from 'nact/lib/references.js';
import * as systemMap from 'nact/lib/system-map.js';
import type { Timer, Timers } from '../../src/core/env.ts';
import { assert } from '../../src/core/result.ts';
import { quiet, type Terminated } from './actor-spec.ts';
import type { DeadLetterReason, DeadLetters } from './mail/dead-letters.ts';
import { type ActorRef, type CallResult, kindOf, type Reply, RtPath } from './ref.ts';

/** What the switchboard needs of an actor. */
export interface Recipient extends Actor {
  readonly uid: number;
  /** Its path as text. */
  readonly text: string;
  /** Queues a message meant for incarnation `uid`. @returns false when it went to dead letters */
  accept(message: unknown, uid: number, sender: string): boolean;
  respond(question: unknown, uid: number): CallResult<unknown>;
  /** @returns false when it is over, so that no news of its end can come any more */
  addWatch(watch: Watch): boolean;
  removeWatch(watch: Watch): void;
}

/** The news of a death that somebody waits for. */
export interface Watch {
  /** Queues the news with the watcher. */
  tell(reason: Terminated['reason']): void;
}

/** Why a question got no answer; the message names the recipient and the question. */
export class AskFailed extends Error {
  override readonly name = 'AskFailed';
  readonly reason: AskFailure;
  readonly recipient: string;
  readonly messageKind: string;

  constructor(reason: AskFailure, recipient: string, messageKind: string, cause?: unknown) {
    super(`ask ${recipient} ${messageKind}: ${EXPLAINED[reason]}`, { cause });
    this.reason = reason;
    this.recipient = recipient;
    this.messageKind = messageKind;
  }
}

export type AskFailure = 'timeout' | 'refused' | 'died' | 'too-many' | 'asker-over';

const EXPLAINED: Readonly<Record<AskFailure, string>> = {
  timeout: 'no answer in time',
  refused: 'the recipient is terminated, unknown or full',
  died: 'the recipient died before it answered',
  'too-many': 'too many questions are open',
  'asker-over': 'the asker is over',
};

/** Questions that are open on one lane. */
export const ASKS_MAX = 65_536;
/** The path of every reply; no actor can have it, since names do not begin with a tilde. */
const ASK_PATH = '~ask';
const UNAVAILABLE: CallResult<never> = Object.freeze({ ok: false, reason: 'unavailable' });

interface OpenAsk {
  readonly recipient: string;
  /** Who is to answer: the holder of the path, and another one if that inherits the question. */
  recipientUid: number;
  readonly message: unknown;
  readonly messageKind: string;
  readonly limit: Timer;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (failed: AskFailed) => void;
}

/**
 * The address space of a lane: finds who holds a path, delivers, and keeps the open questions. To
 * nact it is an actor system, so nact's `dispatch`, `query` and `stop` reach our actors.
 */
export class Switchboard implements ActorParent {
  readonly name: string;
  readonly path: RtPath;
  readonly reference: ActorSystemReference;
  /** nact asks each parent for its system. */
  readonly system = this;
  readonly children = new Map<string, Actor>();
  /** As an actor's path text; empty, for the lane itself. */
  readonly text = '';
  readonly #timers: Timers;
  readonly #deadLetters: DeadLetters;
  readonly #stopLane: () => void;
  readonly #recipients = new Map<string, Recipient>();
  readonly #asks = new Map<number, OpenAsk>();
  #asked = 0;

  /** @throws RangeError when another lane of this process has the name */
  constructor(name: string, timers: Timers, deadLetters: DeadLetters, stopLane: () => void) {
    if (systemMap.find(name) !== undefined) {
      throw new RangeError(`lane name ${JSON.stringify(name)} is taken by a lane that still runs`);
    }
    this.name = name;
    this.path = new RtPath([], name);
    this.reference = new ActorSystemReference(name, this.path);
    this.#timers = timers;
    this.#deadLetters = deadLetters;
    this.#stopLane = stopLane;
    systemMap.add(this);
  }

  /** @returns false when it went to dead letters */
  deliver(to: ActorRef<never>, message: unknown, sender: string): boolean {
    const recipient = this.#recipients.get(to.path);
    if (recipient !== undefined) return recipient.accept(message, to.uid, sender);
    if (to.path === ASK_PATH) return this.#answer(to.uid, message, sender);
    return this.bury(to, message, sender, 'unknown');
  }

  /** Counts a message as a dead letter. @returns false, for its sender */
  bury(
    to: { readonly path: string; readonly uid: number },
    message: unknown,
    sender: string,
    reason: DeadLetterReason,
  ): false {
    this.#deadLetters.add({ path: to.path, uid: to.uid, message, sender, reason });
    return false;
  }

  call(
    to: { readonly path: string; readonly uid: number },
    question: unknown,
  ): CallResult<unknown> {
    return this.#recipients.get(to.path)?.respond(question, to.uid) ?? UNAVAILABLE;
  }

  /** Sends what `make` makes and waits for its answer; see `Context.ask`. */
  ask<R>(
    to: ActorRef<never>,
    make: (reply: Reply<R>) => unknown,
    timeoutMs: number,
    asker: string,
  ): Promise<R> {
    this.#asked += 1;
    const id = this.#asked;
    // To nact the reply is a temporary reference, so its `dispatch` can answer too.
    const reply = { path: ASK_PATH, uid: id, type: 'temp', id, system: { name: this.name } };
    return quiet(
      new Promise<R>((resolve, reject) => {
        const message = make(Object.freeze(reply));
        const messageKind = kindOf(message);
        if (this.#asks.size >= ASKS_MAX) {
          throw new AskFailed('too-many', to.path, messageKind);
        }
        const limit = this.#timers.after(timeoutMs, () => this.#fail(id, 'timeout'));
        this.#asks.set(id, {
          recipient: to.path,
          recipientUid: this.#recipients.get(to.path)?.uid ?? 0,
          message,
          messageKind,
          limit,
          resolve: resolve as (answer: unknown) => void,
          reject,
        });
        if (!this.deliver(to, message, asker)) this.#fail(id, 'refused');
      }),
    );
  }

  #answer(id: number, answer: unknown, sender: string): boolean {
    const ask = this.#settle(id);
    if (ask === undefined)
      return this.bury({ path: ASK_PATH, uid: id }, answer, sender, 'late-answer');
    ask.resolve(answer);
    return true;
  }

  #fail(id: number, reason: AskFailure, cause?: unknown): void {
    const ask = this.#settle(id);
    ask?.reject(new AskFailed(reason, ask.recipient, ask.messageKind, cause));
  }

  #settle(id: number): OpenAsk | undefined {
    const ask = this.#asks.get(id);
    ask?.limit.cancel();
    this.#asks.delete(id);
    return ask;
  }

  /** Fails the questions to an incarnation, but not those that wait for its successor. */
  failAsksOf(uid: number, cause: unknown, waiting: ReadonlySet<unknown>): void {
    for (const [id, ask] of this.#asks) {
      if (ask.recipientUid === uid && !waiting.has(ask.message)) this.#fail(id, 'died', cause);
    }
  }

  /** Makes the questions to an incarnation its successor's. */
  passAsksOn(from: number, to: number): void {
    for (const ask of this.#asks.values()) if (ask.recipientUid === from) ask.recipientUid = to;
  }

  /** Questions that wait for their answer. */
  get openAsks(): number {
    return this.#asks.size;
  }

  recipientAt(path: string): Recipient | undefined {
    return this.#recipients.get(path);
  }

  register(recipient: Recipient): void {
    assert(!this.#recipients.has(recipient.text), 'a path has one holder at a time');
    this.#recipients.set(recipient.text, recipient);
  }

  unregister(recipient: Recipient): void {
    assert(this.#recipients.get(recipient.text) === recipient, 'only the holder frees its path');
    this.#recipients.delete(recipient.text);
  }

  /** Frees the lane's name. Messages that come later are dead letters. */
  close(): void {
    systemMap.remove(this.name);
  }

  /** What nact asks to turn a reference into something with `dispatch`, `query` and `stop`. */
  find(reference: NactReference | undefined): unknown {
    if (reference === undefined || reference.type === 'system') return this;
    if (reference.type === 'temp') {
      const { id } = reference;
      return { dispatch: (answer: unknown) => this.#answer(id, answer, '') };
    }
    const recipient = this.#recipients.get(reference.path.parts.join('/'));
    const isCurrent = reference.uid === undefined || reference.uid === recipient?.uid;
    return isCurrent ? recipient : undefined;
  }

  childSpawned(child: Actor): void {
    assert('accept' in child, 'actors of a lane are spawned through it, not through nact');
    this.children.set(child.name, child);
  }

  childStopped(child: Actor): void {
    if (this.children.get(child.name) === child) this.children.delete(child.name);
  }

  /** The top has no supervisor: an actor that ends there has ended. */
  childEnded(): void {}

  replaces(): boolean {
    return false;
  }

  createLogger(): undefined {}

  assertNotStopped(): boolean {
    return true;
  }

  stop(): void {
    this.#stopLane();
  }
}

type NactReference =
  | { readonly type: 'system' }
  | { readonly type: 'temp'; readonly id: number }
  | { readonly type: 'actor'; readonly path: { readonly parts: readonly string[] }; uid?: number };
