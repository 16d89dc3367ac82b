/** What an order costs at the venue: a counter for each pair that decays with time. */

/** Tiers of an account, with the height of the counter and its decay per second. */
export const TIERS = {
  starter: { max: 60, decayPerSecond: 1 },
  intermediate: { max: 125, decayPerSecond: 2.34 },
  pro: { max: 180, decayPerSecond: 3.75 },
} as const;

export type Tier = keyof typeof TIERS;

/** Added for a transaction on an order that is younger than so many seconds. */
type Penalties = readonly (readonly [belowSeconds: number, points: number])[];

const AMEND: Penalties = [
  [5, 3],
  [10, 2],
  [15, 1],
];
const CANCEL: Penalties = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1],
];

export type Transaction =
  | { readonly kind: 'add' }
  | { readonly kind: 'amend'; readonly ageMs: number }
  | { readonly kind: 'cancel'; readonly ageMs: number };

/**
 * Points of a transaction; `ageMs` is the time since the order was created or last amended.
 *
 * @see Kraken, "Spot trading limits"
 */
export function pointsOf(transaction: Transaction): number {
  switch (transaction.kind) {
    case 'add':
      return 1;
    case 'amend':
      return 1 + penalty(AMEND, transaction.ageMs);
    case 'cancel':
      return penalty(CANCEL, transaction.ageMs);
  }
}

function penalty(table: Penalties, ageMs: number): number {
  return table.find(([belowSeconds]) => ageMs < belowSeconds * 1_000)?.[1] ?? 0;
}

/** Pairs that are counted; beyond these the oldest, which has decayed, is let go. */
const PAIRS_MAX = 1_024;

/** The counters of one account. A cancellation is always let through, but it counts. */
export class RateCounters {
  readonly #tier: Tier;
  readonly #counters = new Map<string, { points: number; atMs: number }>();

  constructor(tier: Tier) {
    this.#tier = tier;
  }

  /** How high a pair's counter stands now. */
  points(pair: string, nowMs: number): number {
    const counter = this.#counters.get(pair);
    if (counter === undefined) return 0;
    const { decayPerSecond } = TIERS[this.#tier];
    const decayed = (decayPerSecond * Math.max(0, nowMs - counter.atMs)) / 1_000;
    return Math.max(0, counter.points - decayed);
  }

  /** Counts a transaction. @returns false, and counts nothing, when its height would be passed */
  take(pair: string, transaction: Transaction, nowMs: number): boolean {
    const points = this.points(pair, nowMs) + pointsOf(transaction);
    const isCancel = transaction.kind === 'cancel';
    if (!isCancel && points > TIERS[this.#tier].max) return false;
    this.#counters.delete(pair);
    this.#counters.set(pair, { points, atMs: nowMs });
    if (this.#counters.size > PAIRS_MAX) this.#dropOldest();
    return true;
  }

  #dropOldest(): void {
    for (const pair of this.#counters.keys()) {
      this.#counters.delete(pair);
      return;
    }
  }
}
