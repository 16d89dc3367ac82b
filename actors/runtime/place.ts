import { Actor, type ActorParent } from 'nact/lib/actor.js';
import { assert } from '../../src/core/result.ts';
import type { Nanos } from '../../src/core/units.ts';
import type { AnyActorSpec, ShutdownLimit, StopReason } from './actor-spec.ts';
import type { Engine } from './context.ts';
import type { DeadLetterReason } from './mail/dead-letters.ts';
import {
  type Entry,
  inheritance,
  type Mailbox,
  type MailboxPolicy,
  type Notice,
  type QueuedEntry,
} from './mail/mailbox.ts';
import type { FailedDuring } from './observers.ts';
import {
  type ActorRef,
  type CallResult,
  deepFreeze,
  kindOf,
  type Reply,
  type RtPath,
  refOf,
} from './ref.ts';
import type { Recipient, Watch } from './switchboard.ts';

/**
 * `failed` and `stopping` last until children and stop hook have ended. A supervised actor that
 * has ended is `down` while its place is kept for a successor.
 */
export type ActorStatus =
  | 'starting'
  | 'running'
  | 'awaiting'
  | 'suspended'
  | 'failed'
  | 'stopping'
  | 'down'
  | 'stopped';

/** What stands above an actor. */
export interface Superior extends ActorParent {
  /** Path of the superior; empty at the top. */
  readonly text: string;
  /** Told once, when the child and all below it have ended. It must not run user code. */
  childEnded(child: Place, reason: StopReason): void;
  /** Whether it is going to start a successor of a child that ends this way. It runs no code. */
  replaces(child: Place, reason: StopReason): boolean;
}

/** Where an actor sits in the tree, and what happens when it ends. */
export interface Seat {
  readonly engine: Engine;
  readonly parent: Superior;
  readonly name: string;
  readonly shutdown: ShutdownLimit;
  /** What a successor gets of the mailbox; null when nobody restarts the actor. */
  readonly mailboxOnRestart: MailboxPolicy | null;
  /** Messages that are kept for a successor while the actor is down. */
  readonly stashMax: number;
  /** Whether children live on while a successor is on its way. */
  readonly keepsChildren: boolean;
}

/** One line of the actor tree. */
export interface ActorInfo {
  readonly path: string;
  readonly uid: number;
  readonly kind: string;
  readonly status: ActorStatus;
  readonly restarts: number;
  readonly mailbox: {
    readonly depth: number;
    readonly capacity: number;
    readonly highWater: number;
    /** Messages that a newer one of the same key replaced. */
    readonly conflated: number;
  };
  readonly handled: number;
  /** Messages to this incarnation that became dead letters. */
  readonly dropped: number;
  /** The latest failure of this path, this incarnation's or an earlier one's. */
  readonly lastError: string | null;
  readonly startedNs: Nanos | null;
}

const NOTHING: ReadonlySet<unknown> = new Set();
/** Children of one actor or of the lane itself. */
export const CHILDREN_MAX = 65_536;

/**
 * Checks that a seat is free, or held by the predecessor, which then leaves it.
 *
 * @throws RangeError for a name that is not allowed, a path that is held, and a child too many
 */
export function takeSeat(seat: Seat, predecessor: Place | null): void {
  const { text } = seat.parent.path.createChildPath(seat.name) as RtPath;
  const holder = seat.engine.board.recipientAt(text) ?? null;
  if (holder !== null && holder !== predecessor) {
    throw new RangeError(`${text}: an actor of this path is there already`);
  }
  if (predecessor === null && seat.parent.children.size >= CHILDREN_MAX) {
    throw new RangeError(`${text}: its parent has ${CHILDREN_MAX} children already`);
  }
  predecessor?.vacate();
}

/**
 * An actor's place in the tree: its addresses, its mailbox, and who waits for its end. nact keeps
 * the tree; nact's own mailbox, turns, stop and supervision are never used.
 */
export abstract class Place extends Actor implements Recipient, Superior {
  readonly uid: number;
  readonly text: string;
  readonly ref: ActorRef<unknown>;
  readonly kind: string;
  readonly engine: Engine;
  readonly seat: Seat;
  declare readonly children: Map<string, Place>;
  protected readonly inbox: Mailbox;
  protected status: ActorStatus = 'starting';
  /** Why messages are not taken now; null while they are. */
  protected refusal: DeadLetterReason | null = null;
  protected lastError: string | null;
  protected startedNs: Nanos | null = null;
  protected handled = 0;
  protected readonly restarts: number;
  readonly #keyOf: (message: unknown) => string | number;
  readonly #watches = new Set<Watch>();
  /** Until its mailbox has been taken over; a chain of them would keep every incarnation alive. */
  #predecessor: Place | null;
  #dropped = 0;
  #stashLeft: number;
  /** Its parent; another incarnation of it than at first, if that keeps its children. */
  protected superior: Superior;

