import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { assert } from '../../core/result.ts';

/** An API key of one account. The secret is inside the key object and is never shown. */
export interface KrakenKey {
  readonly id: string;
  readonly secret: KeyObject;
  readonly nonces: Nonces;
}

/** @param secret base64, as the venue shows it once */
export function krakenKeyOf(id: string, secret: string): KrakenKey {
  const bytes = Buffer.from(secret, 'base64');
  assert(bytes.length > 0, 'the secret of a Kraken key is base64');
  return { id, secret: createSecretKey(bytes), nonces: new Nonces() };
}

/**
 * `API-Sign`: base64 of HMAC-SHA512 over the path and the SHA-256 of nonce and body.
 *
 * @see Kraken REST, "Authentication"
 */
export function apiSign(key: KrakenKey, path: string, nonce: number, body: string): string {
  const digest = hash('sha256', `${nonce}${body}`, 'buffer');
  return createHmac('sha512', key.secret).update(path).update(digest).digest('base64');
}

/** First step ahead after a nonce was refused, and the longest, in microseconds. */
const LEAP_MIN_US = 1_000_000;
const LEAP_MAX_US = 86_400_000_000;

/**
 * Nonces of one key: microseconds of the wall clock, and always above the last. A key that was used
 * with larger ones, or a clock that was set back, is noticed by the refusal; the nonces then leap
 * ahead, further each time, until the venue takes one.
 */
export class Nonces {
  #last = 0;
  #leapUs = LEAP_MIN_US;

  next(nowMs: number): number {
    this.#last = Math.max(this.#last + 1, Math.round(nowMs * 1_000));
    return this.#last;
  }

  onRefused(): void {
    this.#last += this.#leapUs;
    this.#leapUs = Math.min(this.#leapUs * 10, LEAP_MAX_US);
  }

  onTaken(): void {
    this.#leapUs = LEAP_MIN_US;
  }
}
