import type { Instrument } from '../../core/instrument.ts';
import {
  type Amount,
  amountOf,
  type Lots,
  type Millis,
  NO_AMOUNT,
  type Ticks,
} from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';

/** A trade as everybody sees it. */
export interface PublicTrade {
  readonly symbol: string;
  readonly tradeId: number;
  readonly ticks: Ticks;
  readonly lots: Lots;
  readonly quote: Amount;
  readonly takerSide: Side;
  readonly makerOrderId: number;
  readonly takerOrderId: number;
  readonly venueMs: Millis;
}

/** Trades of a stretch of time that begins at `openMs`. */
export interface Bar {
  readonly openMs: number;
  readonly open: Ticks;
  readonly high: Ticks;
  readonly low: Ticks;
  readonly close: Ticks;
  readonly closeLots: Lots;
  readonly lots: Lots;
  readonly quote: Amount;
  readonly trades: number;
  readonly takerBuyLots: Lots;
  readonly takerBuyQuote: Amount;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
}

export const MINUTE_MS = 60_000;
/** Trades kept for queries. */
export const TRADES_KEPT = 1_000;
/** Minute bars kept: three days. */
export const MINUTES_KEPT = 4_320;

/** What was traded in one market: the last trades, and a bar for every minute that had any. */
export class Tape {
  readonly #instrument: Instrument;
  readonly #trades = new Map<number, PublicTrade>();
  readonly #minutes: Bar[] = [];
  #last: PublicTrade | null = null;

  constructor(instrument: Instrument) {
    this.#instrument = instrument;
  }

  get last(): PublicTrade | null {
    return this.#last;
  }

  add(trade: PublicTrade): void {
    this.#last = trade;
    this.#trades.set(trade.tradeId, trade);
    this.#trades.delete(trade.tradeId - TRADES_KEPT);
    const bar = barOf(trade, trade.venueMs - (trade.venueMs % MINUTE_MS));
    const last = this.#minutes.at(-1);
    // A wall clock that jumps back must not put the bars out of order.
    if (last !== undefined && bar.openMs <= last.openMs) {
      this.#minutes[this.#minutes.length - 1] = joined(last, bar);
      return;
    }
    this.#minutes.push(bar);
    if (this.#minutes.length > MINUTES_KEPT) this.#minutes.shift();
  }

  /** The latest trades, oldest first. */
  latest(limit: number): PublicTrade[] {
    return [...this.#trades.values()].slice(-limit);
  }

  /** Bars of a length in minutes, oldest first, that open within `fromMs` and `toMs`. */
  bars(minutes: number, fromMs: number, toMs: number, limit: number): Bar[] {
    const lengthMs = minutes * MINUTE_MS;
    const bars: Bar[] = [];
    for (const minute of this.#minutes) {
      const openMs = minute.openMs - (minute.openMs % lengthMs);
      if (openMs < fromMs || openMs > toMs) continue;
      const last = bars.at(-1);
      if (last?.openMs === openMs) bars[bars.length - 1] = joined(last, minute);
      else bars.push({ ...minute, openMs });
    }
    return bars.slice(-limit);
  }

  /** All minutes of a window as one bar; null when nothing was traded in it. */
  window(fromMs: number): Bar | null {
    let sum: Bar | null = null;
    for (let at = this.#minutes.length - 1; at >= 0; at -= 1) {
      const minute = this.#minutes[at] as Bar;
      if (minute.openMs < fromMs) break;
      sum = sum === null ? minute : joined(minute, sum);
    }
    return sum;
  }

  /** Volume-weighted price in ticks since a time; NaN when nothing was ever traded. */
  averageTicks(fromMs: number): number {
    const bar = this.window(fromMs - MINUTE_MS);
    if (bar === null) return this.#last?.ticks ?? Number.NaN;
    const { tickSize, lotSize } = this.#instrument;
    return Number(bar.quote) / 1e8 / (bar.lots * lotSize) / tickSize;
  }
}

/** Trades of one taker at one price belong together; they come in one piece. */
export function grouped(trades: readonly PublicTrade[]): PublicTrade[][] {
  const groups: PublicTrade[][] = [];
  for (const trade of trades) {
    const last = groups.at(-1)?.[0];
    const isSame = last?.takerOrderId === trade.takerOrderId && last.ticks === trade.ticks;
    if (isSame) groups.at(-1)?.push(trade);
    else groups.push([trade]);
  }
  return groups;
}

function barOf(trade: PublicTrade, openMs: number): Bar {
  const isBuy = trade.takerSide === 'buy';
  return {
    openMs,
    open: trade.ticks,
    high: trade.ticks,
    low: trade.ticks,
    close: trade.ticks,
    closeLots: trade.lots,
    lots: trade.lots,
    quote: trade.quote,
    trades: 1,
    takerBuyLots: isBuy ? trade.lots : (0 as Lots),
    takerBuyQuote: isBuy ? trade.quote : NO_AMOUNT,
    firstTradeId: trade.tradeId,
    lastTradeId: trade.tradeId,
  };
}

/** Two bars, the earlier one first, as one that opens with the first. */
function joined(first: Bar, then: Bar): Bar {
  return {
    openMs: first.openMs,
    open: first.open,
    high: Math.max(first.high, then.high) as Ticks,
    low: Math.min(first.low, then.low) as Ticks,
    close: then.close,
    closeLots: then.closeLots,
    lots: (first.lots + then.lots) as Lots,
    quote: amountOf(first.quote + then.quote),
    trades: first.trades + then.trades,
    takerBuyLots: (first.takerBuyLots + then.takerBuyLots) as Lots,
    takerBuyQuote: amountOf(first.takerBuyQuote + then.takerBuyQuote),
    firstTradeId: first.firstTradeId,
    lastTradeId: then.lastTradeId,
  };
}
