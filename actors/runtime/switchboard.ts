import type { Actor, ActorParent } from 'nact/lib/actor.js';
import { ActorSystemReference } from 'nact/lib/references.js';
import * as systemMap from 'nact/lib/system-map.js';
import type { Timer, Timers } from '../../src/core/env.ts';
import { assert } from '../../src/core/result.ts';
import { quiet, type Terminated } from './actor-spec.ts';
import type { DeadLetterReason, DeadLetters } from './mail/dead-letters.ts';
import { type ActorRef, type CallResult, kindOf, NODE_MARK, type Reply, RtPath } from './ref.ts';

/** Somebody whose end can be waited for. */
export interface Watched {
  readonly uid: number;
  /** @returns false when it is over, so that no news of its end can come any more */
  addWatch(watch: Watch): boolean;
  removeWatch(watch: Watch): void;
}

/** What the switchboard needs of an actor. */
export interface Recipient extends Actor, Watched {
  /** Its path as text. */
  readonly text: string;
  /** Queues a message meant for incarnation `uid`. @returns false when it went to dead letters */
  accept(message: unknown, uid: number, sender: string): boolean;
  respond(question: unknown, uid: number): CallResult<unknown>;
}

/** The way to the actors of another node: a link. It belongs to an actor, and ends with it. */
export interface Route {
  readonly ownerUid: number;
  readonly isUp: boolean;
  /** @returns false when it went to dead letters; it never throws */
  deliver(to: ActorRef<never>, message: unknown, sender: string): boolean;
  watched(to: ActorRef<never>): Watched;
  /** Called once, when the route is taken away. */
  removed(): void;
}

/** The news of a death that somebody waits for. */
export interface Watch {
  /** Path of the watcher. */
  readonly watcher: string;
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

export type AskFailure =
  | 'timeout'
  | 'refused'
  | 'died'
  | 'too-many'
  | 'asker-over'
  | 'noconnection';

const EXPLAINED: Readonly<Record<AskFailure, string>> = {
  timeout: 'no answer in time',
  refused: 'the recipient is terminated, unknown or full',
  died: 'the recipient died before it answered',
  'too-many': 'too many questions are open',
  'asker-over': 'the asker is over',
  noconnection: 'there is no link to its node, or it was lost and the outcome is unknown',
};

/** Questions that are open on one lane. */
export const ASKS_MAX = 65_536;
/** The path of every reply; no actor can have it, since names do not begin with a tilde. */
export const ASK_PATH = '~ask';
const OUTSIDE = Object.freeze({ path: '', uid: 0 });
const UNAVAILABLE: CallResult<never> = Object.freeze({ ok: false, reason: 'unavailable' });

interface OpenAsk {
  readonly recipient: string;
  /** Who is to answer: the holder of the path, and another one if that inherits the question. */
  recipientUid: number;
  readonly message: unknown;
  /** Incarnation that waits for the answer; 0 for somebody outside the lane. */
  readonly askerUid: number;
  readonly messageKind: string;
  readonly limitMs: number;
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
  readonly #routes = new Map<string, Route>();
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
    if (to.path.startsWith(NODE_MARK)) {
      const route = this.#routes.get(nodeIn(to.path));
      return route?.deliver(to, message, sender) ?? this.bury(to, message, sender, 'noconnection');
    }
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
    asker: { readonly path: string; readonly uid: number } = OUTSIDE,
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
          askerUid: asker.uid,
          messageKind,
          limitMs: timeoutMs,
          limit,
          resolve: resolve as (answer: unknown) => void,
          reject,
        });
        if (this.deliver(to, message, asker.path)) return;
        this.#fail(id, this.#isReachable(to.path) ? 'refused' : 'noconnection');
      }),
    );
  }

  #isReachable(path: string): boolean {
    return !path.startsWith(NODE_MARK) || this.#routes.get(nodeIn(path))?.isUp === true;
  }

  #answer(id: number, answer: unknown, sender: string): boolean {
    const ask = this.#settle(id);
    if (ask === undefined)
      return this.bury({ path: ASK_PATH, uid: id }, answer, sender, 'late-answer');
    ask.resolve(answer);
    return true;
  }

  /** The time that a question was given, for whoever passes it on; undefined once it is settled. */
  limitOfAsk(id: number): number | undefined {
    return this.#asks.get(id)?.limitMs;
  }

  /** Ends a question that a link has passed on; nothing when it is settled already. */
  failAsk(id: number, reason: AskFailure, cause: unknown): void {
    this.#fail(id, reason, cause);
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

  /**
   * Fails the questions to an incarnation, but not those that wait for its successor, and ends its
   * routes.
   */
  failAsksOf(uid: number, cause: unknown, waiting: ReadonlySet<unknown>): void {
    for (const [node, route] of this.#routes) {
      if (route.ownerUid === uid) this.#removeRoute(node, route);
    }
    for (const [id, ask] of this.#asks) {
      if (ask.recipientUid === uid && !waiting.has(ask.message)) this.#fail(id, 'died', cause);
    }
  }

  /** Makes the questions to an incarnation its successor's. */
  passAsksOn(from: number, to: number): void {
    for (const ask of this.#asks.values()) if (ask.recipientUid === from) ask.recipientUid = to;
  }

  /** Gives up the questions of an incarnation that is over: nobody waits for them any more. */
  dropAsksBy(uid: number): void {
    for (const [id, ask] of this.#asks) {
      if (ask.askerUid === uid) this.#fail(id, 'asker-over');
    }
  }

  /** Questions that wait for their answer. */
  get openAsks(): number {
    return this.#asks.size;
  }

  recipientAt(path: string): Recipient | undefined {
    return this.#recipients.get(path);
  }

  /** Whose end a watch of this reference waits for. */
  watchedAt(to: ActorRef<never>): Watched | undefined {
    if (!to.path.startsWith(NODE_MARK)) return this.#recipients.get(to.path);
    return this.#routes.get(nodeIn(to.path))?.watched(to) ?? disconnected(to.uid);
  }

  /** @throws RangeError when there is a way to that node already */
  addRoute(node: string, route: Route): void {
    if (this.#routes.has(node)) throw new RangeError(`a link to node ${node} is there already`);
    this.#routes.set(node, route);
  }

  #removeRoute(node: string, route: Route): void {
    this.#routes.delete(node);
    route.removed();
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

/** What a reference over a link that is not there leads to. */
export function disconnected(uid: number): Watched {
  return {
    uid,
    addWatch(watch) {
      watch.tell({ kind: 'noconnection' });
      return true;
    },
    removeWatch() {},
  };
}

/** The node in `@node/path` or `@node!incarnation/path`. */
function nodeIn(path: string): string {
  return path.slice(NODE_MARK.length).split(/[/!]/, 1)[0] as string;
}

type NactReference =
  | { readonly type: 'system' }
  | { readonly type: 'temp'; readonly id: number }
  | { readonly type: 'actor'; readonly path: { readonly parts: readonly string[] }; uid?: number };
