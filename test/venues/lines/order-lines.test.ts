/** The connections that are kept for orders, on real sockets; only their timers are in hand. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, HttpRequest, NetFault } from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';
import {
  LINES_KEPT_FREE,
  LINES_MAX,
  OrderLines,
  REQUEST_BYTES_MAX,
  WAITING_MAX,
} from '../../../src/venues/lines/order-lines.ts';
import { deadPort, httpServer, type Loopback, tcpServer } from '../../support/edge/loopback.ts';
import { manualEnv } from '../../support/manual-env.ts';

type Outcome = Result<HttpReply, NetFault>;

const ORDERS_MAX = LINES_MAX - LINES_KEPT_FREE;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits for the system, not for time: loopback sockets answer within some turns of the loop. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < 200_000; turns += 1) {
    if (isSo()) return;
    await turn();
  }
  throw new Error(`it never came to ${what}`);
}

/** Lines to a venue that answers when it is told to, and everything by itself if `answers`. */
async function world(use: (world: World) => Promise<void>, answers = true): Promise<void> {
  const held: { path: string; response: ServerResponse }[] = [];
  const seen: string[] = [];
  const state = { answers, headers: {} as Record<string, string> };
  const server = await httpServer((request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    if (state.answers) response.writeHead(200, state.headers).end('{}');
    else held.push({ path: request.url as string, response });
  });
  await onLines(server, (made) => use({ ...made, held, seen, state }));
}

type World = Made & {
  readonly held: { path: string; response: ServerResponse }[];
  readonly seen: string[];
  readonly state: { answers: boolean; headers: Record<string, string> };
};

interface Made {
  readonly server: Loopback;
  readonly env: ReturnType<typeof manualEnv>;
  readonly lines: OrderLines;
  readonly dialled: { count: number };
  send(line: 'at-once' | 'when-free', path: string, parts?: Partial<HttpRequest>): Sent;
  /** Resolves once all lines are open. */
  warm(): Promise<void>;
}

interface Sent {
  outcome: Outcome | null;
  answers: number;
}

async function onLines(
  server: Loopback,
  use: (made: Made) => Promise<void>,
  open = (port: number): Socket => connect(port, '127.0.0.1'),
): Promise<void> {
  const env = manualEnv();
  const dialled = { count: 0 };
  const dial = () => {
    dialled.count += 1;
    return { socket: open(server.port), opened: 'connect' as const };
  };
  const lines = new OrderLines(dial, env.timers);
  const send: Made['send'] = (line, path, parts = {}) => {
    const sent: Sent = { outcome: null, answers: 0 };
    const url = `http://127.0.0.1:${server.port}${path}`;
    const request = { method: 'POST' as const, url, headers: {}, timeoutMs: 2_000, ...parts };
    const done = (outcome: Outcome): void => {
      sent.outcome = outcome;
      sent.answers += 1;
    };
    if (line === 'at-once') lines.sendAtOnce(request, done);
    else lines.sendWhenFree(request, done);
    return sent;
  };
  const warm = async () => {
    await until('open lines', () => server.connections() >= LINES_MAX);
    for (let turns = 0; turns < 20; turns += 1) await turn();
  };
  try {
    await use({ server, env, lines, dialled, send, warm });
  } finally {
    lines.close();
    await server.stop();
  }
}

const kindOf = ({ outcome }: Sent): string =>
  outcome === null ? 'under way' : outcome.ok ? String(outcome.value.status) : outcome.error.kind;
const detailOf = ({ outcome }: Sent): string =>
  outcome !== null && !outcome.ok ? outcome.error.detail : '';

test('lines are open before the first order, which is refused until they are', async () => {
  await world(async ({ send, warm, server, seen }) => {
    const early = send('at-once', '/early');
    assert.is(kindOf(early), 'refused', 'in the very call');
    assert.match(detailOf(early), /no free line: 0 of 8 are free/);
    await warm();
    assert.is(server.connections(), LINES_MAX);
    const sent = send('at-once', '/order?signature=secret', { body: '{"é":1}' });
    await until('an answer', () => sent.outcome !== null);
    assert.equal([kindOf(sent), seen], ['200', ['POST /order?signature=secret']]);
    assert.is(server.connections(), LINES_MAX, 'on a line that was there');
  });
});

test('when every line is busy an order is refused in the call, and is never written', async () => {
  await world(async ({ send, warm, held, seen, state }) => {
    await warm();
    const sent = Array.from({ length: 20 }, (_, at) => send('at-once', `/order/${at}`));
    const refused = sent.filter((each) => each.outcome !== null);
    assert.is(refused.length, 20 - ORDERS_MAX);
    assert.ok(refused.every((each) => kindOf(each) === 'refused'));
    await until('the orders', () => held.length === ORDERS_MAX);
    state.answers = true;
    for (const { response } of held) response.end('{}');
    await until('the answers', () => sent.every((each) => each.outcome !== null));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    assert.is(seen.length, ORDERS_MAX, 'nothing was kept for later');
  }, false);
});

