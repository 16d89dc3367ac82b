import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import type { Query } from '../../../src/venues/port.ts';
import { Questions } from '../../../src/venues/questions.ts';
import { askInTurn, KeyTurns, WAITING_MAX } from '../../../src/venues/session/key-turns.ts';
import { QuietTime } from '../../../src/venues/session/quiet-time.ts';
import { VenueClock } from '../../../src/venues/venue-clock.ts';
import { aFakeNet } from '../../support/actors/fake-net.ts';
import { aVenue } from '../../support/edge/order-socket.ts';
import { law } from '../../support/law.ts';
import { manualEnv } from '../../support/manual-env.ts';

test('one is out at a time, and they come in their order', () => {
  law(
    fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (isAtOnce) => {
      const key = new KeyTurns();
      const begun: number[] = [];
      const leaves: (() => void)[] = [];
      isAtOnce.forEach((atOnce, at) => {
        key.enter((leave) => {
          begun.push(at);
          if (atOnce) leave();
          else leaves.push(leave);
        });
      });
      for (let each = leaves.shift(); each !== undefined; each = leaves.shift()) {
        assert.is(leaves.length, 0, 'nobody else is out');
        each();
        each();
      }
      assert.equal(begun, [...isAtOnce.keys()]);
    }),
  );
});

test('more than may wait are refused, and the next is let in when one has left', () => {
  const key = new KeyTurns();
  const leaves: (() => void)[] = [];
  const turn = (leave: () => void): void => void leaves.push(leave);
  for (let at = 0; at < WAITING_MAX; at += 1) assert.ok(key.enter(turn));
  assert.not.ok(key.enter(turn));
  leaves[0]?.();
  assert.ok(key.enter(turn));
});

/** Two who ask with one key; the first can be made to be gone. */
function twoWhoAsk() {
  const env = manualEnv();
  const { net, requests } = aFakeNet();
  const venue = { ...aVenue(), turns: new KeyTurns() };
  let isGone = false;
  const over = (fenced: <A extends unknown[]>(c: (...args: A) => void) => (...args: A) => void) =>
    new Questions({
      ...{ venue, net, clock: env.clock, fenced },
      venueClock: new VenueClock(env.clock),
      quiet: new QuietTime(env.clock),
    });
  const mortal = over((callback) => (...args) => {
    if (!isGone) callback(...args);
  });
  const other = over((callback) => callback);
  const end = (): void => {
    isGone = true;
  };
  return { mortal, other, requests, end };
}

function query(name: string): Query<string> {
  return {
    request: { method: 'GET', url: name, headers: {}, timeoutMs: 1 },
    isOneAtATime: true,
    decode: () => ok(name),
  };
}
const REPLY = ok({ status: 200, headers: {}, body: '' });

test('two who ask with one key are asked for in turn', async () => {
  const { mortal, other, requests } = twoWhoAsk();
  const first = mortal.ask(query('first'));
  const second = other.ask(query('second'));
  assert.equal(requests.length, 1);
  requests[0]?.answer(REPLY);
  assert.equal(await first, ok('first'));
  requests[1]?.answer(REPLY);
  assert.equal(await second, ok('second'));
});

test('who is gone while it asks, or before its turn, holds nobody up', async () => {
  const { mortal, other, requests, end } = twoWhoAsk();
  void mortal.ask(query('out'));
  void mortal.ask(query('waiting'));
  const next = other.ask(query('next'));
  end();
  requests[0]?.answer(REPLY);
  assert.equal(
    requests.map(({ request }) => request.url),
    ['out', 'next'],
  );
  requests[1]?.answer(REPLY);
  assert.equal(await next, ok('next'));
});

test('a question that is asked in turn is read and answered, or told that too many wait', () => {
  const turns = new KeyTurns();
  const { net, requests } = aFakeNet();
  const answers: unknown[] = [];
  const query: Query<string> = {
    request: { method: 'GET', url: 'http://v', headers: {}, timeoutMs: 1 },
    decode: (outcome) => ok(outcome.ok ? outcome.value.body : ''),
  };
  for (let at = 0; at <= WAITING_MAX; at += 1) {
    askInTurn(turns, net, query, (answer) => void answers.push(answer));
  }
  assert.is(requests.length, 1, 'one is out at a time');
  assert.equal(answers, [
    { ok: false, error: { kind: 'no-answer', detail: '64 questions are waiting already' } },
  ]);
  requests[0]?.answer(ok({ status: 200, headers: {}, body: 'token' }));
  assert.equal([answers.at(-1), requests.length], [ok('token'), 2]);
});

test.run();
