import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** Longest wait for the venues to cancel what rests, and for the journal to agree. */
export const SETTLE_TIMEOUT_MS = 15_000;
/** The same where one of them wants to be left alone meanwhile, which it may want for long. */
export const SETTLE_THROTTLED_MS = 45_000;

/** Cancels what rests at every venue, and waits until the journal agrees with each. */
export async function settleVenues(
  lane: Lane,
  venues: readonly string[],
): Promise<Result<void, string>> {
  const settled = (reply: Reply<true>) => ({ kind: 'settle' as const, reply });
  for (let askedMs = SETTLE_TIMEOUT_MS; ; askedMs += SETTLE_TIMEOUT_MS) {
    // One that is left alone now is asked when that is over, which may be just as this wait ends.
    const wasThrottled = isThrottled(lane, venues);
    try {
      await lane.ask(address.control, settled, SETTLE_TIMEOUT_MS);
      return ok(undefined);
    } catch (thrown) {
      const isExcused = wasThrottled || isThrottled(lane, venues);
      if (askedMs >= SETTLE_THROTTLED_MS || !isExcused) return err(reasonOf(thrown));
    }
  }
}

/** Some venue has said for how long nothing is to be asked of it, and that is not over. */
function isThrottled(lane: Lane, venues: readonly string[]): boolean {
  return venues.some((name) => {
    const view = lane.view(address.venue(name).path);
    const venue = view.ok ? (view.value as { quietMs: number } | undefined) : undefined;
    return venue !== undefined && venue.quietMs > 0;
  });
}
