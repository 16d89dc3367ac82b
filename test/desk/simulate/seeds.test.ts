import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../src/config/load.ts';
import { runSeed, type SeedReport } from '../../../src/desk/simulate/run-seed.ts';
import { venuesOf } from '../../../src/desk/simulate/seed-config.ts';
import { openGuardProcess } from '../../../src/guard/open-guard-process.ts';
import { PRESENT_FAULTS } from '../../../src/simulation/faults/catalogue.ts';
import type { PresentFault } from '../../../src/simulation/faults/fault.ts';
import { VENUE_KIND_NAMES, type VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';

const SEEDS = 20;
const STEPS = 1_500;
const MAIN = 'dist/src/main.js';

function simulated(
  seed: number,
  steps = STEPS,
  faults: readonly PresentFault[] = PRESENT_FAULTS,
  venues: readonly VenueKindName[] | null = null,
): Promise<SeedReport> {
  const loaded = loadConfig('config/paper.yaml');
  if (!loaded.ok) throw new Error('the paper configuration is sound');
  const { config } = loaded.value;
  const guard = openGuardProcess;
  return runSeed({
    seed,
    steps,
    venues,
    config,
    faults,
    guard,
    stopsEarly: false,
    show: null,
  });
}

function assertSound({ seed, violations }: SeedReport, steps = STEPS): void {
  const replay = `flyball simulate --seed ${seed} --steps ${steps} --trace`;
  assert.equal(violations, [], `SEED=${seed}; replay: ${replay}`);
}

test(`${SEEDS} seeds break no law`, async () => {
  let faults = 0;
  let orders = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const report = await simulated(seed);
    assertSound(report);
    faults += Object.values(report.faults).reduce((sum, times) => sum + times, 0);
    orders += report.orders;
  }
  assert.ok(faults >= SEEDS && orders >= SEEDS, `${faults} faults, ${orders} orders`);
});

test('seeds draw venues of all kinds, alone and together', () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => venuesOf(seed));
  for (const kind of VENUE_KIND_NAMES) {
    assert.ok(
      drawn.some((kinds) => kinds.length === 1 && kinds[0] === kind),
      kind,
    );
    assert.ok(
      drawn.some((kinds) => kinds.length > 1 && kinds.includes(kind)),
      kind,
    );
  }
  assert.ok(drawn.some(({ length }) => length === 3));
});

test('every fault of the catalogue that is present strikes, and the desk recovers', async () => {
  for (const fault of PRESENT_FAULTS) {
    const report = await simulated(1, STEPS, [fault], ['binance']);
    assert.ok((report.faults[fault.id] ?? 0) > 0, `${fault.id} has struck`);
    assert.equal(report.violations, [], fault.id);
  }
});

test('F07 F39: a guard relieves a desk that stands still, a watchdog resets', async () => {
  const only = (id: string) => PRESENT_FAULTS.filter((fault) => fault.id === id);
  const held = await simulated(2, 8_000, only('F07'), ['binance']);
  assertSound(held, 8_000);
  assert.ok(held.relieved > 0, 'what rested was brought down');
  const starved = await simulated(1, 12_000, only('F39'), ['binance']);
  assertSound(starved, 12_000);
  assert.ok(starved.hostResets > 0 && starved.starts > 1, 'and the desk was started again');
});

test('a seed that nobody has chosen breaks no law', async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  process.stdout.write(`SEED=${seed} `);
  assertSound(await simulated(seed));
});

test('the same seed has the same digest in another process, and another seed another', async () => {
  const steps = 3_000;
  const here = await simulated(7, steps);
  const words = ['simulate', '--seed', '7', '--steps', String(steps), '--json'];
  const { stdout } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
  const there = JSON.parse(stdout.split('\n')[0] as string) as SeedReport;
  assert.is(there.digest, here.digest);
  assert.is(there.steps, here.steps);
  assert.is.not((await simulated(8, steps)).digest, here.digest);
});

test.run();
