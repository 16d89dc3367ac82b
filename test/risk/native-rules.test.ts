import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../src/control/gate.ts';
import { lotsOf } from '../../src/core/units.ts';
import { NATIVE_TRIGGERS } from '../../src/execution/native/native-orders.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { Refusal } from '../../src/risk/approved-order.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import { looserLimits } from '../../src/risk/loosening.ts';
import { leastTicks, refuseNative, valuedTicks } from '../../src/risk/native-rules.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import { aPair, aStop, aTrail } from '../support/trade/natives.ts';
import { anOrder, type OrderParts } from '../support/trade/orders.ts';

const instrument = anInstrument({
  ...{ tick: '1', lot: '1', priceMin: '50', priceMax: '200' },
  ...{ quantityMin: '2', quantityMax: '40', notionalMin: '180' },
});
const natives = { triggers: new Set(NATIVE_TRIGGERS), icebergPartsMax: 10 };

/** A check of a desk that holds 20 lots in a market that stands at 99 to 101. */
function aCheck(limits: Partial<RiskLimits> = {}, position = 20): PreTradeCheck {
  const check = new PreTradeCheck([instrument], someLimits(limits), 0);
  check.onQuote(0, 99, 101, 0);
  check.nativesOf = () => natives;
  check.exposure(0).position = position;
  return check;
}

const moment = {
  ...{ nowNs: 0, mode: 'full-auto', permissions: PERMISSIONS['full-auto'] },
  ...{ riskScale: 1, isStrategyPaused: false },
};

let issued = 0;
/** A stop of 10 lots at 95 that sells what is held at the market. */
function aProtection(parts: OrderParts = {}): OrderIntent {
  issued += 1;
  return anOrder({
    ...{ clientId: `o${issued}`, side: 'sell', kind: 'market', ticks: 0, lots: 10 },
    ...{ isReduceOnly: true, trigger: aStop(95) },
    ...parts,
  });
}

function refusalOf(check: PreTradeCheck, order: OrderIntent): Refusal | null {
  const checked = check.check(order, moment);
  return checked.ok ? null : checked.error;
}

const broken = (rule: string, found: number, limit: number) => ({
  ...{ kind: 'native-rule', rule, found, limit },
});

const cases: [name: string, parts: OrderParts, refusal: object | null][] = [
  ['a stop below the market that sells what is held', {}, null],
  ['a stop with a limit a little below it', { kind: 'limit', ticks: 93 }, null],
  [
    'a stop at the mid, which wakes at once',
    { trigger: aStop(100) },
    broken('trigger-side', 100, 100),
  ],
  ['a stop above the market', { trigger: aStop(104) }, broken('trigger-side', 104, 100)],
  ['profit taken above the market', { trigger: aStop(110, 'take-profit') }, null],
  [
    'profit taken below the market, which wakes at once',
    { trigger: aStop(95, 'take-profit') },
    broken('trigger-side', 95, 100),
  ],
  ['a trigger at the end of its band', { trigger: aStop(80) }, null],
  ['a trigger beyond its band', { trigger: aStop(79) }, broken('trigger-band', 2_100, 2_000)],
  ['a trigger of a fraction of a tick', { trigger: aStop(95.5) }, broken('trigger', 95.5, 50)],
  ['a trigger below what the venue takes', { trigger: aStop(49) }, broken('trigger', 49, 50)],
  [
    'a trigger above what the venue takes',
    { trigger: aStop(201, 'take-profit') },
    broken('trigger', 201, 200),
  ],
  [
    'a limit too far from its trigger',
    { kind: 'limit', ticks: 90 },
    broken('limit-band', 526, 500),
  ],
  [
    'a stop that may not take when it wakes',
    { kind: 'limit', ticks: 94, isPostOnly: true },
    broken('post-only', 1, 0),
  ],
  ['a stop that follows at 2 %', { trigger: aTrail() }, null],
  ['one that begins to follow above the market', { trigger: aTrail(200, 105) }, null],
  [
    'one that begins to follow where the market has been',
    { trigger: aTrail(200, 95) },
    broken('trigger-side', 95, 100),
  ],
  ['one that follows at nothing', { trigger: aTrail(0) }, broken('trail', 0, 1)],
  ['one that follows at half a step', { trigger: aTrail(1.5) }, broken('trail', 1.5, 1)],
  ['one that follows too far behind', { trigger: aTrail(2_001) }, broken('trail', 2_001, 2_000)],
  ['OCO-01: a pair around the market', { kind: 'limit', ticks: 110, trigger: aPair(95) }, null],
  [
    'a pair that says that its target rests',
    { kind: 'limit', ticks: 110, trigger: aPair(95), isPostOnly: true },
    broken('post-only', 1, 0),
  ],
  [
    'a stop whose limit lasts for an instant',
    { kind: 'limit', ticks: 94, timeInForce: 'ioc' },
    broken('rests', 0, 1),
  ],
  [
    'OCO-02: a pair whose target would trade at once',
    { kind: 'limit', ticks: 99, trigger: aPair(95) },
    broken('target-side', 99, 100),
  ],
  [
    'a pair whose target is too far',
    { kind: 'limit', ticks: 121, trigger: aPair(95) },
    broken('limit-band', 2_100, 2_000),
  ],
  [
    'a pair whose stop is on the wrong side',
    { kind: 'limit', ticks: 110, trigger: aPair(105) },
    broken('trigger-side', 105, 100),
  ],
  [
    'a stop that does not say that it may only reduce',
    { isReduceOnly: false },
    { kind: 'entry-by-trigger', position: 20, lots: 10 },
  ],
  ['a stop for more than is held', { lots: 21 }, { kind: 'not-reducing', position: 20, lots: 21 }],
  [
    'a purchase by a stop while long',
    { side: 'buy', trigger: aStop(105) },
    { kind: 'not-reducing', position: 20, lots: 10 },
  ],
  [
    'a stop that is worth too little at its trigger',
    { lots: 2, trigger: aStop(89) },
    { kind: 'instrument-rule', rule: 'notional', found: 178, limit: 180 },
  ],
];

