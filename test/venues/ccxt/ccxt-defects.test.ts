/**
 * What is known to be wrong with ccxt 4.5.84 on Binance, so that an upgrade tells us when it is not
 * any more, and what we do about each. The numbers are those of the exchanges page.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type ccxt from 'ccxt';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../../src/simulation/binance/limits.ts';
import type { VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { root } from '../../support/shared.ts';
import { ALICE } from '../../support/venue/client.ts';
import { aVenueServer } from '../../support/venue/server.ts';

const SYMBOL = 'BTC/USDT';
type Client = InstanceType<typeof ccxt.pro.binance>;
const path = new URL('./src/pro/binance.js', import.meta.resolve('ccxt')).href;
const Binance = (await import(path)).default as typeof ccxt.pro.binance;

let server: VenueServer;
let host: string;
const clients: Client[] = [];

async function aClient(at = host, over: object = {}): Promise<Client> {
  const made = new Binance({
    apiKey: ALICE.apiKey,
    secret: ALICE.secret,
    enableRateLimit: false,
    ...over,
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
      ws: { options: { perMessageDeflate: false } },
    },
  });
  const api = made.urls?.['api'] as Record<string, unknown>;
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === 'string') api[name] = url.replace(/^https?:\/\/[^/]+/, `http://${at}`);
  }
  api['ws'] = { ...(api['ws'] as object), spot: `ws://${at}/stream/ws` };
  await made.loadHttpProxyAgent();
  await made.loadMarkets();
  clients.push(made);
  return made;
}

async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    (thrown: Error) => thrown.constructor.name,
  );
}

/** Watches until it fails. @returns the name of the error */
async function watchedUntilError(client: Client, params = {}): Promise<string> {
  for (let updates = 0; updates < 1_000; updates += 1) {
    const error = await errorOf(client.watchOrderBook(SYMBOL, undefined, params));
    if (error !== '') return error;
  }
  return '';
}

/** Lets the venue tell so many changes of its book. */
function changes(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    server.venue.exchange.listen((events) => {
      left -= events.filter(({ kind }) => kind === 'level-changed').length;
      if (left <= 0) resolve();
    });
  });
}

/**
 * Waits until ccxt has handled so many frames of its book since one that does not join the one
 * before it. @returns what its book stood at when the first of them came, and where the last ends
 */
function framesAfterGap(client: Client, count: number): Promise<{ nonce: number; last: number }> {
  const handle = client.handleOrderBook.bind(client);
  let [joined, nonce, after] = [Number.NaN, Number.NaN, 0];
  return new Promise((resolve) => {
    client.handleOrderBook = (socket, frame: { readonly U: number; readonly u: number }) => {
      const isGap = after === 0 && frame.U > joined + 1;
      if (isGap) nonce = Number(client.orderbooks[SYMBOL]?.nonce);
      handle(socket, frame);
      joined = frame.u;
      if (isGap || after > 0) after += 1;
      if (after === count) resolve({ nonce, last: frame.u });
    };
  });
}

/**
 * Loses a frame that the client lacks then. After the snapshot alone it might be one of before it,
 * which nobody misses; after an update it is one of after that.
 */
async function skipAfterAnUpdate(client: Client): Promise<void> {
  await client.watchOrderBook(SYMBOL);
  await client.watchOrderBook(SYMBOL);
  server.venue.facade.faults.planFrames('BTCUSDT', 'skip', 1);
}

const test = suite('ccxt defects');

test.before(async () => {
  ({ server, host } = await aVenueServer());
});

test.after(async () => {
  for (const client of clients) await client.close();
  await server.stop();
});

test('5: a gap is an error of the watcher, and the next watch fetches a new book', async () => {
  const client = await aClient();
  await skipAfterAnUpdate(client);
  assert.is(await watchedUntilError(client), 'ChecksumError');
  const { bids, asks } = await client.watchOrderBook(SYMBOL);
  assert.ok(Number(bids[0]?.[0]) < Number(asks[0]?.[0]));
});

test('5: with the checksum off a book with a gap is frozen for ever', async () => {
  const client = await aClient();
  client.options['watchOrderBook'] = { checksum: false };
  const gap = framesAfterGap(client, 5);
  await skipAfterAnUpdate(client);
  const { nonce, last } = await gap;
  assert.is(client.orderbooks[SYMBOL]?.nonce, nonce, 'the market moves, and this book does not');
  assert.ok(last > nonce);
});

test('8: closing rejects every watch of a socket, also those that nobody waits for', async () => {
  const client = await aClient();
  // A stream of another kind under the name of trades, so that this watch stays pending.
  const pending = errorOf(client.watchTrades(SYMBOL, undefined, 1, { name: 'bookTicker' }));
  await client.watchOrderBook(SYMBOL);
  await client.close();
  // With nobody waiting, this would be an unhandled rejection, which ends a process.
  assert.is(await pending, 'ExchangeClosedByUser');
});

