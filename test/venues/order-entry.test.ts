import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HaltCause, PAUSE_CAUSES } from '../../src/control/gate.ts';
import { lotsOf } from '../../src/core/units.ts';
import type { RequestOutcome } from '../../src/venues/port.ts';
import { anEntry, REQUEST_TIMEOUT_MS, type TestEntry } from '../support/edge/order-entry.ts';
import { anApproved, RECEIVE_WINDOW_MS } from '../support/edge/order-socket.ts';
import { aStop } from '../support/trade/natives.ts';

const ID = 'desk-1-mm-1';
const TIMEOUT_MS = REQUEST_TIMEOUT_MS;

const DONE: RequestOutcome = { kind: 'done', venueOrderId: '77' };
const UNKNOWN: RequestOutcome = { kind: 'unknown', reason: '-1007 timeout' };
const refusedFor = (retryAfterMs: number): RequestOutcome => ({
  kind: 'refused',
  code: -2010,
  reason: '-2010 no money',
  retryAfterMs,
});

test('an order is journaled before it is sent, once', () => {
  const { entry, sent, world, metrics, kinds } = anEntry();
  let sentBefore = -1;
  world.journaled = () => {
    sentBefore = sent.length;
  };
  entry.place(anApproved());
  assert.is(sentBefore, 0);
  assert.equal(kinds(), ['order-submitted']);
  assert.equal(
    sent.map(({ method, params }) => [method, params['newClientOrderId']]),
    [['order.place', ID]],
  );
  assert.is(metrics.orders, 1);
});

test('an order that cannot be journaled is not sent', () => {
  const { entry, sent, world, status } = anEntry();
  world.journaled = () => {
    throw new Error('the disk is full');
  };
  assert.throws(() => entry.place(anApproved()), /the disk is full/);
  assert.equal(sent, []);
  assert.is(status(), undefined);
});

const closed: [why: string, close: (entry: TestEntry) => void][] = [
  ['halted', ({ gate }) => gate.close('emergency')],
  ['stale-epoch', ({ gate }) => haltAndReopen(gate)],
  ['venue-paused', ({ gate }) => gate.pauseVenue(0, 'disconnected')],
  ['instrument-paused', ({ gate }) => gate.pauseInstrument(0, 'operator')],
];

function haltAndReopen(gate: { close(cause: HaltCause): void; open(cause: HaltCause): void }) {
  gate.close('emergency');
  gate.open('emergency');
}

for (const [why, close] of closed) {
  test(`a closed gate drops an order before anything is journaled: ${why}`, () => {
    const desk = anEntry();
    close(desk);
    desk.entry.place(anApproved());
    assert.equal(desk.dropped, [ID]);
    assert.equal([...desk.metrics.refusals], [[why, 1]]);
    assert.equal([desk.sent, desk.kinds(), desk.metrics.orders], [[], [], 0]);
  });

  test(`a gate that closes while the intent is written keeps it in: ${why}`, () => {
    const desk = anEntry();
    desk.world.journaled = ({ kind }) => {
      if (kind === 'order-submitted') close(desk);
    };
    desk.entry.place(anApproved());
    assert.equal(desk.sent, []);
    assert.equal(desk.kinds(), ['order-submitted', 'order-refused']);
    assert.equal([desk.status(), desk.reason()], ['refused', why]);
    assert.equal([...desk.metrics.refusals], [[why, 1]]);
  });
}

test('each cause of a pause keeps orders in', () => {
  for (const cause of PAUSE_CAUSES) {
    const { gate, entry, sent } = anEntry();
    gate.pauseVenue(0, cause);
    entry.place(anApproved());
    assert.equal(sent, [], cause);
  }
});

test('a lower mode keeps in what would add risk and lets out what takes it away', () => {
  const { gate, entry, sent, metrics } = anEntry();
  gate.setMode('manual');
  const { epoch } = gate;
  entry.place(anApproved({ clientId: 'desk-1-mm-1', epoch }));
  entry.place(anApproved({ clientId: 'desk-1-mm-2', epoch, isReduceOnly: true }));
  assert.equal(
    sent.map(({ params }) => params['newClientOrderId']),
    ['desk-1-mm-2'],
  );
  assert.equal([...metrics.refusals], [['mode', 1]]);
});

