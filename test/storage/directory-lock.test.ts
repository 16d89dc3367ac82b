import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFaultText, lockFile } from '../../src/storage/directory-lock.ts';
import { temporaryFolder } from './temporary.ts';

const SCRIPT = fileURLToPath(new URL('./holding-process.js', import.meta.url));

interface Said {
  readonly boot?: { readonly value: number };
  readonly deskId?: string;
  readonly child?: number;
  readonly fault?: string;
}

/** Starts a desk on a directory and waits for the line that it prints. */
function startedOn(path: string): Promise<{ child: ChildProcess; said: Said }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8').once('data', (line: string) => {
      resolve({ child, said: JSON.parse(line) });
    });
    child.once('error', reject);
  });
}

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });

test('one directory takes one desk, and a killed desk gives it back at once', async () => {
  const path = join(temporaryFolder(), 'data');
  const first = await startedOn(path);
  assert.is(first.said.boot?.value, 1);
  const second = await startedOn(path);
  assert.match(
    second.said.fault as string,
    `run/lock is held by process ${first.child.pid}; one daemon to a data directory`,
  );
  await killed(first.child);
  const third = await startedOn(path);
  assert.is(third.said.boot?.value, 2);
  assert.is(third.said.deskId, first.said.deskId);
  await killed(third.child);
  for (const { said } of [first, third]) process.kill(said.child as number, 'SIGKILL');
});

test('a lock that is given back can be taken again, and not before', () => {
  const path = join(temporaryFolder(), 'lock');
  const first = lockFile(path);
  const refused = lockFile(path);
  assert.equal(refused, {
    ok: false,
    error: { kind: 'directory-held', path, holder: String(process.pid) },
  });
  if (first.ok) first.value.release();
  const again = lockFile(path);
  assert.ok(again.ok);
  if (again.ok) again.value.release();
});

test('a file that cannot be made is said', () => {
  const refused = lockFile(join(temporaryFolder(), 'no', 'such', 'folder'));
  assert.ok(!refused.ok && /cannot be locked: ENOENT/.test(lockFaultText(refused.error)));
});

/** Runs with only the folder on the search path. */
function withPath<T>(folder: string, run: () => T): T {
  const before = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    return run();
  } finally {
    process.env['PATH'] = before;
  }
}

test('a system without the command says what to install', () => {
  const folder = temporaryFolder();
  const refused = withPath(folder, () => lockFile(join(folder, 'lock')));
  assert.ok(
    !refused.ok && /flock is missing; install util-linux/.test(lockFaultText(refused.error)),
  );
});

test('a command that fails for another reason is quoted', () => {
  const folder = temporaryFolder();
  const command = (text: string, mode: number): void => {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', 'flock'), text);
    chmodSync(join(folder, 'bin', 'flock'), mode);
  };
  const said = (): string => {
    const refused = withPath(join(folder, 'bin'), () => lockFile(join(folder, 'lock')));
    return refused.ok ? 'locked' : lockFaultText(refused.error);
  };
  command('#!/bin/sh\necho no locks here >&2\nexit 1\n', 0o755);
  assert.match(said(), /flock ended with 1: no locks here/);
  command('#!/bin/sh\nexit 66\n', 0o755);
  assert.match(said(), /flock ended with 66/);
  command('not a program', 0o644);
  assert.match(said(), /cannot be locked: spawnSync flock EACCES/);
});

test('a holder that has written nothing is another process', () => {
  const text = lockFaultText({ kind: 'directory-held', path: 'p', holder: '' });
  assert.is(text, 'p is held by another process; one daemon to a data directory');
});

test.run();
