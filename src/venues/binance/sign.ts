import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** An API key of one account. The secret is kept as a prepared key, never as text. */
export interface ApiKey {
  readonly id: string;
  readonly secret: KeyObject;
}

export function apiKeyOf(id: string, secret: string): ApiKey {
  return { id, secret: createSecretKey(Buffer.from(secret, 'utf8')) };
}

/** HMAC-SHA256 of a payload in lower-case hexadecimal, as Binance wants it. */
export function signature(key: ApiKey, payload: string): string {
  return createHmac('sha256', key.secret).update(payload).digest('hex');
}

/**
 * A signed WebSocket-API request as JSON text. The names must be in alphabetical order and the
 * values free of quotes, backslashes and control characters: nothing is escaped, because the
 * signature covers the plain text.
 *
 * @param names in alphabetical order, `apiKey` first, `timestamp` among them
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
