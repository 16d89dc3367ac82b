import type { Side } from '../../../execution/order.ts';
import {
  arrayIn,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
} from '../../../venues/binance/wire.ts';
import {
  type Dialect,
  decimalOf,
  numberIn,
  oneSided,
  passedOver,
  type Spoken,
  TickerNews,
  wantedNumber,
} from './dialect.ts';
import type { Normalised, NormalisedLevel } from './normalised.ts';

/** From this day on the rate to compare with other venues is the relative one. */
const RELATIVE_SINCE_MS = Date.UTC(2022, 8, 29);

/** Frames of Kraken Futures, formerly Crypto Facilities. Numbers are JSON numbers here. */
export class KrakenFutures implements Dialect {
  readonly #sequences = new Map<string, number>();
  readonly #news = new TickerNews();

  read(frame: WireObject, localMs: number): Spoken {
    // Answers to subscriptions carry the feed's name too.
    if (frame['event'] !== undefined) return passedOver(`event ${String(frame['event'])}`);
    const name = textOf(frame, 'feed');
    switch (name) {
      case 'book':
        return this.#update(frame, localMs);
      case 'book_snapshot':
        return this.#snapshot(frame, localMs);
      case 'trade':
        return { name, messages: trades(frame, localMs) };
      case 'ticker':
        return this.#ticker(frame, localMs);
      default:
        return passedOver(name);
    }
  }

  #update(frame: WireObject, localMs: number): Spoken {
    const symbol = textOf(frame, 'product_id');
    const isBid = sideIn(frame) === 'buy';
    const change = {
      kind: 'book-change' as const,
      symbol,
      isSnapshot: false,
      ...oneSided(isBid, levelIn(frame)),
      venueMs: numberIn(frame, 'timestamp') ?? localMs,
      localMs,
    };
    const sequence = wantedNumber(frame, 'seq');
    const before = this.#sequences.get(symbol);
    this.#sequences.set(symbol, sequence);
    const isAfterGap = before !== undefined && sequence !== before + 1;
    return { name: 'book', messages: [change], isAfterGap };
  }

  #snapshot(frame: WireObject, localMs: number): Spoken {
    const levels = (side: 'bids' | 'asks') =>
      arrayIn(frame[side], side).map((level) => levelIn(objectIn(level, side)));
    const symbol = textOf(frame, 'product_id');
    this.#sequences.set(symbol, wantedNumber(frame, 'seq'));
    const change = {
      kind: 'book-change' as const,
      symbol,
      isSnapshot: true,
      bids: levels('bids'),
      asks: levels('asks'),
      venueMs: numberIn(frame, 'timestamp') ?? localMs,
      localMs,
    };
    return { name: 'book_snapshot', messages: [change] };
  }

  #ticker(frame: WireObject, localMs: number): Spoken {
    const symbol = textOf(frame, 'product_id');
    const venueMs = wantedNumber(frame, 'time');
    const text = (field: string): string | null => {
      const value = numberIn(frame, field);
      return value === null ? null : decimalOf(value);
    };
    const best: Normalised = {
      kind: 'book-ticker',
      symbol,
      bidPrice: text('bid'),
      bidAmount: text('bid_size'),
      askPrice: text('ask'),
      askAmount: text('ask_size'),
      venueMs,
      localMs,
    };
    const fundingMs = numberIn(frame, 'next_funding_rate_time');
    // A perpetual that has no next funding is not traded yet: its figures mean nothing.
    if (fundingMs === 0) return { name: 'ticker', messages: [best] };
    const rate = localMs >= RELATIVE_SINCE_MS ? 'relative_funding_rate' : 'funding_rate';
    const derivative = this.#news.of({
      kind: 'derivative-ticker',
      symbol,
      lastPrice: numberIn(frame, 'last'),
      openInterest: numberIn(frame, 'openInterest'),
      fundingRate: numberIn(frame, rate),
      fundingMs,
      predictedFundingRate: numberIn(frame, `${rate}_prediction`),
      indexPrice: numberIn(frame, 'index'),
      markPrice: numberIn(frame, 'markPrice'),
      venueMs,
      localMs,
    });
    return { name: 'ticker', messages: [...derivative, best] };
  }
}

function trades(frame: WireObject, localMs: number): readonly Normalised[] {
  const trade = {
    kind: 'trade' as const,
    symbol: textOf(frame, 'product_id'),
    id: typeof frame['uid'] === 'string' ? frame['uid'] : null,
    price: decimalOf(wantedNumber(frame, 'price')),
    amount: decimalOf(wantedNumber(frame, 'qty')),
    side: sideIn(frame),
    venueMs: wantedNumber(frame, 'time'),
    localMs,
  };
  if (frame['type'] !== 'liquidation') return [trade];
  return [trade, { ...trade, kind: 'liquidation' }];
}

function levelIn(object: WireObject): NormalisedLevel {
  const amount = Math.max(0, wantedNumber(object, 'qty'));
  return [decimalOf(wantedNumber(object, 'price')), decimalOf(amount)];
}

function sideIn(frame: WireObject): Side {
  const side = frame['side'];
  if (side === 'buy' || side === 'sell') return side;
  throw new WireFault(`side: found ${String(side)}, wanted buy or sell`);
}
