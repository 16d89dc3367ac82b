import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVIDENCE_AT, EvidenceTrail } from '../../src/execution/proof/evidence.ts';
import type { QuoteUpdated } from '../../src/market/quote.ts';
import { decideAgain, StrategyRecord } from '../../src/strategies/decision-record.ts';
import { MarketMaking, type MarketMakingSettings } from '../../src/strategies/market-making.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { anOrder } from '../support/trade/orders.ts';

/** A market at 10,000 ticks; a lot is worth 10,000, and a quote has ten. */
const MARKET = anInstrument({ tick: '1', lot: '1', quantityMin: '2', quantityMax: '100000' });
const SETTINGS: MarketMakingSettings = {
  ...{ kind: 'market-making', halfSpreadBps: 5, volatilityWidening: 0, skewBps: 0, requoteBps: 0 },
  ...{ smoothingSeconds: 0, quoteNotional: 1e5, maxInventoryNotional: 1e7 },
};
const QUOTE: QuoteUpdated = {
  ...{ kind: 'quote-updated', instrument: 0, bidTicks: 9_990, bidLots: 5, askTicks: 10_010 },
  ...{ askLots: 5, updateId: 1, receivedNs: 7 },
};

function lotsOf(inventory: number, positionLots: number, orderLots = positionLots): number[] {
  const making = new MarketMaking(MARKET, SETTINGS);
  making.decide(QUOTE, inventory, { positionLots, orderLots });
  return [making.bidLots, making.askLots];
}

test('without a size only what reduces is quoted', () => {
  assert.equal(lotsOf(0, 0), [0, 0]);
  assert.equal(lotsOf(7, 0), [0, 7]);
  assert.equal(lotsOf(-7, 0), [7, 0]);
  assert.equal(lotsOf(70, 0), [0, 10]);
});

test('a quote leaves room for the one that it replaces', () => {
  assert.equal(lotsOf(0, 100), [10, 10]);
  assert.equal(lotsOf(0, 12), [6, 6]);
  assert.equal(lotsOf(8, 12), [2, 10]);
  assert.equal(lotsOf(12, 12), [0, 10]);
});

test('a quote is no larger than an order may be, but for what it reduces', () => {
  assert.equal(lotsOf(0, 100, 4), [4, 4]);
  assert.equal(lotsOf(8, 100, 4), [4, 8]);
});

test('what is less than the venue takes is not quoted', () => {
  assert.equal(lotsOf(0, 2), [0, 0]);
  assert.equal(lotsOf(1, 0), [0, 0]);
});

test('what is quoted keeps to the size, with what it replaces', () => {
  const lots = fc.integer({ min: 0, max: 60 });
  law(
    fc.property(fc.integer({ min: -80, max: 80 }), lots, lots, (inventory, position, order) => {
      const [bid, ask] = lotsOf(inventory, position, Math.min(position, order)) as [number, number];
      for (const [quoted, towards] of [
        [bid, inventory],
        [ask, -inventory],
      ] as const) {
        assert.ok(Number.isInteger(quoted) && quoted >= 0);
        assert.ok(quoted <= Math.max(-towards, order));
        assert.ok(quoted <= Math.max(0, -towards) || towards + 2 * quoted <= position);
      }
    }),
  );
});

test('a decision notes the size that it kept to, and is made again from it', () => {
  const trail = new EvidenceTrail();
  const record = new StrategyRecord('mm', trail, () => {});
  const making = new MarketMaking(MARKET, SETTINGS);
  record.decide(making, QUOTE, 0, { positionLots: 12, orderLots: 5 });
  const { bidTicks: ticks, bidLots: lots } = making;
  const order = anOrder({ strategy: 'mm', side: 'buy', ticks, lots, decidedNs: 7 as never });
  const evidence = trail.of(order, 1, 2, 3);
  assert.equal(
    [evidence[EVIDENCE_AT.sizePositionLots], evidence[EVIDENCE_AT.sizeOrderLots]],
    [12, 5],
  );
  assert.ok(Number.isNaN(evidence[EVIDENCE_AT.positionLots]), 'no check was noted');
  assert.is(decideAgain(evidence, MARKET, SETTINGS).bidLots, 5);
  // A record of the first layout.
  evidence[EVIDENCE_AT.sizePositionLots] = Number.NaN;
  assert.is(decideAgain(evidence, MARKET, SETTINGS).bidLots, 10);
});

test.run();
