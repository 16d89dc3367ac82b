/** The last thing that a desk does whose tree is broken: it takes back what it can over REST. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { abandonDesk } from '../../../src/desk/run/abandon.ts';
import type { RunningDesk } from '../../../src/desk/running-desk.ts';
import type { VenueOrder } from '../../../src/execution/report.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { futuresQueries } from '../../../src/venues/binance/futures/queries.ts';
import { apiKeyOf } from '../../../src/venues/binance/sign.ts';
import type { Query, VenueQueries } from '../../../src/venues/port.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aFuturesVenue } from '../../support/futures/venues.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { ALICE } from '../../support/venue/client.ts';

const instrument = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });

/** A desk of which nothing works any more but its way to one venue. */
function aBrokenDesk(queries: VenueQueries, outside: object) {
  const { log, lines } = aLog();
  const tripped: string[] = [];
  const venues = [{ name: 'usdm', queries }];
  const desk = {
    parts: { env: outside, venues, instruments: [instrument], log },
    trip: (by: string, reason: string) => void tripped.push(`${by}: ${reason}`),
  };
  return { desk: desk as unknown as RunningDesk, lines, tripped };
}

test('what rests and what waits is taken back, and the latch is tripped first', async () => {
  const { time, venue, ask, exchange } = aFuturesVenue();
  const { clock, timers } = time;
  const latency = { fixedMs: 1, jitterMs: 0 };
  const venues = new Map([['usdm', venue]]);
  const net = loopbackNet({ venues, clock, timers, latency, random: rngOf(7) });
  const market = { symbol: 'BTCUSDT', quantity: '0.1' };
  const rests = { ...market, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '50000' };
  const waits = { ...market, side: 'SELL', type: 'STOP_MARKET', triggerPrice: '40000' };
  ask('POST', '/fapi/v1/order', rests, ALICE);
  ask('POST', '/fapi/v1/algoOrder', { ...waits, algoType: 'CONDITIONAL' }, ALICE);
  const open = (): number => exchange.account('alice')?.open.size ?? 0;
  assert.is(open(), 2);
  const key = apiKeyOf(ALICE.apiKey, ALICE.secret);
  const access = { url: 'http://usdm', key, receiveWindowMs: 5_000, timeoutMs: 1_000 };
  const queries = futuresQueries(access, [instrument]);
  const { desk, tripped } = aBrokenDesk(queries, { net, clock });
  let isOver = false;
  void abandonDesk(desk, 'a test').then(() => {
    isOver = true;
  });
  assert.equal(tripped, ['desk: a test']);
  for (let step = 0; step < 20 && !isOver; step += 1) {
    time.runUntil(clock.now() + 5);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  assert.equal([isOver, open()], [true, 0]);
});

test('where orders go by their ids, every page of what is open is cancelled', async () => {
  const asked: string[] = [];
  const pages = [['a'], ['a', 'b']];
  const page = (at: number): Query<readonly VenueOrder[]> => ({
    request: { method: 'GET', url: `page ${at}`, headers: {}, timeoutMs: 1 },
    decode: () =>
      ok((pages[at] ?? []).map((clientId) => ({ clientId, symbol: 'BTCUSDT' }) as VenueOrder)),
    followUp: () => (at + 1 < pages.length ? page(at + 1) : null),
  });
  const queries: Partial<VenueQueries> = {
    cancelAll: () => null,
    openOrders: () => page(0),
    cancelAllNow: (_, __, open) => ({
      request: { method: 'POST', url: 'cancel', headers: {}, timeoutMs: 1 },
      decode: () => ok(open.length),
    }),
  };
  const net = {
    http(request: { url: string }, done: (outcome: unknown) => void) {
      asked.push(request.url);
      done(ok({ status: 200, headers: {}, body: '' }));
    },
  };
  const { desk, lines } = aBrokenDesk(queries as VenueQueries, { net, clock: { now: () => 0 } });
  await abandonDesk(desk, 'a test');
  assert.equal(asked, ['page 0', 'page 1', 'cancel']);
  assert.ok(
    lines.some((line) => line.includes('"value":2')),
    lines.join('\n'),
  );
});

test.run();
