/** The controls of the process at their limits; `boundaries.test.ts` has the others. */
import { test } from 'uvu';
import * as process from '../../../src/risk/controls/process.ts';
import { at } from '../../support/trade/controls.ts';

const EPSILON = 1e-9;

const loop = (delayP99Ms: number, delayMaxMs: number, heapFraction: number) => ({
  delayP99Ms,
  delayMaxMs,
  heapFraction,
});
at(process.eventLoop, [
  [loop(50, 250, 0.8), 'fine'],
  [loop(51, 0, 0), 'paused'],
  [loop(0, 251, 0), 'emergency'],
  [loop(0, 0, 0.8 + EPSILON), 'emergency'],
]);

const audit = (isBroken: boolean, lagMs: number, freeFraction: number) => ({
  isBroken,
  lagMs,
  freeFraction,
});
at(process.auditHealth, [
  [audit(false, 1_000, 0.05), 'fine'],
  [audit(false, 1_001, 1), 'halted'],
  [audit(false, 0, 0.05 - EPSILON), 'halted'],
  [audit(false, 0, Number.NaN), 'halted'],
  [audit(true, 0, 1), 'halted'],
]);

at(process.crashLoop, [
  [{ restarts: 3, escalations: 0 }, 'fine'],
  [{ restarts: 4, escalations: 0 }, 'halted'],
  [{ restarts: 4, escalations: 1 }, 'emergency'],
]);

at(process.mismatch, [
  [{ mismatches: 0 }, 'fine'],
  [{ mismatches: 1 }, 'halted'],
]);

at(process.openAlert, [
  [{ openMs: 300_000 }, 'fine'],
  [{ openMs: 300_001 }, 'reduced'],
]);

at(process.killCommand, [
  [{ commands: 0 }, 'fine'],
  [{ commands: 1 }, 'emergency'],
]);

test.run();