test('C10: in Emergency a slice leaves under the permit, and nothing else', () => {
  const { entry, gate, sent, metrics } = anEntry();
  gate.close('emergency');
  gate.setMode('emergency');
  gate.permitFlattening();
  const { epoch } = gate;
  const slice = { strategy: 'flatten', isReduceOnly: true, epoch };
  entry.place(anApproved({ ...slice, clientId: 'desk-1-flatten-1' }));
  entry.place(anApproved({ ...slice, clientId: 'desk-1-mm-2', strategy: 'mm' }));
  entry.place(anApproved({ ...slice, clientId: 'desk-1-flatten-2', isReduceOnly: false }));
  gate.withdrawPermit();
  entry.place(anApproved({ ...slice, clientId: 'desk-1-flatten-3' }));
  assert.equal(
    sent.map(({ params }) => params['newClientOrderId']),
    ['desk-1-flatten-1'],
  );
  assert.equal(
    [...metrics.refusals],
    [
      ['halted', 1],
      ['mode', 1],
      ['no-permit', 1],
    ],
  );
});

test('an intent that is past its deadline is dropped, at the deadline it still goes', () => {
  const { env, entry, sent, dropped } = anEntry();
  env.stall(500);
  entry.place(anApproved({ clientId: 'desk-1-mm-1', deadlineNs: 500e6 }));
  entry.place(anApproved({ clientId: 'desk-1-mm-2', deadlineNs: 500e6 - 1 }));
  assert.is(sent.length, 1);
  assert.equal(dropped, ['desk-1-mm-2']);
});

test('an intent that goes stale while it is written is not sent', () => {
  const { env, entry, sent, world, reason } = anEntry();
  world.journaled = () => env.stall(600);
  entry.place(anApproved({ deadlineNs: 500e6 }));
  assert.equal(sent, []);
  assert.is(reason(), 'stale-intent');
});

test('an order that the socket did not take is refused, since it cannot have left', () => {
  const { entry, world, status, reason, metrics, manager, env } = anEntry();
  world.isConnected = false;
  entry.place(anApproved());
  assert.equal([status(), reason()], ['refused', 'disconnected']);
  assert.equal([...metrics.refusals], [['disconnected', 1]]);
  env.stall(TIMEOUT_MS * 2);
  entry.expire();
  entry.onDisconnected();
  assert.is(status(), 'refused');
  assert.is(manager.inquiries.size, 0);
});

test('an accepted order is open under the id of the venue', () => {
  const { entry, manager, reply, status } = anEntry();
  entry.place(anApproved());
  reply(0, DONE);
  assert.is(status(), 'open');
  assert.is(manager.recordOf(ID)?.venueOrderId, '77');
  assert.is(manager.inquiries.size, 0);
});

test('an order that is refused for good is rejected and counted', () => {
  const { entry, reply, status, reason, metrics, throttled } = anEntry();
  entry.place(anApproved());
  reply(0, refusedFor(0));
  assert.equal([status(), reason(), metrics.rejects], ['rejected', '-2010 no money', 1]);
  assert.equal(throttled, []);
});

const doubts: [what: string, doubt: (entry: TestEntry) => void, said: RegExp][] = [
  ['answered with an unknown outcome', ({ reply }) => reply(0, UNKNOWN), /^-1007 timeout$/],
  ['said to be done without an id', ({ reply }) => reply(0, { ...DONE, venueOrderId: '' }), /id/],
  ['cut off by a disconnection', ({ entry }) => entry.onDisconnected(), /^disconnected$/],
  [
    'not answered in time',
    ({ env, entry }) => {
      env.stall(TIMEOUT_MS);
      entry.expire();
    },
    /^no answer within 2000 ms$/,
  ],
];
for (const [what, doubt, said] of doubts) {
  test(`an order is unknown and asked about, neither failed nor sent again: ${what}`, () => {
    const desk = anEntry();
    desk.entry.place(anApproved());
    doubt(desk);
    assert.is(desk.status(), 'unknown');
    assert.match(desk.reason() as string, said);
    assert.equal(desk.manager.inquiries.due(desk.env.clock.mono(), 5), [ID]);
    desk.env.stall(60_000);
    desk.entry.expire();
    desk.entry.onDisconnected();
    assert.is(desk.sent.length, 1, 'it is never sent again');
    assert.is(desk.status(), 'unknown');
  });
}

