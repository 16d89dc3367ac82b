import { assert } from '../../core/result.ts';

/** Bounds of a bucket's width in microseconds. */
export const BUCKET_US_MIN = 1_000;
export const BUCKET_US_MAX = 5_000;

export interface EventBucketOptions {
  /**
   * Move of the mid, in ticks, that one bucket is to span: a market that moves so much within a
   * bucket of the least width is sampled at that width.
   */
  readonly moveTicks: number;
  /** Buckets over which the realised variance is averaged, at least 2. */
  readonly memory: number;
}

/** What happened in one bucket of event time. Reused: read it before the next event. */
export interface EventBucket {
  startUs: number;
  endUs: number;
  events: number;
  firstMid: number;
  lastMid: number;
  highMid: number;
  lowMid: number;
}

/**
 * Buckets of 1 … 5 ms of event time that close on data: the first event at or past the end of a
 * bucket closes it and opens its own, so that a quiet market costs nothing and no cadence is fixed.
 * Buckets without events are not made up; `startUs` of the next tells how long it was quiet.
 *
 * The width follows realised volatility: after each bucket the variance of the mid per microsecond
 * is averaged exponentially, and the next width is the time in which the mid strays by `moveTicks`,
 * within its bounds. An event older than the open bucket is counted in `late`, and its mid is taken
 * into the open bucket without changing when that began: nothing that closed changes.
 *
 * An event is O(1) and allocates nothing.
 */
export class EventBuckets {
  readonly #moveTicks: number;
  readonly #weight: number;
  /** The bucket that closed last. */
  readonly closed: EventBucket = emptyBucket();
  readonly #open: EventBucket = emptyBucket();
  #variancePerUs = Number.NaN;
  /** Width of the buckets to come, in microseconds. */
  widthUs = BUCKET_US_MAX;
  late = 0;

  constructor({ moveTicks, memory }: EventBucketOptions) {
    assert(moveTicks > 0 && memory >= 2, 'a move above 0 and a memory of at least 2 buckets');
    this.#moveTicks = moveTicks;
    this.#weight = 2 / (memory + 1);
  }

  /**
   * Takes an event.
   *
   * @param atUs event time in microseconds
   * @param mid in ticks; halves occur
   * @returns whether it closed a bucket, which is then in `closed`
   */
  onEvent(atUs: number, mid: number): boolean {
    const open = this.#open;
    if (open.events === 0) {
      this.#begin(atUs, mid);
      return false;
    }
    if (atUs < open.startUs) this.late += 1;
    if (atUs < open.endUs) {
      open.events += 1;
      open.lastMid = mid;
      open.highMid = Math.max(open.highMid, mid);
      open.lowMid = Math.min(open.lowMid, mid);
      return false;
    }
    const isFirst = this.closed.events === 0;
    const moved = open.lastMid - (isFirst ? open.firstMid : this.closed.lastMid);
    const lasted = open.endUs - (isFirst ? open.startUs : this.closed.endUs);
    Object.assign(this.closed, open);
    this.#adapt((moved * moved) / lasted);
    this.#begin(atUs, mid);
    return true;
  }

  #begin(atUs: number, mid: number): void {
    const open = this.#open;
    open.startUs = Math.floor(atUs / this.widthUs) * this.widthUs;
    // A narrower grid may begin inside what is closed already; time goes forward only.
    open.startUs = Math.max(open.startUs, this.closed.endUs);
    open.endUs = open.startUs + this.widthUs;
    open.events = 1;
    open.firstMid = mid;
    open.lastMid = mid;
    open.highMid = mid;
    open.lowMid = mid;
  }

  #adapt(variancePerUs: number): void {
    const known = this.#variancePerUs;
    this.#variancePerUs = Number.isNaN(known)
      ? variancePerUs
      : known + this.#weight * (variancePerUs - known);
    const wished = (this.#moveTicks * this.#moveTicks) / this.#variancePerUs;
    this.widthUs = Math.round(Math.min(Math.max(wished, BUCKET_US_MIN), BUCKET_US_MAX));
  }
}

function emptyBucket(): EventBucket {
  return { startUs: 0, endUs: 0, events: 0, firstMid: 0, lastMid: 0, highMid: 0, lowMid: 0 };
}
