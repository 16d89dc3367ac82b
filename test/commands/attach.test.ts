/** The shell and the one-shot commands against a real server on a socket of its own. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keysFolder, shellSocket } from '../../src/commands/access/connect.ts';
import { runCommandLine } from '../../src/commands/cli.ts';
import { EXIT } from '../../src/commands/command.ts';
import { runDaemonCommand } from '../../src/commands/daemon-commands.ts';
import type { Desk } from '../../src/commands/desk.ts';
import { nodeTimers } from '../../src/core/node-env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { nanosOf } from '../../src/core/units.ts';
import { openKeyRing } from '../../src/ops/access/key-ring.ts';
import { listen, type RemoteServer } from '../../src/remote/server.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import {
  ACTOR,
  aCommandWorld,
  aTerminal,
  aTestDesk,
  CALM,
  type CommandWorld,
  STATUS,
} from '../support/edge/command-world.ts';
import { manualEnv } from '../support/manual-env.ts';

interface Running {
  readonly folder: string;
  readonly server: RemoteServer;
  readonly desk: Desk & { readonly calls: string[] };
}

/** A daemon's shell in a data directory, with a desk that notes what is asked. */
async function aDaemon(parts: Partial<Desk> = {}, stepNs = 1e9): Promise<Running> {
  const folder = temporaryFolder();
  nodeFiles.ensureFolder(join(folder, 'run'), 0o700);
  const keys = openKeyRing(nodeFiles, keysFolder(folder));
  if (!keys.ok) throw new Error(keys.error);
  const desk = aTestDesk(parts);
  const { now } = manualEnv().clock;
  let elapsedNs = 0;
  // At each look a second has passed, so that nobody is too quick.
  const mono = () => {
    elapsedNs += stepNs;
    return nanosOf(elapsedNs);
  };
  let greetings = 0;
  const server = await listen({
    socketPath: shellSocket(folder),
    version: '1.2.3',
    tls: null,
    keys: () => keys.value.list(),
    entropy: (bytes) => new Uint8Array(bytes).fill(++greetings),
    clock: { now, mono },
    timers: manualEnv().timers,
    run: (words, who) => runDaemonCommand(desk, words, who),
    onEvent: () => {},
  });
  return { folder, server, desk };
}

/** A test with a daemon that is gone after it. */
function withDaemon(
  name: string,
  body: (daemon: Running) => Promise<void>,
  parts: Partial<Desk> = {},
): void {
  test(name, async () => {
    const daemon = await aDaemon(parts);
    try {
      await body(daemon);
    } finally {
      daemon.server.close();
    }
  });
}

async function running({ folder }: Running, ...words: string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine([...words, '--data-dir', folder], world);
  return { exitCode, ...world.terminal.written };
}

withDaemon('a command of the daemon runs straight from the command line', async (daemon) => {
  const { exitCode, out, err } = await running(daemon, 'status');
  assert.equal([exitCode, err], [EXIT.done, '']);
  assert.match(out, /^mode +full-auto$/m);
});

const jsons: [words: string[], data: unknown][] = [
  [['status'], STATUS],
  [['mode'], CALM],
  [['mode', 'manual', 'lunch'], { ...CALM, requested: 'manual' }],
  [['actors'], [ACTOR]],
  [['actor', 'state', 'trading/risk'], { loss: 5 }],
  [['actor', 'kill', 'trading/risk'], 'kill trading/risk'],
  [['reload'], ['risk.maxDailyLoss: 1000 → 500']],
];
for (const [words, data] of jsons) {
  withDaemon(`${words.join(' ')} --json is one JSON value on stdout`, async (daemon) => {
    const { exitCode, out, err } = await running(daemon, ...words, '--json');
    assert.equal([exitCode, JSON.parse(out), err], [EXIT.done, data, '']);
    assert.is(out.split('\n').length, 2);
  });
}

withDaemon('what is refused is said on stderr with the exit code of its reason', async (daemon) => {
  const { exitCode, out, err } = await running(daemon, 'mode', 'auto');
  const said = 'mode: found auto, wanted manual, semi-auto, full-auto\n';
  assert.equal([exitCode, out, err], [EXIT.usage, '', said]);
});

