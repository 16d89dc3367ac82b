import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenInvariant } from '../../src/core/result.ts';
import {
  type Incident,
  isEnded,
  type OrderEvent,
  type OrderRecord,
  submitted,
} from '../../src/execution/order.ts';
import { ENDED_KEPT, OrderTable } from '../../src/execution/order-table.ts';
import { law } from '../support/law.ts';
import { aFill, anOrder } from '../support/trade/orders.ts';

type LaterEvent = Exclude<OrderEvent, { kind: 'order-submitted' }>;

const none = (): boolean => false;
const order = anOrder();
const { clientId } = order;
const accepted: LaterEvent = { kind: 'order-accepted', clientId, venueOrderId: '77' };
const canceled: LaterEvent = { kind: 'order-canceled', clientId, reason: 'canceled' };
const filled = (tradeId: string, lots = 40, of = clientId): LaterEvent => ({
  kind: 'order-filled',
  clientId: of,
  fill: aFill({ tradeId, lots: lots, quote: BigInt(lots) * 60_000_000n }),
});

/** Takes an event as a venue actor does; what it answers was news. */
function take(table: OrderTable, event: LaterEvent): Incident | 'news' | 'no news' {
  const applied = table.preview(event);
  if (applied === null) return 'no news';
  table.commit(event, applied);
  return applied.incident ?? 'news';
}

function tableWith(...events: LaterEvent[]): OrderTable {
  const table = new OrderTable(none);
  table.submit(order);
  for (const event of events) take(table, event);
  return table;
}

test('a preview changes nothing', () => {
  const table = tableWith();
  table.preview(accepted);
  table.preview(filled('1', 100));
  assert.is(table.get(clientId)?.status, 'submitted');
  assert.not.ok(table.isKnownFill(0, '1'));
});

test('what was said before is no news', () => {
  const table = tableWith();
  for (const event of [accepted, filled('1'), { kind: 'cancel-submitted', clientId } as const]) {
    assert.is(take(table, event), 'news');
    assert.is(take(table, event), 'no news', event.kind);
  }
  assert.is(take(table, canceled), 'news');
  assert.is(take(table, canceled), 'no news');
});

test('an unknown order is no news', () => {
  assert.is(take(new OrderTable(none), accepted), 'no news');
});

test('a fill is booked once per instrument and trade id, wherever it was booked', () => {
  const booked = new OrderTable((instrument, tradeId) => instrument === 0 && tradeId === '7');
  booked.submit(order);
  assert.ok(booked.isKnownFill(0, '7'));
  assert.is(take(booked, filled('7')), 'no news');
  booked.submit(anOrder({ clientId: 'other', instrument: 1 }));
  assert.is(take(booked, filled('7', 40, 'other')), 'news');
  assert.ok(booked.isKnownFill(1, '7'));
});

test('an incident is news although the record stays as it was', () => {
  const table = tableWith(accepted, filled('1'));
  const rejected: LaterEvent = { kind: 'order-rejected', clientId, reason: 'no' };
  assert.is(take(table, rejected), 'end-contradicts-fills');
});

test('open orders are told oldest first, without those that ended', () => {
  const table = new OrderTable(none);
  for (const name of ['a', 'b', 'c']) table.submit(anOrder({ clientId: name }));
  take(table, { kind: 'order-canceled', clientId: 'b', reason: 'canceled' });
  assert.equal(
    [...table.open()].map((record) => record.order.clientId),
    ['a', 'c'],
  );
  assert.is(table.openCount, 2);
  assert.is(table.get('b')?.status, 'canceled');
});

test('a client id that was used before is a bug', () => {
  const isBug = (thrown: Error) => thrown instanceof BrokenInvariant;
  assert.throws(() => tableWith().submit(order), isBug);
  assert.throws(() => tableWith(canceled).submit(order), isBug);
});

test('a table takes over what the journal knows', () => {
  const before = tableWith(accepted, filled('1'));
  const table = new OrderTable((_, tradeId) => tradeId === '1');
  table.restore([before.get(clientId) as OrderRecord, ended('b')]);
  assert.equal([table.openCount, table.get('b')?.status], [1, 'canceled']);
  assert.is(take(table, filled('1')), 'no news');
  assert.is(take(table, filled('2', 60)), 'news');
  assert.is(table.get(clientId)?.status, 'filled');
});

function ended(name: string): OrderRecord {
  return { ...submitted(anOrder({ clientId: name })), status: 'canceled', reason: 'canceled' };
}

test('an order is found by the id that the venue gave it, as long as it is in memory', () => {
  const table = tableWith();
  assert.is(table.clientIdOf('77'), undefined);
  take(table, accepted);
  assert.is(table.clientIdOf('77'), clientId);
  take(table, canceled);
  table.restore(Array.from({ length: ENDED_KEPT }, (_, at) => ended(`o${at}`)));
  assert.is(table.clientIdOf('77'), undefined);
});

