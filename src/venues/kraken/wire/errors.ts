import { RETRY_AFTER_MS, retryMs } from '../../binance/wire.ts';

/**
 * Kraken names its errors in words, `EOrder:Unknown order`. These numbers are ours, for the few
 * that the desk must tell apart; every other error is 0.
 */
export const CODE = {
  other: 0,
  invalidNonce: 1,
  deadline: 2,
  unknownOrder: 3,
  session: 4,
  rate: 5,
} as const;

/** What an error means for the request that it answers. */
export type Meaning =
  /** Nothing was done. */
  | { readonly kind: 'refused'; readonly code: number }
  /** Nothing was done, and nothing more is wanted for a while. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** It may have been done. */
  | { readonly kind: 'unknown' };

/** A rate counter of a beginner decays by one in so long; most limits want far less than this. */
const ORDER_RATE_MS = 5_000;
/** REST calls: a counter of 15 that decays by one in three seconds. */
const CALL_RATE_MS = 15_000;

const REFUSED: readonly (readonly [start: string, code: number])[] = [
  ['EAPI:Invalid nonce', CODE.invalidNonce],
  ['EService:Deadline elapsed', CODE.deadline],
  ['EGeneral:Deadline elapsed', CODE.deadline],
  ['EOrder:Unknown order', CODE.unknownOrder],
  ['ESession:Invalid session', CODE.session],
  ['EAuth:', CODE.session],
];

/**
 * Errors of the venue itself rather than of the request: the order may have reached its engine.
 * That a market is in a mode is a refusal, `EService:Market in cancel_only mode`.
 */
const UNKNOWN = [
  'EGeneral:Internal error',
  'EGeneral:Unknown error',
  'EDatabase:',
  'EService:Unavailable',
  'EService:Busy',
  'EService:Timeout',
];

const THROTTLED_UNTIL = /^EService: ?Throttled: ?(\d{9,11})/;

/** @param nowMs the venue's wall clock, for errors that say until when */
export function meaningOf(error: string, nowMs: number): Meaning {
  const until = THROTTLED_UNTIL.exec(error)?.[1];
  if (until !== undefined) {
    const askedMs = Number(until) * 1_000 - nowMs;
    return { kind: 'throttled', retryAfterMs: retryMs(askedMs) || RETRY_AFTER_MS };
  }
  if (error.startsWith('EOrder:Rate limit')) {
    return { kind: 'throttled', retryAfterMs: ORDER_RATE_MS };
  }
  if (error.includes('Rate limit') || error.includes('Too many requests')) {
    return { kind: 'throttled', retryAfterMs: CALL_RATE_MS };
  }
  if (error.startsWith('EGeneral:Temporary lockout')) {
    return { kind: 'throttled', retryAfterMs: RETRY_AFTER_MS };
  }
  for (const [start, code] of REFUSED)
    if (error.startsWith(start)) return { kind: 'refused', code };
  const isUnknown = UNKNOWN.some((start) => error.startsWith(start));
  return isUnknown ? { kind: 'unknown' } : { kind: 'refused', code: CODE.other };
}
