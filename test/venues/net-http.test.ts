import type { RequestListener, ServerResponse } from 'node:http';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, HttpRequest, NetFault } from '../../src/core/env.ts';
import { nodeTimers } from '../../src/core/node-env.ts';
import type { Result } from '../../src/core/result.ts';
import { nodeNet } from '../../src/venues/net.ts';
import { deadPort, httpServer, type Loopback, tcpServer } from '../support/edge/loopback.ts';
import { until } from '../support/process/until.ts';

type Outcome = Result<HttpReply, NetFault>;
type RealNet = ReturnType<typeof nodeNet>;

/** Long enough for any reply that is coming; tests that wait for a time-out set their own. */
const PATIENT_MS = 10_000;

function ask(net: RealNet, port: number, parts: Partial<HttpRequest> = {}): Promise<Outcome> {
  const url = `http://127.0.0.1:${port}/api/v3/order?signature=secret`;
  const request = { method: 'GET' as const, url, headers: {}, timeoutMs: PATIENT_MS, ...parts };
  return new Promise((resolve, reject) => {
    let answers = 0;
    net.http(request, (outcome) => {
      answers += 1;
      if (answers > 1) reject(new Error('done was called twice'));
      // Whatever else the socket has to say comes before the next turn but one.
      setImmediate(() => setImmediate(() => resolve(outcome)));
    });
  });
}

async function withNet<T>(
  server: Promise<Loopback>,
  use: (net: RealNet, server: Loopback) => Promise<T>,
): Promise<T> {
  const [net, running] = [nodeNet(nodeTimers), await server];
  try {
    return await use(net, running);
  } finally {
    net.close();
    await running.stop();
  }
}

const served = (listener: RequestListener, parts: Partial<HttpRequest> = {}): Promise<Outcome> =>
  withNet(httpServer(listener), (net, { port }) => ask(net, port, parts));

function assertFault(outcome: Outcome, kind: NetFault['kind'], detail: RegExp): void {
  assert.ok(!outcome.ok, 'a fault');
  assert.is(outcome.error.kind, kind);
  assert.match(outcome.error.detail, detail);
  assert.match(outcome.error.url, /^https?:\/\/127\.0\.0\.1:\d+\/api\/v3\/order$/);
}

test('a reply has its status, its headers in lower case and its body', async () => {
  const outcome = await served((_, response) => {
    response.writeHead(418, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] });
    response.write('{"price":"1 €');
    response.end('"}');
  });
  assert.ok(outcome.ok);
  const { status, headers, body } = outcome.value;
  assert.equal([status, body], [418, '{"price":"1 €"}']);
  assert.equal([headers['retry-after'], headers['set-cookie']], ['7', 'a=1,b=2']);
});

test('a body arrives as it was given, with its length', async () => {
  const body = '{"what":"émergence"}';
  const echo: RequestListener = (request, response) => {
    let text = request.headers['content-length'] ?? 'none';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += ` ${chunk}`;
    });
    request.on('end', () => response.end(text));
  };
  const outcome = await served(echo, { method: 'POST', body });
  assert.ok(outcome.ok);
  assert.is(outcome.value.body, `${Buffer.byteLength(body)} ${body}`);
});

test('method, path and headers arrive as they were given', async () => {
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    const outcome = await served(
      ({ method: sent, url, headers }, response) =>
        response.end(`${sent} ${url} ${headers['x-mbx-apikey']}`),
      { method, headers: { 'X-MBX-APIKEY': 'k1' } },
    );
    assert.ok(outcome.ok);
    assert.is(outcome.value.body, `${method} /api/v3/order?signature=secret k1`);
  }
});

test('an empty reply is a reply', async () => {
  const outcome = await served((_, response) => response.writeHead(204).end());
  assert.ok(outcome.ok && outcome.value.status === 204 && outcome.value.body === '');
});

test('a port on which nobody listens refuses: nothing can have arrived', async () => {
  const port = await deadPort();
  const net = nodeNet(nodeTimers);
  assertFault(await ask(net, port), 'refused', /ECONNREFUSED/);
  net.close();
});

test('a venue that does not answer is given up at the time limit, and hung up on', async () => {
  let hungUp: Promise<unknown> | undefined;
  const silent: RequestListener = ({ socket }) => {
    hungUp = new Promise((resolve) => socket.on('close', resolve));
  };
  await withNet(httpServer(silent), async (net, { port }) => {
    const outcome = await ask(net, port, { timeoutMs: 20 });
    assertFault(outcome, 'timeout', /^no reply within 20 ms$/);
    await hungUp;
  });
});

