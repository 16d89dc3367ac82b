import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BrokenInvariant,
  assert as claim,
  err,
  ok,
  reasonOf,
  unreachable,
} from '../../src/core/result.ts';

const isBroken = (message: RegExp) => (thrown: Error) =>
  thrown instanceof BrokenInvariant && message.test(thrown.message);

test('a result holds its value or its error', () => {
  assert.equal(ok(1), { ok: true, value: 1 });
  assert.equal(err('late'), { ok: false, error: 'late' });
});

test('a claim that does not hold is a broken invariant', () => {
  claim(true, 'water is wet');
  assert.throws(() => claim(false, 'water is wet'), isBroken(/water is wet/));
});

test('an exhaustive switch that is not names what it met', () => {
  assert.throws(() => unreachable({ kind: 'new' } as never), isBroken(/\{"kind":"new"\}/));
});

test('the reason of anything that was thrown is a text', () => {
  assert.is(reasonOf(new TypeError('no')), 'no');
  assert.is(reasonOf('boom'), 'boom');
  assert.is(reasonOf(undefined), 'undefined');
});

test('what cannot be shown does not throw when its reason is asked for', () => {
  const hostile = Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no');
    },
  });
  for (const thrown of [hostile, Object.create(null), { toString: () => ({}) }]) {
    assert.is(reasonOf(thrown), 'something that cannot be shown');
  }
});

test.run();
