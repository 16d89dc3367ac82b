import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import type { Rng } from '../../../core/rng.ts';
import { millisOf } from '../../../core/units.ts';
import { openVenue, type Venue } from '../../../simulation/server/venue.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';
import { IN_PROCESS } from '../../run/in-process.ts';
import { generatedVenue } from '../../venue/options.ts';

/** With which the guard cancels, and cannot trade. */
export const GUARD_KEY = { apiKey: 'guard', secret: 'guard' };

/** The venue of a world: a market of its own, and a wall clock that may be ahead. */
export function openWorldVenue(
  { clock, timers }: VirtualTime,
  venueClock: { readonly aheadMs: number },
  { simulation }: Config,
  symbol: string,
  random: Rng,
): Venue {
  const ahead: Clock = {
    now: () => millisOf(clock.now() + venueClock.aheadMs),
    mono: () => clock.mono(),
  };
  const opened = openVenue(
    generatedVenue(
      simulation,
      { kind: 'binance', symbols: [symbol] },
      {
        clock: ahead,
        timers,
        random,
        account: { ...IN_PROCESS, guardKey: GUARD_KEY },
        records: null,
      },
    ),
  );
  assert(opened.ok, 'the simulated venue opens');
  return opened.value;
}