test('9: a connection that the venue ends is not made again before somebody watches', async () => {
  const client = await aClient();
  await client.watchOrderBook(SYMBOL);
  const before = server.venue.facade.connections;
  const ended = watchedUntilError(client);
  server.venue.facade.dropAll();
  assert.is(await ended, 'NetworkError');
  await changes(50);
  assert.ok(server.venue.facade.connections < before, 'nobody has come back');
  const { bids } = await client.watchOrderBook(SYMBOL);
  assert.ok(bids.length > 0);
});

test('10: an order is never repeated by itself, and a duplicate is told by its text', async () => {
  const client = await aClient();
  const lost = { kind: 'lost', isExecuted: true } as const;
  server.venue.facade.faults.planRequests('order.place', lost, 1);
  const order = () =>
    client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000, { clientOrderId: 'once' });
  assert.is(await errorOf(order()), 'NetworkError');
  const open = await client.fetchOpenOrders(SYMBOL);
  assert.is(open.filter(({ clientOrderId }) => clientOrderId === 'once').length, 1);
  const refused = await order().catch((thrown: Error) => thrown);
  assert.ok(refused instanceof Error);
  assert.is(refused.constructor.name, 'InvalidOrder');
  assert.match(refused.message, /Duplicate order sent/);
});

test('11: a watched book is the live object, which goes on changing', async () => {
  const client = await aClient();
  const first = await client.watchOrderBook(SYMBOL);
  const nonce = first.nonce;
  const second = await client.watchOrderBook(SYMBOL);
  assert.is(first.bids, second.bids);
  assert.ok(Number(first.nonce) > Number(nonce), 'what was handed out has changed since');
});

test('12: a price off the grid is rounded without a word', async () => {
  const client = await aClient();
  const order = await client.createOrder(SYMBOL, 'limit', 'buy', 0.001, 50_000.005);
  assert.is(order.price, 50_000.01);
});

test('13: the limiter does not read what the venue says is used up', async () => {
  const strict = await aVenueServer({ limits: { ...DEFAULT_LIMITS, weightPerMinute: 45 } });
  const client = await aClient(strict.host, { enableRateLimit: true });
  await client.fetchTime();
  const headers = client.last_response_headers as Record<string, string>;
  // Its minute may have begun anew since the markets were loaded.
  const used = headers['X-Mbx-Used-Weight-1m'];
  assert.ok(Number(used) >= 1, `${used}`);
  // The venue has just said that there is no room for this, and it is asked all the same.
  assert.is(await errorOf(client.fetchOrderBook(SYMBOL, 1_000)), 'DDoSProtection');
  await client.close();
  await strict.server.stop();
});

const KRAKEN_TEST = 'test/simulation/ccxt-kraken.test.ts';
const COINBASE_TEST = 'test/simulation/coinbase/ccxt-coinbase.test.ts';
const HERE = 'test/venues/ccxt/ccxt-defects.test.ts';
/** Every defect of the exchanges page: where it is seen to be there still, and what we do. */
const DEFECTS: readonly [number: number, file: string, says: string, workAround: string][] = [
  [1, COINBASE_TEST, 'defect 1: clientOrderId', 'client_order_id is passed; orders are ours'],
  [2, KRAKEN_TEST, '(defect 2)', 'answers.ts reads info.cl_ord_id'],
  [3, KRAKEN_TEST, '(defect 3)', 'our own book, with its checksum'],
  [4, COINBASE_TEST, 'defect 4: a gap', 'our own stream, with its sequence'],
  [5, HERE, "'5: with the checksum off", 'our own books; the checksum is never set off'],
  [6, COINBASE_TEST, 'defect 6: a key in PKCS8', 'exchange-class.ts writes it as SEC1'],
  [7, COINBASE_TEST, 'defect 7: the token', 'our own signer'],
  [8, HERE, "'8: closing rejects", 'a thread of its own, whose end is an answer'],
  [9, HERE, "'9: a connection", 'nothing is watched through it'],
  [10, HERE, "'10: an order", 'orders are ours; unknown is never resent'],
  [11, HERE, "'11: a watched book", 'only plain facts leave answers.ts'],
  [12, HERE, "'12: a price", 'whole ticks and lots, by our own adapters'],
  [13, HERE, "'13: the limiter", 'it is off; one budget, and the quiet time of the venue'],
];

test('each of the thirteen known defects has a test, and something that is done about it', () => {
  assert.equal(
    DEFECTS.map(([number]) => number),
    Array.from({ length: 13 }, (_, at) => at + 1),
  );
  for (const [number, file, says, workAround] of DEFECTS) {
    const text = readFileSync(join(root, file), 'utf8').split('\n');
    const isTested = text.some((line) => line.startsWith('test(') && line.includes(says));
    assert.ok(isTested && workAround !== '', `${number} in ${file}`);
  }
});

test.run();
