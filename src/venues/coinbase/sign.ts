import { createPrivateKey, hash, type KeyObject, sign } from 'node:crypto';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** The venue gives no token a longer life, from `nbf` to `exp`. */
export const TOKEN_LIFE_SECONDS_MAX = 120;
/** Tokens are valid from a little before now, for a venue whose clock is behind ours. */
const EARLY_SECONDS = 5;
const NONCE_DIGITS = 32;
const CURVE = 'prime256v1';

export interface KeyFault {
  readonly kind: 'signing-key';
  readonly found: string;
  readonly wanted: string;
}

const WANTED = 'an EC private key on P-256 as PEM, `EC PRIVATE KEY` or `PRIVATE KEY`';

/**
 * Prepares the key of one account.
 *
 * @param name `organizations/…/apiKeys/…`
 * @param pem SEC1 or PKCS8; the two characters `\n` of a key file in JSON count as a new line
 */
export function tokenSigner(name: string, pem: string): Result<TokenSigner, KeyFault> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch (thrown) {
    return err({ kind: 'signing-key', found: reasonOf(thrown), wanted: WANTED });
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === CURVE) return ok(new TokenSigner(name, key));
  const found = `a key of type ${key.asymmetricKeyType} ${curve ?? ''}`.trimEnd();
  return err({ kind: 'signing-key', found, wanted: WANTED });
}

/**
 * Makes the ES256 tokens that sign requests (`uri` names method, host and path) and private
 * subscriptions (without `uri`). Each message gets a fresh one.
 *
 * @see RFC 7515, 7518 §3.4: the signature is r and s, 32 bytes each
 */
export class TokenSigner {
  /** Name of the key, which is no secret. */
  readonly name: string;
  readonly #key: KeyObject;
  #count = 0;

  constructor(name: string, key: KeyObject) {
    this.name = name;
    this.#key = key;
  }

  /**
   * @param nowMs the venue's clock
   * @param uri `GET api.coinbase.com/api/v3/brokerage/accounts`, without a query
   * @param lifeMs how long the venue may act on it: whole seconds, up to 115 s
   */
  token(nowMs: number, uri: string | null, lifeMs: number): string {
    const seconds = Math.floor(nowMs / 1_000);
    const life = Math.min(Math.ceil(lifeMs / 1_000), TOKEN_LIFE_SECONDS_MAX - EARLY_SECONDS);
    this.#count += 1;
    // A nonce has to be new, not secret.
    const nonce = hash('sha256', `${this.name} ${nowMs} ${this.#count}`).slice(0, NONCE_DIGITS);
    const header = { alg: 'ES256', typ: 'JWT', kid: this.name, nonce };
    const claims = {
      iss: 'cdp',
      sub: this.name,
      nbf: seconds - EARLY_SECONDS,
      iat: seconds,
      exp: seconds + life,
      ...(uri === null ? {} : { uri }),
    };
    const signed = `${encoded(header)}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
