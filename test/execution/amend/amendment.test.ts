import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Amending, mayAmend } from '../../../src/execution/amend/amending.ts';
import {
  amendmentOf,
  hasTerms,
  isAmendEvent,
  worstLots,
  worstTicks,
} from '../../../src/execution/amend/amendment.ts';
import { applyOrderEvent, type OrderRecord, openLots } from '../../../src/execution/order.ts';
import { amendEvents, anAmendIntent, anAmendment } from '../../support/trade/amendments.ts';
import { aFill, anOrder, aRecord, type LaterEvent } from '../../support/trade/orders.ts';

const order = anOrder();
const { clientId } = order;
const accepted: LaterEvent = { kind: 'order-accepted', clientId, venueOrderId: '77' };
const canceled: LaterEvent = { kind: 'order-canceled', clientId, reason: 'x' };
const cancel: LaterEvent = { kind: 'cancel-submitted', clientId };
const filled = (lots: number, tradeId = String(lots)): LaterEvent => ({
  kind: 'order-filled',
  clientId,
  fill: aFill({ tradeId, lots }),
});
const amend = amendEvents();
const after = (...events: LaterEvent[]): OrderRecord => aRecord(order, accepted, ...events);
const larger = anAmendment(6_100_000, 150);

test('until the venue has answered both terms of an order count', () => {
  assert.is(worstTicks(after()), 6_000_000);
  const shrinking = after(amend.submitted());
  assert.equal([shrinking.order.ticks, openLots(shrinking)], [6_000_000, 100]);
  assert.equal([worstTicks(shrinking), worstLots(shrinking)], [6_000_000, 100]);
  const growing = after(amend.submitted(larger));
  assert.equal([worstTicks(growing), openLots(growing)], [6_100_000, 150]);
  assert.is(growing.isAmendUnknown, false);
  const sale = aRecord(anOrder({ side: 'sell' }), amend.submitted(larger));
  assert.is(worstTicks(sale), 6_000_000, 'a sale meets more the lower its price is');
});

test('what was not answered goes on counting until something is proven', () => {
  const record = after(amend.submitted(larger), amend.unknown, filled(100));
  assert.is(record.isAmendUnknown, true);
  assert.equal([record.status, openLots(record)], ['partially-filled', 50]);
  const proven = aRecord(order, accepted, amend.submitted(larger), filled(100), amend.rejected);
  assert.equal([proven.status, openLots(proven), proven.amendment], ['filled', 0, null]);
});

test('accepted terms are those of the order, and fills count against them', () => {
  const record = after(filled(40), amend.submitted(), amend.accepted());
  assert.equal([record.order.ticks, record.order.lots, openLots(record)], [5_900_000, 60, 20]);
  assert.equal([record.amendment, record.isAmendUnknown], [null, false]);
  assert.is(aRecord(order, filled(60), amend.submitted(), amend.accepted()).status, 'filled');
  assert.is(after(amend.submitted(), amend.accepted(), filled(60)).status, 'filled');
});

test('refused or rejected terms leave the order as it was', () => {
  for (const no of [amend.refused, amend.rejected]) {
    const record = after(filled(40), amend.submitted(larger), no);
    const { ticks, lots } = record.order;
    assert.equal([ticks, lots, openLots(record), record.amendment], [6_000_000, 100, 60, null]);
    assert.is(record.status, 'partially-filled');
  }
});

test('only more than the larger of both terms is an overfill', () => {
  const growing = after(amend.submitted(larger));
  assert.is(applyOrderEvent(growing, filled(150)).incident, null);
  assert.is(applyOrderEvent(growing, filled(151)).incident, 'overfill');
  const { incident } = applyOrderEvent(after(amend.submitted(larger), filled(120)), amend.rejected);
  assert.is(incident, 'overfill', 'they were rejected, and more than the old size has filled');
});

test('a cancellation is possible while terms are under way, and an end is an end', () => {
  const record = after(amend.submitted(larger), cancel, canceled);
  assert.equal([record.status, openLots(record)], ['canceled', 0]);
  const learned = applyOrderEvent(record, amend.accepted(6_100_000, 150)).record;
  assert.equal([learned.status, learned.order.lots, openLots(learned)], ['canceled', 150, 0]);
  assert.is(applyOrderEvent(record, filled(120)).incident, null, 'a late fill of the new terms');
});

test('an outcome that nobody waits for is no doubt', () => {
  assert.is(after(amend.unknown).isAmendUnknown, false);
  assert.equal(after(amend.rejected), after());
});

test('events of amendments are told from all others', () => {
  const { submitted, accepted: done, ...others } = amend;
  for (const event of [submitted(), done(), ...Object.values(others)]) {
    assert.ok(isAmendEvent(event), event.kind);
  }
  assert.not.ok(isAmendEvent(canceled));
});

test('an intent is journaled with the terms and times of its own decision', () => {
  const intent = anAmendIntent({ ticks: 5, lots: 7, epoch: 3 }, 4);
  const { ticks, lots, epoch } = amendmentOf(intent);
  assert.equal([ticks, lots, epoch], [5, 11, 3]);
  assert.ok(hasTerms(anAmendment(), anAmendment()));
  assert.not.ok(hasTerms(anAmendment(), anAmendment(5_900_000, 61)));
});

const anything: Amending = { changes: 'price-and-size', isQueued: false };
const down: Amending = { changes: 'size-down', isQueued: false };

test('an amendment below what has filled, or of what does not rest, is refused at once', () => {
  const rests = after(filled(40));
  assert.ok(mayAmend(rests, anAmendment(1, 41), anything));
  assert.not.ok(mayAmend(rests, anAmendment(1, 40), anything), 'nothing would be left');
  assert.not.ok(mayAmend(aRecord(order), anAmendment(), anything), 'the venue has not named it');
  for (const event of [amend.submitted(), cancel, canceled]) {
    assert.not.ok(mayAmend(after(event), anAmendment(), anything), event.kind);
  }
});

test('a venue that only lets sizes shrink is asked for nothing else', () => {
  const { ticks } = order;
  assert.ok(mayAmend(after(), anAmendment(ticks, 99), down));
  assert.not.ok(mayAmend(after(), anAmendment(ticks, 100), down));
  assert.not.ok(mayAmend(after(), anAmendment(ticks, 101), down));
  assert.not.ok(mayAmend(after(), anAmendment(ticks + 1, 99), down));
});

test.run();
