/** The service for conditional orders by its own words, on virtual time and without a transport. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { WAITING_MAX } from '../../../src/simulation/binance/futures/algo/algo-requests.ts';
import { Line } from '../../../src/simulation/binance/streams/line.ts';
import { aFuturesVenue } from '../../support/futures/venues.ts';
import { ALICE, BOB, CANCELER, type Params } from '../../support/venue/client.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

const LIMIT = {
  ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
  ...{ quantity: '0.1', price: '60000' },
};
const STOP = {
  ...{ algoType: 'CONDITIONAL', symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET' },
  ...{ quantity: '0.1', triggerPrice: '59000', workingType: 'MARK_PRICE', clientAlgoId: 'stop-1' },
};

/** A venue with the tools to ask it and to move its mark. */
function opened(tested: ReturnType<typeof aFuturesVenue>) {
  const { ask, venue, exchange } = tested;
  const market = exchange.market('BTCUSDT');
  if (market === null) throw new Error('the venue has BTCUSDT');
  return {
    ...tested,
    fapi: (method: string, path: string, params: Params = {}, key = ALICE) =>
      ask(method, `/fapi/v1/${path}`, params, key),
    markAt(price: number): void {
      market.price.pinned = (price * 10) as Ticks;
      venue.due.measure();
    },
  };
}

/** Alice has bought 0.1 at 60,000, and others bid for as much at 58,500. */
function aPosition(over: Parameters<typeof aFuturesVenue>[0] = {}) {
  const tested = opened(aFuturesVenue(over));
  const { fapi, markAt, venue, exchange } = tested;
  fapi('POST', 'order', { ...LIMIT, side: 'SELL' }, BOB);
  assert.is(fapi('POST', 'order', LIMIT).status, 200);
  fapi('POST', 'order', { ...LIMIT, price: '58500', quantity: '0.3' }, BOB);
  markAt(60_000);
  /** What alice is told on her connection, by the words of the venue. */
  const told: { e: string; o: Record<string, string> }[] = [];
  const peer = {
    ...{ address: '', close: () => {}, ping: () => {} },
    send: (text: string) => void told.push(JSON.parse(text)),
  };
  const line = new Line(peer as never, false);
  venue.facade.listenKeys.attach(line, venue.facade.listenKeys.open('alice'));
  const words = (): string[] =>
    told.flatMap(({ e, o }) => {
      if (e === 'ALGO_UPDATE') return [`ALGO ${o['X']}`];
      return e === 'ORDER_TRADE_UPDATE' ? [`ORDER ${o['x']} ${o['X']}`] : [];
    });
  const lots = (): number => exchange.margin.position('alice', 'BTCUSDT').lots;
  return { ...tested, told, words, lots };
}

test('a stop waits apart from the orders, and is found by both of its names', () => {
  const { fapi, words, told } = aPosition();
  const { status, body } = fapi('POST', 'algoOrder', STOP);
  assert.equal([status, body.algoStatus, body.orderType], [200, 'NEW', 'STOP_MARKET']);
  assert.equal(
    [body.clientAlgoId, body.actualOrderId, Number(body.triggerPrice)],
    [...['stop-1', '', 59_000]],
  );
  assert.equal(words(), ['ALGO NEW']);
  assert.is(Number(told[0]?.o['aid']), body.algoId);
  for (const name of [{ algoId: body.algoId }, { clientAlgoId: 'stop-1' }]) {
    assert.is(fapi('GET', 'algoOrder', name).body.algoId, body.algoId);
  }
  const open = (params: Params) => fapi('GET', 'openAlgoOrders', params).body.length;
  assert.equal([open({}), open({ symbol: 'BTCUSDT' }), open({ symbol: 'ETHUSDT' })], [1, 1, 0]);
  assert.is(open({ algoId: body.algoId + 1 }), 0);
  const symbol = { symbol: 'BTCUSDT' };
  assert.equal(fapi('GET', 'openOrders', symbol).body, []);
  assert.is(fapi('GET', 'allOrders', symbol).body.length, 1, 'the purchase alone');
  assert.is(fapi('GET', 'order', { ...symbol, origClientOrderId: 'stop-1' }).body.code, -2013);
  assert.is(fapi('DELETE', 'order', { ...symbol, origClientOrderId: 'stop-1' }).body.code, -2011);
});

