import { nodeClock } from '../../../src/core/node-env.ts';

/**
 * Longest wait for anything that a test waits for: it costs nothing where things come, and a start
 * that takes two seconds of a machine of one's own takes thirty where three share a core.
 */
const WAIT_MS_MAX = Number(process.env['FLYBALL_WAIT_MS'] ?? 90_000);
const POLL_MS = 10;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/**
 * Asks until the answer is something else than undefined, null or false.
 *
 * @param what is being waited for, for the message
 * @param detail what is known when the wait is given up
 * @param waitMs longest wait
 * @throws when that takes too long
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  detail: () => string = () => '',
  waitMs = WAIT_MS_MAX,
): Promise<T> {
  const deadlineMs = nodeClock.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (nodeClock.now() > deadlineMs) throw new Error(`waited in vain for ${what}\n${detail()}`);
    await pause(POLL_MS);
  }
}

/** Gives up on a promise that takes too long. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  detail: () => string = () => '',
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = () => reject(new Error(`waited in vain for ${what}\n${detail()}`));
    timer = setTimeout(why, WAIT_MS_MAX);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
