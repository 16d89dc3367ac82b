import { kindOf } from '../ref.ts';

/**
 * What happens to a message that finds a mailbox full. `reject`: the sender sees false.
 * `drop-oldest`: the oldest makes room. `conflate`: a newer message replaces the queued one of the
 * same key, and one with a new key is rejected when full. `fail`: the recipient fails.
 */
export type Overflow = 'reject' | 'drop-oldest' | 'conflate' | 'fail';

/** What the next incarnation finds of what was queued for the one before it. */
export type MailboxPolicy = 'discard' | 'keep' | 'conflate';

export interface MailboxOptions<in M> {
  /** A power of two in 1 … 2^20. */
  readonly capacity: number;
  readonly overflow: Overflow;
  /** Needed by `conflate`: messages of one key stand for each other. */
  keyOf?(message: M): string | number;
}

export const CAPACITY_DEFAULT = 1024;
export const CAPACITY_MAX = 2 ** 20;
/** Rings begin small and grow to their capacity, so that thousands of idle actors cost little. */
const SLOTS_FIRST = 8;
const OVERFLOWS: readonly string[] = ['reject', 'drop-oldest', 'conflate', 'fail'];

/** A message in a mailbox; `uid` is 0 when it was sent to whoever holds the path. */
export interface Entry {
  readonly message: unknown;
  readonly uid: number;
  readonly sender: string;
}

/** One entry as an inspector sees it: what it is called, never what it holds. */
export interface QueuedEntry {
  readonly kind: string;
  readonly sender: string;
  /** When it was queued, to about a turn of the lane; 0 when that is not known. */
  readonly queuedNs: number;
  /** The event that led to it; 0 when nobody traced then, below 0 when it is not followed. */
  readonly cause: number;
  readonly isNotice: boolean;
}

/** The `uid` of an entry that is a `Notice` and not a message somebody sent. */
const NOTICE = -1;

/**
 * A message of the runtime itself: a timer's tick or the news of a death. It queues in order with
 * what was sent, is never lost to overflow, and can be called back until it is read. There is at
 * most one entry for each notice, so their number is bounded by timers and watches.
 */
export class Notice {
  message: unknown;
  isLive = true;
  isQueued = false;

  constructor(message: unknown) {
    this.message = message;
  }

  /** Called when the entry is read; false when nothing is to be delivered. */
  read(): boolean {
    this.isQueued = false;
    return this.isLive;
  }
}

/**
 * A bounded ring of messages. `take` and `push` move no memory and allocate nothing once the ring
 * has grown to what its actor needs.
 */
export class Mailbox {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** Uid and sender of the entry that was taken last. */
  takenUid = 0;
  takenSender = '';
  highWater = 0;
  /** Messages that a newer one of the same key replaced. */
  conflated = 0;
  readonly #keyOf: ((message: unknown) => string | number) | null = null;
  /** Slot of the queued message of each key; the key of each slot, to find the way back. */
  readonly #slots = new Map<string | number, number>();
  #keys: (string | number | undefined)[];
  #messages: unknown[];
  #uids: number[];
  #senders: string[];
  /** When each entry was queued, and which event led to it: two stores, and nothing allocated. */
  #queuedNs: Float64Array;
  #causes: Float64Array;
  #takenSlot = 0;
  #mask: number;
  #head = 0;
  #size = 0;
  #notices = 0;

