import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type WebSocket, WebSocketServer } from 'ws';
import { attach, type RemoteSession } from '../../src/remote/client.ts';
import { helloOf, PROTOCOL_VERSION } from '../../src/remote/protocol.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import { aKeyPair, aServer, type TestServer } from '../support/edge/shell-server.ts';
import { deferred } from '../support/lanes.ts';
import { type ManualEnv, manualEnv } from '../support/manual-env.ts';

async function attached(server: TestServer): Promise<RemoteSession> {
  const session = await attach(server.socketPath, server.own, server.env.timers);
  if (!session.ok) throw new Error(session.error);
  return session.value;
}

async function faultOf(server: TestServer, own = server.own): Promise<string> {
  const session = await attach(server.socketPath, own, server.env.timers);
  return session.ok ? 'it attached' : session.error;
}

interface FakeDaemon {
  readonly path: string;
  readonly env: ManualEnv;
  readonly frames: string[];
  attach(): ReturnType<typeof attach>;
  stop(): void;
}

/** A daemon that behaves as the test says. */
function aFakeDaemon(
  behave: (socket: WebSocket, heard: string | null) => void,
): Promise<FakeDaemon> {
  const env = manualEnv();
  const path = join(temporaryFolder(), 'shell.sock');
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  const frames: string[] = [];
  sockets.on('connection', (socket) => {
    behave(socket, null);
    socket.on('message', (data) => {
      frames.push(data.toString());
      behave(socket, data.toString());
    });
  });
  return new Promise((resolve) => {
    http.listen(path, () =>
      resolve({
        path,
        env,
        frames,
        attach: () => attach(path, aKeyPair().own, env.timers),
        stop() {
          for (const socket of sockets.clients) socket.terminate();
          http.close();
        },
      }),
    );
  });
}

const HELLO = JSON.stringify(helloOf('9.9.9', (bytes) => new Uint8Array(bytes)));
const WELCOME = JSON.stringify({ kind: 'welcome', user: 'operator', role: 'viewer' });

test('a session knows who it is and what it speaks with', async () => {
  const server = await aServer({ role: 'risk-officer' });
  const session = await attached(server);
  assert.equal(
    [session.user, session.role, session.version],
    ['operator', 'risk-officer', '1.2.3'],
  );
  session.close();
  server.stop();
});

test('answers find their questions, whatever their order', async () => {
  const slow = deferred();
  const server = await aServer({
    async run([word = '']) {
      if (word === 'slow') await slow.promise;
      return { exitCode: word === 'slow' ? 0 : 5, data: word, error: null };
    },
  });
  const session = await attached(server);
  const first = session.run(['slow']);
  const second = await session.run(['quick']);
  slow.resolve();
  assert.ok(second.ok && second.value.data === 'quick' && second.value.exitCode === 5);
  const last = await first;
  assert.ok(last.ok && last.value.data === 'slow' && last.value.exitCode === 0);
  assert.is(server.env.pendingTimers, 1, 'none but the idle timer of the server');
  server.stop();
});

test('where no socket is no daemon is', async () => {
  const { timers } = manualEnv();
  const session = await attach('/nowhere/shell.sock', aKeyPair().own, timers);
  assert.equal(session, { ok: false, error: 'no daemon listens at /nowhere/shell.sock' });
});

test('a socket that a killed daemon left behind is no daemon either', async () => {
  const path = join(temporaryFolder(), 'shell.sock');
  writeFileSync(path, '');
  const session = await attach(path, aKeyPair().own, manualEnv().timers);
  assert.ok(!session.ok);
  assert.match(session.error, /ECONNREFUSED|ENOTSOCK/);
});

test('a wrong key is told that it was refused', async () => {
  const server = await aServer();
  assert.is(await faultOf(server, aKeyPair().own), 'unknown key or bad signature');
  assert.is(server.commands.length, 0);
  server.stop();
});

test('a daemon of another protocol is named with its version, and nothing is signed', async () => {
  const hello = { ...JSON.parse(HELLO), protocol: PROTOCOL_VERSION + 1 };
  const daemon = await aFakeDaemon((socket, heard) => {
    if (heard === null) socket.send(JSON.stringify(hello));
  });
  const session = await daemon.attach();
  const error = 'the daemon speaks protocol 2, this program 1: use the same version of flyball';
  assert.equal(session, { ok: false, error });
  assert.equal(daemon.frames, []);
  daemon.stop();
});

