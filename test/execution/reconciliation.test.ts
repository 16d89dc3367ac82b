import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nanosOf } from '../../src/core/units.ts';
import {
  COMPARISONS_MAX,
  inquire,
  RACE_GUARD_MS,
  TRADES_PER_PAGE,
} from '../../src/execution/reconciliation.ts';
import { rejection } from '../support/lanes.ts';
import { bookedFills } from '../support/trade/managers.ts';
import { anOrder } from '../support/trade/orders.ts';
import { Reconciler, WINDOW_MS } from '../support/trade/reconcilers.ts';

const ONE = 100_000_000n;
const clientId = 'desk-1-mm-1';
const order = anOrder({ clientId, ticks: 100, lots: 3 });

const count = (desk: Reconciler, what: string): number =>
  desk.asked.filter((each) => each.startsWith(what)).length;
const statusOf = (desk: Reconciler, id = clientId) => desk.manager.recordOf(id)?.status;
const venueOrder = (desk: Reconciler, id = clientId) => {
  const found = desk.venue.orders.get(id);
  if (found === undefined) throw new Error(`the venue has no order ${id}`);
  return found;
};

/** A desk whose order rests at the venue and has been acknowledged. */
function resting(): Reconciler {
  const desk = new Reconciler();
  desk.place(order);
  desk.hear();
  return desk;
}

test('a quiet account agrees after one look at everything', async () => {
  const desk = new Reconciler();
  const outcome = await desk.run('restart');
  assert.equal(outcome, { kind: 'agreed', marks: new Map([[0, '0']]) });
  assert.equal(desk.asked, ['open orders', 'trades after 0', 'balances', 'ledger']);
});

test('the first run of a desk begins at the latest trade of the account', async () => {
  const desk = new Reconciler();
  desk.venue.move('BTC', 0n);
  desk.marks = new Map();
  assert.equal((await desk.run('restart')) as object, { kind: 'agreed', marks: marksAt('-1') });
  desk.marks = new Map();
  desk.venue.tradeOfOthers('buy', 1);
  desk.hear();
  assert.equal((await desk.run('restart')) as object, { kind: 'agreed', marks: marksAt('1') });
  assert.is(count(desk, 'trades'), 0);
});

const marksAt = (tradeId: string): ReadonlyMap<number, string> => new Map([[0, tradeId]]);

test('a restart cancels what rests and waits until it is gone', async () => {
  const desk = resting();
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.equal(desk.asked.slice(0, 4), [
    'open orders',
    `cancel ${clientId}`,
    'pause',
    'open orders',
  ]);
  assert.is(statusOf(desk), 'canceled');
});

test('a verification leaves alone what rests', async () => {
  const desk = resting();
  desk.venue.wait(2 * RACE_GUARD_MS);
  assert.is((await desk.run('verify')).kind, 'agreed');
  assert.is(count(desk, 'cancel'), 0);
  assert.is(statusOf(desk), 'open');
});

test('a verification asks about an order that is old enough and has no inquiry', async () => {
  const desk = new Reconciler();
  const decidedNs = nanosOf(desk.venue.nowMs * 1e6);
  desk.place(anOrder({ clientId, ticks: 100, lots: 3, decidedNs }));
  desk.venue.wait(RACE_GUARD_MS - 100);
  await desk.run('verify');
  assert.is(count(desk, 'order'), 0, 'too young');
  desk.venue.wait(200);
  desk.manager.inquiries.open(clientId, 0, 0);
  await desk.run('verify');
  assert.is(count(desk, 'order'), 0, 'asked about elsewhere');
  desk.manager.inquiries.close(clientId);
  await desk.run('verify');
  assert.is(count(desk, 'order'), 1);
});

test('an order of ours that the journal lost is taken over and cancelled', async () => {
  const other = resting();
  const desk = new Reconciler(other.venue);
  desk.venue.fill(venueOrder(desk), 1);
  assert.is((await desk.run('verify')).kind, 'agreed');
  assert.is(count(desk, `cancel ${clientId}`), 1);
  assert.equal(bookedFills(desk.tested.journal), ['0|1']);
});

