import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { type BackfillJob, BackfillQueue } from '../../../src/market/quality/backfill.ts';
import type { TradesBackfilled } from '../../../src/market/quality/events.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import { BackfillDesk, GAP_TRADES_MAX } from '../../../src/venues/history/backfill-desk.ts';
import type { HistoryTrade } from '../../../src/venues/history/trade-history.ts';
import type { QueryFault } from '../../../src/venues/port.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

type Answer = Result<readonly HistoryTrade[], QueryFault>;

const aTrade = (tradeId: number, count = 1): HistoryTrade => ({
  ...{ tradeId, count, ticks: ticksOf(100), lots: lotsOf(2) },
  ...{ takerSide: 'buy', venueMs: 1_000 + tradeId },
});

function aDesk(before: readonly BackfillJob[] = []) {
  const jobs = new Map(before.map((job) => [job.id, job]));
  const ended: string[] = [];
  const recorded: TradePrinted[] = [];
  const told: TradesBackfilled[] = [];
  const asked: string[] = [];
  const queue = new BackfillQueue({
    all: () => [...jobs.values()],
    put: (job) => void jobs.set(job.id, job),
    remove(id, outcome) {
      jobs.delete(id);
      ended.push(`${id} ${outcome}`);
    },
  });
  const history = ({ symbol }: { symbol: string }, fromMs: number, toMs: number) => {
    asked.push(`${symbol} ${fromMs} ${toMs}`);
    const request = { method: 'GET' as const, url: '', headers: {}, timeoutMs: 1 };
    return { request, decode: (): Answer => ok([]) };
  };
  const desk = new BackfillDesk(
    {
      ...{ queue, record: (trade) => void recorded.push(trade), stakeOf: () => 'traded' },
      instruments: [anInstrument(), anInstrument({ index: 1, venue: 'b' })],
      histories: new Map(['binance', 'b'].map((venue) => [venue, history] as const)),
      tell: (found) => void told.push(found),
    },
    0,
  );
  const gap = (fromId: number, toId: number, instrument = 0): void =>
    desk.onGap({ kind: 'gap-found', instrument, fromId, toId, fromMs: 1_000, toMs: 9_000 }, 0);
  /** Asks and answers once. @returns whether anything could be asked */
  const answer = (nowMs: number, found: Answer): boolean => {
    const question = desk.next(nowMs);
    if (question === null) return false;
    desk.onAnswer(question.job, found, { nowMs, monoNs: 5 });
    return true;
  };
  return { desk, gap, answer, jobs, ended, recorded, told, asked };
}

test('a gap is asked for, recorded and told, and its job ends when nothing is missing', () => {
  const { desk, gap, answer, jobs, ended, recorded, told, asked } = aDesk();
  gap(5, 7);
  assert.is(jobs.size, 1, 'it is in the store before anything is asked');
  assert.ok(answer(10, ok([4, 5, 6, 7, 8].map((id) => aTrade(id)))));
  assert.equal(asked, ['BTCUSDT 1000 9000']);
  assert.equal(
    recorded.map(({ tradeId, receivedNs }) => [tradeId, receivedNs]),
    [
      [5, 5],
      [6, 5],
      [7, 5],
    ],
  );
  assert.equal(
    told.map(({ fromId, toId }) => [fromId, toId]),
    [
      [5, 5],
      [6, 6],
      [7, 7],
    ],
  );
  assert.equal(ended, ['binance BTCUSDT 5 filled']);
  assert.equal(desk.summary(), { waiting: 0, fetched: 3, givenUp: 0, tooLarge: 0, partly: 0 });
});

test('answers too short for the gap shrink it from either end, each trade once', () => {
  const { gap, answer, jobs, ended, recorded } = aDesk();
  gap(10, 15);
  answer(0, ok([aTrade(10), aTrade(11)]));
  assert.equal(
    [...jobs.values()].map(({ fromId, toId }) => [fromId, toId]),
    [[12, 15]],
  );
  answer(2_000, ok([aTrade(15), aTrade(14)]));
  const [left] = [...jobs.values()];
  assert.equal([left?.fromId, left?.toId, left?.fromMs, left?.toMs], [12, 13, 1_011, 1_014]);
  answer(4_000, ok([aTrade(12), aTrade(13), aTrade(14)]));
  assert.is(ended.length, 1);
  assert.equal(recorded.map(({ tradeId }) => tradeId).sort(), [10, 11, 12, 13, 14, 15]);
});

