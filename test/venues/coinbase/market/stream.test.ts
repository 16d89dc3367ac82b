import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CoinbaseStream } from '../../../../src/venues/coinbase/market/stream.ts';
import type { FrameOutcome } from '../../../../src/venues/market/market-stream.ts';
import {
  aBookEvent,
  aFrame,
  aHeartbeat,
  BTC,
  bytesOf,
  ETH,
} from '../../../support/coinbase/frames.ts';

const options = { streamUrl: 'wss://host', instruments: [BTC, ETH], hasTrades: true };

/** All that a frame did. */
function outcomes(stream: CoinbaseStream, frame: object | string): FrameOutcome[] {
  const found: FrameOutcome[] = [];
  for (let was = stream.onFrame(bytesOf(frame)); was !== 'nothing'; was = stream.next()) {
    found.push(was);
    if (was === 'reconnect') break;
  }
  return found;
}

const opening = aFrame(
  'l2_data',
  0,
  aBookEvent('snapshot', [
    ['bid', '100.00', '1'],
    ['offer', '100.02', '2'],
  ]),
  aBookEvent('snapshot', [['bid', '3000', '1']], 'ETH-USD'),
);

/** A stream whose books are live, as of sequence 0. */
function aStream(): CoinbaseStream {
  const stream = new CoinbaseStream(options);
  assert.equal(outcomes(stream, opening), ['quote', 'quote']);
  return stream;
}

const levels = (sequence: number, ...changes: Parameters<typeof aBookEvent>[1]) =>
  aFrame('l2_data', sequence, aBookEvent('update', changes));

function aProduct(sequence: number, status: string, quote_increment = '0.01') {
  const product = { id: 'BTC-USD', status, quote_increment, base_increment: '0.00000001' };
  return aFrame('status', sequence, { type: 'snapshot', products: [product] });
}

const touch = ({ views }: CoinbaseStream) => {
  const view = views[0];
  return [view?.isLive, view?.bidTicks, view?.bidLots, view?.askTicks, view?.askLots];
};

test('it subscribes to one channel a message, heartbeats first', () => {
  const frames = new CoinbaseStream(options).subscribe().map((frame) => JSON.parse(frame));
  assert.equal(
    frames.map(({ type, channel, product_ids }) => [type, channel, product_ids]),
    [
      ['subscribe', 'heartbeats', undefined],
      ['subscribe', 'level2', ['BTC-USD', 'ETH-USD']],
      ['subscribe', 'status', ['BTC-USD', 'ETH-USD']],
      ['subscribe', 'market_trades', ['BTC-USD', 'ETH-USD']],
    ],
  );
  assert.is(new CoinbaseStream({ ...options, hasTrades: false }).subscribe().length, 3);
});

test('a snapshot brings a book to life, and updates follow it', () => {
  const stream = aStream();
  assert.equal(touch(stream), [true, 10_000, 1e8, 10_002, 2e8]);
  assert.equal(outcomes(stream, levels(1, ['bid', '100.01', '3'], ['bid', '100', '0'])), ['quote']);
  assert.equal(touch(stream), [true, 10_001, 3e8, 10_002, 2e8]);
  assert.equal([stream.counts.updates, stream.views[0]?.updateId], [3, 2]);
});

test('an update before the snapshot changes nothing', () => {
  const stream = new CoinbaseStream(options);
  assert.equal(outcomes(stream, levels(0, ['bid', '100', '1'])), []);
  assert.not(stream.views[0]?.isLive);
});

test('a later snapshot on the same connection replaces the book', () => {
  const stream = aStream();
  const again = aFrame('l2_data', 1, aBookEvent('snapshot', [['bid', '99', '1']]));
  assert.equal(outcomes(stream, again), ['quote']);
  assert.equal([stream.views[0]?.book.bids.depth, stream.views[0]?.book.asks.depth], [1, 0]);
});

test('a frame that is missing makes every book of the connection doubtful', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, aHeartbeat(2, 1)), ['reconnect']);
  assert.equal([stream.lostBy, stream.counts.gaps], ['gap', 1]);
  for (const view of stream.views) assert.not(view.isLive);
  assert.equal(touch(stream), [false, 0, 0, 0, 0]);
});

test('the sequence spans every channel, unknown ones too', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, aFrame('invented', 1, {})), []);
  assert.equal(outcomes(stream, aFrame('subscriptions', 2, { subscriptions: {} })), []);
  assert.equal(outcomes(stream, aFrame('user', 3, { type: 'snapshot', orders: [] })), []);
  assert.equal(outcomes(stream, levels(4, ['bid', '99', '1'])), ['quote']);
  assert.equal([stream.channels.unknown, stream.channels.acknowledged], [1, 1]);
});

test('the same frame twice is one frame, and a number from before is a gap', () => {
  const stream = aStream();
  const update = levels(1, ['bid', '99', '1']);
  assert.equal(outcomes(stream, update), ['quote']);
  assert.equal(outcomes(stream, update), []);
  assert.is(stream.channels.duplicates, 1);
  assert.equal(outcomes(stream, levels(0, ['bid', '98', '1'])), ['reconnect']);
});

test('a heartbeat counter that jumps shows a gap of its own', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, aHeartbeat(1, 7)), []);
  assert.equal(outcomes(stream, aHeartbeat(2, 8)), []);
  assert.equal(outcomes(stream, aHeartbeat(3, 10)), ['reconnect']);
});

test('a crossed book ends the connection', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, levels(1, ['bid', '100.02', '1'])), ['reconnect']);
  assert.equal([stream.lostBy, stream.counts.crossed], ['crossed', 1]);
});

