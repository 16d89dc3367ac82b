import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelList } from '../../../../src/venues/binance/level-list.ts';
import {
  type EntryKind,
  MarketDecoder,
} from '../../../../src/venues/coinbase/market/market-decoder.ts';
import {
  aBookEvent,
  aFrame,
  aHeartbeat,
  BTC,
  bytesOf,
  ETH,
  SENT_MS,
} from '../../../support/coinbase/frames.ts';

const levels = (list: LevelList) =>
  Array.from({ length: list.count }, (_, at) => [list.ticks[at], list.lots[at]]);

/** Kind of a frame with the kinds of its entries, the closing one left out when it is `end`. */
function kindsOf(frame: object | string, decoder = new MarketDecoder([BTC, ETH])) {
  const kinds: string[] = [decoder.decode(bytesOf(frame))];
  for (let entry = decoder.next(); entry !== 'end'; entry = decoder.next()) {
    kinds.push(entry);
    if (entry === 'malformed') break;
  }
  return kinds.join(' ');
}

/** A decoder that stands on the first entry of a frame. */
function onFirst(frame: object | string, wanted: EntryKind): MarketDecoder {
  const decoder = new MarketDecoder([BTC, ETH]);
  decoder.decode(bytesOf(frame));
  assert.is(decoder.next(), wanted, decoder.fault);
  return decoder;
}

const snapshot = aBookEvent('snapshot', [
  ['bid', '68923.66', '0.17189468'],
  ['bid', '68923', '0.05795895'],
  ['offer', '68923.67', '0.16987193'],
]);

test('a snapshot comes as integer ticks and lots of both sides', () => {
  const decoder = onFirst(aFrame('l2_data', 3, snapshot), 'levels');
  assert.is(decoder.instrument, BTC);
  assert.ok(decoder.isSnapshot);
  assert.equal([decoder.sequence, Math.floor(decoder.sentMs)], [3, SENT_MS]);
  assert.equal(levels(decoder.bids), [
    [6_892_366, 17_189_468],
    [6_892_300, 5_795_895],
  ]);
  assert.equal(levels(decoder.asks), [[6_892_367, 16_987_193]]);
});

test('an update names what changed, with 0 for a level that is gone', () => {
  const update = aBookEvent('update', [
    ['offer', '68926.09', '0'],
    ['bid', '68921.61', '1.5'],
  ]);
  const decoder = onFirst(aFrame('l2_data', 4, update), 'levels');
  assert.not(decoder.isSnapshot);
  assert.equal(levels(decoder.asks), [[6_892_609, 0]]);
  assert.equal(levels(decoder.bids), [[6_892_161, 150_000_000]]);
});

test('one frame may hold events of several products, and none of ours', () => {
  const frame = aFrame(
    'l2_data',
    0,
    snapshot,
    aBookEvent('snapshot', [['bid', '1', '1']], 'DOGE-USD'),
    aBookEvent('update', [['bid', '3000.10', '2']], 'ETH-USD'),
  );
  const decoder = new MarketDecoder([BTC, ETH]);
  assert.is(decoder.decode(bytesOf(frame)), 'levels');
  const seen: unknown[] = [];
  for (let entry = decoder.next(); entry !== 'end'; entry = decoder.next()) {
    seen.push(entry === 'levels' ? decoder.instrument.symbol : entry);
  }
  assert.equal(seen, ['BTC-USD', 'foreign', 'ETH-USD']);
  assert.is(decoder.next(), 'end', 'and it stays there');
});

test('trades tell price, size, time, number and the side that was resting', () => {
  const trade = (trade_id: string, side: string, product_id = 'BTC-USD') => ({
    trade_id,
    product_id,
    price: '68900.50',
    size: '0.00150000',
    side,
    time: '2026-04-07T14:30:02.789012Z',
  });
  const frame = aFrame('market_trades', 5, {
    type: 'update',
    trades: [trade('995098700', 'BUY'), trade('995098701', 'SELL', 'ETH-USD')],
  });
  const decoder = onFirst(frame, 'trade');
  const { item } = decoder;
  assert.equal([item.ticks('price'), item.lots('size')], [6_890_050, 150_000]);
  assert.equal([item.whole('trade_id'), item.makerSide], [995_098_700, 'buy']);
  assert.is(Math.floor(item.timeMs('time')), SENT_MS);
  assert.is(decoder.next(), 'trade');
  assert.equal([decoder.instrument, item.makerSide], [ETH, 'sell']);
  assert.is(decoder.next(), 'end');
});