test('a fill of nobody is remembered, the oldest of them forgotten', () => {
  const table = new OrderTable(none);
  table.rememberFill(0, 'first');
  assert.equal([table.isKnownFill(0, 'first'), table.isKnownFill(1, 'first')], [true, false]);
  for (let at = 1; at < ENDED_KEPT; at += 1) table.rememberFill(0, `${at}`);
  assert.ok(table.isKnownFill(0, 'first'));
  table.rememberFill(0, 'last');
  assert.equal([table.isKnownFill(0, 'first'), table.isKnownFill(0, '1')], [false, true]);
});

test('of the ended orders the oldest are forgotten, with their fills', () => {
  const table = tableWith(accepted, filled('1', 100));
  const others = Array.from({ length: ENDED_KEPT - 1 }, (_, at) => ended(`o${at}`));
  table.restore(others);
  assert.is(table.get(clientId)?.status, 'filled');
  table.restore([ended('one more')]);
  assert.is(table.get(clientId), undefined);
  assert.not.ok(table.isKnownFill(0, '1'));
  assert.is(take(table, filled('2')), 'no news');
});

test('an order that a late fill opened again is not forgotten with the ended ones', () => {
  const rejected: LaterEvent = { kind: 'order-rejected', clientId, reason: 'no' };
  const table = tableWith(rejected);
  assert.is(table.openCount, 0);
  assert.is(take(table, filled('1')), 'fill-after-end');
  assert.is(table.openCount, 1);
  table.restore(Array.from({ length: ENDED_KEPT }, (_, at) => ended(`o${at}`)));
  assert.is(table.get(clientId)?.status, 'partially-filled');
  assert.is(take(table, canceled), 'news');
  assert.is(table.openCount, 0);
});

test('an order that ended twice is forgotten once', () => {
  const table = tableWith(
    { kind: 'order-rejected', clientId, reason: 'no' },
    filled('1'),
    canceled,
  );
  table.restore(Array.from({ length: ENDED_KEPT + 1 }, (_, at) => ended(`o${at}`)));
  assert.is(table.get(clientId), undefined);
  assert.equal([table.get('o0')?.status, table.openCount], [undefined, 0]);
  assert.is(table.get(`o${ENDED_KEPT}`)?.status, 'canceled');
});

/** What a venue says about one order over its life, and what we did about it ourselves. */
const aLife: fc.Arbitrary<LaterEvent[]> = fc
  .record({
    parts: fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 4 }),
    how: fc.constantFrom('filled', 'order-canceled', 'order-expired', 'open', 'order-rejected'),
    isUnknown: fc.boolean(),
    isCancelled: fc.boolean(),
  })
  .map(({ parts, how, isUnknown, isCancelled }) => {
    const ours: LaterEvent[] = [];
    if (isUnknown) ours.push({ kind: 'order-outcome-unknown', clientId, reason: 'timeout' });
    if (isCancelled) ours.push({ kind: 'cancel-submitted', clientId });
    if (how === 'order-rejected') return [...ours, { kind: how, clientId, reason: 'no' }];
    const fills = parts.map((lots, at) => filled(`${at}`, lots));
    const left = 100 - parts.reduce((sum, lots) => sum + lots, 0);
    // Four parts of 25 leave nothing that could end otherwise.
    const end: LaterEvent[] =
      left === 0 || how === 'open'
        ? []
        : how === 'filled'
          ? [filled('last', left)]
          : [{ kind: how as 'order-canceled', clientId, reason: 'end' }];
    return [accepted, ...ours, ...fills, ...end];
  });

const aTelling = aLife.chain((life) =>
  fc
    .array(fc.constantFrom(...life), { maxLength: 4 })
    .chain((repeated) =>
      fc
        .shuffledSubarray([...life, ...repeated], { minLength: life.length + repeated.length })
        .map((told) => ({ life, told })),
    ),
);

test('one life told in any order with any repetition ends in the same record', () => {
  law(
    fc.property(aTelling, ({ life, told }) => {
      const table = new OrderTable(none);
      table.submit(order);
      for (const event of told) {
        const answer = take(table, event);
        assert.ok(answer === 'news' || answer === 'no news', answer);
        const isOpen = [...table.open()].length === 1;
        assert.is(isOpen, !isEnded(table.get(clientId) as OrderRecord));
        assert.is(table.openCount, Number(isOpen));
      }
      assert.equal(table.get(clientId), tableWith(...life).get(clientId));
    }),
    1000,
  );
});

test.run();
