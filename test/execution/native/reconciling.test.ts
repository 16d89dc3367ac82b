import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inquire, type OrderKey, reconcile } from '../../../src/execution/reconciliation.ts';
import { aPair, aStop } from '../../support/trade/natives.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { Reconciler } from '../../support/trade/reconcilers.ts';

const clientId = 'desk-1-mm-1';
const stop = anOrder({ side: 'sell', kind: 'market', ticks: 0, lots: 3, trigger: aStop(95) });
const pair = anOrder({ side: 'sell', ticks: 110, lots: 3, trigger: aPair(95) });

/** A desk whose order waits at the venue and has been acknowledged. */
function waiting(order = stop) {
  const desk = new Reconciler();
  desk.place(order);
  desk.hear();
  const [kept] = desk.venue.open();
  if (kept === undefined) throw new Error('the venue has no order');
  const record = () => desk.manager.recordOf(clientId);
  const kinds = () => desk.tested.journal.map(({ kind }) => kind);
  return { desk, kept, record, kinds };
}

test('a restart cancels what waits as it does what rests', async () => {
  const { desk, record } = waiting();
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.is(record()?.status, 'canceled');
  assert.equal(desk.venue.open(), []);
});

test('a verification leaves alone what waits', async () => {
  const { desk, record, kinds } = waiting();
  assert.is((await desk.run('verify')).kind, 'agreed');
  assert.equal([record()?.status, record()?.isWaiting], ['open', true]);
  assert.equal(kinds(), ['order-submitted', 'order-accepted']);
});

test('what has waited for long is asked for under its name at the venue, too', async () => {
  const { desk, record } = waiting();
  const asked: unknown[] = [];
  const port = {
    ...desk.port,
    order(by: OrderKey, at: number) {
      asked.push(by);
      return desk.port.order(by, at);
    },
  };
  desk.venue.wait(60_000);
  const { inquiries } = desk.manager;
  assert.is((await reconcile(port, inquiries, desk.options)).kind, 'agreed');
  assert.equal(asked, [{ clientId, knownAs: record()?.venueOrderId }]);
});

test('a waking that nobody told of is found in the list of open orders', async () => {
  const { desk, kept, record, kinds } = waiting();
  desk.venue.wake(kept, true);
  desk.venue.stream.length = 0;
  assert.is((await desk.run('verify')).kind, 'agreed');
  assert.equal(kinds(), ['order-submitted', 'order-accepted', 'order-triggered']);
  assert.equal([record()?.isWaiting, record()?.venueOrderId], [false, 'w1']);
  desk.hear();
  assert.is(kinds().length, 3, 'and is no news when it is told at last');
});

test('the fills of an order that has woken unheard are its own', async () => {
  const { desk, kept, record } = waiting();
  desk.venue.wake(kept, true);
  desk.venue.fill(kept, 3);
  desk.venue.stream.length = 0;
  assert.is((await desk.run('restart')).kind, 'agreed');
  assert.equal([record()?.status, record()?.isWaiting], ['filled', false]);
  assert.equal(desk.adjusted, []);
});

test('what has ended as it waited has never woken', async () => {
  const { desk, kept, record, kinds } = waiting();
  desk.venue.end(kept, 'expired');
  kept.isWaiting = false;
  desk.venue.stream.length = 0;
  desk.venue.wait(60_000);
  assert.is((await desk.run('verify')).kind, 'agreed');
  assert.is(record()?.status, 'expired');
  assert.not.ok(kinds().includes('order-triggered'));
});

test('an order whose outcome is unknown is found waiting', async () => {
  const desk = new Reconciler();
  desk.place(stop);
  desk.doubt();
  desk.venue.stream.length = 0;
  const { inquiries } = desk.manager;
  const due = inquiries.due(desk.venue.nowMs * 1e6, 10);
  assert.is((await inquire(desk.port, inquiries, desk.options, due)).kind, 'agreed');
  const record = desk.manager.recordOf(clientId);
  assert.equal([record?.status, record?.isWaiting, inquiries.size], ['open', true, 0]);
});

test('a waiting order that the journal lost is taken over as one and cancelled', async () => {
  const { desk: other } = waiting(pair);
  const desk = new Reconciler(other.venue);
  assert.is((await desk.run('verify')).kind, 'agreed');
  const record = desk.manager.recordOf(clientId);
  assert.equal([record?.order.trigger, record?.isCancelRequested], [aPair(95), true]);
});

test.run();
