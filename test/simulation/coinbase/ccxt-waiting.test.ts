/** Orders that wait, placed and read by unmodified ccxt over real sockets. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';
import { aCoinbaseServer } from '../../support/coinbase/venue.ts';
import { aCcxtClient, type CcxtClients } from '../../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USD';
const SIZE = 0.01;

type Client = CcxtClients['coinbase'];

let running: Awaited<ReturnType<typeof aCoinbaseServer>>;
let client: Client;

const errorOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => '',
    (thrown: Error) => `${thrown.constructor.name}: ${thrown.message}`,
  );

/** A limit order with what ccxt is told beside it. @returns its id */
const place = async (side: 'buy' | 'sell', price: number, params: object): Promise<string> =>
  String((await client.createOrder(SYMBOL, 'limit', side, SIZE, price, params)).id);
const fetched = (id: string) => client.fetchOrder(id, SYMBOL);
const info = (order: { info: unknown }) => order.info as Record<string, string>;

const test = suite('ccxt waiting');

test.before(async () => {
  running = await aCoinbaseServer();
  client = await aCcxtClient('coinbase', running.host, { apiKey: KEY_NAME, secret: SEC1 });
  await client.loadMarkets();
  // Stops wake at the last trade, so there has to be one.
  await client.createOrder(SYMBOL, 'market', 'sell', 0.001);
});

test.after(async () => {
  await client.close();
  await running.server.stop();
});

test('every way of naming a trigger waits in the direction that ccxt gives it', async () => {
  for (const [side, price, params, at, way] of [
    ['sell', 69_000, { triggerPrice: 70_000 }, 70_000, 'UP'],
    ['sell', 69_000, { stopPrice: 70_000 }, 70_000, 'UP'],
    ['buy', 51_000, { triggerPrice: 50_000 }, 50_000, 'DOWN'],
    ['sell', 49_000, { stopLossPrice: 50_000 }, 50_000, 'DOWN'],
    ['buy', 71_000, { stopLossPrice: 70_000 }, 70_000, 'UP'],
    ['sell', 70_000, { takeProfitPrice: 70_000 }, 70_000, 'UP'],
    ['buy', 50_000, { takeProfitPrice: 50_000 }, 50_000, 'DOWN'],
  ] as const) {
    const order = await fetched(await place(side, price, params));
    const { status, type, amount, filled, triggerPrice } = order;
    assert.equal([status, type, amount, filled], ['open', 'limit', SIZE, 0]);
    assert.equal([order.price, triggerPrice], [price, at], JSON.stringify(params));
    const { trigger_status, order_configuration } = info(order);
    assert.is(trigger_status, 'STOP_PENDING');
    assert.match(JSON.stringify(order_configuration), `STOP_DIRECTION_STOP_${way}"`);
  }
  const open = await client.fetchOpenOrders(SYMBOL);
  assert.is(open.length, 7);
  assert.ok(open.every(({ triggerPrice }) => Number(triggerPrice) > 0));
  await client.cancelOrders(
    open.map(({ id }) => String(id)),
    SYMBOL,
  );
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
});

test('a stop wakes when the price has come to it, and trades', async () => {
  const { exchange } = running;
  const market = exchange.markets.get('BTC-USD');
  assert.ok(market !== undefined);
  const book = await client.fetchOrderBook(SYMBOL, 1);
  const stop = Math.floor(Number(book.bids[0]?.[0]) * 0.99);
  const placed = await place('sell', stop - 5_000, { stopLossPrice: stop });
  // Somebody bids there and a little below, and somebody sells down to the first of the two.
  const [at, below] = [ticksOf(stop * 100), ticksOf(stop * 100 - 1)];
  for (const ticks of [at, below]) exchange.crowdRest(market, 'buy', ticks, lotsOf(1e8));
  exchange.crowdTake(market, 'sell', lotsOf(1e12), at);
  const order = await fetched(placed);
  assert.equal([order.status, order.filled], ['closed', SIZE]);
  assert.is(info(order)['trigger_status'], 'STOP_TRIGGERED');
  assert.is(Math.round(Number(order.average) * 100), below);
  const trades = (await client.fetchMyTrades(SYMBOL)).filter((trade) => trade.order === placed);
  const sold = trades.reduce((sum, { amount }) => sum + Number(amount), 0);
  assert.is(Math.round(sold * 1e8), SIZE * 1e8);
});

test('waiting orders are watched with their trigger', async () => {
  let heard = false;
  const watched = client.watchOrders(SYMBOL).finally(() => {
    heard = true;
  });
  // Nobody tells when ccxt has subscribed, so orders are placed until it hears of one.
  for (let placed = 0; !heard && placed < 1_000; placed += 1) {
    await client.cancelOrder(await place('sell', 39_000, { stopLossPrice: 40_000 }), SYMBOL);
  }
  const [order] = (await watched).slice(-1);
  assert.equal([order?.type, order?.triggerPrice, order?.price], ['Stop Limit', 40_000, 39_000]);
});

test('a bracket is passed through as it is, and ccxt reads its parts in `info` alone', async () => {
  const terms = { base_size: '0.01', limit_price: '70000.00', stop_trigger_price: '50000.00' };
  const order_configuration = { trigger_bracket_gtc: terms };
  const placed = await place('sell', 70_000, { order_configuration });
  const order = await fetched(placed);
  assert.equal([order.status, order.type, order.price], ['open', 'BRACKET', undefined]);
  const told = info(order)['order_configuration'] as unknown as typeof order_configuration;
  assert.equal(told.trigger_bracket_gtc, { ...terms, base_size: '0.01000000' });
  await client.cancelOrder(placed, SYMBOL);
  assert.is((await fetched(placed)).status, 'canceled');
});

test('what the venue does not take is an error of ccxt', async () => {
  const above = await errorOf(place('sell', 49_000, { stopLossPrice: 100_000 }));
  assert.match(above, /^InvalidOrder.*PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE/);
  // ccxt has no class for the other side.
  const below = await errorOf(place('sell', 49_000, { takeProfitPrice: 10_000 }));
  assert.match(below, /^ExchangeError.*PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE/);
  const exits = { trigger_bracket_gtc: { limit_price: '70000', stop_trigger_price: '50000' } };
  const attached = await errorOf(place('buy', 50_000, { attached_order_configuration: exits }));
  assert.match(attached, /^BadRequest.*attached_order_configuration is not served/);
  const stopMarket = { triggerPrice: 70_000 };
  const market = client.createOrder(SYMBOL, 'market', 'sell', SIZE, undefined, stopMarket);
  assert.match(await errorOf(market), /^NotSupported/);
});

test('a waiting order is not edited, which ccxt does not notice', async () => {
  const placed = await place('sell', 49_000, { stopLossPrice: 50_000 });
  await client.editOrder(placed, SYMBOL, 'limit', 'sell', 0.02, 48_000);
  const order = await fetched(placed);
  assert.equal([order.amount, order.price], [SIZE, 49_000]);
  await client.cancelOrder(placed, SYMBOL);
});

test('a preview places nothing', async () => {
  await place('sell', 49_000, { stopLossPrice: 50_000, preview: true });
  await place('buy', 50_000, { preview: true });
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
});

test.run();
