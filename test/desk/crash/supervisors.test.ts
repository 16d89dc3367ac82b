import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../src/core/result.ts';
import {
  actor,
  type Leak,
  untilResting,
  untilTrading,
  watchOrders,
} from '../../support/desk/laws.ts';
import { type Ended, rehearsed } from '../../support/desk/rehearsed.ts';
import { crashAgain, isThere, survives } from '../../support/desk/survival.ts';

const VENUE = 'trading/venues/venue:binance';
const STRATEGY = 'trading/strategies/strategy:mm';

for (const path of ['safety', 'market-data', 'trading', 'trading/venues', 'trading/strategies']) {
  test(`a crash of the supervisor ${path} brings its branch back and trading goes on`, async () => {
    await survives(async (stage) => {
      const { uid } = actor(stage, path);
      await stage.desk.administer('kill', path, 'a test');
      await stage.until('it is back', () => isThere(stage, path) && actor(stage, path).uid !== uid);
      assert.is(actor(stage, path).restarts, 1);
    });
  });
}

test('a crash of the edge disturbs nobody', async () => {
  await survives(async (stage) => {
    const { gate } = stage.desk.parts;
    const { epoch } = gate;
    await stage.desk.administer('kill', 'edge', 'a test');
    await stage.sleep(100);
    assert.is(gate.epoch, epoch);
    assert.is(actor(stage, 'edge').restarts, 1);
    assert.is(actor(stage, 'trading').restarts, 0);
  });
});

/** Actors of each branch, and how many crashes in a minute their supervisor bears. */
const BUDGETS = [
  { path: 'trading/risk', supervisor: 'trading', intensity: 5 },
  { path: 'trading/portfolio', supervisor: 'trading', intensity: 5 },
  { path: VENUE, supervisor: 'trading/venues', intensity: 5 },
  { path: STRATEGY, supervisor: 'trading/strategies', intensity: 5 },
  { path: 'safety/control', supervisor: 'safety', intensity: 3 },
  { path: 'edge/settings', supervisor: 'edge', intensity: 10 },
];

for (const { path, supervisor, intensity } of BUDGETS) {
  test(`${supervisor} gives up over ${path} at crash ${intensity + 1} and comes back`, async () => {
    const ended = await survives(async (stage) => {
      await crashAgain(stage, path, intensity);
      await stage.until('it is back', () => isThere(stage, path));
      assert.is(actor(stage, supervisor).restarts, 0, 'so many are borne');
      await crashAgain(stage, path, 1);
      await stage.until('it is back', () => isThere(stage, path));
      assert.is(actor(stage, supervisor).restarts, 1, 'one more is not');
    });
    const gaveUp = ended.log.filter(({ kind }) => kind === 'supervisor-gave-up');
    assert.equal(
      gaveUp.map(({ actor: who, level }) => [who, level]),
      [[supervisor, 'error']],
    );
  });
}

test('a feed that crashes again and again is met with patience', async () => {
  await survives(async (stage) => {
    await crashAgain(stage, 'market-data/feed:binance', 4);
    const upNs = stage.nowNs();
    await stage.until('it is back', () => isThere(stage, 'market-data/feed:binance'));
    assert.ok(stage.nowNs() - upNs > 1e9, 'the fourth back-off takes more than a second');
    assert.is(actor(stage, 'market-data').restarts, 0);
  });
});

/** What must be true of a desk that gave up, whoever started it. */
function assertDead(ended: Ended, reason: RegExp): void {
  const { outcome, desk, account, latch } = ended;
  assert.not.ok(outcome.ok);
  assert.match(outcome.ok ? '' : outcome.error, reason);
  assert.ok(desk.parts.gate.isClosedBy('emergency'), 'the gate is closed for people to open');
  assert.match(latch ?? '', 'supervision', 'the next start comes up in emergency');
  assert.is(account.open.size, 0, 'nothing rests at the venue');
  const wasStopped = ended.journal.some(({ event }) => event.kind === 'stopped');
  assert.not.ok(wasStopped, 'the next start does not take it for an orderly stop');
}

for (const branch of ['trading', 'safety']) {
  test(`root gives up at the fourth end of ${branch}: latched, nothing rests`, async () => {
    let leaks: readonly Leak[] = [];
    const ended = await rehearsed({
      async script(stage) {
        leaks = watchOrders(stage);
        await untilTrading(stage);
        await crashAgain(stage, branch, 3);
        await untilTrading(stage);
        await untilResting(stage);
        await crashAgain(stage, branch, 1);
        await stage.sleep(60_000);
        throw new Error('the desk did not die');
      },
    });
    assert.equal(leaks, []);
    assertDead(ended, new RegExp(`${branch} ended`));
  });
}

for (const action of ['kill', 'stop'] as const) {
  test(`a desk whose root is gone (${action}) dies in emergency`, async () => {
    const ended = await rehearsed({
      async script(stage) {
        await untilTrading(stage);
        await untilResting(stage);
        await stage.desk.administer(action, 'root', 'a test');
        await stage.sleep(60_000);
        throw new Error('the desk did not die');
      },
    });
    assertDead(ended, /root/);
  });
}

test('a desk that dies and hears nothing of its cancels says so', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      stage.venue.facade.goDumb();
      stage.wire.httpRule = ({ url }) => err({ kind: 'timeout', url, detail: 'no answer' });
      await stage.desk.administer('kill', 'root', 'a test');
      await stage.sleep(60_000);
    },
  });
  const told = ended.log.filter(({ kind }) => kind === 'cancel-all');
  assert.equal(
    told.map(({ level }) => level),
    ['fatal'],
  );
});

for (const path of ['trading/portfolio', VENUE, 'trading/risk', 'trading/execution', STRATEGY]) {
  test(`an operator who stops ${path} gets a new one that trades on`, async () => {
    await survives(async (stage) => {
      const { uid } = actor(stage, path);
      const stopped = await stage.desk.administer('stop', path, 'a test');
      assert.ok(stopped.ok);
      await stage.until('it is back', () => isThere(stage, path) && actor(stage, path).uid !== uid);
    });
  });
}

test('nobody is stopped or crashed at a path where nobody is', async () => {
  await rehearsed({
    async script({ desk }) {
      const none = { ok: false, error: 'no actor at trading/nobody' };
      assert.equal(await desk.administer('kill', 'trading/nobody', 'a test'), none);
      assert.equal(await desk.administer('restart', 'trading/nobody', 'a test'), none);
      assert.is(desk.actorState('trading/nobody'), null);
    },
  });
});

test.run();
