/**
 * Orders that the venue keeps, against a client that we did not write: unmodified ccxt, over real
 * sockets. Nobody else trades here, so that each price is one that a test has made.
 */
import type { Order } from 'ccxt';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MarketState } from '../../src/simulation/exchange/market-state.ts';
import type { VenueServer } from '../../src/simulation/server/venue-server.ts';
import { askCcxt } from '../../src/venues/ccxt/answers.ts';
import { openCcxt } from '../../src/venues/ccxt/exchange-class.ts';
import type { ReferenceOrder } from '../../src/venues/ccxt/reference-data.ts';
import { ALICE } from '../support/venue/client.ts';
import { lots, must, ticks } from '../support/venue/fixtures.ts';
import { printsAt } from '../support/venue/prints.ts';
import { aVenueServer } from '../support/venue/server.ts';
import { aCcxtClient, type CcxtClients } from '../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USDT';

let server: VenueServer;
let host: string;
let client: CcxtClients['binance'];

const test = suite('ccxt and what Binance spot keeps');

test.before(async () => {
  ({ server, host } = await aVenueServer({ flows: {} }));
  client = await aCcxtClient('binance', host, ALICE);
  await client.loadMarkets();
});

test.after(async () => {
  await client.close();
  await server.stop();
});

test.before.each(() => print('40000.00'));
test.after.each(async () => {
  if ((await client.fetchOpenOrders(SYMBOL)).length > 0) await client.cancelAllOrders(SYMBOL);
});

const market = (): MarketState =>
  server.venue.exchange.markets.get('BTCUSDT') as unknown as MarketState;

function print(...prices: string[]): void {
  printsAt({ exchange: server.venue.exchange, market: market() }, ...prices);
}

const crowd = (side: 'buy' | 'sell', price: string, quantity: string): void => {
  server.venue.exchange.crowdRest(market(), side, ticks(price), lots(quantity));
};

async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => `${thrown.constructor.name} ${thrown.message}`,
  );
}

const found = (id: string | undefined): Promise<Order> => client.fetchOrder(String(id), SYMBOL);

const stops: [
  name: string,
  type: string,
  side: string,
  price: number | undefined,
  params: object,
][] = [
  ['STOP_LOSS', 'market', 'sell', undefined, { stopLossPrice: 39_000 }],
  ['STOP_LOSS', 'market', 'sell', undefined, { triggerPrice: 39_000 }],
  ['STOP_LOSS_LIMIT', 'limit', 'sell', 38_000, { stopLossPrice: 39_000 }],
  ['STOP_LOSS_LIMIT', 'limit', 'buy', 42_000, { triggerPrice: 41_000 }],
  ['TAKE_PROFIT', 'market', 'sell', undefined, { takeProfitPrice: 41_000 }],
  ['TAKE_PROFIT_LIMIT', 'limit', 'buy', 39_500, { takeProfitPrice: 39_000 }],
];
for (const [name, type, side, price, params] of stops) {
  const asked = `${side} with ${JSON.stringify(params)}`;
  test(`${name} ${asked} is placed, found, listed and canceled`, async () => {
    const { id } = await client.createOrder(SYMBOL, type, side, 0.01, price, params);
    const order = await found(id);
    assert.equal([order.info.type, order.status, order.amount], [name, 'open', 0.01]);
    assert.is(order.triggerPrice, Object.values(params)[0]);
    assert.is(order.info.isWorking, false);
    const open = await client.fetchOpenOrders(SYMBOL);
    assert.equal(
      open.map((each) => each.id),
      [id],
    );
    assert.is((await client.cancelOrder(String(id), SYMBOL)).status, 'canceled');
  });
}

test('a stop that would wake at once is one that ccxt knows', async () => {
  const late = { stopLossPrice: 40_000 };
  const error = await errorOf(client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, late));
  assert.match(error, /^OrderImmediatelyFillable .*Stop price would trigger immediately/);
});

test('a trail is placed in per cent and in 1/10000ths', async () => {
  for (const trail of [{ trailingPercent: 5 }, { trailingDelta: 500 }]) {
    const params = { ...trail, stopLossOrTakeProfit: 'stopLoss' };
    const { id } = await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, params);
    const { info } = await found(id);
    assert.equal([info.type, Number(info.trailingDelta)], ['STOP_LOSS', 500]);
  }
});

test('ICE-01, ICE-02 an iceberg is taken in ten parts and not in twelve', async () => {
  const iceberg = (icebergAmount: number) =>
    client.createOrder(SYMBOL, 'limit', 'sell', 10, 60_000, { icebergAmount });
  const { id } = await iceberg(1);
  assert.is(Number((await found(id)).info.icebergQty), 1);
  const { asks } = await client.fetchOrderBook(SYMBOL);
  assert.equal(asks, [[60_000, 1]]);
  await client.cancelOrder(String(id), SYMBOL);
  assert.match(await errorOf(iceberg(0.9)), /Filter failure: ICEBERG_PARTS/);
  const shortLived = { icebergQty: '1', timeInForce: 'IOC' };
  const error = await errorOf(client.createOrder(SYMBOL, 'limit', 'sell', 10, 60_000, shortLived));
  assert.match(error, /Unsupported order combination/, 'GTC is required');
});

