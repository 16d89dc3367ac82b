/** Ten markets of Coinbase Exchange in 2021, through the read-only dialect, to their last book. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bookLots,
  bookTicks,
  compileInstrument,
  type Instrument,
  priceText,
} from '../../src/core/instrument.ts';
import type { Ticks } from '../../src/core/units.ts';
import { Book } from '../../src/market/book.ts';
import type { Ladder } from '../../src/market/ladder.ts';
import { ForeignReader } from '../../src/simulation/replay/foreign/foreign-reader.ts';
import type { NormalisedLevel } from '../../src/simulation/replay/foreign/normalised.ts';
import { bytesOf } from '../support/coinbase/frames.ts';
import { recording, recordings } from '../support/edge/recordings.ts';
import { rawLines } from '../support/replay/raw.ts';

const recordedTest = recordings === null ? test.skip : test;

/** Last best bid and ask with the levels of each side: ../shared/data/README.md. */
const LAST: Readonly<Record<string, readonly [string, string, number, number]>> = {
  'SKL-USD': ['0.7902', '0.7911', 816, 1341],
  'DASH-BTC': ['0.00619316', '0.00619947', 436, 541],
  'YFI-BTC': ['0.82553', '0.82696', 203, 458],
  'CRV-EUR': ['3.2956', '3.301', 389, 297],
  'NMR-EUR': ['66.9257', '67.021', 633, 310],
  'BAND-BTC': ['0.00033388', '0.00033421', 323, 825],
  'SKL-BTC': ['0.00001303', '0.00001305', 225, 407],
  'SKL-GBP': ['0.5747', '0.5768', 102, 175],
  'NU-GBP': ['0.4388', '0.4393', 118, 450],
  'BAND-GBP': ['14.7366', '14.7664', 148, 162],
};

interface ListedProduct {
  readonly id: string;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly quote_increment: string;
  readonly base_increment: string;
}

function instrumentsListed(): Map<string, Instrument> {
  const [listed] = rawLines(recording('raw/coinbase/COINBASE.0.gz', 'c09a79fd8315'));
  const products = JSON.parse(listed?.body ?? '[]') as ListedProduct[];
  const compiled = products.map((product, index) =>
    compileInstrument({
      index,
      venue: 'coinbase-exchange',
      symbol: product.id,
      base: product.base_currency,
      quote: product.quote_currency,
      tick: product.quote_increment,
      lot: product.base_increment,
    }),
  );
  return new Map(compiled.flatMap((each) => (each.ok ? [[each.value.symbol, each.value]] : [])));
}

function write(ladder: Ladder, instrument: Instrument, levels: readonly NormalisedLevel[]): void {
  for (const [price, amount] of levels) {
    const [ticks, lots] = [bytesOf(price), bytesOf(amount)];
    const at = bookTicks(instrument, ticks, 0, ticks.length);
    ladder.set(at, bookLots(instrument, lots, 0, lots.length));
  }
}

recordedTest('9,719 updates of ten markets never cross a book and end where they should', () => {
  const instruments = instrumentsListed();
  const books = new Map<string, Book>();
  const reader = new ForeignReader('coinbase-exchange');
  let crossed = 0;
  let oneSided = 0;
  const stream = recording('raw/coinbase/COINBASE.ws.28.0.gz', '45f10f42785d');
  for (const { localMs, body } of rawLines(stream)) {
    for (const message of reader.read(body, localMs)) {
      const { symbol } = message;
      const book = books.get(symbol) ?? new Book();
      books.set(symbol, book);
      const instrument = instruments.get(symbol);
      assert.ok(instrument !== undefined, symbol);
      if (message.kind === 'trade') {
        assert.ok(Number(message.price) > 0 && Number(message.amount) > 0);
        continue;
      }
      if (message.kind !== 'book-change') continue;
      if (message.isSnapshot) book.clear();
      write(book.bids, instrument, message.bids);
      write(book.asks, instrument, message.asks);
      if (book.isCrossed) crossed += 1;
      if (!book.isTwoSided) oneSided += 1;
    }
  }
  assert.equal([crossed, oneSided, reader.malformed], [0, 0, 0], reader.fault);
  const wanted = { l2update: 9_719, snapshot: 10, match: 97, ticker: 107 };
  const passed = { last_match: 10, subscriptions: 3 };
  assert.equal(Object.fromEntries(reader.names), { ...passed, ...wanted });
  for (const [symbol, last] of Object.entries(LAST)) {
    const { bids, asks } = books.get(symbol) as Book;
    const instrument = instruments.get(symbol) as Instrument;
    const best = (ladder: Ladder) => Number(priceText(instrument, ladder.bestTicks as Ticks));
    const [bid, ask, bidLevels, askLevels] = last;
    assert.equal([best(bids), best(asks)], [Number(bid), Number(ask)], symbol);
    assert.equal([bids.depth, asks.depth], [bidLevels, askLevels], symbol);
  }
});

recordedTest('7,014 updates of Kraken Futures come without a gap or a crossed book', () => {
  const reader = new ForeignReader('kraken-futures');
  const books = new Map<string, Book>();
  let crossed = 0;
  const stream = recording('raw/kraken-futures/KRAKEN_FUTURES.ws.1.0.gz', '617c1a7ac792');
  for (const { localMs, body } of rawLines(stream)) {
    for (const message of reader.read(body, localMs)) {
      if (message.kind !== 'book-change') continue;
      const book = books.get(message.symbol) ?? new Book();
      books.set(message.symbol, book);
      if (message.isSnapshot) book.clear();
      for (const [price, amount] of message.bids) book.bids.set(Number(price), Number(amount));
      for (const [price, amount] of message.asks) book.asks.set(Number(price), Number(amount));
      if (book.isCrossed) crossed += 1;
    }
  }
  assert.equal([crossed, reader.gaps, reader.malformed], [0, 0, 0], reader.fault);
  assert.equal([reader.names.get('book'), reader.names.get('trade')], [7_014, 3]);
});

test.run();