test('a ticker tells the last price, and the best ones where the venue sends them', () => {
  const ticker = { type: 'ticker', product_id: 'BTC-USD', price: '21932.98' };
  const best = { best_bid: '21931.98', best_bid_quantity: '8000.21', best_ask: '21933.98' };
  const bare = onFirst(aFrame('ticker', 0, { type: 'update', tickers: [ticker] }), 'ticker');
  assert.is(bare.item.ticks('price'), 2_193_298);
  assert.ok(Number.isNaN(bare.item.ticks('best_bid')));
  const batch = { type: 'snapshot', tickers: [{ ...ticker, ...best }] };
  const full = onFirst(aFrame('ticker_batch', 0, batch), 'ticker');
  assert.equal([full.item.ticks('best_bid'), full.isSnapshot], [2_193_198, true]);
  assert.is(full.item.lots('best_bid_quantity'), 800_021_000_000);
});

test('candles tell their start and their prices', () => {
  const candle = { start: '1775521800', high: '68950.00', low: '68850.00', open: '68900.00' };
  const rest = { close: '68920.50', volume: '42.15000000', product_id: 'BTC-USD' };
  const event = { type: 'update', candles: [{ ...candle, ...rest }] };
  const { item } = onFirst(aFrame('candles', 3, event), 'candle');
  assert.is(item.whole('start'), 1_775_521_800);
  const prices = (['open', 'high', 'low', 'close'] as const).map((field) => item.ticks(field));
  assert.equal(prices, [6_890_000, 6_895_000, 6_885_000, 6_892_050]);
  assert.is(item.lots('volume'), 4_215_000_000);
});

test('the status channel names the state and the grid of a product', () => {
  const product = { product_type: 'SPOT', id: 'BTC-USD', status: 'offline', min_market_funds: '1' };
  const grid = { base_increment: '0.00000001', quote_increment: '0.05' };
  const event = { type: 'snapshot', products: [{ ...product, ...grid }] };
  const { item } = onFirst(aFrame('status', 0, event), 'product');
  assert.ok(item.is('status', 'offline') && !item.is('status', 'online'));
  assert.is(item.text('quote_increment'), '0.05');
});

test('heartbeats carry a counter of their own, as a number or as a text', () => {
  assert.is(onFirst(aHeartbeat(0, 42), 'heartbeat').heartbeat, 42);
  const text = aFrame('heartbeats', 0, { heartbeat_counter: '3049' });
  assert.is(onFirst(text, 'heartbeat').heartbeat, 3049);
  const spaced = JSON.stringify(aHeartbeat(0, 42), null, 2);
  assert.is(onFirst(spaced, 'heartbeat').heartbeat, 42);
  assert.is(kindsOf(aFrame('heartbeats', 0, { heartbeat_counter: -1 })), 'heartbeats malformed');
  assert.is(kindsOf(aFrame('heartbeats', 0, {})), 'heartbeats malformed');
});

test('acknowledgements, private frames, errors and unknown channels are told apart', () => {
  const acknowledged = aFrame('subscriptions', 1, { subscriptions: { level2: ['BTC-USD'] } });
  assert.is(kindsOf(acknowledged), 'subscriptions subscription');
  assert.is(kindsOf(aFrame('user', 2, { type: 'snapshot', orders: [] })), 'user');
  const error = { type: 'error', message: 'authentication failure' };
  const decoder = new MarketDecoder([BTC]);
  assert.is(kindsOf(error, decoder), 'error');
  assert.is(decoder.errorText, 'authentication failure');
  assert.is(kindsOf(aFrame('futures_balance_summary', 7, {}), decoder), 'unknown');
  assert.is(decoder.sequence, 7, 'and still counted, since the sequence spans all channels');
  assert.is(kindsOf({}), 'unknown');
  assert.is(kindsOf({ type: 'pong' }), 'unknown');
});

test('keys come in any order', () => {
  const { events, sequence_num, channel, timestamp } = aFrame('l2_data', 9, snapshot);
  const { updates, product_id, type } = snapshot;
  const turned = {
    events: [
      {
        updates: updates.map(({ side, price_level, new_quantity }) => ({
          new_quantity,
          price_level,
          side,
        })),
        product_id,
        type,
      },
    ],
    timestamp,
    sequence_num,
    channel,
  };
  assert.is(events.length, 1);
  const decoder = onFirst(turned, 'levels');
  assert.equal([decoder.sequence, decoder.bids.count, decoder.asks.count], [9, 2, 1]);
  assert.is(decoder.next(), 'end');
});

