import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Hello } from '../../src/remote/protocol.ts';
import { listen, type RunResult } from '../../src/remote/server.ts';
import {
  aKeyPair,
  aRawClient,
  aServer,
  authentication,
  BAD_LOGIN,
  echo,
  refusal,
  served,
  type TestServer,
} from '../support/edge/shell-server.ts';
import { deferred, rejection } from '../support/lanes.ts';

served('a server greets with its versions and a nonce that is never the same', async (server) => {
  const nonces = new Set<string>();
  for (let visits = 0; visits < 3; visits += 1) {
    const hello = (await aRawClient(server.socketPath).next()) as unknown as Hello;
    assert.equal([hello.kind, hello.protocol, hello.version], ['hello', 1, '1.2.3']);
    assert.is(Buffer.from(hello.nonce, 'base64').length, 32);
    nonces.add(hello.nonce);
  }
  assert.is(nonces.size, 3);
});

served('the socket is its owner’s alone and is taken away at the end', async (server) => {
  assert.is(statSync(server.socketPath).mode & 0o777, 0o600);
  server.server.close();
  assert.throws(() => statSync(server.socketPath), /ENOENT/);
});

served('whoever signs the challenge is let in with the role of the key', async (server) => {
  const client = aRawClient(server.socketPath);
  const welcome = await client.logIn(server.own);
  assert.equal(welcome, { kind: 'welcome', user: 'operator', role: 'operator' });
  assert.equal(server.events, [{ kind: 'login', fields: { user: 'operator', role: 'operator' } }]);
  client.send({ kind: 'run', id: 1, words: ['status'] });
  const result = { kind: 'result', id: 1, exitCode: 0, data: ['status'], error: null };
  assert.equal(await client.next(), result);
  const who = { user: 'operator', role: 'operator' };
  assert.equal(server.commands, [{ words: ['status'], who }]);
});

const imposters: [what: string, forge: (server: TestServer, hello: Hello) => object][] = [
  [
    'another key under the same name',
    ({ socketPath }, hello) => authentication(aKeyPair().own, hello, socketPath),
  ],
  [
    'the right key under another name',
    ({ own, socketPath }, hello) => ({
      ...authentication(own, hello, socketPath),
      key: 'admin',
    }),
  ],
  [
    'a signature for another socket',
    ({ own }, hello) => authentication(own, hello, '/run/other/shell.sock'),
  ],
  [
    'a signature over another version',
    ({ own, socketPath }, hello) => authentication(own, { ...hello, version: '0' }, socketPath),
  ],
  [
    'a signature that is too short',
    ({ own, socketPath }, hello) => ({
      ...authentication(own, hello, socketPath),
      signature: 'AAAA',
    }),
  ],
];
for (const [what, forge] of imposters) {
  served(`${what} is not let in, and nothing is said about why`, async (server) => {
    const client = aRawClient(server.socketPath);
    const hello = (await client.next()) as unknown as Hello;
    client.send(forge(server, hello));
    assert.equal(await client.next(), refusal(BAD_LOGIN));
    assert.is(await client.next(), 'closed 1008');
    assert.is(server.events[0]?.kind, 'login-refused');
  });
}

served('a signature that was seen before opens nothing', async (server) => {
  const first = aRawClient(server.socketPath);
  const hello = (await first.next()) as unknown as Hello;
  const seen = authentication(server.own, hello, server.socketPath);
  first.send(seen);
  assert.is(((await first.next()) as { kind: string }).kind, 'welcome');
  const second = aRawClient(server.socketPath);
  await second.next();
  second.send(seen);
  assert.equal(await second.next(), refusal(BAD_LOGIN));
});

served('a client of another protocol is told which one is spoken', async (server) => {
  const client = aRawClient(server.socketPath);
  const hello = (await client.next()) as unknown as Hello;
  const answer = authentication(server.own, hello, server.socketPath);
  client.send({ ...answer, protocol: 2, features: ['new'] });
  assert.equal(await client.next(), refusal('protocol 2 is not spoken here; 1 is'));
  assert.is(await client.next(), 'closed 1008');
});

const outOfPlace: [what: string, frame: object | string, said: string][] = [
  ['text that is no JSON', '{"kind"', 'malformed frame: '],
  ['a frame of no kind', {}, 'malformed frame: kind: '],
  ['a frame of an unknown kind', { kind: 'sudo' }, 'malformed frame: kind: '],
  ['a frame with a key too many', { kind: 'run', id: 1, words: ['a'], as: 'root' }, 'malformed'],
  ['a command before the login', { kind: 'run', id: 1, words: ['kill'] }, 'run is out of place'],
  ['a frame of the server', { kind: 'welcome', user: 'x', role: 'admin' }, 'malformed frame'],
];
for (const [what, frame, said] of outOfPlace) {
  served(`${what} ends the connection and runs nothing`, async (server) => {
    const client = aRawClient(server.socketPath);
    await client.next();
    client.send(frame);
    const refused = (await client.next()) as { kind: string; reason: string };
    assert.is(refused.kind, 'refused');
    assert.ok(refused.reason.startsWith(said), refused.reason);
    assert.is(await client.next(), 'closed 1008');
    assert.equal(server.commands, []);
  });
}

served('a second login on one connection is out of place', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.logIn(server.own);
  client.send({ kind: 'authenticate', protocol: 1, key: 'operator', signature: 'AAAA' });
  assert.equal(await client.next(), refusal('authenticate is out of place'));
});

served('a refused connection is deaf to what was sent behind the offence', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.logIn(server.own);
  client.send('{');
  client.send({ kind: 'run', id: 1, words: ['kill'] });
  await client.next();
  assert.is(await client.next(), 'closed 1008');
  assert.equal(server.commands, []);
});

