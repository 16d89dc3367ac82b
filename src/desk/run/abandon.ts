import { STOP_AT_ONCE } from '../../control/stop/flatten-permit.ts';
import type { Result } from '../../core/result.ts';
import type { RunningDesk } from '../running-desk.ts';

const CANCEL_MS_MAX = 3_000;

/**
 * The end of a desk whose tree is broken: trips the latch and cancels over REST, which needs no
 * actor. The next start comes up in Emergency.
 */
export async function abandonDesk(desk: RunningDesk, reason: string): Promise<void> {
  const { env, venue, instruments, log } = desk.parts;
  desk.trip('desk', reason, 'software', STOP_AT_ONCE);
  log('fatal', 'desk', 'giving-up', { reason });
  const cancelled = instruments.map(
    (instrument) =>
      new Promise<Result<number, unknown>>((resolve) => {
        const query = venue.queries.cancelAllNow(instrument, env.clock.now());
        const request = { ...query.request, timeoutMs: CANCEL_MS_MAX };
        env.net.http(request, (outcome) => resolve(query.decode(outcome)));
      }),
  );
  for (const outcome of await Promise.all(cancelled)) {
    log(outcome.ok ? 'warn' : 'fatal', 'desk', 'cancel-all', { outcome });
  }
}
