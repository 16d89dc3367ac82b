import { extname } from 'node:path';
import type { Timers } from '../../../core/env.ts';
import { nodeFiles } from '../../../core/node-files.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { SlotRing } from '../../../core/slot-ring.ts';
import { type HeldLock, type Locker, lockFaultText } from '../../directory-lock.ts';
import { logFaultText } from '../../log-fault.ts';
import { WatchedThread } from '../../watched-thread.ts';
import type { Dictionary } from '../dictionary.ts';
import { RECORD_WORDS } from '../record.ts';
import type { MissingRange } from '../sealed/catalogue.ts';
import type { RetentionPolicy } from '../sealed/retention.ts';
import type { WalRecovery } from '../wal/wal-recovery.ts';
import type { SealedTotals, SealJob, SealNews } from './seal-worker.ts';
import { StoreWords } from './store-words.ts';
import type { WalJob, WalNews } from './wal-worker.ts';

/** Records that fit between the lane and the disk: 2^17, 6 MB, 0.4 s at 300,000 a second. */
export const RING_SLOTS = 131_072;
/** A query of the columns that has no answer by then has none. */
const ANSWER_MS_MAX = 30_000;
const FOLDER_MODE = 0o700;

export interface MarketStoreOptions {
  /** `wal/`, `sealed/` and `sinks/` are made in it. */
  readonly folder: string;
  readonly dictionary: Dictionary;
  readonly segmentBytes: number;
  readonly retention: RetentionPolicy;
  readonly isDryRun: boolean;
  /** Whether a stop waits until everything is sealed, and does not leave the rest to a start. */
  readonly sealsAtEnd: boolean;
  readonly memoryMiB: number;
  readonly ringSlots: number;
  readonly timers: Timers;
  /** Null where the folder is held already, as that of a desk is. */
  readonly lock: Locker | null;
  readonly onEvent: (event: MarketStoreEvent) => void;
}

/** What happens to the data behind the lane. */
export type MarketStoreEvent =
  | { readonly kind: 'sealed'; readonly totals: SealedTotals }
  | { readonly kind: 'missing'; readonly missing: MissingRange }
  | { readonly kind: 'removed' | 'would-remove'; readonly text: string; readonly why: string }
  /** Nothing is recorded any more; a new store over the same folder goes on. */
  | { readonly kind: 'failed'; readonly by: 'log' | 'columns'; readonly detail: string };

/** What a recorder needs of a store. */
export type OpenStore = Pick<
  MarketStore,
  'ring' | 'recovered' | 'durable' | 'visible' | 'totals' | 'roll' | 'stop'
>;

/** Opens the store of a folder: a thread for the log and one for the columns. */
export async function openMarketStore(
  options: MarketStoreOptions,
): Promise<Result<MarketStore, string>> {
  const store = new MarketStore(options);
  const fault = await store.start();
  if (fault === null) return ok(store);
  await store.stop();
  return err(fault);
}

/**
 * Where the market records of a lane go. The lane writes into `ring` and never waits; what it wrote
 * is durable once `durable` says so, and can be queried once `visible` does.
 */
export class MarketStore {
  readonly ring: SlotRing;
  readonly #options: MarketStoreOptions;
  readonly #words = new StoreWords();
  readonly #answers = new Map<number, (answer: Result<unknown, string>) => void>();
  #log: WatchedThread<WalNews> | null = null;
  #columns: WatchedThread<SealNews> | null = null;
  #recovered: WalRecovery | null = null;
  #totals: SealedTotals = { files: 0, records: 0, bytes: 0, sealed: 0 };
  #fault: string | null = null;
  #asked = 0;
  #durable = 0;
  #lock: HeldLock | null = null;

  constructor(options: MarketStoreOptions) {
    const { ringSlots } = options;
    this.#options = options;
    const shared = new SharedArrayBuffer(SlotRing.bytesFor(ringSlots, RECORD_WORDS));
    this.ring = new SlotRing(shared, ringSlots, RECORD_WORDS);
  }

  /** What was found on the disk at the start. */
  get recovered(): WalRecovery {
    return this.#recovered ?? { head: 0, tornBytes: 0, lostRecords: 0 };
  }

  /**
   * Everything up to this position is on the medium. The first record is `recovered.head + 1`.
   * Asked at least once in 2^31 records, which are two hours at 300,000 a second.
   */
  get durable(): number {
    this.#durable = this.#words.durable(this.#durable);
    return this.#durable;
  }

  /** Everything up to this position can be queried. */
  get visible(): number {
    return this.#words.visible(this.durable);
  }

