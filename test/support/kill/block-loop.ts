/**
 * Preloaded into a daemon: once a file `block-loop` lies beside what it writes down, its event loop
 * stands still for 20 of every 25 ms. Guard and venue inherit the preload and are left alone.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const BLOCKED_NS = 20_000_000n;
const FREE_MS = 5;
const LOOK_MS = 20;

const file = join(dirname(process.env['FLYBALL_CHECK_TIMES'] as string), 'block-loop');

function stand(): void {
  const endNs = process.hrtime.bigint() + BLOCKED_NS;
  while (process.hrtime.bigint() < endNs);
  setTimeout(stand, FREE_MS);
}

if (isMainThread && process.argv[2] === 'start') {
  const waiting = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(waiting);
    stand();
  }, LOOK_MS);
}
