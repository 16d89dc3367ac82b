import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import type { Ticks } from '../../../src/core/units.ts';
import { BOOK_ORDERS_MAX } from '../../../src/simulation/book/order-book.ts';
import { Activity } from '../../../src/simulation/flow/activity.ts';
import { FairPrice } from '../../../src/simulation/flow/fair-price.ts';
import { MarketFlow } from '../../../src/simulation/flow/market-flow.ts';
import { anOrder, byClientId, must, NEW_YEAR, ticks } from '../../support/venue/fixtures.ts';
import { aFlow, eventHash } from '../../support/venue/flow.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { deviation, mean } from '../../support/venue/stylised-facts.ts';

function hashOf(seed: number): string {
  const { exchange, flow, time } = aFlow({ seed });
  const digest = eventHash((listener) => exchange.listen(listener));
  flow.start();
  time.runUntil(NEW_YEAR + 120_000);
  return digest();
}

test('the same seed makes the same market, bit for bit; another seed another one', () => {
  assert.is(hashOf(7), hashOf(7));
  assert.is.not(hashOf(7), hashOf(8));
});

test('a market begins with a full book around its first price', () => {
  const { flow, market, midTicks } = aFlow();
  flow.start();
  assert.ok(Math.abs(midTicks() / ticks('60000.00') - 1) < 0.001);
  assert.ok(market.depth('buy', 1_000).length > 150);
  assert.ok(market.depth('sell', 1_000).length > 150);
});

test('a stopped market does nothing more', () => {
  const { flow, market, time } = aFlow();
  flow.start();
  time.runUntil(NEW_YEAR + 1_000);
  flow.stop();
  const { updateId } = market;
  time.runUntil(NEW_YEAR + 60_000);
  assert.is(market.updateId, updateId);
  assert.is(time.pending, 0);
});

test('the book is never crossed and its size stays where it began', () => {
  const { exchange, flow, market, time } = aFlow({ seed: 3 });
  flow.start();
  let least = Number.POSITIVE_INFINITY;
  exchange.listen(() => {
    const [bid, ask] = [market.book.best('buy'), market.book.best('sell')];
    least = Math.min(least, (ask?.ticks ?? Number.NaN) - (bid?.ticks ?? 0));
  });
  const sizes: number[] = [];
  for (let minute = 1; minute <= 20; minute += 1) {
    time.runUntil(NEW_YEAR + minute * 60_000);
    sizes.push(market.book.size);
  }
  assert.ok(least > 0);
  assert.ok(Math.min(...sizes) > 200 && Math.max(...sizes) < BOOK_ORDERS_MAX / 10);
});

test('a maker who joins the touch is filled many times a minute, on both sides', () => {
  const { exchange, flow, market, time } = aFlow({ seed: 5 });
  flow.start();
  const filled = { buy: 0, sell: 0 };
  exchange.listen((events) => {
    for (const event of events) {
      if (event.kind === 'executed' && event.trade !== null) filled[event.trade.side] += 1;
    }
  });
  let quotes: { symbol: string; clientId: string }[] = [];
  for (let at = 1; at <= 600; at += 1) {
    time.runUntil(NEW_YEAR + at * 500);
    for (const quote of quotes) exchange.cancel('alice', byClientId(quote));
    quotes = [];
    for (const side of ['buy', 'sell'] as const) {
      const best = market.book.best(side)?.ticks ?? 0;
      const inside = (best + (side === 'buy' ? 1 : -1)) as Ticks;
      const order = anOrder({ side, type: 'limit-maker', ticks: inside, quantity: '0.005' });
      if (exchange.place('alice', order).ok) quotes.push(order);
    }
  }
  process.stdout.write(
    `  fills in 5 minutes at the touch: ${filled.buy} buy, ${filled.sell} sell\n`,
  );
  assert.ok(filled.buy >= 25 && filled.sell >= 25);
});

