/**
 * Frames beside what they mean: pairs/tardis-node, the rows of one test being a sequence. Binance
 * goes through the codec that trades, the others through the read-only dialects.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { priceText, quantityText } from '../../../../src/core/instrument.ts';
import type { Lots, Ticks } from '../../../../src/core/units.ts';
import { Book } from '../../../../src/market/book.ts';
import type { Ladder } from '../../../../src/market/ladder.ts';
import {
  ForeignReader,
  type ForeignVenue,
} from '../../../../src/simulation/replay/foreign/foreign-reader.ts';
import type { Normalised } from '../../../../src/simulation/replay/foreign/normalised.ts';
import { DepthSync } from '../../../../src/venues/binance/depth-sync.ts';
import type { LevelList } from '../../../../src/venues/binance/level-list.ts';
import { MarketDecoder } from '../../../../src/venues/binance/market-decoder.ts';
import { bytesOf } from '../../../support/coinbase/frames.ts';
import { recordings } from '../../../support/edge/recordings.ts';
import { type Pair, pairsOf } from '../../../support/replay/pairs.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const recordedTest = recordings === null ? test.skip : test;

const VENUES: readonly (readonly [string, ForeignVenue, number, Record<string, number>])[] = [
  ['coinbase', 'coinbase-exchange', 9, { match: 1, l2update: 3, snapshot: 2, ticker: 3 }],
  ['cryptofacilities', 'kraken-futures', 15, { book: 3, ticker: 7, trade: 4, book_snapshot: 1 }],
  ['deribit', 'deribit', 18, { trades: 3, quote: 1, book: 4, ticker: 10 }],
];

/** A message of ours in the words of the pairs. */
function inTheirWords(exchange: string, message: Normalised): Record<string, unknown> {
  const { kind, venueMs, localMs, ...rest } = message;
  const levels = (side: readonly (readonly [string, string])[]) =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }));
  const stamped = { ...rest, type: kind.replace('-', '_'), exchange, timestamp: venueMs, localMs };
  switch (message.kind) {
    case 'book-change':
      return { ...stamped, bids: levels(message.bids), asks: levels(message.asks) };
    case 'trade':
    case 'liquidation':
      return { ...stamped, price: Number(message.price), amount: Number(message.amount) };
    case 'book-ticker': {
      const { bidPrice, bidAmount, askPrice, askAmount } = message;
      const numbers = { bidPrice, bidAmount, askPrice, askAmount };
      for (const [name, text] of Object.entries(numbers)) {
        Object.assign(stamped, { [name]: text === null ? null : Number(text) });
      }
      return stamped;
    }
    default:
      return Object.fromEntries(
        Object.entries(stamped).map(([name, value]) => [name.replace('Iv', 'IV'), value]),
      );
  }
}

/** An expected message with its times as numbers, under the names that ours have. */
function withNumbers({ localTimestamp, ...message }: Record<string, unknown>) {
  const times = new Map([
    ['timestamp', 'timestamp'],
    ['fundingTimestamp', 'fundingMs'],
    ['expirationDate', 'expirationMs'],
  ]);
  const entries = Object.entries(message).map(([name, value]) => {
    const renamed = times.get(name) ?? name;
    return [renamed, renamed !== name || name === 'timestamp' ? instant(value) : value];
  });
  return { ...Object.fromEntries(entries), localMs: instant(localTimestamp) };
}

/** Milliseconds with microseconds behind the dot, taken apart without our own parser. */
function instant(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const micros = Number((/\.\d{3}(\d{3})Z$/.exec(text)?.[1] ?? '0') as string);
  return Date.parse(text) + micros / 1000;
}

for (const [file, venue, rows, names] of VENUES) {
  recordedTest(`the ${rows} pairs of ${file} match exactly, each counted by name`, () => {
    const reader = new ForeignReader(venue);
    const pairs = pairsOf(file);
    assert.is(pairs.length, rows);
    for (const { snap, exchange, message, localMs, expected } of pairs) {
      const found = reader.read(JSON.stringify(message), localMs);
      const ours = found.map((each) => rounded(inTheirWords(exchange, each)));
      assert.equal(ours, expected.map(withNumbers).map(rounded), `${file} ${snap}`);
    }
    assert.equal(Object.fromEntries(reader.names), names);
    assert.is(reader.malformed, 0, reader.fault);
  });
}

