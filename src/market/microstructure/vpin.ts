import { assert } from '../../core/result.ts';
import { SortedWindow } from '../../math/sorted-window.ts';

/** Buckets and histories beyond this cost more than they tell. */
export const VPIN_BUCKETS_MAX = 4_096;

export interface VpinOptions {
  /** Volume of one bucket, above 0, in any unit that stays. */
  readonly bucketVolume: number;
  /** Buckets that one VPIN is over, 1 … VPIN_BUCKETS_MAX. */
  readonly buckets: number;
  /** Earlier values that the last one is ranked among, 1 … VPIN_BUCKETS_MAX. */
  readonly history: number;
  /** Earlier values that it takes before there is a rank, 1 … `history`. */
  readonly historyMin: number;
}

/**
 * Volume-synchronised probability of informed trading: trades are poured into buckets of equal
 * volume, one that does not fit goes on in the next, and VPIN is the mean over the last buckets of
 * |bought − sold| / volume. Its level says nothing between symbols, so a gate looks at `quantile`.
 *
 * Whether a trade was bought is told by whoever adds it: 1 or 0 where the venue names the taker,
 * which is to be preferred, or a share from `BulkClassifier`. Adding allocates nothing and is O(1)
 * until a bucket is full, which is O(history).
 *
 * @see Easley, López de Prado, O'Hara 2012, "Flow toxicity and liquidity in a high-frequency world"
 */
export class Vpin {
  readonly #bucketVolume: number;
  readonly #imbalances: Float64Array;
  readonly #history: SortedWindow;
  readonly #historyMin: number;
  /** Full buckets after which nothing from before is left in the window or the history. */
  readonly #forgetful: number;
  #next = 0;
  #sum = 0;
  #poured = 0;
  #net = 0;
  /** Buckets that were filled. */
  filled = 0;
  /** |bought − sold| of the bucket that was filled last; NaN before there was one. */
  imbalance = Number.NaN;
  /** 0 … 1; NaN before the first `buckets` are full. */
  value = Number.NaN;
  /** Rank of the last value among the earlier ones, inside 0 … 1; NaN, unknown, without enough. */
  quantile = Number.NaN;

  constructor({ bucketVolume, buckets, history, historyMin }: VpinOptions) {
    assert(bucketVolume > 0 && Number.isFinite(bucketVolume), 'a bucket has a volume');
    assert(isCount(buckets, VPIN_BUCKETS_MAX), `VPIN is over 1 … ${VPIN_BUCKETS_MAX} buckets`);
    assert(isCount(history, VPIN_BUCKETS_MAX), `a history holds 1 … ${VPIN_BUCKETS_MAX} values`);
    assert(isCount(historyMin, history), 'a rank needs at least 1 and at most all values');
    this.#bucketVolume = bucketVolume;
    this.#imbalances = new Float64Array(buckets);
    this.#history = new SortedWindow(history);
    this.#historyMin = historyMin;
    this.#forgetful = buckets + history + 2;
  }

  /**
   * Pours a trade. What is no volume (not finite, not above 0) or no share is left out.
   *
   * @param buyShare which share of it was bought by the taker, 0 … 1
   * @returns whether it filled a bucket
   */
  onTrade(volume: number, buyShare: number): boolean {
    if (!(volume > 0 && volume < Number.POSITIVE_INFINITY)) return false;
    if (!(buyShare >= 0 && buyShare <= 1)) return false;
    const balance = 2 * buyShare - 1;
    const capacity = this.#bucketVolume;
    let left = this.#skim(volume);
    let room = capacity - this.#poured;
    const isFilling = left >= room;
    while (left >= room) {
      this.#net += room * balance;
      left -= room;
      this.#close();
      room = capacity;
    }
    this.#poured += left;
    this.#net += left * balance;
    return isFilling;
  }

  /** Leaves out the whole buckets of one huge trade that would be forgotten before its end. */
  #skim(volume: number): number {
    const capacity = this.#bucketVolume;
    const whole = Math.floor(volume / capacity);
    if (whole <= this.#forgetful) return volume;
    this.filled += whole - this.#forgetful;
    return this.#forgetful * capacity + (volume % capacity);
  }

  #close(): void {
    const imbalances = this.#imbalances;
    this.imbalance = Math.abs(this.#net);
    this.#poured = 0;
    this.#net = 0;
    this.#sum += this.imbalance - (imbalances[this.#next] as number);
    imbalances[this.#next] = this.imbalance;
    this.#next = (this.#next + 1) % imbalances.length;
    // Once a round the sum is made anew, so that roundings of what left do not add up.
    if (this.#next === 0) this.#sum = sumOf(imbalances);
    this.filled += 1;
    if (this.filled >= imbalances.length) this.#rank();
  }

  #rank(): void {
    const history = this.#history;
    this.value = this.#sum / (this.#imbalances.length * this.#bucketVolume);
    if (history.size >= this.#historyMin) this.quantile = history.rankOf(this.value);
    history.add(this.value);
  }
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] as number;
  return sum;
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
