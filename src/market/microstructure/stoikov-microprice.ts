import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix, product, put, solve, zeros } from '../../math/matrix.ts';

/** Best quotes, oldest first, as columns of one length. */
export interface QuoteColumns {
  readonly bids: ArrayLike<number>;
  readonly bidSizes: ArrayLike<number>;
  readonly asks: ArrayLike<number>;
  readonly askSizes: ArrayLike<number>;
}

export interface MicropriceOptions {
  /** Buckets of imbalance with equally many quotes each, at least 1. */
  readonly imbalanceBuckets: number;
  /** Widest spread that is modelled, in ticks, at least 1. */
  readonly spreads: number;
  /**
   * Price of one tick. A spread is held against whole ticks in doubles, as in the paper's code, so
   * decimals lose some quotes at the widest spread; prices in ticks, with a tick of 1, lose none.
   */
  readonly tick: number;
}

/**
 * Microprice adjustments by state, which is (spread in ticks − 1) × buckets + bucket; the
 * microprice is the mid plus the adjustment of the state.
 */
export interface Microprice {
  /** Expected move of the mid at its next change. */
  readonly first: readonly number[];
  /** B: from a state before a change of the mid to the state after it. */
  readonly transitions: Matrix;
  /** Six terms of Σ Bⁱ G₁, as in the paper. */
  readonly six: readonly number[];
  /** Their limit: (I − B)⁻¹ G₁ on the part of G₁ that B makes die out. */
  readonly limit: readonly number[];
  /** Observations after each was mirrored. */
  readonly observations: number;
  /** Bounds of the buckets, `imbalanceBuckets` + 1 of them. */
  readonly edges: readonly number[];
}

export type MicropriceFault =
  | { readonly kind: 'too-few-quotes'; readonly found: number; readonly wanted: number }
  /** Two bounds of buckets are the same imbalance: fewer buckets are wanted. */
  | { readonly kind: 'equal-edges'; readonly edge: number }
  /** No quote was ever seen in this state, or the mid never moves from it: fewer states. */
  | { readonly kind: 'closed-state'; readonly state: number };

const PAPER_TERMS = 6;
/** Terms after which nothing of a double is left of a sum that converges. */
const LIMIT_TERMS = 200;
/** The mid may move by so many ticks at once and still be of the model. */
const MOVE_TICKS_MAX = 1.1;

/**
 * The microprice of a Markov chain on (spread, imbalance): G* = Σ Bⁱ G₁ with G₁ = (I − Q)⁻¹ R₁ K
 * and B = (I − Q)⁻¹ R₂, over quotes whose spread is 1 … `spreads` ticks, each seen with its mirror
 * image too, so that a market without drift has no preferred side. O(n + states³).
 *
 * @see Stoikov 2018, "The micro-price: a high-frequency estimator of future prices"
 */
export function stoikovMicroprice(
  quotes: QuoteColumns,
  options: MicropriceOptions,
): Result<Microprice, MicropriceFault> {
  const { imbalanceBuckets: buckets, spreads, tick } = options;
  assert(buckets >= 1 && spreads >= 1 && tick > 0, 'at least one bucket, one spread, a tick');
  const kept = keptQuotes(quotes, options);
  if (kept.mids.length < buckets + 1) {
    return err({ kind: 'too-few-quotes', found: kept.mids.length, wanted: buckets + 1 });
  }
  const edges = equalCountEdges(kept.imbalances, buckets);
  const twin = edges.findIndex((edge, at) => at > 0 && edge === edges[at - 1]);
  if (twin > 0) return err({ kind: 'equal-edges', edge: edges[twin] as number });
  const chain = countedChain(kept, edges, options);
  const closed = normalise(chain);
  if (closed >= 0) return err({ kind: 'closed-state', state: closed });
  const states = buckets * spreads;
  const rest = zeros(states, states);
  for (let row = 0; row < states; row += 1) {
    for (let column = 0; column < states; column += 1) {
      put(rest, row, column, (row === column ? 1 : 0) - at(chain.still, row, column));
    }
  }
  const both = zeros(states, states + 1);
  for (let row = 0; row < states; row += 1) {
    for (let column = 0; column < states; column += 1) {
      put(both, row, column, at(chain.moved, row, column));
    }
    put(both, row, states, chain.drift[row] as number);
  }
  const solved = solve(rest, both);
  if (solved === null) return err({ kind: 'closed-state', state: 0 });
  const transitions = zeros(states, states);
  const first = new Float64Array(states);
  for (let row = 0; row < states; row += 1) {
    for (let column = 0; column < states; column += 1) {
      put(transitions, row, column, at(solved, row, column));
    }
    first[row] = at(solved, row, states);
  }
  return ok({
    first: [...first],
    transitions,
    six: summed(transitions, first, PAPER_TERMS),
    limit: summed(transitions, first, LIMIT_TERMS),
    observations: chain.observations,
    edges,
  });
}