test('an order of ours that the journal lost is found by its trades once it ended', async () => {
  const other = resting();
  const desk = new Reconciler(other.venue);
  desk.venue.fill(venueOrder(desk), 3);
  desk.hear();
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.equal([statusOf(desk), desk.adjusted], ['filled', []]);
});

test('an order of others is left alone, and its trades are booked as that', async () => {
  const desk = new Reconciler();
  desk.venue.send(anOrder({ clientId: 'web-1', ticks: 100, lots: 3 }), 0, 0);
  desk.venue.fill(venueOrder(desk, 'web-1'), 1);
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.is(venueOrder(desk, 'web-1').state, 'open');
  assert.equal(
    desk.tested.journal.map(({ kind }) => kind),
    ['external-filled'],
  );
});

test('an old trade is booked for an order that is known, and for no other', async () => {
  const desk = resting();
  const { trades } = desk.venue;
  desk.venue.fill(venueOrder(desk), 2);
  desk.venue.tradeOfOthers('buy', 1);
  for (const [at, trade] of trades.entries()) trades[at] = { ...trade, isOld: true };
  await desk.run('restart');
  const kinds = desk.tested.journal.map(({ kind }) => kind);
  assert.ok(kinds.includes('order-filled'));
  assert.not.ok(kinds.includes('external-filled'));
});

test('an end is booked only after the trades before it are in the history', async () => {
  const desk = resting();
  desk.venue.historyLagMs = 250;
  desk.venue.fill(venueOrder(desk), 2);
  desk.venue.end(venueOrder(desk), 'expired');
  assert.is((await desk.run('restart')).kind, 'agreed');
  const kinds = desk.tested.journal.map(({ kind }) => kind);
  assert.equal(kinds.slice(-2), ['order-filled', 'order-expired']);
});

test('a filled order needs no end of its own', async () => {
  const desk = resting();
  desk.venue.fill(venueOrder(desk), 3);
  desk.manager.inquiries.open(clientId, 0, 0);
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.is(desk.manager.inquiries.size, 0);
  const kinds = desk.tested.journal.map(({ kind }) => kind);
  assert.equal(kinds, ['order-submitted', 'order-accepted', 'order-filled']);
});

test('an order that never arrived is given up only when it can arrive no more', async () => {
  const desk = new Reconciler();
  desk.place(order, Number.POSITIVE_INFINITY);
  const askedFirstMs = desk.venue.nowMs;
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.ok(desk.venue.nowMs > askedFirstMs + WINDOW_MS + 1000);
  assert.is(statusOf(desk), 'rejected-unacked');
});

test('an order of an earlier boot that never arrived is abandoned', async () => {
  const before = new Reconciler();
  before.place(order, Number.POSITIVE_INFINITY);
  const desk = new Reconciler(before.venue, before.tested.journal);
  desk.isOfThisBoot = false;
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.is(statusOf(desk), 'abandoned');
});

test('an order that arrives while it is asked about is cancelled', async () => {
  const desk = new Reconciler();
  desk.place(order, 1500);
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.is(statusOf(desk), 'canceled');
  assert.is(count(desk, `cancel ${clientId}`), 1);
});

for (const what of ['open orders', 'order', 'trades', 'balances', 'ledger', 'latest trade']) {
  test(`nothing is concluded when ${what} is not answered`, async () => {
    const desk = new Reconciler();
    desk.place(order);
    desk.hear();
    desk.venue.end(venueOrder(desk), 'expired');
    if (what === 'latest trade') desk.marks = new Map();
    const { marks } = desk;
    desk.world = {
      turn: () => undefined,
      silence: (asked) => (asked.startsWith(what) && asked !== 'orders' ? 'no answer' : null),
    };
    const outcome = await desk.run('restart');
    assert.is(outcome.kind, 'no-answer');
    assert.match((outcome as { reason: string }).reason, /: no answer$/);
    assert.equal([desk.marks, desk.adjusted], [marks, []]);
  });
}

