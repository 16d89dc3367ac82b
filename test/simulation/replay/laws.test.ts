/**
 * Credibility tests 5 (conservation), 6 (no double use) and 7 (look-ahead), on generated scripts:
 * laws that hold whatever the recording is.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import type { QueueModel } from '../../../src/market/microstructure/queue-position.ts';
import type { RecordedFrame } from '../../../src/simulation/recording.ts';
import type { Recording } from '../../../src/simulation/replay/open-recording.ts';
import { law } from '../../support/law.ts';
import { withFiles } from '../../support/replay/files.ts';
import { aLivelyScript } from '../../support/replay/lively-script.ts';
import { aRecordedMarket } from '../../support/replay/recorded.ts';
import { framesOf, type Rehearsal, rehearse } from '../../support/replay/rehearsal.ts';
import { theRecording } from '../../support/replay/replay.ts';
import type { Quote } from '../../support/replay/script.ts';

/** A script of 20 s as a recording. */
function withScript(use: (recording: Recording) => Promise<void>): Promise<void> {
  return withFiles({ 'a.txt': aLivelyScript(20).text }, async (pathOf) => {
    await use(await theRecording(pathOf('a.txt')));
  });
}

/** Quotes, takes and cancels by chance. */
function trading(seed: number): (rehearsal: Rehearsal) => void {
  const random = rngOf(seed);
  return (rehearsal) => {
    const act = (): void => {
      rehearsal.time.timers.after(100 * random.next(), act);
      const draw = random.next();
      const side = random.next() < 0.5 ? 'buy' : 'sell';
      const lots = 1 + random.below(500);
      if (draw < 0.1) rehearsal.cancelAll();
      else if (draw < 0.3) rehearsal.place(side, 0, lots, { type: 'market' });
      else {
        const ticks = rehearsal.bestTicks(side) + random.below(5) - 2;
        rehearsal.place(side, ticks, lots, { type: 'limit' });
      }
    };
    act();
  };
}

test('of every asset accounts, crowd and fees come to what was transferred, to the digit', () =>
  withScript(async (recording) => {
    for (const seed of [1, 2, 3]) {
      const options = { makerPpm: 130, takerPpm: 470, queue: { kind: 'log' } } as const;
      const { exchange } = await rehearse(recording, options, trading(seed));
      const { accounts, crowd, fees, transfers } = exchange.clearing;
      const alice = accounts.get('alice');
      assert.ok((alice?.tradeCount ?? 0) > 50);
      for (const [asset, transferred] of transfers) {
        const { free, locked } = alice?.balances.get(asset) ?? { free: 0n, locked: 0n };
        assert.ok((fees.get(asset) ?? 0n) > 0n);
        const sum = free + locked + (crowd.get(asset) ?? 0n) + (fees.get(asset) ?? 0n);
        assert.is(sum, BigInt(transferred), `${asset} with seed ${seed}`);
      }
    }
  }));

const MODELS: readonly QueueModel[] = [
  { kind: 'risk-averse' },
  { kind: 'power', n: 2 },
  { kind: 'log' },
];
const BIDS = ['99.87', '99.88', '99.89', '99.90'];
const aStep = fc.record({
  kind: fc.constantFrom('order', 'print', 'diff', 'ticker', 'cancel'),
  at: fc.nat(BIDS.length - 1),
  size: fc.integer({ min: 1, max: 60 }),
  lateMs: fc.constantFrom(0, 10, 25),
});