for (const [name, parts, refusal] of cases) {
  test(`${name} is ${refusal === null ? 'approved' : 'refused'}`, () => {
    const found = refusalOf(aCheck({ maxPositionNotional: 9_000 }), aProtection(parts));
    const rounded = found?.kind === 'native-rule' ? { ...found, found: shown(found.found) } : found;
    assert.equal(rounded, refusal);
  });
}

function shown(found: number): number {
  return found > 400 ? Math.round(found) : found;
}

test('what a venue does not keep is refused by its name', () => {
  const check = aCheck();
  check.nativesOf = () => ({ triggers: new Set(['pair']), icebergPartsMax: 0 });
  assert.equal(refusalOf(check, aProtection()), {
    ...{ kind: 'not-kept', what: 'trigger', found: 'stop', kept: ['pair'] },
  });
  const nobody = new PreTradeCheck([instrument], someLimits(), 0);
  nobody.onQuote(0, 99, 101, 0);
  assert.equal(refusalOf(nobody, aProtection({ side: 'buy' })), {
    ...{ kind: 'not-kept', what: 'trigger', found: 'stop', kept: [] },
  });
});

const icebergs: [name: string, parts: OrderParts, refusal: object | null][] = [
  ['an iceberg that shows a part', { shownLots: lotsOf(3) }, null],
  ['one that shows all of it', { shownLots: lotsOf(9) }, null],
  ['one that shows more than it is', { shownLots: lotsOf(10) }, broken('shown-lots', 10, 9)],
  ['one that shows less than an order', { shownLots: lotsOf(1) }, broken('shown-lots', 1, 2)],
  ['one that takes', { shownLots: lotsOf(3), timeInForce: 'ioc' }, broken('rests', 0, 1)],
  [
    'one that is a market order',
    { shownLots: lotsOf(3), kind: 'market', ticks: 0, lots: 2 },
    broken('rests', 0, 1),
  ],
];

for (const [name, parts, refusal] of icebergs) {
  test(`${name} is ${refusal === null ? 'approved' : 'refused'}`, () => {
    const order = aProtection({ kind: 'limit', ticks: 102, lots: 9, ...parts });
    const { trigger: _, ...iceberg } = order;
    assert.equal(refusalOf(aCheck(), iceberg), refusal);
  });
}

test('an iceberg with a trigger is refused', () => {
  const iceberg = aProtection({ kind: 'limit', ticks: 94, shownLots: lotsOf(5) });
  assert.equal(refusalOf(aCheck(), iceberg), broken('rests', 0, 1));
});

test('a fraction of a lot shows nothing', () => {
  const order = aProtection({ kind: 'limit', ticks: 102, lots: 9, shownLots: lotsOf(3) });
  const { trigger: _, ...iceberg } = { ...order, shownLots: 2.5 as OrderIntent['lots'] };
  assert.equal(refusalOf(aCheck(), iceberg), broken('shown-lots', 2.5, 2));
});

test('an order is valued at the worst price that it may come to', () => {
  const valued = (parts: OrderParts) => valuedTicks(aProtection(parts), 100, 500);
  const { trigger: _, ...plain } = aProtection();
  assert.is(valuedTicks(plain, 100, 500), 105, 'a market order walks to the end of the band');
  assert.is(valuedTicks({ ...plain, ticks: 98 as OrderIntent['ticks'] }, 100, 500), 98);
  assert.is(valued({ trigger: aStop(80) }), 84, 'from its trigger on');
  assert.is(valued({ kind: 'limit', ticks: 93 }), 95, 'its trigger is worth more than its limit');
  assert.is(valued({ kind: 'limit', ticks: 97 }), 97);
  assert.is(valued({ trigger: aTrail() }), 105, 'one that follows at once wakes anywhere');
  assert.is(valued({ kind: 'limit', ticks: 110, trigger: aPair(80) }), 110);
  assert.is(valued({ kind: 'limit', ticks: 60, side: 'buy', trigger: aPair(120) }), 126);
});

