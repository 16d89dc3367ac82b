/** What the order manager and reconciliation learn of the terms of orders that rest. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenInvariant } from '../../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { Inquiries } from '../../../src/execution/inquiries.ts';
import type { OrderRecord } from '../../../src/execution/order.ts';
import { EVIDENCE_NUMBERS } from '../../../src/execution/proof/evidence.ts';
import { inquire } from '../../../src/execution/reconciliation.ts';
import type { VenueOrder } from '../../../src/execution/report.ts';
import { anAmendment } from '../../support/trade/amendments.ts';
import { aManager } from '../../support/trade/managers.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { Reconciler, WINDOW_MS } from '../../support/trade/reconcilers.ts';

const isBroken = (thrown: unknown): boolean => thrown instanceof BrokenInvariant;
const order = anOrder({ venue: 'v' });
const { clientId } = order;

/** A manager with one order that rests. */
function aDesk() {
  const { manager, journal, told } = aManager();
  manager.submit(order);
  manager.record({ kind: 'order-accepted', clientId, venueOrderId: '77' });
  const now = (): OrderRecord => manager.recordOf(clientId) as OrderRecord;
  const found = (ticks: number, lots: number, more: Partial<VenueOrder> = {}): VenueOrder => ({
    ...{ clientId, venueOrderId: '77', symbol: 'BTCUSDT', side: 'buy', kind: 'limit' },
    ticks: ticksOf(ticks),
    lots: lotsOf(lots),
    filledLots: lotsOf(0),
    state: 'open',
    ...more,
  });
  const amended = (ticks: number, lots: number, id = clientId) =>
    manager.onReport({
      ...{ kind: 'amended', clientId: id, venueOrderId: '77' },
      ticks: ticksOf(ticks),
      lots: lotsOf(lots),
    });
  return { manager, journal, told, now, found, amended };
}

const OLD = [6_000_000, 100] as const;
const NEW = [5_900_000, 60] as const;

test('terms are journaled with what led to them, and told without', () => {
  const { manager, journal, told, now } = aDesk();
  const evidence = new Float64Array(EVIDENCE_NUMBERS.length);
  manager.amend(clientId, anAmendment(), evidence);
  const [kept, heard] = [journal.at(-1), told.at(-1)];
  assert.ok(kept?.kind === 'amend-submitted' && kept.evidence === evidence);
  assert.ok(heard?.kind === 'order-updated' && !('evidence' in heard.event));
  assert.equal(now().amendment, anAmendment());
});

test('an order is journaled with what led to it, and told without', () => {
  const { manager, journal, told } = aManager();
  const evidence = new Float64Array(EVIDENCE_NUMBERS.length);
  manager.submit(order, evidence);
  const [kept, heard] = [journal.at(-1), told.at(-1)];
  assert.ok(kept?.kind === 'order-submitted' && kept.evidence === evidence);
  assert.ok(heard?.kind === 'order-updated' && !('evidence' in heard.event));
});

test('only one amendment of an open order is under way', () => {
  const { manager } = aDesk();
  assert.throws(() => manager.amend('desk-1-mm-9', anAmendment()), isBroken);
  manager.amend(clientId, anAmendment());
  assert.throws(() => manager.amend(clientId, anAmendment()), isBroken);
  manager.record({ kind: 'order-canceled', clientId, reason: 'x' });
  assert.throws(() => manager.amend(clientId, anAmendment()), isBroken);
});

test('an answer that shows the new terms proves them, whenever it comes', () => {
  const { manager, now, found } = aDesk();
  manager.amend(clientId, anAmendment());
  assert.ok(manager.learnTerms(now(), found(...NEW), false));
  assert.equal([now().order.ticks, now().amendment], [5_900_000, null]);
});

test('an answer that shows the old terms proves nothing before the request is void', () => {
  const { manager, now, found } = aDesk();
  manager.amend(clientId, anAmendment());
  assert.not.ok(manager.learnTerms(now(), found(...OLD), false));
  assert.not.ok(manager.learnTerms(now(), found(...OLD, { isAmending: true }), true), 'it waits');
  assert.ok(now().amendment !== null);
  assert.ok(manager.learnTerms(now(), found(...OLD), true));
  assert.equal([now().order.ticks, now().amendment], [6_000_000, null]);
});

test('terms that nobody here has asked for are those of the venue all the same', () => {
  const { manager, journal, now, found } = aDesk();
  assert.ok(manager.learnTerms(now(), found(...OLD), true));
  assert.is(journal.length, 2, 'no news');
  assert.ok(manager.learnTerms(now(), found(6_050_000, 80), false));
  assert.equal([now().order.ticks, now().order.lots], [6_050_000, 80]);
  manager.amend(clientId, anAmendment());
  assert.ok(manager.learnTerms(now(), found(6_060_000, 70), true), 'neither the old nor the new');
  assert.equal([now().order.ticks, now().amendment], [6_060_000, null]);
});

