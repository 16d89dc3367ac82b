import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLATTENING } from '../../../src/core/ids.ts';
import { nanosOf, ticksOf } from '../../../src/core/units.ts';
import type {
  OrderEvent,
  OrderIntent,
  OrderRecord,
  Trigger,
} from '../../../src/execution/order.ts';
import { submitted } from '../../../src/execution/order.ts';
import { refusalName } from '../../../src/risk/approved-order.ts';
import { MarketDay } from '../../../src/risk/budgets/market-day.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import { PortfolioWatch } from '../../../src/risk/portfolio/portfolio-watch.ts';
import { portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { OrderControls, type OrderFacts } from '../../../src/risk/watch/order-controls.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { aPair, aStop, aTrail } from '../../support/trade/natives.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { aPort } from '../../support/trade/watches.ts';

const FACTS: OrderFacts = {
  midTicks: 10_000,
  notional: 100,
  worst: 100,
  added: 5,
  isReducing: false,
};
let issued = 0;

/** A quote at the mid of a market at 10,000 ticks; each from a market event of its own. */
function order(parts = {}): OrderIntent {
  issued += 1;
  const own = { clientId: `c${issued}`, ticks: 10_000, lots: 5, decidedNs: nanosOf(issued) };
  return anOrder({ ...own, isPostOnly: true, ...parts });
}

function theControls(parts: { meanTicks?: number; gross?: number; isTakingOff?: boolean } = {}) {
  const { port, found } = aPort();
  const check = new PreTradeCheck([anInstrument()], someLimits(), 0);
  const instruments = [anInstrument()];
  const portfolio = new PortfolioWatch(
    {
      ...{ port, check, instruments, strategyOf: () => null, journal: () => {} },
      source: new CovarianceSource(1, null),
      settings: portfolioSection.parse({}),
      day: new MarketDay(instruments, check.profit, null),
      rung: 'none',
    },
    0,
  );
  const controls = new OrderControls({
    portfolio: portfolio.gate,
    port,
    instruments: [anInstrument()],
    venues: [anInstrument().venue],
    regimeOf: () => 'calm',
    meanTicks: () => parts.meanTicks ?? Number.NaN,
    grossWithout: () => parts.gross ?? 0,
    isTakingOff: () => parts.isTakingOff ?? false,
  });
  /** What speaks against an order; one that passes is approved. */
  const asked = (of: OrderIntent, atMs: number, facts: Partial<OrderFacts> = {}): string => {
    const refusal = controls.refuse(of, { ...FACTS, ...facts }, atMs);
    if (refusal === null) controls.approved(of, atMs);
    return refusal === null ? 'approved' : refusalName(refusal);
  };
  return { controls, found, asked };
}

const told = (record: OrderRecord, event: OrderEvent['kind'] = 'cancel-submitted') => ({
  record,
  event: { kind: event, clientId: record.order.clientId, reason: '' } as OrderEvent,
});

test('C01: without a valuation the share of the equity is not looked at, with one it is', () => {
  const { controls, asked } = theControls();
  assert.is(asked(order(), 0, { notional: 1e9 }), 'approved');
  controls.equity = 5_000;
  assert.is(asked(order(), 1_000, { notional: 100, worst: 0 }), 'approved');
  assert.is(asked(order(), 2_000, { notional: 101, worst: 0 }), 'equity-share');
});

test('C03: gross exposure counts every market of the venue', () => {
  const { controls, asked } = theControls({ gross: 2_900 });
  controls.venueEquity[0] = 1_000;
  assert.is(asked(order(), 0, { worst: 100 }), 'approved');
  assert.is(asked(order(), 1_000, { worst: 101 }), 'leverage');
});

test('C04: one symbol may take five percent of the equity', () => {
  const { controls, asked } = theControls();
  controls.equity = 100_000;
  assert.is(asked(order(), 0, { worst: 5_000 }), 'approved');
  assert.is(asked(order(), 1_000, { worst: 5_001 }), 'concentration');
});

test('C01, C03, C04: a refusal of size names the largest order that would pass', () => {
  const { controls } = theControls({ gross: 2_900 });
  // A lot is worth one at the mid; ten are asked for.
  const facts = { ...FACTS, midTicks: 10_000_000, notional: 10, worst: 10, added: 10 };
  const hint = (lots: number): unknown => {
    const refused = controls.refuse(order({ lots, ticks: 10_000_000 }), facts, 0);
    return refused?.kind === 'control' && 'largestLots' in refused && refused.largestLots;
  };
  controls.equity = 310;
  assert.is(hint(10), 6, 'two per cent of the equity');
  controls.equity = 1e6;
  controls.venueEquity[0] = 968.1;
  assert.is(hint(10), 4, 'three times the equity of the venue, less what is there');
  controls.venueEquity[0] = -1;
  assert.is(hint(10), 0);
});

test('what reduces is not measured by its size', () => {
  const { controls, asked } = theControls();
  controls.equity = 1;
  assert.is(asked(order(), 0, { isReducing: true, worst: 1e9 }), 'approved');
});

test('C02: a price beyond the mid is refused, and the third in a minute pauses the symbol', () => {
  const { found, asked } = theControls();
  assert.is(asked(order({ ticks: 10_050 }), 0), 'approved');
  assert.is(asked(order({ ticks: 10_051 }), 0), 'price-collar');
  assert.is(asked(order({ side: 'sell', ticks: 9_949 }), 30_000), 'price-collar');
  assert.is(asked(order({ side: 'sell', ticks: 10_900 }), 30_000), 'approved');
  assert.equal(found, ['C02 instrument:0 refused']);
  assert.is(asked(order({ ticks: 10_052 }), 60_000), 'price-collar');
  assert.equal(found, ['C02 instrument:0 refused', 'C02 instrument:0 paused']);
});

test('C02: what takes in a calm market has the narrow collar, a market order none', () => {
  const { asked } = theControls();
  const taking = { isPostOnly: false };
  assert.is(asked(order({ ...taking, ticks: 10_010 }), 0), 'approved');
  assert.is(asked(order({ ...taking, ticks: 10_011 }), 0), 'price-collar');
  assert.is(asked(order({ ...taking, kind: 'market', ticks: 0 }), 0), 'approved');
});

test('C02: a price five percent off the mean of five minutes is refused', () => {
  const { asked } = theControls({ meanTicks: 10_500 });
  assert.is(asked(order({ ticks: 9_975 }), 0), 'approved');
  assert.is(asked(order({ ticks: 9_974 }), 0), 'price-collar');
});

test('C02: a limit is held against its trigger, the target of a pair against the mid', () => {
  const { asked } = theControls({ meanTicks: 10_000 });
  const sale = { side: 'sell', isPostOnly: false } as const;
  assert.is(asked(order({ ...sale, ticks: 8_955, trigger: aStop(9_000) }), 0), 'approved');
  assert.is(asked(order({ ...sale, ticks: 8_954, trigger: aStop(9_000) }), 0), 'price-collar');
  assert.is(asked(order({ ...sale, ticks: 11_500, trigger: aPair(9_000) }), 0), 'approved');
  assert.is(asked(order({ ...sale, ticks: 9_949, trigger: aPair(9_000) }), 0), 'price-collar');
});

test('C06: another trigger makes another order, the same one again is a duplicate', () => {
  const { controls, asked } = theControls();
  const stop = (trigger: Trigger): OrderIntent =>
    order({ side: 'sell', kind: 'market', ticks: 0, isPostOnly: false, trigger });
  const first = stop(aStop(9_000));
  assert.is(asked(first, 0), 'approved');
  assert.is(asked(stop(aStop(9_001)), 1), 'approved');
  assert.is(asked(stop(aTrail(200)), 1), 'approved');
  assert.is(asked(stop(aTrail(201)), 1), 'approved');
  assert.is(asked(stop(aTrail(200, 11_000)), 1), 'approved');
  assert.is(asked(stop(aStop(9_000)), 2), 'duplicate');
  controls.onOrder(told({ ...submitted(first), isCancelRequested: true }));
  assert.is(asked(stop(aStop(9_000)), 3), 'approved', 'it was taken back and is wanted again');
});

test('C31: what waits for a trigger may leave while answers are late', () => {
  const { asked } = theControls({ isTakingOff: true });
  const stop = { side: 'sell', kind: 'market', ticks: 0, isPostOnly: false } as const;
  assert.is(asked(order(stop), 0), 'takers-off');
  assert.is(asked(order({ ...stop, trigger: aStop(9_000) }), 0), 'approved');
});

test('C06: a replayed intent is refused, the third time in ten seconds halts the strategy', () => {
  const { found, asked } = theControls();
  const intent = order({ strategy: 'mm' });
  assert.is(asked(intent, 0), 'approved');
  assert.is(asked(intent, 100), 'duplicate');
  assert.is(asked({ ...intent, clientId: 'other' }, 200), 'duplicate');
  assert.equal(found, ['C06 strategy:mm refused']);
  assert.is(asked({ ...intent, clientId: 'third' }, 300), 'duplicate');
  assert.equal(found, ['C06 strategy:mm refused', 'C06 strategy:mm halted']);
});

test('C06: after half a second the same order is a new one, its id is not', () => {
  const { asked } = theControls();
  const taking = order({ isPostOnly: false });
  assert.is(asked(taking, 0), 'approved');
  assert.is(asked(order({ isPostOnly: false }), 500), 'duplicate');
  assert.is(asked(order({ isPostOnly: false }), 501), 'approved');
  assert.is(asked({ ...taking, ticks: 9_000 as never }, 10_000), 'duplicate');
});

test('C06: a quote that still rests is doubled by the same one', () => {
  const { asked } = theControls();
  assert.is(asked(order(), 0), 'approved');
  assert.is(asked(order(), 100), 'duplicate');
});

test('C06: a quote that was asked back, filled, or never left may come again', () => {
  const { controls, asked } = theControls();
  const first = order();
  asked(first, 0);
  controls.onOrder(told({ ...submitted(first), status: 'open' }));
  assert.is(asked(order(), 10), 'duplicate');
  controls.onOrder(told({ ...submitted(first), isCancelRequested: true }));
  const second = order();
  assert.is(asked(second, 20), 'approved');
  controls.onOrder(told({ ...submitted(second), status: 'filled' }));
  const third = order();
  assert.is(asked(third, 30), 'approved');
  controls.onDropped(third.clientId);
  controls.onDropped('nobody');
  assert.is(asked(order(), 40), 'approved');
});

test('C06: a quote from the very same market event is a duplicate, whatever became of it', () => {
  const { controls, asked } = theControls();
  const first = order();
  asked(first, 0);
  controls.onDropped(first.clientId);
  assert.is(asked({ ...first, clientId: 'replayed' }, 1), 'duplicate');
});

test('C06: another size, price, side or market is another order', () => {
  const { asked } = theControls();
  assert.is(asked(order({ isPostOnly: false }), 0), 'approved');
  for (const parts of [{ lots: 6 }, { ticks: 9_999 }, { side: 'sell' }]) {
    assert.is(asked(order({ isPostOnly: false, ...parts }), 0), 'approved');
  }
});

test('C05: a strategy that is refused a hundred times a second for ten seconds is paused', () => {
  const { controls, found } = theControls();
  const intent = order({ strategy: 'mm' });
  for (let atMs = 0; atMs < 11_000; atMs += 1_000) {
    for (let at = 0; at <= 100; at += 1) controls.onThrottled(intent, atMs + at);
    if (atMs < 10_000) assert.equal(found, []);
  }
  assert.equal(found, ['C05 strategy:mm paused']);
});

test('C31: while answers are late only orders that rest may leave', () => {
  const { asked } = theControls({ isTakingOff: true });
  assert.is(asked(order(), 0), 'approved');
  assert.is(asked(order({ isPostOnly: false }), 1_000), 'takers-off');
});

test('the flattening has a permit of its own and passes all of them', () => {
  const { controls, asked } = theControls({ isTakingOff: true });
  controls.equity = 1;
  const slice = order({ strategy: FLATTENING, isPostOnly: false, ticks: 20_000 });
  assert.is(asked(slice, 0), 'approved');
  assert.is(asked(slice, 0), 'approved');
});

test('C06: an amended order keeps its id, and is the order that it was amended to', () => {
  const { controls, asked } = theControls();
  const first = order();
  asked(first, 0);
  const wanted = { ...first, ticks: ticksOf(9_999) };
  assert.is(controls.refuseAmended(wanted, FACTS, 10), null);
  controls.amended(wanted, 10);
  assert.is(asked(order({ ticks: 9_999 }), 20), 'duplicate');
  assert.is(asked(order(), 30), 'approved', 'nothing rests at the old price');
  controls.onOrder(told(submitted(first), 'amend-rejected'));
  assert.is(asked(order({ ticks: 9_999 }), 40), 'approved');
  const again = controls.refuseAmended({ ...wanted, ticks: ticksOf(10_000) }, FACTS, 50);
  assert.is(again === null ? '' : refusalName(again), 'duplicate');
});

test('an order that is remembered no longer is amended all the same', () => {
  const { controls, asked } = theControls();
  const old = order();
  controls.onOrder(told(submitted(old), 'amend-refused'));
  controls.amended(old, 0);
  assert.is(asked(order(), 10), 'duplicate');
});

test.run();
