/**
 * The venue against a client that we did not write: unmodified ccxt, over real sockets. It is also
 * where the client's known defects are pinned down, so that an upgrade tells us when they go.
 */
import { createPrivateKey } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY_NAME, PKCS8, SEC1 } from '../../support/coinbase/keys.ts';
import { aCoinbaseServer, OTHER_PEM } from '../../support/coinbase/venue.ts';
import { aCcxtClient, type CcxtClients, heardOf } from '../../support/venues/ccxt-clients.ts';

const SYMBOL = 'BTC/USD';

type Client = CcxtClients['coinbase'];
type Running = Awaited<ReturnType<typeof aCoinbaseServer>>;

let running: Running;
let client: Client;

const aClient = (secret = SEC1): Promise<Client> =>
  aCcxtClient('coinbase', running.host, { apiKey: KEY_NAME, secret });

async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => `${thrown.constructor.name}: ${thrown.message}`,
  );
}

const test = suite('ccxt');

test.before(async () => {
  running = await aCoinbaseServer();
  client = await aClient();
  await client.loadMarkets();
});

test.after(async () => {
  await client.close();
  await running.server.stop();
});

test('markets come with their precision, limits and fees', () => {
  const market = client.market(SYMBOL);
  assert.equal([market.id, market.spot, market.active], ['BTC-USD', true, true]);
  assert.equal([market.precision.price, market.precision.amount], [0.01, 1e-8]);
  assert.equal([market.limits.cost?.min, market.maker, market.taker], [1, 0.0001, 0.0005]);
});

test('order book, trades, tickers, candles and the clock are fetched', async () => {
  const book = await client.fetchOrderBook(SYMBOL, 10);
  assert.is(book.bids.length, 10);
  assert.ok(Number(book.bids[0]?.[0]) < Number(book.asks[0]?.[0]));
  await client.createOrder(SYMBOL, 'market', 'sell', 0.001);
  assert.ok((await client.fetchTrades(SYMBOL)).length > 0);
  const ticker = await client.fetchTicker(SYMBOL);
  assert.ok(Number(ticker.bid) > 0 && Number(ticker.ask) > Number(ticker.bid));
  assert.ok((await client.fetchOHLCV(SYMBOL, '1m')).length > 0);
  assert.ok(Number(await client.fetchTime()) > 1.7e12);
});

test('a watched book is never crossed and is one that the venue had', async () => {
  const market = running.exchange.markets.get('BTC-USD');
  assert.ok(market !== undefined);
  const touchOf = () => {
    const [bid] = market.depth('buy', 1);
    const [ask] = market.depth('sell', 1);
    return `${(bid?.ticks ?? 0) / 100} ${(ask?.ticks ?? 0) / 100}`;
  };
  const truths = new Set([touchOf()]);
  running.exchange.listen(() => truths.add(touchOf()));
  for (let updates = 0; updates < 50; updates += 1) {
    const { bids, asks } = await client.watchOrderBook(SYMBOL);
    const [bid, ask] = [Number(bids[0]?.[0]), Number(asks[0]?.[0])];
    assert.ok(bid < ask, 'not crossed');
    assert.ok(truths.has(`${bid} ${ask}`), `${bid} ${ask}`);
  }
});

test('trades and tickers are watched', async () => {
  const watched = client.watchTrades(SYMBOL);
  const ticker = await client.watchTicker(SYMBOL);
  assert.ok(Number(ticker.bid) < Number(ticker.ask) && Number(ticker.last) > 0);
  const [trade] = await watched;
  assert.ok(Number(trade?.price) > 0 && Number(trade?.amount) > 0);
});

test('a limit order is placed, found, edited, listed and canceled', async () => {
  const placed = await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 50_000);
  const id = String(placed.id);
  const found = await client.fetchOrder(id, SYMBOL);
  assert.equal([found.status, found.price, found.amount], ['open', 50_000, 0.01]);
  await client.editOrder(id, SYMBOL, 'limit', 'buy', 0.02, 50_001);
  const edited = await client.fetchOrder(id, SYMBOL);
  assert.equal([edited.status, edited.price, edited.amount], ['open', 50_001, 0.02]);
  const open = await client.fetchOpenOrders(SYMBOL);
  assert.equal(
    open.map((order) => order.id),
    [id],
  );
  await client.cancelOrder(id, SYMBOL);
  assert.equal(await client.fetchOpenOrders(SYMBOL), []);
  const canceled = await client.fetchCanceledOrders(SYMBOL);
  assert.ok(canceled.some((order) => order.id === id));
});

