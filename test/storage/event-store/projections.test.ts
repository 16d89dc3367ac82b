import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { baseAmount, type Instrument } from '../../../src/core/instrument.ts';
import { amountOf, lotsOf, NO_AMOUNT } from '../../../src/core/units.ts';
import { feeInQuote } from '../../../src/execution/ledger.ts';
import type { OrderEvent } from '../../../src/execution/order.ts';
import { applyFill, FLAT, type Position } from '../../../src/execution/positions.ts';
import type { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../../src/storage/event-store/memory-tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { aFill, anInstrument, anOrder, submitted } from '../journal/events.ts';
import { dumpOf, lmdbTables, recordsOf, storeOf } from './stores.ts';

const btc = anInstrument();
const eth = anInstrument({ index: 1, symbol: 'ETH/USD', base: 'ETH' });
const define = (instrument: Instrument): JournalEvent => ({
  kind: 'instrument-defined',
  instrument,
});
const filled = (clientId: string, fill = aFill()): JournalEvent => ({
  kind: 'order-filled',
  clientId,
  fill,
});
const transferred = (transferId: string, units: bigint): JournalEvent => ({
  kind: 'transferred',
  venue: 'kraken',
  transferId,
  asset: 'USD',
  amount: amountOf(units),
  reason: 'deposit',
});
const integrityOf = (store: EventStore) => Object.fromEntries(store.integrity());
const positionOf = (store: EventStore, symbol = 'BTC/USD'): Position | undefined =>
  store.positions().find((held) => held.symbol === symbol)?.position;
const afterAll = (events: readonly JournalEvent[]): EventStore => storeOf(memoryTables(), events);

test('a fill that comes twice is counted and booked once', () => {
  const once = [define(btc), submitted(), filled('desk-1-mm-1')];
  const twice = afterAll([...once, filled('desk-1-mm-1')]);
  assert.equal(integrityOf(twice), { 'duplicate-fill': 1 });
  assert.equal(twice.positions(), afterAll(once).positions());
  assert.equal(twice.balances('kraken'), afterAll(once).balances('kraken'));
  assert.equal(twice.order('desk-1-mm-1'), afterAll(once).order('desk-1-mm-1'));
});

test('a job of the backfill stands as it was changed last until it ends', () => {
  const job = {
    ...{ id: 'kraken BTC/USD 5', venue: 'kraken', symbol: 'BTC/USD', fromMs: 1, toMs: 2 },
    ...{ fromId: 5, toId: 9, stake: 'traded' as const, attempts: 0, notBeforeMs: 0 },
  };
  const queued = (over: Partial<typeof job> = {}): JournalEvent => ({
    kind: 'backfill-queued',
    job: { ...job, ...over },
  });
  const events = [queued(), queued({ id: 'b', venue: 'b' }), queued({ fromId: 7, attempts: 2 })];
  assert.equal(afterAll(events).backfillJobs(), [
    { ...job, id: 'b', venue: 'b' },
    { ...job, fromId: 7, attempts: 2 },
  ]);
  const ended: JournalEvent = { kind: 'backfill-ended', id: job.id, outcome: 'filled' };
  assert.equal(
    afterAll([...events, ended, ended])
      .backfillJobs()
      .map(({ id }) => id),
    ['b'],
  );
});

test('a trade id counts per venue and symbol', () => {
  const orders = [submitted({ clientId: 'a' }), submitted({ clientId: 'b', instrument: 1 })];
  const store = afterAll([define(btc), define(eth), ...orders, filled('a'), filled('b')]);
  assert.equal(integrityOf(store), {});
  assert.is(store.positions().length, 2);
});

test('a fill of a foreign order moves balances and position, once', () => {
  const foreign: JournalEvent = {
    kind: 'external-filled',
    venue: 'kraken',
    symbol: 'BTC/USD',
    side: 'sell',
    fill: aFill(),
  };
  const store = afterAll([define(btc), foreign, foreign]);
  assert.equal(integrityOf(store), { 'duplicate-fill': 1 });
  assert.is(positionOf(store)?.lots, -4);
  assert.is(store.balances('kraken').get('BTC'), -400_000n);
  assert.is(store.balances('kraken').get('USD'), 24_000_000_000n - 1_000_000n);
});

test('a transfer that comes twice is counted and booked once', () => {
  const store = afterAll([transferred('t', 5n), transferred('t', 5n), transferred('u', -2n)]);
  assert.equal(integrityOf(store), { 'duplicate-transfer': 1 });
  assert.is(store.balances('kraken').get('USD'), 3n);
});

test('an order that is submitted twice stays the first one', () => {
  const store = afterAll([define(btc), submitted(), submitted({ lots: lotsOf(99) })]);
  assert.equal(integrityOf(store), { 'duplicate-order': 1 });
  assert.is(store.order('desk-1-mm-1')?.record.order.lots, 10);
});

test('an event of an order that nobody submitted is counted, a refusal is not', () => {
  const refused: JournalEvent = { kind: 'order-refused', clientId: 'x', reason: 'halted' };
  const store = afterAll([filled('x'), refused]);
  assert.equal(integrityOf(store), { 'unknown-order': 1 });
  assert.is(store.order('x'), null);
});

test('an order of an undefined instrument is kept, and its fills are counted, not booked', () => {
  const store = afterAll([submitted(), filled('desk-1-mm-1')]);
  assert.equal(integrityOf(store), { 'unknown-instrument': 2 });
  assert.is(store.order('desk-1-mm-1')?.record.filledLots, 4);
  assert.equal(store.positions(), []);
  assert.is(store.balances('kraken').size, 0);
  const elsewhere = afterAll([define(btc), submitted({ venue: 'binance' })]);
  assert.equal(integrityOf(elsewhere), { 'unknown-instrument': 1 });
});

test('an incident of the order rules is counted and booked all the same', () => {
  const over = filled('desk-1-mm-1', aFill({ lots: lotsOf(11) }));
  const store = afterAll([define(btc), submitted(), over]);
  assert.equal(integrityOf(store), { overfill: 1 });
  assert.is(positionOf(store)?.lots, 11);
});

test('an ended order is no longer open and can still be found', () => {
  const end: JournalEvent = { kind: 'order-canceled', clientId: 'desk-1-mm-1', reason: 'asked' };
  const store = afterAll([define(btc), submitted(), end]);
  assert.equal(store.openOrders(), []);
  assert.is(store.order('desk-1-mm-1')?.record.status, 'canceled');
});

test('an order keeps its symbol when its index comes to mean another one', () => {
  const swapped = [define({ ...eth, index: 0 }), define({ ...btc, index: 1 })];
  const store = afterAll([
    define(btc),
    define(eth),
    submitted(),
    ...swapped,
    filled('desk-1-mm-1'),
  ]);
  assert.is(store.order('desk-1-mm-1')?.symbol, 'BTC/USD');
  assert.is(positionOf(store)?.lots, 4);
  assert.is(store.instrumentAt(0)?.symbol, 'ETH/USD');
  assert.equal(integrityOf(store), {});
});

test('a redefinition of anything but the lot leaves the position alone', () => {
  const trade = [define(btc), submitted(), filled('desk-1-mm-1')];
  const store = afterAll([...trade, define({ ...btc, notionalMin: amountOf(9n) })]);
  assert.is(positionOf(store)?.lots, 4);
  assert.is(store.instrumentAt(0)?.notionalMin, 9n);
  assert.equal(integrityOf(store), {});
});

test('a position keeps its quantity when the lot changes', () => {
  const end: JournalEvent = { kind: 'order-canceled', clientId: 'desk-1-mm-1', reason: '' };
  const trade = [define(btc), submitted(), filled('desk-1-mm-1'), end];
  const finer = afterAll([...trade, define(anInstrument({ lot: '0.0001' }))]);
  assert.equal(positionOf(finer), { ...positionOf(afterAll(trade)), lots: 40 });
  assert.equal(integrityOf(finer), {});
  const coarser = afterAll([...trade, define(anInstrument({ lot: '0.003' }))]);
  assert.is(positionOf(coarser)?.lots, 1);
  assert.equal(integrityOf(coarser), { 'grid-changed': 1 });
  const none = afterAll([...trade, define(anInstrument({ lot: '0.1' }))]);
  assert.equal(positionOf(none), { ...FLAT, fees: 1_000_000n });
});

test('a lot that changes under an open order is counted', () => {
  const other = submitted({ clientId: 'b', instrument: 1 });
  const finer = define(anInstrument({ lot: '0.0001' }));
  const store = afterAll([define(btc), define(eth), submitted(), other, finer, define(eth)]);
  assert.equal(integrityOf(store), { 'grid-changed': 1 });
});

/** Histories from a small world, so that everything meets everything, twice and out of order. */
const clientId = fc.constantFrom('a', 'b', 'c', 'd');
const fill = fc
  .record({
    tradeId: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    lots: fc.integer({ min: 1, max: 12 }),
    quote: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    fee: fc.bigInt({ min: -5n, max: 5n }),
    feeAsset: fc.constantFrom('USD', 'BTC', 'BNB'),
  })
  .map((over) => aFill(over as never));
const reasoned = fc.constantFrom(
  'order-refused',
  'order-rejected',
  'order-outcome-unknown',
  'order-canceled',
  'order-expired',
  'order-unacked',
  'order-abandoned',
);
const history: fc.Arbitrary<JournalEvent[]> = fc.array(
  fc.oneof(
    fc
      .record({ clientId, instrument: fc.nat(2), side: fc.constantFrom('buy', 'sell') })
      .map((over) => ({ kind: 'order-submitted' as const, order: anOrder(over as never) })),
    fc.record({ clientId, fill }).map(({ clientId: id, fill: one }) => filled(id, one)),
    fc
      .record({ kind: reasoned, clientId, reason: fc.constant('r') })
      .map((event) => event as OrderEvent),
    clientId.map((id) => ({
      kind: 'order-accepted' as const,
      clientId: id,
      venueOrderId: `v${id}`,
    })),
    fc.record({ fill, side: fc.constantFrom('buy' as const, 'sell' as const) }).map((over) => ({
      kind: 'external-filled' as const,
      venue: 'kraken',
      symbol: 'BTC/USD',
      ...over,
    })),
    fc
      .tuple(fc.constantFrom('x', 'y', 'z'), fc.bigInt({ min: -99n, max: 99n }))
      .map(([id, units]) => transferred(id, units)),
    fc
      .record({ index: fc.nat(2), lot: fc.constantFrom('0.001', '0.0005', '0.004') })
      .chain((over) =>
        fc.constantFrom(btc, eth).map(({ symbol, base }) => ({ ...over, symbol, base })),
      )
      .map((over) => define(anInstrument(over))),
  ),
  { maxLength: 60 },
);

test('projections kept along the way equal those made anew, on both engines', async () => {
  const lmdb = lmdbTables();
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 1, max: 20 }), async (events, batch) => {
      const memory = memoryTables();
      lmdb.transact(() => {
        for (const table of ['log', 'idx', 'heads', 'ckpt', 'chain'] as const) lmdb.clear(table);
        return { ok: true, value: null };
      });
      for (const tables of [memory, lmdb]) {
        const store = storeOf(tables, []);
        if (tables === lmdb) store.rebuild();
        const records = recordsOf(events);
        for (let at = 0; at < records.length; at += batch) {
          assert.is(store.apply(records.slice(at, at + batch)).ok, true);
        }
        const before = dumpOf(tables);
        assert.equal(store.rebuild(), { ok: true, value: { records: events.length } });
        assert.equal(dumpOf(tables), before);
      }
      assert.equal(dumpOf(lmdb), dumpOf(memory));
    }),
    { numRuns: 60 },
  );
  await lmdb.close();
});

