import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  actor,
  assertAgreed,
  assertNoOrphans,
  assertSound,
  untilResting,
  untilTrading,
  watchOrders,
} from '../../support/desk/laws.ts';
import { rehearsed, type Stage } from '../../support/desk/rehearsed.ts';

const VENUE = 'trading/venues/venue:binance';
const STOP = ['safety/kill-switch', 'safety/watchdog', 'safety/indicator'];
const STRATEGY = 'trading/strategies/strategy:mm';

interface Crash {
  readonly path: string;
  /** Who gets a new incarnation with it: itself and what its supervisor restarts beside it. */
  readonly renewed: readonly string[];
  readonly closesGate: boolean;
}

/** The supervision tree of the architecture, as what a crash of each actor takes with it. */
const CRASHES: readonly Crash[] = [
  { path: 'safety/audit', renewed: ['safety/audit', 'safety/control', ...STOP], closesGate: true },
  { path: 'safety/control', renewed: ['safety/control', ...STOP], closesGate: true },
  ...STOP.map((path, at) => ({ path, renewed: STOP.slice(at), closesGate: true })),
  {
    path: 'market-data/feed:binance',
    renewed: ['market-data/feed:binance'],
    closesGate: false,
  },
  { path: 'market-data/quality', renewed: ['market-data/quality'], closesGate: false },
  {
    path: 'trading/portfolio',
    renewed: ['trading/portfolio', VENUE, 'trading/risk', 'trading/execution', STRATEGY],
    closesGate: true,
  },
  { path: VENUE, renewed: [VENUE], closesGate: true },
  {
    path: 'trading/risk',
    renewed: ['trading/risk', 'trading/execution', STRATEGY],
    closesGate: true,
  },
  { path: 'trading/execution', renewed: ['trading/execution', STRATEGY], closesGate: true },
  { path: STRATEGY, renewed: [STRATEGY], closesGate: false },
  { path: 'edge/settings', renewed: ['edge/settings'], closesGate: false },
];

const WORKERS = CRASHES.map(({ path }) => path);

for (const crash of CRASHES) {
  test(`a crash of ${crash.path} renews what depends on it and trading goes on`, async () => {
    let leaks: readonly unknown[] = [];
    const ended = await rehearsed({
      async script(stage) {
        leaks = watchOrders(stage);
        await untilTrading(stage);
        await untilResting(stage);
        await crashOnce(stage, crash);
        await untilTrading(stage);
        await stage.sleep(5_000);
        assertNoOrphans(stage);
        await assertAgreed(stage);
      },
    });
    assert.equal(leaks, [], 'no order leaves while somebody it depends on is down');
    assertSound(ended);
    assert.ok(
      ended.journal.some(({ event }) => event.kind === 'incident' && event.where === crash.path),
      'the crash is journaled',
    );
  });
}

const isBelowOwnSupervisor = (path: string): boolean => path.split('/').length > 2;

/** Makes an actor crash, and looks at what happens until it is back. */
async function crashOnce(stage: Stage, crash: Crash): Promise<void> {
  const { desk, wire } = stage;
  const { gate } = desk.parts;
  const uids = new Map(WORKERS.map((path) => [path, actor(stage, path).uid]));
  const { epoch } = gate;
  let placedBefore = -1;
  stage.onLog(({ actor: path, kind }) => {
    if (kind !== 'actor-failed' || path !== crash.path) return;
    placedBefore = wire.placed.length;
    assert.is(
      gate.isClosedBy('reconciling'),
      crash.closesGate,
      'the gate while it is on the stack',
    );
    assert.is(gate.epoch > epoch, crash.closesGate, 'what was decided before the crash is void');
  });
  const injected = await desk.administer('kill', crash.path, 'a test');
  assert.ok(injected.ok);
  const isBack = () =>
    crash.renewed.every((path) => {
      const { uid, status } = actor(stage, path);
      return uid !== uids.get(path) && status === 'running';
    });
  await stage.until('everybody is back', isBack);
  if (crash.closesGate) {
    await stage.until('the gate opens', () => !gate.isClosed && gate.venuePauses(0).length === 0);
    assert.is(wire.placed.length, placedBefore, 'no order left before the recovery was complete');
  }
  for (const path of WORKERS) {
    const { uid, restarts, lastError } = actor(stage, path);
    const isRenewed = crash.renewed.includes(path);
    assert.is(uid !== uids.get(path), isRenewed, `${path}: incarnation`);
    // Below a supervisor that was itself renewed, counting begins anew.
    const isCounted = isRenewed && (path === crash.path || !isBelowOwnSupervisor(path));
    assert.is(restarts, isCounted ? 1 : 0, `${path}: restarts`);
    if (path === crash.path) assert.match(String(lastError), 'killed by a test');
  }
  assert.is((await desk.status()).restarts, 1, 'one restart is counted');
}

test.run();
