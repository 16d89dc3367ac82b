import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  actor,
  assertDead,
  type Leak,
  untilResting,
  untilTrading,
  watchOrders,
} from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';
import { survives } from '../../support/desk/survival.ts';

const FEED = 'market-data/feed:binance';
const NEED_THE_JOURNAL = [
  'safety/control',
  'trading/portfolio',
  'trading/venues/venue:binance',
  'trading/risk',
];

/** Nobody who starts from now on gets anything out of the journal. */
function breakMemory({ desk }: Stage, how: () => Promise<never>): void {
  Object.defineProperty(desk.parts.journal, 'settled', { value: how });
}

const FAULTS: readonly (readonly [string, () => Promise<never>])[] = [
  ['fails', () => Promise.reject(new Error('unreadable'))],
  ['never answers', () => new Promise(() => {})],
];

for (const path of NEED_THE_JOURNAL) {
  for (const [how, fault] of FAULTS) {
    test(`emergency when ${path} cannot come back: memory ${how}`, async () => {
      let leaks: readonly Leak[] = [];
      let placed = -1;
      const ended = await rehearsed({
        async script(stage) {
          leaks = watchOrders(stage);
          await untilTrading(stage);
          await untilResting(stage);
          breakMemory(stage, fault);
          placed = stage.wire.placed.length;
          await stage.desk.administer('kill', path, 'a test');
          await stage.sleep(600_000);
          throw new Error('the desk did not die');
        },
      });
      assert.equal(leaks, []);
      assert.is(ended.wire.placed.length, placed, 'no order leaves without it');
      assertDead(ended, /ended/);
    });
  }
}

test('a feed that cannot come back leaves a desk that quotes nothing', async () => {
  await survives(async (stage) => {
    const { desk, wire } = stage;
    wire.refusesMarket = true;
    await desk.administer('kill', FEED, 'a test');
    await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
    const placed = wire.placed.length;
    await stage.sleep(180_000);
    assert.is(wire.placed.length, placed, 'nothing is quoted without a market');
    assert.is(actor(stage, 'market-data').restarts, 0);
    assert.is(desk.mode().mode, 'full-auto');
    wire.refusesMarket = false;
  });
});

test.run();
