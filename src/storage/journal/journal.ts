import type { Clock, Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Nanos } from '../../core/units.ts';
import type { EventStore } from '../event-store/event-store.ts';
import type { LogFault } from '../log-fault.ts';
import type { RecordLog } from '../record-log.ts';
import { EventEncoder } from './codec.ts';
import type { DrainWords } from './drain-words.ts';
import type { JournalEvent } from './event-table.ts';
import type { DrainFault, NotSettled, OverBudget } from './faults.ts';
import type { DrainRunner } from './inline-drain.ts';

export interface JournalParts {
  readonly log: RecordLog;
  /** For reading; the drain writes it. */
  readonly store: EventStore;
  /** Begun at the head of the log, in milliseconds of `clock`. */
  readonly words: DrainWords;
  readonly drain: DrainRunner;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly boot: number;
  readonly budgetBytes: number;
}

/** Reads what the drain has synced, until it is told that nothing more will come. */
export interface JournalFollower {
  /** Takes what is durable and ends. Never throws. */
  stop(): Promise<void>;
}

/** Told of an event that has just been written. */
export type JournalListener = (sequence: number, event: JournalEvent) => void;

/** How far the medium and the store are behind the lane. */
export interface JournalLag {
  readonly recordsUnsynced: number;
  /** Upper bound of the age of the oldest record that may not be on the medium; 0 when all are. */
  readonly unsyncedMs: number;
  /** Records that the store does not have yet. */
  readonly recordsBehind: number;
}

/** A store that is this much behind at a restart is not waited for any longer. */
const SETTLE_MS_MAX = 5_000;
const SETTLE_POLL_MS = 1;

/**
 * The desk's one log of events, as the lane uses it. An append is a synchronous write that a killed
 * process does not take back; a loss of power may take back what was not yet synced (see `lag`).
 */
export class Journal {
  readonly #parts: JournalParts;
  readonly #encoder = new EventEncoder();
  #follower: JournalFollower | null = null;
  /** When the oldest unsynced record was written, at the latest. */
  #waitingSinceMs = 0;

  #listener: JournalListener = () => {};

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /** Told of each event from here on, in the turn that wrote it: quick, and never throwing. */
  listen(listener: JournalListener): void {
    this.#listener = listener;
  }

  /**
   * Writes an event: no more than that write happens on the caller's thread.
   *
   * @returns its sequence, or -1 when the journal is broken; then nothing may be sent
   * @throws BrokenInvariant for an event that no record can hold, see `EventEncoder`
   */
  append(event: JournalEvent): number {
    const { log, words, drain, clock, boot } = this.#parts;
    if (words.hasSyncFailed) return -1;
    const before = log.head;
    const durable = words.durable(before);
    log.noteDurable(durable);
    const monoNs = clock.mono();
    const length = this.#encoder.encode(event, boot, monoNs, clock.now());
    const sequence = log.append(this.#encoder.bytes, length);
    if (sequence < 0) return -1;
    const nowMs = wholeMs(monoNs);
    if (durable >= before) this.#waitingSinceMs = nowMs;
    words.announce(sequence, log.segment, nowMs);
    drain.appended(sequence - durable);
    this.#listener(sequence, event);
    return sequence;
  }

  /**
   * Writes an event and waits until it is on the medium, which blocks the lane for about a
   * millisecond: for modes, trips, configuration and starts.
   *
   * @returns its sequence, or -1 when it may not be on the medium
   */
  appendDurable(event: JournalEvent): number {
    const sequence = this.append(event);
    if (sequence < 0) return -1;
    this.#parts.log.sync();
    // Whoever follows what is durable is to see it now.
    this.#parts.words.ring();
    return this.#parts.log.fault === null ? sequence : -1;
  }

  /** Sequence of the last event; 0 when there is none. */
  get head(): number {
    return this.#parts.log.head;
  }

  /** What the store holds may be behind `head`; `settled` waits for it. */
  get store(): EventStore {
    return this.#parts.store;
  }

  /** Why nothing can be appended any more; null while the journal works. */
  get fault(): LogFault | DrainFault | null {
    const { log, words, drain } = this.#parts;
    if (log.fault !== null) return log.fault;
    return words.hasSyncFailed ? (drain.syncFault ?? SYNC_FAILED) : null;
  }

  /** Why the store no longer follows; the journal may still take events, but not for ever. */
  get storeFault(): DrainFault | null {
    const { words, drain } = this.#parts;
    return words.hasDrainFailed ? (drain.storeFault ?? STORE_FAILED) : null;
  }

  lag(): JournalLag {
    const { head } = this.#parts.log;
    const { words } = this.#parts;
    const recordsUnsynced = head - words.durable(head);
    const recordsBehind = head - words.drained(head);
    if (recordsUnsynced === 0) return { recordsUnsynced, unsyncedMs: 0, recordsBehind };
    const nowMs = this.#nowMs();
    const sinceSynced = words.msSinceSynced(nowMs);
    const sinceIdle = nowMs - this.#waitingSinceMs;
    const isFollowing = sinceSynced >= 0 && sinceSynced < sinceIdle;
    return { recordsUnsynced, unsyncedMs: isFollowing ? sinceSynced : sinceIdle, recordsBehind };
  }

  /** Said when segments and store take more of the disk than they may: close the gate. */
  overBudget(): OverBudget | null {
    const { words, budgetBytes } = this.#parts;
    const { usedBytes } = words;
    return usedBytes > budgetBytes ? { kind: 'journal-budget', usedBytes, budgetBytes } : null;
  }

  /** Waits until the store holds everything that is written by now. */
  settled(timeoutMs = SETTLE_MS_MAX): Promise<Result<void, NotSettled | DrainFault>> {
    const { log, words, drain, store, timers } = this.#parts;
    const { head } = log;
    const startMs = this.#nowMs();
    drain.hurry();
    return new Promise((resolve) => {
      const look = (): void => {
        const drained = words.drained(head);
        const waitedMs = this.#nowMs() - startMs;
        if (drained >= head) {
          store.refresh();
          resolve(ok(undefined));
        } else if (this.fault !== null || this.storeFault !== null) {
          resolve(err((this.fault ?? this.storeFault) as DrainFault));
        } else if (waitedMs >= timeoutMs) {
          resolve(err({ kind: 'not-settled', head, drained, waitedMs }));
        } else {
          timers.after(SETTLE_POLL_MS, look);
        }
      };
      look();
    });
  }

  /** Has somebody who reads behind the drain end with the journal. */
  followedBy(follower: JournalFollower): void {
    this.#follower = follower;
  }

  /** What the drain and those behind it share. */
  get words(): DrainWords {
    return this.#parts.words;
  }

  /** Lets the store catch up, syncs, and gives files and threads back. */
  async close(): Promise<void> {
    const { drain, log, store } = this.#parts;
    await drain.stop();
    await this.#follower?.stop();
    log.close();
    await store.close();
  }

  #nowMs(): number {
    return wholeMs(this.#parts.clock.mono());
  }
}

export function wholeMs(monoNs: Nanos): number {
  return Math.floor(monoNs / 1e6);
}

/** The word is set a moment before the thread's message with the reason arrives. */
const SYNC_FAILED: DrainFault = { kind: 'drain-died', detail: 'a sync failed' };
const STORE_FAILED: DrainFault = { kind: 'drain-died', detail: 'the store failed' };