test('market orders fill at once, by quantity and by cost, with fees in dollars', async () => {
  const spent = await client.createMarketBuyOrderWithCost(SYMBOL, 100);
  const bought = await client.fetchOrder(String(spent.id), SYMBOL);
  assert.is(bought.status, 'closed');
  assert.ok(Number(bought.cost) > 99 && Number(bought.cost) <= 100);
  const sold = await client.createOrder(SYMBOL, 'market', 'sell', 0.02);
  const found = await client.fetchOrder(String(sold.id), SYMBOL);
  assert.equal([found.status, found.filled], ['closed', 0.02]);
  const ours = (await client.fetchMyTrades(SYMBOL)).filter(({ order }) => order === sold.id);
  assert.is(Math.round(ours.reduce((sum, { amount }) => sum + Number(amount), 0) * 1e8), 2_000_000);
  assert.equal([ours[0]?.fee?.currency, ours[0]?.takerOrMaker], ['USD', 'taker']);
});

test('orders are watched, and balances follow them', async () => {
  const before = await client.fetchBalance({ v3: true });
  const ids: string[] = [];
  const [orders] = await heardOf([client.watchOrders(SYMBOL)], async () => {
    ids.push(String((await client.createOrder(SYMBOL, 'market', 'sell', 0.001)).id));
  });
  const [order] = orders.slice(-1);
  assert.equal([order?.side, order?.symbol], ['sell', SYMBOL]);
  const after = await client.fetchBalance({ v3: true });
  const sold = Number(before['BTC']?.free) - Number(after['BTC']?.free);
  assert.is(Math.round(sold * 1e8), ids.length * 100_000);
});

test('errors are the ones that ccxt knows', async () => {
  const limit = (amount: number, price: number, params = {}) =>
    errorOf(client.createOrder(SYMBOL, 'limit', 'buy', amount, price, params));
  assert.match(await limit(100, 50_000), /InsufficientFunds/);
  assert.match(await limit(0.01, 70_000, { postOnly: true }), /ExchangeError/);
  assert.match(await errorOf(client.fetchOrder('nobody', SYMBOL)), /OrderNotFound|ExchangeError/);
  assert.match(await errorOf(client.cancelOrder('nobody', SYMBOL)), /BadRequest/);
  const forger = await aClient(OTHER_PEM);
  assert.match(await errorOf(forger.fetchBalance({ v3: true })), /AuthenticationError/);
  await forger.close();
});

test('defect 1: clientOrderId is dropped, and client_order_id reaches the venue', async () => {
  const unified = await client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000, {
    clientOrderId: 'ours-1',
  });
  const raw = await client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000, {
    client_order_id: 'ours-2',
  });
  const known = await client.fetchOrder(String(unified.id), SYMBOL);
  assert.match(String(known.clientOrderId), /^ccxt-/);
  assert.is((await client.fetchOrder(String(raw.id), SYMBOL)).clientOrderId, 'ours-2');
  const again = await client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000, {
    client_order_id: 'ours-2',
  });
  assert.is(again.id, raw.id, 'the venue shows the order that it has');
  await client.cancelOrders([String(unified.id), String(raw.id)], SYMBOL);
});

test('defect 4: a gap of five frames passes in silence', async () => {
  running.facade.faults.planFrames('BTC-USD', 'skip', 5);
  for (let updates = 0; updates < 20; updates += 1) {
    assert.ok((await client.watchOrderBook(SYMBOL)).bids.length > 0);
  }
  assert.is(running.facade.faults.nextFrame('BTC-USD'), null, 'all five were left out');
});

test('defect 6: a key in PKCS8 is refused, and its SEC1 form is not', async () => {
  const modern = await aClient(PKCS8);
  assert.match(await errorOf(modern.fetchBalance({ v3: true })), /[Uu]nsupported key format/);
  await modern.close();
  const older = createPrivateKey(PKCS8).export({ type: 'sec1', format: 'pem' });
  const converted = await aClient(String(older));
  assert.is(await errorOf(converted.fetchBalance({ v3: true })), '');
  await converted.close();
});

test('defect 7: the token of a private subscription is used again', async () => {
  const read = () => (client.options as Record<string, unknown>)['wsToken'];
  const first = client.createWSAuth('user', ['BTC-USD']) as { jwt: string };
  const second = client.createWSAuth('user', ['BTC-USD']) as { jwt: string };
  assert.is(first.jwt, second.jwt);
  assert.is(read(), first.jwt);
});

test.run();