test('an answer to a question from before a change says nothing of it', () => {
  const { manager, now, found } = aDesk();
  const before = now();
  manager.amend(clientId, anAmendment());
  assert.not.ok(manager.learnTerms(before, found(...OLD), true));
  manager.record({ kind: 'amend-accepted', clientId, ticks: ticksOf(1), lots: lotsOf(60) });
  assert.ok(manager.learnTerms(before, found(...OLD), true), 'nothing is in doubt');
  assert.is(now().order.ticks, 1);
});

test('of market orders, ended ones and those that nobody knows there are no terms to learn', () => {
  const { manager, journal, now, found } = aDesk();
  const events = journal.length;
  assert.ok(manager.learnTerms(now(), found(0, 5, { kind: 'market' }), true));
  const other = { ...now(), order: anOrder({ clientId: 'web-1' }) };
  assert.ok(manager.learnTerms(other, found(...NEW), true));
  manager.record({ kind: 'order-canceled', clientId, reason: 'x' });
  assert.ok(manager.learnTerms(now(), found(...NEW), true));
  assert.is(journal.length, events + 1);
});

test('a stream books no terms: of those that are not known the venue is asked', () => {
  const { manager, journal, amended } = aDesk();
  amended(...OLD);
  amended(...NEW, 'web-1');
  assert.is(manager.inquiries.size, 0);
  manager.amend(clientId, anAmendment());
  amended(...NEW);
  assert.is(manager.inquiries.size, 0, 'the answer to the request is on its way');
  manager.record({ kind: 'amend-accepted', clientId, ticks: ticksOf(5_900_000), lots: lotsOf(60) });
  amended(6_100_000, 60);
  assert.ok(manager.inquiries.has(clientId));
  assert.is(journal.length, 4);
  manager.record({ kind: 'order-canceled', clientId, reason: 'x' });
  amended(...NEW);
});

test('an amendment that is told first names its order, as every report does', () => {
  const { manager } = aManager();
  manager.submit(order);
  const [ticks, lots] = [ticksOf(6_000_000), lotsOf(100)];
  manager.onReport({ kind: 'amended', clientId, venueOrderId: '77', ticks, lots });
  assert.is(manager.recordOf(clientId)?.venueOrderId, '77');
});

test('a request to amend is void a second after its window, by the clock of the venue', () => {
  const inquiries = new Inquiries();
  assert.not.ok(inquiries.isTooLateToAmend('a', 1e12), 'nobody asks');
  inquiries.open('a', 10_000, 0);
  assert.not.ok(inquiries.isTooLateToAmend('a', 1e12), 'the answer to it may still come');
  inquiries.openAmend('a', 20_000, 0);
  assert.not.ok(inquiries.isTooLateToAmend('a', 21_000));
  assert.ok(inquiries.isTooLateToAmend('a', 21_001));
});

test('an inquiry about lost terms goes on until the request is void, and then ends', async () => {
  const desk = new Reconciler();
  desk.place(anOrder({ venue: 'v', lots: 10, ticks: 100 }));
  desk.hear();
  const { manager, venue } = desk;
  manager.amend(clientId, anAmendment(90, 10));
  manager.record({ kind: 'amend-outcome-unknown', clientId, reason: 'silence' });
  const untilMs = venue.nowMs + WINDOW_MS;
  manager.inquiries.openAmend(clientId, untilMs, 0);
  const ask = () => inquire(desk.port, manager.inquiries, desk.options, [clientId]);
  await ask();
  assert.ok(manager.inquiries.has(clientId), 'it may still arrive');
  assert.is(manager.recordOf(clientId)?.isAmendUnknown, true);
  venue.wait(WINDOW_MS + 1_100);
  await ask();
  assert.not.ok(manager.inquiries.has(clientId));
  assert.is(manager.recordOf(clientId)?.amendment, null);
});

test('a restart takes back an order whatever its terms are', async () => {
  const desk = new Reconciler();
  desk.place(anOrder({ venue: 'v', lots: 10, ticks: 100 }));
  desk.hear();
  desk.manager.amend(clientId, anAmendment(90, 20));
  const again = new Reconciler(desk.venue, desk.tested.journal);
  assert.is(again.manager.recordOf(clientId)?.amendment?.lots, 20, 'both count after a crash');
  const run = again.run('restart');
  again.hear();
  const outcome = await run;
  assert.is(outcome.kind, 'agreed');
  assert.is(again.manager.recordOf(clientId)?.status, 'canceled');
});

test.run();
