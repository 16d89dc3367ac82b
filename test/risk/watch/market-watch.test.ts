import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultBreakerSettings } from '../../../src/risk/breakers/settings.ts';
import { MarketWatch } from '../../../src/risk/watch/market-watch.ts';
import { aPort } from '../../support/trade/watches.ts';

const SETTINGS = defaultBreakerSettings();

/** A market near 10,000 ticks whose quotes come ten times a second. */
function aMarket() {
  const { port, found } = aPort();
  const watch = new MarketWatch(port, 0);
  let nowMs = 0;
  const quote = (bid: number, ask: number, lots = 5): void =>
    watch.onQuote(bid, lots, ask, lots, nowMs);
  /** So many seconds; `market` says the quotes of each tenth. */
  const run = (seconds: number, market: (tenth: number) => void): void => {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      nowMs += 100;
      market(tenth);
      watch.tick(nowMs);
      if (tenth % 10 === 9) watch.sample(nowMs, SETTINGS);
    }
  };
  return { watch, found, quote, run };
}

test('C12: a market that falls silent warns, then pauses, and is fine when it is back', () => {
  const { found, quote, run } = aMarket();
  run(5, () => quote(9_999, 10_001));
  assert.equal(found, []);
  run(3, () => {});
  assert.equal(found, ['C12 instrument:0 warn', 'C12 instrument:0 paused']);
  run(1, () => quote(9_999, 10_001));
  assert.is(found.at(-1), 'C12 instrument:0 fine');
});

test('C12: a market that was never heard of is not judged: nothing is quoted there anyway', () => {
  const { found, run } = aMarket();
  run(20, () => {});
  assert.equal(found, []);
});

test('C14: a spread that explodes for three samples pauses the symbol', () => {
  const { found, quote, run } = aMarket();
  run(70, (tenth) => quote(9_999, 10_001 + (tenth % 20 < 10 ? 0 : 1)));
  run(2, () => quote(9_900, 10_100));
  assert.equal(found, ['C14 instrument:0 warn']);
  run(1, () => quote(9_900, 10_100));
  assert.is(found.at(-1), 'C14 instrument:0 paused');
});

test('C14: a market with one side, or none, has no spread to judge', () => {
  const { watch, found, quote, run } = aMarket();
  run(70, () => quote(9_999, 10_001));
  run(5, () => quote(9_999, 0));
  watch.onQuoteLost('disconnected', 75_000);
  run(1, () => {});
  assert.equal(
    found.filter((line) => line.startsWith('C14')),
    [],
  );
});

test('C13: a gap, a checksum or an unsound book pauses the symbol, a lost line does not', () => {
  for (const [reason, lines] of [
    ['gap', ['C13 instrument:0 paused']],
    ['crossed', ['C13 instrument:0 paused']],
    ['checksum', ['C13 instrument:0 paused']],
    ['locked', ['C13 instrument:0 paused']],
    ['negative', ['C13 instrument:0 paused']],
    ['disconnected', []],
  ] as const) {
    const { watch, found } = aMarket();
    watch.onQuoteLost(reason, 0);
    assert.equal(found, lines);
  }
});

test('C17: a flood on one side shrinks quotes, and pulls them when it lasts', () => {
  const { found, quote, run } = aMarket();
  // Ten quotes a second: enough windows of a hundred for a score, with some noise in them.
  run(800, (tenth) => quote(9_999 + (tenth % 3), 10_002 + (tenth % 3), 5 + ((tenth * 7) % 5)));
  const before = found.filter((line) => line.startsWith('C17')).length;
  let level = 10_000;
  run(40, () => {
    level += 1;
    quote(level, level + 2, 100_000);
  });
  const flow = found.filter((line) => line.startsWith('C17')).slice(before);
  assert.equal(flow.slice(0, 2), ['C17 instrument:0 reduced', 'C17 instrument:0 paused']);
});

test('C17: trades that all go one way shrink quotes by VPIN, once its rank is known', () => {
  const { watch, found, quote, run } = aMarket();
  let nowMs = 0;
  const trade = (seconds: number, isBought: (at: number) => boolean): void => {
    for (let at = 0; at < seconds; at += 1) {
      nowMs += 1_000;
      watch.onTrade(10, isBought(at), nowMs);
    }
  };
  const judged = (): string[] => {
    run(1, () => quote(9_999, 10_001));
    return found.filter((line) => line.startsWith('C17'));
  };
  // Five minutes to learn the volume, then buckets of a minute whose sides are mixed by turns.
  trade(300, (at) => at % 2 === 0);
  trade(300 * 60, (at) => at % 7 < 3 + (Math.floor(at / 60) % 3));
  const before = judged().length;
  trade(50 * 60, () => true);
  assert.is(judged().at(-1), 'C17 instrument:0 reduced');
  assert.is(judged().length > before, true);
});

test('C02: the mean of five minutes is known after half a minute, and forgets', () => {
  const { watch, quote, run } = aMarket();
  run(29, () => quote(9_999, 10_001));
  assert.ok(Number.isNaN(watch.meanTicks));
  run(1, () => quote(9_999, 10_001));
  assert.is(watch.meanTicks, 10_000);
  run(300, () => quote(19_999, 20_001));
  assert.ok(Math.abs(watch.meanTicks - 20_000) < 1e-6);
});

test('the regime of a market that begins to leap is no longer calm', () => {
  const { watch, quote, run } = aMarket();
  run(120, (tenth) => quote(9_999 + (tenth % 2), 10_001 + (tenth % 2)));
  assert.is(watch.regime, 'calm');
  run(5, (tenth) => quote(9_999 + tenth * 50, 10_001 + tenth * 50));
  assert.is(watch.regime, 'turbulent');
});

test('a market knows its age, its mid and, after half a minute, its mean', () => {
  const { watch, quote, run } = aMarket();
  assert.is(watch.ageMs(1_000), Number.POSITIVE_INFINITY);
  assert.is(watch.midTicks, 0);
  run(29, () => quote(9_999, 10_001));
  assert.ok(Number.isNaN(watch.meanTicks));
  run(1, () => quote(9_999, 10_001));
  assert.is(watch.meanTicks, 10_000);
  run(400, () => quote(10_009, 10_011));
  assert.is(watch.meanTicks, 10_010);
  assert.is(watch.midTicks, 10_010);
  assert.is(watch.ageMs(430_250), 250);
});

test.run();
