import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { OrderRecord } from '../../../src/execution/order.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import { ProjectionTables } from '../../../src/storage/event-store/projection-tables.ts';
import { textKey } from '../../../src/storage/event-store/tables.ts';
import { anAmendment } from '../../support/trade/amendments.ts';
import { accepted, aPair, aStop, aTrail, triggered } from '../../support/trade/natives.ts';
import { anOrder, aRecord, type OrderParts } from '../../support/trade/orders.ts';

const key = textKey(anOrder().clientId);

/** What is stored of an order, its last bytes left out, and what is read of that. */
function stored(record: OrderRecord, lost = 0): OrderRecord | undefined {
  const tables = memoryTables();
  const projections = new ProjectionTables(tables);
  const written = tables.transact(() => {
    projections.open();
    projections.apply({ kind: 'order', order: { symbol: 'BTCUSDT', record } }, 1);
    projections.flush();
    projections.close();
    const bytes = tables.get('proj:orders', key) as Uint8Array;
    tables.put('proj:orders', key, bytes.slice(0, bytes.length - lost));
    return ok(null);
  });
  assert.ok(written.ok);
  return new ProjectionTables(tables).order(record.order.clientId)?.record;
}

const kept: readonly OrderParts[] = [
  {},
  { kind: 'market', ticks: 0, trigger: aStop() },
  { kind: 'market', ticks: 0, trigger: aTrail(), isReduceOnly: true },
  { trigger: aPair(), shownLots: lotsOf(10) },
  { shownLots: lotsOf(10) },
];

test('whatever a venue keeps of an order is stored, and whether it waits', () => {
  for (const parts of kept) {
    const order = anOrder(parts);
    const lives = [aRecord(order), aRecord(order, accepted(), triggered('99'))];
    for (const record of lives) assert.equal(stored(record), record);
  }
});

test('an amendment that is under way is stored, and one of which nobody knows what came', () => {
  const record = { ...aRecord(anOrder(), accepted()), amendment: anAmendment() };
  assert.equal(stored(record), record);
  const unknown = { ...record, isAmendUnknown: true };
  assert.equal(stored(unknown), unknown);
});

test('orders that were stored before venues kept any, or amended any, are read as plain', () => {
  const record = aRecord(anOrder(), accepted());
  assert.equal(stored(record, 3), record, 'without what the venue keeps');
  assert.equal(stored(record, 4), record, 'nor an amendment');
  const amended = { ...record, amendment: anAmendment(ticksOf(5_800_000)) };
  assert.equal(stored(amended, 3), amended);
});

test.run();