test('bytes are with the system in the call: closing the line loses none', async () => {
  let bytes = '';
  const server = await tcpServer((socket) => {
    socket.on('data', (data) => {
      bytes += data.toString();
    });
  });
  await onLines(server, async ({ send, warm, lines }) => {
    await warm();
    const sent = send('at-once', '/order', { body: '{"side":"BUY"}' });
    lines.close();
    assert.is(kindOf(sent), 'broken', 'it has left, so its outcome is not known');
    await until('the bytes', () => bytes.includes('{"side":"BUY"}'));
  });
});

test('cancellations have lines that orders leave them, and wait in order beyond that', async () => {
  await world(async ({ send, warm, held, seen }) => {
    await warm();
    for (let at = 0; at < 20; at += 1) send('at-once', `/order/${at}`);
    const cancels = Array.from({ length: 4 }, (_, at) => send('when-free', `/cancel/${at}`));
    await until('what can leave', () => seen.length === LINES_MAX);
    assert.equal(seen.slice(ORDERS_MAX).sort(), ['POST /cancel/0', 'POST /cancel/1']);
    held[0]?.response.end('{}');
    await until('the next', () => seen.length === LINES_MAX + 1);
    assert.is(seen.at(-1), 'POST /cancel/2');
    const late = send('at-once', '/order/late');
    assert.is(kindOf(late), 'refused', 'a cancellation that waits goes first');
    assert.is(kindOf(cancels[3] as Sent), 'under way');
  }, false);
});

test('who waits for a line keeps to the time limit, and has not left', async () => {
  await world(async ({ send, warm, env, seen, held }) => {
    await warm();
    const first = Array.from({ length: LINES_MAX }, (_, at) =>
      send('when-free', `/busy/${at}`, { timeoutMs: 60_000 }),
    );
    const waiting = send('when-free', '/waits', { timeoutMs: 100 });
    await env.advance(100);
    assert.is(kindOf(waiting), 'refused');
    assert.match(detailOf(waiting), /no free line within 100 ms/);
    await until('the others', () => held.length === LINES_MAX);
    for (const { response } of held) response.end('{}');
    await until('their answers', () => first.every((each) => kindOf(each) === '200'));
    assert.not.ok(seen.includes('POST /waits'));
    assert.is(waiting.answers, 1);
  }, false);
});

test('no more wait than there is room for', async () => {
  await world(async ({ send, warm }) => {
    await warm();
    for (let at = 0; at < LINES_MAX + WAITING_MAX; at += 1) send('when-free', `/c/${at}`);
    const over = send('when-free', '/over');
    assert.match(detailOf(over), /256 requests are waiting already/);
  }, false);
});

test('a reply that is overdue costs its line, which is made anew', async () => {
  await world(async ({ send, warm, env, state, dialled, seen }) => {
    await warm();
    const sent = send('at-once', '/order', { timeoutMs: 500 });
    await until('the order', () => seen.length === 1);
    await env.advance(500);
    assert.is(kindOf(sent), 'timeout');
    assert.match(detailOf(sent), /no reply within 500 ms/);
    state.answers = true;
    await env.advance(1_000);
    assert.is(dialled.count, LINES_MAX + 1);
    await until('an answer', () => kindOf(send('when-free', '/next')) !== 'refused');
    for (let turns = 0; turns < 50; turns += 1) await turn();
    assert.is(sent.answers, 1);
  }, false);
});

test('what is too large to leave in one piece is refused', async () => {
  await world(async ({ send, warm }) => {
    await warm();
    const sent = send('at-once', '/order', { body: 'x'.repeat(REQUEST_BYTES_MAX) });
    assert.match(detailOf(sent), /more than 8192 bytes/);
  });
});

test('a line that the venue ends is not used again', async () => {
  await world(async ({ send, warm, state, server, dialled }) => {
    await warm();
    state.headers = { connection: 'close' };
    for (let at = 1; at <= 10; at += 1) {
      const sent = send('at-once', `/order/${at}`);
      await until('an answer', () => sent.outcome !== null);
      assert.is(kindOf(sent), '200');
      await until('a new line', () => server.connections() === LINES_MAX + at);
    }
    assert.is(dialled.count, LINES_MAX + 10);
  });
});

test('an answer that nobody asked for is taken for none: the line ends', async () => {
  let later: (() => void) | undefined;
  const server = await tcpServer((socket) => {
    later ??= () => socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
  });
  await onLines(server, async ({ warm, env, dialled }) => {
    await warm();
    later?.();
    for (let turns = 0; turns < 50; turns += 1) await turn();
    await env.advance(1_000);
    assert.is(dialled.count, LINES_MAX + 1);
  });
});

test('a line that the venue hangs up on while it is idle is replaced', async () => {
  await world(async ({ send, warm, server, env }) => {
    await warm();
    server.hangUp();
    await until('a refusal', () => kindOf(send('at-once', '/order')) === 'refused');
    for (let turns = 0; turns < 50; turns += 1) await turn();
    await env.advance(1_000);
    await until('new lines', () => server.connections() >= 2 * LINES_MAX);
  });
});