  /** @throws RangeError naming the option that makes no sense */
  constructor(options: Partial<MailboxOptions<never>> = {}) {
    const { capacity = CAPACITY_DEFAULT, overflow = 'reject', keyOf } = options;
    const isPowerOfTwo = Number.isInteger(capacity) && (capacity & (capacity - 1)) === 0;
    if (!(isPowerOfTwo && capacity >= 1 && capacity <= CAPACITY_MAX)) {
      throw new RangeError(`mailbox.capacity: ${capacity} is not a power of two in 1 … 2^20`);
    }
    if (!OVERFLOWS.includes(overflow)) {
      throw new RangeError(`mailbox.overflow: ${overflow} is none of ${OVERFLOWS.join(', ')}`);
    }
    if (overflow === 'conflate') {
      if (keyOf === undefined) {
        throw new RangeError('mailbox.keyOf: conflate needs it to tell which messages are equal');
      }
      this.#keyOf = keyOf.bind(options) as (message: unknown) => string | number;
    }
    this.capacity = capacity;
    this.overflow = overflow;
    const slots = Math.min(capacity, SLOTS_FIRST);
    this.#messages = new Array(slots).fill(undefined);
    this.#uids = new Array(slots).fill(0);
    this.#senders = new Array(slots).fill('');
    this.#queuedNs = new Float64Array(slots);
    this.#causes = new Float64Array(slots);
    this.#keys = this.#keyOf === null ? [] : new Array(slots).fill(undefined);
    this.#mask = slots - 1;
  }

  /** Entries to be read, notices included. */
  get size(): number {
    return this.#size;
  }

  /** Messages to be read, notices not included: what the capacity bounds. */
  get depth(): number {
    return this.#size - this.#notices;
  }

  /**
   * Queues a message; one of a key that is queued already takes that one's place in the order.
   *
   * @param queuedNs and `cause` as in `QueuedEntry`
   * @returns false when the mailbox is full; what `overflow` then asks for is the caller's
   * @throws what `keyOf` throws
   */
  push(message: unknown, uid: number, sender: string, queuedNs = 0, cause = 0): boolean {
    const key = this.#keyOf?.(message);
    if (key !== undefined) {
      const slot = this.#slots.get(key);
      if (slot !== undefined) {
        this.#fill(slot, message, uid, sender, queuedNs, cause);
        this.conflated += 1;
        return true;
      }
    }
    if (this.depth >= this.capacity) return false;
    const free = this.#append(message, uid, sender, queuedNs, cause);
    if (key === undefined) return true;
    this.#slots.set(key, free);
    this.#keys[free] = key;
    return true;
  }

  #append(message: unknown, uid: number, sender: string, queuedNs: number, cause: number): number {
    if (this.#size > this.#mask) this.#grow();
    const slot = (this.#head + this.#size) & this.#mask;
    this.#fill(slot, message, uid, sender, queuedNs, cause);
    this.#size += 1;
    if (this.depth > this.highWater) this.highWater = this.depth;
    return slot;
  }

  #fill(
    slot: number,
    message: unknown,
    uid: number,
    sender: string,
    queuedNs: number,
    cause: number,
  ): void {
    this.#messages[slot] = message;
    this.#uids[slot] = uid;
    this.#senders[slot] = sender;
    this.#queuedNs[slot] = queuedNs;
    this.#causes[slot] = cause;
  }

  /** Queues a notice, unless it is queued already. Capacity does not bound notices. */
  pushNotice(notice: Notice, queuedNs = 0): void {
    if (notice.isQueued) return;
    notice.isQueued = true;
    this.#notices += 1;
    this.#append(notice, NOTICE, '', queuedNs, 0);
  }

  /** Puts messages before all others, keeping their order: the way back from the stash. */
  putBack(entries: readonly Entry[]): void {
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const { message, uid, sender } = entries[at] as Entry;
      if (this.#size > this.#mask) this.#grow();
      this.#head = (this.#head - 1) & this.#mask;
      this.#fill(this.#head, message, uid, sender, 0, 0);
      this.#size += 1;
    }
  }

