import type { Side } from '../../../execution/order.ts';
import {
  arrayIn,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
} from '../../../venues/binance/wire.ts';
import { optionNamed, optionSummary } from './deribit-options.ts';
import {
  type Dialect,
  decimalOf,
  numberIn,
  passedOver,
  type Spoken,
  TickerNews,
  wantedNumber,
} from './dialect.ts';
import type { Normalised, NormalisedLevel, NormalisedTrade } from './normalised.ts';

/** Frames of Deribit's JSON-RPC subscriptions. Numbers are JSON numbers here. */
export class Deribit implements Dialect {
  readonly #changes = new Map<string, number>();
  readonly #news = new TickerNews();

  read(frame: WireObject, localMs: number): Spoken {
    if (frame['method'] !== 'subscription') return passedOver(String(frame['method'] ?? 'answer'));
    const params = objectIn(frame['params'], 'params');
    const channel = textOf(params, 'channel');
    const name = channel.slice(0, Math.max(0, channel.indexOf('.')));
    if (name === 'trades') {
      const all = arrayIn(params['data'], 'data').map((trade) => objectIn(trade, 'trade'));
      const trades = all.map((trade) => tradeIn(trade, localMs));
      const ends = all.flatMap((trade) => liquidations(trade, localMs));
      return { name, messages: [...trades, ...ends] };
    }
    if (name === 'book') return this.#book(objectIn(params['data'], 'data'), localMs);
    if (name === 'ticker') return this.#ticker(objectIn(params['data'], 'data'), localMs);
    return passedOver(name);
  }

  #book(data: WireObject, localMs: number): Spoken {
    const symbol = symbolIn(data);
    const change = wantedNumber(data, 'change_id');
    const previous = numberIn(data, 'prev_change_id') ?? 0;
    const known = this.#changes.get(symbol);
    this.#changes.set(symbol, change);
    // The first change of a new instrument has nothing before it and so is all there is.
    const isSnapshot = data['type'] === 'snapshot' || previous === 0;
    const message = {
      kind: 'book-change' as const,
      symbol,
      isSnapshot,
      bids: levelsIn(data, 'bids'),
      asks: levelsIn(data, 'asks'),
      venueMs: wantedNumber(data, 'timestamp'),
      localMs,
    };
    return { name: 'book', messages: [message], isAfterGap: !isSnapshot && previous !== known };
  }

  #ticker(data: WireObject, localMs: number): Spoken {
    const symbol = symbolIn(data);
    const venueMs = wantedNumber(data, 'timestamp');
    const best: Normalised = {
      kind: 'book-ticker',
      symbol,
      bidPrice: offer(data, 'best_bid_price'),
      bidAmount: offer(data, 'best_bid_amount'),
      askPrice: offer(data, 'best_ask_price'),
      askAmount: offer(data, 'best_ask_amount'),
      venueMs,
      localMs,
    };
    const option = optionNamed(symbol);
    if (option !== null) {
      const summary = optionSummary(data, { symbol, venueMs, localMs }, option);
      return { name: 'ticker', messages: [summary, best] };
    }
    const derivative = this.#news.of({
      kind: 'derivative-ticker',
      symbol,
      lastPrice: numberIn(data, 'last_price'),
      openInterest: numberIn(data, 'open_interest'),
      fundingRate: numberIn(data, 'current_funding'),
      fundingMs: null,
      predictedFundingRate: null,
      indexPrice: numberIn(data, 'index_price'),
      markPrice: numberIn(data, 'mark_price'),
      venueMs,
      localMs,
    });
    return { name: 'ticker', messages: [...derivative, best] };
  }
}

/** The venue writes `1d02` for the strike 1.02, in small letters alone. */
function symbolIn(data: WireObject): string {
  return textOf(data, 'instrument_name').toUpperCase();
}

function tradeIn(trade: WireObject, localMs: number): NormalisedTrade {
  return {
    kind: 'trade',
    symbol: symbolIn(trade),
    id: textOf(trade, 'trade_id'),
    price: decimalOf(wantedNumber(trade, 'price')),
    amount: decimalOf(wantedNumber(trade, 'amount')),
    side: sideIn(trade),
    venueMs: wantedNumber(trade, 'timestamp'),
    localMs,
  };
}

/** `T`: the taker was liquidated, `M`: the maker, `MT`: both. */
function liquidations(trade: WireObject, localMs: number): readonly NormalisedTrade[] {
  const who = trade['liquidation'];
  if (typeof who !== 'string') return [];
  const taken = tradeIn(trade, localMs);
  const end = (side: Side): NormalisedTrade => ({ ...taken, kind: 'liquidation', side });
  const maker: Side = taken.side === 'buy' ? 'sell' : 'buy';
  return [
    ...(who.includes('T') ? [end(taken.side)] : []),
    ...(who.includes('M') ? [end(maker)] : []),
  ];
}

function levelsIn(data: WireObject, side: 'bids' | 'asks'): readonly NormalisedLevel[] {
  return arrayIn(data[side], side).map((level) => {
    const [action, price, amount] = arrayIn(level, side);
    if (typeof price !== 'number' || typeof amount !== 'number') {
      throw new WireFault(`${side}: a level of ${typeof price} and ${typeof amount}`);
    }
    return [decimalOf(price), action === 'delete' ? '0' : decimalOf(amount)];
  });
}

/** A best price or amount; the venue writes 0 where there is none. */
function offer(data: WireObject, field: string): string | null {
  const value = numberIn(data, field);
  return value === null || value === 0 ? null : decimalOf(value);
}

function sideIn(trade: WireObject): Side {
  const side = trade['direction'];
  if (side === 'buy' || side === 'sell') return side;
  throw new WireFault(`direction: found ${String(side)}, wanted buy or sell`);
}
