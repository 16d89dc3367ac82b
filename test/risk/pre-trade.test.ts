import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Mode, PERMISSIONS } from '../../src/control/gate.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import { EVIDENCE_NUMBERS, RISK_AT } from '../../src/execution/proof/evidence.ts';
import type { Refusal } from '../../src/risk/approved-order.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import { anOrder, type OrderParts } from '../support/trade/orders.ts';

const MS = 1e6;
const instrument = anInstrument({
  tick: '1',
  lot: '1',
  priceMin: '50',
  priceMax: '200',
  quantityMax: '12',
  notionalMin: '90',
});

/** A check whose market stands at 99 to 101 since time 0. */
function checkWith(limits: Partial<RiskLimits> = {}): PreTradeCheck {
  const check = new PreTradeCheck([instrument], someLimits(limits), 0);
  check.onQuote(0, 99, 101, 0);
  return check;
}

let issued = 0;
/** A buy of 5 lots at 100 that nothing speaks against. */
function order(parts: OrderParts = {}): OrderIntent {
  issued += 1;
  return anOrder({ clientId: `o${issued}`, ticks: 100, lots: 5, ...parts });
}

const moment = (mode: Mode = 'full-auto', nowMs = 0) => ({
  nowNs: nowMs * MS,
  mode,
  permissions: PERMISSIONS[mode],
  riskScale: PERMISSIONS[mode].riskScale,
  isStrategyPaused: false,
});

function refusalOf(check: PreTradeCheck, of: OrderIntent, at = moment()): Refusal | null {
  const checked = check.check(of, at);
  return checked.ok ? null : checked.error;
}

test('an order that nothing speaks against is approved as it is and reserved in full', () => {
  const check = checkWith();
  const wanted = order();
  const checked = check.check(wanted, moment());
  assert.ok(checked.ok && checked.value === wanted);
  assert.is(check.exposure(0).buyLots, 5);
});

test('a refused order reserves nothing', () => {
  const check = checkWith();
  assert.is.not(refusalOf(check, order({ lots: 13 })), null);
  assert.equal([check.exposure(0).buyLots, check.exposure(0).openOrders], [0, 0]);
});

const cases: [name: string, parts: OrderParts, refusal: Refusal | null][] = [
  [
    'an instrument that the desk does not trade',
    { instrument: 1 },
    { kind: 'unknown-instrument', instrument: 1 },
  ],
  ['an intent after its deadline', { deadlineNs: -2 * MS }, { kind: 'stale-intent', lateMs: 2 }],
  ['an intent at its deadline is in time', { deadlineNs: 0 }, null],
  ['no lots', { lots: 0 }, { kind: 'instrument-rule', rule: 'quantity', found: 0, limit: 1 }],
  [
    'a fraction of a lot',
    { lots: 1.5 },
    { kind: 'instrument-rule', rule: 'quantity', found: 1.5, limit: 1 },
  ],
  [
    'more lots than the venue takes',
    { lots: 13 },
    { kind: 'instrument-rule', rule: 'quantity', found: 13, limit: 12 },
  ],
  [
    'a limit order without a price',
    { ticks: 0 },
    { kind: 'instrument-rule', rule: 'price', found: 0, limit: 50 },
  ],
  [
    'a fraction of a tick',
    { ticks: 100.5 },
    { kind: 'instrument-rule', rule: 'price', found: 100.5, limit: 50 },
  ],
  [
    'a price above what the venue takes',
    { ticks: 201 },
    { kind: 'instrument-rule', rule: 'price', found: 201, limit: 200 },
  ],
  [
    'a market order with a price, which would be valued at it',
    { kind: 'market', ticks: 1 },
    { kind: 'instrument-rule', rule: 'price', found: 1, limit: 0 },
  ],
  ['a price at the end of the band', { ticks: 105 }, null],
  [
    'a price beyond the band above',
    { ticks: 106 },
    { kind: 'price-band', offBps: 600, limitBps: 500 },
  ],
  [
    'a price beyond the band below',
    { ticks: 94 },
    { kind: 'price-band', offBps: 600, limitBps: 500 },
  ],
  ['a notional below what the venue takes', { lots: 1, ticks: 95, side: 'sell' }, null],
  [
    'a notional above the limit of one order',
    { lots: 10, ticks: 101 },
    { kind: 'order-too-large', notional: 1010, limit: 1000, largestLots: 9 },
  ],
  ['a notional at the limit of one order', { lots: 10, ticks: 100 }, null],
  [
    'a market order that could walk beyond the limit of one order',
    { kind: 'market', ticks: 0, lots: 10 },
    { kind: 'order-too-large', notional: 1050, limit: 1000, largestLots: 9 },
  ],
  ['a market order that could not', { kind: 'market', ticks: 0, lots: 9 }, null],
  [
    'a reduce-only order of a flat position',
    { isReduceOnly: true },
    { kind: 'not-reducing', position: 0, lots: 5 },
  ],
];
for (const [name, parts, refusal] of cases) {
  test(`${name} is ${refusal === null ? 'approved' : `refused: ${refusal.kind}`}`, () => {
    assert.equal(refusalOf(checkWith(), order(parts)), refusal);
  });
}