test('a quote through the fair price is picked off within seconds', () => {
  const { exchange, flow, midTicks, time } = aFlow({ seed: 2 });
  flow.start();
  time.runUntil(NEW_YEAR + 5_000);
  const price = Math.round(midTicks() * 1.002) as Ticks;
  must(exchange.place('alice', anOrder({ ticks: price, quantity: '1' })));
  const order = anOrder({ side: 'sell', ticks: Math.round(midTicks() * 0.999) as Ticks });
  must(exchange.place('bob', order));
  time.runUntil(NEW_YEAR + 15_000);
  assert.is(exchange.find('bob', byClientId(order))?.status, 'filled');
});

test('a second start goes on where the market stood', () => {
  const records = memoryRecords();
  const first = aFlow({ seed: 4, records });
  first.flow.start();
  first.time.runUntil(NEW_YEAR + 1_800_000);
  first.flow.stop();
  const anchor = first.exchange.anchorOf('BTCUSDT') ?? 0;
  assert.ok(Math.abs(anchor / first.midTicks() - 1) < 0.003);
  const second = aFlow({ seed: 9, records });
  second.flow.start();
  assert.ok(Math.abs(second.midTicks() / anchor - 1) < 0.001);
});

test('a process that was held up does not make up for hours', () => {
  const { exchange, flow, market, time } = aFlow();
  let nowNs = 0;
  const waiting: (() => void)[] = [];
  const late = new MarketFlow({
    exchange,
    market,
    profile: {
      priceStart: '60000.00',
      eventsPerSecond: 60,
      halfSpreadBps: 2,
      volatilityAnnual: 0.5,
      quantityMedian: 0.02,
    },
    random: rngOf(1),
    clock: { now: time.clock.now, mono: () => nowNs as never },
    timers: {
      after: (_, run) => {
        waiting.push(run);
        return { cancel() {} };
      },
      turn: () => {},
    },
  });
  late.start();
  const before = market.updateId;
  nowNs = 3_600e9;
  waiting.shift()?.();
  assert.ok(market.updateId - before < 20_000, 'an hour would be 200,000 events');
  nowNs += 1e9;
  const after = market.updateId;
  waiting.shift()?.();
  assert.ok(market.updateId - after < 2_000, 'and the backlog is gone');
  flow.stop();
});

test('a start price off the grid is a mistake of the profile', () => {
  assert.throws(() => aFlow({ profile: { priceStart: '60000.001' } }), /price of its grid/);
});

test('events come at the mean rate, in bursts', () => {
  const activity = new Activity(50, rngOf(11));
  const perSecond = new Map<number, number>();
  let seconds = 0;
  while (seconds < 3_600) {
    seconds += activity.next(1);
    perSecond.set(Math.floor(seconds), (perSecond.get(Math.floor(seconds)) ?? 0) + 1);
  }
  const counts = Array.from({ length: 3_600 }, (_, at) => perSecond.get(at) ?? 0);
  assert.ok(Math.abs(mean(counts) - 50) < 5);
  // Independent events would have a variance equal to the mean.
  assert.ok(deviation(counts) ** 2 > 2 * mean(counts));
});

test('the fair price has the volatility that was asked for, over years', () => {
  const fair = new FairPrice(60_000, 0.5, rngOf(13));
  const hourly: number[] = [];
  let last = Math.log(fair.price);
  for (let hour = 0; hour < 3_000; hour += 1) {
    for (let step = 0; step < 36; step += 1) fair.advance(100);
    hourly.push(Math.log(fair.price) - last);
    last = Math.log(fair.price);
  }
  const annual = deviation(hourly) * Math.sqrt(365 * 24);
  assert.ok(annual > 0.42 && annual < 0.6, `found ${annual}`);
  const before = fair.price;
  fair.push(0.01);
  assert.ok(Math.abs(fair.price / before - Math.exp(0.01)) < 1e-12);
});

test.run();
