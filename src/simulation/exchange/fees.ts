import { type Amount, amountOf, NO_AMOUNT } from '../../core/units.ts';

/** What a trade costs, in whole parts per million of what the account receives. */
export interface FeeSchedule {
  /** -1000 … 100,000; below 0 the venue pays. */
  readonly makerPpm: number;
  /** -1000 … 100,000. */
  readonly takerPpm: number;
  /** Charged in a third asset when the account has enough of it. */
  readonly discount: FeeDiscount | null;
  /** Fees are in quote, whichever side: on margin, and at venues such as Coinbase. */
  readonly isOnNotional?: true;
}

export interface FeeDiscount {
  readonly asset: string;
  /** Parts per million of the fee that are left after the discount: 750,000 = 25 % off. */
  readonly keptPpm: number;
  /** Fixed price of one unit of the asset by quote currency, in 10^-8. */
  readonly prices: ReadonlyMap<string, Amount>;
}

export interface Fee {
  readonly fee: Amount;
  readonly feeAsset: string;
}

/** A tier of a large trader: 1 bp to make, 4 bps to take. */
export const DEFAULT_FEES: FeeSchedule = { makerPpm: 100, takerPpm: 400, discount: null };

/** Bounds of maker and taker fees in parts per million, and of the part that a discount keeps. */
const FEE_PPM = [-1_000, 100_000] as const;
const KEPT_PPM = [0, 1_000_000] as const;
const MILLION = 1_000_000n;
const UNIT = 100_000_000n;

/**
 * The fee of one side of a trade: a share of what it receives, digits below 10^-8 cut off. With a
 * discount asset it is the same share of the notional, converted at the fixed price; when the
 * account has not enough of that asset, it pays the full fee as usual.
 */
export function feeOf(
  schedule: FeeSchedule,
  trade: {
    readonly isMaker: boolean;
    readonly received: Amount;
    readonly receivedAsset: string;
    readonly notional: Amount;
    readonly quoteAsset: string;
    /** Free balance of an asset of the account that pays. */
    readonly free: (asset: string) => Amount;
  },
): Fee {
  const ppm = BigInt(trade.isMaker ? schedule.makerPpm : schedule.takerPpm);
  if (schedule.isOnNotional === true) {
    return { fee: amountOf((trade.notional * ppm) / MILLION), feeAsset: trade.quoteAsset };
  }
  const discounted = discountedFee(schedule.discount, trade, ppm);
  if (discounted !== null) return discounted;
  return { fee: amountOf((trade.received * ppm) / MILLION), feeAsset: trade.receivedAsset };
}

/** The most that a purchase may cost in quote on top, rounded up; 0 for fees in kind. */
export function feeOnTop(schedule: FeeSchedule, notional: Amount): Amount {
  const ppm = BigInt(Math.max(schedule.makerPpm, schedule.takerPpm, 0));
  if (schedule.isOnNotional !== true || ppm === 0n) return NO_AMOUNT;
  // Three units more: the notional was cut off, and so is its share.
  return amountOf((notional * ppm) / MILLION + 3n);
}

/** The most that may be paid out of a budget when its fee comes on top; see `feeOnTop`. */
export function mostBeforeFee(schedule: FeeSchedule, budget: Amount): Amount {
  if (feeOnTop(schedule, budget) === 0n) return budget;
  const ppm = BigInt(Math.max(schedule.makerPpm, schedule.takerPpm));
  const most = ((budget - 3n) * MILLION) / (MILLION + ppm);
  return most > 0n ? amountOf(most) : NO_AMOUNT;
}

function discountedFee(
  discount: FeeDiscount | null,
  trade: Parameters<typeof feeOf>[1],
  ppm: bigint,
): Fee | null {
  const price = discount?.prices.get(trade.quoteAsset) ?? NO_AMOUNT;
  if (discount === null || price <= 0n || ppm <= 0n) return null;
  const inQuote = (trade.notional * ppm * BigInt(discount.keptPpm)) / (MILLION * MILLION);
  const fee = amountOf((inQuote * UNIT) / price);
  if (trade.receivedAsset === discount.asset || trade.free(discount.asset) < fee) return null;
  return { fee, feeAsset: discount.asset };
}

/** What makes no sense in a schedule; null when all of it does. */
export function scheduleFault({ makerPpm, takerPpm, discount }: FeeSchedule): {
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
} | null {
  for (const [field, found, [least, most]] of [
    ['makerPpm', makerPpm, FEE_PPM],
    ['takerPpm', takerPpm, FEE_PPM],
    ['discount.keptPpm', discount?.keptPpm ?? 0, KEPT_PPM],
  ] as const) {
    if (!(Number.isInteger(found) && found >= least && found <= most)) {
      return { field, found: String(found), wanted: `a whole number, ${least} … ${most}` };
    }
  }
  return null;
}
