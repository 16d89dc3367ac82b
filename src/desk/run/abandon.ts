import { STOP_AT_ONCE } from '../../control/stop/flatten-permit.ts';
import type { Env } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Result } from '../../core/result.ts';
import type { Query, QueryFault, Venue } from '../../venues/port.ts';
import { wholeAnswer } from '../../venues/session/whole-answer.ts';
import type { RunningDesk } from '../running-desk.ts';

const CANCEL_MS_MAX = 3_000;

/**
 * The end of a desk whose tree is broken: trips the latch and cancels over REST, which needs no
 * actor. The next start comes up in Emergency.
 */
export async function abandonDesk(desk: RunningDesk, reason: string): Promise<void> {
  const { env, venues, instruments, log } = desk.parts;
  desk.trip('desk', reason, 'software', STOP_AT_ONCE);
  log('fatal', 'desk', 'giving-up', { reason });
  const cancelled = await Promise.all(
    instruments.map((instrument) => {
      const venue = venues.find(({ name }) => name === instrument.venue) as Venue;
      return cancelAll(env, venue, instrument);
    }),
  );
  for (const outcome of cancelled) {
    log(outcome.ok ? 'warn' : 'fatal', 'desk', 'cancel-all', { outcome });
  }
}

/** At once where the venue cancels a market as a whole, else what it says is open. */
async function cancelAll(
  env: Env,
  { queries }: Venue,
  instrument: Instrument,
): Promise<Result<number, QueryFault>> {
  const nowMs = env.clock.now();
  if (queries.cancelAll(instrument, '', nowMs) !== null) {
    return ask(env, queries.cancelAllNow(instrument, nowMs, []));
  }
  const open = await ask(env, queries.openOrders(nowMs));
  if (!open.ok) return open;
  const ours = open.value.filter(({ symbol }) => symbol === instrument.symbol);
  return ask(env, queries.cancelAllNow(instrument, env.clock.now(), ours));
}

function ask<T>(env: Env, query: Query<T>): Promise<Result<T, QueryFault>> {
  const endless = (detail: string): QueryFault => ({ kind: 'no-answer', detail });
  return wholeAnswer(query, (each) => askOnce(env, each), endless);
}

function askOnce<T>(env: Env, query: Query<T>): Promise<Result<T, QueryFault>> {
  const request = { ...query.request, timeoutMs: CANCEL_MS_MAX };
  return new Promise((resolve) => {
    env.net.http(request, (outcome) => resolve(query.decode(outcome)));
  });
}
