import type { HttpRequest } from '../../core/env.ts';
import { assert } from '../../core/result.ts';

/** What may stand in a request line or in a header: anything else could begin another request. */
const TARGET = /^[\x21-\x7e]+$/;
const VALUE = /^[\x20-\x7e]*$/;

/** A request as the bytes of HTTP/1.1, as text; its length is counted in UTF-8. */
export function requestText({ method, url, headers, body }: HttpRequest): string {
  const { host, pathname, search } = new URL(url);
  const target = pathname + search;
  assert(TARGET.test(target), 'a target is printable');
  let text = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) {
    const value = headers[name] as string;
    assert(TARGET.test(name) && VALUE.test(value), 'a header is printable');
    text += `${name}: ${value}\r\n`;
  }
  if (body === undefined) return method === 'GET' ? `${text}\r\n` : `${text}${NO_BODY}`;
  return `${text}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const NO_BODY = 'content-length: 0\r\n\r\n';
