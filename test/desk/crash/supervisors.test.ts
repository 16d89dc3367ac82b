import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../src/core/result.ts';
import { actor, assertDead, untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';
import { isThere, survives } from '../../support/desk/survival.ts';

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