withDaemon('one-shot commands run in their order up to the first that fails', async (daemon) => {
  const { exitCode, out, err } = await running(
    daemon,
    'attach',
    '-c',
    'mode manual "a long lunch"',
    '-c',
    'actor state nobody',
    '-c',
    'stop',
  );
  assert.is(exitCode, EXIT.failed);
  assert.match(out, /^mode +full-auto$/m);
  assert.match(err, /^no actor at nobody/);
  assert.equal(daemon.desk.calls.slice(1), ['mode manual operator a long lunch']);
});

withDaemon('help needs no daemon to answer', async (daemon) => {
  const list = await running(daemon, 'attach', '-c', 'help');
  assert.match(list.out, /^actor kill PATH +end an actor at once/m);
  const one = await running(daemon, 'attach', '-c', 'help mode');
  assert.match(
    one.out,
    /^mode \[manual\|semi-auto\|full-auto\] \[REASON…\]: show the control mode/,
  );
  const unknown = await running(daemon, 'attach', '-c', 'help nothing');
  assert.match(unknown.out, /^command +what it does/);
});

test('without a daemon the command that starts one is named', async () => {
  const daemon = await aDaemon();
  daemon.server.close();
  for (const words of [['status'], ['attach', '-c', 'status'], ['attach']]) {
    const { exitCode, err } = await running(daemon, ...words);
    assert.is(exitCode, EXIT.unreachable);
    assert.match(
      err,
      /^no desk to attach to: no daemon listens at .*\n`flyball start` runs one\n$/,
    );
  }
});

test('without a key there is nothing to log in with', async () => {
  const world = aCommandWorld();
  const folder = temporaryFolder();
  const exitCode = await runCommandLine(['status', '--data-dir', folder], world);
  assert.is(exitCode, EXIT.unreachable);
  assert.match(world.terminal.written.err, /operator\.pem: not found; flyball start makes it\n$/);
  assert.is(existsSync(join(folder, 'keys')), false, 'asking leaves no trace');
});

test('a daemon that dies in the middle is unreachable from then on', async () => {
  let daemon: Running | null = null;
  daemon = await aDaemon({
    async positions() {
      daemon?.server.close();
      return [];
    },
  });
  const { exitCode, err } = await running(daemon, 'attach', '-c', 'positions', '-c', 'status');
  assert.equal([exitCode, err], [EXIT.unreachable, 'the daemon closed the connection\n']);
});

test('stop waits until the daemon is gone', async () => {
  let daemon: Running | null = null;
  let isGone = false;
  daemon = await aDaemon({
    stop() {
      nodeTimers.after(50, () => {
        isGone = true;
        daemon?.server.close();
      });
    },
  });
  const { exitCode, out } = await running(daemon, 'stop');
  assert.equal([exitCode, out, isGone], [EXIT.done, 'stopping\n', true]);
});

withDaemon('stop does not wait for ever', async ({ folder }) => {
  const world = aCommandWorld();
  const { env } = world;
  const stopping = runCommandLine(['stop', '--data-dir', folder], world);
  while (world.terminal.written.out === '') await new Promise((resolve) => setImmediate(resolve));
  await (env as unknown as ReturnType<typeof manualEnv>).advance(100_000);
  assert.is(await stopping, EXIT.done);
});

/** A shell that is fed lines, as from a pipe or from a person's keyboard. */
async function aShell(
  { folder }: Running,
  lines: readonly string[],
  isInteractive: boolean,
  hasColour = false,
): Promise<{ exitCode: number; out: string; err: string; screen: string }> {
  const world: CommandWorld = aCommandWorld({}, aTerminal({ isInteractive, hasColour }));
  let screen = '';
  let next = 0;
  let completing = false;
  world.output.on('data', (bytes: Buffer) => {
    const before = prompts(screen);
    screen += bytes.toString();
    // A person types when the prompt is there, and Enter when the completion is.
    if (prompts(screen) > before && next < lines.length) {
      const line = lines[next] as string;
      next += 1;
      completing = line.endsWith('\t');
      world.input.write(completing ? line : `${line}\r`);
    } else if (completing && screen.endsWith(COMPLETED)) {
      completing = false;
      world.input.write('\r');
    }
  });
  if (!isInteractive) world.input.end(lines.map((line) => `${line}\n`).join(''));
  const exitCode = await runCommandLine(['attach', '--data-dir', folder], world);
  return { exitCode, ...world.terminal.written, screen };
}