test('a venue that stops in the middle of its reply is given up at the time limit', async () => {
  const outcome = await served((_, response) => response.write('{"a":'), { timeoutMs: 40 });
  assertFault(outcome, 'timeout', /^no reply within 40 ms$/);
});

const breaks: [name: string, listener: RequestListener][] = [
  ['before its reply', (request) => request.socket.destroy()],
  ['in the middle of a reply of known length', (_, response) => halfOf(response, 100)],
  ['in the middle of a reply of unknown length', (_, response) => halfOf(response)],
];
for (const [when, listener] of breaks) {
  test(`a connection that breaks ${when} leaves the outcome unknown`, async () => {
    assertFault(await served(listener), 'broken', /hang up|aborted|ECONNRESET/);
  });
}

function halfOf(response: ServerResponse, length?: number): void {
  if (length !== undefined) response.setHeader('Content-Length', length);
  response.write('half', () => response.socket?.destroy());
}

test('a reply that is no HTTP is broken', async () => {
  const babbling = tcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
  const outcome = await withNet(babbling, (net, { port }) => ask(net, port));
  assertFault(outcome, 'broken', /Parse Error/);
});

test('a server without TLS is broken for a secure request', async () => {
  const outcome = await withNet(
    httpServer((_, response) => response.end()),
    (net, { port }) => ask(net, port, { url: `https://127.0.0.1:${port}/api/v3/order` }),
  );
  assertFault(outcome, 'broken', /SSL|packet length|hang up/);
});

test('a reply of 32 MiB is taken', async () => {
  const whole = await served((_, response) => response.end(Buffer.alloc(32 * 1024 * 1024, 'x')));
  assert.ok(whole.ok && whole.value.body.length === 32 * 1024 * 1024);
});

test('a reply that goes on beyond 32 MiB is cut off, and hung up on', async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  let hungUp: Promise<unknown> | undefined;
  const endless: RequestListener = ({ socket }, response) => {
    hungUp = new Promise((resolve) => socket.on('close', resolve));
    const more = (): void => {
      if (!socket.destroyed) response.write(mebibyte, more);
    };
    more();
  };
  await withNet(httpServer(endless), async (net, { port }) => {
    assertFault(await ask(net, port), 'too-large', /more than 33554432 bytes/);
    await hungUp;
  });
});

test('questions one after the other share a connection', async () => {
  await withNet(
    httpServer((_, response) => response.end('x')),
    async (net, server) => {
      for (let times = 0; times < 5; times += 1) assert.ok((await ask(net, server.port)).ok);
      assert.is(server.connections(), 1);
    },
  );
});

test('many questions at once use a few connections and are all answered', async () => {
  await withNet(
    httpServer((_, response) => setImmediate(() => response.end('x'))),
    async (net, server) => {
      const asked = Array.from({ length: 12 }, () => ask(net, server.port));
      assert.ok((await Promise.all(asked)).every((outcome) => outcome.ok));
      assert.ok(server.connections() <= 4, `${server.connections()} connections`);
    },
  );
});

test('a question that waits for a free connection keeps to its time limit', async () => {
  await withNet(
    httpServer(() => {}),
    async (net, { port }) => {
      const asked = Array.from({ length: 6 }, () => ask(net, port, { timeoutMs: 20 }));
      for (const outcome of await Promise.all(asked)) assertFault(outcome, 'timeout', /20 ms/);
    },
  );
});

test('a connection that the venue closed while it was idle is not used again', async () => {
  let closed: Promise<unknown> | undefined;
  const dropping: RequestListener = ({ socket }, response) => {
    closed ??= new Promise((resolve) => socket.on('close', resolve));
    response.end('x', () => setImmediate(() => socket.destroy()));
  };
  await withNet(httpServer(dropping), async (net, server) => {
    const before = connectionsHere();
    assert.ok((await ask(net, server.port)).ok);
    await closed;
    await until('the end of the connection at both ends', () => connectionsHere() <= before);
    assert.ok((await ask(net, server.port)).ok);
    assert.is(server.connections(), 2);
  });
});

/** Connections of this process that are open, of either end. */
function connectionsHere(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

test('closing breaks what is under way and answers it', async () => {
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await withNet(
    httpServer(() => arrive()),
    async (net, { port }) => {
      const asked = ask(net, port);
      await arrived;
      net.close();
      assertFault(await asked, 'broken', /hang up/);
    },
  );
});

test.run();
