import { assert } from '../../core/result.ts';

/** Something that is missing and can be fetched again. */
export interface BackfillJob {
  /** Unique; a job with the same id replaces the one before. */
  readonly id: string;
  readonly venue: string;
  readonly symbol: string;
  /** Venue time that is missing, in milliseconds, both ends included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Numbers of the trades that are missing, both ends included. */
  readonly fromId: number;
  readonly toId: number;
  /** How it stands to the desk: an open position first, then what is traded, then the rest. */
  readonly stake: 'position' | 'traded' | 'watched';
  /** How often it was tried. */
  readonly attempts: number;
  /** Not to be tried before this time. */
  readonly notBeforeMs: number;
}

/** Where jobs survive a restart. */
export interface BackfillStore {
  readonly all: () => readonly BackfillJob[];
  readonly put: (job: BackfillJob) => void;
  readonly remove: (id: string, outcome: BackfillOutcome) => void;
}

/** How a job ended: all came, it was tried too often, or there was no room for it. */
export type BackfillOutcome = 'filled' | 'given-up' | 'no-room';

/** Journaled when a job is taken, and whenever something about it changes. */
export interface BackfillQueued {
  readonly kind: 'backfill-queued';
  readonly job: BackfillJob;
}

/** Journaled when a job ends. */
export interface BackfillEnded {
  readonly kind: 'backfill-ended';
  readonly id: string;
  readonly outcome: BackfillOutcome;
}

export type BackfillEvent = BackfillQueued | BackfillEnded;

/** Jobs beyond this are dropped, least urgent first, and counted. */
export const BACKFILL_JOBS_MAX = 10_000;
/** Attempts after which a job is given up. */
export const BACKFILL_ATTEMPTS_MAX = 8;
const STAKES: Readonly<Record<BackfillJob['stake'], number>> = {
  position: 0,
  traded: 1,
  watched: 2,
};
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 600_000;

/**
 * What is to be fetched, most urgent first: open positions before traded markets before the rest,
 * then what ended last, then what is shorter, since a short gap near now is filled soonest. A job
 * that failed waits, twice as long each time. Every change goes to the store before it counts.
 */
export class BackfillQueue {
  readonly #store: BackfillStore;
  readonly #jobs: Map<string, BackfillJob>;
  /** Jobs that were given up or had no room. */
  dropped = 0;

  constructor(store: BackfillStore) {
    this.#store = store;
    this.#jobs = new Map(store.all().map((job) => [job.id, job]));
  }

  get all(): readonly BackfillJob[] {
    return [...this.#jobs.values()];
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Takes a job, or what is new about one. */
  add(job: BackfillJob): void {
    assert(job.fromMs <= job.toMs, 'a gap ends after it began');
    this.#put(job);
    if (this.#jobs.size <= BACKFILL_JOBS_MAX) return;
    this.#drop(this.#ordered().at(-1) as BackfillJob, 'no-room');
  }

  /**
   * The most urgent job that may be tried now; null where none may. O(jobs).
   *
   * @param mayAsk whether a venue may be asked anything now
   */
  next(nowMs: number, mayAsk: (venue: string) => boolean = () => true): BackfillJob | null {
    let best: BackfillJob | null = null;
    for (const job of this.#jobs.values()) {
      if (job.notBeforeMs > nowMs || !mayAsk(job.venue)) continue;
      if (best === null || urgency(job, best) < 0) best = job;
    }
    return best;
  }

  /** All of it came. */
  done(id: string): void {
    this.#end(id, 'filled');
  }

  /** Nobody wants it any more. */
  giveUp(id: string): void {
    const job = this.#jobs.get(id);
    if (job !== undefined) this.#drop(job, 'given-up');
  }

  /** It did not come. @returns whether it will be tried again */
  failed(id: string, nowMs: number): boolean {
    const job = this.#jobs.get(id);
    if (job === undefined) return false;
    const attempts = job.attempts + 1;
    if (attempts >= BACKFILL_ATTEMPTS_MAX) {
      this.#drop(job, 'given-up');
      return false;
    }
    const waitMs = Math.min(RETRY_MS * 2 ** job.attempts, RETRY_MS_MAX);
    this.#put({ ...job, attempts, notBeforeMs: nowMs + waitMs });
    return true;
  }

  #put(job: BackfillJob): void {
    this.#store.put(job);
    this.#jobs.set(job.id, job);
  }

  #drop(job: BackfillJob, outcome: BackfillOutcome): void {
    this.dropped += 1;
    this.#end(job.id, outcome);
  }

  #end(id: string, outcome: BackfillOutcome): void {
    if (this.#jobs.delete(id)) this.#store.remove(id, outcome);
  }

  #ordered(): BackfillJob[] {
    return [...this.#jobs.values()].sort(urgency);
  }
}

function urgency(one: BackfillJob, other: BackfillJob): number {
  return (
    STAKES[one.stake] - STAKES[other.stake] ||
    other.toMs - one.toMs ||
    one.toMs - one.fromMs - (other.toMs - other.fromMs) ||
    (one.id < other.id ? -1 : 1)
  );
}
