/**
 * Orders that the venue keeps, placed and read by a client that we did not write: unmodified ccxt,
 * over real sockets, on a market that only the test moves.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { KrakenVenue } from '../../../src/simulation/kraken/venue.ts';
import type { VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { ALICE, aKrakenServer } from '../../support/kraken/venue.ts';
import { aCcxtClient, type CcxtClients } from '../../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USD';

let server: VenueServer<KrakenVenue>;
let venue: KrakenVenue;
let client: CcxtClients['kraken'];

const test = suite('ccxt kraken natives');

test.before(async () => {
  let host: string;
  ({ server, venue, host } = await aKrakenServer({ flows: {} }));
  client = await aCcxtClient('kraken', host, ALICE);
  await client.loadMarkets();
  trade(60_000);
});

test.after(async () => {
  await client.close();
  await server.stop();
});

test.after.each(async () => {
  await client.cancelAllOrders();
  trade(60_000);
});

let around: readonly number[] = [];

/** Somebody trades with somebody at this price, with some more bid and asked around it. */
function trade(price: number): void {
  const { exchange } = venue;
  const market = exchange.markets.get(SYMBOL) as MarketState;
  const rest = (side: 'buy' | 'sell', ticks: number, lots: number): number =>
    exchange.crowdRest(market, side, ticksOf(ticks), lotsOf(lots));
  const ticks = Math.round(price * 10);
  for (const id of around) exchange.crowdCancel(market, id);
  around = [rest('buy', ticks - 1, 100_000_000), rest('sell', ticks + 1, 100_000_000)];
  rest('sell', ticks, 1);
  exchange.crowdTake(market, 'buy', lotsOf(1), null);
}

const open = async () => (await client.fetchOpenOrders(SYMBOL))[0];

test('a stop loss waits with both prices, and is canceled', async () => {
  const params = { stopLossPrice: 58_000, clientOrderId: 'stop-1' };
  const placed = await client.createOrder(SYMBOL, 'limit', 'sell', 0.01, 57_000, params);
  assert.equal([placed.stopLossPrice, placed.price, placed.type], [58_000, 57_000, 'limit']);
  const found = await client.fetchOrder(String(placed.id), SYMBOL);
  assert.equal(
    [found.status, found.type, found.stopLossPrice, found.price, found.clientOrderId],
    ['open', 'limit', 58_000, 57_000, 'stop-1'],
  );
  const book = await client.fetchOrderBook(SYMBOL);
  assert.is(book.asks.length, 1, 'what waits is in no book');
  await client.cancelOrder(String(placed.id), SYMBOL);
  assert.is((await client.fetchOrder(String(placed.id), SYMBOL)).status, 'canceled');
});

test('stops and targets at market sell when the last trade comes to their price', async () => {
  const stop = await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, {
    stopLossPrice: 58_000,
  });
  const target = await client.createOrder(SYMBOL, 'market', 'sell', 0.02, undefined, {
    takeProfitPrice: 62_000,
  });
  const statuses = async () => [
    (await client.fetchOrder(String(stop.id), SYMBOL)).status,
    (await client.fetchOrder(String(target.id), SYMBOL)).status,
  ];
  assert.equal(await statuses(), ['open', 'open']);
  trade(58_000.1);
  assert.equal(await statuses(), ['open', 'open']);
  trade(58_000);
  assert.equal(await statuses(), ['closed', 'open']);
  trade(62_000);
  assert.equal(await statuses(), ['closed', 'closed']);
  const sold = await client.fetchOrder(String(stop.id), SYMBOL);
  assert.equal([sold.filled, sold.stopLossPrice, sold.type], [0.01, 58_000, 'market']);
  assert.is((sold.info as { misc?: string }).misc, 'stopped');
});

test('a trailing stop follows by per cent or by an amount', async () => {
  const follow = (params: object) =>
    client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, params);
  const percent = await follow({ trailingPercent: '5' });
  const amount = await follow({ trailingAmount: '1000' });
  const info = async (id: unknown) =>
    (await client.fetchOrder(String(id), SYMBOL)).info as {
      readonly descr: { readonly ordertype: string; readonly price: string };
      readonly status: string;
    };
  const { descr } = await info(percent.id);
  assert.equal([descr.ordertype, descr.price], ['trailing-stop', '+5.0000%']);
  assert.is((await info(amount.id)).descr.price, '+1000.0');
  trade(64_000);
  trade(63_000.1);
  assert.is((await info(amount.id)).status, 'open');
  trade(63_000);
  assert.equal(
    [(await info(amount.id)).status, (await info(percent.id)).status],
    ['closed', 'open'],
  );
  trade(60_800);
  assert.is((await info(percent.id)).status, 'closed');
});

