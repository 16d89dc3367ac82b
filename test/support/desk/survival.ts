import * as assert from 'uvu/assert';
import type { Config } from '../../../src/config/schema.ts';
import {
  assertAgreed,
  assertNoOrphans,
  assertSound,
  type Leak,
  untilResting,
  untilTrading,
  watchOrders,
} from './laws.ts';
import { type Ended, rehearsed, type Stage } from './rehearsed.ts';

/** Runs a desk until orders rest, hurts it, and sees it trade on and end in agreement. */
export async function survives(
  hurt: (stage: Stage) => Promise<void>,
  options: { readonly seed?: number; readonly change?: (config: Config) => void } = {},
): Promise<Ended> {
  let leaks: readonly Leak[] = [];
  const ended = await rehearsed({
    ...options,
    async script(stage) {
      leaks = watchOrders(stage);
      await untilTrading(stage);
      await untilResting(stage);
      await hurt(stage);
      await untilTrading(stage, 90_000);
      await stage.sleep(5_000);
      assertNoOrphans(stage);
      await assertAgreed(stage);
    },
  });
  assert.equal(leaks, []);
  assertSound(ended);
  return ended;
}

/** Crashes an actor again and again, each time when it is there. */
export async function crashAgain(stage: Stage, path: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await stage.until(`${path} is there`, () => isThere(stage, path));
    await stage.desk.administer('kill', path, 'a test');
    await stage.sleep(20);
  }
}

export function isThere({ desk }: Stage, path: string): boolean {
  return desk.actors().some((row) => row.path === path && row.status === 'running');
}

/**
 * Does something in the middle of a handler: when a property is next read from a file, once. What
 * `act` throws is a bug in that handler. It needs no switch in the product.
 *
 * @param file part of a path without extension: `trading/risk`
 */
export function onReadIn(file: string, target: object, key: string, act: () => void): void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  const original = (): unknown =>
    own === undefined
      ? Reflect.get(Object.getPrototypeOf(target), key, target)
      : (own.get?.call(target) ?? own.value);
  Object.defineProperty(target, key, {
    configurable: true,
    get() {
      if (!new Error().stack?.includes(`${file}.`)) return original();
      Reflect.deleteProperty(target, key);
      if (own !== undefined) Object.defineProperty(target, key, own);
      act();
      return original();
    },
  });
}

/** Plants a bug that strikes when a property is next read from a file. */
export function throwOnceIn(file: string, target: object, key: string): void {
  onReadIn(file, target, key, () => {
    throw new Error(`a bug in ${file}`);
  });
}
