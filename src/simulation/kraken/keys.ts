import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { RateBudget } from '../../core/rate-budget.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import { RIGHTS } from '../binance/signing.ts';
import {
  CALL_RATE,
  INVALID_KEY,
  INVALID_NONCE,
  INVALID_SESSION,
  INVALID_SIGNATURE,
  type KrakenError,
  PERMISSION_DENIED,
} from './errors.ts';

/** A signed call as it came over HTTP. */
export interface SignedCall {
  readonly path: string;
  readonly body: string;
  readonly nonce: string;
  readonly apiKey: string;
  readonly signature: string;
}

/** REST calls of one key: a counter that rises with each and decays with time. */
export interface CallLimits {
  readonly max: number;
  readonly decayPerSecond: number;
}

/** Those of the venue for a beginner. */
export const DEFAULT_CALLS: CallLimits = { max: 15, decayPerSecond: 0.33 };

/** A token that nobody has used to subscribe yet is good for so long. */
export const TOKEN_LIFE_MS = 900_000;
const TOKENS_MAX = 10_000;
const NONCE = /^\d{1,19}$/;

interface Token {
  readonly key: ApiKey;
  readonly untilMs: number;
  /** A token that has opened a subscription lives as long as that. */
  isUsed: boolean;
}

/** Who may do what: keys, their nonces and calls, and the tokens of the private sockets. */
export class Keys {
  readonly #keys: ReadonlyMap<string, ApiKey>;
  readonly #limits: CallLimits;
  readonly #random: Rng;
  readonly #nonces = new Map<string, bigint>();
  readonly #calls = new Map<string, RateBudget>();
  readonly #tokens = new Map<string, Token>();

  constructor(keys: readonly ApiKey[], limits: CallLimits, random: Rng) {
    this.#keys = new Map(keys.map((key) => [key.apiKey, key]));
    this.#limits = limits;
    this.#random = random;
  }

  /** @returns the key that signed a call */
  authenticate(call: SignedCall): Result<ApiKey, KrakenError> {
    const key = this.#keys.get(call.apiKey);
    if (key === undefined) return err(INVALID_KEY);
    const digest = createHash('sha256')
      .update(call.nonce + call.body)
      .digest();
    const secret = Buffer.from(key.secret, 'base64');
    const right = createHmac('sha512', secret).update(call.path).update(digest).digest();
    const given = Buffer.from(call.signature, 'base64');
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      return err(INVALID_SIGNATURE);
    }
    if (!NONCE.test(call.nonce)) return err(INVALID_NONCE);
    const nonce = BigInt(call.nonce);
    if (nonce <= (this.#nonces.get(call.apiKey) ?? 0n)) return err(INVALID_NONCE);
    this.#nonces.set(call.apiKey, nonce);
    return ok(key);
  }

  /** Counts a call. @returns the refusal when the counter is full */
  charge(apiKey: string, cost: number, nowMs: number): KrakenError | null {
    const { max, decayPerSecond } = this.#limits;
    const fresh = () => new RateBudget({ ratePerSecond: decayPerSecond, burst: max }, nowMs);
    const budget = this.#calls.get(apiKey) ?? fresh();
    this.#calls.set(apiKey, budget);
    return budget.take(nowMs, cost) ? null : CALL_RATE;
  }

  /** Lets everybody call again who has called too much. */
  forgive(): void {
    this.#calls.clear();
  }

  issueToken(key: ApiKey, nowMs: number): string {
    let text = '';
    while (text.length < 40) text += this.#random.below(36).toString(36);
    this.#tokens.set(text, { key, untilMs: nowMs + TOKEN_LIFE_MS, isUsed: false });
    if (this.#tokens.size > TOKENS_MAX) {
      const [oldest] = this.#tokens.keys();
      this.#tokens.delete(oldest as string);
    }
    return text;
  }

  /** The key behind a token, if it may do this. @param isSubscription keeps the token alive */
  keyOf(
    text: unknown,
    needed: Right,
    nowMs: number,
    isSubscription = false,
  ): Result<ApiKey, KrakenError> {
    const token = this.#tokens.get(String(text));
    if (token === undefined || (!token.isUsed && nowMs > token.untilMs)) {
      return err(INVALID_SESSION);
    }
    if (isSubscription) token.isUsed = true;
    return mayDo(token.key, needed) ? ok(token.key) : err(PERMISSION_DENIED);
  }

  /** Somebody else uses the key, with nonces up to this. */
  burnNonces(apiKey: string, last: bigint): void {
    this.#nonces.set(apiKey, last);
  }

  /** All tokens lose their power, as after a restart of the venue. */
  revokeTokens(): void {
    this.#tokens.clear();
  }
}

export function mayDo(key: ApiKey, needed: Right): boolean {
  return RIGHTS.indexOf(key.right) >= RIGHTS.indexOf(needed);
}