test('an aggregate of which a part had come is told and not recorded with its whole size', () => {
  const { desk, gap, answer, recorded, told, ended } = aDesk();
  gap(11, 14);
  answer(0, ok([aTrade(10, 3), aTrade(13, 2)]));
  assert.equal(
    recorded.map(({ tradeId }) => tradeId),
    [13],
  );
  assert.equal(
    told.map(({ fromId, toId }) => [fromId, toId]),
    [
      [11, 12],
      [13, 14],
    ],
  );
  assert.is(ended.length, 1);
  assert.is(desk.summary().partly, 1);
});

test('whatever pages a venue answers with, each missing trade is recorded exactly once', () => {
  law(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(8)), { maxLength: 12 }),
      (pages) => {
        const { gap, answer, recorded, jobs } = aDesk();
        gap(3, 17);
        let nowMs = 0;
        for (const [first, length] of pages) {
          nowMs += 600_000;
          answer(nowMs, ok(Array.from({ length }, (_, at) => aTrade(first + at))));
        }
        const ids = recorded.map(({ tradeId }) => tradeId);
        assert.is(new Set(ids).size, ids.length);
        assert.ok(ids.every((id) => id >= 3 && id <= 17));
        const [left] = [...jobs.values()];
        const isGivenUp = left === undefined && ids.length < 15;
        if (!isGivenUp) assert.is(ids.length + (left ? left.toId - left.fromId + 1 : 0), 15);
      },
    ),
  );
});

test('a job that brings nothing is tried again, ever later, and given up after eight times', () => {
  const { desk, gap, answer, ended } = aDesk();
  gap(5, 7);
  let tries = 0;
  for (let nowMs = 0; nowMs < 3_600_000; nowMs += 1_000) {
    const isOdd = tries % 2 === 1;
    const silence: QueryFault = { kind: 'no-answer', detail: 'timeout' };
    if (answer(nowMs, isOdd ? ok([aTrade(6)]) : err(silence))) tries += 1;
  }
  assert.is(tries, 8);
  assert.equal(ended, ['binance BTCUSDT 5 given-up']);
  assert.is(desk.summary().givenUp, 1);
});

test('a venue that wants to be left alone is not asked until then, and another is', () => {
  const { gap, answer, jobs, desk } = aDesk();
  gap(5, 7);
  answer(0, err({ kind: 'throttled', retryAfterMs: 30_000, detail: 'status 429' }));
  assert.is([...jobs.values()][0]?.attempts, 0, 'it is no fault of the job');
  assert.not.ok(answer(29_999, ok([])));
  gap(1, 1, 1);
  assert.is(desk.next(29_999)?.job.venue, 'b');
  assert.ok(answer(29_999, ok([aTrade(1)])));
  assert.is(desk.next(30_000)?.job.venue, 'binance');
});

test('questions stay within a small share of what a venue allows', () => {
  const { desk, gap } = aDesk();
  for (let at = 0; at < 40; at += 2) gap(at, at);
  let asked = 0;
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) if (desk.next(nowMs) !== null) asked += 1;
  assert.is(asked, 7, 'two at once and one in two seconds');
});

test('gaps of a venue that numbers anew, and of markets nobody follows, are not fetched', () => {
  const { desk, gap, jobs } = aDesk();
  gap(1, GAP_TRADES_MAX + 1);
  gap(1, 2, 7);
  assert.is(jobs.size, 0);
  assert.is(desk.summary().tooLarge, 1);
});

test('jobs survive in the store; those of a market that is gone are given up at the start', () => {
  const first = aDesk();
  first.gap(5, 7);
  const [job] = [...first.jobs.values()] as [BackfillJob];
  const second = aDesk([job, { ...job, id: 'gone', symbol: 'GONE' }]);
  assert.equal(second.ended, ['gone given-up']);
  assert.ok(second.answer(10, ok([aTrade(5), aTrade(6), aTrade(7)])));
  assert.equal(second.ended.at(-1), 'binance BTCUSDT 5 filled');
});

test.run();
