import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf, lotsOf, ticksOf } from '../../src/core/units.ts';
import type { Report, VenueOrder } from '../../src/execution/report.ts';
import { aManager, type BookedEvent, bookedFills, recordsOf } from '../support/trade/managers.ts';
import { aFill, anOrder } from '../support/trade/orders.ts';

const clientId = 'desk-1-mm-1';
const order = anOrder({ clientId });
const accepted: Report = { kind: 'accepted', clientId, venueOrderId: '77' };
const canceled: Report = { kind: 'ended', clientId, how: 'canceled', reason: 'done' };
const filled = (tradeId: string, parts: Partial<Extract<Report, { kind: 'filled' }>> = {}) => ({
  kind: 'filled' as const,
  clientId,
  venueOrderId: '77',
  symbol: 'BTCUSDT',
  side: 'buy' as const,
  fill: aFill({ tradeId }),
  ...parts,
});
const kinds = (journal: readonly BookedEvent[]): string[] => journal.map(({ kind }) => kind);

/** A manager that has submitted `order` and heard these reports. */
function heard(...reports: readonly Report[]) {
  const tested = aManager();
  tested.manager.submit(order);
  for (const report of reports) tested.manager.onReport(report);
  return tested;
}

test('an intent is journaled before it is told', () => {
  const { manager, journal, told } = aManager();
  manager.submit(order);
  assert.equal(journal, [{ kind: 'order-submitted', order }]);
  assert.equal(told, [
    {
      kind: 'order-updated',
      record: manager.table.get(clientId),
      event: { kind: 'order-submitted', order },
      incident: null,
    },
  ]);
});

test('the reports of an order are booked once each, with what they make of it', () => {
  const { manager, journal, told } = heard(
    ...[accepted, accepted, filled('1'), filled('1'), canceled, canceled],
  );
  assert.equal(kinds(journal), [
    'order-submitted',
    'order-accepted',
    'order-filled',
    'order-canceled',
  ]);
  assert.equal(
    told.map((update) => update.kind === 'order-updated' && update.record.status),
    ['submitted', 'open', 'partially-filled', 'canceled'],
  );
  assert.is(manager.fillCount, 1);
});

test('what the venue did against its own rules is booked, and told as an incident', () => {
  const { told, journal } = heard({ ...canceled, how: 'rejected' }, filled('1'));
  assert.equal(
    told.map((update) => update.kind === 'order-updated' && update.incident),
    [null, null, 'alive-after-end', null],
  );
  assert.equal(bookedFills(journal), ['0|1']);
});

test('a fill that overtakes its acknowledgement brings it along', () => {
  const { journal, manager } = heard(filled('1'), accepted);
  assert.equal(kinds(journal), ['order-submitted', 'order-accepted', 'order-filled']);
  assert.is(manager.table.clientIdOf('77'), clientId);
});

const progressed = (filledLots: number, hasEnded = false): Report => ({
  kind: 'progressed',
  clientId,
  venueOrderId: '77',
  filledLots: lotsOf(filledLots),
  hasEnded,
});

test('progress that is not booked yet is asked about at once, and accepts the order', () => {
  const { manager, journal } = heard(progressed(40));
  assert.equal(kinds(journal), ['order-submitted', 'order-accepted']);
  assert.equal(manager.inquiries.due(0, 5), [clientId]);
  assert.not(manager.inquiries.onNotFound(clientId, Number.MAX_SAFE_INTEGER, 0));
});

test('progress that is booked already is no news', () => {
  const lots = Number(filled('t').fill.lots);
  const { manager } = heard(accepted, filled('t'), progressed(lots));
  assert.is(manager.inquiries.size, 0);
  manager.onReport(progressed(lots, true));
  assert.is(manager.inquiries.size, 1, 'but its end is');
  const ended = heard(accepted, filled('t'), canceled, progressed(lots, true));
  assert.is(ended.manager.inquiries.size, 0);
});

test('an order that has ended with a fill that nobody told of goes on counting', () => {
  const lots = filled('t').fill.lots;
  const missed = heard(accepted, { ...canceled, filledLots: lots });
  assert.equal(kinds(missed.journal), ['order-submitted', 'order-accepted']);
  assert.equal(missed.manager.inquiries.due(0, 5), [clientId]);
  missed.manager.onReport(filled('t'));
  assert.is(kinds(missed.journal).at(-1), 'order-canceled');
  assert.is(missed.manager.inquiries.size, 0);
  const unknown = heard({ ...canceled, clientId: 'nobody-1', filledLots: lots });
  assert.is(unknown.manager.inquiries.size, 0);
});

test('progress of an order that is not ours changes nothing', () => {
  const { manager, journal } = heard();
  manager.onReport({ ...progressed(1), clientId: 'somebody' } as Report);
  assert.equal(kinds(journal), ['order-submitted']);
  assert.is(manager.inquiries.size, 0);
});

test('an end closes the inquiry about an order', () => {
  const { manager } = heard(accepted);
  manager.inquiries.open(clientId, 0, 0);
  manager.onReport(canceled);
  assert.is(manager.inquiries.size, 0);
});

test('reports of an order that nobody knows are no news', () => {
  const { manager, journal } = aManager();
  manager.onReport(accepted);
  manager.onReport(canceled);
  assert.is(manager.record({ kind: 'cancel-submitted', clientId }), false);
  assert.equal(journal, []);
});

test('a fill of an order that is not ours is booked as that, once', () => {
  const { manager, journal } = aManager();
  const foreign = filled('9', { clientId: 'web_1' });
  manager.onReport(foreign);
  manager.onReport(foreign);
  const { symbol, side, fill } = foreign;
  assert.equal(journal, [{ kind: 'external-filled', venue: 'v', symbol, side, fill }]);
  assert.is(manager.fillCount, 1);
});