test('a frame that lacks what its channel needs is malformed, and says what', () => {
  const faultOf = (frame: object | string): string => {
    const decoder = new MarketDecoder([BTC]);
    const kinds = kindsOf(frame, decoder);
    assert.ok(kinds.endsWith('malformed'), kinds);
    return decoder.fault;
  };
  const { events, ...headless } = aFrame('l2_data', 1, snapshot);
  assert.match(faultOf(headless), /no events/);
  assert.match(faultOf({ channel: 'l2_data', events }), /no sequence_num/);
  assert.match(faultOf(aFrame('l2_data', -1, snapshot)), /no whole number/);
  assert.match(faultOf(aFrame('l2_data', 1, { type: 'update' })), /without its entries/);
  assert.match(faultOf(aFrame('l2_data', 1, { updates: [] })), /without product_id/);
  const one = (side: string, price: string, size: string) =>
    aFrame('l2_data', 1, aBookEvent('update', [[side, price, size]]));
  assert.match(faultOf(one('middle', '1', '1')), /neither bid nor offer/);
  assert.match(faultOf(one('bid', '1e5', '1')), /no price and quantity/);
  assert.match(faultOf(one('bid', '0', '1')), /no price and quantity/);
  assert.match(faultOf(one('bid', '1', '-1')), /no price and quantity/);
  const event = (list: string, item: object) => ({ type: 'update', [list]: [item] });
  const named = { product_id: 'BTC-USD' };
  assert.match(faultOf(aFrame('market_trades', 1, event('trades', named))), /a trade without/);
  assert.match(faultOf(aFrame('market_trades', 1, event('trades', {}))), /without product_id/);
  assert.match(faultOf(aFrame('ticker', 1, event('tickers', named))), /a ticker without/);
  assert.match(faultOf(aFrame('candles', 1, event('candles', named))), /a candle without/);
  const nameless = event('products', { id: 'BTC-USD' });
  assert.match(faultOf(aFrame('status', 1, nameless)), /a product without/);
  const whole = JSON.stringify(aFrame('l2_data', 1, snapshot));
  assert.match(faultOf(`${whole}x`), /behind/);
  assert.match(faultOf(whole.slice(0, -1)), /or comma at byte/);
  assert.match(faultOf(''), /at byte 0/);
});

test('a book that goes by another name is found, unless that one is traded too', () => {
  const usdc = { ...BTC, symbol: 'BTC-USDC', index: 2 };
  const aliases = new Map([['BTC-USDC', 'BTC-USD']]);
  const frame = bytesOf(aFrame('l2_data', 1, snapshot));
  const alone = new MarketDecoder([usdc], aliases);
  alone.decode(frame);
  assert.equal([alone.next(), alone.instrument], ['levels', usdc]);
  const both = new MarketDecoder([usdc, BTC], aliases);
  both.decode(frame);
  assert.equal([both.next(), both.instrument], ['levels', BTC]);
});

test('fields that are no text are passed over, and one that is not there is no number', () => {
  const odd = { product_id: 'BTC-USD', price: '1', size: '1', side: 'SELL', time: null, extra: {} };
  const { item } = onFirst(aFrame('market_trades', 1, { type: 'update', trades: [odd] }), 'trade');
  assert.ok(Number.isNaN(item.timeMs('time')) && Number.isNaN(item.lots('volume')));
  assert.equal([item.whole('trade_id'), item.text('status')], [-1, '']);
  const huge = aFrame('heartbeats', 0, { heartbeat_counter: '99999999999999999999' });
  assert.is(kindsOf(huge), 'heartbeats malformed');
  const text = aFrame('heartbeats', 0, { heartbeat_counter: 'many' });
  assert.is(kindsOf(text), 'heartbeats malformed');
  assert.is(kindsOf({ channel: 1, events: [] }), 'malformed');
  assert.is(kindsOf({ channel: 'l2_data', sequence_num: 1, events: {} }), 'malformed');
  assert.is(kindsOf({ channel: 'l2_data', sequence_num: 1, events: [1] }), 'levels malformed');
  assert.is(kindsOf(aFrame('market_trades', 1, { trades: [1] })), 'trades malformed');
  assert.is(kindsOf(aFrame('market_trades', 1, { trades: {} })), 'trades malformed');
  assert.is(kindsOf(aFrame('market_trades', 1, { trades: [] })), 'trades');
  assert.is(kindsOf(aFrame('market_trades', 1)), 'trades');
  assert.is(kindsOf(aFrame('market_trades', 1, { trades: [{}] })), 'trades malformed');
});

test('levels in the form of the venue and in any other are the same levels', () => {
  const usual = aBookEvent('update', [['offer', '3.50', '0.25']]);
  const [level] = usual.updates;
  const forms = [
    usual,
    { ...usual, updates: [{ ...level, side: 'ask' }] },
    { ...usual, updates: [{ ...level, more: 1 }] },
    { ...usual, updates: [{ ...level, event_time: '\\' }] },
  ];
  for (const event of forms) {
    const decoder = onFirst(aFrame('l2_data', 1, event), 'levels');
    assert.equal(levels(decoder.asks), [[350, 25_000_000]]);
    assert.is(decoder.bids.count, 0);
  }
});

test.run();
