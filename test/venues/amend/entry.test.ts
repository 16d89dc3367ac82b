/** The last hop of an amendment: gate, journal, gate again, socket, and what comes of it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf } from '../../../src/core/units.ts';
import type { ApprovedAmendment } from '../../../src/risk/approved-order.ts';
import type { RequestOutcome } from '../../../src/venues/port.ts';
import { anEntry, REQUEST_TIMEOUT_MS } from '../../support/edge/order-entry.ts';
import { anApproved, RECEIVE_WINDOW_MS } from '../../support/edge/order-socket.ts';
import { amendEvents, anAmendIntent } from '../../support/trade/amendments.ts';
import { aFill } from '../../support/trade/orders.ts';

const ID = 'desk-1-mm-1';
const DONE: RequestOutcome = { kind: 'done', venueOrderId: '77' };
const UNKNOWN: RequestOutcome = { kind: 'unknown', reason: '-1007 timeout' };
const REFUSED: RequestOutcome = {
  ...{ kind: 'refused', code: -2038, reason: '-2038 no' },
  retryAfterMs: 0,
};

/** An entry whose first order rests; its venue lets sizes shrink, or changes everything. */
function resting({ isQueued = false, changes = 'price-and-size' as const } = {}) {
  const desk = anEntry();
  desk.amending.isQueued = isQueued;
  desk.amending.changes = changes;
  desk.entry.place(anApproved());
  desk.reply(0, DONE);
  const amend = (parts = {}, filledLots = 0): void =>
    desk.entry.amend(
      anAmendIntent({ ticks: 5_900_000, lots: 60, ...parts }, filledLots) as ApprovedAmendment,
    );
  const record = () => desk.manager.recordOf(ID);
  return { ...desk, amend, record, later: () => desk.kinds().slice(2) };
}

test('an amendment is journaled before it is sent, and accepted terms are the order', () => {
  const { amend, sent, world, later, reply, record, metrics } = resting();
  let sentBefore = -1;
  world.journaled = () => {
    sentBefore = sent.length;
  };
  amend();
  assert.is(sentBefore, 1);
  assert.equal(later(), ['amend-submitted']);
  assert.equal([sent[1]?.method, metrics.amends], ['order.amend.keepPriority', 1]);
  reply(1, DONE);
  assert.equal(later(), ['amend-submitted', 'amend-accepted']);
  assert.equal([record()?.order.ticks, record()?.order.lots], [5_900_000, 60]);
});

test('an amendment that cannot be journaled is not sent', () => {
  const { amend, sent, world } = resting();
  world.journaled = () => {
    throw new Error('the disk is full');
  };
  assert.throws(() => amend(), /the disk is full/);
  assert.is(sent.length, 1);
});

test('a closed gate drops an amendment before anything is journaled', () => {
  const { amend, gate, later, dropped, sent, metrics } = resting();
  gate.close('emergency');
  amend();
  assert.equal([later(), dropped, sent.length], [[], [ID], 1]);
  assert.is(metrics.refusals.get('halted'), 1);
});

test('an amendment that is past its deadline is dropped', () => {
  const { amend, env, dropped } = resting();
  env.stall(10);
  amend({ deadlineNs: 0 });
  assert.equal(dropped, [ID]);
});

test('a gate that closes behind the journal stops an amendment, and the order is as it was', () => {
  const { amend, gate, world, later, sent, record } = resting();
  world.journaled = () => gate.close('emergency');
  amend();
  assert.equal(later(), ['amend-submitted', 'amend-refused']);
  assert.equal([sent.length, record()?.order.lots, record()?.amendment], [1, 100, null]);
});

test('without a socket nothing leaves, and the order is as it was', () => {
  const { amend, world, later } = resting();
  world.isConnected = false;
  amend();
  assert.equal(later(), ['amend-submitted', 'amend-refused']);
});

