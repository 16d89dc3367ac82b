import type { Side } from '../../../execution/order.ts';
import {
  arrayIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
} from '../../../venues/binance/wire.ts';
import { timeStampMs } from '../../../venues/market/time-stamp.ts';
import { type Dialect, passedOver, type Spoken } from './dialect.ts';
import type { NormalisedLevel } from './normalised.ts';

const DECIMAL = /^\d+(\.\d+)?$/;
/** Before this a stamp is the zero of the venue's clock, which stands for "unknown". */
const EARLIEST_MS = Date.UTC(2010);

/** Frames of Coinbase Exchange (formerly Pro, GDAX): `match`, `l2update`, `snapshot`, `ticker`. */
export class CoinbaseExchange implements Dialect {
  /** Last time that a frame of the symbol told. */
  readonly #lastMs = new Map<string, number>();

  read(frame: WireObject, localMs: number): Spoken {
    const name = textOf(frame, 'type');
    switch (name) {
      case 'match':
        return this.#match(frame, localMs);
      case 'l2update':
        return this.#update(frame, localMs);
      case 'snapshot':
        return this.#snapshot(frame, localMs);
      case 'ticker':
        return this.#ticker(frame, localMs);
      default:
        return passedOver(name);
    }
  }

  #match(frame: WireObject, localMs: number): Spoken {
    const symbol = textOf(frame, 'product_id');
    const trade = {
      kind: 'trade' as const,
      symbol,
      id: String(wholeOf(frame, 'trade_id')),
      price: textOf(frame, 'price'),
      amount: textOf(frame, 'size'),
      // The side is that of the order that was resting.
      side: sideIn(frame['side']) === 'buy' ? ('sell' as const) : ('buy' as const),
      venueMs: this.#timeOf(frame, symbol, localMs),
      localMs,
    };
    return { name: 'match', messages: [trade] };
  }

  #update(frame: WireObject, localMs: number): Spoken {
    const symbol = textOf(frame, 'product_id');
    const bids: NormalisedLevel[] = [];
    const asks: NormalisedLevel[] = [];
    for (const change of arrayIn(frame['changes'], 'changes')) {
      const [side, price, amount] = arrayIn(change, 'change');
      const level = levelIn([price, amount]);
      if (level !== null) (sideIn(side) === 'buy' ? bids : asks).push(level);
    }
    const venueMs = this.#timeOf(frame, symbol, localMs);
    const change = { kind: 'book-change' as const, symbol, isSnapshot: false, bids, asks };
    return { name: 'l2update', messages: [{ ...change, venueMs, localMs }] };
  }

  #snapshot(frame: WireObject, localMs: number): Spoken {
    const levels = (side: 'bids' | 'asks'): NormalisedLevel[] =>
      arrayIn(frame[side], side).flatMap((level) => {
        const read = levelIn(arrayIn(level, side));
        return read === null ? [] : [read];
      });
    const change = {
      kind: 'book-change' as const,
      symbol: textOf(frame, 'product_id'),
      isSnapshot: true,
      bids: levels('bids'),
      asks: levels('asks'),
      venueMs: localMs,
      localMs,
    };
    return { name: 'snapshot', messages: [change] };
  }

  #ticker(frame: WireObject, localMs: number): Spoken {
    const symbol = textOf(frame, 'product_id');
    const ticker = {
      kind: 'book-ticker' as const,
      symbol,
      bidPrice: decimalIn(frame['best_bid']),
      bidAmount: decimalIn(frame['best_bid_size']),
      askPrice: decimalIn(frame['best_ask']),
      askAmount: decimalIn(frame['best_ask_size']),
      venueMs: this.#timeOf(frame, symbol, localMs),
      localMs,
    };
    return { name: 'ticker', messages: [ticker] };
  }

  /** The frame's time, the last one of the symbol when it tells none, or the collector's. */
  #timeOf(frame: WireObject, symbol: string, localMs: number): number {
    const stamp = frame['time'];
    const toldMs = typeof stamp === 'string' ? timeStampMs(stamp) : Number.NaN;
    if (!(toldMs >= EARLIEST_MS)) return this.#lastMs.get(symbol) ?? localMs;
    this.#lastMs.set(symbol, toldMs);
    return toldMs;
  }
}

function sideIn(value: unknown): Side {
  if (value === 'buy' || value === 'sell') return value;
  throw new WireFault(`side: found ${String(value)}, wanted buy or sell`);
}

/** The venue has sent levels like `0.-10000`; such a level is none. */
function levelIn([price, amount]: readonly unknown[]): NormalisedLevel | null {
  const [priceText, amountText] = [decimalIn(price), decimalIn(amount)];
  return priceText === null || amountText === null ? null : [priceText, amountText];
}

function decimalIn(value: unknown): string | null {
  return typeof value === 'string' && DECIMAL.test(value) ? value : null;
}
