import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { err, ok, type Result } from '../../core/result.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import { RIGHTS } from '../binance/signing.ts';

/** The longest life that the venue gives a token. */
const LIFE_SECONDS_MAX = 120;
/** A client's clock may be off by this much. */
const SKEW_SECONDS = 30;
const ISSUERS: ReadonlySet<unknown> = new Set(['cdp', 'coinbase-cloud']);

/** Why a token is not good; the venue itself says no more than 401. */
export interface TokenFault {
  readonly kind: 'missing' | 'malformed' | 'unknown-key' | 'signature' | 'stale' | 'uri' | 'right';
}

type Claims = Readonly<Record<string, unknown>>;

/** Finds out whose request or subscription a token signs, and whether it may be made now. */
export class Tokens {
  readonly #keys: ReadonlyMap<string, { readonly key: ApiKey; readonly publicKey: KeyObject }>;

  /** @param keys their secrets are PEM texts: the private key, or its public half */
  constructor(keys: readonly ApiKey[]) {
    this.#keys = new Map(
      keys.map((key) => [key.apiKey, { key, publicKey: createPublicKey(key.secret) }]),
    );
  }

  /** @param uri what the token must name: `GET host/path`; null for a subscription */
  check(
    token: string | null,
    uri: string | null,
    needed: Right,
    nowMs: number,
  ): Result<ApiKey, TokenFault> {
    const fault = (kind: TokenFault['kind']) => err({ kind });
    if (token === null || token === '') return fault('missing');
    const [head = '', body = '', signature = '', ...rest] = token.split('.');
    const [header, claims] = [jsonOf(head), jsonOf(body)];
    if (header === null || claims === null || rest.length > 0) return fault('malformed');
    if (header['alg'] !== 'ES256') return fault('malformed');
    const known = this.#keys.get(String(header['kid']));
    if (known === undefined || claims['sub'] !== header['kid'] || !ISSUERS.has(claims['iss'])) {
      return fault('unknown-key');
    }
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      { key: known.publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) return fault('signature');
    if (!isFresh(claims, nowMs / 1_000)) return fault('stale');
    if (uri !== null && withoutScheme(claims['uri']) !== uri) return fault('uri');
    const isAllowed = RIGHTS.indexOf(known.key.right) >= RIGHTS.indexOf(needed);
    return isAllowed ? ok(known.key) : fault('right');
  }
}

function isFresh({ nbf, exp }: Claims, nowSeconds: number): boolean {
  if (typeof nbf !== 'number' || typeof exp !== 'number') return false;
  if (exp - nbf > LIFE_SECONDS_MAX) return false;
  return nowSeconds >= nbf - SKEW_SECONDS && nowSeconds < exp;
}

/** Clients that are told to use plain HTTP leave the scheme in. */
function withoutScheme(uri: unknown): string | null {
  return typeof uri === 'string' ? uri.replace(/https?:\/\//, '') : null;
}

function jsonOf(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : null;
  } catch {
    return null;
  }
}