test('an unanswered question about an order is asked again later', async () => {
  const desk = resting();
  const { inquiries } = desk.manager;
  inquiries.open(clientId, 0, 0);
  assert.equal(inquiries.due(desk.venue.nowMs * 1e6, 1), [clientId]);
  desk.world = { turn: () => undefined, silence: () => 'no answer' };
  const outcome = await inquire(desk.port, inquiries, desk.options, [clientId]);
  assert.equal(outcome, { kind: 'no-answer', reason: `${clientId}: no answer` });
  assert.equal(inquiries.due((desk.venue.nowMs + 5000) * 1e6, 1), [clientId]);
});

test('an inquiry ends when its order is found, and a wanted cancel is sent again', async () => {
  const desk = resting();
  const { inquiries } = desk.manager;
  const ask = async (): Promise<void> => {
    inquiries.open(clientId, 0, 0);
    const outcome = await inquire(desk.port, inquiries, desk.options, [clientId]);
    assert.is(outcome.kind, 'agreed');
    assert.is(inquiries.size, 0);
  };
  await ask();
  assert.is(count(desk, 'cancel'), 0);
  desk.manager.record({ kind: 'cancel-submitted', clientId });
  await ask();
  assert.is(count(desk, 'cancel'), 1);
});

test('an inquiry about an order that has ended, or that nobody knows, is closed', async () => {
  const desk = resting();
  const { inquiries } = desk.manager;
  desk.venue.cancel(clientId);
  desk.hear();
  for (const id of [clientId, 'desk-1-mm-9']) inquiries.open(id, 0, 0);
  await inquire(desk.port, inquiries, desk.options, [clientId, 'desk-1-mm-9']);
  assert.equal([inquiries.size, count(desk, 'order')], [0, 0]);
});

test('an inquiry books the end that it finds', async () => {
  const desk = resting();
  const { inquiries } = desk.manager;
  desk.venue.fill(venueOrder(desk), 1);
  desk.venue.end(venueOrder(desk), 'expired');
  inquiries.open(clientId, 0, 0);
  await inquire(desk.port, inquiries, desk.options, [clientId]);
  assert.equal([statusOf(desk), inquiries.size], ['expired', 0]);
  assert.equal(bookedFills(desk.tested.journal), ['0|1']);
});

test('an inquiry that finds nothing concludes nothing before its window has closed', async () => {
  const desk = new Reconciler();
  const { inquiries } = desk.manager;
  desk.place(order, Number.POSITIVE_INFINITY);
  desk.doubt();
  for (let asked = 0; asked < 3; asked += 1) {
    await inquire(desk.port, inquiries, desk.options, [clientId]);
    assert.is(statusOf(desk), 'unknown');
  }
  desk.venue.wait(WINDOW_MS + 1000);
  await inquire(desk.port, inquiries, desk.options, [clientId]);
  assert.equal([statusOf(desk), inquiries.size], ['rejected-unacked', 0]);
});

test('trades are read page by page', async () => {
  const desk = new Reconciler();
  for (let n = 0; n < TRADES_PER_PAGE + 1; n += 1) {
    desk.venue.tradeOfOthers(n % 2 === 0 ? 'buy' : 'sell', 1);
  }
  const outcome = await desk.run('restart');
  assert.equal(outcome as object, { kind: 'agreed', marks: marksAt(`${TRADES_PER_PAGE + 1}`) });
  assert.equal(count(desk, 'trades'), 2);
});

test('a history without an end does not settle', async () => {
  const desk = new Reconciler();
  for (let n = 0; n < TRADES_PER_PAGE; n += 1) {
    desk.venue.tradeOfOthers(n % 2 === 0 ? 'buy' : 'sell', 1);
  }
  desk.hear();
  const page = desk.venue.trades;
  desk.port.trades = () => Promise.resolve({ ok: true, value: page });
  assert.equal(await desk.run('restart'), {
    kind: 'unsettled',
    reason: 'more than 100 pages of trades',
  });
});

