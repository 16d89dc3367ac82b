import type { HandshakeStatus } from '../../core/env.ts';

/**
 * Why a venue takes neither questions nor connections from us, and for how long. `maintenance` ends
 * when a connection or a question succeeds.
 */
export type Refusal =
  | { readonly kind: 'banned'; readonly forMs: number }
  | { readonly kind: 'maintenance' };

const TOO_MANY = 429;
/** Binance: whoever goes on after a 429. */
const BANNED = 418;
const UNAVAILABLE = 503;
/** Where the venue does not say: the minute over which it counts, and the shortest of its bans. */
const TOO_MANY_MS = 60_000;
const BANNED_MS = 120_000;
/** The longest ban that Binance speaks of is three days; more is a mistake of somebody. */
const BANNED_MS_MAX = 3 * 86_400_000;

/** @returns null when the status says nothing about other questions or connections */
export function refusalOf({ status, retryAfterSeconds }: HandshakeStatus): Refusal | null {
  if (status === UNAVAILABLE) return { kind: 'maintenance' };
  if (status !== TOO_MANY && status !== BANNED) return null;
  const usualMs = status === BANNED ? BANNED_MS : TOO_MANY_MS;
  const forMs = retryAfterSeconds > 0 ? retryAfterSeconds * 1_000 : usualMs;
  return { kind: 'banned', forMs: Math.min(forMs, BANNED_MS_MAX) };
}