test('positions and balances are the sum of the fills that were booked', () => {
  const stable = history.map((events) => [
    define(btc),
    define(eth),
    ...events.filter(({ kind }) => kind !== 'instrument-defined'),
  ]);
  fc.assert(
    fc.property(stable, (events) => {
      const store = afterAll(events);
      const seen = new Set<string>();
      const positions = new Map<string, Position>();
      const balances = new Map<string, bigint>();
      const move = (asset: string, units: bigint): void => {
        balances.set(asset, (balances.get(asset) ?? 0n) + units);
      };
      for (const event of events) {
        if (event.kind === 'transferred' && !seen.has(event.transferId)) {
          seen.add(event.transferId);
          move(event.asset, event.amount);
        }
        if (event.kind !== 'order-filled' && event.kind !== 'external-filled') continue;
        const isOurs = event.kind === 'order-filled';
        // What was submitted later than its fill has no fill here, so the store is asked.
        const order = isOurs ? orderBefore(events, event) : null;
        if (isOurs && order === null) continue;
        const symbol = isOurs ? ['BTC/USD', 'ETH/USD', ''][order?.instrument ?? 2] : 'BTC/USD';
        const side = isOurs ? (order?.side ?? 'buy') : event.side;
        const key = `${symbol} ${event.fill.tradeId}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const instrument = symbol === 'BTC/USD' ? btc : symbol === 'ETH/USD' ? eth : null;
        if (instrument === null) continue;
        const sign = side === 'buy' ? 1n : -1n;
        move(instrument.base, sign * baseAmount(instrument, event.fill.lots));
        move(instrument.quote, -sign * event.fill.quote);
        move(event.fill.feeAsset, -event.fill.fee);
        const before = positions.get(instrument.symbol) ?? FLAT;
        const { lots, quote } = event.fill;
        const fee = feeInQuote(instrument, event.fill) ?? NO_AMOUNT;
        positions.set(instrument.symbol, applyFill(before, { side, lots, quote, fee }));
      }
      const nonZero = (amounts: Iterable<readonly [string, bigint]>) =>
        [...amounts].filter(([, units]) => units !== 0n).sort();
      assert.equal(nonZero(store.balances('kraken')), nonZero(balances));
      assert.equal(
        store.positions().map(({ symbol, position }) => [symbol, position]),
        [...positions].sort(),
      );
    }),
    { numRuns: 300 },
  );
});

/** The first submission of the order of a fill, when it came before the fill. */
function orderBefore(events: readonly JournalEvent[], fillEvent: JournalEvent) {
  for (const event of events) {
    if (event === fillEvent) return null;
    if (event.kind !== 'order-submitted' || fillEvent.kind !== 'order-filled') continue;
    if (event.order.clientId === fillEvent.clientId) return event.order;
  }
  return null;
}

test.run();