  /** The oldest entry, which the mailbox must have; `isNotice` tells what it is. */
  take(): unknown {
    const slot = this.#head;
    this.#takenSlot = slot;
    const message = this.#messages[slot];
    this.takenUid = this.#uids[slot] as number;
    this.takenSender = this.#senders[slot] as string;
    this.#messages[slot] = undefined;
    this.#head = (slot + 1) & this.#mask;
    this.#size -= 1;
    if (this.takenUid === NOTICE) this.#notices -= 1;
    else if (this.#keyOf !== null) this.#forgetKey(slot);
    return message;
  }

  /** Whether what was taken last is a `Notice`. */
  get isNotice(): boolean {
    return this.takenUid === NOTICE;
  }

  /** When what was taken last was queued, and why; to be asked before anything else is queued. */
  get takenQueuedNs(): number {
    return this.#queuedNs[this.#takenSlot] as number;
  }

  get takenCause(): number {
    return this.#causes[this.#takenSlot] as number;
  }

  /** The oldest entries, at most `max` of them; nothing is taken. */
  peek(max: number): QueuedEntry[] {
    return Array.from({ length: Math.min(max, this.#size) }, (_, at) => {
      const slot = (this.#head + at) & this.#mask;
      const isNotice = this.#uids[slot] === NOTICE;
      const entry = this.#messages[slot];
      return {
        kind: kindOf(isNotice ? (entry as Notice).message : entry),
        sender: this.#senders[slot] as string,
        queuedNs: this.#queuedNs[slot] as number,
        cause: this.#causes[slot] as number,
        isNotice,
      };
    });
  }

  /** Takes the oldest message; notices that stood before it move to the end of the queue. */
  takeOldestMessage(): unknown {
    for (;;) {
      const entry = this.take();
      if (!this.isNotice) return entry;
      this.#notices += 1;
      this.#append(entry, NOTICE, '', this.takenQueuedNs, 0);
    }
  }

  /** Everything that was sent and not read, oldest first; notices die with their incarnation. */
  drain(): Entry[] {
    const entries: Entry[] = [];
    while (this.#size > 0) {
      const message = this.take();
      if (!this.isNotice) entries.push({ message, uid: this.takenUid, sender: this.takenSender });
    }
    return entries;
  }

  /** The messages in it that were sent to whoever holds the path. */
  unfenced(): ReadonlySet<unknown> {
    const messages = new Set<unknown>();
    for (let at = 0; at < this.#size; at += 1) {
      const slot = (this.#head + at) & this.#mask;
      if (this.#uids[slot] === 0) messages.add(this.#messages[slot]);
    }
    return messages;
  }

  #forgetKey(slot: number): void {
    const key = this.#keys[slot];
    if (key === undefined) return;
    this.#keys[slot] = undefined;
    this.#slots.delete(key);
  }

  #grow(): void {
    const slots = (this.#mask + 1) * 2;
    const rotated = <T>(from: readonly T[], blank: T): T[] => {
      const into = new Array<T>(slots).fill(blank);
      for (let at = 0; at < this.#size; at += 1)
        into[at] = from[(this.#head + at) & this.#mask] as T;
      return into;
    };
    if (this.#keyOf !== null) this.#keys = rotated(this.#keys, undefined);
    for (const [key, slot] of this.#slots) this.#slots.set(key, (slot - this.#head) & this.#mask);
    this.#messages = rotated(this.#messages, undefined);
    this.#uids = rotated(this.#uids, 0);
    this.#senders = rotated(this.#senders, '');
    this.#queuedNs = Float64Array.from(rotated(Array.from(this.#queuedNs), 0));
    this.#causes = Float64Array.from(rotated(Array.from(this.#causes), 0));
    this.#head = 0;
    this.#mask = slots - 1;
  }
}

/**
 * What of a dead incarnation's messages its successor reads, oldest first. Messages fenced to the
 * dead are nobody else's. `conflate` keeps the latest of each key.
 */
export function inheritance(
  entries: readonly Entry[],
  policy: MailboxPolicy,
  keyOf: (message: unknown) => string | number,
): { readonly kept: readonly Entry[]; readonly lost: readonly Entry[] } {
  const open = entries.filter((entry) => entry.uid === 0);
  const latest = new Map(open.map((entry) => [keyOf(entry.message), entry]));
  const isKept = (entry: Entry): boolean => {
    if (policy === 'discard' || entry.uid !== 0) return false;
    return policy === 'keep' || latest.get(keyOf(entry.message)) === entry;
  };
  return { kept: entries.filter(isKept), lost: entries.filter((entry) => !isKept(entry)) };
}
