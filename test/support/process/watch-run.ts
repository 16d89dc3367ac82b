/**
 * Preloaded into every program that a test starts, and by them into what they start: once the test
 * run that began it all is gone, however it ended, its programs end themselves. A process that is
 * stopped by a signal cannot.
 */
import { isMainThread } from 'node:worker_threads';

const LOOK_MS = 500;

const run = Number(process.env['FLYBALL_TEST_RUN']);

function isThere(): boolean {
  try {
    return process.kill(run, 0);
  } catch {
    return false;
  }
}

if (isMainThread) {
  setInterval(() => {
    if (!isThere()) process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS).unref();
}
