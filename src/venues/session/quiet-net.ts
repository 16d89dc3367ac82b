import type { Env, Net } from '../../core/env.ts';
import { err } from '../../core/result.ts';
import { BANNED, retryAfterOf } from '../binance/wire.ts';
import type { VenueQuiet } from './quiet-time.ts';

/**
 * The net of those who only read a venue's market: they hear of a ban like everybody else, and ask
 * nothing while it lasts. What is not sent is `refused`, in a later turn.
 */
export function quietNet({ net, timers }: Pick<Env, 'net' | 'timers'>, quiet: VenueQuiet): Net {
  return {
    webSocket: (url, handlers, limits) => net.webSocket(url, handlers, limits),
    http(request, done) {
      const { leftMs } = quiet.questions;
      if (leftMs > 0) {
        const detail = `the venue is not to be asked for ${leftMs} ms`;
        timers.turn(() => done(err({ kind: 'refused', url: request.url, detail })));
        return;
      }
      net.http(request, (outcome) => {
        const retryAfterMs = outcome.ok ? retryAfterOf(outcome.value) : null;
        if (retryAfterMs !== null) quiet.questions.hold(retryAfterMs);
        if (retryAfterMs !== null && outcome.ok && outcome.value.status === BANNED) {
          quiet.orders.hold(retryAfterMs);
        }
        done(outcome);
      });
    },
  };
}
