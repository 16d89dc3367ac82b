import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf } from '../../../src/core/units.ts';
import { kindText } from '../../../src/execution/native/kind-text.ts';
import {
  keptBy,
  NATIVE_TRIGGERS,
  type NativeOrders,
  NO_NATIVES,
  nativeName,
} from '../../../src/execution/native/native-orders.ts';
import type { OrderIntent, Trigger } from '../../../src/execution/order.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aPair, aStop, aTrail } from '../../support/trade/natives.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const ALL: NativeOrders = { triggers: new Set(NATIVE_TRIGGERS), icebergPartsMax: 10 };

const named = (kind: OrderIntent['kind'], trigger: Trigger) =>
  nativeName(anOrder({ kind, trigger }));

test('an order with a trigger is called by what it waits for and what it becomes', () => {
  assert.equal(named('market', aStop()), { ok: true, value: 'stop' });
  assert.equal(named('limit', aStop()), { ok: true, value: 'stop-limit' });
  assert.equal(named('market', aStop(100, 'take-profit')), { ok: true, value: 'take-profit' });
  assert.equal(named('limit', aStop(1, 'take-profit')), { ok: true, value: 'take-profit-limit' });
  assert.equal(named('market', aTrail()), { ok: true, value: 'trailing-stop' });
  assert.equal(named('limit', aPair()), { ok: true, value: 'pair' });
});

test('what no venue keeps has no name: a trail to a limit, a pair without a target', () => {
  assert.equal(named('limit', aTrail()), { ok: false, error: 'trailing-stop-limit' });
  assert.equal(named('market', aPair()), { ok: false, error: 'pair without a limit' });
  assert.equal(nativeName(anOrder()), { ok: false, error: 'none' });
});

test('every venue takes an order that works at once and shows all of it', () => {
  assert.is(keptBy(NO_NATIVES, anOrder()), null);
  assert.is(keptBy(ALL, anOrder()), null);
});

test('a trigger that is not among those of the venue is named beside them', () => {
  const triggers = new Set(['stop', 'pair'] as const);
  const venue = { ...NO_NATIVES, triggers };
  assert.is(keptBy(venue, anOrder({ kind: 'market', trigger: aStop() })), null);
  const kept = ['stop', 'pair'];
  assert.equal(keptBy(venue, anOrder({ trigger: aStop() })), {
    ...{ what: 'trigger', found: 'stop-limit', kept },
  });
  assert.equal(keptBy(venue, anOrder({ trigger: aTrail() })), {
    ...{ what: 'trigger', found: 'trailing-stop-limit', kept },
  });
});

test('a stop that begins to trail at a price is kept only where that can be said', () => {
  const later = anOrder({ kind: 'market', trigger: aTrail(200, 6_100_000) });
  assert.is(keptBy(ALL, later), null);
  const venue: NativeOrders = { ...ALL, trailsAtOnce: true };
  assert.is(keptBy(venue, anOrder({ kind: 'market', trigger: aTrail() })), null);
  assert.match(keptBy(venue, later)?.found as string, /begins at a price/);
});

test('ICE-01, ICE-02: an iceberg has no more parts than its venue takes', () => {
  const iceberg = (lots: number) => keptBy(ALL, anOrder({ lots, shownLots: lotsOf(10) }));
  assert.is(iceberg(100), null);
  assert.equal(iceberg(101), { what: 'iceberg-parts', found: 11, limit: 10 });
  const [order] = [anOrder({ shownLots: lotsOf(100) })];
  assert.equal(keptBy(NO_NATIVES, order), { what: 'iceberg-parts', found: 1, limit: 0 });
});

test('an order says what it is to people', () => {
  const text = (parts: OrderParts) => kindText(anInstrument(), anOrder(parts));
  assert.is(text({}), 'limit');
  assert.is(text({ shownLots: lotsOf(10) }), 'limit that shows 0.00010');
  assert.is(text({ kind: 'market', trigger: aStop() }), 'stop at 59000.00');
  assert.is(text({ trigger: aStop(1, 'take-profit') }), 'take-profit-limit at 0.01');
  assert.is(text({ kind: 'market', trigger: aTrail() }), 'trailing-stop of 200 bps');
  assert.is(text({ trigger: aTrail(50, 200) }), 'trailing-stop-limit of 50 bps from 2.00');
  assert.is(text({ trigger: aPair() }), 'pair with a stop at 59000.00');
});

test.run();
