import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALICE, aVenue, limitOrder } from '../../support/venue/client.ts';
import { NEW_YEAR, ticks } from '../../support/venue/fixtures.ts';

/** A venue with a crowd and two trades: a buy of 0.7 BTC over two levels, a sell of 0.1. */
function traded() {
  const opened = aVenue();
  opened.crowd();
  const { exchange, market } = opened;
  exchange.crowdTake(market, 'buy', 70_000 as never, null);
  exchange.crowdTake(market, 'sell', 10_000 as never, null);
  return opened;
}

test('ping answers nothing, time the clock', () => {
  const { ask } = aVenue();
  assert.equal(ask('GET', 'ping').body, {});
  assert.equal(ask('GET', 'time').body, { serverTime: NEW_YEAR });
});

test('exchangeInfo names every market with the rules that are enforced', () => {
  const { ask } = aVenue();
  const { body } = ask('GET', 'exchangeInfo');
  assert.equal(
    body.symbols.map((each: { symbol: string }) => each.symbol),
    ['BTCUSDT', 'ETHUSDT'],
  );
  assert.is(body.rateLimits.length, 3);
  const [{ filters }] = ask('GET', 'exchangeInfo', { symbol: 'BTCUSDT' }).body.symbols;
  const byType: Record<string, Record<string, unknown>> = Object.fromEntries(
    filters.map((each: { filterType: string }) => [each.filterType, each]),
  );
  assert.equal(byType['PRICE_FILTER'], {
    filterType: 'PRICE_FILTER',
    minPrice: '0.01000000',
    maxPrice: '1000000.00000000',
    tickSize: '0.01000000',
  });
  assert.equal(byType['LOT_SIZE'], {
    filterType: 'LOT_SIZE',
    minQty: '0.00001000',
    maxQty: '9000.00000000',
    stepSize: '0.00001000',
  });
  assert.is(byType['MARKET_LOT_SIZE']?.['maxQty'], '120.00000000');
  assert.is(byType['NOTIONAL']?.['minNotional'], '5.00000000');
  assert.is(byType['MAX_NUM_ORDERS']?.['maxNumOrders'], 200);
});

test('exchangeInfo takes one symbol or a list, and knows nobody else', () => {
  const { ask } = aVenue();
  const some = ask('GET', 'exchangeInfo', { symbols: '["ETHUSDT"]' }).body.symbols;
  assert.is(some[0].symbol, 'ETHUSDT');
  assert.is(ask('GET', 'exchangeInfo', { symbol: 'XRPUSDT' }).body.code, -1121);
  assert.is(ask('GET', 'exchangeInfo', { symbols: '["ETHUSDT","X"]' }).body.code, -1121);
  assert.is(ask('GET', 'exchangeInfo', { symbols: 'ETHUSDT' }).body.code, -1121);
});

test('depth shows the best levels of both sides with the id of the last change', () => {
  const { ask, market } = traded();
  const { body } = ask('GET', 'depth', { symbol: 'BTCUSDT', limit: 2 });
  assert.equal(body, {
    lastUpdateId: market.updateId,
    bids: [
      ['59999.00000000', '0.40000000'],
      ['59998.00000000', '0.50000000'],
    ],
    asks: [
      ['60002.00000000', '0.30000000'],
      ['60003.00000000', '0.50000000'],
    ],
  });
});

test('trades, and groups of them, are listed oldest first', () => {
  const { ask } = traded();
  const trades = ask('GET', 'trades', { symbol: 'BTCUSDT' }).body;
  assert.equal(
    trades.map((each: { price: string; qty: string; isBuyerMaker: boolean }) => [
      each.price,
      each.qty,
      each.isBuyerMaker,
    ]),
    [
      ['60001.00000000', '0.50000000', false],
      ['60002.00000000', '0.20000000', false],
      ['59999.00000000', '0.10000000', true],
    ],
  );
  assert.is(ask('GET', 'trades', { symbol: 'BTCUSDT', limit: 1 }).body[0].id, trades[2].id);
  const groups = (params = {}) =>
    ask('GET', 'aggTrades', { symbol: 'BTCUSDT', ...params }).body.map(
      (each: { a: number }) => each.a,
    );
  const ids = trades.map((each: { id: number }) => each.id);
  assert.equal(groups(), ids);
  assert.equal(groups({ fromId: ids[1] }), ids.slice(1));
  assert.equal(groups({ fromId: ids[0], limit: 1 }), ids.slice(0, 1));
  assert.equal(groups({ startTime: NEW_YEAR + 1 }), []);
  assert.equal(groups({ startTime: NEW_YEAR, endTime: NEW_YEAR }), ids);
  assert.equal(groups({ limit: 1 }), ids.slice(2));
});

test('trades of one taker at one price are one group', () => {
  const { ask, exchange, market } = aVenue();
  for (let at = 0; at < 3; at += 1) {
    exchange.crowdRest(market as never, 'sell', ticks('60000.00'), 1_000 as never);
  }
  exchange.crowdTake(market as never, 'buy', 2_500 as never, null);
  const [group, ...others] = ask('GET', 'aggTrades', { symbol: 'BTCUSDT' }).body;
  assert.equal(others, []);
  assert.equal([group.q, group.l - group.f], ['0.02500000', 2]);
});

