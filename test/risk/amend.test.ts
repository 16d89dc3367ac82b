import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Mode, PERMISSIONS } from '../../src/control/gate.ts';
import { applyOrderEvent, type OrderIntent, type OrderRecord } from '../../src/execution/order.ts';
import type { Refusal } from '../../src/risk/approved-order.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { RiskDesk } from '../../src/risk/risk-desk.ts';
import { amendEvents, anAmendIntent, anAmendment } from '../support/trade/amendments.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import {
  aFill,
  anOrder,
  aRecord,
  type LaterEvent,
  type OrderParts,
} from '../support/trade/orders.ts';

const market = { priceMin: '50', priceMax: '200', quantityMax: '12', notionalMin: '90' };
const instrument = anInstrument({ tick: '1', lot: '1', ...market });
const moment = (mode: Mode = 'full-auto') => ({
  nowNs: 0,
  mode,
  permissions: PERMISSIONS[mode],
  riskScale: PERMISSIONS[mode].riskScale,
  isStrategyPaused: false,
});

/** A check whose market stands at 99 to 101, with an approved buy of 5 lots at 100. */
function checkWith(limits: Partial<RiskLimits> = {}, parts: OrderParts = {}) {
  const check = new PreTradeCheck([instrument], someLimits(limits), 0);
  check.onQuote(0, 99, 101, 0);
  const order = anOrder({ clientId: 'a', ticks: 100, lots: 5, ...parts });
  check.exposure(0).setOpen(order, order.lots);
  const amend = (to: OrderParts, at = moment()): Refusal | null => {
    const wanted = { clientId: 'a', ticks: 100, lots: 5, ...parts, ...to };
    const answer = check.amend(anAmendIntent(wanted), at);
    return answer.ok ? null : answer.error;
  };
  return { check, exposure: check.exposure(0), order, amend };
}

test('an amendment is approved as it was asked for, and what it adds counts at once', () => {
  const { check, exposure } = checkWith();
  const intent = anAmendIntent({ clientId: 'a', ticks: 99, lots: 8 }, 2);
  const answer = check.amend(intent, moment());
  assert.ok(answer.ok && answer.value === intent);
  assert.equal([exposure.buyLots, exposure.openOrders], [8, 1]);
});

test('one that shrinks counts in full until the venue has answered', () => {
  const { exposure, amend } = checkWith();
  assert.is(amend({ lots: 2 }), null);
  assert.is(exposure.buyLots, 5);
});

test('only what it adds is held against the position limit, not the order once more', () => {
  const { exposure, amend } = checkWith({ maxPositionNotional: 1_000 }, { lots: 6 });
  exposure.position = 3;
  assert.equal(amend({ lots: 8 }), {
    kind: 'position-limit',
    worst: 1_100,
    limit: 1_000,
    largestLots: 7,
  });
  assert.is(amend({ lots: 7 }), null);
});

test('an amendment does not pass a limit by the way of one that was refused', () => {
  const { exposure, amend } = checkWith({ maxPositionNotional: 1_000 });
  assert.is.not(amend({ lots: 12 }), null);
  assert.is(exposure.buyLots, 5);
});

test('the whole of the order that it would be is held against the limit of one order', () => {
  const { amend } = checkWith({ maxOrderNotional: 700 });
  assert.is(amend({ lots: 8 })?.kind, 'order-too-large');
  assert.is(amend({ lots: 7 }), null);
});

const refused: [why: string, to: OrderParts, at: ReturnType<typeof moment>, kind: string][] = [
  ['a market that nobody trades', { instrument: 7 }, moment(), 'unknown-instrument'],
  ['an order that nobody knows', { clientId: 'b' }, moment(), 'unknown-order'],
  ['a decision that is too old', { deadlineNs: -1 }, moment(), 'stale-intent'],
  ['a mode that trades no more', {}, moment('manual'), 'mode'],
  ['a size that the venue does not take', { lots: 13 }, moment(), 'instrument-rule'],
  ['a price far from the market', { ticks: 190 }, moment(), 'price-band'],
];
for (const [why, to, at, kind] of refused) {
  test(`an amendment is refused for what an order is refused for: ${why}`, () => {
    assert.is(checkWith({ priceBandBps: 1_000 }).amend(to, at)?.kind, kind);
  });
}