test('absence is no proof before the venue can no longer act on the request', () => {
  const { entry, manager, reply, env } = anEntry();
  entry.place(anApproved());
  const sentMs = env.nowMs;
  reply(0, UNKNOWN);
  const { inquiries } = manager;
  const isProof = (venueMs: number) => inquiries.onNotFound(ID, venueMs, env.clock.mono());
  const lastMs = sentMs + RECEIVE_WINDOW_MS + 1_000;
  assert.equal([isProof(lastMs), isProof(lastMs), isProof(lastMs)], [false, false, false]);
  assert.is(isProof(lastMs + 1), true);
});

test('an answer that comes after all, or twice, changes nothing by itself', () => {
  const { entry, env, reply, status } = anEntry();
  entry.place(anApproved());
  env.stall(TIMEOUT_MS);
  entry.expire();
  reply(0, refusedFor(0));
  reply(0, DONE);
  assert.is(status(), 'unknown', 'only a question or the user stream tells now');
  entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
  reply(1, DONE);
  reply(1, refusedFor(0));
  assert.is(status('desk-1-mm-2'), 'open');
});

test('an answer to a question that nobody asked is nobody’s', () => {
  const { entry, status, kinds } = anEntry();
  entry.place(anApproved());
  entry.onReply('4711', refusedFor(0));
  entry.onReply('', DONE);
  assert.is(status(), 'submitted');
  assert.equal(kinds(), ['order-submitted']);
});

test('answers out of order find their own orders', () => {
  const { entry, reply, status } = anEntry();
  entry.place(anApproved({ clientId: 'desk-1-mm-1' }));
  entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
  reply(1, refusedFor(0));
  reply(0, DONE);
  assert.equal([status('desk-1-mm-1'), status('desk-1-mm-2')], ['open', 'rejected']);
});

test('only what is overdue is given up', () => {
  const { env, entry, status } = anEntry();
  entry.place(anApproved({ clientId: 'desk-1-mm-1' }));
  env.stall(1);
  entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
  env.stall(TIMEOUT_MS - 1);
  entry.expire();
  assert.equal([status('desk-1-mm-1'), status('desk-1-mm-2')], ['unknown', 'submitted']);
});

test('an order that ended before its answer failed to come is not doubted', () => {
  const { entry, manager, status } = anEntry();
  entry.place(anApproved());
  manager.onReport({ kind: 'ended', clientId: ID, how: 'expired', reason: 'stp' });
  entry.onDisconnected();
  assert.is(status(), 'expired');
  assert.is(manager.inquiries.size, 0);
});

test('a venue that wants to be left alone is heeded, whatever was asked of it', () => {
  const { entry, reply, throttled } = anEntry();
  entry.place(anApproved());
  entry.cancel(ID);
  reply(1, refusedFor(2_000));
  reply(0, refusedFor(60_000));
  assert.equal(throttled, [2_000, 60_000]);
});

test('a cancel passes a closed gate', () => {
  const { gate, entry, sent, kinds, metrics } = anEntry();
  entry.place(anApproved());
  gate.close('emergency');
  gate.pauseVenue(0, 'rate-limited');
  entry.cancel(ID);
  assert.is(sent[1]?.method, 'order.cancel');
  assert.is(sent[1]?.params['origClientOrderId'], ID);
  assert.equal(kinds(), ['order-submitted', 'cancel-submitted']);
  assert.is(metrics.cancels, 1);
});

