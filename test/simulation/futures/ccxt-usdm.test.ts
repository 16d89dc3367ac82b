/** The futures venue against a client that we did not write: unmodified ccxt, over real sockets. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FuturesVenue } from '../../../src/simulation/server/futures-venue.ts';
import type { VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { aFuturesServer } from '../../support/futures/venues.ts';
import { ALICE, BOB, type Key } from '../../support/venue/client.ts';
import { aCcxtClient, type CcxtClients, heardOf } from '../../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USDT:USDT';
type Client = CcxtClients['binance-usdm'];

let server: VenueServer<FuturesVenue>;
let host: string;
let client: Client;

const aClient = (at: string, key: Key = ALICE): Promise<Client> =>
  aCcxtClient('binance-usdm', at, key);

/** Name of the error that a call ends with, and the venue's code; '' when it succeeds. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => `${thrown.constructor.name} ${/"code":(-?\d+)/.exec(thrown.message)?.[1]}`,
  );
}

const test = suite('ccxt binanceusdm');

test.before(async () => {
  ({ server, host } = await aFuturesServer());
  client = await aClient(host);
  await client.loadMarkets();
});

test.after(async () => {
  await client.close();
  await server.stop();
});

test('markets are linear perpetuals with their precision and limits', () => {
  const market = client.market(SYMBOL);
  assert.equal(
    [market.id, market.swap, market.linear, market.active],
    ['BTCUSDT', true, true, true],
  );
  assert.equal([market.precision.price, market.precision.amount], [0.1, 0.001]);
  assert.is(market.limits.cost?.min, 5);
});

test('book, trades, ticker, candles, marks, funding and open interest are fetched', async () => {
  const book = await client.fetchOrderBook(SYMBOL, 10);
  assert.ok(Number(book.bids[0]?.[0]) < Number(book.asks[0]?.[0]));
  await client.createOrder(SYMBOL, 'market', 'buy', 0.01);
  await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
  assert.ok((await client.fetchTrades(SYMBOL)).length > 0);
  assert.ok((await client.fetchOHLCV(SYMBOL, '1m')).length > 0);
  assert.ok(Number((await client.fetchTicker(SYMBOL)).last) > 0);
  const funding = await client.fetchFundingRate(SYMBOL);
  assert.ok(Number(funding.markPrice) > 0 && funding.fundingRate !== undefined);
  assert.ok(Number(funding.fundingTimestamp) > 0);
  const interest = await client.fetchOpenInterest(SYMBOL);
  assert.ok(Number(interest.openInterestAmount) >= 0);
  const ratios = await client.fapiDataGetTopLongShortPositionRatio({
    symbol: 'BTCUSDT',
    period: '5m',
  });
  assert.ok(Number((ratios as never as { longAccount: string }[])[0]?.longAccount) >= 0);
});

test('an order is placed, edited, found, listed and canceled', async () => {
  const params = { clientOrderId: 'ours-1' };
  const placed = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50_000, params);
  assert.equal([placed.status, placed.clientOrderId, placed.filled], ['open', 'ours-1', 0]);
  const id = String(placed.id);
  const edited = await client.editOrder(id, SYMBOL, 'limit', 'buy', 0.02, 50_100);
  assert.equal([edited.id, edited.price, edited.amount], [id, 50_100, 0.02]);
  const found = await client.fetchOrder(id, SYMBOL);
  assert.equal([found.status, found.price], ['open', 50_100]);
  assert.equal(
    (await client.fetchOpenOrders(SYMBOL)).map((order) => order.id),
    [id],
  );
  assert.is((await client.cancelOrder(id, SYMBOL)).status, 'canceled');
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
  assert.is(
    (await client.fetchOrders(SYMBOL)).find((order) => order.id === id)?.status,
    'canceled',
  );
});

test('a position is opened with leverage, shown, and closed with its profit booked', async () => {
  await client.setLeverage(10, SYMBOL);
  const before = await client.fetchBalance();
  const known = new Set((await client.fetchMyTrades(SYMBOL)).map(({ id }) => id));
  await client.createOrder(SYMBOL, 'market', 'sell', 0.05);
  const [position] = await client.fetchPositions([SYMBOL]);
  assert.equal(
    [position?.side, position?.contracts, position?.marginMode],
    ['short', 0.05, 'cross'],
  );
  assert.ok(Number(position?.entryPrice) > 0);
  assert.ok(Number(position?.info.liquidationPrice) > Number(position?.entryPrice));
  await client.createOrder(SYMBOL, 'market', 'buy', 0.05, undefined, { reduceOnly: true });
  assert.equal(await client.fetchPositions([SYMBOL]), []);
  const after = await client.fetchBalance();
  const trades = (await client.fetchMyTrades(SYMBOL)).filter(({ id }) => !known.has(id));
  assert.ok(trades.length >= 2);
  // In whole units of 10^-8, so that nothing is lost in doubles.
  const units = (value: unknown): number => Math.round(Number(value) * 1e8);
  const won = trades.reduce((sum, { info }) => sum + units(info.realizedPnl), 0);
  const fees = trades.reduce((sum, { info }) => sum + units(info.commission), 0);
  const moved = units(after.info.totalWalletBalance) - units(before.info.totalWalletBalance);
  assert.ok(fees > 0 && Number(after['USDT']?.total) > 0);
  assert.is(moved, won - fees);
});

test('funding that was paid is in the history', async () => {
  const { exchange, due } = server.venue;
  await client.createOrder(SYMBOL, 'market', 'buy', 0.01);
  due.measure();
  exchange.payFunding('BTCUSDT');
  const history = await client.fetchFundingHistory(SYMBOL);
  assert.is(history.length, 1);
  assert.is(history[0]?.code, 'USDT');
  await client.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { reduceOnly: true });
});

test('a watched book is never crossed, and trades are watched', async () => {
  const watched = client.watchTrades(SYMBOL);
  for (let updates = 0; updates < 20; updates += 1) {
    const { bids, asks } = await client.watchOrderBook(SYMBOL);
    assert.ok(Number(bids[0]?.[0]) < Number(asks[0]?.[0]));
  }
  const [trade] = await watched;
  assert.ok(Number(trade?.price) > 0 && Number(trade?.amount) > 0);
});

test('orders, positions and balances are watched', async () => {
  let side = 'sell';
  const [[order], [trade], [position]] = await heardOf(
    [
      client.watchOrders(SYMBOL),
      client.watchMyTrades(SYMBOL),
      client.watchPositions([SYMBOL], undefined, undefined, { fetchPositionsSnapshot: false }),
    ],
    async () => {
      side = side === 'sell' ? 'buy' : 'sell';
      await client.createOrder(SYMBOL, 'market', side, 0.01);
    },
  );
  assert.is(order?.symbol, SYMBOL);
  assert.is(trade?.fee?.currency, 'USDT');
  assert.is(position?.symbol, SYMBOL);
});

test('orders can be placed, edited and canceled over the WebSocket API', async () => {
  const placed = await client.createOrderWs(SYMBOL, 'limit', 'sell', 0.01, 80_000);
  assert.is(placed.status, 'open');
  const edited = await client.editOrderWs(String(placed.id), SYMBOL, 'limit', 'sell', 0.01, 81_000);
  assert.is(edited.price, 81_000);
  assert.is((await client.cancelOrderWs(String(placed.id), SYMBOL)).status, 'canceled');
});

test('errors carry the codes of the futures venue, and signatures are checked', async () => {
  const limit = (amount: number, price: number, params = {}) =>
    errorOf(client.createOrder(SYMBOL, 'limit', 'buy', amount, price, params));
  // ccxt knows the classes of most futures codes by the real host alone.
  assert.is(await limit(0.01, 100_000, { postOnly: true }), 'InvalidOrder -5022');
  assert.is(await limit(100, 50_000), 'ExchangeError -2019');
  assert.match(await limit(0.01, 50_000, { reduceOnly: true }), / -2022$/);
  assert.is(await errorOf(client.fetchOrder('123456789', SYMBOL)), 'OrderNotFound -2013');
  assert.is(await errorOf(client.cancelOrder('123456789', SYMBOL)), 'OrderNotFound -2011');
  const forger = await aClient(host, { apiKey: BOB.apiKey, secret: 'wrong' });
  assert.is(await errorOf(forger.fetchBalance()), 'AuthenticationError -1022');
});

test.run();
