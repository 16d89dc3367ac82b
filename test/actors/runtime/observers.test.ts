import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LaneLogEntry, Observers } from '../../../actors/runtime/observers.ts';
import { aLane, anActor } from '../../support/lanes.ts';
import { manualEnv } from '../../support/manual-env.ts';

test('observers are told before anything else happens', async () => {
  const { lane, env } = aLane();
  let statusAtFailure: unknown;
  let isTakingMessages: unknown;
  lane.observe({
    failed({ path, uid }) {
      statusAtFailure = lane.describe()[0]?.status;
      isTakingMessages = lane.send({ path, uid }, 'x');
    },
  });
  await lane.spawn(anActor({ stop: () => assert.is(statusAtFailure, 'failed') }), 'a');
  lane.inject('a', new Error('boom'));
  await env.settle();
  assert.equal([statusAtFailure, isTakingMessages], ['failed', false]);
});

test('an observer that throws is logged and keeps nobody else from being told', async () => {
  const { lane, env, events, log } = aLane();
  lane.observe({
    failed() {
      throw new Error('bad observer');
    },
  });
  const late: string[] = [];
  const remove = lane.observe({ failed: ({ path }) => void late.push(path) });
  await lane.spawn(anActor(), 'a');
  await lane.spawn(anActor(), 'b');
  lane.inject('a', new Error('boom'));
  await env.settle();
  remove();
  lane.inject('b', new Error('boom'));
  await env.settle();
  assert.equal(late, ['a']);
  assert.is(events.filter((event) => event.startsWith('failed')).length, 2);
  assert.is(log.filter(({ kind }) => kind === 'observer-failed').length, 2);
  assert.is(log[0]?.detail, 'failed: bad observer');
});

test('an observer sees every dead letter with its message', async () => {
  const { lane } = aLane();
  const letters: unknown[] = [];
  lane.observe({ deadLetter: ({ path, message }) => void letters.push([path, message]) });
  lane.send({ path: 'nobody', uid: 0 }, { kind: 'intent' });
  assert.equal(letters, [['nobody', { kind: 'intent' }]]);
});

test('an observer that sends to nobody is not told of its own letters', () => {
  const { lane } = aLane();
  const letters: string[] = [];
  lane.observe({
    deadLetter({ path }) {
      letters.push(path);
      lane.send({ path: 'nobody either', uid: 0 }, 'x');
    },
  });
  lane.send({ path: 'nobody', uid: 0 }, 'x');
  lane.send({ path: 'nobody', uid: 0 }, 'y');
  assert.equal(letters, ['nobody', 'nobody']);
  assert.is(lane.deadLetters.count, 4);
});

test('a log that throws is counted and stops nothing', () => {
  const { clock } = manualEnv();
  const observers = new Observers(clock, () => {
    throw new Error('disk full');
  });
  observers.log('info', 'x', 'a', 'b');
  assert.is(observers.linesLost, 1);
});

test('a log line says when, where and what', () => {
  const { clock } = manualEnv();
  const lines: LaneLogEntry[] = [];
  new Observers(clock, (line) => void lines.push(line)).log('warn', 'kind', 'path', 'detail');
  assert.equal(lines, [
    { level: 'warn', kind: 'kind', path: 'path', detail: 'detail', atMs: clock.now() },
  ]);
});

test('a lane without a log runs the same', async () => {
  const { Lane } = await import('../../../actors/runtime/lane.ts');
  const env = manualEnv();
  const lane = new Lane({ name: 'silent', ...env });
  await lane.spawn(anActor(), 'a');
  lane.inject('a', new Error('boom'));
  await env.settle();
  assert.equal(lane.describe(), []);
});

test.run();