test('a notional below the smallest of the venue is refused', () => {
  const check = new PreTradeCheck(
    [anInstrument({ tick: '1', lot: '1', notionalMin: '101' })],
    someLimits(),
    0,
  );
  check.onQuote(0, 99, 101, 0);
  const refusal = { kind: 'instrument-rule', rule: 'notional', found: 100, limit: 101 };
  assert.equal(refusalOf(check, order({ lots: 1 })), refusal);
  assert.is(refusalOf(check, order({ lots: 1, ticks: 101 })), null);
});

test('manual takes only orders that reduce, and emergency takes none', () => {
  const check = checkWith();
  check.exposure(0).position = -10;
  assert.equal(refusalOf(check, order(), moment('manual')), { kind: 'mode', mode: 'manual' });
  assert.is(refusalOf(check, order({ isReduceOnly: true }), moment('manual')), null);
  const emergency = { kind: 'mode', mode: 'emergency' };
  assert.equal(refusalOf(check, order({ isReduceOnly: true }), moment('emergency')), emergency);
});

test('semi-auto trades at half of every limit', () => {
  const at = moment('semi-auto');
  assert.is(refusalOf(checkWith(), order({ lots: 5 }), at), null);
  const tooLarge = { kind: 'order-too-large', notional: 600, limit: 500, largestLots: 5 };
  assert.equal(refusalOf(checkWith(), order({ lots: 6 }), at), tooLarge);
  const check = checkWith();
  check.exposure(0).position = 11;
  const tooMuch = { kind: 'position-limit', worst: 1600, limit: 1500, largestLots: 4 };
  assert.equal(refusalOf(check, order({ lots: 5 }), at), tooMuch);
});

test('without a market nothing is priced: before the first quote and after a one-sided one', () => {
  const check = new PreTradeCheck([instrument], someLimits(), 0);
  const noMarket = { kind: 'no-market', instrument: 'BTCUSDT' };
  assert.equal(refusalOf(check, order()), noMarket);
  for (const [bid, ask] of [
    [0, 0],
    [99, 0],
    [0, 101],
    [Number.NaN, 101],
  ] as const) {
    check.onQuote(0, bid, ask, 0);
    assert.is(check.midTicks(0), 0);
    assert.equal(refusalOf(check, order()), noMarket);
  }
  check.onQuote(0, 99, 102, 0);
  assert.is(check.midTicks(0), 100.5);
  assert.is(refusalOf(check, order()), null);
  assert.is(check.midTicks(7), 0);
});

test('a quote is priced from until it is stale', () => {
  const check = checkWith();
  assert.is(refusalOf(check, order(), moment('full-auto', 100)), null);
  const stale = { kind: 'stale-book', ageMs: 101, limitMs: 100 };
  assert.equal(refusalOf(check, order(), moment('full-auto', 101)), stale);
});

test('open orders count as if they were filled', () => {
  const check = checkWith();
  for (let at = 0; at < 3; at += 1) assert.is(refusalOf(check, order({ lots: 10 })), null);
  const full = { kind: 'position-limit', worst: 3100, limit: 3000, largestLots: 0 };
  assert.equal(refusalOf(check, order({ lots: 1 })), full);
  check.exposure(0).position = -30;
  assert.is(refusalOf(check, order({ lots: 1, side: 'sell', ticks: 101 }))?.kind, 'position-limit');
});

test('what shrinks the position is bound by no size limit and no loss', () => {
  const check = checkWith({ maxOrderNotional: 1, maxPositionNotional: 1, maxDailyLoss: 1 });
  check.exposure(0).position = 12;
  check.profit.setBooked(0, -1e9);
  assert.is(refusalOf(check, order({ side: 'sell', lots: 8, isReduceOnly: true })), null);
  assert.is(refusalOf(check, order({ side: 'sell', lots: 4 })), null);
  const refusal = { kind: 'not-reducing', position: 12, lots: 1 };
  assert.equal(refusalOf(check, order({ side: 'sell', lots: 1, isReduceOnly: true })), refusal);
  assert.is(refusalOf(check, order({ side: 'sell', lots: 1 }))?.kind, 'order-too-large');
});

test('after the loss of a day positions may only shrink', () => {
  const check = checkWith();
  check.profit.setBooked(0, -499);
  assert.is(refusalOf(check, order()), null);
  check.profit.setUnrealised(0, -1);
  assert.equal(refusalOf(check, order()), { kind: 'daily-loss', loss: 500, limit: 500 });
});

test('a profit that is not known is taken for a loss', () => {
  const check = checkWith();
  check.profit.setUnrealised(0, Number.NaN);
  assert.is(refusalOf(check, order())?.kind, 'daily-loss');
});

