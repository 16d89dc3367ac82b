import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../src/config/load.ts';
import { runSeed } from '../../../src/desk/simulate/run-seed.ts';
import { openGuardProcess } from '../../../src/guard/open-guard-process.ts';
import type { PresentFault } from '../../../src/simulation/faults/fault.ts';

const VENUE = 'trading/venues/venue:binance';
const CRASHES = 200;
const EVERY_MS = 60;
const STEPS = 6_000;

/** The venue's actor crashes whenever it is up, for twelve seconds, and again. */
const LOOP: PresentFault = {
  id: 'F03',
  fault: 'the actor of the venue crashes again and again',
  family: 'actor',
  lastsMs: 0,
  start({ desk, after }) {
    let left = CRASHES;
    const again = (): void => {
      if (left === 0) return;
      left -= 1;
      desk.crash(VENUE);
      after(EVERY_MS, again);
    };
    again();
    return () => {
      left = 0;
    };
  },
};

test('a venue that crashes again and again earns no ban from the venue', async () => {
  const loaded = loadConfig('config/paper.yaml');
  if (!loaded.ok) throw new Error('the paper configuration is sound');
  const { config } = loaded.value;
  for (const seed of [1, 2]) {
    const parts = {
      config,
      venues: ['binance'] as const,
      faults: [LOOP],
      guard: openGuardProcess,
      stopsEarly: false,
      show: null,
    };
    const report = await runSeed({ seed, steps: STEPS, ...parts });
    assert.ok((report.faults['F03'] ?? 0) > 0);
    assert.is(report.bans, 0);
    assert.equal(report.violations, []);
  }
});

test.run();
