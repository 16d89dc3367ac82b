import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RiskLimits } from '../../src/risk/limits.ts';
import { looserLimits } from '../../src/risk/loosening.ts';
import { someLimits } from '../support/trade/limits.ts';

const tier = { maxOrderNotional: 1, maxPositionNotional: 2, maxGrossNotional: 3 };
const FULL: Partial<RiskLimits> = {
  maxGrossNotional: 10,
  symbols: { 'east:A': { maxOrderNotional: 5, maxPositionNotional: 6 } },
  venues: { east: { maxGrossNotional: 7 } },
  tiers: [{ fromEquity: 0, ...tier }],
  loosenedBy: 'risk-officer',
};

const looser = (from: Partial<RiskLimits>, to: Partial<RiskLimits>): readonly string[] =>
  looserLimits(someLimits(from), someLimits(to));

test('the same limits loosen nothing, nor do smaller ones', () => {
  assert.equal(looser(FULL, FULL), []);
  const smaller = { ...FULL, maxGrossNotional: 9, maxDailyLoss: 1, staleBookMs: 1 };
  assert.equal(looser(FULL, smaller), []);
});

test('a new limit tightens', () => {
  assert.equal(looser({}, FULL), []);
});

test('a limit that is larger or gone is named with both numbers', () => {
  assert.equal(looser(FULL, { ...FULL, maxOrderNotional: 1001 }), [
    'risk.maxOrderNotional: 1000 → 1001',
  ]);
  const { maxGrossNotional: _, ...without } = FULL;
  assert.equal(looser(FULL, without), ['risk.maxGrossNotional: 10 → none']);
});

test('the limits of markets and venues are looked at one by one', () => {
  const symbols = { 'east:A': { maxOrderNotional: 6 } };
  assert.equal(looser(FULL, { ...FULL, symbols, venues: {} }), [
    'risk.symbols.east:A.maxOrderNotional: 5 → 6',
    'risk.symbols.east:A.maxPositionNotional: 6 → none',
    'risk.venues.east.maxGrossNotional: 7 → none',
  ]);
});

test('tiers are compared at every equity at which either steps', () => {
  const more = { fromEquity: 50, ...tier, maxOrderNotional: 2 };
  const known = { ...FULL, tiers: [{ fromEquity: 0, ...tier, maxOrderNotional: 1.5 }] };
  assert.equal(looser(FULL, known), ['risk.tiers at 0.maxOrderNotional: 1 → 1.5']);
  const two = { ...FULL, tiers: [{ fromEquity: 0, ...tier }, more] };
  assert.equal(looser(FULL, two), ['risk.tiers at 50.maxOrderNotional: 1 → 2']);
  assert.equal(looser(two, FULL), []);
  const { tiers: _, ...without } = FULL;
  assert.is(looser(FULL, without).length, 3);
});

test('leaving it to anyone is loosening', () => {
  const anyone = { ...FULL, loosenedBy: 'anyone' as const };
  assert.equal(looser(FULL, anyone), ['risk.loosenedBy: risk-officer → anyone']);
  assert.equal(looser({}, { loosenedBy: 'anyone' }), ['risk.loosenedBy: risk-officer → anyone']);
  assert.equal(looser(anyone, FULL), []);
});

test.run();
