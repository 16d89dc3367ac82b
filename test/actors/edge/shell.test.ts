import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shellActor } from '../../../actors/edge/shell.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../../src/core/node-env.ts';
import { ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { attach, type RemoteSession } from '../../../src/remote/client.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aLog } from '../../support/actors/logs.ts';

/** A shell on a socket of its own, with a client that is logged in. */
async function withShell(
  use: (shell: {
    readonly lane: Lane;
    readonly session: RemoteSession;
    readonly again: () => Promise<RemoteSession>;
    readonly lines: readonly string[];
    readonly socketPath: string;
  }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-shell-'));
  const socketPath = join(folder, 'shell.sock');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { log, lines } = aLog();
  const edges = { clock: nodeClock, timers: nodeTimers };
  const lane = new Lane({ name: `shell-${folder}`, ...edges, random: rngOf(1) });
  const desk = { actors: () => [], recordCommand: () => ok(undefined) } as unknown as Desk;
  const shell = () =>
    shellActor({
      socketPath,
      version: '1.2.3',
      tls: null,
      keys: () => [{ name: 'ann', role: 'operator', publicKey }],
      desk,
      env: { ...edges, entropy: nodeEntropy },
      log,
    });
  await lane.spawn(supervisor({ children: [{ id: 'shell', start: shell }] }), 'edge');
  const again = async (): Promise<RemoteSession> => {
    const attached = await attach(socketPath, { name: 'ann', privateKey }, nodeTimers);
    if (!attached.ok) throw new Error(attached.error);
    return attached.value;
  };
  try {
    await use({ lane, session: await again(), again, lines, socketPath });
  } finally {
    await lane.stopAll(1_000);
    rmSync(folder, { recursive: true, force: true });
  }
}

test('what a session asks is run on the desk, and a login is told in the log', async () => {
  await withShell(async ({ lane, session, lines }) => {
    assert.equal([session.user, session.role, session.version], ['ann', 'operator', '1.2.3']);
    const answer = await session.run(['actors']);
    assert.ok(answer.ok && answer.value.exitCode === 0);
    assert.equal(answer.ok && answer.value.data, []);
    const unknown = await session.run(['dance']);
    assert.ok(unknown.ok && unknown.value.exitCode === 2);
    const view = lane.view('edge/shell');
    assert.equal(view.ok && view.value, { connections: 1, tlsPort: null });
    assert.ok(lines.some((line) => line.startsWith('info edge/shell ')));
    session.close();
  });
});

test('a crash costs the sessions, and a new one can be had', async () => {
  await withShell(async ({ lane, session, again }) => {
    const closed = new Promise<string>((resolve) => session.onClosed(resolve));
    lane.inject('edge/shell', new Error('boom'));
    await closed;
    const next = await again();
    assert.ok((await next.run(['actors'])).ok);
    next.close();
  });
});

test('a stop gives the socket back', async () => {
  let path = '';
  await withShell(async ({ socketPath, session }) => {
    path = socketPath;
    assert.ok(existsSync(path));
    session.close();
  });
  assert.not.ok(existsSync(path));
});

test.run();
