import { ActorPath } from 'nact/lib/paths.js';

declare const accepts: unique symbol;
declare const answers: unique symbol;

/**
 * Where messages go: plain frozen data that can be logged, replayed and sent to another process.
 * With `uid` 0 it means whoever holds the path now; with a uid it is fenced to that incarnation,
 * and a message to an earlier one is a dead letter. The brand makes it contravariant in M.
 */
export interface ActorRef<in M> {
  readonly path: string;
  readonly uid: number;
  readonly [accepts]?: (message: M) => void;
}

/** A reference that says what its actor answers to a synchronous question (`ctx.call`). */
export interface AnswerRef<in Q, out R> {
  readonly path: string;
  readonly uid: number;
  readonly [answers]?: (question: Q) => R;
}

/** Where the answer to an `ask` goes. It takes one answer; every later one is a dead letter. */
export type Reply<R> = ActorRef<R>;

/** The outcome of a synchronous question. */
export type CallResult<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly reason: CallRefusal };

/**
 * `unavailable`: nobody there who can answer now. `crashed`: it failed over this question or over
 * a message before it. `busy`: it waits for something, or has more queued than one slice.
 * `re-entrant`: it is itself waiting for the caller.
 */
export type CallRefusal = 'unavailable' | 'crashed' | 'busy' | 're-entrant';

/** A reference to whoever holds the path. */
export function refByPath<M>(path: string): ActorRef<M> {
  return Object.freeze({ path, uid: 0 });
}

/** The same, for synchronous questions. */
export function answerRefByPath<Q, R>(path: string): AnswerRef<Q, R> {
  return Object.freeze({ path, uid: 0 });
}

/** Begins the path of an actor on another node; names do not begin with it. */
export const NODE_MARK = '@';

/**
 * A reference to whoever holds a path on another node, over the link to it. What is sent to it is
 * delivered at most once: true says that the link took it, not that it arrived.
 */
export function remoteRef<M>(node: string, path: string): ActorRef<M> {
  return refByPath(`${NODE_MARK}${node}/${path}`);
}

/** A reference to one incarnation. */
export function refOf<M>(path: string, uid: number): ActorRef<M> {
  return Object.freeze({ path, uid });
}

/** What a message is called in logs and dead letters: its `kind`, else its JavaScript type. */
export function kindOf(message: unknown): string {
  if (typeof message === 'object' && message !== null) {
    const kind = (message as { kind?: unknown }).kind;
    return typeof kind === 'string' ? kind : 'object';
  }
  return typeof message;
}

/** Freezes a message through all its objects and arrays. For tests: it walks the whole. */
export function deepFreeze(message: unknown, seen = new Set<object>()): void {
  if (typeof message !== 'object' || message === null || seen.has(message)) return;
  seen.add(message);
  // Bytes cannot be frozen while they have elements.
  if (ArrayBuffer.isView(message)) return;
  Object.freeze(message);
  for (const part of Object.values(message)) deepFreeze(part, seen);
}

/** A top-level actor of this name is left out of the paths below: `safety`, not `root/safety`. */
export const ROOT_NAME = 'root';
/** Deeper trees are a mistake in a loop that spawns. */
export const DEPTH_MAX = 16;
/** nact's own rule forbids the colon of `venue:binance`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/;

/** The path text of a child; see `ROOT_NAME`. */
export function childPath(parent: string, name: string): string {
  return parent === '' || parent === ROOT_NAME ? name : `${parent}/${name}`;
}

/** What is wrong with the name of an actor, or null. */
export function nameFault(name: unknown): string | null {
  if (typeof name === 'string' && NAME.test(name)) return null;
  return `actor name ${JSON.stringify(name)} is not 1 … 64 letters, digits, or one of : . _ -`;
}

/** nact's path with our rules for names. */
export class RtPath extends ActorPath {
  /** @throws RangeError for a name that is not allowed and for a path that is too deep */
  override createChildPath(name: string): RtPath {
    const fault = nameFault(name);
    if (fault !== null) throw new RangeError(fault);
    const text = childPath(this.text, name);
    const parts = text.split('/');
    if (parts.length > DEPTH_MAX) {
      throw new RangeError(`actor path ${text} is deeper than ${DEPTH_MAX}`);
    }
    return new RtPath(parts, this.system);
  }

  /** As in `ActorRef.path`. */
  get text(): string {
    return this.parts.join('/');
  }
}