test('a trailing stop with a limit rests so far from the price that woke it', async () => {
  const placed = await client.createOrder(SYMBOL, 'limit', 'sell', 0.01, 60_000, {
    trailingPercent: '5',
    trailingLimitPercent: '1',
    offset: '+',
  });
  const info = async () =>
    (await client.fetchOrder(String(placed.id), SYMBOL)).info as {
      readonly descr: { readonly order: string };
      readonly limitprice: string;
    };
  const { descr } = await info();
  assert.match(descr.order, 'trailing stop +5.0000% -> limit +1.0000%');
  trade(64_000);
  trade(60_800);
  assert.is((await info()).limitprice, '61408.0');
  const { asks } = await client.fetchOrderBook(SYMBOL);
  assert.equal(asks.at(-1)?.slice(0, 2), [61_408, 0.01]);
});

test('an iceberg shows a part, and one that shows less than a fifteenth is refused', async () => {
  const iceberg = (displayvol: number) =>
    client.createOrder(SYMBOL, 'iceberg', 'sell', 0.15, undefined, { price: '61000', displayvol });
  const placed = await iceberg(0.01);
  const { asks } = await client.fetchOrderBook(SYMBOL);
  assert.equal(asks.at(-1)?.slice(0, 2), [61_000, 0.01]);
  const found = await client.fetchOrder(String(placed.id), SYMBOL);
  assert.equal([found.amount, found.price, found.status], [0.15, 61_000, 'open']);
  await iceberg(0.00999).then(
    () => assert.unreachable('sixteen parts are one too many'),
    (thrown: Error) => assert.match(thrown.message, 'EGeneral:Invalid arguments:displayvol'),
  );
});

test('a conditional close becomes an order of its own once its order trades', async () => {
  const close = { ordertype: 'stop-loss-limit', price: 55_000, price2: 54_000 };
  const bought = await client.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, { close });
  const found = await open();
  assert.equal(
    [found?.side, found?.amount, found?.stopLossPrice, found?.price],
    ['sell', 0.01, 55_000, 54_000],
  );
  assert.is((found?.info as { refid?: string } | undefined)?.refid, bought.id);
});

test('the sockets take the same, and orders are heard to wait and to wake', async () => {
  const heard = client.watchOrders(SYMBOL);
  const at = (params: object) =>
    client.createOrderWs(SYMBOL, 'market', 'sell', 0.01, undefined, params);
  const stop = await at({ stopLossPrice: 58_000 });
  await at({ takeProfitPrice: 62_000 });
  await at({ trailingPercent: 5 });
  await client.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, 50_000, {
    stopLoss: { triggerPrice: 45_000, price: 44_000 },
  });
  await heard;
  const types = (await client.fetchOpenOrders(SYMBOL)).map(
    ({ info }) => (info as { descr: { ordertype: string } }).descr.ordertype,
  );
  assert.equal(types.sort(), ['limit', 'stop-loss', 'take-profit', 'trailing-stop']);
  const watched = () =>
    (client.orders as unknown as { id: string; status: string; info: object }[]).find(
      ({ id }) => id === stop.id,
    );
  assert.equal(
    [watched()?.status, Object.hasOwn(watched()?.info ?? {}, 'triggers')],
    ['open', true],
  );
  trade(58_000);
  for (let frames = 0; frames < 9 && watched()?.status !== 'closed'; frames += 1) {
    await client.watchOrders(SYMBOL);
  }
  const info = watched()?.info as { triggers?: { status: string } } | undefined;
  assert.is(info?.triggers?.status, 'triggered');
});

test('what is asked of all orders reaches those that wait', async () => {
  const params = { stopLossPrice: 58_000 };
  await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, params);
  assert.is(venue.exchange.account('alice')?.open.size, 1);
  await client.cancelAllOrders();
  assert.is(venue.exchange.account('alice')?.open.size, 0);
});

test('ccxt 4.5.84 still sends a bare trigger price unread: the order works at once', async () => {
  const placed = await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, {
    triggerPrice: 58_000,
  });
  assert.is((await client.fetchOrder(String(placed.id), SYMBOL)).status, 'closed');
});

test.run();
