import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { nodeClock, nodeEnv, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { CHECK_MS_MAX, examineAll } from '../../../src/desk/doctor/check.ts';
import { nodeHost } from '../../../src/desk/doctor/host.ts';
import { runDoctor } from '../../../src/desk/doctor/run-doctor.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld, aTerminal } from '../../support/edge/command-world.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { aHost } from './a-host.ts';

const OPTIONS = { configFile: PAPER_CONFIG, dataDirectory: '/state', isJson: false };

test('a machine that fails nothing is told in lines and ends with 0', async () => {
  const terminal = aTerminal();
  assert.is(await runDoctor(OPTIONS, aHost(), terminal), EXIT.done);
  const lines = terminal.written.out.split('\n');
  assert.match(lines[0] ?? '', /^ok {4}node {13}Node 20\.20\.2$/);
  assert.match(terminal.written.out, /\n {23}wanted a board with a button/);
  assert.match(lines.at(-2) ?? '', /^\d+ ok, 2 to look at, 0 failed$/);
});

test('one check that fails makes the exit code 1, in JSON too', async () => {
  const terminal = aTerminal();
  const host = aHost({ nodeVersion: '18.0.0' });
  assert.is(await runDoctor({ ...OPTIONS, isJson: true }, host, terminal), EXIT.failed);
  const { checks, counts } = JSON.parse(terminal.written.out);
  assert.is(counts.fail, 1);
  assert.is(checks.length, counts.ok + counts.warn + counts.fail);
  assert.equal(checks[0], {
    check: 'node',
    status: 'fail',
    found: 'Node 18.0.0',
    wanted: 'Node 20.19 or a later 20',
  });
});

test('the words are green, yellow and red on a terminal that has colours', async () => {
  const terminal = aTerminal({ hasColour: true });
  await runDoctor(OPTIONS, aHost({ nodeVersion: '18.0.0' }), terminal);
  for (const code of [31, 32, 33]) assert.match(terminal.written.out, `\u001b[${code}m`);
});

test('a check that does not answer has failed, and the next one is made', async () => {
  const env = manualEnv();
  const host = aHost({ env: { ...aHost().env, timers: env.timers } });
  const checks = [
    { name: 'hangs', examine: () => new Promise<never>(() => {}) },
    { name: 'throws', examine: () => Promise.reject(new Error('no such luck')) },
  ];
  const seen: string[] = [];
  const all = examineAll(checks, host, ({ check }) => seen.push(check));
  await env.advance(CHECK_MS_MAX - 1);
  assert.equal(seen, []);
  await env.advance(1);
  const rows = await all;
  assert.equal(
    rows.map(({ status, found }) => [status, found]),
    [
      ['fail', `no answer within ${CHECK_MS_MAX} ms`],
      ['fail', 'no such luck'],
    ],
  );
});

test('the real machine answers, and nothing is left in the folder', async () => {
  const folder = temporaryFolder();
  const host = nodeHost({ ...aHost().env, clock: nodeClock, timers: nodeTimers });
  const took = await host.syncTimes(folder, 3);
  assert.ok(took.length === 3 && took.every((ns) => ns > 0));
  assert.equal(readdirSync(folder), []);
  mkdirSync(join(folder, 'a'));
  chmodSync(join(folder, 'a'), 0o700);
  assert.equal([host.modeOf(join(folder, 'a')), host.modeOf(join(folder, 'b'))], [0o700, null]);
  assert.equal([host.isRunning(process.pid), host.isRunning(2 ** 30)], [true, false]);
  assert.ok(host.processor.cores >= 1 && host.memoryBytes > 0);
  assert.ok(host.validate(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])));
  assert.is(host.validate(new Uint8Array(4)), false);
  assert.throws(() => host.resolve('no-such-package-of-ours'));
  assert.match(host.resolve('zod'), /zod/);
  const version = await host.gpiomonVersion();
  assert.ok(version === null || version.includes('libgpiod'));
  assert.ok(nodeFiles.list(folder).length === 1);
});

test('on the machine of the tests every check gives an answer of its own', async () => {
  const terminal = aTerminal();
  const dataDirectory = join(temporaryFolder(), 'none', 'yet');
  const host = nodeHost(nodeEnv(aHost().env.net));
  const options = { ...OPTIONS, dataDirectory, isJson: true };
  const exitCode = await runDoctor(options, host, terminal);
  const { checks, counts } = JSON.parse(terminal.written.out);
  assert.is(exitCode, counts.fail === 0 ? EXIT.done : EXIT.failed);
  assert.is(new Set(checks.map(({ check }: { check: string }) => check)).size, checks.length);
  const disk = checks.find(({ check }: { check: string }) => check === 'disk');
  assert.is(disk.figures.syncs, 64);
  assert.equal([host.modeOf(dataDirectory), host.modeOf(join(dataDirectory, '..'))], [null, null]);
});

test('the words of the command become its options', async () => {
  const world = aCommandWorld();
  const words = ['doctor', '--config', 'a.yaml', '--data-dir', '/d', '--json'];
  assert.is(await runCommandLine(words, world), 0);
  assert.equal(world.examined, [{ configFile: 'a.yaml', dataDirectory: '/d', isJson: true }]);
  assert.is(await runCommandLine(['doctor', 'me'], world), EXIT.usage);
  assert.match(world.terminal.written.err, /doctor: found me, wanted options only/);
});

test.run();