test('an amended price may not meet an order of ours, and neither may ours meet it', () => {
  const { check, exposure, amend } = checkWith();
  const sale = anOrder({ clientId: 's', side: 'sell', ticks: 102, lots: 1 });
  exposure.setOpen(sale, 1);
  assert.equal(amend({ ticks: 102 }), { kind: 'self-trade', against: 's' });
  assert.is(amend({ ticks: 101 }), null);
  assert.is(exposure.crosses('sell', 101), 'a', 'it may be there already');
  assert.is(exposure.crosses('sell', 100), 'a', 'or still where it was');
  assert.is(exposure.crosses('sell', 102), null);
  const at = check.check(anOrder({ clientId: 't', side: 'sell', ticks: 101, lots: 1 }), moment());
  assert.is(at.ok ? null : at.error.kind, 'self-trade');
});

test('a reduce-only order may not be amended beyond what there is to reduce', () => {
  const { exposure, amend } = checkWith({}, { side: 'sell', isReduceOnly: true, lots: 3 });
  exposure.position = 5;
  assert.equal(amend({ lots: 6 }), { kind: 'not-reducing', position: 5, lots: 6 });
  assert.is(amend({ lots: 5 }), null);
});

test('amendments use up the budget of orders', () => {
  const { amend } = checkWith({ ordersPerSecond: 1, ordersBurst: 1 });
  assert.is(amend({ ticks: 99 }), null);
  assert.is(amend({ ticks: 98 })?.kind, 'order-rate');
});

test('what was reserved is released once, whoever releases it', () => {
  const { exposure, order, amend } = checkWith();
  assert.is(amend({ lots: 9, ticks: 101 }), null);
  exposure.setOpen(order, 4);
  assert.is(exposure.buyLots, 9, 'news of the order from before does not take it away');
  exposure.releaseAmendment('a');
  exposure.releaseAmendment('a');
  assert.equal([exposure.buyLots, exposure.countedLots('a')], [4, 4]);
  assert.is(exposure.crosses('sell', 101), null);
  assert.is(amend({ lots: 9 }), null);
  exposure.setOpen(order, 0);
  assert.equal([exposure.buyLots, exposure.countedLots('a'), exposure.openOrders], [0, 0, 0]);
  exposure.releaseAmendment('a');
  assert.is(exposure.buyLots, 0);
});

/** A risk desk that has been told of a buy of 5 lots at 100 that rests. */
function aDesk() {
  const nothing = { positions: new Map(), openOrders: [], day: null };
  const desk = new RiskDesk([instrument], someLimits(), nothing, 0);
  desk.onQuote(0, 99, 101, 0);
  const order = anOrder({ clientId: 'a', ticks: 100, lots: 5 });
  let record: OrderRecord = aRecord(order);
  const tell = (event: LaterEvent): void => {
    record = applyOrderEvent(record, event).record;
    desk.onOrder({ kind: 'order-updated', record, event, incident: null });
  };
  tell({ kind: 'order-accepted', clientId: 'a', venueOrderId: '1' });
  const asked = (ticks: number, lots: number): OrderIntent => {
    const intent = anAmendIntent({ clientId: 'a', ticks, lots });
    assert.ok(desk.check.amend(intent, moment()).ok);
    return intent.wanted;
  };
  return { desk, exposure: desk.check.exposure(0), tell, asked };
}
const amend = amendEvents('a');

test('both terms count from the approval to the answer, and then those of the venue', () => {
  const { exposure, tell, asked } = aDesk();
  asked(101, 8);
  tell(amend.submitted(anAmendment(101, 8)));
  assert.equal([exposure.buyLots, exposure.crosses('sell', 101)], [8, 'a']);
  tell({ kind: 'order-filled', clientId: 'a', fill: aFill({ ticks: 100, lots: 2 }) });
  assert.equal([exposure.position, exposure.buyLots], [2, 6]);
  tell(amend.accepted(101, 8));
  assert.equal([exposure.buyLots, exposure.crosses('sell', 101)], [6, 'a']);
  asked(99, 3);
  tell(amend.submitted(anAmendment(99, 5)));
  tell(amend.rejected);
  assert.equal([exposure.buyLots, exposure.crosses('sell', 101)], [6, 'a']);
});

test('an amendment that never left counts no more, and its order goes on', () => {
  const { desk, exposure, asked } = aDesk();
  const order = asked(99, 9);
  desk.onDropped({ kind: 'amend-dropped', order });
  assert.equal([exposure.buyLots, exposure.openOrders], [5, 1]);
  desk.onDropped({ kind: 'order-dropped', order });
  assert.equal([exposure.buyLots, exposure.openOrders], [0, 0]);
});

test.run();
