import { createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '../../core/result.ts';
import {
  BAD_KEY_FORMAT,
  type BinanceError,
  badRequest,
  INVALID_SIGNATURE,
  missing,
  REJECTED_KEY,
} from './errors.ts';
import type { Parameters } from './parameters.ts';

/** What a key may do; each includes what stands to its left. */
export const RIGHTS = ['read', 'cancel', 'trade'] as const;
export type Right = (typeof RIGHTS)[number];

export interface ApiKey {
  readonly apiKey: string;
  readonly secret: string;
  readonly account: string;
  readonly right: Right;
}

const KEY_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;
const RECV_WINDOW_DEFAULT_MS = 5_000;
const RECV_WINDOW_MAX_MS = 60_000;
/** A client's clock may be this far ahead. */
const AHEAD_MAX_MS = 1_000;

/** Hex HMAC-SHA256 of a payload, as Binance wants it for HMAC keys. */
export function signatureOf(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(payload).digest('hex');
}

export interface SignedRequest {
  readonly apiKey: string | null;
  readonly parameters: Parameters;
  /** What the signature covers. */
  readonly payload: string;
}

/**
 * Finds out whose request this is and whether it may be made now.
 *
 * @returns the key that signed it
 */
export function authenticate(
  keys: ReadonlyMap<string, ApiKey>,
  request: SignedRequest,
  needed: Right,
  nowMs: number,
): Result<ApiKey, BinanceError> {
  const { apiKey, parameters, payload } = request;
  if (apiKey === null || !KEY_PATTERN.test(apiKey)) return err(BAD_KEY_FORMAT);
  const key = keys.get(apiKey);
  if (key === undefined) return err(REJECTED_KEY);
  // The ws-api sends the key among the parameters, REST in a header.
  parameters.optional('apiKey');
  const signature = parameters.text('signature');
  const timestamp = parameters.integer('timestamp');
  const recvWindow = parameters.integer('recvWindow') ?? RECV_WINDOW_DEFAULT_MS;
  if (timestamp === null) return err(missing('timestamp'));
  if (signature === '') return err(missing('signature'));
  if (recvWindow > RECV_WINDOW_MAX_MS) {
    return err(badRequest(-1131, `recvWindow must be less than ${RECV_WINDOW_MAX_MS}`));
  }
  if (timestamp >= nowMs + AHEAD_MAX_MS) {
    const msg = "Timestamp for this request was 1000ms ahead of the server's time.";
    return err(badRequest(-1021, msg));
  }
  if (nowMs - timestamp > recvWindow) {
    return err(badRequest(-1021, 'Timestamp for this request is outside of the recvWindow.'));
  }
  if (!isSame(signature.toLowerCase(), signatureOf(key.secret, payload))) {
    return err(INVALID_SIGNATURE);
  }
  const isAllowed = RIGHTS.indexOf(key.right) >= RIGHTS.indexOf(needed);
  return isAllowed ? ok(key) : err(REJECTED_KEY);
}

/** The signed part of a REST request: query and body run together, without the signature. */
export function restPayload(query: string, body: string): string {
  return [query, body]
    .map((form) =>
      form
        .split('&')
        .filter((pair) => !pair.startsWith('signature='))
        .join('&'),
    )
    .join('');
}

/** The signed part of a ws-api request: parameters by name, without the signature. */
export function socketPayload(parameters: ReadonlyMap<string, string>): string {
  return [...parameters]
    .filter(([name]) => name !== 'signature')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function isSame(given: string, right: string): boolean {
  const [left, other] = [Buffer.from(given), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}
