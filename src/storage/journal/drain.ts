import type { Files, OpenFile } from '../../core/env.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { type LogFault, systemFault } from '../log-fault.ts';
import { LogTail } from '../record-reader.ts';
import { retainSegments, segmentsBytes } from '../retention.ts';
import { SegmentPreparation, segmentPath } from '../segment-files.ts';
import type { DrainWords } from './drain-words.ts';
import type { DrainFault } from './faults.ts';

export interface DrainOptions {
  readonly files: Files;
  /** Folder of the segments. */
  readonly folder: string;
  readonly store: EventStore;
  readonly words: DrainWords;
  readonly segmentBytes: number;
  /** Segments that stay after all of their records are in the store. */
  readonly keepSegments: number;
  /** Whether to write the next segment ahead; pointless where the drain shares the lane. */
  readonly isPreparing: boolean;
}

/** Pause between two rounds: what was written is on the medium this much later, and a sync. */
export const GROUP_COMMIT_MS = 5;
/** So many records waiting for a sync end the pause. */
export const GROUP_COMMIT_RECORDS = 256;

/** Records in one transaction of the store: some 5 ms, in which nothing is synced. */
const BATCH_RECORDS = 512;
/** The store follows every tenth round, unless this many wait or somebody asks: fewer writes. */
const STORE_TURNS = 10;
const STORE_RECORDS = 256;
/** Rounds between two looks at the disk, about a second. */
const HOUSE_TURNS = 200;

/**
 * Follows the log behind the lane: puts it on the medium, takes it over into the store, and keeps
 * the number of segments down. One round is a plain function call, so that it runs in a thread of
 * its own or, in virtual time, on the lane.
 *
 * The store never gets ahead of what is on the medium: after a loss of power it is not ahead of
 * the log. A failed sync ends everything; a failed store ends the taking over only, and the log
 * still grows.
 */
export class Drain {
  readonly #options: DrainOptions;
  readonly #tail: LogTail;
  #file: OpenFile | null = null;
  #segment = 0;
  #durable: number;
  #drained: number;
  #turns = 0;
  #isUrgent = false;
  #preparation: SegmentPreparation | null = null;
  #preparedFor = 0;
  #isHouseBroken = false;
  #syncFault: LogFault | null = null;
  #storeFault: DrainFault | null = null;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#drained = options.store.head();
    this.#durable = options.words.durable(this.#drained);
    this.#tail = new LogTail(options.files, options.folder, this.#drained + 1);
  }

  /** Why the medium can no longer be relied on. */
  get syncFault(): LogFault | null {
    return this.#syncFault;
  }

  /** Why the store is no longer brought up. */
  get storeFault(): DrainFault | null {
    return this.#storeFault;
  }

  /**
   * One round.
   *
   * @param isLast the store takes over everything that is there
   * @returns whether there is work for another round at once
   */
  turn(isLast = false): boolean {
    const { words } = this.#options;
    this.#turns += 1;
    this.#isUrgent ||= words.takeWanted() || isLast;
    if (words.hasSyncFailed || !this.#sync()) return false;
    const waiting = this.#durable - this.#drained;
    const isDue = this.#isUrgent || waiting >= STORE_RECORDS || this.#turns % STORE_TURNS === 0;
    if (waiting > 0 && isDue && !words.hasDrainFailed) this.#takeOver();
    if (!this.#isHouseBroken) this.#keepHouse();
    if (this.#drained === this.#durable) this.#isUrgent = false;
    const left = this.#durable - this.#drained;
    return !words.hasDrainFailed && (left >= STORE_RECORDS || (this.#isUrgent && left > 0));
  }

  close(): void {
    this.#tail.close();
    this.#file?.close();
    this.#file = null;
  }

  /** Puts everything on the medium that the lane has announced. */
  #sync(): boolean {
    const { words } = this.#options;
    const appendedMs = words.appendedMs;
    const head = words.head(this.#durable);
    if (head === this.#durable) return true;
    const segment = words.segment(head);
    try {
      // A segment that begins behind the head follows one that the lane has synced.
      if (segment <= head) this.#open(segment).sync();
    } catch (thrown) {
      const path = segmentPath(this.#options.folder, segment);
      this.#syncFault = systemFault(thrown, path, 'syncing');
      words.failSync();
      return false;
    }
    this.#durable = head;
    words.synced(head, appendedMs);
    return true;
  }

  #open(segment: number): OpenFile {
    if (this.#file !== null && this.#segment === segment) return this.#file;
    const { files, folder } = this.#options;
    const file = files.open(segmentPath(folder, segment), 'update');
    files.syncFolder(folder);
    this.#file?.close();
    this.#file = file;
    this.#segment = segment;
    return file;
  }

  #takeOver(): void {
    const { store, words } = this.#options;
    const records = this.#tail.read(this.#durable, BATCH_RECORDS);
    const head = records.ok ? store.apply(records.value) : records;
    if (!head.ok) {
      this.#failStore(head.error);
      return;
    }
    this.#drained = head.value;
    words.drainedTo(head.value);
  }

  #keepHouse(): void {
    const { files, folder, store, words, keepSegments } = this.#options;
    try {
      this.#prepare();
      if (this.#turns % HOUSE_TURNS !== 1) return;
      const taken = Math.min(this.#drained, words.audited(this.#durable));
      retainSegments(files, folder, taken, keepSegments);
      words.usedBytes = segmentsBytes(files, folder) + store.usedBytes();
    } catch (thrown) {
      this.#isHouseBroken = true;
      this.#failStore(systemFault(thrown, folder, 'preparing the next segment'));
    }
  }

  /** Writes a piece of the next segment, once for each segment that begins. */
  #prepare(): void {
    const { files, folder, words, segmentBytes, isPreparing } = this.#options;
    const segment = words.segment(this.#durable);
    if (!isPreparing || this.#preparedFor === segment) return;
    this.#preparation ??= new SegmentPreparation(files, folder, segmentBytes, 'drain');
    if (!this.#preparation.step()) return;
    this.#preparation = null;
    this.#preparedFor = segment;
  }

  #failStore(fault: DrainFault): void {
    this.#storeFault ??= fault;
    this.#options.words.failDrain();
  }
}
