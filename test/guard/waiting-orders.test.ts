/** What the guard does at a venue that keeps orders with triggers apart, on the venue's server. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WardVenue } from '../../src/control/guard/wire.ts';
import type { Env } from '../../src/core/env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { doorOf } from '../../src/guard/cancel-doors.ts';
import { Canceller } from '../../src/guard/canceller.ts';
import { loopbackNet } from '../../src/simulation/server/loopback-net.ts';
import { aLog } from '../support/actors/logs.ts';
import { aFuturesVenue } from '../support/futures/venues.ts';
import { ALICE, CANCELER } from '../support/venue/client.ts';
import { must } from '../support/venue/fixtures.ts';

const WARD: WardVenue = {
  name: 'usdm',
  kind: 'binance-usdm',
  restUrl: 'http://usdm',
  symbols: ['BTCUSDT'],
  receiveWindowMs: 5_000,
  timeoutMs: 1_000,
  keyFile: 'guard-key.json',
  isCancelOnly: true,
  hasDeadMan: true,
};
const REST = { type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1', price: '50000', side: 'BUY' };
const STOP = {
  ...{ algoType: 'CONDITIONAL', type: 'STOP_MARKET', side: 'SELL', quantity: '0.1' },
  triggerPrice: '40000',
};

function aGuarded() {
  const opened = aFuturesVenue();
  const { time, venue, ask } = opened;
  const { clock, timers } = time;
  const latency = { fixedMs: 1, jitterMs: 0 };
  const net = loopbackNet({
    ...{ venues: new Map([['usdm', venue]]), clock, timers, latency },
    random: rngOf(7),
  });
  const { log } = aLog();
  const env = { net, clock, timers } as unknown as Env;
  const guard = new Canceller(env, WARD, must(doorOf(WARD, CANCELER)), log);
  const place = (path: string, params: Record<string, string>) =>
    assert.is(ask('POST', `/fapi/v1/${path}`, params, ALICE).status, 200);
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
    const cheap = symbol === 'ETHUSDT' ? { quantity: '1' } : {};
    place('order', { ...REST, symbol, ...cheap, ...(symbol === 'ETHUSDT' && { price: '2500' }) });
    place('algoOrder', {
      ...{ ...STOP, symbol, ...cheap },
      ...(symbol === 'ETHUSDT' && { triggerPrice: '2000' }),
    });
  }
  const open = (): number => opened.exchange.account('alice')?.open.size ?? 0;
  assert.is(open(), 4);
  const sweep = async (): Promise<number | null> => {
    let found: number | null | undefined;
    void guard.sweep().then((outcome) => {
      found = outcome;
    });
    for (let step = 0; step < 20 && found === undefined; step += 1) {
      time.runUntil(clock.now() + 5);
      await Promise.resolve();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    assert.ok(found !== undefined, 'the sweep has an end');
    return found as number | null;
  };
  return { ...opened, open, sweep };
}

test('a sweep takes what rests and what waits, and finds both in other markets', async () => {
  const { sweep, open } = aGuarded();
  assert.is(await sweep(), 2, 'what is open in a market that nobody named');
  assert.is(open(), 2);
  assert.is(await sweep(), 0);
  assert.is(open(), 0);
});

test('one of both requests that fails shields nothing of the other', async () => {
  const { sweep, exchange, venue } = aGuarded();
  const lost = { kind: 'lost', isExecuted: false } as const;
  const inBitcoin = () =>
    [...(exchange.account('alice')?.open.values() ?? [])].filter((each) => {
      return each.symbol === 'BTCUSDT';
    });
  venue.facade.faults.planRequests('allOpenOrders', lost, 1);
  assert.is(await sweep(), null, 'it is not known to be empty');
  assert.equal(
    inBitcoin().map(({ type }) => type),
    ['limit'],
  );
  const other = aGuarded();
  other.venue.facade.faults.planRequests('algoOpenOrders', lost, 1);
  assert.is(await other.sweep(), null);
});

test('a list that is half told is no list', async () => {
  const { sweep, venue } = aGuarded();
  const lost = { kind: 'lost', isExecuted: false } as const;
  venue.facade.faults.planRequests('openOrders', lost, 1);
  assert.is(await sweep(), null);
});

test.run();