test('a fill on a market that is not followed is nobody’s', () => {
  const { manager, journal } = aManager();
  manager.onReport(filled('9', { clientId: 'web_1', symbol: 'SOLUSDT' }));
  assert.equal(journal, []);
});

test('a fill of an own order that the journal lost is left to who can take the order over', () => {
  const { manager, journal } = aManager();
  manager.onReport(filled('1'));
  assert.equal(journal, []);
  manager.adopt(found());
  manager.onReport(filled('1'));
  assert.is(manager.table.get(clientId)?.filledLots, 40);
});

test('an order that ended long ago is recalled from the journal, an unknown one is not', () => {
  const first = heard(accepted, canceled);
  const { manager, journal } = aManager(first.journal);
  assert.is(manager.table.get(clientId), undefined);
  assert.is(manager.recordOf(clientId)?.status, 'canceled');
  assert.is(manager.recordOf('desk-1-mm-2'), undefined);
  assert.is(manager.recordOf('web_1'), undefined);
  manager.onReport(filled('1'));
  assert.is(recordsOf(journal).get(clientId)?.filledLots, 40);
});

test('a fill that was booked before a restart is booked no more', () => {
  const first = heard(accepted, filled('1'));
  const { manager, journal } = aManager(first.journal);
  manager.onReport(filled('1'));
  manager.onReport(filled('2'));
  assert.equal(bookedFills(journal), ['0|1', '0|2']);
});

function found(parts: Partial<VenueOrder> = {}): VenueOrder {
  return {
    clientId,
    venueOrderId: '77',
    symbol: 'ETHUSDT',
    side: 'sell',
    kind: 'limit',
    ticks: ticksOf(10),
    lots: lotsOf(100),
    filledLots: lotsOf(0),
    state: 'open',
    ...parts,
  };
}

test('an own order that the journal lost is taken over as the venue has it', () => {
  const { manager, journal } = aManager();
  manager.adopt(found());
  assert.equal(journal, [
    {
      kind: 'order-submitted',
      order: {
        clientId,
        strategy: 'mm',
        venue: 'v',
        instrument: 1,
        side: 'sell',
        kind: 'limit',
        timeInForce: 'gtc',
        isPostOnly: false,
        isReduceOnly: false,
        ticks: 10,
        lots: 100,
        epoch: 0,
        decidedNs: 0,
        deadlineNs: 0,
      },
    },
  ]);
  manager.adopt(found({ clientId: 'desk-1-mm-2', symbol: 'SOLUSDT' }));
  assert.is(journal.length, 1);
});

test('the proof that the venue has no order is booked in the words its past allows', () => {
  const ofThisBoot = heard();
  ofThisBoot.manager.conclude(clientId, true);
  assert.is(ofThisBoot.manager.table.get(clientId)?.status, 'rejected-unacked');
  const ofAnother = heard();
  ofAnother.manager.conclude(clientId, false);
  assert.is(ofAnother.manager.table.get(clientId)?.status, 'abandoned');
  const rested = heard(accepted);
  rested.manager.conclude(clientId, true);
  assert.is(rested.manager.table.get(clientId)?.status, 'canceled');
  const unknown = aManager();
  unknown.manager.conclude(clientId, true);
  assert.equal(unknown.journal, []);
});

const transfer = (transferId: string, amount: bigint): Report => ({
  kind: 'transferred',
  transferId,
  asset: 'USDT',
  amount: amountOf(amount),
});

test('money in or out is booked once for each transfer of the latest thousand', () => {
  const { manager, journal } = aManager();
  for (const amount of [5n, -3n]) {
    manager.onReport(transfer(`t${amount}`, amount));
    manager.onReport(transfer(`t${amount}`, amount));
  }
  const booked = { kind: 'transferred', venue: 'v', asset: 'USDT' };
  assert.equal(journal, [
    { ...booked, transferId: 't5', amount: 5n, reason: 'deposit' },
    { ...booked, transferId: 't-3', amount: -3n, reason: 'withdrawal' },
  ]);
  for (let at = 0; at < 998; at += 1) manager.onReport(transfer(`${at}`, 1n));
  manager.onReport(transfer('t5', 5n));
  assert.is(journal.length, 1000);
  manager.onReport(transfer('one more', 1n));
  manager.onReport(transfer('t-3', -3n));
  assert.is(journal.length, 1001, 'the second is still remembered');
  manager.onReport(transfer('t5', 5n));
  assert.is(journal.length, 1002, 'the first is not');
});

test('funding is cash that is told from deposits', () => {
  const { manager, journal } = aManager();
  manager.onReport({ ...transfer('f1', -9n), reason: 'funding' } as Report);
  const [booked] = journal as readonly { reason?: string; amount?: bigint }[];
  assert.equal([booked?.reason, booked?.amount], ['funding', -9n]);
});

test('what cannot be journaled does not happen', () => {
  const { manager, journal } = heard(accepted);
  journal.push = () => {
    throw new Error('disk full');
  };
  assert.throws(() => manager.onReport(filled('1')), /disk full/);
  assert.throws(() => manager.submit(anOrder({ clientId: 'desk-1-mm-2' })), /disk full/);
  assert.is(manager.table.get(clientId)?.filledLots, 0);
  assert.not.ok(manager.table.isKnownFill(0, '1'));
  assert.is(manager.table.get('desk-1-mm-2'), undefined);
});

test.run();