const tooMuch: [what: string, words: string[]][] = [
  ['no words', []],
  ['more than 64 words', Array.from({ length: 65 }, () => 'a')],
  ['a word of more than 4096 letters', ['a'.repeat(4097)]],
];
for (const [what, words] of tooMuch) {
  served(`a command of ${what} is malformed`, async (server) => {
    const client = aRawClient(server.socketPath);
    await client.logIn(server.own);
    client.send({ kind: 'run', id: 1, words });
    assert.match(((await client.next()) as { reason: string }).reason, /^malformed frame: words/);
  });
}

served('a frame of more than a mebibyte ends its connection and no other', async (server) => {
  const calm = aRawClient(server.socketPath);
  await calm.logIn(server.own);
  const loud = aRawClient(server.socketPath);
  await loud.next();
  loud.send('x'.repeat(1024 * 1024 + 1));
  assert.is(await loud.next(), 'closed 1009');
  assert.equal(server.events.at(-1), {
    kind: 'connection-broken',
    fields: { reason: 'Max payload size exceeded' },
  });
  calm.send({ kind: 'run', id: 1, words: ['status'] });
  assert.is(((await calm.next()) as { id: number }).id, 1);
});

served('the tenth command of a second is answered, the eleventh is not run', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.logIn(server.own);
  for (let id = 1; id <= 11; id += 1) client.send({ kind: 'run', id, words: ['status'] });
  const codes: unknown[] = [];
  for (let id = 1; id <= 11; id += 1) {
    codes.push(((await client.next()) as { exitCode: number }).exitCode);
  }
  assert.equal(codes.sort(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assert.is(server.commands.length, 10);
  server.env.stall(100);
  client.send({ kind: 'run', id: 12, words: ['status'] });
  assert.is(((await client.next()) as { exitCode: number }).exitCode, 0);
});

const failing = async (): Promise<RunResult> => {
  throw new Error('nobody answered');
};
served(
  'a command that throws is a failed command, not a failed server',
  async (server) => {
    const client = aRawClient(server.socketPath);
    await client.logIn(server.own);
    client.send({ kind: 'run', id: 7, words: ['orders'] });
    const result = { kind: 'result', id: 7, exitCode: 1, data: null, error: 'nobody answered' };
    assert.equal(await client.next(), result);
  },
  { run: failing },
);

test('an answer for a client that has left is nobody’s', async () => {
  const gate = deferred<RunResult>();
  const server = await aServer({ run: () => gate.promise });
  const client = aRawClient(server.socketPath);
  await client.logIn(server.own);
  client.send({ kind: 'run', id: 1, words: ['status'] });
  while (server.commands.length === 0) await new Promise((resolve) => setImmediate(resolve));
  client.socket.terminate();
  while (server.server.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  gate.resolve(await echo(['late']));
  await gate.promise;
  server.stop();
});

served('whoever does not log in within ten seconds has to leave', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.next();
  await server.env.advance(9_999);
  assert.is(server.env.pendingTimers, 1);
  await server.env.advance(1);
  assert.equal(await client.next(), refusal('no login in time'));
  assert.is(await client.next(), 'closed 1008');
});

served('whoever says nothing for ten minutes has to leave', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.logIn(server.own);
  await server.env.advance(599_000);
  client.send({ kind: 'run', id: 1, words: ['status'] });
  await client.next();
  await server.env.advance(599_999);
  assert.is(client.socket.readyState, client.socket.OPEN);
  await server.env.advance(1);
  assert.equal(await client.next(), refusal('idle'));
});

served('a connection that ends leaves no timer behind', async (server) => {
  const client = aRawClient(server.socketPath);
  await client.next();
  assert.is(server.env.pendingTimers, 1);
  client.socket.close();
  await client.next();
  while (server.env.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.is(server.server.connections, 0);
});

served('plain HTTP is told to upgrade', async (server) => {
  const status = await new Promise((resolve) => {
    request({ socketPath: server.socketPath, path: '/' }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    }).end();
  });
  assert.is(status, 426);
});

served('bytes that are no frame end their connection alone', async (server) => {
  const socket = createConnection(server.socketPath);
  const upgrade = [
    'GET / HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  ];
  socket.write(`${upgrade.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  // A frame of a client must be masked; this one is not.
  socket.write(Buffer.from([0x81, 0x01, 0x41]));
  await new Promise((resolve) => socket.once('close', resolve));
  assert.is(server.events[0]?.kind, 'connection-broken');
  assert.is(typeof (await aRawClient(server.socketPath).next()), 'object');
});

served('a leftover of a killed daemon is taken over', async (server) => {
  const { socketPath } = server;
  server.server.close();
  writeFileSync(socketPath, 'left over');
  const again = await listen({
    socketPath,
    version: '1',
    tls: null,
    keys: () => [],
    entropy: (bytes) => new Uint8Array(bytes),
    clock: server.env.clock,
    timers: server.env.timers,
    run: echo,
    onEvent: () => {},
  });
  assert.is(typeof (await aRawClient(socketPath).next()), 'object');
  again.close();
});

served('a path that cannot be bound is a refusal to start', async ({ env }) => {
  const refused = await rejection(
    listen({
      socketPath: '/nowhere/at/all/shell.sock',
      version: '1',
      tls: null,
      keys: () => [],
      entropy: (bytes) => new Uint8Array(bytes),
      clock: env.clock,
      timers: env.timers,
      run: echo,
      onEvent: () => {},
    }),
  );
  assert.match(refused.message, /nowhere/);
});

test.run();
