/**
 * The venue against a client that we did not write: unmodified ccxt, over real sockets. Importing
 * it takes seconds, so all of it is in this one file.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../src/simulation/binance/limits.ts';
import type { VenueServer } from '../../src/simulation/server/venue-server.ts';
import { ALICE, type Key } from '../support/venue/client.ts';
import { aVenueServer } from '../support/venue/server.ts';
import { aCcxtClient, type CcxtClients, heardOf } from '../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USDT';

let server: VenueServer;
let host: string;
let client: CcxtClients['binance'];

const aClient = (at: string, key: Key = ALICE): Promise<typeof client> =>
  aCcxtClient('binance', at, key);

/** Name of the error that a call ends with; '' when it succeeds. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => thrown.constructor.name,
  );
}

const test = suite('ccxt');

test.before(async () => {
  ({ server, host } = await aVenueServer());
  client = await aClient(host);
  await client.loadMarkets();
});

test.after(async () => {
  await client.close();
  await server.stop();
});

test('markets come with their precision, limits and fees', async () => {
  const market = client.market(SYMBOL);
  assert.equal([market.id, market.spot, market.active], ['BTCUSDT', true, true]);
  assert.equal(market.precision, { ...market.precision, price: 0.01, amount: 0.00001 });
  assert.equal([market.limits.cost?.min, market.limits.amount?.min], [5, 0.00001]);
  assert.ok(client.market('ETH/USDT').active);
});

test('order book, trades, tickers and candles are fetched', async () => {
  const book = await client.fetchOrderBook(SYMBOL, 10);
  assert.is(book.bids.length, 10);
  assert.ok(Number(book.bids[0]?.[0]) < Number(book.asks[0]?.[0]));
  const ticker = await client.fetchTicker(SYMBOL);
  assert.ok(Number(ticker.bid) > 0 && Number(ticker.ask) > Number(ticker.bid));
  await client.createOrder(SYMBOL, 'market', 'buy', 0.001);
  assert.ok((await client.fetchTrades(SYMBOL)).length > 0);
  assert.ok((await client.fetchOHLCV(SYMBOL, '1m')).length > 0);
});

test('a watched book is never crossed and equals the venue at the same update', async () => {
  const market = server.venue.exchange.markets.get('BTCUSDT');
  assert.ok(market !== undefined);
  const truths = new Map<number, string>();
  server.venue.exchange.listen(() => {
    const [bid] = market.depth('buy', 1);
    const [ask] = market.depth('sell', 1);
    const levels = [bid, ask].map((level) => [(level?.ticks ?? 0) / 100, (level?.lots ?? 0) / 1e5]);
    truths.set(market.updateId, levels.flat().join(' '));
  });
  // What was on its way before somebody listened is not compared.
  let compared = 0;
  while (compared < 100) {
    const { bids, asks, nonce } = await client.watchOrderBook(SYMBOL);
    const [bid, ask] = [bids[0] ?? [], asks[0] ?? []];
    assert.ok(Number(bid[0]) < Number(ask[0]), 'not crossed');
    const truth = truths.get(nonce ?? 0);
    if (truth === undefined) continue;
    assert.is([...bid, ...ask].map(Number).join(' '), truth);
    compared += 1;
  }
});

test('trades and best quotes are watched', async () => {
  const watched = client.watchTrades(SYMBOL);
  const quotes = await client.watchBidsAsks([SYMBOL]);
  assert.ok(Number(quotes[SYMBOL]?.bid) < Number(quotes[SYMBOL]?.ask));
  const [trade] = await watched;
  assert.ok(Number(trade?.price) > 0 && Number(trade?.amount) > 0);
});

test('a limit order is placed, found, listed and canceled', async () => {
  const placed = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50_000, {
    clientOrderId: 'ours-1',
  });
  assert.equal([placed.status, placed.clientOrderId, placed.filled], ['open', 'ours-1', 0]);
  const found = await client.fetchOrder(String(placed.id), SYMBOL);
  assert.equal([found.status, found.price, found.amount], ['open', 50_000, 0.01]);
  const open = await client.fetchOpenOrders(SYMBOL);
  assert.equal(
    open.map(({ id }) => id),
    [placed.id],
  );
  const canceled = await client.cancelOrder(String(placed.id), SYMBOL);
  assert.is(canceled.status, 'canceled');
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
  const all = await client.fetchOrders(SYMBOL);
  assert.is(all.find(({ id }) => id === placed.id)?.status, 'canceled');
});

test('market orders fill at once, by quantity and by cost', async () => {
  const bought = await client.createOrder(SYMBOL, 'market', 'buy', 0.02);
  assert.equal([bought.status, bought.filled], ['closed', 0.02]);
  assert.ok(Number(bought.average) > 0 && bought.fee !== undefined);
  const spent = await client.createMarketBuyOrderWithCost(SYMBOL, 100);
  assert.is(spent.status, 'closed');
  assert.ok(Number(spent.cost) <= 100 && Number(spent.cost) > 99);
  const trades = await client.fetchMyTrades(SYMBOL);
  const ours = trades.filter(({ order }) => order === bought.id);
  assert.is(Math.round(ours.reduce((sum, { amount }) => sum + Number(amount), 0) * 1e5), 2_000);
  assert.is(ours[0]?.fee?.currency, 'BTC');
  assert.is(ours[0]?.takerOrMaker, 'taker');
});

test('orders, trades and balances are watched', async () => {
  const before = await client.fetchBalance();
  const ids: string[] = [];
  const [[order], [trade], changed] = await heardOf(
    [client.watchOrders(SYMBOL), client.watchMyTrades(SYMBOL), client.watchBalance()],
    async () => {
      ids.push(String((await client.createOrder(SYMBOL, 'market', 'sell', 0.001)).id));
    },
  );
  assert.ok(ids.includes(String(order?.id)) && ids.includes(String(trade?.order)));
  assert.equal([trade?.side, trade?.fee?.currency], ['sell', 'USDT']);
  assert.ok(Number(changed['BTC']?.total) < Number(before['BTC']?.total));
  const after = await client.fetchBalance();
  const sold = Number(before['BTC']?.free) - Number(after['BTC']?.free);
  assert.is(Math.round(sold * 1e5), ids.length * 100);
});

test('orders can be placed and canceled over the ws-api', async () => {
  const placed = await client.createOrderWs(SYMBOL, 'limit', 'sell', 0.01, 80_000);
  assert.is(placed.status, 'open');
  const open = await client.fetchOpenOrdersWs(SYMBOL);
  assert.equal(
    open.map(({ id }) => id),
    [placed.id],
  );
  await client.cancelAllOrdersWs(SYMBOL);
  assert.is((await client.fetchOrder(String(placed.id), SYMBOL)).status, 'canceled');
});

test('errors are the ones that ccxt knows', async () => {
  const limit = (amount: number, price: number, params = {}) =>
    errorOf(client.createOrder(SYMBOL, 'limit', 'buy', amount, price, params));
  assert.is(await limit(0.01, 70_000, { postOnly: true }), 'OrderImmediatelyFillable');
  assert.is(await limit(100, 50_000), 'InsufficientFunds');
  const twice = { clientOrderId: 'twice' };
  assert.is(await limit(0.001, 50_000, twice), '');
  assert.is(await limit(0.001, 50_000, twice), 'InvalidOrder');
  await client.cancelAllOrders(SYMBOL);
  assert.is(await errorOf(client.fetchOrder('123456789', SYMBOL)), 'OrderNotFound');
  assert.is(await errorOf(client.cancelOrder('123456789', SYMBOL)), 'OrderNotFound');
  const stranger = await aClient(host, { apiKey: 'nobody', secret: 'x' });
  assert.is(await errorOf(stranger.fetchBalance()), 'AuthenticationError');
  const forger = await aClient(host, { apiKey: ALICE.apiKey, secret: 'wrong' });
  assert.is(await errorOf(forger.fetchBalance()), 'AuthenticationError');
});

test('a client that asks too much is told so, by REST and by ws-api', async () => {
  const strict = await aVenueServer({ limits: { ...DEFAULT_LIMITS, weightPerMinute: 45 } });
  const eager = await aClient(strict.host);
  await eager.loadMarkets();
  assert.is(await errorOf(eager.fetchTime()), '');
  // ccxt takes status 429 for DDoSProtection before it looks at the code.
  assert.is(await errorOf(eager.fetchOrderBook(SYMBOL, 1_000)), 'DDoSProtection');
  await strict.server.stop();
  await eager.close();
  server.venue.facade.faults.planRequests(
    'account.status',
    { kind: 'status', status: 429, retryAfterSeconds: 1, isExecuted: false },
    1,
  );
  assert.is(await errorOf(client.fetchBalanceWs()), 'RateLimitExceeded');
});

test.run();