/** Times to the microsecond: a double holds no more. */
function rounded<T extends Record<string, unknown>>(message: T): T {
  const timestamp = message['timestamp'];
  if (typeof timestamp !== 'number') return message;
  return { ...message, timestamp: Math.round(timestamp * 1000) };
}

/** Every price and size of the pairs is on this grid. */
const grid = { tick: '0.00000001', lot: '0.00000001' };
const SYMBOLS = ['BNBBTC', 'BTCUSDT', 'BTCUSDC', 'GNTBTC', 'DOGEBNB'];

recordedTest('the 10 pairs of binance match exactly through the codec that trades', () => {
  const instruments = SYMBOLS.map((symbol, index) => anInstrument({ ...grid, index, symbol }));
  const decoder = new MarketDecoder(instruments);
  const syncs = new Map<string, DepthSync>();
  const names: Record<string, number> = {};
  const pairs = pairsOf('binance');
  assert.is(pairs.length, 10);
  for (const pair of pairs) {
    const { stream } = pair.message as { stream: string };
    const symbol = stream.slice(0, stream.indexOf('@')).toUpperCase();
    const instrument = instruments.find((each) => each.symbol === symbol);
    assert.ok(instrument !== undefined, symbol);
    const kind = decoder.decode(bytesOf(pair.message), instrument);
    names[kind] = (names[kind] ?? 0) + 1;
    const sync = syncs.get(symbol) ?? new DepthSync(new Book(), 'spot');
    syncs.set(symbol, sync);
    assert.equal(messages(kind, decoder, sync, pair), pair.expected.map(withoutSource), stream);
  }
  assert.equal(names, { trade: 2, 'book-ticker': 1, other: 1, snapshot: 2, depth: 4 });
});

type Kind = ReturnType<MarketDecoder['decode']>;

function messages(kind: Kind, decoder: MarketDecoder, sync: DepthSync, pair: Pair): unknown[] {
  const { instrument } = decoder;
  const { symbol } = instrument;
  const price = (ticks: number) => Number(priceText(instrument, ticks as Ticks));
  const amount = (lots: number) => Number(quantityText(instrument, lots as Lots));
  const list = ({ count, ticks, lots }: LevelList) =>
    Array.from({ length: count }, (_, at) => ({
      price: price(ticks[at] as number),
      amount: amount(lots[at] as number),
    }));
  const ladder = (side: Ladder) =>
    Array.from({ length: side.depth }, (_, rank) => ({
      price: price(side.ticksAt(rank)),
      amount: amount(side.lotsAt(rank)),
    }));
  const local = pair.localMs;
  if (kind === 'trade') {
    const { tradeId, tradeTicks, tradeLots, isBuyerMaker, tradeMs } = decoder;
    const side = isBuyerMaker ? 'sell' : 'buy';
    const traded = { id: String(tradeId), price: price(tradeTicks), amount: amount(tradeLots) };
    return [{ type: 'trade', symbol, ...traded, side, timestamp: tradeMs }];
  }
  if (kind === 'book-ticker') {
    const { bidTicks, bidLots, askTicks, askLots } = decoder;
    const bid = { bidPrice: price(bidTicks), bidAmount: amount(bidLots) };
    const ask = { askPrice: price(askTicks), askAmount: amount(askLots) };
    return [{ type: 'book_ticker', symbol, ...bid, ...ask, timestamp: local }];
  }
  const change = { type: 'book_change', symbol };
  if (kind === 'snapshot') {
    assert.is(sync.onSnapshot(decoder), 'live');
    const sides = { bids: ladder(sync.book.bids), asks: ladder(sync.book.asks) };
    return [{ ...change, isSnapshot: true, ...sides, timestamp: local }];
  }
  if (kind !== 'depth' || sync.onDiff(decoder) !== 'applied') return [];
  const sides = { bids: list(decoder.bids), asks: list(decoder.asks) };
  return [{ ...change, isSnapshot: false, ...sides, timestamp: decoder.eventMs }];
}

function withoutSource({ exchange, localTimestamp, ...message }: Record<string, unknown>) {
  return { ...message, timestamp: instant(message['timestamp']) };
}

test.run();