test('a stop becomes an order of another id, and its news comes after the fill', () => {
  const { fapi, markAt, words, told, lots } = aPosition();
  const { algoId } = fapi('POST', 'algoOrder', { ...STOP, reduceOnly: 'true' }).body;
  markAt(59_001);
  assert.equal(words(), ['ALGO NEW'], 'not yet');
  markAt(59_000);
  assert.equal(words(), [
    ...['ALGO NEW', 'ALGO TRIGGERING', 'ORDER NEW NEW', 'ORDER TRADE FILLED'],
    ...['ALGO TRIGGERED', 'ALGO FINISHED'],
  ]);
  assert.is(lots(), 0);
  const orders = told.filter(({ e }) => e === 'ORDER_TRADE_UPDATE').map(({ o }) => o);
  assert.equal([...new Set(orders.map(({ c }) => c))], ['stop-1'], 'the client id goes on');
  const made = String(orders[0]?.['i']);
  const woken = fapi('GET', 'algoOrder', { algoId }).body;
  assert.equal(
    [woken.algoStatus, woken.actualOrderId, woken.actualType],
    [...['FINISHED', made, 'MARKET']],
  );
  assert.ok(woken.triggerTime > 0 && Number(woken.actualPrice) === 58_500);
  const asked = { symbol: 'BTCUSDT', orderId: Number(made) };
  const order = fapi('GET', 'order', asked).body;
  assert.equal([order.clientOrderId, order.status, order.type], ['stop-1', 'FILLED', 'MARKET']);
  assert.equal(fapi('GET', 'openAlgoOrders').body, []);
  const all = fapi('GET', 'allAlgoOrders', { symbol: 'BTCUSDT' }).body;
  assert.equal(
    all.map((each: { algoId: number }) => each.algoId),
    [algoId],
  );
  assert.is(fapi('DELETE', 'algoOrder', { algoId }).body.code, -2011);
});

test('a limit order that has woken rests, and is canceled as an order', () => {
  const { fapi, markAt, words } = aPosition();
  const profit = { type: 'TAKE_PROFIT', triggerPrice: '61000', price: '62000', timeInForce: 'GTC' };
  const { algoId } = fapi('POST', 'algoOrder', { ...STOP, ...profit }).body;
  markAt(61_000);
  const [resting] = fapi('GET', 'openOrders', { symbol: 'BTCUSDT' }).body;
  assert.equal([resting.clientOrderId, Number(resting.price)], ['stop-1', 62_000]);
  assert.is(fapi('GET', 'algoOrder', { algoId }).body.algoStatus, 'TRIGGERED');
  assert.is(fapi('DELETE', 'algoOrder', { algoId }).body.code, -2011, 'too late');
  const canceled = fapi('DELETE', 'order', { symbol: 'BTCUSDT', orderId: resting.orderId });
  assert.is(canceled.status, 200);
  assert.equal(words().slice(-2), ['ORDER CANCELED CANCELED', 'ALGO FINISHED']);
});

test('by the last trade the mark moves nothing', () => {
  const { fapi, markAt, words } = aPosition();
  fapi('POST', 'algoOrder', { ...STOP, workingType: 'CONTRACT_PRICE' });
  markAt(50_000);
  assert.equal(words(), ['ALGO NEW']);
  // Somebody sells to the bid at 58,500.
  fapi('POST', 'order', { ...LIMIT, side: 'SELL', price: '58500', quantity: '0.01' });
  assert.ok(words().includes('ALGO FINISHED'));
});

test('a trailing stop follows the best mark and wakes at its distance from it', () => {
  const { fapi, markAt, words, lots } = aPosition();
  const { triggerPrice: _, ...rest } = STOP;
  const trailing = { ...rest, type: 'TRAILING_STOP_MARKET', callbackRate: '1', reduceOnly: 'true' };
  const { body } = fapi('POST', 'algoOrder', { ...trailing, activatePrice: '61000' });
  assert.equal([body.orderType, body.callbackRate], ['TRAILING_STOP_MARKET', '1.00']);
  for (const price of [59_000, 61_000, 63_000, 62_371]) markAt(price);
  assert.equal(words(), ['ALGO NEW'], 'it follows from 61,000 on');
  // 63,000 less one percent.
  markAt(62_370);
  assert.equal([words().at(-1), lots()], ['ALGO FINISHED', 0]);
});

