import { hash } from 'node:crypto';

/** An API key of one account. The secret is inside what signs with it and is never shown. */
export interface ApiKey {
  readonly id: string;
  readonly signer: Signer;
}

export function apiKeyOf(id: string, secret: string): ApiKey {
  return { id, signer: new Signer(Buffer.from(secret, 'utf8')) };
}

/** HMAC-SHA256 of a payload in lower-case hexadecimal, as Binance wants it. */
export function signature(key: ApiKey, payload: string): string {
  return key.signer.sign(payload);
}

/** Of SHA-256, in bytes. */
const BLOCK = 64;
const DIGEST = 32;
/** A longer payload makes room for itself: queries are short and come from this program. */
const PAYLOAD_BYTES = 1_024;

/**
 * HMAC (RFC 2104) as two hashes in one call each. `createHmac` makes a native object for every
 * signature, and each of those has to be finalised when garbage is collected: with it a price that
 * replaces two quotes took 64 … 98 µs and a collection 2.7 … 4.4 ms, without it 55 … 69 µs and
 * 1.9 … 3.3 ms.
 */
class Signer {
  #inner = Buffer.alloc(BLOCK + PAYLOAD_BYTES, 0x36);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);

  constructor(secret: Buffer) {
    const key = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret;
    for (let at = 0; at < key.length; at += 1) {
      this.#inner[at] = 0x36 ^ (key[at] as number);
      this.#outer[at] = 0x5c ^ (key[at] as number);
    }
  }

  sign(payload: string): string {
    const bytes = Buffer.byteLength(payload, 'utf8');
    if (BLOCK + bytes > this.#inner.length) this.#grow(bytes);
    this.#inner.write(payload, BLOCK, 'utf8');
    // As a text of bytes, because a digest as a buffer is dearer than its 32 characters.
    const inner = hash('sha256', this.#inner.subarray(0, BLOCK + bytes), 'binary');
    this.#outer.write(inner, BLOCK, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }

  #grow(payloadBytes: number): void {
    const inner = Buffer.alloc(BLOCK + 2 * payloadBytes);
    this.#inner.copy(inner, 0, 0, BLOCK);
    this.#inner = inner;
  }
}

/**
 * A signed WebSocket-API request as JSON text. The names must be in alphabetical order and the
 * values free of quotes, backslashes and control characters: nothing is escaped, because the
 * signature covers the plain text.
 *
 * @param names in alphabetical order, `timestamp` among them
 */
export function signedRequest(
  key: ApiKey,
  requestId: string,
  method: string,
  names: readonly string[],
  values: readonly (string | number)[],
): string {
  let payload = '';
  let params = '';
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] as string;
    const value = values[at] as string | number;
    const between = at === 0 ? '' : '&';
    payload += `${between}${name}=${value}`;
    params += typeof value === 'number' ? `"${name}":${value},` : `"${name}":"${value}",`;
  }
  const signed = signature(key, payload);
  return `{"id":"${requestId}","method":"${method}","params":{${params}"signature":"${signed}"}}`;
}

/** Query string of a signed REST request. */
export function signedQuery(key: ApiKey, query: string): string {
  return `${query}&signature=${signature(key, query)}`;
}
