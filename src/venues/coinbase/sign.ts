import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** How long a token is good for; the venue takes no longer life. */
export const TOKEN_LIFE_SECONDS = 120;
/** Tokens are valid from a little before now, for a venue whose clock is behind ours. */
const EARLY_SECONDS = 5;
const NONCE_BYTES = 16;
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
 * @param entropy for the nonces of tokens
 */
export function tokenSigner(
  name: string,
  pem: string,
  entropy: (bytes: number) => Uint8Array,
): Result<TokenSigner, KeyFault> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch (thrown) {
    return err({ kind: 'signing-key', found: reasonOf(thrown), wanted: WANTED });
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === CURVE) return ok(new TokenSigner(name, key, entropy));
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
  readonly #entropy: (bytes: number) => Uint8Array;

  constructor(name: string, key: KeyObject, entropy: (bytes: number) => Uint8Array) {
    this.name = name;
    this.#key = key;
    this.#entropy = entropy;
  }

  /**
   * @param nowMs the venue's clock
   * @param uri `GET api.coinbase.com/api/v3/brokerage/accounts`, without a query
   */
  token(nowMs: number, uri: string | null = null): string {
    const seconds = Math.floor(nowMs / 1_000);
    const nonce = Buffer.from(this.#entropy(NONCE_BYTES)).toString('hex');
    const header = { alg: 'ES256', typ: 'JWT', kid: this.name, nonce };
    const claims = {
      iss: 'cdp',
      sub: this.name,
      nbf: seconds - EARLY_SECONDS,
      iat: seconds,
      exp: seconds + TOKEN_LIFE_SECONDS - EARLY_SECONDS,
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