test('what waits is canceled by its names or all of a market, and by nothing else', () => {
  const { fapi, words, exchange } = aPosition();
  const { algoId } = fapi('POST', 'algoOrder', STOP).body;
  const symbol = { symbol: 'BTCUSDT' };
  const rests = { ...LIMIT, price: '50000' };
  fapi('POST', 'order', rests);
  assert.is(fapi('DELETE', 'allOpenOrders', symbol).body.code, 200);
  assert.is(exchange.account('alice')?.open.size, 1, 'the stop goes on waiting');
  const canceled = fapi('DELETE', 'algoOrder', { ...symbol, algoId }).body;
  assert.equal(canceled, { algoId, clientAlgoId: 'stop-1', code: '200', msg: 'success' });
  assert.is(words().at(-1), 'ALGO CANCELED');
  assert.is(fapi('GET', 'algoOrder', { algoId }).body.algoStatus, 'CANCELED');
  fapi('POST', 'algoOrder', STOP);
  fapi('POST', 'algoOrder', { ...STOP, clientAlgoId: 'stop-2' });
  fapi('POST', 'order', rests);
  assert.is(fapi('DELETE', 'algoOpenOrders', symbol, CANCELER).body.code, 200);
  assert.equal(fapi('GET', 'openAlgoOrders').body, []);
  assert.is(fapi('GET', 'openOrders', symbol).body.length, 1, 'the order goes on resting');
  // The documents write the names in small letters.
  fapi('POST', 'algoOrder', STOP);
  assert.is(fapi('DELETE', 'algoOrder', { clientalgoid: 'stop-1' }).body.msg, 'success');
});

