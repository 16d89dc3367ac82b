import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActorRow, DeskStatus } from '../../../src/commands/desk.ts';
import type { Config } from '../../../src/config/schema.ts';
import { crashRows, rowNameOf } from '../../support/desk/crash-page.ts';
import { assertDead, untilResting, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';

const ROOT_ROW = {
  actor: 'root',
  gate: 'emergency',
  mode: 'Emergency',
  resting: 'cancelled over REST',
  queued: 'takes none',
  resumes: 'people',
  givingUp: 'at once: emergency',
};
const SHELL_ROW = {
  actor: 'edge/shell',
  gate: 'open',
  mode: 'stays',
  resting: 'stays',
  queued: 'takes none',
  resumes: 'no wait',
  givingUp: 'never: waits up to 30 s',
};

const ALERTS_ROW = { ...SHELL_ROW, actor: 'edge/alerts', queued: 'discarded, asker told' };
const GUARD_ROW = {
  actor: 'safety/guard',
  gate: 'closed',
  mode: 'Manual',
  resting: 'cancelled',
  queued: 'discarded',
  resumes: 'agreement',
  givingUp: 'after 3 in 60 s: branch anew',
};

const rowOf = (actor: string) => crashRows().find((row) => row.actor === actor);

test('a crash of the root does what docs/safety.md says of it', async () => {
  assert.equal(rowOf('root'), ROOT_ROW);
  let placed = -1;
  const ended = await rehearsed({
    async script(stage) {
      await untilTrading(stage);
      await untilResting(stage);
      placed = stage.wire.placed.length;
      await stage.desk.administer('kill', 'root', 'a test');
      await stage.sleep(60_000);
    },
  });
  assertDead(ended, /root/);
  assert.is(ended.wire.placed.length, placed, 'no order leaves any more');
  const overRest = ended.wire.cancels.filter(({ what }) => what.startsWith('DELETE'));
  assert.ok(overRest.length > 0, 'what rested was cancelled without an actor');
});

/** Quotes that are far from the market stay where they are, whatever the market does. */
function withPatientQuotes(config: Config): void {
  config.strategies = config.strategies.map((strategy) => ({
    ...strategy,
    settings: { ...strategy.settings, halfSpreadBps: 50, requoteBps: 1_000, skewBps: 0 },
  }));
}

async function asked<T>(premises: Premises, ...words: readonly string[]): Promise<T | null> {
  const { code, out } = await premises.run(...words, '--json');
  return code === 0 ? (JSON.parse(out) as T) : null;
}

test(
  'crashes of shell, alerts and guard do what docs/safety.md says, and every actor has a row',
  onPremises(async (premises) => {
    assert.equal(rowOf('edge/shell'), SHELL_ROW);
    assert.equal(rowOf('edge/alerts'), ALERTS_ROW);
    assert.equal(rowOf('safety/guard'), GUARD_ROW);
    writeFileSync(premises.configFile, livelyConfig(withPatientQuotes));
    const daemon = premises.start();
    const resting = await until('orders rest on both sides of two markets', async () => {
      const { mode, gate } = await daemon.ask<DeskStatus>('status');
      if (mode !== 'full-auto' || gate.length > 0) return null;
      const orders = await premises.account().openOrders();
      return orders.length === 4 && orders.map(({ clientOrderId }) => clientOrderId);
    });
    const actors = await daemon.ask<readonly ActorRow[]>('actors');
    const kinds = new Set(actors.map(({ path }) => rowNameOf(path)));
    assert.equal(
      [...kinds].sort(),
      crashRows()
        .map(({ actor }) => actor)
        .sort(),
    );
    await premises.run('actor', 'kill', 'edge/alerts');
    // Its session ends with it, so that the answer may be lost.
    await premises.run('actor', 'kill', 'edge/shell');
    const killed = ['edge/alerts', 'edge/shell'];
    const after = await until('alerts and shell are back', async () => {
      const rows = await asked<readonly ActorRow[]>(premises, 'actors');
      return rows?.filter(({ restarts }) => restarts > 0).length === killed.length && rows;
    });
    const restarted = after.filter(({ restarts }) => restarts > 0).map(({ path }) => path);
    assert.equal(restarted.sort(), killed);
    const status = await asked<DeskStatus>(premises, 'status');
    assert.equal([status?.mode, status?.gate, status?.faults], ['full-auto', [], []]);
    const open = await premises.account().openOrders();
    assert.equal(open.map(({ clientOrderId }) => clientOrderId).sort(), [...resting].sort());
    const events = premises
      .journal()
      .refresh()
      .records.map(({ event }) => event);
    for (const where of killed) {
      const at = events.findIndex((event) => event.kind === 'incident' && event.where === where);
      assert.ok(at >= 0, 'the crash is journaled');
      assert.not.ok(events.slice(at).some(({ kind }) => kind === 'mode-changed'));
    }

    await premises.run('actor', 'kill', 'safety/guard');
    await until('the desk has climbed again, with other quotes', async () => {
      const { mode, gate } = await daemon.ask<DeskStatus>('status');
      if (mode !== 'full-auto' || gate.length > 0) return null;
      const orders = await premises.account().openOrders();
      return orders.length === 4 && !orders.some((each) => resting.includes(each.clientOrderId));
    });
    const fallen = premises.journal().refresh().events('mode-changed').slice(-3);
    assert.equal(
      fallen.map(({ to }) => to),
      ['manual', 'semi-auto', 'full-auto'],
    );
  }),
);

test.run();
