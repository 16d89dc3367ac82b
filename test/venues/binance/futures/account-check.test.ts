/** Accounts that may trade futures, and those that people have to set first. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../../src/core/result.ts';
import { rngOf } from '../../../../src/core/rng.ts';
import { checkAccounts } from '../../../../src/desk/venue/check-accounts.ts';
import { loopbackNet } from '../../../../src/simulation/server/loopback-net.ts';
import { checkFuturesAccount } from '../../../../src/venues/binance/futures/account-check.ts';
import type { Ask } from '../../../../src/venues/port.ts';
import { newQuiet } from '../../../../src/venues/session/quiet-time.ts';
import { aKey } from '../../../support/binance/api-keys.ts';
import { twoVenues } from '../../../support/desk/two-venues.ts';
import { aFuturesVenue } from '../../../support/futures/venues.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';
import { ALICE } from '../../../support/venue/client.ts';

const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };
const SETTING = { symbol: 'BTCUSDT', marginType: 'CROSSED', leverage: 3 };

/** A venue whose account is set as told; null is silence. */
async function checked(
  over: { dual?: unknown; multi?: unknown; settings?: unknown; time?: unknown } = {},
) {
  const { dual = false, multi = false, settings = [SETTING], time = 7 } = over;
  const bodies: Record<string, unknown> = {
    '/fapi/v1/time': { serverTime: time },
    '/fapi/v1/positionSide/dual': { dualSidePosition: dual },
    '/fapi/v1/multiAssetsMargin': { multiAssetsMargin: multi },
    '/fapi/v1/symbolConfig': settings,
  };
  const ask: Ask = async (query) => {
    const { pathname } = new URL(query.request.url);
    const body = JSON.stringify(bodies[pathname]);
    const answer = query.decode(ok({ status: 200, headers: {}, body }));
    return answer.ok ? answer : err(answer.error.detail);
  };
  const answer = await checkFuturesAccount(access, ['BTCUSDT'], ask);
  return answer.ok ? 'may trade' : answer.error;
}

test('an account of one-way positions on cross margin and little leverage may trade', async () => {
  assert.is(await checked(), 'may trade');
  const other = { symbol: 'ETHUSDT', marginType: 'ISOLATED', leverage: 125 };
  assert.is(await checked({ settings: [other, SETTING] }), 'may trade', 'nobody trades there');
});

test('every other account is refused with what was found and how to mend it', async () => {
  assert.match(await checked({ dual: true }), /found hedge mode.*dualSidePosition=false/);
  assert.match(await checked({ multi: true }), /found multi-assets.*multiAssetsMargin=false/);
  const isolated = [{ ...SETTING, marginType: 'ISOLATED' }];
  assert.match(await checked({ settings: isolated }), /BTCUSDT: found isolated.*CROSSED/);
  const high = await checked({ settings: [{ ...SETTING, leverage: 4 }] });
  assert.match(high, /BTCUSDT: found leverage 4, wanted at most 3: .*leverage=3/);
  assert.match(await checked({ settings: [] }), /BTCUSDT: the account has no settings/);
});

test('an account that cannot be seen is not taken for one that may trade', async () => {
  assert.match(await checked({ time: 'soon' }), /serverTime/);
  assert.match(await checked({ dual: 'no' }), /dualSidePosition/);
  assert.match(await checked({ multi: null }), /multiAssetsMargin/);
  assert.match(await checked({ settings: [{ ...SETTING, leverage: 'x' }] }), /leverage/);
});

test('a desk asks the venue itself, and does not begin with an account as it comes', async () => {
  const { venue, time, exchange } = aFuturesVenue();
  const net = loopbackNet({
    venues: new Map([['usdm', venue]]),
    ...{ clock: time.clock, timers: time.timers, random: rngOf(7) },
    latency: { fixedMs: 1, jitterMs: 0 },
  });
  const config = twoVenues(({ venues }) => {
    const [first, second] = venues as [unknown, { kind: string }];
    second.kind = 'binance-usdm';
    venues.splice(0, 2, second as never, first as never);
  });
  const at = {
    restUrl: 'http://usdm',
    streamUrl: '',
    sessionUrl: '',
    account: { apiKey: ALICE.apiKey, secret: ALICE.secret },
  };
  const names = ['binance-b', 'binance'];
  const asked = async () => {
    const outcome = checkAccounts(
      { net, timers: time.timers },
      config,
      new Map(names.map((name) => [name, at])),
      {
        venues: names.map((name, index) => ({ name, index, quiet: newQuiet(time.clock) })) as never,
        instruments: [anInstrument({ venue: 'binance-b' })],
      },
    );
    for (let turn = 0; turn < 20; turn += 1) {
      time.runUntil(time.clock.now() + 5);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    const answer = await outcome;
    return answer.ok ? 'may trade' : answer.error;
  };
  assert.match(await asked(), /^binance-b: BTCUSDT: found leverage 20, wanted at most 3/);
  exchange.setLeverage('alice', 'BTCUSDT', 3);
  assert.is(await asked(), 'may trade');
});

test.run();
