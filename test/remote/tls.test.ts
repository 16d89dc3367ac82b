/** The shell over TLS, with certificates that openssl makes here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { nodeClock, nodeTimers } from '../../src/core/node-env.ts';
import { millisOf } from '../../src/core/units.ts';
import type { Hello } from '../../src/remote/protocol.ts';
import { exportedKey } from '../../src/remote/tls.ts';
import { attachTls } from '../../src/remote/tls-client.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import {
  aKeyPair,
  aServer,
  authentication,
  type TestServer,
} from '../support/edge/shell-server.ts';

interface Identity {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly fingerprint: string;
}

const firstReason = ({ events }: TestServer): string =>
  String((events[0]?.fields as { reason?: string } | undefined)?.reason);

const folder = temporaryFolder();
const DAYS = 30;

function anIdentity(name: string): Identity {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const rest = ['-keyout', key, '-out', certificate, '-days', String(DAYS), '-subj', `/CN=${name}`];
  execFileSync('openssl', [...words, ...rest], { stdio: 'ignore' });
  const pem = readFileSync(certificate);
  const fingerprint = createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
  return { certificate: pem, key: readFileSync(key), fingerprint };
}

if (spawnSync('openssl', ['version']).error !== undefined) {
  process.stdout.write('  NOT RUN: TLS needs the command `openssl`, which is not there\n');
} else {
  const [desk, ann, eve] = [anIdentity('desk'), anIdentity('ann'), anIdentity('eve')];

  /** A server whose clock is `days` ahead of the real one, and a way to attach to it. */
  const served = (
    name: string,
    body: (server: TestServer, tools: { attach: typeof attachAs; port: number }) => Promise<void>,
    days = 0,
  ): void => {
    test(name, async () => {
      const listener = { host: '127.0.0.1', port: 0, ...desk, clients: [ann.fingerprint] };
      const clock = { ...nodeClock, now: () => millisOf(nodeClock.now() + days * 86_400_000) };
      const server = await aServer({ tls: listener, clock });
      try {
        await body(server, { attach: attachAs, port: server.server.tlsPort as number });
      } finally {
        server.stop();
      }
    });
  };

  const attachAs = (server: TestServer, who: Identity, parts: object = {}, own = server.own) =>
    attachTls(
      {
        host: '127.0.0.1',
        port: server.server.tlsPort as number,
        ...who,
        serverFingerprint: desk.fingerprint,
        ...parts,
      },
      own,
      { clock: nodeClock, timers: nodeTimers },
    );

  served(
    'a pinned certificate and a key of the list log in from elsewhere',
    async (server, tools) => {
      const session = await tools.attach(server, ann);
      assert.ok(session.ok, session.ok ? '' : session.error);
      assert.equal([session.value.user, session.value.role], ['operator', 'operator']);
      const answer = await session.value.run(['status']);
      assert.ok(answer.ok && answer.value.exitCode === 0);
      session.value.close();
    },
  );

  served('a foreign certificate is not talked to, whatever key it has', async (server, tools) => {
    const session = await tools.attach(server, eve);
    assert.ok(!session.ok);
    assert.match(session.error, /is this certificate among its remote\.tls\.clients/);
    const { kind, fields } = server.events[0] ?? {};
    assert.is(kind, 'certificate-refused');
    assert.match((fields as { reason: string }).reason, `${eve.fingerprint} is not pinned`);
    assert.equal(server.commands, []);
  });

  served('a pinned certificate without its key in the list is nobody', async (server, tools) => {
    const session = await tools.attach(server, ann, {}, aKeyPair().own);
    assert.ok(!session.ok && session.error === 'unknown key or bad signature');
  });

  const outOfTime: [what: string, days: number, said: RegExp][] = [
    ['has expired', DAYS + 1, /^the certificate was valid until /],
    ['is not yet valid', -1, /^the certificate is valid only from /],
  ];
  for (const [what, days, said] of outOfTime) {
    served(
      `a pinned certificate that ${what} is refused`,
      async (server, tools) => {
        assert.not((await tools.attach(server, ann)).ok);
        assert.match(firstReason(server), said);
      },
      days,
    );
  }

  served('F22: a client hangs up on a daemon that is not the pinned one', async (server, tools) => {
    const session = await tools.attach(server, ann, { serverFingerprint: eve.fingerprint });
    assert.ok(!session.ok);
    assert.match(session.error, `the certificate ${desk.fingerprint} is not pinned`);
    assert.is(server.events.filter(({ kind }) => kind === 'login').length, 0);
  });

  /** A bare TLS client; resolves with what ended it. */
  const bare = (port: number, options: object): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        ...options,
      });
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', () => resolve('closed'));
      socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.on('data', (data) => resolve(data.toString()));
    });

  served('a client without a certificate gets no answer', async (server, { port }) => {
    assert.not.match(await bare(port, {}), /HTTP/);
    assert.equal(firstReason(server), 'no certificate was shown');
  });

  served('TLS 1.2 is not spoken', async (server, { port }) => {
    const ended = await bare(port, { cert: ann.certificate, key: ann.key, maxVersion: 'TLSv1.2' });
    assert.match(ended, /protocol version|unsupported protocol/);
    assert.is(server.events[0]?.kind, 'handshake-failed');
  });

  served('plain HTTP over TLS is told to upgrade', async (_server, { port }) => {
    assert.match(await bare(port, { cert: ann.certificate, key: ann.key }), /^HTTP\/1\.1 426/);
  });

  served('a socket that never shakes hands is given up', async (server, { port }) => {
    const socket = connectTcp(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    while (server.env.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.env.advance(10_000);
    await closed;
    assert.equal(server.events[0], { kind: 'handshake-late', fields: { waitedMs: 10_000 } });
  });

  served('a flood of sockets over TLS leaves the local socket usable', async (server, { port }) => {
    const sockets = Array.from({ length: 80 }, () => connectTcp(port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => {});
    await Promise.all(sockets.map((each) => new Promise((done) => each.once('connect', done))));
    const { attach } = await import('../../src/remote/client.ts');
    const session = await attach(server.socketPath, server.own, nodeTimers);
    assert.ok(session.ok && session.value.role === 'operator');
    for (const socket of sockets) socket.destroy();
  });

  served('limits are the same over TLS: frames and commands', async (server, tools) => {
    const session = await tools.attach(server, ann);
    assert.ok(session.ok);
    const answers = await Promise.all(
      Array.from({ length: 11 }, () => session.value.run(['status'])),
    );
    const refused = answers.filter((answer) => answer.ok && answer.value.exitCode === 1);
    assert.ok(refused.length <= 1 && server.commands.length >= 10);
    const big = Array.from({ length: 64 }, () => 'x'.repeat(20_000));
    const ended = await session.value.run(big);
    assert.ok(!ended.ok, 'a frame of more than a mebibyte ends the connection');
  });

  served(
    'a login that is relayed from another TLS connection opens nothing',
    async (server, { port }) => {
      /** A WebSocket over a TLS connection of its own, and what a login on it is bound to. */
      const visited = () =>
        new Promise<{ socket: WebSocket; hello: Hello; transport: string }>((resolve) => {
          const papers = { cert: ann.certificate, key: ann.key, rejectUnauthorized: false };
          const tls = connectTls({ host: '127.0.0.1', port, ...papers }, () => {
            const socket = new WebSocket('ws://desk/', { createConnection: () => tls });
            socket.once('message', (data) =>
              resolve({ socket, hello: JSON.parse(String(data)), transport: exportedKey(tls) }),
            );
          });
        });
      const answerTo = (socket: WebSocket, frame: object): Promise<string> => {
        socket.send(JSON.stringify(frame));
        return new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
      };
      const [victim, attacker] = [await visited(), await visited()];
      assert.is.not(victim.transport, attacker.transport);
      // The victim answers the greeting that the attacker has passed on, on its own connection.
      const relayed = authentication(server.own, attacker.hello, victim.transport);
      assert.match(await answerTo(attacker.socket, relayed), 'unknown key or bad signature');
      const own = authentication(server.own, victim.hello, victim.transport);
      assert.match(await answerTo(victim.socket, own), '"kind":"welcome"');
      victim.socket.close();
    },
  );
}

test('an address that is taken costs access from elsewhere alone', async () => {
  const [key, certificate] = [join(folder, 'desk.key'), join(folder, 'desk.pem')];
  if (!existsSync(key)) return;
  const papers = { certificate: readFileSync(certificate), key: readFileSync(key), clients: [] };
  const holder = await aServer({ tls: { host: '127.0.0.1', port: 0, ...papers } });
  const port = holder.server.tlsPort as number;
  const late = await aServer({ tls: { host: '127.0.0.1', port, ...papers } });
  assert.is(late.server.tlsPort, null);
  assert.match(String(firstReason(late)), /EADDRINUSE/);
  assert.is(late.events[0]?.kind, 'listener-broken');
  const { attach } = await import('../../src/remote/client.ts');
  assert.ok((await attach(late.socketPath, late.own, nodeTimers)).ok);
  late.stop();
  holder.stop();
});

test('a certificate that is none is a refusal to start, and nothing listens then', async () => {
  const none = { host: '127.0.0.1', port: 0, certificate: Buffer.alloc(3), key: Buffer.alloc(3) };
  const socketPath = join(folder, 'shell.sock');
  const options = { tls: { ...none, clients: [] }, socketPath };
  const refused = await aServer(options).then(
    () => 'it listens',
    (thrown: Error) => thrown.message,
  );
  assert.match(refused, /PEM|no start line/);
  assert.not.ok(existsSync(socketPath));
});

test.run();