test('ICE-03 an iceberg shows one tip after another, last the remainder', async () => {
  const params = { icebergAmount: 0.1 };
  const { id } = await client.createOrder(SYMBOL, 'limit', 'sell', 0.25, 50_000, params);
  const tips: number[] = [];
  for (;;) {
    const { asks } = await client.fetchOrderBook(SYMBOL);
    const [, tip] = asks[0] ?? [];
    if (tip === undefined) break;
    tips.push(tip);
    server.venue.exchange.crowdTake(market(), 'buy', lots(String(tip)), null);
  }
  assert.equal(tips, [0.1, 0.1, 0.05]);
  assert.equal([(await found(id)).status, (await found(id)).filled], ['closed', 0.25]);
});

interface TrailCase {
  readonly type: string;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly params: Readonly<Record<string, string | number>>;
  /** Prices after the first, which is 40,000; the last one wakes it. */
  readonly path: readonly string[];
}
const trails: Readonly<Record<string, TrailCase>> = {
  'TRL-01 a buy stop from 44,000 at 500': {
    type: 'STOP_LOSS_LIMIT',
    side: 'buy',
    price: 45_000,
    params: { trailingDelta: 500, trailingTriggerPrice: 44_000 },
    path: ['37000.00', '44000.00', '46000.00', '42000.00', '44099.99', '44100.00'],
  },
  'TRL-02 a sell stop from 39,000 at 1,000': {
    type: 'STOP_LOSS_LIMIT',
    side: 'sell',
    price: 38_000,
    params: { trailingDelta: 1_000, trailingTriggerPrice: 39_000 },
    path: ['41500.00', '39000.00', '37000.00', '41000.00', '36900.01', '36900.00'],
  },
  'TRL-03 a take-profit from 42,000 at 750': {
    type: 'TAKE_PROFIT_LIMIT',
    side: 'sell',
    price: 41_000,
    params: { trailingDelta: 750, trailingTriggerPrice: 42_000 },
    path: [
      ...['41500.00', '39000.00', '42000.00', '45000.00', '44000.00'],
      ...['46500.00', '43012.51', '43012.50'],
    ],
  },
  'TRL-04 a sell stop from the placement on at 700': {
    type: 'STOP_LOSS_LIMIT',
    side: 'sell',
    price: 39_000,
    params: { trailingDelta: 700 },
    path: ['42000.00', '39500.00', '45500.00', '42315.01', '42315.00'],
  },
};
for (const [name, { type, side, price, params, path }] of Object.entries(trails)) {
  test(`${name} wakes at ${path.at(-1)} and at no price before`, async () => {
    const { id } = await client.createOrder(SYMBOL, type, side, 0.01, price, params);
    for (const [at, next] of path.entries()) {
      assert.is((await found(id)).info.isWorking, false, `before ${next}`);
      print(next);
      if (at < path.length - 1) continue;
      const { info } = await found(id);
      assert.equal([info.isWorking, Number(info.price)], [true, price]);
    }
  });
}

test('an order is edited by cancelling it and placing another', async () => {
  const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 30_000);
  const edited = await client.editOrder(String(id), SYMBOL, 'limit', 'buy', 0.02, 31_000);
  assert.equal([edited.price, edited.amount, edited.status], [31_000, 0.02, 'open']);
  assert.is((await found(id)).status, 'canceled');
  const moved = { stopPrice: 39_000 };
  const stop = await client.editOrder(
    String(edited.id),
    SYMBOL,
    'market',
    'sell',
    0.01,
    undefined,
    moved,
  );
  assert.is((await found(stop.id)).triggerPrice, 39_000);
});

test('an edit of which one half or both fail is told as ccxt knows it', async () => {
  const gone = await errorOf(client.editOrder('123456', SYMBOL, 'limit', 'buy', 0.02, 31_000));
  assert.match(gone, /-2022.*"newOrderResult":"NOT_ATTEMPTED"/);
  const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 30_000);
  const half = await errorOf(client.editOrder(String(id), SYMBOL, 'limit', 'buy', 100, 31_000));
  assert.match(half, /-2021.*"cancelResult":"SUCCESS"/);
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
});

