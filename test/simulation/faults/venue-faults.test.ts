import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import type { FaultTarget } from '../../../src/simulation/faults/fault.ts';
import { VENUE_FAULTS } from '../../../src/simulation/faults/venue-faults.ts';

const START = 60_000;

/** A market that notes what somebody does to it, with a clock in the test's hands. */
function flashed(mayRest = true) {
  const later: { atMs: number; run: () => void }[] = [];
  const told: string[] = [];
  const offers: number[] = [];
  let nowMs = 0;
  let unrestMs = 0;
  let resting = 0;
  const rules = { instrument: { lotSize: 1e-5 } };
  const market = { rules, best: () => ({ ticks: START, lots: 1 }) };
  const target = {
    symbol: 'BTCUSDT',
    random: { below: () => 1 },
    after: (ms: number, run: () => void) => later.push({ atMs: nowMs + ms, run }),
    unsettleMarket: (ms: number) => {
      unrestMs = ms;
    },
    venue: {
      exchange: {
        markets: new Map([['BTCUSDT', market]]),
        crowdTake: (_market: unknown, side: string, _lots: number, ticks: Ticks | null) =>
          told.push(`${nowMs} ${side} ${ticks}`),
        crowdRest(_market: unknown, _side: string, ticks: Ticks) {
          if (!mayRest) return 0;
          offers.push(ticks);
          resting += 1;
          return offers.length;
        },
        crowdCancel() {
          resting -= 1;
        },
      },
    },
  } as unknown as FaultTarget;
  const fault = VENUE_FAULTS.find(({ id }) => id === 'F44');
  const heal = fault?.start(target) as () => void;
  const run = (untilMs: number): void => {
    for (;;) {
      const next = later.sort((left, right) => left.atMs - right.atMs)[0];
      if (next === undefined || next.atMs > untilMs) return;
      later.shift();
      nowMs = next.atMs;
      next.run();
    }
  };
  return { told, offers, heal, run, rests: () => resting, unrestMs: () => unrestMs };
}

test('a flash takes the price down by 30 % within a second, and back', () => {
  const { told, offers, run, rests, unrestMs } = flashed();
  run(10_000);
  assert.is(told[0], `0 sell ${START * 0.97}`);
  assert.is(told[9], `900 sell ${START * 0.7}`);
  assert.equal(told.slice(10), ['1000 buy null']);
  assert.is(offers.at(-1), START * 0.7);
  assert.is(rests(), 0, 'what was offered is taken away');
  assert.ok(unrestMs() > 0);
});

test('a flash that is ended early comes back at once, and only once', () => {
  const { told, run, heal, rests } = flashed(false);
  run(300);
  heal();
  heal();
  run(10_000);
  assert.equal(told.slice(4), ['300 buy null']);
  assert.is(rests(), 0);
});

test.run();
