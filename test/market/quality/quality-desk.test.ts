import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { QualityEvent, SequenceGap } from '../../../src/market/quality/events.ts';
import { QualityDesk } from '../../../src/market/quality/quality-desk.ts';
import { qualitySection } from '../../../src/market/quality/settings.ts';
import { aKernel } from '../../support/control/kernels.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aTrade } from '../../support/trade/printed.ts';

const HOUR = 3_600_000;
const START = 1_700_000 * 1_000_000 - ((1_700_000 * 1_000_000) % HOUR);
const OWNER = 'market-data/quality';

/** A desk of two markets that starts with an hour; `run` lets seconds pass. */
function aDesk(kernels = aKernel()) {
  const events: QualityEvent[] = [];
  const gaps: SequenceGap[] = [];
  let monoMs = 5_000;
  let tradeId = 100;
  const clocks = () => ({ monoMs, wallMs: START + monoMs - 5_000 });
  const desk = new QualityDesk(
    {
      instruments: [anInstrument(), anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH' })],
      settings: qualitySection.parse({}),
      kernel: kernels.kernel,
      owner: OWNER,
      record: (event) => void events.push(event),
      onGap: (gap) => void gaps.push(gap),
    },
    monoMs,
    START,
  );
  const quote = (instrument: number): void => {
    const prices = { bidTicks: 99, bidLots: 1, askTicks: 101, askLots: 1 };
    const message = { kind: 'quote-updated' as const, instrument, ...prices };
    desk.onQuote({ ...message, updateId: 1, receivedNs: 0 }, monoMs);
  };
  const trade = (instrument: number, over: Parameters<typeof aTrade>[0] = {}): void => {
    tradeId += 1;
    const { wallMs } = clocks();
    desk.onTrade(aTrade({ instrument, tradeId, venueMs: wallMs - 20, ...over }), wallMs);
  };
  const run = (seconds: number, each: () => void): void => {
    for (let at = 0; at < seconds; at += 1) {
      monoMs += 1_000;
      each();
      const { wallMs } = clocks();
      desk.tick(monoMs, wallMs);
    }
  };
  const lose = (instrument: number, reason: string): void =>
    desk.onQuote({ kind: 'quote-lost', instrument, reason }, monoMs);
  return { desk, events, gaps, quote, trade, run, lose, kernel: kernels.kernel };
}

const paused = (desk: ReturnType<typeof aDesk>): readonly string[] =>
  desk.kernel.summary().causes.map(({ id }) => id);

test('trades that are fetched later close their gap, and the score recovers', () => {
  const desk = aDesk();
  const missing = () => desk.desk.summary()['binance BTCUSDT'];
  desk.run(10, () => {
    desk.quote(0);
    desk.trade(0);
  });
  const before = missing()?.score ?? 0;
  desk.trade(0, { tradeId: 131 });
  assert.equal(
    desk.gaps.map(({ fromId, toId, instrument }) => [instrument, fromId, toId]),
    [[0, 111, 130]],
  );
  assert.is(missing()?.missing, 20);
  assert.ok((missing()?.score ?? 0) < before - 10);
  desk.desk.onBackfilled({ kind: 'trades-backfilled', instrument: 0, fromId: 105, toId: 120 });
  assert.is(missing()?.missing, 10, 'what had come is not counted again');
  desk.desk.onBackfilled({ kind: 'trades-backfilled', instrument: 0, fromId: 121, toId: 130 });
  desk.desk.onBackfilled({ kind: 'trades-backfilled', instrument: 9, fromId: 1, toId: 2 });
  assert.is(missing()?.missing, 0);
  assert.is(missing()?.duplicates, 0);
  assert.ok((missing()?.score ?? 0) >= before - 0.01);
});

test('an hour of good data scores 100 and is journaled once, when it is over', () => {
  const desk = aDesk();
  desk.run(3_599, () => {
    for (const instrument of [0, 1]) desk.quote(instrument);
    desk.trade(0);
  });
  assert.equal(desk.events, []);
  desk.run(1, () => desk.quote(0));
  const scores = desk.events.filter(({ kind }) => kind === 'quality-scored');
  assert.is(scores.length, 2);
  const [first] = scores as [Extract<QualityEvent, { kind: 'quality-scored' }>];
  assert.ok(first.score >= 9_990, String(first.score));
  assert.equal([first.fromMs, first.toMs], [START, START + HOUR]);
  assert.is(JSON.parse(first.parts).digits, 'nonconformity');
  assert.equal(paused(desk), []);
});

test('a market whose book is gone is paused once it was watched for long enough', () => {
  const desk = aDesk();
  desk.run(30, () => desk.quote(0));
  desk.lose(0, 'disconnected');
  desk.run(240, () => desk.quote(1));
  assert.equal(paused(desk), []);
  desk.run(120, () => desk.quote(1));
  // Nothing was heard of it for 360 of 390 s: the book was live for 30.
  assert.equal(paused(desk), ['QUALITY@instrument:0']);
  assert.match(desk.kernel.summary().causes[0]?.reason ?? '', /below quality\.scoreMin 60/);
});

test('a market that is good again is released, by a new incarnation too', () => {
  const kernels = aKernel();
  const first = aDesk(kernels);
  first.run(30, () => first.quote(0));
  first.lose(0, 'gap');
  first.run(400, () => first.quote(1));
  assert.equal(paused(first), ['QUALITY@instrument:0']);
  const second = aDesk(kernels);
  second.run(299, () => {
    second.quote(0);
    second.quote(1);
  });
  assert.equal(paused(second), ['QUALITY@instrument:0']);
  second.run(600, () => {
    second.quote(0);
    second.quote(1);
  });
  assert.equal(paused(second), []);
});

test('numbers that are missing are a gap, told at once with both of its ends', () => {
  const desk = aDesk();
  desk.run(1, () => desk.trade(0, { tradeId: 7, venueMs: 1_000 }));
  desk.run(1, () => desk.trade(0, { tradeId: 12, venueMs: 3_000.4 }));
  assert.equal(desk.events, [
    {
      ...{ kind: 'data-gap', instrument: 0, how: 'sequence' },
      ...{ fromMs: 1_000, toMs: 3_000, missing: 4 },
    },
  ]);
  // What comes late closes it; one that came twice is a duplicate.
  desk.run(1, () => desk.trade(0, { tradeId: 9 }));
  desk.run(1, () => desk.trade(0, { tradeId: 9 }));
  const summary = desk.desk.summary()['binance BTCUSDT'];
  assert.equal([summary?.missing, summary?.duplicates], [3, 1]);
});

test('a venue that numbers anew is no gap', () => {
  const desk = aDesk();
  desk.run(1, () => desk.trade(0, { tradeId: 5_000_000 }));
  desk.run(1, () => desk.trade(0, { tradeId: 1 }));
  desk.run(1, () => desk.trade(0, { tradeId: 2 }));
  desk.run(1, () => desk.trade(0, { tradeId: Number.NaN }));
  assert.equal(desk.events, []);
});

test('silence where messages were expected is a gap, told when it is over', () => {
  const desk = aDesk();
  const busy = (): void => {
    for (let at = 0; at < 20; at += 1) desk.trade(0);
  };
  desk.run(90, busy);
  desk.run(10, () => {});
  desk.run(3, busy);
  assert.equal(desk.events, [
    {
      ...{ kind: 'data-gap', instrument: 0, how: 'rate' },
      ...{ fromMs: START + 90_000, toMs: START + 101_000, missing: 0 },
    },
  ]);
});

test('late trades, crossed quotes and bad checksums cost score', () => {
  const desk = aDesk();
  desk.run(100, () => {
    desk.quote(0);
    desk.trade(0);
  });
  const before = desk.desk.summary()['binance BTCUSDT']?.score as number;
  assert.ok(before > 99);
  desk.run(50, () => {
    desk.trade(0, { venueMs: 0 });
    desk.lose(0, 'checksum');
    desk.quote(0);
  });
  const after = desk.desk.summary()['binance BTCUSDT'];
  assert.ok((after?.score as number) < before - 10, String(after?.score));
  assert.is(after?.digits, null);
  assert.is(after?.latency?.isSkewed, false);
});

test('a market that is not of the desk is not judged', () => {
  const desk = aDesk();
  desk.quote(9);
  desk.trade(9);
  desk.lose(9, 'gap');
  assert.equal(Object.keys(desk.desk.summary()), ['binance BTCUSDT', 'binance ETHUSDT']);
});

test.run();
