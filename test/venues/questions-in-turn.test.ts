import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRequest, Net } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Query } from '../../src/venues/port.ts';
import { Questions } from '../../src/venues/questions.ts';
import { QuietTime } from '../../src/venues/session/quiet-time.ts';
import { VenueClock } from '../../src/venues/venue-clock.ts';
import { aVenue, httpReply } from '../support/edge/order-socket.ts';
import { manualEnv } from '../support/manual-env.ts';

const TRIP_MS = 10;

function someQuestions() {
  const env = manualEnv();
  const asked: string[] = [];
  const net: Net = {
    webSocket: () => {
      throw new Error('questions need no socket');
    },
    http(request, done) {
      asked.push(request.url);
      env.timers.after(TRIP_MS, () => done(httpReply({})));
    },
  };
  const venueClock = new VenueClock(env.clock);
  const questions = new Questions({
    venue: aVenue(),
    net,
    clock: env.clock,
    venueClock,
    quiet: new QuietTime(env.clock),
    fenced: (callback) => callback,
  });
  return { env, asked, questions };
}

let made = 0;
/** A question that counts when its request is made. */
function aQuery(
  name: string,
  value: Result<number, string>,
  followUp?: (value: number) => Query<number> | null,
): Query<number> {
  return {
    get request(): HttpRequest {
      made += 1;
      return { method: 'GET', url: `${name}#${made}`, headers: {}, timeoutMs: 1_000 };
    },
    isOneAtATime: true,
    decode: () => (value.ok ? value : err({ kind: 'no-answer', detail: value.error })),
    ...(followUp !== undefined && { followUp }),
  };
}

test('questions of one kind are asked in turn, and made when they are sent', async () => {
  const { env, asked, questions } = someQuestions();
  made = 0;
  const answers = [1, 2, 3].map((each) => questions.ask(aQuery(`q${each}`, ok(each))));
  await env.advance(1);
  assert.equal(asked, ['q1#1']);
  await env.advance(TRIP_MS);
  assert.equal(asked, ['q1#1', 'q2#2']);
  await env.advance(2 * TRIP_MS);
  assert.equal(await Promise.all(answers), [ok(1), ok(2), ok(3)]);
});

test('one that fails does not keep the next from being asked', async () => {
  const { env, questions } = someQuestions();
  const failed = questions.ask(aQuery('a', err('silence')));
  const next = questions.ask(aQuery('b', ok(2)));
  await env.advance(3 * TRIP_MS);
  assert.equal([await failed, await next], [err('silence'), ok(2)]);
});

test('a question is followed up until its answer is whole', async () => {
  const { env, asked, questions } = someQuestions();
  const step = (at: number): Query<number> =>
    aQuery('s', ok(at), (value) => (value < 3 ? step(value + 1) : null));
  const answer = questions.ask(step(1));
  await env.advance(5 * TRIP_MS);
  assert.equal([await answer, asked.length], [ok(3), 3]);
});

test('what is followed up without end is given up', async () => {
  const { env, asked, questions } = someQuestions();
  const forEver = (): Query<number> => aQuery('s', ok(1), forEver);
  const answer = questions.ask(forEver());
  await env.advance(200 * TRIP_MS);
  assert.equal(await answer, err('no whole answer after 100 questions'));
  assert.is(asked.length, 100);
});

test('no more than 64 questions wait', async () => {
  const { env, questions } = someQuestions();
  const answers = Array.from({ length: 65 }, (_, at) => questions.ask(aQuery('q', ok(at))));
  await env.advance(70 * TRIP_MS);
  const all = await Promise.all(answers);
  assert.is(all.filter((answer) => answer.ok).length, 64);
  assert.equal(all[64], err('64 questions are waiting already'));
});

test.run();
