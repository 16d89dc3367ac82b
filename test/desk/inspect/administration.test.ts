import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTOR_ACTIONS } from '../../../src/commands/desk.ts';
import { actionRefusal, allowedActions } from '../../../src/desk/inspect/actor-policy.ts';
import {
  actor,
  assertSound,
  isTrading,
  untilResting,
  untilTrading,
  watchOrders,
} from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';

const RESTARTS = ['restart', 'stop', 'kill'];

const policy: [path: string, allowed: readonly string[]][] = [
  ['root', RESTARTS],
  ['safety', RESTARTS],
  ['safety/audit', RESTARTS],
  ['safety/control', RESTARTS],
  ['trading/risk', RESTARTS],
  ['trading/venues', RESTARTS],
  ['edge/shell', RESTARTS],
  ['trading/execution', ACTOR_ACTIONS],
  ['trading/portfolio', ACTOR_ACTIONS],
  ['trading/venues/venue:binance', ACTOR_ACTIONS],
  ['trading/strategies/strategy:mm', ACTOR_ACTIONS],
  ['market-data/feed:binance', ACTOR_ACTIONS],
  ['edge/settings', ACTOR_ACTIONS],
];
for (const [path, allowed] of policy) {
  test(`of ${path} people may ${allowed.join(', ')}`, () => {
    assert.equal(allowedActions(path), allowed);
    for (const action of ACTOR_ACTIONS) {
      assert.is(actionRefusal(action, path) === null, allowed.includes(action), action);
    }
  });
}

test('whoever keeps the desk safe is never suspended', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      for (const path of ['trading/risk', 'safety/control', 'safety/audit', 'trading']) {
        for (const action of ['suspend', 'drain'] as const) {
          const refused = await desk.administer(action, path, 'ann');
          assert.match(refused.ok ? '' : refused.error, /; allowed: restart, stop, kill$/);
          assert.is(actor(stage, path).status, 'running');
        }
      }
      assert.ok(isTrading(stage));
    },
  });
  assertSound(ended);
});

for (const path of ['trading/execution', 'trading/portfolio', 'trading/venues/venue:binance']) {
  test(`while ${path} is suspended the gate is closed and nothing rests`, async () => {
    const ended = await rehearsed({
      async script(stage) {
        const { desk } = stage;
        const leaks = watchOrders(stage);
        await untilTrading(stage);
        await untilResting(stage);
        const outcome = await desk.administer('suspend', path, 'ann');
        assert.ok(outcome.ok);
        assert.ok(desk.parts.gate.isClosed, 'before anybody had a turn');
        assert.is(actor(stage, path).status, 'suspended');
        const placed = stage.wire.placed.length;
        await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
        assert.ok(desk.mode().faults.includes(`suspended:${path}`));
        await stage.sleep(5_000);
        assert.is(stage.wire.placed.length, placed, 'nothing leaves');
        const health = await desk.inspector.health();
        assert.equal([health.isHealthy, health.suspended], [false, [path]]);
        assert.ok(health.complaints.includes(`${path} is suspended, it should run`));
        assert.ok((await desk.administer('resume', path, 'ann')).ok);
        await untilTrading(stage);
        assert.equal(leaks, []);
      },
    });
    assertSound(ended);
  });
}

test('a suspended strategy has no quotes, and the rest of the desk goes on', async () => {
  const path = 'trading/strategies/strategy:mm';
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      assert.ok((await desk.administer('suspend', path, 'ann')).ok);
      await stage.until('nothing rests', () => stage.account.open.size === 0, 1_000);
      assert.ok(isTrading(stage), 'the gate is open');
      const refused = await desk.administer('drain', path, 'ann');
      assert.match(refused.ok ? '' : refused.error, /is suspended; resume it first/);
      assert.ok((await desk.administer('resume', path, 'ann')).ok);
      const again = await desk.administer('resume', path, 'ann');
      assert.match(again.ok ? '' : again.error, /is not suspended$/);
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('a suspended feed leaves no quotes on the market', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      await untilResting(stage);
      assert.ok((await desk.administer('suspend', 'market-data/feed:binance', 'ann')).ok);
      await stage.until('nothing rests', () => stage.account.open.size === 0, 5_000);
      assert.ok((await desk.administer('resume', 'market-data/feed:binance', 'ann')).ok);
      await untilTrading(stage);
    },
  });
  assertSound(ended);
});

test('a restart ends a suspension, and the desk trades again', async () => {
  const ended = await rehearsed({
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      assert.ok((await desk.administer('suspend', 'trading/execution', 'ann')).ok);
      assert.ok((await desk.administer('restart', 'trading/execution', 'ann')).ok);
      await untilTrading(stage);
      assert.equal((await desk.inspector.health()).suspended, []);
    },
  });
  assertSound(ended);
});

test('a desk with a suspended actor stops in order all the same', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      assert.ok((await stage.desk.administer('suspend', 'trading/execution', 'ann')).ok);
    },
  });
  assertSound(ended);
});

test('drain lets an actor finish its queue, and its supervisor starts it anew', async () => {
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      const before = actor(stage, 'trading/execution').uid;
      const drained = await stage.desk.administer('drain', 'trading/execution', 'ann');
      assert.match(drained.ok ? drained.value : '', /has handled what was queued/);
      await untilTrading(stage);
      assert.is.not(actor(stage, 'trading/execution').uid, before);
    },
  });
  assertSound(ended);
});

test.run();
