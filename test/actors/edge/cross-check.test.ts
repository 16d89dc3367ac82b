import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheckActor } from '../../../actors/edge/cross-check.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { CcxtDesk } from '../../../src/venues/ccxt/ccxt-desk.ts';
import type { ThreadHandlers, ThreadQuestion } from '../../../src/venues/ccxt/thread.ts';
import { KeyTurns, WAITING_MAX } from '../../../src/venues/session/key-turns.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'edge/cross-check:v';
const OURS = anInstrument();
const MARKET = {
  ...{ id: 'BTCUSDT', symbol: 'BTC/USDT' },
  ...{ tick: String(OURS.tickSize), lot: String(OURS.lotSize) },
};

interface Said {
  markets?: unknown;
  orders?: readonly unknown[];
  balances?: unknown;
}

/** A check whose thread says what the test tells it to; a fault where it says none. */
async function aCheck(said: Said = {}, { hasBalances = true, turns = new KeyTurns() } = {}) {
  const tested = aLane();
  const { log, lines } = aLog();
  const events: ControlEvent[] = [];
  const asked: string[] = [];
  const answers: Said = { markets: [MARKET], orders: [], balances: { USDT: '5' }, ...said };
  const threads: ThreadHandlers[] = [];
  const { clock, timers, random } = tested.env;
  const open = (crashed: (detail: string, againMs: number) => void) =>
    new CcxtDesk({
      ...{ clock, timers, random, timeoutMs: 10_000, crashed },
      rate: { ratePerSecond: 100, burst: 100 },
      spawn(handlers) {
        threads.push(handlers);
        return {
          ask({ id, question }: ThreadQuestion) {
            asked.push(question.kind);
            const name = question.kind === 'open-orders' ? 'orders' : question.kind;
            const value = answers[name as keyof Said];
            const fault = { name: 'NetworkError', detail: 'down' };
            handlers.answered(value === undefined ? { id, fault } : { id, value });
          },
          stop: () => handlers.ended('stopped'),
        };
      },
    });
  const booked = {
    grids: new Map([[OURS.symbol, { tick: OURS.tickSize, lot: OURS.lotSize }]]),
    balances: new Map([['USDT', 500_000_000n]]),
    openOrders: new Set<string>(),
  };
  const spec = () =>
    crossCheckActor({
      ...{ venue: 'v', instruments: [OURS], hasBalances, open, turns, log },
      ...{ booked: () => booked, everyMs: 600_000, journal: (event) => events.push(event) },
    });
  await aBranch(tested, { [PATH]: spec }, []);
  const view = () => {
    const found = tested.lane.view(PATH);
    return found.ok ? (found.value as { looks: number; failed: number; fault: string }) : null;
  };
  return { ...tested, lines, events, asked, answers, threads, booked, view };
}

test('an account that is as our books say is looked at rarely, and nothing is told', async () => {
  const { env, events, asked, view } = await aCheck();
  await env.advance(30_000);
  assert.equal(asked, ['markets', 'open-orders', 'balances']);
  await env.advance(600_000);
  assert.equal(asked.slice(3), ['open-orders', 'balances'], 'metadata is kept for an hour');
  assert.equal([view()?.looks, view()?.failed, events], [2, 0, []]);
});

test('a grid that differs is asked for anew before it is told', async () => {
  const { env, asked, answers, events } = await aCheck();
  answers.markets = [{ ...MARKET, tick: '5' }];
  await env.advance(60_000);
  assert.is(asked.filter((kind) => kind === 'markets').length, 2, 'nothing kept is relied on');
  assert.equal(
    events.map((event) => event.kind === 'incident' && event.what),
    ['second-opinion-differs'],
  );
  answers.markets = [MARKET];
  await env.advance(1_200_000);
  assert.is(events.length, 1);
});

test('what differs is looked at again soon, and then journaled, once', async () => {
  const { env, events, answers, lines } = await aCheck();
  answers.balances = { USDT: '6' };
  answers.orders = [{ id: '77' }];
  await env.advance(30_000);
  assert.equal(events, []);
  await env.advance(30_000);
  assert.equal(
    events.map((event) => event.kind === 'incident' && `${event.what} ${event.detail}`),
    [
      'second-opinion-differs USDT: 1.00000000 more at the venue than booked',
      'second-opinion-differs order 77: open at the venue and not in our books',
    ],
  );
  await env.advance(600_000);
  assert.is(events.length, 2);
  assert.is(lines.filter((line) => line.includes(' second-opinion-differs ')).length, 2);
});

test('no answer says nothing of the account, and is asked again soon', async () => {
  const { env, events, answers, view, lines } = await aCheck();
  for (const [part, fault] of [
    [{ markets: undefined }, /^markets: .*NetworkError/],
    [{ markets: [] }, /^BTCUSDT: ccxt knows no such market/],
    [{ orders: undefined }, /^open-orders: /],
    [{ balances: { USDT: 'much' } }, /^balances: found no decimal/],
  ] as const) {
    const before = { ...answers };
    Object.assign(answers, part);
    // What was kept of the metadata is an hour old by then.
    await env.advance(3_600_000);
    assert.match(view()?.fault ?? '', fault);
    Object.assign(answers, before);
    await env.advance(30_000);
  }
  assert.equal(events, []);
  assert.ok(lines.some((line) => line.includes(' no-second-opinion ')));
});

test('an account on margin is not asked for what it holds', async () => {
  const { env, asked } = await aCheck({}, { hasBalances: false });
  await env.advance(30_000);
  assert.equal(asked, ['markets', 'open-orders']);
});

test('it waits for its turn with the key, and too long a queue is no answer', async () => {
  const turns = new KeyTurns();
  const leaves: (() => void)[] = [];
  turns.enter((leave) => void leaves.push(leave));
  const { env, asked, view } = await aCheck({}, { turns });
  await env.advance(30_000);
  assert.equal(asked, ['markets']);
  leaves[0]?.();
  await env.settle();
  assert.equal(asked, ['markets', 'open-orders', 'balances']);
  for (let at = 0; at < WAITING_MAX; at += 1) turns.enter(() => {});
  await env.advance(600_000);
  assert.match(view()?.fault ?? '', /too many wait/);
});

test('a thread that ends is told of', async () => {
  const { env, threads, lines } = await aCheck();
  await env.advance(30_000);
  threads[0]?.ended('out of memory');
  assert.ok(lines.some((line) => line.includes(' ccxt-ended ')));
});

test.run();
