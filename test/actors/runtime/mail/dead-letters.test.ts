import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type DeadLetter,
  DeadLetters,
  LETTERS_KEPT,
  LOG_LINES_MAX,
  LOG_WINDOW_MS,
  OTHER_RECIPIENTS,
  RECIPIENTS_MAX,
} from '../../../../actors/runtime/mail/dead-letters.ts';
import type { LaneLogEntry } from '../../../../actors/runtime/observers.ts';
import { manualEnv } from '../../../support/manual-env.ts';

function aRegister() {
  const env = manualEnv();
  const told: DeadLetter[] = [];
  const log: LaneLogEntry[] = [];
  const letters = new DeadLetters(
    env,
    (letter) => void told.push(letter),
    (line) => void log.push(line),
  );
  const add = (path: string, message: unknown = { kind: 'tick' }): void =>
    letters.add({ path, uid: 3, message, sender: 'feed', reason: 'overflow' });
  return { env, told, log, letters, add };
}

test('a letter says who, what, from whom, why and when, and is counted and told', () => {
  const { env, told, letters, add } = aRegister();
  add('risk');
  const whole = {
    path: 'risk',
    uid: 3,
    kind: 'tick',
    message: { kind: 'tick' },
    sender: 'feed',
    reason: 'overflow',
    atMs: env.clock.now(),
  };
  assert.equal(letters.latest(), [whole]);
  assert.equal(told, [whole]);
  assert.equal([letters.count, letters.countOf('overflow'), letters.countFor('risk')], [1, 1, 1]);
  assert.equal([letters.countOf('failed'), letters.countFor('feed')], [0, 0]);
});

test('the latest letters are kept in order and the rest is only counted', () => {
  const { letters, add } = aRegister();
  for (let n = 0; n < LETTERS_KEPT + 10; n += 1) add('risk', n);
  const kept = letters.latest().map(({ message }) => message);
  assert.is(kept.length, LETTERS_KEPT);
  assert.equal([kept[0], kept.at(-1)], [10, LETTERS_KEPT + 9]);
  assert.is(letters.count, LETTERS_KEPT + 10);
});

test('recipients beyond the limit are counted together', () => {
  const { letters, add } = aRegister();
  for (let n = 0; n < RECIPIENTS_MAX + 5; n += 1) add(`a${n}`);
  add('a0');
  assert.is(letters.countFor(OTHER_RECIPIENTS), 5);
  assert.is(letters.countFor('a0'), 2);
});

test('ten thousand letters in a second are a few log lines and one summary (SUP-058)', async () => {
  const { env, log, letters, add } = aRegister();
  for (let n = 0; n < 10_000; n += 1) add('risk');
  assert.is(letters.count, 10_000);
  assert.is(log.length, LOG_LINES_MAX);
  assert.is(log[0]?.detail, 'tick from feed: overflow');
  await env.advance(LOG_WINDOW_MS);
  assert.is(log.length, LOG_LINES_MAX + 1);
  assert.match(log.at(-1)?.detail ?? '', `${10_000 - LOG_LINES_MAX} more`);
  add('risk');
  assert.is(log.length, LOG_LINES_MAX + 2, 'a new window begins');
});

test('a quiet window has no summary, and closing sums up what is left', async () => {
  const { env, log, letters, add } = aRegister();
  add('risk');
  await env.advance(LOG_WINDOW_MS);
  assert.is(log.length, 1);
  for (let n = 0; n < LOG_LINES_MAX + 2; n += 1) add('risk');
  letters.close();
  assert.match(log.at(-1)?.detail ?? '', '2 more');
  assert.is(env.pendingTimers, 0);
});

test('a letter from outside the lane names no sender in the log', () => {
  const { log, letters } = aRegister();
  letters.add({ path: 'risk', uid: 0, message: 5, sender: '', reason: 'unknown' });
  assert.is(log[0]?.detail, 'number: unknown');
});

test.run();
