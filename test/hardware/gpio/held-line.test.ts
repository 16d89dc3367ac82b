import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeldLine } from '../../../hardware/gpio/held-line.ts';

/** A line whose children are only played. */
function aLine() {
  const calls: string[] = [];
  const children: EventEmitter[] = [];
  const start = (level: number): ChildProcess => {
    calls.push(`start ${level}`);
    const kill = (signal: string) => calls.push(signal);
    const child = Object.assign(new EventEmitter(), { kill });
    children.push(child);
    return child as unknown as ChildProcess;
  };
  const line = new HeldLine(start, (why) => calls.push(`lost: ${why}`));
  const exit = (code: number | null, signal: string | null = null) =>
    children.at(-1)?.emit('exit', code, signal);
  return { line, calls, exit, fail: (text: string) => children.at(-1)?.emit('error', Error(text)) };
}

test('a level that is held is not set again', () => {
  const { line, calls } = aLine();
  line.hold(1);
  line.hold(1);
  assert.equal(calls, ['start 1']);
});

test('another level waits until the child before has let go, and the last one counts', () => {
  const { line, calls, exit } = aLine();
  line.hold(1);
  line.hold(0);
  line.hold(1);
  line.hold(0);
  assert.is(calls.filter((call) => call.startsWith('start')).length, 1);
  exit(0);
  assert.is(calls.at(-1), 'start 0');
});

test('a level that is wanted again before its child has ended is started anew', () => {
  const { line, calls, exit } = aLine();
  line.hold(1);
  line.hold(0);
  line.hold(1);
  exit(null, 'SIGTERM');
  assert.equal(calls, ['start 1', 'SIGTERM', 'start 1']);
});

test('ES23: a child that ends by itself, or never was, is a loss', () => {
  const { line, calls, exit, fail } = aLine();
  line.hold(1);
  line.hold(0);
  exit(0);
  exit(1);
  assert.is(calls.at(-1), 'lost: ended with 1');
  line.hold(1);
  fail('spawn setpriv ENOENT');
  assert.is(calls.at(-1), 'lost: spawn setpriv ENOENT');
});

test('a released line is killed and not taken again', () => {
  const { line, calls, exit } = aLine();
  line.release();
  line.hold(1);
  line.release();
  exit(null, 'SIGKILL');
  assert.equal(calls, ['start 1', 'SIGKILL']);
});

test.run();