test('the countdown takes what rests and leaves what waits', () => {
  const { fapi, time, exchange } = aPosition();
  fapi('POST', 'algoOrder', STOP);
  fapi('POST', 'order', { ...LIMIT, price: '50000' });
  fapi('POST', 'countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: 1_000 });
  time.runUntil(time.clock.now() + 1_500);
  const open = [...(exchange.account('alice')?.open.values() ?? [])];
  assert.equal(
    open.map(({ clientId }) => clientId),
    ['stop-1'],
  );
});

test('what makes no sense is refused with the codes of the venue', () => {
  const { fapi } = aPosition();
  const { triggerPrice: _, ...trailing } = { ...STOP, type: 'TRAILING_STOP_MARKET' };
  fapi('POST', 'algoOrder', { ...STOP, clientAlgoId: 'taken' });
  const refusals: [number, string, string, Params][] = [
    [-4120, 'POST', 'order', { ...LIMIT, type: 'STOP_MARKET' }],
    [-4120, 'POST', 'order', { ...LIMIT, type: 'TRAILING_STOP_MARKET' }],
    [-1130, 'POST', 'algoOrder', { ...STOP, algoType: 'TWAP' }],
    [-1116, 'POST', 'algoOrder', { ...STOP, type: 'LIMIT' }],
    [-1117, 'POST', 'algoOrder', { ...STOP, side: 'HOLD' }],
    [-2021, 'POST', 'algoOrder', { ...STOP, triggerPrice: '60000' }],
    [-2021, 'POST', 'algoOrder', { ...STOP, side: 'BUY', triggerPrice: '59000' }],
    [-2021, 'POST', 'algoOrder', { ...STOP, type: 'TAKE_PROFIT_MARKET', triggerPrice: '60000' }],
    [-2021, 'POST', 'algoOrder', { ...trailing, callbackRate: '1', activatePrice: '59000' }],
    [-4116, 'POST', 'algoOrder', { ...STOP, clientAlgoId: 'taken' }],
    [-4031, 'POST', 'algoOrder', { ...STOP, workingType: 'INDEX_PRICE' }],
    [-4014, 'POST', 'algoOrder', { ...STOP, triggerPrice: '59000.05' }],
    [-1102, 'POST', 'algoOrder', { ...STOP, type: 'STOP' }],
    [-1106, 'POST', 'algoOrder', { ...STOP, price: '59000' }],
    [-1115, 'POST', 'algoOrder', { ...STOP, type: 'STOP', price: '59000', timeInForce: 'GTX' }],
    [-1130, 'POST', 'algoOrder', { ...STOP, closePosition: 'true' }],
    [-1130, 'POST', 'algoOrder', { ...STOP, priceProtect: 'TRUE' }],
    [-4061, 'POST', 'algoOrder', { ...STOP, positionSide: 'LONG' }],
    [-1102, 'POST', 'algoOrder', trailing],
    [-2007, 'POST', 'algoOrder', { ...trailing, callbackRate: '0.09' }],
    [-2007, 'POST', 'algoOrder', { ...trailing, callbackRate: '10.1' }],
    [-2007, 'POST', 'algoOrder', { ...trailing, callbackRate: '1.234' }],
    [-1106, 'POST', 'algoOrder', { ...trailing, callbackRate: '1', triggerPrice: '59000' }],
    [-1115, 'POST', 'algoOrder', { ...STOP, type: 'STOP', price: '59000', timeInForce: 'GTD' }],
    [-2013, 'GET', 'algoOrder', { clientAlgoId: 'nobody' }],
    [-2011, 'DELETE', 'algoOrder', { clientAlgoId: 'nobody' }],
    [-1102, 'GET', 'algoOrder', {}],
    [-1121, 'DELETE', 'algoOpenOrders', { symbol: 'XRPUSDT' }],
  ];
  const { type: _type, timeInForce: _time, ...change } = LIMIT;
  refusals.push([-2013, 'PUT', 'order', { ...change, side: 'SELL', origClientOrderId: 'taken' }]);
  const found = refusals.map(([, method, path, params]) => fapi(method, path, params).body.code);
  assert.equal(
    found,
    refusals.map(([wanted]) => wanted),
  );
});

test('a name of a trailing stop that the venue does not know is ignored, as it is there', () => {
  const { fapi } = aPosition();
  const { triggerPrice: _, ...rest } = STOP;
  const trailing = { ...rest, type: 'TRAILING_STOP_MARKET', callbackRate: '1' };
  const { body } = fapi('POST', 'algoOrder', { ...trailing, activationPrice: '61000' });
  assert.is(Number(body.activatePrice), 0);
});

test('an account has so many orders waiting and no more', () => {
  const { fapi, time } = aPosition();
  for (let number = 0; number < WAITING_MAX; number += 1) {
    if (number % 100 === 99) time.runUntil(time.clock.now() + 10_000);
    assert.is(fapi('POST', 'algoOrder', { ...STOP, clientAlgoId: `s-${number}` }).status, 200);
  }
  assert.is(fapi('POST', 'algoOrder', STOP).body.code, -4045);
});

test('a stop that reduces nothing any more comes to nothing when it wakes', () => {
  const { fapi, markAt, words, told, lots } = aPosition();
  fapi('POST', 'algoOrder', { ...STOP, reduceOnly: 'true' });
  fapi('POST', 'order', { ...LIMIT, side: 'SELL', price: '58500' });
  assert.is(lots(), 0);
  assert.is(words().filter((word) => word.startsWith('ALGO')).length, 1, 'it goes on waiting');
  markAt(59_000);
  assert.equal(words().slice(-2), ['ALGO TRIGGERING', 'ALGO REJECTED'], 'no order was made');
  assert.is(told.at(-1)?.o['rm'], 'Reduce Only reject');
  assert.is(fapi('GET', 'algoOrder', { clientAlgoId: 'stop-1' }).body.actualOrderId, '');
  assert.equal([lots(), fapi('GET', 'openAlgoOrders').body], [0, []]);
});

test('TRL-05: what waits, and how far a trail has come, outlives the process of the venue', () => {
  const records = memoryRecords();
  const { triggerPrice: _, ...rest } = STOP;
  const trailing = { ...rest, type: 'TRAILING_STOP_MARKET', callbackRate: '5' };
  const first = aPosition({ records });
  const { algoId } = first.fapi('POST', 'algoOrder', trailing).body;
  first.markAt(120_000);
  first.venue.stop();
  const { venue, fapi, markAt } = opened(aFuturesVenue({ records }));
  assert.is(fapi('GET', 'algoOrder', { algoId }).body.algoStatus, 'NEW');
  // 120,000 less five percent; of 115,000 that would be 109,250.
  markAt(115_000);
  markAt(114_000);
  assert.is(fapi('GET', 'algoOrder', { algoId }).body.algoStatus, 'FINISHED');
  venue.stop();
});

test.run();
