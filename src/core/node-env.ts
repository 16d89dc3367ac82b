import { randomBytes } from 'node:crypto';
import { assertDelay, type Clock, type Env, type Net, type Timers } from './env.ts';
import { nodeFiles } from './node-files.ts';
import { rngOf } from './rng.ts';
import { millisOf, nanosOf } from './units.ts';

/** The environment of a real run. Sockets come from the edge that owns them. */
export function nodeEnv(net: Net, seed?: number): Env {
  return {
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(seed ?? randomBytes(4).readUInt32LE()),
    entropy: nodeEntropy,
    files: nodeFiles,
    net,
  };
}

export const nodeEntropy = (bytes: number): Uint8Array => randomBytes(bytes);

export const nodeClock: Clock = {
  now: () => millisOf(Date.now()),
  mono: () => nanosOf(Math.round(performance.now() * 1e6)),
};

/** Node wraps longer delays to 1 ms. */
const NODE_DELAY_MS_MAX = 2_147_483_647;

export const nodeTimers: Timers = {
  after(delayMs, run) {
    assertDelay(delayMs);
    let handle: NodeJS.Timeout;
    // Node cuts off fractions of a millisecond, and so would run early.
    let leftMs = Math.ceil(delayMs);
    const arm = (): void => {
      const stepMs = Math.min(leftMs, NODE_DELAY_MS_MAX);
      leftMs -= stepMs;
      handle = setTimeout(() => (leftMs > 0 ? arm() : run()), stepMs);
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
  turn(run) {
    setImmediate(run);
  },
};
