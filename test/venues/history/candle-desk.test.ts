import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../src/core/result.ts';
import {
  CandleDesk,
  FAILURES_MAX,
  WARM_MINUTES_MAX,
} from '../../../src/venues/history/candle-desk.ts';
import { type Candle, MINUTE_MS } from '../../../src/venues/history/candle-history.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const NOW = 1_000 * MINUTE_MS + 20_000;
const candle = (minute: number): Candle => ({
  ...{ openMs: minute * MINUTE_MS, open: 1, high: 2, low: 1, close: 1.5, quantity: 3 },
});

function aDesk(minutes: number, spanMinutes = 100, venues = ['binance']) {
  const asked: string[] = [];
  const history = {
    lengths: [1],
    candlesMax: spanMinutes,
    query({ venue }: { venue: string }, fromMs: number, toMs: number) {
      asked.push(`${venue} ${fromMs / MINUTE_MS} ${(toMs - NOW) / MINUTE_MS}`);
      const request = { method: 'GET' as const, url: '', headers: {}, timeoutMs: 1 };
      return { request, decode: () => ok([]) };
    },
  };
  const instruments = venues.map((venue, index) => anInstrument({ venue, index }));
  const histories = new Map(venues.map((venue) => [venue, history]));
  return { desk: new CandleDesk({ instruments, histories, minutes }, NOW), asked };
}

test('a history is asked for page by page until it reaches the minute that is running', () => {
  const { desk, asked } = aDesk(150);
  const first = desk.next(NOW);
  assert.ok(first !== null);
  assert.is(desk.onAnswer(first, ok([candle(851), candle(850), candle(849)]), NOW), null);
  const second = desk.next(NOW);
  assert.ok(second !== null);
  // The last is still being made, and what was asked for before is not taken twice.
  const page = [candle(999), candle(1_000), candle(851), candle(950)];
  const closed = desk.onAnswer(second, ok(page), NOW);
  assert.equal(
    closed?.candles.map(({ openMs }) => openMs / MINUTE_MS),
    [850, 851, 950, 999],
  );
  assert.equal(asked, [`binance 850 ${(950 * MINUTE_MS - NOW) / MINUTE_MS}`, 'binance 950 0']);
  assert.equal([closed?.fault, desk.waiting, desk.next(NOW)], ['', 0, null]);
  assert.is(desk.onAnswer(second, ok(page), NOW), null, 'nobody waits for it any more');
});

test('minutes without a trade end no history', () => {
  const { desk, asked } = aDesk(150);
  const first = desk.next(NOW);
  assert.ok(first !== null);
  assert.is(desk.onAnswer(first, ok([]), NOW), null);
  const second = desk.next(NOW);
  assert.ok(second !== null);
  assert.equal(desk.onAnswer(second, ok([]), NOW)?.candles, []);
  assert.is(asked.length, 2);
});

test('a minute that closed while it was asked for is asked for again', () => {
  const { desk } = aDesk(50);
  const question = desk.next(NOW);
  assert.ok(question !== null);
  const later = NOW + 2 * MINUTE_MS;
  assert.is(desk.onAnswer(question, ok([candle(999)]), later), null);
  const again = desk.next(later);
  assert.ok(again !== null);
  // Its first part was answered for, but it had not closed.
  assert.is(desk.onAnswer(again, ok([candle(1_000), candle(1_001)]), later)?.candles.length, 3);
});

test('one question a second leaves for a venue, and other venues need not wait', () => {
  const { desk, asked } = aDesk(50, 100, ['a', 'a', 'a', 'b']);
  for (let at = 0; at < 5; at += 1) {
    const question = desk.next(NOW);
    if (question !== null) desk.onAnswer(question, ok([]), NOW);
  }
  assert.equal(
    asked.map((text) => text[0]),
    ['a', 'a', 'b'],
  );
  assert.ok(desk.next(NOW + 1_000) !== null);
});

test('a venue that fails is asked again with patience, and then no more', () => {
  const { desk } = aDesk(50);
  let nowMs = NOW;
  const fault = err({ kind: 'no-answer' as const, detail: 'status 500' });
  for (let failure = 1; failure < FAILURES_MAX; failure += 1) {
    const question = desk.next(nowMs);
    assert.ok(question !== null, String(failure));
    assert.is(desk.onAnswer(question, fault, nowMs), null);
    assert.is(desk.next(nowMs + 999 * 2 ** (failure - 1)), null);
    nowMs += 1_000 * 2 ** (failure - 1);
  }
  const last = desk.next(nowMs);
  assert.ok(last !== null);
  assert.equal(desk.onAnswer(last, fault, nowMs), {
    ...{ instrument: 0, candles: [], fault: 'status 500' },
  });
  assert.is(desk.waiting, 0);
});

test('a wish to be left alone is honoured and is no failure', () => {
  const { desk } = aDesk(50);
  const throttled = { kind: 'throttled' as const, retryAfterMs: 60_000, detail: '429' };
  for (let at = 0; at < FAILURES_MAX; at += 1) {
    const nowMs = NOW + at * 60_000;
    const question = desk.next(nowMs);
    assert.ok(question !== null);
    assert.is(desk.onAnswer(question, err(throttled), nowMs), null);
    assert.is(desk.next(nowMs + 59_999), null);
  }
  assert.is(desk.waiting, 1);
});

test('no more than two weeks are asked for, and nothing of a venue without a history', () => {
  const { desk, asked } = aDesk(1e9);
  desk.next(NOW);
  assert.match(asked[0] ?? '', `binance ${1_000 - WARM_MINUTES_MAX} `);
  const instruments = [anInstrument({ venue: 'elsewhere' })];
  const none = new CandleDesk({ instruments, histories: new Map(), minutes: 5 }, NOW);
  assert.is(none.next(NOW), null);
});

test.run();
