import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deadManOf, deadManStep } from '../../../../src/control/guard/dead-man.ts';
import { ok } from '../../../../src/core/result.ts';
import { krakenDeadMan } from '../../../../src/venues/kraken/account/dead-man.ts';
import { earnAllocations, earnStrategies } from '../../../../src/venues/kraken/account/earn.ts';
import { marginPositions, tradeBalance } from '../../../../src/venues/kraken/account/margin.ts';
import {
  candlesSince,
  systemStatus,
  tradesSince,
} from '../../../../src/venues/kraken/account/market-history.ts';
import { krakenKeyOf } from '../../../../src/venues/kraken/sign.ts';
import type { HttpOutcome, Query } from '../../../../src/venues/port.ts';
import { STRANGE } from '../../../support/binance/strange.ts';
import { anAccess, errorOf, resultOf } from '../../../support/kraken/access.ts';
import { anAmount } from '../../../support/kraken/amounts.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { ALICE, aKraken } from '../../../support/kraken/venue.ts';

const access = anAccess();
const pair = aPair();

test('ways to earn and what earns are read', () => {
  const strategy = {
    id: 'ESRFUO3-Q62XD-WIOIL7',
    asset: 'DOT',
    lock_type: { type: 'instant' },
    apr_estimate: { low: '8.0000', high: '12.0000' },
    can_allocate: true,
    can_deallocate: true,
  };
  const strategies = earnStrategies(access, 'DOT', 0).decode(resultOf({ items: [strategy] }));
  assert.equal(
    strategies,
    ok([
      {
        id: 'ESRFUO3-Q62XD-WIOIL7',
        asset: 'DOT',
        lock: 'instant',
        canAllocate: true,
        canDeallocate: true,
        returnLow: '8.0000',
        returnHigh: '12.0000',
      },
    ]),
  );
  const allocation = {
    strategy_id: 'ES',
    native_asset: 'XXBT',
    amount_allocated: { total: { native: '0.01', converted: '500' } },
    total_rewarded: { native: '0.0000000199', converted: '0' },
  };
  assert.equal(
    earnAllocations(access, 0).decode(resultOf({ items: [allocation] })),
    ok([{ strategyId: 'ES', asset: 'BTC', allocated: anAmount('0.01'), rewarded: 1n }]),
  );
});

test('a trade balance without positions has no margin level', () => {
  const balance = { eb: '1', tb: '2', m: '0', n: '-1.5', e: '3', mf: '4' };
  const answer = tradeBalance(access, 'ZUSD', 0).decode(resultOf(balance));
  assert.ok(answer.ok);
  assert.equal([answer.value.levelPercent, answer.value.unrealised], [null, anAmount('-1.5')]);
  assert.not.ok(tradeBalance(access, 'ZUSD', 0).decode(resultOf({ ...balance, ml: 'x' })).ok);
});

test('a page of trades leads to the next, and to nothing beyond the last', () => {
  const trade = ['60000.0', '0.00000001', 1_767_225_600.5, 's', 'm', '', 7];
  const page = tradesSince(access, pair, '1767225600000000000');
  assert.match(page.request.url, '/0/public/Trades?pair=XBTUSD&since=1767225600000000000');
  assert.equal(
    page.decode(resultOf({ XXBTZUSD: [trade], last: '1767225600500000000' })),
    ok({
      entries: [
        { tradeId: 7, ticks: 600_000, lots: 1, side: 'sell', venueMs: 1_767_225_600_500 },
      ] as never,
      since: '1767225600500000000',
    }),
  );
  for (const wrong of [
    ['60000.05', '1', 1, 's', 'm', '', 7],
    ['60000.0', '-1', 1, 's', 'm', '', 7],
    ['60000.0', '1', '1', 's', 'm', '', 7],
    [],
  ]) {
    assert.not.ok(page.decode(resultOf({ XXBTZUSD: [wrong], last: '1' })).ok);
  }
  assert.not.ok(page.decode(resultOf({ last: '1' })).ok);
  const candles = candlesSince(access, pair, 5, 10);
  assert.match(candles.request.url, 'interval=5&since=10');
  assert.not.ok(candles.decode(resultOf({ X: [['1', '1', '1', '1', '1', '1', '1', 1]] })).ok);
});

