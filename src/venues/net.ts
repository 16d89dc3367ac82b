import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { HttpReply, HttpRequest, Net, NetFault, Timers } from '../core/env.ts';
import { assert, err, ok, type Result } from '../core/result.ts';
import { type Dial, diallingOf } from './lines/dial.ts';
import { OrderLines } from './lines/order-lines.ts';
import { openWebSocket } from './lines/web-socket.ts';

/** Largest body of a reply: the whole exchange information of a venue fits. */
const REPLY_BYTES_MAX = 32 * 1024 * 1024;
/** Connections kept open to one venue for questions. */
const KEPT_SOCKETS_MAX = 4;
/** Venues with lines that are kept for orders. */
const VENUES_MAX = 64;

/**
 * Real sockets. Close it to let the process end.
 *
 * @param dialTo how the lines that are kept for orders are connected
 */
export function nodeNet(
  timers: Timers,
  dialTo: (origin: URL) => Dial = diallingOf,
): Net & { close(): void } {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: KEPT_SOCKETS_MAX }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: KEPT_SOCKETS_MAX }),
  };
  const lines = new Map<string, OrderLines>();
  const linesTo = (url: string): OrderLines => {
    const { origin } = new URL(url);
    let own = lines.get(origin);
    if (own === undefined) {
      assert(lines.size < VENUES_MAX, 'a desk has fewer venues');
      own = new OrderLines(dialTo(new URL(origin)), timers);
      lines.set(origin, own);
    }
    return own;
  };
  return {
    webSocket: openWebSocket,
    http(request, done) {
      if (request.line === 'at-once') linesTo(request.url).sendAtOnce(request, done);
      else if (request.line === 'when-free') linesTo(request.url).sendWhenFree(request, done);
      else sendHttp(timers, agents, request, done);
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
      for (const own of lines.values()) own.close();
    },
  };
}

type Agents = { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };

function sendHttp(
  timers: Timers,
  agents: Agents,
  request: HttpRequest,
  done: (outcome: Result<HttpReply, NetFault>) => void,
): void {
  const url = new URL(request.url);
  const isSecure = url.protocol === 'https:';
  let isDone = false;
  const finish = (outcome: Result<HttpReply, NetFault>): void => {
    if (isDone) return;
    isDone = true;
    deadline.cancel();
    done(outcome);
  };
  const fail = (kind: NetFault['kind'], detail: string): void =>
    finish(err({ kind, url: `${url.origin}${url.pathname}`, detail }));
  const sent = (isSecure ? httpsRequest : httpRequest)(
    url,
    {
      method: request.method,
      headers: request.headers,
      agent: isSecure ? agents['https:'] : agents['http:'],
    },
    (reply) => collect(reply, finish, fail),
  );
  const deadline = timers.after(request.timeoutMs, () => {
    fail('timeout', `no reply within ${request.timeoutMs} ms`);
    sent.destroy();
  });
  sent.on('error', (error: NodeJS.ErrnoException) =>
    fail(error.code === 'ECONNREFUSED' ? 'refused' : 'broken', error.message),
  );
  sent.end(request.body);
}

function collect(
  reply: IncomingMessage,
  finish: (outcome: Result<HttpReply, NetFault>) => void,
  fail: (kind: NetFault['kind'], detail: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  reply.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= REPLY_BYTES_MAX) {
      chunks.push(chunk);
    } else {
      fail('too-large', `a reply of more than ${REPLY_BYTES_MAX} bytes`);
      reply.destroy();
    }
  });
  reply.on('error', (error) => fail('broken', error.message));
  reply.on('end', () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(reply.headers)) headers[name] = String(value);
    finish(
      ok({
        status: reply.statusCode as number,
        headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }),
    );
  });
}