test('what could begin another request is never written', async () => {
  await world(async ({ send, warm, seen }) => {
    await warm();
    for (const headers of [{ 'x-a': 'b\r\nc: d' }, { 'x a': 'b' }]) {
      assert.throws(() => send('at-once', '/order', { headers }), /header is printable/);
    }
    const sent = send('when-free', '/a b?c=\n', { method: 'GET', headers: { 'x-a': 'b' } });
    await until('an answer', () => sent.outcome !== null);
    assert.equal(seen, ['GET /a%20b?c=']);
  });
});

const ends: [name: string, answer: string, kind: string][] = [
  ['that is cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', 'broken'],
  ['that ends with its connection', 'HTTP/1.1 200 OK\r\n\r\nwhole', '200'],
  ['that is no HTTP', '220 mail\r\n\r\n', 'broken'],
  ['that is too large', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n', 'too-large'],
];
for (const [name, answer, kind] of ends) {
  test(`a reply ${name} is ${kind}`, async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end(answer)));
    await onLines(server, async ({ send, warm }) => {
      await warm();
      const sent = send('at-once', '/order?signature=secret');
      await until('its end', () => sent.outcome !== null);
      for (let turns = 0; turns < 20; turns += 1) await turn();
      assert.equal([kindOf(sent), sent.answers], [kind, 1]);
      assert.not.ok(JSON.stringify(sent.outcome).includes('secret'));
    });
  });
}

test('who waits hears at once that there is no connection, and every wish is a try', async () => {
  const port = await deadPort();
  const gone = { port, connections: () => 0, hangUp: () => {}, stop: async () => {} };
  await onLines(gone, async ({ send, dialled, env }) => {
    const first = send('when-free', '/cancel');
    await until('a refusal', () => first.outcome !== null);
    assert.equal([kindOf(first), /ECONNREFUSED/.test(detailOf(first))], ['refused', true]);
    const tries = dialled.count;
    const second = send('when-free', '/cancel');
    await until('another', () => second.outcome !== null);
    assert.is(dialled.count, tries + 1);
    const before = dialled.count;
    for (let second = 0; second < 60; second += 1) {
      await env.advance(1_000);
      for (let turns = 0; turns < 20; turns += 1) await turn();
    }
    assert.ok(dialled.count - before <= 8, `${dialled.count - before} tries in a minute`);
  });
});

test('a venue that comes back gets all its lines', async () => {
  const port = await deadPort();
  const gone = { port, connections: () => 0, hangUp: () => {}, stop: async () => {} };
  await onLines(gone, async ({ send, env }) => {
    const first = send('when-free', '/cancel');
    await until('a refusal', () => first.outcome !== null);
    const server = await httpServer((_, response) => response.end('{}'), port);
    try {
      for (let second = 0; second < 20 && server.connections() < LINES_MAX; second += 1) {
        await env.advance(1_000);
        for (let turns = 0; turns < 50; turns += 1) await turn();
      }
      assert.is(server.connections(), LINES_MAX);
      await until('a line', () => kindOf(send('at-once', '/order')) !== 'refused');
    } finally {
      await server.stop();
    }
  });
});

test('a connection that is never made is given up', async () => {
  const silent = { port: 1, connections: () => 0, hangUp: () => {}, stop: async () => {} };
  await onLines(
    silent,
    async ({ env, dialled, send }) => {
      const waits = send('when-free', '/cancel', { timeoutMs: 60_000 });
      await env.advance(4_000);
      assert.equal([dialled.count, kindOf(waits)], [LINES_MAX, 'under way']);
      await env.advance(1_000);
      assert.match(detailOf(waits), /no connection within 5000 ms/);
      await env.advance(2_000);
      assert.is(dialled.count, LINES_MAX + 1, 'one tries for all');
    },
    () => new Socket(),
  );
});

test('idle lines are made anew one by one, before the venue would end them', async () => {
  await world(async ({ send, warm, env, dialled, state }) => {
    await warm();
    await env.advance(29_000);
    assert.is(dialled.count, LINES_MAX);
    await env.advance(3_000);
    assert.is(dialled.count, LINES_MAX + 3);
    await warm();
    state.headers = { 'keep-alive': 'timeout=3' };
    const sent = send('when-free', '/question');
    await until('an answer', () => sent.outcome !== null);
    const before = dialled.count;
    await env.advance(1_000);
    assert.is(dialled.count, before + 1, 'another that was old');
    await env.advance(1_000);
    assert.is(dialled.count, before + 2);
  });
});

test('closing refuses what waits, breaks what is under way, opens nothing after', async () => {
  await world(async ({ send, warm, lines, env, dialled }) => {
    await warm();
    const sent = Array.from({ length: LINES_MAX + 2 }, (_, at) => send('when-free', `/${at}`));
    lines.close();
    const kinds = sent.map(kindOf);
    assert.equal(kinds.filter((kind) => kind === 'broken').length, LINES_MAX);
    assert.equal(kinds.slice(LINES_MAX), ['refused', 'refused']);
    assert.equal(
      (['at-once', 'when-free'] as const).map((line) => kindOf(send(line, '/late'))),
      ['refused', 'refused'],
    );
    await env.advance(60_000);
    assert.equal([dialled.count, env.pendingTimers], [LINES_MAX, 0]);
  }, false);
});

test.run();