const COMPLETED = 'ing/risk';
/** Prompts on a screen that wait for a first letter. */
const prompts = (screen: string): number => screen.split(']> \u001b[').length - 1;

withDaemon('a script on stdin runs line by line and ends with its last line', async (daemon) => {
  const lines = ['mode manual', '', '  ', 'reload'];
  const { exitCode, out } = await aShell(daemon, lines, false);
  assert.is(exitCode, EXIT.done);
  assert.match(out, /risk\.maxDailyLoss: 1000 → 500\n$/);
  assert.is(daemon.desk.calls.length, 4);
});

withDaemon('a script stops at the first line that fails, with its exit code', async (daemon) => {
  const { exitCode, err } = await aShell(daemon, ['sell all', 'kill'], false);
  assert.is(exitCode, EXIT.usage);
  assert.match(err, /^unknown command sell all/);
  assert.equal(daemon.desk.calls, []);
});

withDaemon('a script may leave early', async (daemon) => {
  for (const word of ['quit', 'exit']) {
    assert.is((await aShell(daemon, [word, 'kill'], false)).exitCode, EXIT.done);
  }
  assert.equal(daemon.desk.calls, []);
});

withDaemon('a person is greeted, prompted with the mode, and may err', async (daemon) => {
  const { exitCode, out, err, screen } = await aShell(daemon, ['sell', 'reload', 'quit'], true);
  assert.is(exitCode, EXIT.done, 'an error of a person is no failure of the shell');
  assert.match(
    out,
    /^flyball 1\.2\.3, logged in as operator \(operator\); `help` lists commands\n/,
  );
  assert.match(err, /^unknown command sell/);
  assert.match(out, /1000 → 500/);
  assert.match(screen, 'flyball[paper full-auto]> ');
});

const colours: [mode: 'full-auto' | 'emergency' | 'manual', code: number][] = [
  ['full-auto', 32],
  ['emergency', 31],
  ['manual', 33],
];
for (const [mode, code] of colours) {
  withDaemon(
    `the prompt of ${mode} has its colour`,
    async (daemon) => {
      const { screen } = await aShell(daemon, ['quit'], true, true);
      assert.match(screen, `[paper \u001b[${code}m${mode}\u001b[0m]> `);
    },
    { status: async () => ({ ...STATUS, mode }) },
  );
}

withDaemon('Tab completes commands and the actors that are there', async (daemon) => {
  const lines = ['actor state trad\t', 'quit'];
  const { out } = await aShell(daemon, lines, true);
  assert.match(out, /"loss": 5/);
});

test('a person who is too quick for the daemon loses no shell', async () => {
  const daemon = await aDaemon({}, 0);
  const lines = Array.from({ length: 6 }, () => 'orders');
  const { exitCode, screen } = await aShell(daemon, [...lines, 'quit'], true);
  assert.is(exitCode, EXIT.done);
  assert.match(screen, 'flyball[paper unknown]> ');
  daemon.server.close();
});

withDaemon('what was typed is remembered, newest first, for the owner alone', async (daemon) => {
  await aShell(daemon, ['status', 'orders', 'orders', 'quit'], true);
  const file = join(daemon.folder, 'shell-history');
  assert.is(readFileSync(file, 'utf8'), 'quit\norders\nstatus\n');
  assert.is(statSync(file).mode & 0o777, 0o600);
  const { out } = await aShell(daemon, ['\u001b[A\u001b[A\u001b[A', 'quit'], true);
  assert.match(out, /^mode +full-auto$/m, 'three steps up is the first command');
});

withDaemon('the memory of the shell holds a thousand lines', async (daemon) => {
  const file = join(daemon.folder, 'shell-history');
  const old = Array.from({ length: 1_500 }, (_, at) => `mode manual ${at}`);
  writeFileSync(file, `${old.join('\n')}\n`);
  await aShell(daemon, ['status', 'quit'], true);
  const kept = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.is(kept.length, 1_000);
  assert.equal(kept.slice(0, 3), ['quit', 'status', 'mode manual 0']);
});

test('a person whose daemon dies is told and let go', async () => {
  let daemon: Running | null = null;
  daemon = await aDaemon({
    async positions() {
      daemon?.server.close();
      return [];
    },
  });
  const { exitCode, err } = await aShell(daemon, ['positions', 'status'], true);
  assert.is(exitCode, EXIT.done);
  assert.match(err, /the daemon closed the connection/);
});

test.run();
