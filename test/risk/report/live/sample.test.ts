import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf } from '../../../../src/core/units.ts';
import type { Situation } from '../../../../src/execution/flatten/flattening.ts';
import { sampleOf } from '../../../../src/risk/report/live/sample.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const instrument = anInstrument();
const desk = {
  instruments: [instrument],
  venues: [instrument.venue],
  strategyOf: (index: number) => (index === 0 ? 'mm' : ''),
};
const FUNDS = new Map([
  [
    instrument.venue,
    new Map([
      [instrument.quote, amountOf(5_000_000_000n)],
      [instrument.base, amountOf(200_000_000n)],
    ]),
  ],
]);

function situation(parts: object = {}): Situation {
  const exposed = {
    ...{ position: 300, openLots: 0, bidTicks: 1_000, askTicks: 1_002, quotedNs: 5e9 },
    ...parts,
  };
  return { terms: { sliceNotional: 1, bandBps: 1, staleMs: 1 }, exposed: [exposed] };
}

test('a position is a quantity at the mid, and the equity is all of the accounts', () => {
  const sample = sampleOf(desk, situation(), { funds: FUNDS, profit: 7 }, 6e9);
  const [position] = sample.positions;
  const price = 1_001 * instrument.tickSize;
  assert.is(position?.market, `${instrument.venue} ${instrument.symbol}`);
  assert.is(position?.strategy, 'mm');
  assert.ok(Math.abs((position?.quantity ?? 0) - 300 * instrument.lotSize) < 1e-12);
  assert.ok(Math.abs((position?.price ?? 0) - price) < 1e-9);
  assert.ok(Math.abs(sample.equity - (50 + 2 * price)) < 1e-9);
  assert.is(sample.profit, 7);
});

test('a market that is silent, or was for a minute, has no price', () => {
  const silent: readonly (readonly [object, number])[] = [
    [{ bidTicks: 0 }, 6e9],
    [{ askTicks: 0 }, 6e9],
    [{}, 5e9 + 60_001e6],
  ];
  for (const [parts, nowNs] of silent) {
    const sample = sampleOf(desk, situation(parts), { funds: FUNDS, profit: null }, nowNs);
    assert.ok(Number.isNaN(sample.positions[0]?.price ?? 0));
    assert.ok(Number.isNaN(sample.equity));
  }
});

test('before the accounts are known nobody knows the equity', () => {
  const told = { funds: null, profit: null };
  assert.ok(Number.isNaN(sampleOf(desk, situation(), told, 6e9).equity));
});

test('a market that the check does not know yet holds nothing', () => {
  const empty = { ...situation(), exposed: [] };
  const { positions } = sampleOf(desk, empty, { funds: FUNDS, profit: null }, 6e9);
  assert.is(positions[0]?.quantity, 0);
  assert.ok(Number.isNaN(positions[0]?.price ?? 0));
});

test.run();
