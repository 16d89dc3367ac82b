import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { protectionFaults, protectionSection } from '../../../src/execution/protection/settings.ts';

const VENUES = [
  { name: 'perps', kind: 'binance-usdm', isMargined: true, symbols: ['BTCUSDT', 'ETHUSDT'] },
  { name: 'coins', kind: 'binance', isMargined: false, symbols: ['BTCUSDT'] },
];
const perps = { venue: 'perps', symbol: 'BTCUSDT', stopBps: 200 };
const messagesOf = (...markets: (typeof perps)[]): readonly string[] =>
  protectionFaults({ markets }, VENUES).map(({ path, message }) => `${path.join('.')}: ${message}`);

test('a stop has a whole distance that leaves a price above 0', () => {
  const isTaken = (stopBps: number): boolean =>
    protectionSection.safeParse({ markets: [{ ...perps, stopBps }] }).success;
  assert.equal([0, 1, 1.5, 9_999, 10_000].map(isTaken), [false, true, false, true, false]);
  assert.not(protectionSection.safeParse({ markets: [] }).success);
});

test('markets on margin that are there are taken', () => {
  assert.equal(messagesOf(perps, { ...perps, symbol: 'ETHUSDT' }), []);
});

test('what cannot be protected is named, with what can', () => {
  const found = messagesOf(
    { ...perps, venue: 'none' },
    { ...perps, venue: 'coins' },
    { ...perps, symbol: 'XRPUSDT' },
    perps,
    perps,
  );
  assert.equal(found, [
    'protection.markets.0.venue: wanted one of the venues: perps, coins',
    'protection.markets.1.venue: wanted a venue with positions on margin: binance is spot, and ' +
      'what a waiting stop holds there cannot be quoted',
    'protection.markets.2.symbol: wanted one of the symbols of perps: BTCUSDT, ETHUSDT',
    'protection.markets.4.symbol: wanted each market once',
  ]);
});

test.run();