test('a print fills no more lots than it has, but for the last order that it went through', () => {
  law(
    fc.property(fc.constantFrom(...MODELS), fc.array(aStep, { maxLength: 40 }), (queue, steps) => {
      const opened = aRecordedMarket({ queue, bids: BIDS.map((price): Quote => [price, '30']) });
      let orders = 0;
      for (const { kind, at, size, lateMs } of steps) {
        const quote: Quote = [BIDS[at] as string, String(size)];
        if (kind === 'order') {
          opened.order('buy', ...quote);
          orders += 1;
        } else if (kind === 'diff') {
          opened.diff({ bids: [quote] });
        } else if (kind === 'ticker') {
          opened.ticker(quote, ['100.10', '100']);
        } else if (kind === 'cancel') {
          opened.cancel(`o${1 + (size % Math.max(1, orders))}`);
        } else {
          const fills = opened.print('sell', quote, lateMs).map((fill) => fill.split(' '));
          const through = fills.filter(([, , , price]) => price !== quote[0]);
          const rest = fills.filter(([, , , price]) => price === quote[0]);
          const sum = (some: string[][]): number =>
            some.reduce((total, [, lots]) => total + Number(lots), 0);
          assert.ok(sum(through.slice(0, -1)) < size, `${fills.join()} by ${quote.join()}`);
          assert.ok(rest.length === 0 || sum(fills) <= size, `${fills.join()} by ${size}`);
        }
      }
    }),
    300,
  );
});

test('what rests is filled by the recording alone, never by its own arrival', () => {
  law(
    fc.property(fc.nat(3), fc.integer({ min: 1, max: 500 }), (at, size) => {
      const { order, diff } = aRecordedMarket();
      assert.equal(order('buy', BIDS[at] as string, String(size)), []);
      assert.equal(diff({ asks: [['100.20', '90']] }), []);
    }),
  );
});

type Decide = (rehearsal: Rehearsal, next: readonly RecordedFrame[]) => 'buy' | 'sell';

/** All that somebody did and heard who decides each second, until a number of frames was played. */
async function courseUpTo(
  last: number,
  recording: Recording,
  frames: readonly RecordedFrame[],
  decide: Decide,
): Promise<string> {
  const course: unknown[] = [];
  let played = 0;
  const note = (what: unknown): void => {
    if (played <= last) course.push(what);
  };
  await rehearse(
    recording,
    { frames },
    (rehearsal) => {
      rehearsal.exchange.listen((events) => {
        for (const { kind, ...event } of events) {
          if (kind === 'executed') note([kind, (event as { venueMs?: number }).venueMs]);
        }
      });
      const act = (): void => {
        rehearsal.time.timers.after(1_000, act);
        const side = decide(rehearsal, frames.slice(played));
        note([rehearsal.time.clock.now(), side]);
        rehearsal.place(side, rehearsal.bestTicks(side), 100);
      };
      act();
    },
    () => {
      played += 1;
    },
  );
  return JSON.stringify(course);
}

/** Leans on the side with more size, as far as it is known. */
function honest({ exchange }: Rehearsal): 'buy' | 'sell' {
  const [bid, ask] = [exchange.market.best('buy'), exchange.market.best('sell')];
  return (bid?.lots ?? 0) > (ask?.lots ?? 0) ? 'buy' : 'sell';
}

/** The planted strategy: reads who takes next, which nobody can know. */
function planted(_: Rehearsal, next: readonly RecordedFrame[]): 'buy' | 'sell' {
  for (const { frame } of next) {
    const { data } = JSON.parse(new TextDecoder().decode(frame));
    if (data?.e === 'trade') return data.m ? 'sell' : 'buy';
  }
  return 'buy';
}

/** The same frames at the same times, but from one on in the opposite order. */
function otherFuture(frames: readonly RecordedFrame[], from: number): RecordedFrame[] {
  return frames.map((frame, at) => {
    const other = frames[at < from ? at : frames.length - 1 - (at - from)];
    return { ...frame, frame: other?.frame ?? frame.frame };
  });
}

test('who reads the next print is found out when the future is put in another order', () =>
  withScript(async (recording) => {
    const frames = (await framesOf(recording)).slice(0, 2_000);
    let caught = 0;
    for (const second of [3, 4, 5, 6]) {
      const decidedMs = recording.startMs + 1_000 * second;
      const at = frames.findIndex(({ localNs }) => localNs / 1e6 + recording.offsetMs >= decidedMs);
      const future = otherFuture(frames, at + 1);
      const course = (known: readonly RecordedFrame[], decide: Decide) =>
        courseUpTo(at, recording, known, decide);
      assert.is(await course(frames, honest), await course(future, honest));
      if ((await course(frames, planted)) !== (await course(future, planted))) caught += 1;
    }
    assert.ok(caught > 0, 'the planted strategy reads the future');
  }));

test.run();
