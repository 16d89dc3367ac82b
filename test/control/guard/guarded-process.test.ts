import { spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endProcess, isAlive, processAt } from '../../../src/control/guard/guarded-process.ts';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';

/** A process of the kernel's, as /proc shows it. */
function files(stat: () => string | null): Files {
  return {
    ...nodeFiles,
    read(path) {
      assert.is(path, '/proc/7/stat');
      const text = stat();
      return text === null ? null : new TextEncoder().encode(text);
    },
  };
}

const stat = (name: string, state: string, start: number): string =>
  `7 (${name}) ${state} 1 7 7 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 11 0 ${start} 9 9`;

test('a process is known by number and start time, whatever its name is', () => {
  for (const name of ['node', 'a b', ') S 1 (', '(((']) {
    const found = processAt(
      files(() => stat(name, 'S', 4711)),
      7,
    );
    assert.equal(found, { pid: 7, startTicks: '4711' }, name);
  }
});

test('what is gone, a zombie or a line cut short is no process', () => {
  assert.is(
    processAt(
      files(() => null),
      7,
    ),
    null,
  );
  assert.is(
    processAt(
      files(() => stat('node', 'Z', 1)),
      7,
    ),
    null,
  );
  assert.is(
    processAt(
      files(() => stat('node', 'X', 1)),
      7,
    ),
    null,
  );
  assert.is(
    processAt(
      files(() => '7 (node) S 1'),
      7,
    ),
    null,
  );
  const broken = files(() => {
    throw new Error('ESRCH');
  });
  assert.is(processAt(broken, 7), null);
});

test('a real process is stopped and killed', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  const guarded = processAt(nodeFiles, child.pid as number);
  if (guarded === null) throw new Error('there is no sleep');
  assert.ok(isAlive(nodeFiles, guarded));
  const sent: string[] = [];
  const signal = (pid: number, name: 'SIGSTOP' | 'SIGKILL'): void => {
    sent.push(name);
    process.kill(pid, name);
  };
  assert.equal(endProcess(nodeFiles, guarded, signal), { ok: true, value: true });
  assert.is(await ended, 'SIGKILL');
  assert.equal(sent, ['SIGSTOP', 'SIGKILL']);
  assert.equal(endProcess(nodeFiles, guarded, signal), { ok: true, value: false });
});

test('a stranger that has the number now is left alone', () => {
  const guarded = { pid: 7, startTicks: '1' };
  const none = (): void => assert.unreachable('no signal is sent');
  const stranger = files(() => stat('node', 'S', 2));
  assert.equal(endProcess(stranger, guarded, none), { ok: true, value: false });

  const sent: string[] = [];
  const swapped = files(() => stat('node', 'S', sent.length === 0 ? 1 : 2));
  const ended = endProcess(swapped, guarded, (_, name) => sent.push(name));
  assert.equal([ended, sent], [{ ok: true, value: false }, ['SIGSTOP']]);
});

test('a process that may not be ended is an error, one that has just ended is none', () => {
  const guarded = { pid: 7, startTicks: '1' };
  const throwing = (code: string) => () => {
    throw Object.assign(new Error(`kill ${code}`), { code });
  };
  const there = files(() => stat('node', 'S', 1));
  assert.equal(endProcess(there, guarded, throwing('ESRCH')), { ok: true, value: false });
  const refused = endProcess(there, guarded, throwing('EPERM'));
  assert.equal(refused, { ok: false, error: 'process 7 cannot be ended: kill EPERM' });
});

test.run();
