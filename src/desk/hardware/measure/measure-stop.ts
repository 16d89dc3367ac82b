import {
  LOADS,
  type Load,
  type MeasuredReaction,
  REACTIONS,
  type Reaction,
  type StopMeasurement,
} from '../../../commands/estop/measure-port.ts';
import { describeFault, loadConfig } from '../../../config/load.ts';
import { nodeClock, nodeTimers } from '../../../core/node-env.ts';
import { nodeFiles } from '../../../core/node-files.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { driverOf } from '../open-hardware.ts';
import { Hand } from './hand.ts';
import { type Press, pressedDesk } from './pressed-desk.ts';
import { presserFor } from './presser.ts';

/** What a driver is called where people read it. */
const KINDS = { panel: 'simulated-panel', rpio: 'rpio', gpiod: 'gpiod-cli' } as const;
const BLOCKED_MS = 20;
const FREE_MS = 5;

/**
 * Presses one desk after another, on the driver that is configured, and says how long each reaction
 * took. The desks stop by category 1, so that there is something to flatten. On real hardware the
 * contacts open on the wires: every other desk on them stops as well.
 */
export async function measureStop(
  configFile: string,
  presses: number,
  version: string,
): Promise<Result<StopMeasurement, string>> {
  const loaded = loadConfig(configFile);
  if (!loaded.ok) return err(loaded.error.map(describeFault).join('\n'));
  const { config } = loaded.value;
  config.control.stopCategory = 1;
  const hand = new Hand();
  try {
    const ready = await hand.ready();
    if (!ready.ok) return ready;
    const presser = presserFor(config.hardware, nodeFiles, hand);
    if (!presser.ok) return presser;
    const rows: MeasuredReaction[] = [];
    for (const load of LOADS) {
      const measured: Press[] = [];
      for (let seed = 1; seed <= presses; seed += 1) {
        const press = await pressedDesk({
          ...{ config, load: () => loadConfig(configFile), seed, version },
          presser: presser.value,
          burden: load === 'blocked' ? block : () => () => {},
        });
        if (!press.ok) return press;
        measured.push(press.value);
      }
      for (const reaction of REACTIONS) rows.push(rowOf(load, reaction, measured));
    }
    return ok({ driver: KINDS[driverOf(config.hardware, nodeFiles)], presses, rows });
  } finally {
    await hand.close();
  }
}

/** Keeps the event loop from everything for 20 of every 25 ms. @returns how to end that */
function block(): () => void {
  let isOver = false;
  const stand = (): void => {
    const endNs = nodeClock.mono() + BLOCKED_MS * 1e6;
    while (nodeClock.mono() < endNs);
    if (!isOver) nodeTimers.after(FREE_MS, stand);
  };
  nodeTimers.after(0, stand);
  return () => {
    isOver = true;
  };
}

/** Percentiles by nearest rank; null where nothing was measured. */
export function rowOf(load: Load, reaction: Reaction, presses: readonly Press[]): MeasuredReaction {
  const samplesUs = presses
    .flatMap((press) => press[reaction] ?? [])
    .map((ns) => Math.round(ns / 100) / 10)
    .sort((left, right) => left - right);
  const at = (percentile: number): number | null =>
    samplesUs[Math.ceil((percentile / 100) * samplesUs.length) - 1] ?? null;
  const [p50Us, p99Us, maxUs] = [at(50), at(99), at(100)];
  return { load, reaction, count: samplesUs.length, p50Us, p99Us, maxUs, samplesUs };
}
