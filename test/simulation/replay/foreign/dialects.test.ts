import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { optionNamed } from '../../../../src/simulation/replay/foreign/deribit-options.ts';
import { decimalOf } from '../../../../src/simulation/replay/foreign/dialect.ts';
import {
  ForeignReader,
  type ForeignVenue,
} from '../../../../src/simulation/replay/foreign/foreign-reader.ts';

const read = (venue: ForeignVenue, ...frames: readonly object[]) => {
  const reader = new ForeignReader(venue);
  const messages = frames.map((frame) => reader.read(JSON.stringify(frame), 1_000));
  return { reader, messages };
};

test('a frame that lacks what its name promises is counted, and says what was found', () => {
  for (const [venue, frame, fault] of [
    ['coinbase-exchange', {}, /type: found undefined/],
    ['coinbase-exchange', { type: 'match', product_id: 'A-B', trade_id: 1 }, /price: found/],
    [
      'coinbase-exchange',
      { type: 'match', product_id: 'A-B', trade_id: 1, price: '1', size: '1', side: 'up' },
      /side: found up/,
    ],
    ['coinbase-exchange', { type: 'l2update', product_id: 'A-B', changes: 1 }, /changes: found/],
    ['kraken-futures', { feed: 'book', product_id: 'PI', side: 'up' }, /side: found up/],
    ['kraken-futures', { feed: 'trade', product_id: 'PI', price: '1' }, /price: found string/],
    [
      'deribit',
      {
        method: 'subscription',
        params: {
          channel: 'book.X.raw',
          data: { instrument_name: 'X', change_id: 1, timestamp: 1, bids: [['new', '1', 1]] },
        },
      },
      /bids: a level of string and number/,
    ],
    [
      'deribit',
      {
        method: 'subscription',
        params: {
          channel: 'trades.X',
          data: [{ instrument_name: 'X', trade_id: '1', price: 1, amount: 1, direction: 'up' }],
        },
      },
      /direction: found up/,
    ],
  ] as const) {
    const { reader, messages } = read(venue, frame);
    assert.equal([reader.malformed, messages[0]], [1, []]);
    assert.match(reader.fault, fault);
  }
  const reader = new ForeignReader('deribit');
  reader.read('{', 0);
  reader.read('[]', 0);
  assert.is(reader.malformed, 2);
});

test('answers and channels that mean nothing to a book are named and passed over', () => {
  const { reader } = read(
    'deribit',
    { id: 1, result: [] },
    { method: 'heartbeat' },
    { method: 'subscription', params: { channel: 'nameless' } },
  );
  assert.equal([...reader.names.keys()], ['answer', 'heartbeat', '']);
  const kraken = read('kraken-futures', { event: 'subscribed', feed: 'book' });
  assert.equal([...kraken.reader.names.keys()], ['event subscribed']);
});

test('more names than a venue has are counted together', () => {
  const frames = Array.from({ length: 100 }, (_, at) => ({ type: `invented ${at}` }));
  const { reader } = read('coinbase-exchange', ...frames);
  assert.equal([reader.names.size, reader.names.get('further names')], [65, 36]);
});

test('a frame whose number does not follow the one before shows a gap', () => {
  const book = (seq: number) => ({
    feed: 'book',
    product_id: 'PI',
    side: 'buy',
    price: 1,
    qty: -1,
    seq,
  });
  const { reader, messages } = read('kraken-futures', book(1), book(2), book(4));
  assert.is(reader.gaps, 1);
  const [change] = messages[0] ?? [];
  assert.ok(change?.kind === 'book-change');
  assert.equal([change.bids, change.venueMs], [[['1', '0']], 1_000]);
  const change_id = (id: number, previous: number) => ({
    method: 'subscription',
    params: {
      channel: 'book.X.raw',
      data: {
        instrument_name: 'X',
        change_id: id,
        prev_change_id: previous,
        timestamp: 1,
        bids: [],
        asks: [],
      },
    },
  });
  const changes = [change_id(10, 0), change_id(11, 10), change_id(13, 12)];
  assert.is(read('deribit', ...changes).reader.gaps, 1);
});

test('a ticker with the figures of the one before is no news, but for its best prices', () => {
  const ticker = { feed: 'ticker', product_id: 'PI', time: 5, bid: 1, index: 2 };
  const { messages } = read('kraken-futures', ticker, { ...ticker, time: 6 });
  assert.equal(
    messages.map((each) => each.map(({ kind }) => kind)),
    [['derivative-ticker', 'book-ticker'], ['book-ticker']],
  );
});

test('a liquidation of both sides is told for both', () => {
  const trade = {
    instrument_name: 'X',
    trade_id: '1',
    price: 1,
    amount: 2,
    direction: 'buy',
    timestamp: 3,
    liquidation: 'MT',
  };
  const frame = { method: 'subscription', params: { channel: 'trades.X', data: [trade] } };
  const [told = []] = read('deribit', frame).messages;
  assert.equal(
    told.map((each) => [each.kind, 'side' in each ? each.side : '']),
    [
      ['trade', 'buy'],
      ['liquidation', 'buy'],
      ['liquidation', 'sell'],
    ],
  );
});

test('options are known by their names, combinations are not', () => {
  const terms = { optionType: 'put', strikePrice: 1.02, expirationMs: Date.UTC(2024, 2, 9, 8) };
  assert.equal(optionNamed('MATIC_USDC-9MAR24-1D02-P'), terms);
  for (const name of ['BTC-CSR12-16SEP22-21000_23000', 'BTC-9XXX24-1-C', 'BTC-9ANF24-1-C', 'BTC']) {
    assert.is(optionNamed(name), null, name);
  }
});

test('a number becomes the decimal text that gives it back', () => {
  for (const value of [0, 1, 0.1, -7, 60.58, 1e-7, 12_000]) {
    assert.is(Number(decimalOf(value)), value);
    assert.not(decimalOf(value).includes('e'));
  }
});

test.run();
