import { type Instrument, quoteAmount } from '../../core/instrument.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT, type Ticks } from '../../core/units.ts';
import { type Position, unrealised } from '../../execution/positions.ts';
import type { VenueOrder } from '../exchange/orders.ts';

/** Maintenance margin as parts per million of the notional: 0.4 %, the venue's lowest bracket. */
export const MAINTENANCE_PPM = 4_000n;
const MILLION = 1_000_000n;

/** What one symbol asks of an account, in 10^-8 of quote. */
export interface SymbolMargin {
  /** Worth of the position at the mark, above 0 on either side. */
  readonly notional: Amount;
  readonly unrealised: Amount;
  /** Bound by the position and by what its open orders could make of it. */
  readonly initial: Amount;
  /** Bound by the position alone. */
  readonly ofPosition: Amount;
  readonly maintenance: Amount;
}

/** What of an account is bound, and what is left. */
export interface AccountMargin {
  readonly wallet: Amount;
  readonly unrealised: Amount;
  readonly initial: Amount;
  readonly ofPositions: Amount;
  readonly maintenance: Amount;
  /** Wallet and unrealised profit, less what is bound; may be below 0. */
  readonly available: Amount;
}

/** Worth of open orders of one symbol that could add to a position, by side. */
export interface OrderExposure {
  readonly bought: Amount;
  readonly sold: Amount;
}

/**
 * Cross margin of one symbol: the larger of what the position would be if all that buys, or all
 * that sells, were filled.
 *
 * @see Binance USD-M futures, "Initial margin": max(|N + bids|, |N − asks|) / leverage
 */
export function symbolMargin(
  instrument: Instrument,
  position: Position,
  at: { readonly markTicks: Ticks; readonly leverage: number; readonly orders: OrderExposure },
): SymbolMargin {
  const lots = Math.abs(position.lots) as Lots;
  const notional = quoteAmount(instrument, at.markTicks, lots);
  const signed = position.lots < 0 ? -notional : notional;
  const most = largest(notional, signed + at.orders.bought, signed - at.orders.sold);
  const leverage = BigInt(at.leverage);
  return {
    notional,
    unrealised: position.lots === 0 ? NO_AMOUNT : unrealised(position, notional),
    initial: amountOf(most / leverage),
    ofPosition: amountOf(notional / leverage),
    maintenance: amountOf((notional * MAINTENANCE_PPM) / MILLION),
  };
}

export function accountMargin(wallet: Amount, symbols: Iterable<SymbolMargin>): AccountMargin {
  let [open, initial, ofPositions, maintenance] = [0n, 0n, 0n, 0n];
  for (const symbol of symbols) {
    open += symbol.unrealised;
    initial += symbol.initial;
    ofPositions += symbol.ofPosition;
    maintenance += symbol.maintenance;
  }
  return {
    wallet,
    unrealised: amountOf(open),
    initial: amountOf(initial),
    ofPositions: amountOf(ofPositions),
    maintenance: amountOf(maintenance),
    available: amountOf(wallet + open - initial),
  };
}

/** An account is liquidated when what it is worth does not cover its maintenance margin. */
export function isLiquidated({ wallet, unrealised: open, maintenance }: AccountMargin): boolean {
  return maintenance > 0n && wallet + open <= maintenance;
}

/** What orders that work could add, at their own limits. Reduce-only orders bind nothing. */
export function exposureOf(instrument: Instrument, orders: Iterable<VenueOrder>): OrderExposure {
  let [bought, sold] = [0n, 0n];
  for (const order of orders) {
    if (order.symbol !== instrument.symbol || order.isReduceOnly === true) continue;
    if (order.isWaiting === true) continue;
    const left = (order.lots - order.filledLots) as Lots;
    const worth = quoteAmount(instrument, order.ticks, left);
    if (order.side === 'buy') bought += worth;
    else sold += worth;
  }
  return { bought: amountOf(bought), sold: amountOf(sold) };
}

/**
 * The mark at which a lone position is liquidated, in ticks as a double: where wallet + lots ×
 * (price − entry) = rate × price × |lots|. 0 when no price above 0 does it.
 */
export function liquidationTicks(
  instrument: Instrument,
  position: Position,
  account: AccountMargin,
  own: SymbolMargin,
): number {
  if (position.lots === 0) return 0;
  const { tickSize, lotSize } = instrument;
  const side = Math.sign(position.lots);
  const size = Math.abs(position.lots) * lotSize;
  const rate = Number(MAINTENANCE_PPM) / 1e6;
  const rest = account.unrealised - own.unrealised;
  const others = account.maintenance - own.maintenance;
  const backing = Number(account.wallet + rest - others) / 1e8;
  const cost = Number(position.cost) / 1e8;
  const price = (side * cost - backing) / (size * (side - rate));
  return Math.max(0, price / tickSize);
}

function largest(...values: readonly bigint[]): bigint {
  return values
    .map((value) => (value < 0n ? -value : value))
    .reduce((most, value) => (value > most ? value : most), 0n);
}
