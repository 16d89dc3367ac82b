/** ccxt in its thread against venues of ours, over real sockets; and how it is imported. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { FuturesVenue } from '../../../src/simulation/server/futures-venue.ts';
import type { VenueServer } from '../../../src/simulation/server/venue-server.ts';
import { CcxtDesk } from '../../../src/venues/ccxt/ccxt-desk.ts';
import {
  EXCHANGE_IDS,
  type ExchangeAccess,
  openCcxt,
} from '../../../src/venues/ccxt/exchange-class.ts';
import type { AnswerTo, ReferenceQuestion } from '../../../src/venues/ccxt/reference-data.ts';
import { ccxtThread, type Thread } from '../../../src/venues/ccxt/thread.ts';
import { aFuturesServer } from '../../support/futures/venues.ts';
import { ALICE } from '../../support/venue/client.ts';

const test = suite('ccxt in a thread');
const SYMBOL = 'BTC/USDT:USDT';

let server: VenueServer<FuturesVenue>;
let desk: CcxtDesk;
let thread: Thread | null = null;
const crashes: string[] = [];

test.before(async () => {
  const opened = await aFuturesServer();
  server = opened.server;
  const access: ExchangeAccess = {
    ...{ exchange: 'binanceusdm', host: opened.host, timeoutMs: 10_000 },
    ...{ apiKey: ALICE.apiKey, secret: ALICE.secret },
  };
  const spawn = ccxtThread(access);
  desk = new CcxtDesk({
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(1),
    timeoutMs: 30_000,
    rate: { ratePerSecond: 1_000, burst: 1_000 },
    spawn: (handlers) => {
      thread = spawn(handlers);
      return thread;
    },
    crashed: (detail) => crashes.push(detail),
  });
});

test.after(async () => {
  desk.close();
  await server.stop();
});

async function ask<Q extends ReferenceQuestion>(question: Q): Promise<AnswerTo<Q>> {
  const answer = await desk.ask(question);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

test('metadata comes as decimal texts', async () => {
  const markets = await ask({ kind: 'markets' });
  const market = markets.find(({ symbol }) => symbol === SYMBOL);
  assert.equal([market?.id, market?.isActive, market?.isContract], ['BTCUSDT', true, true]);
  assert.equal([Number(market?.tick), Number(market?.lot)], [0.1, 0.001]);
  assert.is(Number(market?.notionalMin), 5);
  assert.type(market?.tick, 'string');
});

test('history, funding, open interest, orders and balances are asked for', async () => {
  const history = { symbol: SYMBOL, sinceMs: 0, limit: 10 };
  const trades = await ask({
    kind: 'trades',
    symbol: SYMBOL,
    sinceMs: nodeClock.now() - 60_000,
    limit: 10,
  });
  assert.ok(trades.every(({ price, side }) => Number(price) > 0 && /buy|sell/.test(side)));
  assert.equal(await ask({ kind: 'funding', ...history }), []);
  assert.ok(Number((await ask({ kind: 'open-interest', symbol: SYMBOL })).quantity) >= 0);
  const ticks = server.venue.exchange.market('BTCUSDT')?.best('buy')?.ticks ?? 0;
  const order = {
    ...{ symbol: 'BTCUSDT', clientId: 'ours-1', side: 'buy', type: 'limit', timeInForce: 'gtc' },
    ...{ ticks: ticks - 10_000, lots: 10, quote: 0n, selfTradePrevention: 'expire-maker' },
  };
  assert.ok(server.venue.exchange.place('alice', order as never).ok);
  const [open] = await ask({ kind: 'open-orders', symbol: SYMBOL });
  assert.equal([open?.clientId, open?.side, Number(open?.quantity)], ['ours-1', 'buy', 0.01]);
  assert.equal(await ask({ kind: 'balances' }), {
    USDT: (await ask({ kind: 'balances' }))['USDT'],
  });
});

test('what the venue refuses is an answer, and a thread that dies is replaced', async () => {
  const refused = await desk.ask({ kind: 'open-interest', symbol: 'NOPE/USDT:USDT' });
  assert.ok(!refused.ok && refused.error.kind === 'refused' && refused.error.name === 'BadSymbol');
  const out = desk.ask({ kind: 'balances' });
  thread?.stop();
  const lost = await out;
  assert.ok(!lost.ok && lost.error.kind === 'crashed');
  assert.is(crashes.length, 1);
  assert.ok(Number((await ask({ kind: 'balances' }))['USDT']) > 0);
});

for (const id of EXCHANGE_IDS) {
  test(`the class ${id} is where we import it from, and can be made`, async () => {
    const opened = await openCcxt({ exchange: id, timeoutMs: 1_000 });
    assert.ok(opened.ok, opened.ok ? '' : opened.error);
    assert.is(opened.value.id, id);
    assert.is(opened.value.enableRateLimit, false);
  });
}

test('a class that is not there is told in words', async () => {
  const opened = await openCcxt({ exchange: 'nowhere' as never, timeoutMs: 1_000 });
  assert.ok(!opened.ok && opened.error.startsWith('ccxt nowhere: '));
});

test('the version that all of this was seen with is the one that is installed', () => {
  const path = new URL(
    './package.json',
    `${import.meta.resolve('ccxt').replace(/js\/ccxt\.js$/, '')}`,
  );
  assert.is(JSON.parse(readFileSync(path, 'utf8')).version, '4.5.84');
  assert.throws(
    () => createRequire(import.meta.url).resolve('ccxt/js/src/pro/binance.js'),
    /exports/,
  );
});

test.run();
