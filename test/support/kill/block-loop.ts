/**
 * Preloaded into a daemon: once a file `block-loop` lies beside what it writes down, its event loop
 * stands still for 20 of every 25 ms, in the very call that is about to check an order, so that the
 * button is mostly pressed with an order in hand and no edge seen; in a timer when none is placed.
 * Guard and venue inherit the preload and are left alone.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { OrderEntry } from '../../../src/venues/order-entry.ts';

const BLOCKED_NS = 20_000_000n;
const FREE_MS = 5;
const LOOK_MS = 20;

const file = join(dirname(process.env['FLYBALL_CHECK_TIMES'] as string), 'block-loop');
/** Null until it begins. */
let freeSinceNs: bigint | null = null;

function standIfFree(freeMs: number): void {
  const nowNs = process.hrtime.bigint();
  if (freeSinceNs === null || nowNs - freeSinceNs < BigInt(freeMs) * 1_000_000n) return;
  const endNs = nowNs + BLOCKED_NS;
  while (process.hrtime.bigint() < endNs);
  freeSinceNs = process.hrtime.bigint();
}

if (isMainThread && process.argv[2] === 'start') {
  const { place } = OrderEntry.prototype;
  OrderEntry.prototype.place = function (order) {
    standIfFree(FREE_MS);
    place.call(this, order);
  };
  const waiting = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(waiting);
    freeSinceNs = process.hrtime.bigint();
    setInterval(() => standIfFree(LOOK_MS), FREE_MS);
  }, LOOK_MS);
}