test('an order that will not end leaves the run unsettled', async () => {
  const desk = resting();
  desk.venue.cancel = () => undefined;
  assert.equal(await desk.run('restart', 1000), {
    kind: 'unsettled',
    reason: 'waited 1000 ms for 1 open orders to end',
  });
});

test('an order that will not end is looked at less and less often', async () => {
  const desk = resting();
  desk.venue.cancel = () => undefined;
  await desk.run('restart', 30_000);
  const looks = desk.asked.filter((what) => what === 'open orders').length;
  assert.ok(looks >= 20 && looks <= 32, `${looks} looks in 30 s`);
});

test('an end whose fills never come leaves the run unsettled', async () => {
  const desk = resting();
  desk.venue.historyLagMs = 1e9;
  desk.venue.fill(venueOrder(desk), 1);
  desk.venue.end(venueOrder(desk), 'expired');
  assert.equal(await desk.run('restart', 1000), {
    kind: 'unsettled',
    reason: 'waited 1000 ms for fills of ended orders',
  });
  assert.is(statusOf(desk), 'open');
});

test('balances that agree do not stand in for the fills of an ended order', async () => {
  const desk = resting();
  Object.assign(venueOrder(desk), { state: 'expired', filledLots: 1 });
  const outcome = await desk.run('restart', 1000);
  assert.is(outcome.kind, 'unsettled');
  assert.is(statusOf(desk), 'open');
});

test('an order that is found voids what spoke against it', async () => {
  const desk = new Reconciler();
  const { inquiries } = desk.manager;
  desk.place(order, 1000);
  inquiries.open(clientId, 0, 0);
  const ask = () => inquire(desk.port, inquiries, desk.options, [clientId]);
  for (let asked = 0; asked < 2; asked += 1) await ask();
  desk.venue.wait(1000);
  desk.venue.historyLagMs = 1e9;
  desk.venue.fill(venueOrder(desk), 3);
  await ask();
  assert.is(inquiries.onNotFound(clientId, desk.venue.nowMs, 0), false);
  assert.is(statusOf(desk), 'open');
});

test('money that nobody told of is booked at a restart, and told by a verification', async () => {
  const desk = new Reconciler();
  desk.venue.move('USDT', 5n * ONE);
  const differences = [{ asset: 'USDT', ours: 1_000_000n * ONE, venues: 1_000_005n * ONE }];
  assert.equal((await desk.run('verify')) as object, { kind: 'differs', differences });
  assert.equal(desk.adjusted, []);
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.equal(desk.adjusted, differences);
  assert.is(count(desk, 'balances'), 2 * COMPARISONS_MAX, 'each run compares so often');
});

test('a venue that takes few questions is asked for balances as often as it bears', async () => {
  const desk = new Reconciler();
  desk.port.comparisonsMax = 3;
  desk.venue.move('USDT', 5n * ONE);
  assert.is((await desk.run('verify')).kind, 'differs');
  assert.is(count(desk, 'balances'), 3);
});

/** A desk on whose account others trade once in every round, just before the balances are read. */
function raced(rounds: number): Reconciler {
  const desk = new Reconciler();
  let left = rounds;
  desk.world = {
    turn: () => undefined,
    silence(what) {
      if (what === 'balances' && left > 0) {
        left -= 1;
        desk.venue.tradeOfOthers('buy', 1);
      }
      return null;
    },
  };
  return desk;
}

test('a verification that trades of others raced says nothing', async () => {
  const desk = raced(100);
  assert.equal(await desk.run('verify'), { kind: 'raced' });
});

test('what a trade explains is never booked as a difference', async () => {
  const desk = raced(20);
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.equal(desk.adjusted, []);
  assert.is(bookedFills(desk.tested.journal).length, 20);
});

test('a bug in the port is no outcome', async () => {
  const desk = new Reconciler();
  desk.port.openOrders = () => Promise.reject(new TypeError('a bug'));
  assert.is((await rejection(desk.run('restart'))).message, 'a bug');
});

test.run();