test('strange replies are faults of every question, and never throw', () => {
  const questions: Query<unknown>[] = [
    earnStrategies(access, 'DOT', 0),
    earnAllocations(access, 0),
    marginPositions(access, 0),
    tradeBalance(access, '', 0),
    tradesSince(access, pair, '0'),
    candlesSince(access, pair, 1, 0),
    systemStatus(access),
  ];
  for (const question of questions) {
    for (const strange of STRANGE) {
      for (const outcome of [
        resultOf(strange),
        resultOf({ items: [strange], x: strange, last: strange }),
        resultOf({ items: strange, x: [strange] }),
        errorOf(strange as string),
      ]) {
        question.decode(outcome);
      }
    }
  }
});

/** A dead-man switch on a Kraken in this process, each question answered at once. */
function aSwitch() {
  const { time, venue } = aKraken();
  const own = anAccess({ key: krakenKeyOf(ALICE.apiKey, ALICE.secret) });
  const world = { isReachable: true };
  const ask = async <T>(query: Query<T>) => {
    const { url, headers, body = '', method } = query.request;
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    let outcome: HttpOutcome = errorOf('EService:Unavailable');
    const path = new URL(url).pathname;
    const sent = { method, path, query: '', headers: Object.fromEntries(lower), body };
    if (world.isReachable) {
      venue.handleHttp({ ...sent, address: '' }, (reply) => {
        if (reply !== null) outcome = ok(reply);
      });
    }
    return query.decode(outcome);
  };
  const held = krakenDeadMan({ access: own, ask, nowMs: () => time.clock.now() });
  return { time, venue, held, world };
}

test("the venue's dead-man switch cancels what rests when nobody asks it to wait", async () => {
  const { time, venue, held, world } = aSwitch();
  const order = {
    ...{ symbol: 'BTC/USD', clientId: 'a', side: 'buy', type: 'limit', timeInForce: 'gtc' },
    ...{ ticks: 500_000, lots: 1_000_000, quote: 0n, selfTradePrevention: 'none' },
  } as const;
  assert.ok(venue.exchange.place('alice', order as never).ok);
  const open = () => venue.exchange.account('alice')?.open.size;
  assert.ok(await held.arm());
  time.runUntil(time.clock.now() + 50_000);
  assert.is(open(), 1);
  assert.ok(await held.arm());
  time.runUntil(time.clock.now() + 50_000);
  assert.is(open(), 1, 'a refresh puts it off');
  world.isReachable = false;
  assert.not.ok(await held.arm());
  time.runUntil(time.clock.now() + 10_001);
  assert.is(open(), 0);
});

test('a disarmed switch does not go off, and one that cannot be reached says so', async () => {
  const { time, venue, held, world } = aSwitch();
  assert.ok(await held.arm());
  assert.ok(await held.disarm());
  const before = venue.exchange.account('alice')?.open.size;
  time.runUntil(time.clock.now() + 120_000);
  assert.is(venue.exchange.account('alice')?.open.size, before);
  world.isReachable = false;
  assert.not.ok(await held.disarm());
});

test('the times of the switch are ones that the guard holds it by (C30)', () => {
  const { held } = aSwitch();
  const { timeoutMs, everyMs } = held.times;
  assert.ok(everyMs * 4 <= timeoutMs);
  const { state, effects } = deadManStep(deadManOf(held.times), { kind: 'wanted', nowMs: 0 });
  assert.equal(effects.at(-1), { kind: 'arm', request: 1 });
  const answered = { kind: 'answered', nowMs: 10, request: 1, isTaken: true } as const;
  assert.ok(deadManStep(state, answered).state.isTrusted);
});

test.run();
