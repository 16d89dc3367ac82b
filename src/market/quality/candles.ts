/** A candle of any source; prices and volume in one unit per source pair. */
export interface Candle {
  /** Opening time in milliseconds UTC. */
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Candles that ought to be between two that are there. */
export interface CandleGap {
  /** Opening time of the last candle before. */
  readonly afterMs: number;
  readonly missing: number;
}

/** How two sources disagree about one period. */
export type CandleDispute =
  | { readonly kind: 'missing'; readonly openMs: number; readonly from: 'left' | 'right' }
  | {
      readonly kind: 'differs';
      readonly openMs: number;
      /** Which numbers, with what each source says. */
      readonly fields: readonly {
        readonly field: 'open' | 'high' | 'low' | 'close' | 'volume';
        readonly left: number;
        readonly right: number;
      }[];
    };

/** Largest relative difference that is none, so that sums in another order agree. */
const ROUNDING = 1e-9;
const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Gaps of a series in order of time. @param widthMs length of a candle */
export function candleGaps(candles: readonly Candle[], widthMs: number): readonly CandleGap[] {
  const gaps: CandleGap[] = [];
  for (let at = 1; at < candles.length; at += 1) {
    const [before, after] = [candles[at - 1], candles[at]] as [Candle, Candle];
    const missing = Math.round((after.openMs - before.openMs) / widthMs) - 1;
    if (missing > 0) gaps.push({ afterMs: before.openMs, missing });
  }
  return gaps;
}

/** Opening times at which high and low do not hold what is between them, or volume is negative. */
export function brokenCandles(candles: readonly Candle[]): readonly number[] {
  return candles
    .filter(
      ({ open, high, low, close, volume }) =>
        !(high >= Math.max(open, close) && low <= Math.min(open, close) && volume >= 0),
    )
    .map(({ openMs }) => openMs);
}

/**
 * Candles of `widthMs` summed up from shorter ones in order of time; only groups that are complete
 * and begin on their bound are made, for the rest would be guesses.
 *
 * @param fineMs length of the shorter candles, a divisor of `widthMs`
 */
export function summedCandles(
  candles: readonly Candle[],
  fineMs: number,
  widthMs: number,
): readonly Candle[] {
  const parts = widthMs / fineMs;
  const sums: Candle[] = [];
  let group: Candle[] = [];
  for (const candle of candles) {
    const startMs = Math.floor(candle.openMs / widthMs) * widthMs;
    if (group.length > 0 && (group[0] as Candle).openMs < startMs) group = [];
    group.push(candle);
    if (group.length === parts && (group[0] as Candle).openMs === startMs) sums.push(sumOf(group));
  }
  return sums;
}

/**
 * Every period in which two series disagree, oldest first, by time and never by position. Only the
 * span that both have is judged, so a source that ends earlier is not missing its future.
 *
 * @param left, right in order of time
 */
export function candleDisputes(
  left: readonly Candle[],
  right: readonly Candle[],
): readonly CandleDispute[] {
  if (left.length === 0 || right.length === 0) return [];
  const fromMs = Math.max((left[0] as Candle).openMs, (right[0] as Candle).openMs);
  const toMs = Math.min(lastOf(left).openMs, lastOf(right).openMs);
  const byTime = new Map(right.map((candle) => [candle.openMs, candle]));
  const disputes: CandleDispute[] = [];
  for (const candle of left) {
    const { openMs } = candle;
    if (openMs < fromMs || openMs > toMs) continue;
    const other = byTime.get(openMs);
    if (other === undefined) {
      disputes.push({ kind: 'missing', openMs, from: 'right' });
      continue;
    }
    byTime.delete(openMs);
    const fields = FIELDS.filter((field) => differ(candle[field], other[field])).map((field) => ({
      field,
      left: candle[field],
      right: other[field],
    }));
    if (fields.length > 0) disputes.push({ kind: 'differs', openMs, fields });
  }
  for (const openMs of byTime.keys()) {
    if (openMs >= fromMs && openMs <= toMs)
      disputes.push({ kind: 'missing', openMs, from: 'left' });
  }
  return disputes.sort((one, other) => one.openMs - other.openMs);
}

function sumOf(group: readonly Candle[]): Candle {
  const first = group[0] as Candle;
  return {
    openMs: first.openMs,
    open: first.open,
    high: Math.max(...group.map(({ high }) => high)),
    low: Math.min(...group.map(({ low }) => low)),
    close: lastOf(group).close,
    volume: group.reduce((sum, { volume }) => sum + volume, 0),
  };
}

function lastOf(candles: readonly Candle[]): Candle {
  return candles[candles.length - 1] as Candle;
}

function differ(left: number, right: number): boolean {
  return Math.abs(left - right) > ROUNDING * Math.max(Math.abs(left), Math.abs(right));
}