const odd: [what: string, frames: (string | Buffer)[], said: RegExp][] = [
  ['no JSON', ['hello'], /^malformed frame from the daemon: .*JSON/],
  ['an unknown kind', ['{"kind":"hallo"}'], /^malformed frame from the daemon: kind: /],
  ['a hello without a nonce', ['{"kind":"hello","protocol":1,"version":"1"}'], /malformed.* nonce/],
  ['a frame that is too large', [Buffer.alloc(1024 * 1024 + 1, 0x20)], /Max payload size/],
];
for (const [what, frames, said] of odd) {
  test(`a daemon that sends ${what} is left`, async () => {
    const daemon = await aFakeDaemon((socket, heard) => {
      if (heard === null) for (const frame of frames) socket.send(frame);
    });
    const session = await daemon.attach();
    assert.ok(!session.ok);
    assert.match(session.error, said);
    assert.is(daemon.env.pendingTimers, 0);
    daemon.stop();
  });
}

test('a daemon that says nothing is waited for five seconds', async () => {
  const daemon = await aFakeDaemon(() => {});
  const session = daemon.attach();
  await daemon.env.advance(4_999);
  assert.is(daemon.env.pendingTimers, 1);
  await daemon.env.advance(1);
  assert.equal(await session, { ok: false, error: `${daemon.path}: no login within 5000 ms` });
  daemon.stop();
});

test('a daemon that closes before the login is no daemon to talk to', async () => {
  const daemon = await aFakeDaemon((socket) => socket.close());
  const error = 'the daemon closed the connection';
  assert.equal(await daemon.attach(), { ok: false, error });
  daemon.stop();
});

/** A session with a daemon that hears commands and does with them what the test says. */
async function aSessionWith(onRun: (socket: WebSocket, id: number) => void) {
  const daemon = await aFakeDaemon((socket, heard) => {
    if (heard === null) socket.send(HELLO);
    else if (heard.includes('authenticate')) socket.send(WELCOME);
    else onRun(socket, JSON.parse(heard).id);
  });
  const session = await daemon.attach();
  if (!session.ok) throw new Error(session.error);
  return { daemon, session: session.value };
}

test('a command that is not answered is given up after a minute', async () => {
  const heard = deferred();
  const { daemon, session } = await aSessionWith(() => heard.resolve());
  const answer = session.run(['status']);
  await heard.promise;
  await daemon.env.advance(59_999);
  assert.is(daemon.env.pendingTimers, 1);
  await daemon.env.advance(1);
  assert.equal(await answer, { ok: false, error: 'no answer within 60000 ms' });
  daemon.stop();
});

test('an answer to another question than ours is passed over', async () => {
  const { daemon, session } = await aSessionWith((socket, id) => {
    for (const answered of [id + 7, id, id]) {
      const result = { kind: 'result', id: answered, exitCode: 0, data: answered, error: null };
      socket.send(JSON.stringify(result));
    }
  });
  for (const id of [1, 2]) {
    const answer = await session.run(['status']);
    assert.ok(answer.ok && answer.value.data === id);
  }
  daemon.stop();
});

test('when the connection is lost every open question hears why, and so do the listeners', async () => {
  const { daemon, session } = await aSessionWith((socket) => socket.terminate());
  const reasons: string[] = [];
  const closed = deferred();
  session.onClosed((reason) => void reasons.push(reason));
  session.onClosed(() => closed.resolve());
  const lost = { ok: false, error: 'the daemon closed the connection' };
  const answers = [session.run(['status']), session.run(['orders'])];
  assert.equal(await Promise.all(answers), [lost, lost]);
  await closed.promise;
  assert.equal(reasons, ['the daemon closed the connection']);
  assert.equal(await session.run(['status']), lost, 'later ones are not even sent');
  assert.is(daemon.env.pendingTimers, 0);
  daemon.stop();
});

test('a refusal in the middle of a session is what its questions hear', async () => {
  const { daemon, session } = await aSessionWith((socket) => {
    socket.send(JSON.stringify({ kind: 'refused', reason: 'idle' }));
    socket.close();
  });
  assert.equal(await session.run(['status']), { ok: false, error: 'idle' });
  daemon.stop();
});

test('a malformed frame in the middle of a session ends it with that reason', async () => {
  const { daemon, session } = await aSessionWith((socket) => void socket.send('{}'));
  const answer = await session.run(['status']);
  assert.ok(!answer.ok);
  assert.match(answer.error, /^malformed frame from the daemon: kind/);
  daemon.stop();
});

test('a daemon that is gone takes its socket with it', async () => {
  const server = await aServer();
  const session = await attached(server);
  const closed = deferred<string>();
  session.onClosed(closed.resolve);
  server.stop();
  assert.is(await closed.promise, 'the daemon closed the connection');
  rmSync(server.socketPath, { force: true });
  assert.match(await faultOf(server), /^no daemon listens at /);
});

test.run();