  constructor(seat: Seat, spec: AnyActorSpec, inbox: Mailbox, predecessor: Place | null) {
    super(seat.parent, seat.name, seat.engine.board, () => undefined);
    this.seat = seat;
    this.superior = seat.parent;
    this.#stashLeft = seat.stashMax;
    this.engine = seat.engine;
    this.engine.uids += 1;
    this.uid = this.engine.uids;
    this.text = (this.path as RtPath).text;
    this.reference.uid = this.uid;
    this.ref = refOf(this.text, this.uid);
    this.kind = spec.kind;
    this.inbox = inbox;
    const keyOf = spec.mailbox?.keyOf as ((message: unknown) => string | number) | undefined;
    this.#keyOf = keyOf?.bind(spec.mailbox) ?? kindOf;
    this.#predecessor = predecessor;
    this.restarts = predecessor === null ? 0 : predecessor.restarts + 1;
    this.lastError = predecessor?.lastError ?? null;
    this.engine.board.register(this);
    for (const child of predecessor?.children.values() ?? []) this.#adopt(child);
  }

  /** Takes over a child that has outlived its parent. */
  #adopt(child: Place): void {
    child.superior.childStopped(child);
    child.superior = this;
    child.parent = this;
    this.childSpawned(child);
  }

  abstract respond(question: unknown, uid: number): CallResult<unknown>;
  abstract fail(error: unknown, during: FailedDuring): void;
  abstract shutdown(reason: StopReason): void;
  abstract childEnded(child: Place, reason: StopReason): void;
  abstract replaces(child: Place, reason: StopReason): boolean;
  abstract get isEnded(): boolean;

  get parentText(): string {
    return this.seat.parent.text;
  }

  accept(message: unknown, uid: number, sender: string): boolean {
    if (this.engine.freezesMessages) deepFreeze(message);
    if (uid !== 0 && uid !== this.uid) {
      return this.bury({ message, uid, sender }, 'stale-incarnation');
    }
    if (this.refusal !== null && !this.#isStashed()) {
      return this.bury({ message, uid, sender }, this.refusal);
    }
    let isIn: boolean;
    try {
      const { engine } = this;
      // The queue's clock costs nothing and stands still only while the lane does.
      const nowNs = this.status === 'running' ? engine.queue.nowNs : engine.clock.mono();
      isIn = this.inbox.push(message, uid, sender, nowNs, engine.cause);
    } catch (thrown) {
      // The recipient's own `keyOf` failed, so the recipient fails and not the sender.
      this.fail(thrown, 'overflow');
      return this.bury({ message, uid, sender }, 'failed');
    }
    if (!isIn && !this.#makeRoom({ message, uid, sender })) return false;
    this.wake();
    return true;
  }

  /** Whether a message to an actor that is down is kept for its successor. */
  #isStashed(): boolean {
    if (this.refusal !== 'stash-full' || this.#stashLeft === 0) return false;
    this.#stashLeft -= 1;
    return true;
  }

  #makeRoom(entry: Entry): boolean {
    const { inbox } = this;
    if (inbox.overflow === 'drop-oldest') {
      const message = inbox.takeOldestMessage();
      this.bury({ message, uid: inbox.takenUid, sender: inbox.takenSender }, 'overflow');
      const { queue, cause } = this.engine;
      return inbox.push(entry.message, entry.uid, entry.sender, queue.nowNs, cause);
    }
    if (inbox.overflow === 'fail') {
      const full = `${this.text}: the mailbox holds ${inbox.capacity} messages, none fits in`;
      this.fail(new RangeError(full), 'overflow');
    }
    return this.bury(entry, 'overflow');
  }

  acceptNotice(notice: Notice): void {
    this.inbox.pushNotice(notice, this.engine.queue.nowNs);
    this.wake();
  }

  /** Asks for a turn when there is something to handle. */
  protected abstract wake(): void;

  /** @returns false, for the sender */
  protected bury(entry: Entry, reason: DeadLetterReason): false {
    this.#dropped += 1;
    return this.engine.board.bury(
      { path: this.text, uid: entry.uid },
      entry.message,
      entry.sender,
      reason,
    );
  }

  unstash(entries: readonly Entry[]): void {
    this.inbox.putBack(entries);
  }

  /** Takes over what the predecessor's policy leaves of its mailbox. @throws what `keyOf` throws */
  protected inherit(): void {
    const { mailboxOnRestart } = this.seat;
    const predecessor = this.#predecessor;
    this.#predecessor = null;
    if (predecessor === null || mailboxOnRestart === null) return;
    const entries = predecessor.inbox.drain();
    let left: ReturnType<typeof inheritance> = { kept: [], lost: entries };
    try {
      left = inheritance(entries, mailboxOnRestart, this.#keyOf);
    } finally {
      for (const entry of left.lost) {
        this.bury(entry, entry.uid === 0 ? 'stale-after-restart' : 'stale-incarnation');
      }
      const kept = new Set(left.kept.map(({ message }) => message));
      this.engine.board.failAsksOf(predecessor.uid, 'its recipient was restarted', kept);
      this.engine.board.passAsksOn(predecessor.uid, this.uid);
    }
    for (const { message, sender } of left.kept) this.accept(message, 0, sender);
  }

  addWatch(watch: Watch): boolean {
    if (this.isEnded) return false;
    this.#watches.add(watch);
    return true;
  }

  removeWatch(watch: Watch): void {
    this.#watches.delete(watch);
  }

  protected tellWatchers(reason: StopReason): void {
    for (const watch of this.#watches) watch.tell(reason);
    this.#watches.clear();
  }

  /** Gives up the place for good: what is queued has no reader any more. */
  retire(): void {
    this.vacate();
    for (const entry of this.inbox.drain()) this.bury(entry, 'stopped');
    this.engine.board.failAsksOf(this.uid, 'its recipient does not come back', NOTHING);
  }

  /** What is queued and a successor will read. */
  protected waitingForSuccessor(): ReadonlySet<unknown> {
    const { mailboxOnRestart } = this.seat;
    const isLost = mailboxOnRestart === null || mailboxOnRestart === 'discard';
    return isLost ? NOTHING : this.inbox.unfenced();
  }

  /** Gives up the place and keeps the mailbox, for the successor to take over. */
  vacate(): void {
    assert(this.isEnded, 'only an actor that has ended leaves its place');
    this.status = 'stopped';
    this.stopped = true;
    this.engine.board.unregister(this);
    this.superior.childStopped(this);
  }

  describe(): ActorInfo {
    const { inbox } = this;
    return {
      path: this.text,
      uid: this.uid,
      kind: this.kind,
      status: this.status,
      restarts: this.restarts,
      mailbox: {
        depth: inbox.depth,
        capacity: inbox.capacity,
        highWater: inbox.highWater,
        conflated: inbox.conflated,
      },
      handled: this.handled,
      dropped: this.#dropped,
      lastError: this.lastError,
      startedNs: this.startedNs,
    };
  }

  /** nact's `dispatch`; it tells the sender nothing, so a refusal is only a dead letter. */
  override dispatch(message: unknown, sender?: { path?: { parts?: readonly string[] } }): void {
    this.accept(message, 0, sender?.path?.parts?.join('/') ?? '');
  }

  /** nact's `query`; the message must be a factory, since our messages carry their reply. */
  override query(message: unknown, timeoutMs: number): Promise<unknown> {
    if (typeof message !== 'function') {
      return Promise.reject(new TypeError(`query ${this.text}: a message factory is wanted`));
    }
    const make = message as (reply: Reply<unknown>) => unknown;
    return this.engine.board.ask(this.ref, make, timeoutMs);
  }

  /** Who is told when it ends, the first `max` of them. */
  watchers(max: number): string[] {
    return [...this.#watches].slice(0, max).map(({ watcher }) => watcher);
  }

  get overflow(): string {
    return this.inbox.overflow;
  }

  /** What waits in its mailbox, the oldest first. */
  queued(max: number): QueuedEntry[] {
    return this.inbox.peek(max);
  }

  override childSpawned(child: Actor): void {
    assert(child instanceof Place, 'actors of a lane are spawned through it, not through nact');
    super.childSpawned(child);
  }

  /** nact forgets a child by its name; by then the name may be its successor's. */
  override childStopped(child: Actor): void {
    if (this.children.get(child.name) === child) super.childStopped(child);
  }
}
