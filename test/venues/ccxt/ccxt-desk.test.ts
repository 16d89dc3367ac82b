/** The owner of ccxt's thread, with a thread that the test plays. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../../src/core/result.ts';
import { CcxtDesk, QUESTIONS_MAX } from '../../../src/venues/ccxt/ccxt-desk.ts';
import type { ReferenceFault } from '../../../src/venues/ccxt/reference-data.ts';
import type { ThreadHandlers, ThreadQuestion } from '../../../src/venues/ccxt/thread.ts';
import { manualEnv } from '../../support/manual-env.ts';

const TIMEOUT_MS = 5_000;
const INTEREST = { kind: 'open-interest', symbol: 'BTC/USDT:USDT' } as const;

interface PlayedThread {
  readonly handlers: ThreadHandlers;
  readonly asked: ThreadQuestion[];
  isStopped: boolean;
}

function aDesk(over: { burst?: number } = {}) {
  const env = manualEnv();
  const threads: PlayedThread[] = [];
  const crashes: string[] = [];
  const { clock, timers, random } = env;
  const desk = new CcxtDesk({
    ...{ clock, timers, random, timeoutMs: TIMEOUT_MS },
    rate: { ratePerSecond: 1, burst: over.burst ?? QUESTIONS_MAX },
    spawn: (handlers) => {
      const thread: PlayedThread = { handlers, asked: [], isStopped: false };
      threads.push(thread);
      return {
        ask: (question) => void thread.asked.push(question),
        stop: () => {
          thread.isStopped = true;
          handlers.ended('stopped');
        },
      };
    },
    crashed: (detail, againMs) => crashes.push(`${detail} ${againMs > 0}`),
  });
  const answer = (value: unknown, which = -1): void => {
    const thread = threads.at(-1);
    thread?.handlers.answered({ id: thread.asked.at(which)?.id ?? 0, value });
  };
  return { env, desk, threads, crashes, answer };
}

const kindOf = (answer: Result<unknown, ReferenceFault>): string =>
  answer.ok ? 'ok' : answer.error.kind;

test('nothing runs before the first question, and answers come back to who asked', async () => {
  const { desk, threads, answer } = aDesk();
  assert.is(threads.length, 0);
  const [first, second] = [desk.ask(INTEREST), desk.ask({ kind: 'balances' })];
  answer({ USDT: '5' }, 1);
  answer({ venueMs: 7, quantity: '1.5' }, 0);
  assert.equal(await first, { ok: true, value: { venueMs: 7, quantity: '1.5' } });
  assert.equal(await second, { ok: true, value: { USDT: '5' } });
  assert.is(threads.length, 1);
});

test('what ccxt refuses is told with the name of its error', async () => {
  const { desk, threads } = aDesk();
  const asked = desk.ask(INTEREST);
  const fault = { name: 'BadSymbol', detail: 'no such market' };
  threads[0]?.handlers.answered({ id: threads[0].asked[0]?.id ?? 0, fault });
  assert.equal(await asked, { ok: false, error: { kind: 'refused', ...fault } });
});

test('metadata is kept for an hour, and forgotten when it is told to', async () => {
  const { env, desk, threads, answer } = aDesk();
  const markets = () => desk.ask({ kind: 'markets' });
  const first = markets();
  answer([]);
  await first;
  assert.equal(await markets(), { ok: true, value: [] });
  assert.is(threads[0]?.asked.length, 1);
  desk.forgetMarkets();
  const again = markets();
  answer([]);
  await again;
  await env.advance(3_600_001);
  const late = markets();
  answer([]);
  await late;
  assert.is(threads[0]?.asked.length, 3);
});

test('what waits is bounded', async () => {
  const { desk } = aDesk();
  const asked = Array.from({ length: QUESTIONS_MAX }, () => desk.ask(INTEREST));
  const refused = await desk.ask(INTEREST);
  assert.equal(refused, {
    ok: false,
    error: { kind: 'busy', waiting: QUESTIONS_MAX, most: QUESTIONS_MAX },
  });
  desk.close();
  assert.equal(new Set((await Promise.all(asked)).map(kindOf)), new Set(['closed']));
  assert.is(kindOf(await desk.ask(INTEREST)), 'closed');
});

test('the venue is asked no more often than its budget allows', async () => {
  const { env, desk, threads } = aDesk({ burst: 2 });
  for (let at = 0; at < 4; at += 1) void desk.ask(INTEREST);
  assert.is(threads[0]?.asked.length, 2);
  await env.advance(1_000);
  assert.is(threads[0]?.asked.length, 3);
  await env.advance(1_000);
  assert.is(threads[0]?.asked.length, 4);
});

test('a thread that says nothing is replaced, and one that is merely slow is not', async () => {
  const { env, desk, threads, answer, crashes } = aDesk();
  const slow = desk.ask(INTEREST);
  const other = desk.ask(INTEREST);
  await env.advance(1_000);
  answer({}, 1);
  await other;
  await env.advance(TIMEOUT_MS);
  assert.is(kindOf(await slow), 'timeout');
  assert.is(threads[0]?.isStopped, false);
  answer({}, 0);
  const hung = desk.ask(INTEREST);
  await env.advance(TIMEOUT_MS);
  assert.is(kindOf(await hung), 'timeout');
  assert.is(threads[0]?.isStopped, true);
  assert.equal(crashes, ['stopped true']);
});

test('a crash fails what was out, keeps what waits, and starts anew after a while', async () => {
  const { env, desk, threads, answer, crashes } = aDesk({ burst: 1 });
  const out = desk.ask(INTEREST);
  const waits = desk.ask(INTEREST);
  threads[0]?.handlers.ended('out of memory');
  assert.equal(await out, { ok: false, error: { kind: 'crashed', detail: 'out of memory' } });
  assert.is(threads.length, 1, 'not at once');
  const whileDown = desk.ask(INTEREST);
  assert.is(threads.length, 1);
  await env.advance(2_500);
  assert.is(threads.length, 2);
  answer({ a: 1 }, 0);
  assert.is(kindOf(await waits), 'ok');
  answer({ a: 2 });
  assert.is(kindOf(await whileDown), 'ok');
  assert.equal([crashes.length, desk.summary().restarts], [1, 1]);
  threads[0]?.handlers.answered({ id: 1, value: {} });
  threads[0]?.handlers.ended('again');
  assert.is(crashes.length, 1, 'the dead are not heard');
});

test('a thread that ends while nobody asks is started by the next question', async () => {
  const { env, desk, threads, answer } = aDesk();
  const first = desk.ask(INTEREST);
  answer({});
  await first;
  threads[0]?.handlers.ended('gone');
  await env.advance(60_000);
  assert.is(threads.length, 1);
  const next = desk.ask(INTEREST);
  answer({});
  assert.is(kindOf(await next), 'ok');
  assert.is(threads.length, 2);
});

test('closing ends the thread and is no crash', async () => {
  const { env, desk, threads, crashes } = aDesk({ burst: 1 });
  const asked = [desk.ask(INTEREST), desk.ask(INTEREST)];
  desk.close();
  assert.equal((await Promise.all(asked)).map(kindOf), ['closed', 'closed']);
  assert.is(threads[0]?.isStopped, true);
  await env.advance(60_000);
  assert.equal([crashes.length, threads.length, env.pendingTimers], [0, 1, 0]);
});

test.run();