test('klines are built from trades, by interval and time', () => {
  const { ask, exchange, market, time } = traded();
  time.runUntil(NEW_YEAR + 61_000);
  exchange.crowdTake(market as never, 'buy', 10_000 as never, null);
  const klines = (params = {}) =>
    ask('GET', 'klines', { symbol: 'BTCUSDT', interval: '1m', ...params }).body;
  assert.equal(
    klines().map((each: unknown[]) => each[0]),
    [NEW_YEAR, NEW_YEAR + 60_000],
  );
  const [five] = klines({ interval: '5m' });
  assert.equal(five.slice(1, 6), [
    '60001.00000000',
    '60002.00000000',
    '59999.00000000',
    '60002.00000000',
    '0.90000000',
  ]);
  assert.is(five[6], NEW_YEAR + 299_999);
  assert.is(five[8], 4);
  assert.is(klines({ startTime: NEW_YEAR + 1 }).length, 1);
  assert.is(klines({ endTime: NEW_YEAR }).length, 1);
  assert.is(klines({ limit: 1 })[0][0], NEW_YEAR + 60_000);
  assert.is(klines({ interval: '7m' }).code, -1120);
  assert.is(ask('GET', 'klines', { symbol: 'BTCUSDT' }).body.code, -1102);
});

test('the average price is weighted by volume, over five minutes', () => {
  const { ask } = traded();
  const { body } = ask('GET', 'avgPrice', { symbol: 'BTCUSDT' });
  // (0.5 x 60001 + 0.2 x 60002 + 0.1 x 59999) / 0.8
  assert.equal([body.mins, body.price, body.closeTime], [5, '60001.00000000', NEW_YEAR]);
  assert.is(ask('GET', 'avgPrice', { symbol: 'ETHUSDT' }).body.price, '0.00000000');
});

test('tickers answer one market as an object and all as a list', () => {
  const { ask } = traded();
  assert.equal(ask('GET', 'ticker/price', { symbol: 'BTCUSDT' }).body, {
    symbol: 'BTCUSDT',
    price: '59999.00000000',
  });
  assert.is(ask('GET', 'ticker/price').body.length, 2);
  assert.equal(ask('GET', 'ticker/bookTicker', { symbol: 'BTCUSDT' }).body, {
    symbol: 'BTCUSDT',
    bidPrice: '59999.00000000',
    bidQty: '0.40000000',
    askPrice: '60002.00000000',
    askQty: '0.30000000',
  });
  const empty = ask('GET', 'ticker/bookTicker', { symbol: 'ETHUSDT' }).body;
  assert.is(empty.bidPrice, '0.00000000');
});

test('the day ticker sums up what was traded', () => {
  const { ask } = traded();
  const { body } = ask('GET', 'ticker/24hr', { symbol: 'BTCUSDT' });
  assert.equal(
    [body.openPrice, body.lastPrice, body.priceChange, body.priceChangePercent],
    ['60001.00000000', '59999.00000000', '-2.00000000', '-0.003'],
  );
  assert.equal(
    [body.volume, body.quoteVolume, body.weightedAvgPrice, body.count],
    ['0.80000000', '48000.80000000', '60001.00000000', 3],
  );
  const quiet = ask('GET', 'ticker/24hr', { symbol: 'ETHUSDT' }).body;
  assert.equal([quiet.lastPrice, quiet.count, quiet.quoteVolume], ['0.00000000', 0, '0.00000000']);
  assert.is(ask('GET', 'ticker/24hr').body.length, 2);
});

test('a mistake in a parameter is named', () => {
  const { ask, raw } = aVenue();
  const code = (path: string, params = {}): number => ask('GET', path, params).body.code;
  assert.is(code('depth'), -1102);
  assert.is(code('depth', { symbol: '' }), -1105);
  assert.is(code('depth', { symbol: 'NONE' }), -1121);
  assert.is(code('depth', { symbol: 'BTCUSDT', limit: 'ten' }), -1100);
  assert.is(code('depth', { symbol: 'BTCUSDT', limit: 0 }), -1130);
  assert.is(code('time', { surplus: 1 }), -1104);
  const twice = raw('GET', '/api/v3/depth', 'symbol=BTCUSDT&symbol=ETHUSDT');
  assert.match(twice?.body ?? '', /-1101/);
  assert.match(raw('GET', '/api/v3/depth', 'symbol=%E0%A4%A')?.body ?? '', /-1100/);
});

test('what the venue does not speak is not found', () => {
  const { raw } = aVenue();
  assert.is(raw('GET', '/api/v3/nothing', '')?.status, 404);
  assert.is(raw('PUT', '/api/v3/order', '')?.status, 404);
  assert.is(raw('GET', '/sapi/v1/capital/config/getall', '')?.status, 404);
});

test('an average price far from a limit refuses it', () => {
  const { ask } = traded();
  const far = ask('POST', 'order', limitOrder({ price: 11_000 }), ALICE).body;
  assert.equal([far.code, far.msg], [-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE']);
});

test.run();
