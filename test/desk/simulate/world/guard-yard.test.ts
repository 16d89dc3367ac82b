import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DaemonFrame } from '../../../../src/control/guard/wire.ts';
import { frameText } from '../../../../src/control/guard/wire.ts';
import { err, ok } from '../../../../src/core/result.ts';
import { rngOf } from '../../../../src/core/rng.ts';
import {
  GUARD_FOLDER,
  type GuardMaker,
  type GuardWanted,
  GuardYard,
} from '../../../../src/desk/simulate/world/guard-yard.ts';
import { lossyFiles } from '../../../../src/simulation/disk/lossy-files.ts';
import { soundNet } from '../../../../src/simulation/faults/process-net.ts';
import { virtualTime } from '../../../../src/simulation/virtual-time.ts';

const HELLO: DaemonFrame = {
  kind: 'hello',
  protocol: 1,
  version: '0',
  ward: {
    pid: 1,
    boot: 1,
    policy: { spawn: true, silentMs: 1_000, deadMs: 5_000 },
    contacts: { driver: 'panel', file: '/data/run/panel' },
    venues: [],
  },
};

/** A yard whose guards only note what they are told, and one process of a desk. */
function aYard(make?: GuardMaker) {
  const time = virtualTime(0);
  const disk = lossyFiles();
  const notes: string[] = [];
  const guards: GuardWanted[] = [];
  const killed: number[] = [];
  const netSwitches = soundNet();
  const desk = { pid: 1, isAlive: true, whenAwake: (run: () => void): void => run() };
  const yard = new GuardYard({
    make:
      make ??
      ((wanted) => {
        guards.push(wanted);
        return ok({
          heard: (frame) => void notes.push(`heard ${frame.kind}`),
          connectionClosed: () => void notes.push('closed'),
          stop: () => void notes.push('stop'),
        });
      }),
    ...{ time, disk, netSwitches, random: rngOf(1), folder: '/data' },
    net: { webSocket: () => ({ send: () => false, close() {} }), http: (_, done) => done(NO_NET) },
    isDesk: (pid) => pid === 1 && desk.isAlive,
    killDesk: (pid) => void killed.push(pid),
    asked: () => void notes.push('asked'),
    answered: () => void notes.push('answered'),
    ended: () => void notes.push('ended'),
    note: (what) => void notes.push(what),
  });
  const told: string[] = [];
  const connect = () =>
    yard.connectFrom(desk)({
      opened: () => void told.push('opened'),
      text: (text) => void told.push(text),
      closed: () => void told.push('closed'),
    });
  let nowMs = 0;
  const wait = (ms: number): void => {
    nowMs += ms;
    time.runUntil(nowMs);
  };
  const begin = (): GuardWanted => {
    yard.startIfDue();
    wait(500);
    return guards.at(-1) as GuardWanted;
  };
  return { yard, disk, notes, told, connect, wait, begin, desk, killed, netSwitches };
}

const NO_NET = err({ kind: 'refused', url: '', detail: '' } as const);

test('nobody is there before a desk has asked for a guard, and then one is', () => {
  const { yard, connect, wait, told, notes, begin } = aYard();
  connect();
  wait(1);
  assert.equal(told, ['closed']);
  yard.startIfDue();
  begin();
  assert.equal([notes, yard.isUp, yard.starts], [['guard-opened'], true, 1]);
  begin();
  assert.is(yard.starts, 1, 'one at a time');
});

test('frames pass both ways, in their order', () => {
  const { connect, wait, told, notes, begin } = aYard();
  const guard = begin();
  const line = connect();
  line.write('too early');
  wait(1);
  line.write(frameText(HELLO));
  line.write(frameText({ kind: 'goodbye' }));
  wait(1);
  assert.equal(notes.slice(1), ['heard hello', 'heard goodbye']);
  guard.send({ kind: 'refused', reason: 'no' });
  wait(1);
  assert.equal(told, ['opened', frameText({ kind: 'refused', reason: 'no' })]);
});

test('F06: a guard that is killed does nothing more, and its desk sees it', () => {
  const { yard, connect, wait, told, notes, begin } = aYard();
  const guard = begin();
  let rang = 0;
  guard.env.timers.after(5, () => {
    rang += 1;
  });
  const line = connect();
  wait(1);
  line.write(frameText(HELLO));
  wait(1);
  yard.kill();
  yard.kill();
  wait(50);
  assert.equal([told.at(-1), rang, yard.isUp], ['closed', 0, false]);
  assert.equal(notes.slice(-3), ['guard-killed', 'stop', 'ended']);
  guard.env.files.replace(`${GUARD_FOLDER}/x`, new Uint8Array(1));
  assert.is(guard.env.files.read(`${GUARD_FOLDER}/x`), null);
});

test('the end of a desk, of a line and of a second hello are heard as closed', () => {
  const { yard, connect, wait, notes, begin, desk } = aYard();
  begin();
  const [first, second] = [connect(), connect()];
  wait(1);
  first.write(frameText(HELLO));
  wait(1);
  second.write(frameText(HELLO));
  wait(1);
  assert.equal(notes.slice(1), ['heard hello', 'closed', 'heard hello']);
  desk.isAlive = false;
  second.write('of the dead');
  yard.tenantGone(desk);
  wait(1);
  assert.is(notes.filter((each) => each === 'closed').length, 2);
});

test('a guard sees which processes of the desk live, and may kill those', () => {
  const { begin, desk, killed } = aYard();
  const { env, signal } = begin();
  assert.match(Buffer.from(env.files.read('/proc/1/stat') ?? []).toString(), /^1 \(flyball\) S /);
  assert.is(env.files.read('/proc/2/stat'), null);
  desk.isAlive = false;
  assert.is(env.files.read('/proc/1/stat'), null);
  signal(1, 'SIGSTOP');
  signal(1, 'SIGKILL');
  assert.equal(killed, [1]);
});

test('a guard shares the partitions of its host, and is told of its own requests', () => {
  const { begin, notes, netSwitches, wait } = aYard();
  const { env } = begin();
  const ask = () =>
    env.net.http({ method: 'GET', url: 'http://x/', headers: {}, timeoutMs: 10 }, () => {});
  ask();
  assert.equal(notes.slice(1), ['asked', 'answered']);
  netSwitches.isPartitioned = true;
  ask();
  assert.is(notes.at(-1), 'asked');
  wait(11);
  assert.is(notes.at(-1), 'answered');
});

test('F43: heads are rolled back with the death of the guard that has newer ones', () => {
  const { yard, disk, begin, wait } = aYard();
  yard.rollBack();
  begin();
  disk.replace(`${GUARD_FOLDER}/heads.log`, new Uint8Array([1]));
  yard.rollBack();
  disk.replace(`${GUARD_FOLDER}/heads.log`, new Uint8Array([1, 2]));
  wait(5_000);
  assert.equal([...(disk.read(`${GUARD_FOLDER}/heads.log`) as Uint8Array)], [1]);
  assert.not.ok(yard.isUp);
});

test('a guard that ends by itself, or cannot be opened, is no guard', () => {
  const ended = aYard();
  ended.begin().onEnd('nobody needs it');
  assert.equal([ended.yard.isUp, ended.notes.at(-1)], [false, 'ended']);
  const { yard, notes, begin } = aYard(() => err('no key'));
  begin();
  assert.equal([yard.isUp, notes], [false, ['guard-not-opened']]);
});

test.run();
