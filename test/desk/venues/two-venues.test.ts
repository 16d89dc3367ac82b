import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountText } from '../../../src/core/instrument.ts';
import type { Amount, Lots, Ticks } from '../../../src/core/units.ts';
import type { FloorVenue } from '../../../src/desk/venue/floor.ts';
import type { Account } from '../../../src/simulation/exchange/clearing.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { atTwoVenues, twoVenues } from '../../support/desk/two-venues.ts';

const NAMES = ['binance', 'binance-b'] as const;

const held = (account: Account, asset: string): string => {
  const { free = 0n, locked = 0n } = account.balances.get(asset) ?? {};
  return amountText((free + locked) as Amount);
};

test('one desk trades at two venues at once, and its books agree with both', async () => {
  const outcome = await atTwoVenues(async ({ desk, account, sleep, until }) => {
    for (const name of NAMES) {
      await until(`${name} has traded`, () => account(name).trades.size > 0, 240_000);
    }
    await sleep(1_000);
    const orders = desk.orders();
    assert.ok(orders.length > 0);
    const resting = NAMES.map((name) => account(name).open.size);
    assert.is(
      orders.length,
      (resting[0] as number) + (resting[1] as number),
      'all venues are shown',
    );
    const { store } = desk.parts.journal;
    await desk.parts.journal.settled();
    for (const name of NAMES) {
      const booked = store.balances(name);
      for (const asset of ['BTC', 'USDT']) {
        const ours = amountText(booked.get(asset) as Amount);
        assert.is(ours, held(account(name), asset), `${asset} at ${name}`);
      }
    }
    const rows = await desk.positions();
    assert.is(rows.length, 2, 'one market at each');
  });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('a stop leaves nothing resting at either venue', async () => {
  const accounts: Account[] = [];
  const outcome = await atTwoVenues(async ({ account, until }) => {
    for (const name of NAMES) {
      accounts.push(account(name));
      await until(`${name} has orders`, () => account(name).open.size > 0);
    }
  });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.equal(
    accounts.map(({ open }) => open.size),
    [0, 0],
  );
});

test('an emergency cancels at every venue, and category 1 flattens at every venue', async () => {
  const config = twoVenues((each) => {
    each.control.stopCategory = 1;
    each.control.flattenSeconds = 20;
  });
  await atTwoVenues(async ({ desk, account, until }) => {
    for (const name of NAMES) {
      await until(`${name} trades`, () => account(name).trades.size > 0, 240_000);
      await until(`${name} has orders`, () => account(name).open.size > 0);
    }
    await desk.emergency('ann', 'a test');
    await until('nothing rests', () => NAMES.every((name) => account(name).open.size === 0), 5_000);
    const isFlat = async () => (await desk.positions()).every(({ entry }) => entry === null);
    let flat = false;
    for (let look = 0; look < 200 && !flat; look += 1) {
      flat = await isFlat();
      await until('a moment', () => true);
      await new Promise<void>((resolve) => void desk.parts.env.timers.after(100, resolve));
    }
    assert.ok(flat, 'both positions are closed');
    assert.is(desk.mode().mode, 'emergency');
  }, config);
});

test('a venue that is cut off is paused until it agrees, while the other goes on', async () => {
  await atTwoVenues(async ({ desk, floor, account, until }) => {
    const { gate } = desk.parts;
    for (const name of NAMES) await until(`${name} quotes`, () => account(name).open.size > 0);
    floor.get('binance-b')?.facade.dropAll();
    await until('it is missed', () => gate.venuePauses(1).includes('disconnected'), 2_000);
    await until('it is told', () => desk.mode().faults.includes('venue-away:binance-b'), 1_000);
    assert.not.ok(gate.isClosed, 'the desk goes on');
    assert.equal(gate.venuePauses(0), [], 'and so does the other');
    await until('it is back', () => gate.venuePauses(1).length === 0, 30_000);
    assert.not.ok(gate.isClosed);
    for (const name of NAMES) await until(`${name} quotes`, () => account(name).open.size > 0);
  });
});

test('what one venue is paused for takes back what rests there, and no more', async () => {
  await atTwoVenues(async ({ desk, account, until, sleep }) => {
    for (const name of NAMES) await until(`${name} quotes`, () => account(name).open.size > 0);
    desk.severity.kernel.raise({
      control: 'C28',
      scope: { kind: 'venue', venue: 1 },
      severity: 'paused',
      reset: 'R',
      owner: 'breakers',
      reason: 'a test',
      nowMs: desk.parts.env.clock.mono() / 1e6,
    });
    await until('nothing rests there', () => account('binance-b').open.size === 0, 2_000);
    await sleep(5_000);
    assert.is(account('binance-b').open.size, 0);
    assert.ok(account('binance').open.size > 0);
  });
});

test('C15: a venue whose price leaves the other pauses the asset at both', async () => {
  await atTwoVenues(async ({ desk, floor, account, until }) => {
    for (const name of NAMES) await until(`${name} quotes`, () => account(name).open.size > 0);
    const { exchange } = floor.get('binance-b') as FloorVenue;
    const market = exchange.markets.get('BTCUSDT') as MarketState;
    const causes = () => desk.severity.kernel.summary().causes.map(({ id }) => id);
    const begin = market.best('sell')?.ticks ?? 0;
    await until('C15 at both', () => {
      // Somebody buys whatever is offered there up to four percent above.
      exchange.crowdTake(market, 'buy', 1e9 as Lots, Math.round(begin * 1.04) as Ticks);
      return causes().filter((id) => id.startsWith('C15@instrument')).length === 2;
    });
    await until('nothing rests', () => NAMES.every((name) => account(name).open.size === 0), 2_000);
  });
});

test('C28: two venues that answer with errors are one fault of the desk', async () => {
  await atTwoVenues(async ({ desk, floor, account, until }) => {
    for (const name of NAMES) await until(`${name} quotes`, () => account(name).open.size > 0);
    const broken = {
      kind: 'status',
      status: 503,
      retryAfterSeconds: 1,
      isExecuted: false,
    } as const;
    for (const { facade } of floor.values()) facade.faults.planRequests('*', broken, 1_000);
    const causes = () => desk.severity.kernel.summary().causes.map(({ id }) => id);
    await until('the desk is halted', () => causes().includes('C28@desk'));
    assert.ok(desk.parts.gate.isClosedBy('breaker'));
  });
});

test('the same seed makes the same run at two venues, and prices that stay together', async () => {
  const seen: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    const outcome = await atTwoVenues(async ({ floor, sleep }) => {
      for (let second = 0; second < 20; second += 1) {
        await sleep(1_000);
        const [left, right] = NAMES.map((name) => {
          const market = floor.get(name)?.exchange.markets.get('BTCUSDT');
          const [bid, ask] = [market?.best('buy')?.ticks ?? 0, market?.best('sell')?.ticks ?? 0];
          return (bid + ask) / 2;
        }) as [number, number];
        assert.ok(Math.abs(left / right - 1) < 0.002, `${left} and ${right}`);
        if (second > 0) assert.is.not(left, right, 'each has a market of its own');
      }
    });
    assert.ok(outcome.ok);
    seen.push(outcome.value.summary.stateHash);
  }
  assert.is(seen[0], seen[1]);
});

test.run();