test('a cancel of an order that has ended or was never there is not sent', () => {
  const { entry, reply, sent, kinds } = anEntry();
  entry.place(anApproved());
  reply(0, refusedFor(0));
  entry.cancel(ID);
  entry.cancel('desk-1-mm-9');
  assert.is(sent.length, 1);
  assert.equal(kinds(), ['order-submitted', 'order-rejected']);
});

test('a cancel that the socket did not take is noted as a wish and not waited for', () => {
  const { entry, env, world, manager } = anEntry();
  entry.place(anApproved());
  world.isConnected = false;
  entry.cancel(ID);
  env.stall(1);
  assert.is(manager.recordOf(ID)?.isCancelRequested, true);
  assert.is(manager.inquiries.size, 0);
});

const cancelDoubts: [what: string, doubt: (entry: TestEntry) => void][] = [
  ['refused, as it may have filled', ({ reply }) => reply(1, refusedFor(0))],
  ['of unknown outcome', ({ reply }) => reply(1, UNKNOWN)],
  ['cut off', ({ entry }) => entry.onDisconnected()],
];
for (const [what, doubt] of cancelDoubts) {
  test(`a cancel proves nothing about its order: ${what}`, () => {
    const desk = anEntry();
    desk.entry.place(anApproved());
    desk.reply(0, DONE);
    desk.entry.cancel(ID);
    doubt(desk);
    assert.is(desk.status(), 'open');
    assert.is(desk.manager.inquiries.has(ID), true);
  });
}

test('a cancel that was done leaves the end to the report of the venue', () => {
  const { entry, reply, status, manager } = anEntry();
  entry.place(anApproved());
  reply(0, DONE);
  entry.cancel(ID);
  reply(1, DONE);
  assert.is(status(), 'open');
  assert.is(manager.inquiries.size, 0);
});

test('everything at once is one request for each instrument of this venue', () => {
  const { gate, entry, sent } = anEntry();
  gate.close('emergency');
  entry.cancelAll();
  assert.equal(
    sent.map(({ method, params }) => [method, params['symbol']]),
    [
      ['openOrders.cancelAll', 'BTCUSDT'],
      ['openOrders.cancelAll', 'ETHUSDT'],
    ],
  );
});

test('no two requests have one id', () => {
  const { entry, sent } = anEntry();
  entry.place(anApproved());
  entry.cancel(ID);
  entry.cancelAll();
  const ids = [...sent.map(({ id }) => id), entry.nextRequestId()];
  assert.is(new Set(ids).size, ids.length);
});

test('the time from approval to socket is recorded under a real clock alone', () => {
  for (const isClockReal of [true, false]) {
    const { entry, metrics } = anEntry(isClockReal);
    entry.place(anApproved());
    assert.is(metrics.submission.count, isClockReal ? 1 : 0);
  }
});

test('what the venue does not keep is dropped before anything is journaled', () => {
  const desk = anEntry();
  const stop = { side: 'sell', kind: 'market', ticks: 0, trigger: aStop() } as const;
  desk.entry.place(anApproved(stop));
  assert.equal(desk.dropped, [ID]);
  assert.equal([...desk.metrics.refusals], [['not-kept', 1]]);
  assert.equal([desk.sent, desk.kinds()], [[], []]);
  desk.natives.triggers = new Set(['stop']);
  desk.entry.place(anApproved(stop));
  assert.equal([desk.sent.length, desk.kinds()], [1, ['order-submitted']]);
  assert.is(desk.manager.recordOf(ID)?.isWaiting, true);
});

test('an iceberg of more parts than the venue takes is dropped', () => {
  const desk = anEntry();
  desk.natives.icebergPartsMax = 10;
  desk.entry.place(anApproved({ lots: 100, shownLots: lotsOf(9) }));
  assert.equal([desk.dropped, desk.kinds()], [[ID], []]);
  desk.entry.place(anApproved({ lots: 100, shownLots: lotsOf(10) }));
  assert.equal(desk.kinds(), ['order-submitted']);
});

test.run();
