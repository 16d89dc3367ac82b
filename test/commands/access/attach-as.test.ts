/** People with keys of their own, from the command line through sockets to the four-eyes rule. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keysFolder, shellSocket } from '../../../src/commands/access/connect.ts';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { deskAccess } from '../../../src/desk/proof/desk-access.ts';
import { openKeyRing } from '../../../src/ops/access/key-ring.ts';
import { listen } from '../../../src/remote/server.ts';
import type { TlsListener } from '../../../src/remote/tls.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld, aTestDesk, CALM } from '../../support/edge/command-world.ts';

interface World {
  readonly folder: string;
  readonly events: ControlEvent[];
  readonly calls: readonly string[];
  readonly tlsPort: number | null;
  run(...words: string[]): Promise<{ exitCode: number; out: string; err: string }>;
  /** The same as somebody with a key file. */
  as(name: string, ...words: string[]): ReturnType<World['run']>;
  stop(): void;
}

const MANUAL = { ...CALM, mode: 'manual' as const, requested: 'manual' as const };

/** A desk in Manual that wants two people for a raise, with ann, ben and root. */
async function aWorld(tls: TlsListener | null = null): Promise<World> {
  const folder = temporaryFolder();
  nodeFiles.ensureFolder(join(folder, 'run'), 0o700);
  const keyRing = openKeyRing(nodeFiles, keysFolder(folder));
  assert.ok(keyRing.ok);
  const run: World['run'] = async (...words) => {
    const world = aCommandWorld();
    const real = { ...world, env: { ...world.env, clock: nodeClock, timers: nodeTimers } };
    const exitCode = await runCommandLine(words, real);
    return { exitCode, ...world.terminal.written };
  };
  for (const [name, role] of [
    ['ann', 'operator'],
    ['ben', 'risk-officer'],
    ['root', 'admin'],
  ] as const) {
    const { out } = await run('key', 'make', name, join(folder, `${name}.pem`));
    const key = out.trim().split(' ').at(-1) as string;
    assert.ok(keyRing.value.change({ kind: 'add', words: [name, role, key] }, 'test').ok);
  }
  const events: ControlEvent[] = [];
  const append = (event: ControlEvent): number => events.push(event);
  const parts = {
    env: { clock: nodeClock, entropy: nodeEntropy },
    journal: { head: 7, append, appendDurable: append },
    deskId: 'abcdefgh',
    shell: { keyRing: keyRing.value },
    config: { control: { secondApproval: 'raise' } },
  } as unknown as DeskParts;
  const plain = aTestDesk({ mode: () => MANUAL });
  const desk: Desk = { ...plain, access: deskAccess(parts, plain) };
  const server = await listen({
    socketPath: shellSocket(folder),
    tls,
    version: '1.2.3',
    keys: () => keyRing.value.list(),
    entropy: nodeEntropy,
    clock: nodeClock,
    timers: nodeTimers,
    run: (words, who) => runDaemonCommand(desk, words, who),
    onEvent: () => {},
  });
  return {
    folder,
    events,
    calls: plain.calls,
    tlsPort: server.tlsPort,
    run: (...words) => run(...words, '--data-dir', folder),
    as: (name, ...words) =>
      run(...words, '--data-dir', folder, '--as', name, '--identity', join(folder, `${name}.pem`)),
    stop: () => server.close(),
  };
}

function inWorld(name: string, body: (world: World) => Promise<void>): void {
  test(name, async () => {
    const world = await aWorld();
    try {
      await body(world);
    } finally {
      world.stop();
    }
  });
}

inWorld('two people raise the mode, each with a key file of their own', async (world) => {
  const alone = await world.as('ann', 'mode', 'full-auto');
  assert.is(alone.exitCode, EXIT.refused);
  assert.match(alone.err, /this desk wants two people: `mode request full-auto REASON`/);
  const asked = await world.as('ann', 'mode', 'request', 'full-auto', 'all', 'is', 'well');
  assert.is(asked.exitCode, EXIT.done, asked.err);
  assert.match(asked.err, /^flyball-mode-v1\ndesk abcdefgh\nmode full-auto\nrequested by ann\n/);
  assert.match(asked.out, /request 1 stands/);
  assert.match((await world.as('ben', 'mode', 'requests')).out, /full-auto +ann +7 +\d+ +all is/);
  const own = await world.as('ann', 'mode', 'approve', '1');
  assert.is(own.exitCode, EXIT.refused);
  assert.match(own.err, /ann is operator; risk-officer approves/);
  const approved = await world.as('ben', 'mode', 'approve', '1');
  assert.is(approved.exitCode, EXIT.done, approved.err);
  assert.match(approved.out, /ann asked, ben approved/);
  assert.ok(world.calls.includes('mode full-auto ann and ben all is well'));
  assert.equal(
    world.events.map(({ kind }) => kind),
    ['command-refused', 'mode-requested', 'command-refused', 'mode-approved'],
  );
  assert.match((await world.as('ben', 'mode', 'approve', '1')).err, /an approval counts once/);
});

