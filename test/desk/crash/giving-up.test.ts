import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CrashRow, crashRows, pathOf } from '../../support/desk/crash-page.ts';
import {
  actor,
  assertDead,
  type Leak,
  untilResting,
  untilTrading,
  watchOrders,
} from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';
import { crashAgain, isThere, survives } from '../../support/desk/survival.ts';

/** Crashes as fast as it is back; by then the back-off has reached its longest delay. */
const OFTEN = 9;
const BACK_MS = 60_000;

const supervisorOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** The supervisor of an actor bears so many crashes, and one more makes it begin anew. */
async function branchAnew(path: string, borne: number): Promise<void> {
  const supervisor = supervisorOf(path);
  const ended = await survives(async (stage) => {
    await crashAgain(stage, path, borne);
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
}

/** So many crashes are borne, and one more is the end of the desk. */
async function emergency(path: string, borne: number): Promise<void> {
  let leaks: readonly Leak[] = [];
  const ended = await rehearsed({
    async script(stage) {
      leaks = watchOrders(stage);
      await untilTrading(stage);
      await crashAgain(stage, path, borne);
      if (borne > 0) await untilTrading(stage);
      await untilResting(stage);
      await crashAgain(stage, path, 1);
      await stage.sleep(60_000);
      throw new Error('the desk did not die');
    },
  });
  assert.equal(leaks, []);
  assertDead(ended, borne === 0 ? /root/ : new RegExp(`${path} ended`));
}

/** However often it crashes, it is only waited for longer. */
async function patience(path: string, longestSeconds: number): Promise<void> {
  await survives(async (stage: Stage) => {
    let waitedMs = 0;
    for (let crash = 0; crash < OFTEN; crash += 1) {
      await crashAgain(stage, path, 1);
      const downNs = stage.nowNs();
      await stage.until('it is back', () => isThere(stage, path), BACK_MS);
      waitedMs = (stage.nowNs() - downNs) / 1e6;
      assert.ok(waitedMs <= longestSeconds * 1e3, `waited ${waitedMs} ms`);
    }
    assert.ok(waitedMs >= longestSeconds * 500, `waited only ${waitedMs} ms`);
    assert.is(actor(stage, supervisorOf(path)).restarts, 0);
  });
}

const OUTCOMES: readonly (readonly [RegExp, (path: string, n: number) => Promise<void>])[] = [
  [/^after (\d+) in 60 s: branch anew$/, branchAnew],
  [/^after (\d+) in 60 s: emergency$/, emergency],
  [/^at once: emergency$/, (path) => emergency(path, 0)],
  [/^never: waits up to (\d+) s$/, patience],
];

async function asWritten(row: CrashRow): Promise<void> {
  for (const [pattern, outcome] of OUTCOMES) {
    const found = pattern.exec(row.givingUp);
    if (found !== null) return outcome(pathOf(row), Number(found[1]));
  }
  throw new Error(`docs/safety.md: nobody can check "${row.givingUp}"`);
}

/** A rehearsal has no shell; its branch is tested for it in test/supervisors. */
/** A rehearsal has none of these. */
const ELSEWHERE = ['safety/guard', 'edge/alerts', 'edge/shell'];
for (const row of crashRows().filter(({ actor: who }) => !ELSEWHERE.includes(who))) {
  test(`${row.actor}, giving up: ${row.givingUp}`, () => asWritten(row));
}

test('venues that give up a second time within a minute are an emergency', async () => {
  const path = 'trading/venues/venue:binance';
  let leaks: readonly Leak[] = [];
  const ended = await rehearsed({
    async script(stage) {
      leaks = watchOrders(stage);
      await untilTrading(stage);
      await crashAgain(stage, path, 6);
      await stage.until('it is back', () => isThere(stage, path), BACK_MS);
      await crashAgain(stage, path, 6);
      await stage.sleep(60_000);
      throw new Error('the desk did not die');
    },
  });
  assert.equal(leaks, []);
  assertDead(ended, /venue:binance ended/);
});

test.run();