test('stops are placed and edited over the ws-api, in the words of the venue', async () => {
  const params = { stopPrice: 39_000 };
  const { id } = await client.createOrderWs(
    SYMBOL,
    'STOP_LOSS_LIMIT',
    'sell',
    0.01,
    38_000,
    params,
  );
  assert.is((await found(id)).triggerPrice, 39_000);
  const moved = { stopPrice: 39_500 };
  await client.editOrderWs(String(id), SYMBOL, 'limit', 'sell', 0.01, 38_000, moved);
  const [order] = await client.fetchOpenOrdersWs(SYMBOL);
  assert.is(order?.triggerPrice, 39_500);
  // Over sockets ccxt also sends its own word for it, which the venue does not read.
  const own = { stopLossPrice: 39_000 };
  const refused = client.createOrderWs(SYMBOL, 'limit', 'sell', 0.01, 38_000, own);
  assert.match(await errorOf(refused), /-1104/);
});

const pair = {
  ...{ symbol: 'BTCUSDT', side: 'SELL', quantity: '0.01', listClientOrderId: 'pair-1' },
  ...{ aboveType: 'LIMIT_MAKER', abovePrice: '41000', aboveClientOrderId: 'target-1' },
  ...{ belowType: 'STOP_LOSS', belowStopPrice: '39000', belowClientOrderId: 'stop-1' },
};

test('OCO-01 a pair is placed, listed and canceled as a list', async () => {
  const { contingencyType, orders, orderListId } = await client.privatePostOrderListOco(pair);
  assert.equal([contingencyType, orders.length], ['OCO', 2]);
  const open = await client.fetchOpenOrders(SYMBOL);
  assert.equal(open.map(({ type }) => type).sort(), ['limit', 'market']);
  assert.is((await client.privateGetOpenOrderList()).length, 1);
  const { listClientOrderId } = await client.privateGetOrderList({ orderListId });
  assert.is(listClientOrderId, 'pair-1');
  await client.privateDeleteOrderList({ symbol: 'BTCUSDT', orderListId });
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
  assert.is((await client.privateGetAllOrderList()).length, 1);
});

test('the second opinion counts a pair as the one order that it is to the desk', async () => {
  const { apiKey, secret } = ALICE;
  const access = { exchange: 'binance', host, apiKey, secret, timeoutMs: 10_000 } as const;
  const opened = await openCcxt(access);
  assert.ok(opened.ok, opened.ok ? '' : opened.error);
  await client.privatePostOrderListOco(pair);
  const params = { stopLossPrice: 39_000 };
  const stop = await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, params);
  const answer = await askCcxt(opened.value, { kind: 'open-orders', symbol: SYMBOL });
  const open = must(answer) as readonly ReferenceOrder[];
  assert.equal(
    open.map(({ clientId }) => clientId).sort(),
    [stop.clientOrderId, 'target-1'].sort(),
  );
  await opened.value.close();
});

test('OCO-02 a pair that does not enclose the price is refused', async () => {
  const wrong = { ...pair, abovePrice: '39900' };
  const error = await errorOf(client.privatePostOrderListOco(wrong));
  assert.match(error, /The relationship of the prices for the orders is not correct/);
});

/** Hears of orders from now on, as long as the client lives. */
class Listener {
  readonly heard = new Map<string, Order>();
  #wake: () => void = () => {};

  async listen(): Promise<void> {
    for (;;) {
      const orders = await client.watchOrders(SYMBOL).catch(() => null);
      if (orders === null) return;
      for (const order of orders) this.heard.set(String(order.clientOrderId), order);
      this.#wake();
    }
  }

  status(clientOrderId: string): string | undefined {
    return this.heard.get(clientOrderId)?.status;
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

test('OCO-03 what waits is watched: a pair to its end, a stop to its fill', async () => {
  const listener = new Listener();
  const ended = listener.listen();
  // Nobody tells when ccxt has subscribed, so orders are placed until it hears of one.
  for (let placed = 0; listener.heard.size === 0 && placed < 1_000; placed += 1) {
    const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 30_000);
    await client.cancelOrder(String(id), SYMBOL);
  }
  await client.privatePostOrderListOco(pair);
  await listener.until(() => listener.heard.has('target-1') && listener.heard.has('stop-1'));
  assert.equal(
    [listener.status('stop-1'), listener.heard.get('stop-1')?.triggerPrice],
    ['open', 39_000],
  );
  server.venue.exchange.crowdTake(market(), 'buy', lots('0.01'), null);
  await listener.until(() => listener.status('stop-1') !== 'open');
  await listener.until(() => listener.status('target-1') !== 'open');
  assert.equal([listener.status('target-1'), listener.status('stop-1')], ['closed', 'expired']);

  print('40000.00');
  const params = { stopLossPrice: 39_000, clientOrderId: 'watched-1' };
  const { id } = await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, params);
  crowd('buy', '38900.00', '0.01');
  print('39000.00');
  await listener.until(() => listener.status('watched-1') === 'closed');
  const order = listener.heard.get('watched-1');
  assert.equal([order?.id, order?.filled, order?.cost], [id, 0.01, 389]);
  const [trade] = (await client.fetchMyTrades(SYMBOL)).slice(-1);
  assert.equal([trade?.order, trade?.price], [id, 38_900]);
  await client.close();
  await ended;
});

test.run();
