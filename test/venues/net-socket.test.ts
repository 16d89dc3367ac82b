import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type WebSocket, WebSocketServer } from 'ws';
import { deadPort, type Loopback, listening, tcpServer } from '../support/edge/loopback.ts';
import {
  HeardSocket as Heard,
  LIMITS,
  shakingHands,
  withServer,
} from '../support/wire/heard-socket.ts';

type Serve = (peer: WebSocket, request: IncomingMessage) => void;

async function withVenue(serve: Serve, use: (venue: Loopback) => Promise<void>): Promise<void> {
  const http = createServer();
  new WebSocketServer({ server: http }).on('connection', (peer, request) => {
    peer.on('error', () => {});
    serve(peer, request);
  });
  await withServer(listening(http), use);
}

const textOf = (frame: Uint8Array | undefined): string => new TextDecoder().decode(frame);

test('frames come in whole and in order, texts and bytes alike, and are ours to keep', async () => {
  const sent = Array.from({ length: 200 }, (_, at) => `frame ${at} ${'x'.repeat(at)}`);
  const serve: Serve = (peer) => {
    for (const text of sent) peer.send(text, { binary: text.length % 2 === 0 });
    peer.send('in two ', { fin: false });
    peer.send('parts', { fin: true });
  };
  await withVenue(serve, async ({ port }) => {
    const heard = new Heard(port);
    await heard.heard(201);
    assert.equal(heard.frames.map(textOf), [...sent, 'in two parts']);
    assert.is(heard.opens, 1);
    heard.link.close();
    assert.is((await heard.end()).code, 1000);
  });
});

test('what is sent arrives, and nothing is compressed', async () => {
  const serve: Serve = (peer, { headers }) => {
    peer.on('message', (data) => peer.send(`${data} ${headers['sec-websocket-extensions']}`));
  };
  await withVenue(serve, async ({ port }) => {
    const heard = new Heard(port);
    assert.not.ok(heard.link.send('early'), 'nothing is sent before the socket is open');
    await heard.opened;
    assert.ok(heard.link.send('order'));
    await heard.heard(1);
    assert.is(textOf(heard.frames[0]), 'order undefined');
    heard.link.close();
    await heard.end();
  });
});

test('a ping of the venue is answered', async () => {
  const serve: Serve = (peer) => {
    peer.on('pong', (data) => peer.send(`pong ${data}`));
    peer.ping('20');
  };
  await withVenue(serve, async ({ port }) => {
    const heard = new Heard(port);
    await heard.heard(1);
    assert.is(textOf(heard.frames[0]), 'pong 20');
    heard.link.close();
    await heard.end();
  });
});

test('the venue’s reason for closing is told', async () => {
  await withVenue(
    (peer) => peer.close(4001, 'maintenance'),
    async ({ port }) => {
      const heard = new Heard(port);
      assert.equal(await heard.end(), { code: 4001, reason: 'maintenance', refused: null });
      assert.is(heard.opens, 1);
    },
  );
});

test('a connection that is cut is closed', async () => {
  await withVenue(
    (peer) => peer.terminate(),
    async ({ port }) => assert.is((await new Heard(port).end()).code, 1006),
  );
});

test('a port on which nobody listens closes what was never open', async () => {
  const heard = new Heard(await deadPort());
  const { code, reason } = await heard.end();
  assert.is(code, 1006);
  assert.match(reason, /ECONNREFUSED/);
  assert.is(heard.opens, 0);
});

test('a handshake that is never answered is given up at its time limit', async () => {
  await withServer(
    tcpServer(() => {}),
    async ({ port }) => {
      const heard = new Heard(port, { openTimeoutMs: 20 });
      assert.match((await heard.end()).reason, /handshake has timed out/);
      assert.is(heard.opens, 0);
    },
  );
});

