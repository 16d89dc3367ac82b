import type { Instrument } from '../core/instrument.ts';
import { AMOUNT_DECIMALS, type Amount, NO_AMOUNT } from '../core/units.ts';
import type { Fill, Side } from './order.ts';

/** Why an amount moved without a trade. */
export type TransferReason = 'opening' | 'deposit' | 'withdrawal' | 'adjustment' | 'funding';

/** Money in or out of a venue account, deduplicated by venue and transfer id. */
export interface Transfer {
  readonly kind: 'transferred';
  readonly venue: string;
  readonly transferId: string;
  readonly asset: string;
  /** Signed: negative leaves the account. */
  readonly amount: Amount;
  readonly reason: TransferReason;
}

/** A fill at the venue of an order that is not ours: it moves our balances all the same. */
export interface ExternalFill {
  readonly kind: 'external-filled';
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  readonly fill: Fill;
}

export type LedgerEvent = Transfer | ExternalFill;

/** Balances of one venue account by asset, in 10^-8. Absent means zero. */
export type Balances = ReadonlyMap<string, Amount>;

export interface Posting {
  readonly asset: string;
  readonly amount: Amount;
}

/**
 * What a fill moves: base, quote and fee, whatever asset the fee was taken in. On a margin account
 * the base is the position, and all that reaches the wallet is what the venue realised.
 */
export function postingsOf(
  trade: { readonly side: Side; readonly base: string; readonly quote: string },
  baseMoved: Amount,
  fill: Fill,
): readonly Posting[] {
  const bought = trade.side === 'buy';
  const cash = fill.realised ?? (bought ? -fill.quote : fill.quote);
  const postings = [
    { asset: trade.base, amount: (bought ? baseMoved : -baseMoved) as Amount },
    { asset: trade.quote, amount: cash as Amount },
  ];
  if (fill.fee !== 0n) postings.push({ asset: fill.feeAsset, amount: -fill.fee as Amount });
  return postings;
}

const ONE = 10n ** BigInt(AMOUNT_DECIMALS);

/**
 * The fee's worth in quote at the price of its own fill, rounded down; null when it was taken in a
 * third asset, which only a market for that asset can value.
 */
export function feeInQuote(instrument: Instrument, fill: Fill): Amount | null {
  if (fill.fee === 0n || fill.feeAsset === instrument.quote) return fill.fee;
  if (fill.feeAsset !== instrument.base) return null;
  const tick = BigInt(fill.ticks) * BigInt(instrument.tickSteps);
  const price = (tick * ONE) / 10n ** BigInt(instrument.priceDecimals);
  return ((fill.fee * price) / ONE) as Amount;
}

/** Balances after the postings; the argument is left as it was. */
export function post(balances: Balances, postings: readonly Posting[]): Balances {
  const next = new Map(balances);
  for (const { asset, amount } of postings) {
    next.set(asset, ((next.get(asset) ?? NO_AMOUNT) + amount) as Amount);
  }
  return next;
}

export interface BalanceDifference {
  readonly asset: string;
  readonly ours: Amount;
  readonly venues: Amount;
}

/** What has to be booked so that the ledger agrees with the venue. */
export function transfersOf(
  venue: string,
  differences: readonly BalanceDifference[],
  reason: 'opening' | 'adjustment',
  nowMs: number,
): readonly Transfer[] {
  return differences.map(({ asset, ours, venues }) => ({
    kind: 'transferred',
    venue,
    transferId: `${reason}:${asset}:${nowMs}`,
    asset,
    amount: (venues - ours) as Amount,
    reason,
  }));
}

/** Every asset in which two sets of balances differ, by name. */
export function balanceDifferences(ours: Balances, venues: Balances): BalanceDifference[] {
  const assets = [...new Set([...ours.keys(), ...venues.keys()])].sort();
  return assets.flatMap((asset) => {
    const mine = ours.get(asset) ?? NO_AMOUNT;
    const theirs = venues.get(asset) ?? NO_AMOUNT;
    return mine === theirs ? [] : [{ asset, ours: mine, venues: theirs }];
  });
}