interface KeptQuotes {
  readonly mids: readonly number[];
  /** In ticks. */
  readonly spreads: readonly number[];
  readonly imbalances: readonly number[];
}

function keptQuotes(quotes: QuoteColumns, { spreads: most, tick }: MicropriceOptions): KeptQuotes {
  const kept = { mids: [] as number[], spreads: [] as number[], imbalances: [] as number[] };
  for (let row = 0; row < quotes.bids.length; row += 1) {
    const [bid, ask] = [quotes.bids[row], quotes.asks[row]] as [number, number];
    const [bidSize, askSize] = [quotes.bidSizes[row], quotes.askSizes[row]] as [number, number];
    const spread = ask - bid;
    const imbalance = bidSize / (bidSize + askSize);
    if (!(spread > 0 && spread <= most * tick) || Number.isNaN(imbalance)) continue;
    kept.mids.push((bid + ask) / 2);
    kept.spreads.push(Math.max(Math.round(spread / tick), 1));
    kept.imbalances.push(imbalance);
  }
  return kept;
}

/** Bounds of buckets that hold equally many: the type-7 quantiles at 0, 1/n … 1. */
export function equalCountEdges(values: readonly number[], buckets: number): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: buckets + 1 }, (_, at) => {
    const place = (at / buckets) * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below] as number;
    const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
    return low + (place - below) * (high - low);
  });
}

/** A bucket holds its upper edge, and the first one its lower one too. */
function bucketOf(imbalance: number, edges: readonly number[]): number {
  let bucket = 0;
  while (bucket < edges.length - 2 && imbalance > (edges[bucket + 1] as number)) bucket += 1;
  return bucket;
}

interface Chain {
  /** Q: to a state without a change of the mid. */
  readonly still: Matrix;
  /** R₂: to a state with one. */
  readonly moved: Matrix;
  /** R₁ K: the expected change of the mid in one step. */
  readonly drift: Float64Array;
  readonly total: Float64Array;
  observations: number;
}

function countedChain(
  { mids, spreads, imbalances }: KeptQuotes,
  edges: readonly number[],
  { imbalanceBuckets: buckets, spreads: most, tick }: MicropriceOptions,
): Chain {
  const states = buckets * most;
  const chain: Chain = {
    still: zeros(states, states),
    moved: zeros(states, states),
    drift: new Float64Array(states),
    total: new Float64Array(states),
    observations: 0,
  };
  const stateOf = (row: number, isMirrored: boolean): number => {
    const bucket = bucketOf(imbalances[row] as number, edges);
    const base = ((spreads[row] as number) - 1) * buckets;
    return base + (isMirrored ? buckets - 1 - bucket : bucket);
  };
  for (let row = 0; row + 1 < mids.length; row += 1) {
    const halves = Math.round((((mids[row + 1] as number) - (mids[row] as number)) / tick) * 2);
    if (Math.abs(halves) / 2 > MOVE_TICKS_MAX) continue;
    for (const isMirrored of [false, true]) {
      const [from, to] = [stateOf(row, isMirrored), stateOf(row + 1, isMirrored)];
      const into = halves === 0 ? chain.still : chain.moved;
      put(into, from, to, at(into, from, to) + 1);
      const move = (halves * tick) / 2;
      chain.drift[from] = (chain.drift[from] as number) + (isMirrored ? -move : move);
      chain.total[from] = (chain.total[from] as number) + 1;
      chain.observations += 1;
    }
  }
  return chain;
}

/** Counts become chances. @returns the first state that nothing leaves by a change, or −1 */
function normalise({ still, moved, drift, total }: Chain): number {
  for (let row = 0; row < still.rows; row += 1) {
    const all = total[row] as number;
    let moves = 0;
    for (let column = 0; column < still.rows; column += 1) {
      moves += at(moved, row, column);
      put(still, row, column, at(still, row, column) / all);
      put(moved, row, column, at(moved, row, column) / all);
    }
    if (moves === 0) return row;
    drift[row] = (drift[row] as number) / all;
  }
  return -1;
}

/** Σ_{i < terms} Bⁱ G₁. */
function summed(transitions: Matrix, first: Float64Array, terms: number): number[] {
  let term: Matrix = { rows: first.length, columns: 1, cells: Float64Array.from(first) };
  const sum = Float64Array.from(first);
  for (let step = 1; step < terms; step += 1) {
    term = product(transitions, term);
    for (let row = 0; row < sum.length; row += 1) {
      sum[row] = (sum[row] as number) + at(term, row, 0);
    }
  }
  return [...sum];
}