test('a handshake that stops half-way is given up at its time limit', async () => {
  const half = (socket: Socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpg');
  await withServer(tcpServer(half), async ({ port }) => {
    const heard = new Heard(port, { openTimeoutMs: 20 });
    assert.match((await heard.end()).reason, /handshake has timed out/);
    assert.is(heard.opens, 0);
  });
});

test('a handshake that is refused is closed with what was said', async () => {
  const refuse = (socket: Socket) =>
    void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  await withServer(tcpServer(refuse), async ({ port }) => {
    const heard = new Heard(port);
    assert.match((await heard.end()).reason, /403/);
    assert.is(heard.opens, 0);
  });
});

test('a handshake that is refused says its status, and when to come back', async () => {
  for (const [said, retryAfterSeconds] of [
    ['Retry-After: 7\r\n', 7],
    ['', Number.NaN],
  ] as const) {
    const refuse = (socket: Socket) =>
      void socket.end(`HTTP/1.1 429 Too Many Requests\r\n${said}Content-Length: 0\r\n\r\n`);
    await withServer(tcpServer(refuse), async ({ port }) => {
      const { refused, reason } = await new Heard(port).end();
      assert.equal(refused, { status: 429, retryAfterSeconds });
      assert.match(reason, /429/);
    });
  }
});

test('a frame of the largest size is taken and one beyond it ends the connection', async () => {
  const serve: Serve = (peer) => {
    peer.send('x'.repeat(LIMITS.frameBytesMax));
    peer.send('x'.repeat(LIMITS.frameBytesMax + 1));
  };
  await withVenue(serve, async ({ port }) => {
    const heard = new Heard(port);
    assert.match((await heard.end()).reason, /Max payload size exceeded/);
    assert.equal(
      heard.frames.map(({ length }) => length),
      [LIMITS.frameBytesMax],
    );
  });
});

test('bytes that are no frame end the connection', async () => {
  const garbage = shakingHands((socket) => void socket.write(Buffer.from([0xff, 0xff, 0xff])));
  await withServer(garbage, async ({ port }) => {
    const heard = new Heard(port);
    assert.match((await heard.end()).reason, /Invalid WebSocket frame/);
    assert.is(heard.opens, 1);
  });
});

test('a text that is no UTF-8 is handed on: the codec judges it', async () => {
  const invalid = shakingHands((socket) => void socket.write(Buffer.from([0x81, 2, 0xc3, 0x28])));
  await withServer(invalid, async ({ port }) => {
    const heard = new Heard(port);
    await heard.heard(1);
    assert.equal([...(heard.frames[0] ?? [])], [0xc3, 0x28]);
    heard.link.close();
  });
});

test('a venue that does not answer our closing keeps nobody waiting', async () => {
  // It goes on listening, and says nothing ever again.
  const deaf = shakingHands((socket) => void socket.resume());
  await withServer(deaf, async ({ port }) => {
    const heard = new Heard(port);
    await heard.opened;
    heard.link.close();
    assert.not.ok(heard.link.send('after closing'));
    assert.is((await heard.end()).code, 1006);
  });
});

test('a second closing ends the connection at once', async () => {
  const deaf = shakingHands((socket) => void socket.resume());
  await withServer(deaf, async ({ port }) => {
    const heard = new Heard(port);
    await heard.opened;
    heard.link.close();
    heard.link.close();
    assert.is((await heard.end()).code, 1006);
    heard.link.close();
    assert.is(heard.closes, 1);
  });
});

test('closing before the handshake is done closes what was never open', async () => {
  await withServer(
    tcpServer(() => {}),
    async ({ port }) => {
      const heard = new Heard(port);
      heard.link.close();
      assert.match((await heard.end()).reason, /before the connection was established/);
      assert.is(heard.opens, 0);
    },
  );
});

test('a venue that reads nothing is sent no more than the limit', async () => {
  const stuck = shakingHands((socket) => void socket.pause());
  await withServer(stuck, async ({ port }) => {
    const heard = new Heard(port);
    await heard.opened;
    const order = 'x'.repeat(64 * 1024);
    let sent = 0;
    // The kernel takes a few megabytes before the socket begins to buffer.
    while (heard.link.send(order) && sent < 1000) {
      sent += 1;
      await new Promise((done) => setImmediate(done));
    }
    assert.ok(sent < 1000, 'the link refuses in the end');
    for (let again = 0; again < 3; again += 1) assert.not.ok(heard.link.send(order));
    heard.link.close();
    heard.link.close();
    await heard.end();
  });
});

test.run();
