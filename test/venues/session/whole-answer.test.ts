import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../../src/core/result.ts';
import type { Query } from '../../../src/venues/port.ts';
import { STEPS_MAX, wholeAnswer } from '../../../src/venues/session/whole-answer.ts';

/** A question whose answer counts to `end`, one question after the other. */
function counting(from: number, end: number): Query<number> {
  return {
    request: { method: 'GET', url: String(from), headers: {}, timeoutMs: 1 },
    decode: () => ok(from),
    followUp: (found) => (found < end ? counting(found + 1, end) : null),
  };
}

const asked: string[] = [];
function ask(query: Query<number>): Promise<Result<number, string>> {
  asked.push(query.request.url);
  return Promise.resolve(query.decode(ok({ status: 200, headers: {}, body: '' })) as never);
}
const said = (sentence: string): string => sentence;

test('an answer is asked for until it is whole', async () => {
  assert.equal(await wholeAnswer(counting(1, 3), ask, said), ok(3));
  assert.equal(asked, ['1', '2', '3']);
});

test('a part that is missing is no answer, and nothing is asked after it', async () => {
  let questions = 0;
  const failing = (): Promise<Result<number, string>> => {
    questions += 1;
    return Promise.resolve(questions === 2 ? err('silence') : ok(1));
  };
  assert.equal(await wholeAnswer(counting(1, 5), failing, said), err('silence'));
  assert.is(questions, 2);
});

test('an answer without an end is an error', async () => {
  const endless = await wholeAnswer(counting(1, Number.POSITIVE_INFINITY), ask, said);
  assert.equal(endless, err(`no whole answer after ${STEPS_MAX} questions`));
});

test.run();
