import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DivergenceWatch, type MarketMid } from '../../../src/risk/watch/divergence-watch.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aPort } from '../../support/trade/watches.ts';

const NOW_MS = 10_000;
const SILENT: MarketMid = { midTicks: 0, heardMs: Number.NaN };

/** Two markets of bitcoin in tether, one in dollars, and tether in dollars. */
const instruments = [
  anInstrument({ venue: 'one' }),
  anInstrument({ index: 1, venue: 'two' }),
  anInstrument({ index: 2, venue: 'three', symbol: 'BTC/USD', quote: 'USD', tick: '0.1' }),
  anInstrument({ index: 3, venue: 'three', symbol: 'USDT/USD', base: 'USDT', quote: 'USD' }),
];

function aWatch(mids: (number | null)[], parts = instruments) {
  const { port, found } = aPort();
  const watch = new DivergenceWatch(port, parts, (index) => {
    const midTicks = mids[index] ?? null;
    return midTicks === null ? SILENT : { midTicks, heardMs: NOW_MS };
  });
  return { watch, mids, found };
}

test('C15: markets of one asset that agree are fine', () => {
  const { watch, found } = aWatch([6_000_000, 6_010_000, 600_500, 100]);
  watch.tick(NOW_MS);
  assert.equal(found, []);
});

test('C15: two that do not agree warn each other, then pause each other, and are well again', () => {
  const { watch, mids, found } = aWatch([6_000_000, 6_036_000, null, null]);
  watch.tick(NOW_MS);
  assert.equal(found, ['C15 instrument:0 warn', 'C15 instrument:1 warn']);
  mids[1] = 6_100_000;
  watch.tick(NOW_MS);
  assert.equal(found.slice(2), ['C15 instrument:0 paused', 'C15 instrument:1 paused']);
  mids[1] = 6_001_000;
  watch.tick(NOW_MS);
  assert.equal(found.slice(4), ['C15 instrument:0 fine', 'C15 instrument:1 fine']);
});

test('C15: of three the one that leaves is paused, and those that it leaves are warned', () => {
  const { watch, found } = aWatch([6_000_000, 6_001_000, 612_000, 100]);
  watch.tick(NOW_MS);
  assert.equal(found, [
    'C15 instrument:0 warn',
    'C15 instrument:1 warn',
    'C15 instrument:2 paused',
  ]);
});

test('C15: another currency is compared at its own rate, and not at all without one', () => {
  const { watch, mids, found } = aWatch([6_000_000, 6_000_000, 588_000, 98]);
  watch.tick(NOW_MS);
  assert.equal(found, [], 'tether at 0.98 dollars explains two percent');
  mids[3] = null;
  watch.tick(NOW_MS);
  assert.equal(found, [], 'without a rate the dollar market is compared with nobody');
  mids[3] = 100;
  watch.tick(NOW_MS);
  assert.ok(found.includes('C15 instrument:2 paused'), 'at par it is two percent off');
});

test('C15: a rate serves both ways', () => {
  const { watch, found } = aWatch(
    [588_000, 6_000_000, 6_000_000, 98],
    [
      anInstrument({ venue: 'three', symbol: 'BTC/USD', quote: 'USD', tick: '0.1' }),
      anInstrument({ index: 1, venue: 'one' }),
      anInstrument({ index: 2, venue: 'two' }),
      ...instruments.slice(3),
    ],
  );
  watch.tick(NOW_MS);
  assert.equal(found, []);
});

test('C15: a market that is silent, or alone, is compared with nobody', () => {
  const { watch, found } = aWatch([6_000_000, null, null, null]);
  watch.tick(NOW_MS);
  assert.equal(found, []);
  const old = aPort();
  const stale = new DivergenceWatch(old.port, instruments.slice(0, 2), (index) => ({
    midTicks: index === 0 ? 6_000_000 : 7_000_000,
    heardMs: index === 0 ? NOW_MS : NOW_MS - 2_001,
  }));
  stale.tick(NOW_MS);
  assert.equal(old.found, []);
  const one = [anInstrument(), anInstrument({ index: 1, symbol: 'BTCUSDC', quote: 'USDC' })];
  const alone = aWatch([6_000_000, 7_000_000], one);
  alone.watch.tick(NOW_MS);
  assert.equal(alone.found, [], 'two markets of one venue are no two venues');
});

test.run();
