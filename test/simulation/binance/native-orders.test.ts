import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALICE, aSocket, aVenue, limitOrder, type Params } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';
import { printsAt } from '../../support/venue/prints.ts';

/** A market stop to sell 0.01 BTC at 59,000 unless told otherwise. */
const stopOrder = (over: Params = {}): Params => ({
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'STOP_LOSS',
  quantity: '0.01',
  stopPrice: '59000',
  ...over,
});
const stopLimit = (over: Params = {}): Params =>
  stopOrder({ type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', price: '58000', ...over });

type Venue = ReturnType<typeof aVenue>;

/** A venue whose last trade was at 60,000. */
function opened(): Venue {
  const venue = aVenue();
  printsAt(venue, '60000.00');
  return venue;
}

const place = ({ ask }: Venue, params: Params) => ask('POST', 'order', params, ALICE);
const shown = ({ ask }: Venue, orderId: number) =>
  ask('GET', 'order', { symbol: 'BTCUSDT', orderId }, ALICE).body;

function refusalOf(params: Params, venue = opened()): [number, string] {
  const { status, body } = place(venue, params);
  assert.is(status, 400, JSON.stringify(body));
  return [body.code, body.msg];
}

test('an order with a trigger waits, and says so', () => {
  const venue = opened();
  const { body } = place(venue, stopOrder({ newOrderRespType: 'RESULT' }));
  assert.equal(
    [body.status, body.type, body.stopPrice, body.workingTime],
    ['NEW', 'STOP_LOSS', '59000.00000000', -1],
  );
  const order = shown(venue, body.orderId);
  assert.equal(
    [order.isWorking, order.workingTime, order.stopPrice, order.icebergQty, order.orderListId],
    [false, -1, '59000.00000000', '0.00000000', -1],
  );
  assert.is(venue.ask('GET', 'openOrders', {}, ALICE).body.length, 1);
  assert.equal(venue.ask('GET', 'depth', { symbol: 'BTCUSDT' }).body.asks, [], 'nobody sees it');
  const { balances } = venue.ask('GET', 'account', {}, ALICE).body;
  const base = balances.find(({ asset }: { asset: string }) => asset === 'BTC');
  assert.is(base.locked, '0.01000000');
});

test('only limit and market orders are answered in full by themselves', () => {
  const venue = opened();
  for (const params of [stopOrder(), stopLimit()]) {
    assert.is(Object.keys(place(venue, params).body).length, 5);
  }
});

const types: [type: string, side: string, stopPrice: string][] = [
  ['STOP_LOSS', 'SELL', '59000'],
  ['STOP_LOSS', 'BUY', '61000'],
  ['TAKE_PROFIT', 'SELL', '61000'],
  ['TAKE_PROFIT', 'BUY', '59000'],
];
for (const [type, side, stopPrice] of types) {
  test(`${type} ${side} is what it was placed as, and would be late on the other side`, () => {
    for (const suffix of ['', '_LIMIT']) {
      const venue = opened();
      const limit: Params = suffix === '' ? {} : { price: '60000', timeInForce: 'GTC' };
      const params = stopOrder({ type: `${type}${suffix}`, side, stopPrice, ...limit });
      const { orderId } = place(venue, params).body;
      assert.is(shown(venue, orderId).type, `${type}${suffix}`);
      const other = stopPrice === '59000' ? '61000' : '59000';
      for (const late of ['60000', other]) {
        assert.equal(refusalOf({ ...params, stopPrice: late }), [
          -2010,
          'Stop price would trigger immediately.',
        ]);
      }
    }
  });
}

test('a stop that wakes trades at the market, and keeps its type', () => {
  const venue = opened();
  const { orderId } = place(venue, stopOrder()).body;
  venue.exchange.crowdRest(venue.market, 'buy', 5_890_000 as never, 1_000 as never);
  printsAt(venue, '59000.01');
  assert.is(shown(venue, orderId).status, 'NEW');
  venue.time.runUntil(NEW_YEAR + 1_000);
  printsAt(venue, '59000.00');
  const order = shown(venue, orderId);
  assert.equal(
    [order.status, order.type, order.executedQty, order.cummulativeQuoteQty, order.isWorking],
    ['FILLED', 'STOP_LOSS', '0.01000000', '589.00000000', true],
  );
  assert.is(order.workingTime, NEW_YEAR + 1_000);
});

test('the stream tells of waiting, waking and trading', () => {
  const venue = opened();
  const socket = aSocket(venue, '/ws-api/v3');
  socket.call('userDataStream.subscribe.signature', {}, ALICE);
  place(venue, stopLimit({ trailingDelta: 100 }));
  const reports = () =>
    socket.frames
      .map(({ event }) => event)
      .filter((event) => event?.e === 'executionReport')
      .map(({ x, X, w, P, d, W, o }) => ({ x, X, w, P, d, W, o }));
  const waiting = {
    ...{ x: 'NEW', X: 'NEW', w: false, P: '59000.00000000', d: 100 },
    ...{ W: undefined, o: 'STOP_LOSS_LIMIT' },
  };
  assert.equal(reports(), [waiting]);
  printsAt(venue, '59000.00', '58410.00');
  assert.equal(reports().slice(1), [{ ...waiting, w: true, W: NEW_YEAR }]);
});

test('a trail begins at its price, in full 1/10000ths', () => {
  const venue = opened();
  const params = stopOrder({ type: 'TAKE_PROFIT', stopPrice: '61000', trailingDelta: 100 });
  const { orderId } = place(venue, { ...params, newOrderRespType: 'RESULT' }).body;
  const { trailingDelta, trailingTime } = shown(venue, orderId);
  assert.equal([trailingDelta, trailingTime], [100, -1]);
  printsAt(venue, '61000.00');
  assert.is(shown(venue, orderId).trailingTime, NEW_YEAR);
});

test('an iceberg shows its tip', () => {
  const venue = opened();
  const params = limitOrder({ quantity: '0.1', icebergQty: '0.02', newOrderRespType: 'RESULT' });
  const { body } = place(venue, params);
  assert.is(body.icebergQty, '0.02000000');
  assert.is(shown(venue, body.orderId).icebergQty, '0.02000000');
  const { bids } = venue.ask('GET', 'depth', { symbol: 'BTCUSDT' }).body;
  assert.equal(bids, [['50000.00000000', '0.02000000']]);
});

test('ICE-01, ICE-02 an iceberg has at most as many parts as the market says', () => {
  const venue = opened();
  const iceberg = (icebergQty: string): Params => limitOrder({ quantity: '0.1', icebergQty });
  assert.is(place(venue, iceberg('0.01')).status, 200, '10 parts of 10');
  assert.equal(refusalOf(iceberg('0.009'), venue), [-1013, 'Filter failure: ICEBERG_PARTS']);
});

test('what cannot be combined is refused by name', () => {
  const code = (params: Params): number => refusalOf(params)[0];
  const { stopPrice: _none, ...stopless } = stopOrder();
  assert.equal(refusalOf(stopless), [
    -1102,
    "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!",
  ]);
  assert.is(code(stopOrder({ price: '58000' })), -1106);
  assert.is(code(stopOrder({ timeInForce: 'GTC' })), -1106);
  assert.is(code(stopOrder({ quoteOrderQty: '5' })), -1106);
  assert.is(code(stopOrder({ icebergQty: '0.001' })), -1106);
  assert.is(code(limitOrder({ stopPrice: '59000' })), -1106);
  assert.is(code(limitOrder({ trailingDelta: 100 })), -1106);
  assert.is(code(stopLimit({ price: '' })), -1105);
  assert.is(code(stopOrder({ trailingDelta: '1.5' })), -1100);
  assert.equal(refusalOf(stopOrder({ stopPrice: '59000.001' })), [
    -1013,
    'Filter failure: PRICE_FILTER',
  ]);
  assert.equal(refusalOf(stopOrder({ trailingDelta: 9 })), [
    -1013,
    'Filter failure: TRAILING_DELTA',
  ]);
  assert.equal(refusalOf(stopOrder({ trailingDelta: 2_001 })), [
    -1013,
    'Filter failure: TRAILING_DELTA',
  ]);
  const iceberg = (over: Params) => limitOrder({ icebergQty: '0.001', ...over });
  assert.equal(refusalOf(iceberg({ icebergQty: '0.02' })), [-2010, 'IcebergQty exceeds QTY.']);
  assert.equal(refusalOf(iceberg({ icebergQty: '0.0000015' })), [
    -1013,
    'Filter failure: LOT_SIZE',
  ]);
  assert.is(code(iceberg({ timeInForce: 'IOC' })), -1014);
});

test('an account has so many orders with triggers in a market and no more', () => {
  const venue = opened();
  for (let placed = 0; placed < 5; placed += 1) place(venue, stopOrder());
  assert.equal(refusalOf(stopOrder(), venue), [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS']);
});

test('the rules of what waits are among those of the market', () => {
  const [market] = aVenue().ask('GET', 'exchangeInfo', { symbol: 'BTCUSDT' }).body.symbols;
  const { orderTypes, icebergAllowed, ocoAllowed, allowTrailingStop, cancelReplaceAllowed } =
    market;
  assert.ok(orderTypes.includes('TAKE_PROFIT_LIMIT'));
  const allowed = [icebergAllowed, ocoAllowed, allowTrailingStop, cancelReplaceAllowed];
  assert.equal(allowed, [true, true, true, true]);
  const rule = (type: string) =>
    market.filters.find(({ filterType }: { filterType: string }) => filterType === type);
  assert.is(rule('ICEBERG_PARTS').limit, 10);
  assert.is(rule('MAX_NUM_ALGO_ORDERS').maxNumAlgoOrders, 5);
  assert.equal(
    [rule('TRAILING_DELTA').minTrailingAboveDelta, rule('TRAILING_DELTA').maxTrailingBelowDelta],
    [10, 2_000],
  );
});

test('an iceberg is unknown to a market that has none', () => {
  const market = {
    ...{ symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', tick: '0.01', lot: '0.00001' },
    ...{ priceMax: '1000000.00', quantityMax: '9000', marketQuantityMax: '120' },
    ...{ notionalMin: '5', notionalMax: '9000000', native: { icebergPartsMax: 0 } },
  };
  const venue = aVenue({ markets: [market] });
  assert.equal(refusalOf(limitOrder({ icebergQty: '0.001' }), venue), [
    -2010,
    'Iceberg orders are not supported for this symbol.',
  ]);
});

test.run();