  get totals(): SealedTotals {
    return this.#totals;
  }

  /** Why nothing is recorded any more; null while all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Ends the segment that is being written, so that it is sealed soon. */
  roll(): void {
    this.#words.roll();
  }

  /** Asks the columns, where the view `records` has everything that is visible. */
  ask(sql: string): Promise<Result<unknown, string>> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const timer = this.#options.timers.after(ANSWER_MS_MAX, () => {
        this.#answers.delete(id);
        resolve(err(`no answer within ${ANSWER_MS_MAX} ms`));
      });
      this.#answers.set(id, (answer) => {
        timer.cancel();
        resolve(answer);
      });
      this.#columns?.tell({ kind: 'ask', id, sql });
    });
  }

  /** Lets the columns do nothing for so long; see `SealRequest`. */
  stall(ms: number): void {
    this.#columns?.tell({ kind: 'stall', ms });
  }

  /** @returns why it did not start; null when it did */
  async start(): Promise<string | null> {
    const { folder, dictionary, segmentBytes, ringSlots } = this.#options;
    nodeFiles.ensureFolder(folder, FOLDER_MODE);
    const held = this.#options.lock?.(`${folder}/lock`);
    if (held?.ok === false) return lockFaultText(held.error);
    this.#lock = held?.value ?? null;
    const walFolder = `${folder}/wal`;
    const logJob: WalJob = {
      ring: this.ring.shared,
      ringSlots,
      words: this.#words.shared,
      folder: walFolder,
      segmentBytes,
      dictionary,
    };
    this.#log = this.#thread<WalNews>('wal-worker', 'log', logJob, (news) => this.#onLog(news));
    if (!(await this.#log.hasSpoken())) this.#fail('log', 'its thread did not start in time');
    if (this.#fault !== null || this.#recovered === null) return this.#fault ?? 'no log';
    const { retention, isDryRun, memoryMiB } = this.#options;
    const sealJob: SealJob = {
      words: this.#words.shared,
      durable: this.#recovered.head,
      folder: `${folder}/sealed`,
      walFolder,
      sinkFolder: `${folder}/sinks`,
      memoryMiB,
      retention,
      isDryRun,
      sealsAtEnd: this.#options.sealsAtEnd,
    };
    this.#columns = this.#thread<SealNews>('seal-worker', 'columns', sealJob, (news) =>
      this.#onColumns(news),
    );
    if (!(await this.#columns.hasSpoken()))
      this.#fail('columns', 'its thread did not start in time');
    return this.#fault;
  }

  /** Puts what is in the ring on the medium and ends both threads, the columns last. */
  async stop(): Promise<void> {
    this.#words.stopLog();
    await ended(this.#log);
    this.#words.stopColumns();
    await ended(this.#columns);
    this.#lock?.release();
    this.#lock = null;
  }

  #thread<News>(
    file: string,
    by: 'log' | 'columns',
    data: unknown,
    onNews: (news: News) => void,
  ): WatchedThread<News> {
    const url = new URL(`./${file}${extname(import.meta.url)}`, import.meta.url);
    return new WatchedThread<News>({
      file: url,
      data,
      timers: this.#options.timers,
      onNews,
      onThrown: (thrown) => this.#fail(by, String(thrown)),
      onExit: (code) => {
        if (!this.#words.isLogStopping) this.#fail(by, `its thread has ended with ${code}`);
      },
    });
  }

  #onLog(news: WalNews): void {
    if (news.kind === 'ready') {
      this.#recovered = news.recovered;
      this.#durable = news.recovered.head;
    } else this.#fail('log', logFaultText(news.fault));
  }

  #onColumns(news: SealNews): void {
    if (news.kind === 'ready') return;
    if (news.kind === 'failed') {
      this.#fail('columns', news.detail);
    } else if (news.kind === 'answer') {
      this.#answers.get(news.id)?.(news.error === null ? ok(news.rows) : err(news.error));
      this.#answers.delete(news.id);
    } else {
      if (news.kind === 'sealed') this.#totals = news.totals;
      this.#options.onEvent(news);
    }
  }

  #fail(by: 'log' | 'columns', detail: string): void {
    if (this.#fault !== null) return;
    this.#fault = `${by}: ${detail}`;
    this.#options.onEvent({ kind: 'failed', by, detail });
  }
}

async function ended(
  thread: Pick<WatchedThread<unknown>, 'hasEnded' | 'abandon'> | null,
): Promise<void> {
  if (thread !== null && !(await thread.hasEnded())) thread.abandon();
}