inWorld('an admin adds somebody, who is let in at once, and does not trade', async (world) => {
  const file = join(world.folder, 'cat.pem');
  const made = await world.run('key', 'make', 'cat', file, '--json');
  assert.is(made.exitCode, EXIT.usage, 'it keeps nothing in a data directory');
  const { out } = await runHere('key', 'make', 'cat', file, '--json');
  const { key } = JSON.parse(out);
  assert.is((await world.as('root', 'access', 'add', 'cat', 'viewer', key)).exitCode, EXIT.done);
  const seen = await world.as('cat', 'status');
  assert.is(seen.exitCode, EXIT.done);
  const refused = await world.as('cat', 'stop');
  assert.match(refused.err, /you are cat \(viewer\); this needs operator or risk-officer or admin/);
  assert.is((await world.as('cat', 'kill', 'now')).exitCode, EXIT.done);
  assert.is((await world.as('root', 'mode', 'full-auto')).exitCode, EXIT.refused);
  assert.is((await world.as('root', 'access', 'role', 'root', 'operator')).exitCode, EXIT.refused);
});

async function runHere(...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(words, world);
  return { exitCode, ...world.terminal.written };
}

inWorld('a key file that is there is not overwritten, and a bad name makes none', async (world) => {
  const file = join(world.folder, 'ann.pem');
  const again = await runHere('key', 'make', 'ann', file);
  assert.is(again.exitCode, EXIT.failed);
  assert.match(again.err, /a key is never overwritten/);
  assert.is((await runHere('key', 'make', 'Ann', join(world.folder, 'x'))).exitCode, EXIT.usage);
  assert.is((await runHere('key', 'make', 'ann')).exitCode, EXIT.usage);
  assert.is((await runHere('key', 'make', 'ann', '/nowhere/x.pem')).exitCode, EXIT.failed);
});

const unusable: [words: string[], said: RegExp][] = [
  [['--as', 'ann'], /--as and --identity: wanted together/],
  [['--as', 'ann', '--identity', '/nowhere.pem'], /\/nowhere\.pem: not found; flyball key make/],
  [['--certificate', 'x'], /--certificate: wanted together with --tls/],
  [['--tls', 'desk'], /--tls: found desk, wanted HOST:PORT/],
  [['--tls', 'desk:7443'], /--tls: wanted together with --certificate/],
  [
    ['--tls', 'desk:7443', '--certificate', 'a', '--key', 'b', '--server-fingerprint', 'xyz'],
    /--server-fingerprint: found xyz, wanted 64 hexadecimal digits/,
  ],
  [
    [
      ...['--tls', 'desk:7443', '--certificate', '/nowhere', '--key', 'b'],
      ...['--server-fingerprint', 'ab'.repeat(32)],
    ],
    /--certificate: found no file \/nowhere, wanted PEM/,
  ],
];
inWorld('options that do not fit are met with what would', async (world) => {
  for (const [words, said] of unusable) {
    const { exitCode, err } = await world.run('status', ...words);
    assert.is(exitCode, EXIT.unreachable);
    assert.match(err, said);
  }
});

if (spawnSync('openssl', ['version']).error !== undefined) {
  process.stdout.write('  NOT RUN: TLS needs the command `openssl`, which is not there\n');
} else {
  test('the command line reaches a desk over TLS, and only with the right papers', async () => {
    const folder = temporaryFolder();
    const paper = (name: string) => {
      const [key, pem] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
      const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
      const rest = ['-keyout', key, '-out', pem, '-subj', `/CN=${name}`];
      execFileSync('openssl', [...words.split(' '), ...rest], { stdio: 'ignore' });
      const { raw } = new X509Certificate(readFileSync(pem));
      return { key, pem, fingerprint: createHash('sha256').update(raw).digest('hex') };
    };
    const [desk, mine, other] = [paper('desk'), paper('mine'), paper('other')];
    const world = await aWorld({
      host: '127.0.0.1',
      port: 0,
      certificate: readFileSync(desk.pem),
      key: readFileSync(desk.key),
      clients: [mine.fingerprint],
    });
    const over = (papers: typeof mine, fingerprint: string) =>
      world.as(
        'ann',
        ...['status', '--tls', `127.0.0.1:${world.tlsPort}`],
        ...['--certificate', papers.pem, '--key', papers.key],
        ...['--server-fingerprint', fingerprint],
      );
    try {
      const colons = (desk.fingerprint.match(/../g) ?? []).join(':').toUpperCase();
      const reached = await over(mine, colons);
      assert.is(reached.exitCode, EXIT.done, reached.err);
      assert.match(reached.out, /^mode +full-auto/m);
      assert.match((await over(other, desk.fingerprint)).err, /among its remote\.tls\.clients/);
      assert.match((await over(mine, other.fingerprint)).err, /is not pinned/);
    } finally {
      world.stop();
    }
    assert.match((await over(mine, desk.fingerprint)).err, /ECONNREFUSED/);
  });
}

test.run();