test('a frame that cannot be read ends the connection, if it may have been levels', () => {
  assert.equal(outcomes(aStream(), '{'), ['reconnect']);
  const stream = aStream();
  assert.equal(outcomes(stream, levels(1, ['middle', '1', '1'])), ['reconnect']);
  assert.equal([stream.lostBy, stream.counts.malformed], ['malformed', 1]);
});

test('any other frame that cannot be read is told, and the books stay', () => {
  const stream = aStream();
  const trades = aFrame('market_trades', 1, { type: 'update', trades: [{}] });
  assert.equal(outcomes(stream, trades), ['malformed']);
  assert.match(stream.fault, /product_id/);
  assert.equal(outcomes(stream, { type: 'error', message: 'no such channel' }), ['malformed']);
  assert.match(stream.fault, /no such channel/);
  assert.equal([stream.counts.malformed, stream.channels.errors], [1, 1]);
  assert.equal(outcomes(stream, levels(2, ['bid', '99', '1'])), ['quote']);
});

test('trades are told with the side of the taker, and those of a snapshot are not', () => {
  const stream = aStream();
  const trade = {
    trade_id: '7',
    product_id: 'BTC-USD',
    price: '100.01',
    size: '0.5',
    side: 'BUY',
    time: '2026-04-07T14:30:02.500Z',
  };
  const snapshot = aFrame('market_trades', 1, { type: 'snapshot', trades: [trade] });
  assert.equal(outcomes(stream, snapshot), []);
  const update = aFrame('market_trades', 2, { type: 'update', trades: [trade] });
  assert.is(stream.onFrame(bytesOf(update)), 'trade');
  assert.equal(stream.trade(9), {
    kind: 'trade-printed',
    instrument: 0,
    ticks: 10_001,
    lots: 5e7,
    takerSide: 'sell',
    tradeId: 7,
    venueMs: Date.UTC(2026, 3, 7, 14, 30, 2, 500),
    receivedNs: 9,
  });
  assert.is(stream.next(), 'nothing');
  const sold = { ...trade, side: 'SELL' };
  stream.onFrame(bytesOf(aFrame('market_trades', 3, { type: 'update', trades: [sold] })));
  assert.is(stream.trade(9).takerSide, 'buy');
});

test('tickers and candles that nobody asked for change nothing', () => {
  const stream = aStream();
  const ticker = { product_id: 'BTC-USD', price: '1' };
  assert.equal(outcomes(stream, aFrame('ticker', 1, { type: 'update', tickers: [ticker] })), []);
  const candle = { product_id: 'BTC-USD', start: '1', open: '1', close: '1' };
  assert.equal(outcomes(stream, aFrame('candles', 2, { type: 'update', candles: [candle] })), []);
});

test('a product that nobody asked for is told of once', () => {
  const stream = aStream();
  const foreign = (sequence: number) =>
    aFrame('l2_data', sequence, aBookEvent('update', [['bid', '1', '1']], 'DOGE-USD'));
  assert.equal(outcomes(stream, foreign(1)), ['foreign']);
  assert.equal(outcomes(stream, foreign(2)), []);
  assert.is(stream.counts.unknownSymbols, 2);
});

test('a halted product is not priced from, and its book is right when it trades again', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, aProduct(1, 'online')), []);
  assert.equal(outcomes(stream, aProduct(2, 'offline')), ['lost']);
  assert.is(stream.lostBy, 'halted');
  assert.not(stream.views[0]?.isLive);
  assert.ok(stream.views[1]?.isLive);
  assert.equal(outcomes(stream, levels(3, ['bid', '99.99', '4'], ['bid', '100', '0'])), []);
  assert.equal(outcomes(stream, aProduct(4, 'online')), ['quote']);
  assert.equal(touch(stream), [true, 9_999, 4e8, 10_002, 2e8]);
});

test('a product whose tick has changed is not priced from until it is what it was', () => {
  const stream = aStream();
  assert.equal(outcomes(stream, aProduct(1, 'online', '0.01')), []);
  assert.equal(outcomes(stream, aProduct(2, 'online', '0.05')), ['lost']);
  assert.is(stream.lostBy, 'rules-changed');
  stream.reset();
  assert.equal(outcomes(stream, opening), ['quote'], 'of the other product alone');
  assert.not(stream.views[0]?.isLive);
  assert.equal(outcomes(stream, aProduct(1, 'online', '0.01')), ['quote']);
});

test('a product that is back before its book is waits for the snapshot', () => {
  const stream = new CoinbaseStream(options);
  assert.equal(outcomes(stream, aProduct(0, 'offline')), ['lost']);
  assert.equal(outcomes(stream, aProduct(1, 'online')), []);
});

test('a book without a snapshot after ten heartbeats is asked for on a new connection', () => {
  const stream = new CoinbaseStream(options);
  for (let beat = 0; beat < 9; beat += 1) {
    assert.equal(outcomes(stream, aHeartbeat(beat, beat)), []);
  }
  assert.equal(outcomes(stream, aHeartbeat(9, 9)), ['reconnect']);
  assert.is(stream.lostBy, 'no-snapshot');
  const whole = aStream();
  for (let beat = 1; beat < 20; beat += 1) {
    assert.equal(outcomes(whole, aHeartbeat(beat, beat)), []);
  }
});

test('a new connection counts from its own first number', () => {
  const stream = aStream();
  outcomes(stream, aHeartbeat(1, 500));
  stream.reset();
  assert.not(stream.views[0]?.isLive);
  assert.equal(outcomes(stream, { ...opening, sequence_num: 0 }), ['quote', 'quote']);
  assert.equal(outcomes(stream, aHeartbeat(1, 3)), []);
  const { books } = stream.summary();
  assert.equal(books[0], {
    symbol: 'BTC-USD',
    isLive: true,
    levels: 2,
    status: '',
    isTrading: true,
  });
});

test.run();