test('what cannot be amended is dropped: asked back, under way, filled so far, or unknown', () => {
  const cases: ((desk: ReturnType<typeof resting>) => void)[] = [
    ({ entry, amend }) => {
      entry.cancel(ID);
      amend();
    },
    ({ manager, amend }) => {
      manager.record({ kind: 'order-filled', clientId: ID, fill: aFill({ lots: 60 }) });
      amend();
    },
    ({ amend }) => amend({ clientId: 'desk-1-mm-2' }),
  ];
  for (const run of cases) {
    const desk = resting();
    run(desk);
    assert.is(desk.dropped.length, 1);
    assert.not.ok(desk.kinds().includes('amend-submitted'));
    assert.is(desk.metrics.refusals.get('not-amendable'), 1);
  }
  const busy = resting();
  busy.amend();
  busy.amend({ lots: 50 });
  assert.equal([busy.later(), busy.dropped], [['amend-submitted'], [ID]]);
});

test('a venue that only shrinks orders is asked for nothing else', () => {
  const { amend, dropped, sent } = resting({ changes: 'size-down' as never });
  amend();
  assert.equal([dropped, sent.length], [[ID], 1]);
  amend({ ticks: 6_000_000, lots: 20 }, 40);
  assert.is(sent.length, 2);
});

test('an amendment that the venue refuses leaves the old order, which is asked about', () => {
  const { amend, reply, later, record, manager, metrics } = resting();
  amend();
  reply(1, REFUSED);
  assert.equal(later(), ['amend-submitted', 'amend-rejected']);
  assert.equal([record()?.status, record()?.order.lots, metrics.rejects], ['open', 100, 1]);
  assert.ok(manager.inquiries.has(ID), 'perhaps because it has ended');
});

test('an answer that says nothing leaves both terms counting until the venue is asked', () => {
  const { amend, reply, later, record, manager, env } = resting();
  const atMs = env.nowMs;
  amend();
  reply(1, UNKNOWN);
  assert.equal(later(), ['amend-submitted', 'amend-outcome-unknown']);
  assert.equal([record()?.isAmendUnknown, record()?.amendment?.lots], [true, 60]);
  const voidMs = atMs + RECEIVE_WINDOW_MS + 1_000;
  assert.not.ok(manager.inquiries.isTooLateToAmend(ID, voidMs));
  assert.ok(manager.inquiries.isTooLateToAmend(ID, voidMs + 1));
});

test('no answer in time, or a lost connection, is an answer that says nothing', () => {
  const late = resting();
  late.amend();
  late.env.stall(REQUEST_TIMEOUT_MS);
  late.entry.expire();
  assert.is(late.record()?.isAmendUnknown, true);
  const lost = resting();
  lost.amend();
  lost.entry.onDisconnected();
  assert.is(lost.record()?.isAmendUnknown, true);
});

test('a venue that has taken the wish down is asked what it made of it', () => {
  const { amend, reply, later, record, manager } = resting({ isQueued: true });
  amend();
  reply(1, DONE);
  assert.equal(later(), ['amend-submitted']);
  assert.is(record()?.amendment?.lots, 60, 'both count');
  assert.ok(manager.inquiries.has(ID));
});

test('an answer that comes when the terms are known, or others are under way, says nothing', () => {
  const { amend, reply, later, manager } = resting();
  amend();
  manager.record(amendEvents(ID).accepted());
  amend({ lots: 50 });
  reply(1, REFUSED);
  assert.equal(later(), ['amend-submitted', 'amend-accepted', 'amend-submitted']);
  assert.is(manager.recordOf(ID)?.amendment?.lots, 50);
});

test('doubt about earlier terms does not touch those that are under way', () => {
  const { amend, entry, later, manager } = resting();
  amend();
  manager.record(amendEvents(ID).accepted());
  entry.onDisconnected();
  assert.equal(later(), ['amend-submitted', 'amend-accepted']);
  assert.ok(manager.inquiries.has(ID));
});

test('a cancellation goes out while an amendment is under way', () => {
  const { amend, entry, sent, reply, record } = resting();
  amend();
  entry.cancel(ID);
  assert.is(sent[2]?.method, 'order.cancel');
  reply(1, DONE);
  assert.equal([record()?.order.lots, record()?.isCancelRequested], [lotsOf(60), true]);
});

test('the answer to an amendment of an order that is forgotten says nothing', () => {
  const { amend, reply, manager, later } = resting();
  amend();
  manager.record({ kind: 'order-canceled', clientId: ID, reason: 'x' });
  reply(1, UNKNOWN);
  assert.equal(later(), ['amend-submitted', 'order-canceled']);
});

test.run();