test('what a venue may find too small is looked at by the least of its prices', () => {
  const least = (parts: OrderParts, valued: number) => leastTicks(aProtection(parts), valued);
  assert.is(least({ trigger: aStop(80) }, 84), 80);
  assert.is(least({ kind: 'limit', ticks: 78, trigger: aStop(80) }, 80), 78);
  assert.is(least({ trigger: aTrail() }, 105), 105);
});

test('an order that asks the venue for nothing is spoken against by nothing', () => {
  const { trigger: _, ...plain } = aProtection();
  assert.is(refuseNative(plain, instrument, natives, 100, someLimits()), null);
  assert.is(leastTicks(plain, 105), 105);
});

test('the target of a pair that buys lies below the market', () => {
  const check = aCheck({}, -20);
  const pair = { side: 'buy', kind: 'limit', trigger: aPair(105) } as const;
  assert.equal(refusalOf(check, aProtection({ ...pair, ticks: 101 })), {
    ...{ kind: 'native-rule', rule: 'target-side', found: 101, limit: 100 },
  });
  assert.is(refusalOf(check, aProtection({ ...pair, ticks: 96 })), null);
});

test('stops together protect no more than is held, whatever works beside them', () => {
  const check = aCheck({ maxPositionNotional: 9_000, maxOrderNotional: 9_000 });
  const quote = anOrder({ clientId: 'ask', side: 'sell', ticks: 102, lots: 15 });
  assert.is(refusalOf(check, quote), null);
  assert.is(refusalOf(check, aProtection()), null, '15 quoted, 10 kept, 20 held');
  assert.is(refusalOf(check, aProtection()), null);
  assert.equal(refusalOf(check, aProtection({ lots: 2 })), {
    ...{ kind: 'not-reducing', position: 20, lots: 2 },
  });
});

test('a stop beside quotes counts as filled with them', () => {
  const check = aCheck({ maxPositionNotional: 1_000, maxOrderNotional: 5_000 }, 12);
  const quote = anOrder({ clientId: 'ask', side: 'sell', ticks: 102, lots: 12 });
  assert.is(refusalOf(check, quote), null);
  assert.equal(refusalOf(check, aProtection({ lots: 12 })), {
    ...{ kind: 'position-limit', worst: 1_200, limit: 1_000, largestLots: 0 },
  });
  assert.is(refusalOf(check, aProtection({ lots: 10 })), null, 'with both filled 10 are short');
});

test('no size limit of one order keeps a stop from what is held', () => {
  assert.is(refusalOf(aCheck({ maxOrderNotional: 500 }), aProtection()), null);
});

test('a setting lets orders wait that do not shrink what is held, within every limit', () => {
  const entry = { side: 'buy', trigger: aStop(105), isReduceOnly: false } as const;
  const check = aCheck({ entryTriggers: 'taken', maxOrderNotional: 500 }, 0);
  assert.is(refusalOf(check, aProtection({ ...entry, lots: 4 })), null);
  assert.equal(refusalOf(check, aProtection({ ...entry, lots: 5 })), {
    kind: 'order-too-large',
    notional: 551.25,
    limit: 500,
    largestLots: 4,
  });
});

test('what waits trades with none of ours, and the target of a pair does', () => {
  const check = aCheck();
  const bid = anOrder({ clientId: 'bid', side: 'buy', ticks: 99, lots: 2 });
  assert.is(refusalOf(check, bid), null);
  assert.is(refusalOf(check, aProtection({ lots: 4 })), null, 'a market order that waits');
  const buys = anOrder({ clientId: 'bid-2', side: 'buy', ticks: 98, lots: 2 });
  assert.is(refusalOf(check, buys), null, 'and what waits is met by nobody');
  const pair = aProtection({ kind: 'limit', ticks: 104, trigger: aPair(95), lots: 4 });
  const high = anOrder({ clientId: 'high', side: 'buy', ticks: 104, lots: 2 });
  check.exposure(0).reserve(high);
  assert.equal(refusalOf(check, pair), { kind: 'self-trade', against: 'high' });
  check.exposure(0).setOpen(high, 0);
  assert.is(refusalOf(check, pair), null);
  const meets = anOrder({ clientId: 'bid-3', side: 'buy', ticks: 104, lots: 2 });
  assert.equal(refusalOf(check, meets), { kind: 'self-trade', against: pair.clientId });
});

test('settings of triggers bind, and a risk officer has to let them loose', () => {
  const tight = aCheck({ triggerBandBps: 400 });
  assert.equal(refusalOf(tight, aProtection()), broken('trigger-band', 500, 400));
  const from = someLimits();
  assert.equal(looserLimits(from, someLimits({ triggerBandBps: 2_500 })), [
    'risk.triggerBandBps: 2000 → 2500',
  ]);
  assert.equal(looserLimits(from, someLimits({ triggerBandBps: 100 })), []);
  const taken = someLimits({ entryTriggers: 'taken' });
  assert.equal(looserLimits(from, taken), ['risk.entryTriggers: refused → taken']);
  assert.equal(looserLimits(taken, from), []);
});

test.run();