test('an order that would trade with one of ours is refused by its id', () => {
  const check = checkWith();
  const bid = order({ ticks: 100 });
  assert.is(refusalOf(check, bid), null);
  const against = { kind: 'self-trade', against: bid.clientId };
  assert.equal(refusalOf(check, order({ side: 'sell', ticks: 100 })), against);
  assert.equal(refusalOf(check, order({ side: 'sell', kind: 'market', ticks: 0 })), against);
  assert.is(refusalOf(check, order({ side: 'sell', ticks: 101 })), null);
});

test('the desk and each strategy have their own rate', () => {
  const check = checkWith({ ordersPerSecond: 10, ordersBurst: 3, strategyOrdersPerSecond: 2 });
  const from = (strategy: string, nowMs = 0) =>
    refusalOf(check, order({ strategy, lots: 1 }), moment('full-auto', nowMs));
  const [desk, strategy] = ['desk', 'strategy'].map((scope) => ({ kind: 'order-rate', scope }));
  assert.equal([from('a'), from('a'), from('a')], [null, null, strategy]);
  assert.equal([from('b'), from('b')], [null, desk]);
  assert.equal([from('b', 99), from('b', 100), from('a', 100)], [desk, null, strategy]);
});

test('what quoting has used of the rates does not hold up the flattening', () => {
  const check = checkWith({ ordersPerSecond: 1, ordersBurst: 1, strategyOrdersPerSecond: 1 });
  check.exposure(0).position = 10;
  const flatten = {
    strategy: 'flatten',
    side: 'sell',
    isReduceOnly: true,
    ticks: 101,
    lots: 2,
  } as const;
  assert.is(refusalOf(check, order({ lots: 1 })), null);
  for (let times = 0; times < 3; times += 1) assert.is(refusalOf(check, order(flatten)), null);
  assert.equal(refusalOf(check, order({ lots: 1 })), { kind: 'order-rate', scope: 'strategy' });
});

test('the touch is told in whole ticks, away from the market where it is between them', () => {
  const check = checkWith();
  check.onQuote(0, 99.5, 101.5, 0);
  assert.equal(check.touch(0), { bid: 99, ask: 102 });
  check.onQuote(0, 0.5, 101, 0);
  assert.is(check.touch(0), null);
  check.onQuote(0, 99, 0, 0);
  assert.equal([check.touch(0), check.touch(7)], [null, null]);
});

test('limits that leave the rates alone leave what was used of them', () => {
  const check = checkWith({ ordersBurst: 1, ordersPerSecond: 1 });
  assert.is(refusalOf(check, order({ lots: 1 })), null);
  check.adopt(someLimits({ ordersBurst: 1, ordersPerSecond: 1, maxDailyLoss: 1 }), 0);
  assert.equal(refusalOf(check, order({ lots: 1 })), { kind: 'order-rate', scope: 'desk' });
});

test('a refused order uses up no budget', () => {
  const check = checkWith({ ordersBurst: 1, ordersPerSecond: 1, strategyOrdersPerSecond: 1 });
  for (let at = 0; at < 5; at += 1) assert.is.not(refusalOf(check, order({ lots: 13 })), null);
  assert.is(refusalOf(check, order({ lots: 1 })), null);
});

test('a strategy slower than one order a second may still send its first', () => {
  const check = checkWith({ strategyOrdersPerSecond: 0.1 });
  assert.is(refusalOf(check, order({ lots: 1 })), null);
  assert.is(refusalOf(check, order({ lots: 1 }))?.kind, 'order-rate');
});

test('new limits bind from the next check on, and so do new rates', () => {
  const check = checkWith({ ordersBurst: 2, ordersPerSecond: 1, strategyOrdersPerSecond: 1 });
  assert.is(refusalOf(check, order({ lots: 1 })), null);
  assert.equal(refusalOf(check, order({ lots: 1 })), { kind: 'order-rate', scope: 'strategy' });
  assert.is(refusalOf(check, order({ lots: 1, strategy: 'other' })), null);
  const spent = { kind: 'order-rate', scope: 'desk' };
  assert.equal(refusalOf(check, order({ lots: 1, strategy: 'third' })), spent);
  check.adopt(someLimits({ maxOrderNotional: 200 }), 0);
  assert.is(refusalOf(check, order({ lots: 1 })), null);
  assert.is(refusalOf(check, order({ lots: 3 }))?.kind, 'order-too-large');
});

test('what a check looks at is noted, and nothing of an instrument that it does not know', () => {
  const check = checkWith();
  const slot = new Float64Array(EVIDENCE_NUMBERS.length).fill(-1);
  check.note(order(), moment(), slot);
  assert.equal([slot[RISK_AT.riskBidTicks], slot[RISK_AT.riskAskTicks]], [99, 101]);
  check.note(order({ instrument: 7 }), moment(), slot);
  const { riskBidTicks, riskAskTicks, riskQuotedNs, positionLots, buyLots, sellLots } = RISK_AT;
  for (const at of [riskBidTicks, riskAskTicks, riskQuotedNs, positionLots, buyLots, sellLots]) {
    assert.is(slot[at], 0);
  }
});

test.run();
