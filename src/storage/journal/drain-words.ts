/**
 * What the lane and the drain tell each other: words of shared memory, so that neither waits for
 * the other. Sequences and milliseconds are held modulo 2^32; the reader knows about where they
 * must be.
 */
const HEAD = 0;
const SEGMENT = 1;
const APPENDED_MS = 2;
const WANTED = 3;
const STOPPING = 4;
const DURABLE = 5;
const SYNCED_MS = 6;
const DRAINED = 7;
const USED_MIB = 8;
const SYNC_FAILED = 9;
const DRAIN_FAILED = 10;
const BELL = 11;
const AUDITED = 12;
const AUDIT = 13;
const AUDIT_ENDING = 14;
const WORDS = 15;

/** What `AUDIT` says of the reader behind the drain. */
const AUDIT_NONE = 0;
const AUDIT_AWAITED = 1;
const AUDIT_FOLLOWS = 2;

export class DrainWords {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(WORDS * 4)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** A log that was recovered: everything in it is on the medium and in the store. */
  begin(head: number, segment: number, nowMs: number): void {
    for (const word of [HEAD, DURABLE, DRAINED]) Atomics.store(this.#words, word, head | 0);
    for (const word of [APPENDED_MS, SYNCED_MS]) Atomics.store(this.#words, word, nowMs | 0);
    Atomics.store(this.#words, SEGMENT, segment | 0);
  }

  /**
   * The lane has written a record. The order matters: whoever reads the time first and then the
   * head knows of every record that was written by then; whoever reads the head first and then
   * the segment knows that the head is in that segment, or in one that was synced before.
   */
  announce(head: number, segment: number, nowMs: number): void {
    Atomics.store(this.#words, SEGMENT, segment | 0);
    Atomics.store(this.#words, HEAD, head | 0);
    Atomics.store(this.#words, APPENDED_MS, nowMs | 0);
  }

  /** @param near a sequence within 2^31 of the answer, as for all sequences here */
  head(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, HEAD));
  }

  segment(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, SEGMENT));
  }

  /** Time of the newest record, milliseconds modulo 2^32. */
  get appendedMs(): number {
    return Atomics.load(this.#words, APPENDED_MS);
  }

  /** Everything up to `sequence`, all that was written by `appendedMs`, is on the medium. */
  synced(sequence: number, appendedMs: number): void {
    Atomics.store(this.#words, SYNCED_MS, appendedMs);
    Atomics.store(this.#words, DURABLE, sequence | 0);
    Atomics.notify(this.#words, DURABLE);
    this.onSynced();
  }

  /** Called in the thread of the drain; for a reader that shares it. */
  onSynced: () => void = () => {};

  durable(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, DURABLE));
  }

  /**
   * Milliseconds from the time up to which everything is known to be synced; negative when that is
   * more than 24 days ago.
   */
  msSinceSynced(nowMs: number): number {
    return (nowMs - Atomics.load(this.#words, SYNCED_MS)) | 0;
  }

  drainedTo(sequence: number): void {
    Atomics.store(this.#words, DRAINED, sequence | 0);
  }

  drained(near: number): number {
    return unwrapped(near, Atomics.load(this.#words, DRAINED));
  }

  /** An audit log will follow: until it says how far it is, no segment may go. */
  awaitAudit(): void {
    Atomics.store(this.#words, AUDIT, AUDIT_AWAITED);
  }

  /** Everything up to `sequence` is covered by a signed checkpoint on the medium. */
  auditedTo(sequence: number): void {
    Atomics.store(this.#words, AUDITED, sequence | 0);
    Atomics.store(this.#words, AUDIT, AUDIT_FOLLOWS);
  }

  /** What the audit log covers; infinite when there is none, 0 while it has not said. */
  audited(near: number): number {
    const state = Atomics.load(this.#words, AUDIT);
    if (state === AUDIT_NONE) return Number.POSITIVE_INFINITY;
    return state === AUDIT_AWAITED ? 0 : unwrapped(near, Atomics.load(this.#words, AUDITED));
  }

  /** The audit is to cover what is durable and to end. */
  endAudit(): void {
    Atomics.store(this.#words, AUDIT_ENDING, 1);
    Atomics.notify(this.#words, DURABLE);
  }

  get isAuditEnding(): boolean {
    return Atomics.load(this.#words, AUDIT_ENDING) === 1;
  }

  /** Where the medium is, as a mark for `sleepUntilDurable`. */
  get durableMark(): number {
    return Atomics.load(this.#words, DURABLE);
  }

  /** Sleeps until more is on the medium than at the mark, at most `timeoutMs`. Blocks. */
  sleepUntilDurable(mark: number, timeoutMs: number): void {
    Atomics.wait(this.#words, DURABLE, mark, timeoutMs);
  }

  set usedBytes(bytes: number) {
    Atomics.store(this.#words, USED_MIB, Math.ceil(bytes / MIB));
  }

  /** In whole MiB, rounded up. */
  get usedBytes(): number {
    return Atomics.load(this.#words, USED_MIB) * MIB;
  }

  /** Somebody waits for the store to catch up. */
  want(): void {
    Atomics.store(this.#words, WANTED, 1);
    this.ring();
  }

  /** Whether somebody waits; asking takes the wish away. */
  takeWanted(): boolean {
    return Atomics.exchange(this.#words, WANTED, 0) === 1;
  }

  stop(): void {
    Atomics.store(this.#words, STOPPING, 1);
    this.ring();
  }

  get isStopping(): boolean {
    return Atomics.load(this.#words, STOPPING) === 1;
  }

  failSync(): void {
    Atomics.store(this.#words, SYNC_FAILED, 1);
  }

  /** After this nothing more may be appended. */
  get hasSyncFailed(): boolean {
    return Atomics.load(this.#words, SYNC_FAILED) === 1;
  }

  failDrain(): void {
    Atomics.store(this.#words, DRAIN_FAILED, 1);
  }

  get hasDrainFailed(): boolean {
    return Atomics.load(this.#words, DRAIN_FAILED) === 1;
  }

  /** Wakes the drain before its time. */
  ring(): void {
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }

  get bell(): number {
    return Atomics.load(this.#words, BELL);
  }

  /** Sleeps until the bell is not what it was, at most `timeoutMs`. Blocks the thread. */
  sleep(bell: number, timeoutMs: number): void {
    Atomics.wait(this.#words, BELL, bell, timeoutMs);
  }
}

const MIB = 1_048_576;

/** The number next to `near` that has the same low 32 bits as `word`. */
function unwrapped(near: number, word: number): number {
  return near + ((word - near) | 0);
}
