import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../src/core/result.ts';
import { amountOf } from '../../src/core/units.ts';
import { submitted } from '../../src/execution/order.ts';
import { anApproved, anOpenGate, emptyAccount, httpReply } from '../support/edge/order-socket.ts';
import { aDesk, type TestDesk } from '../support/edge/venue-desk.ts';
import { anOrder } from '../support/trade/orders.ts';

const ID = 'desk-1-mm-1';
const methods = ({ sent }: TestDesk) => sent.map(({ method }) => method);
const paths = ({ asked }: TestDesk) => asked.map(({ url }) => new URL(url).pathname.slice(8));
const kinds = ({ journal }: TestDesk) => journal.map(({ kind }) => kind);
const differing = () => ok([{ asset: 'BTC', ours: amountOf(1n), venues: amountOf(2n) }] as const);

/** An execution report of the order that `anApproved` makes. */
const execution = (x: string, rest: object = {}) => ({
  event: {
    e: 'executionReport',
    s: 'BTCUSDT',
    c: ID,
    C: '',
    i: 77,
    x,
    X: 'NEW',
    S: 'BUY',
    t: 41,
    L: '60000.00',
    l: '0.00040',
    Y: '24.00',
    n: '0',
    N: null,
    m: true,
    T: 1,
    ...rest,
  },
});

test('a new desk keeps its venue closed until everything agrees', async () => {
  const world = aDesk();
  assert.equal(world.gate.venuePauses(0), ['disconnected']);
  world.desk.entry.place(anApproved());
  assert.equal(world.dropped, [ID]);
  world.connect();
  assert.equal(world.news, ['venue-connected']);
  assert.equal(world.gate.venuePauses(0), ['disconnected']);
  world.desk.reconcile(7);
  assert.equal(world.gate.venuePauses(0), ['disconnected', 'reconciling']);
  await world.env.advance(1_000);
  assert.equal(world.gate.venuePauses(0), []);
  assert.equal(world.news, ['venue-connected', 'venue-reconciled 7']);
});

test('an opened socket is subscribed to and the clock is probed three times', async () => {
  const world = aDesk();
  world.desk.onOpened();
  assert.equal(methods(world), ['userDataStream.subscribe.signature']);
  await world.env.advance(50);
  assert.equal(paths(world), ['time', 'time', 'time']);
  assert.is(world.desk.summary().clockAheadMs, 5, 'half of the trip of ten milliseconds');
});

test('nothing is reconciled before reports flow', async () => {
  const world = aDesk();
  world.desk.reconcile(1);
  world.desk.onOpened();
  world.desk.run('restart');
  await world.env.advance(500);
  assert.equal(paths(world), ['time', 'time', 'time']);
  world.reply('userDataStream.subscribe.signature', 200);
  await world.env.advance(500);
  assert.equal(world.news, ['venue-connected', 'venue-reconciled 1']);
});

test('a run that agrees is journaled with the marks it reached', async () => {
  const world = aDesk();
  const trade = { id: 41, orderId: 7, price: '60000', qty: '0.001', quoteQty: '60', time: 1 };
  const rest = { commission: '0', commissionAsset: 'BNB', isBuyer: true, isMaker: true };
  world.world.answer = (request) =>
    request.url.includes('myTrades')
      ? httpReply([{ ...trade, ...rest }])
      : emptyAccount(request, world.env.nowMs);
  await world.reconciled();
  const marks = '{"BTCUSDT":"41"}';
  assert.equal(world.journal, [{ kind: 'venue-reconciled', venue: 'binance', marks }]);
});

test('marks of the journal are where the next run goes on', async () => {
  const world = aDesk({ memory: { marks: new Map([[0, '41']]) } });
  await world.reconciled();
  const trades = world.asked.find(({ url }) => url.includes('myTrades'));
  assert.match(trades?.url as string, /fromId=42&/);
});

test('a lost socket closes the venue at once and tells control', async () => {
  const world = aDesk();
  await world.reconciled();
  const againMs = world.desk.onClosed('1006 reset');
  assert.equal(world.gate.venuePauses(0), ['disconnected']);
  assert.is(world.news.at(-1), 'venue-lost 1006 reset');
  assert.ok(againMs >= 125 && againMs <= 250);
  assert.is(world.desk.connection.losses, 1);
  assert.is(world.desk.summary().isSubscribed, false);
});

test('a run that ends on a socket that is gone opens nothing', async () => {
  const world = aDesk();
  world.connect();
  world.desk.reconcile(1);
  world.desk.onClosed('1006');
  await world.env.advance(1_000);
  assert.is(world.outcomes.at(-1)?.kind, 'agreed');
  assert.equal(world.gate.venuePauses(0), ['disconnected', 'reconciling']);
  assert.is(world.news.includes('venue-reconciled 1'), false);
});

test('a wish during a run makes another one, and only the last opens the venue', async () => {
  const world = aDesk();
  world.connect();
  world.desk.reconcile(1);
  world.desk.reconcile(2);
  await world.env.advance(1_000);
  assert.is(world.outcomes.length, 2);
  assert.equal(world.news, ['venue-connected', 'venue-reconciled 2']);
  assert.equal(world.gate.venuePauses(0), []);
});

test('what the journal knows to be open is settled with the venue at a start', async () => {
  const order = anOrder({ clientId: 'desk-0-mm-1' });
  const world = aDesk({ memory: { openOrders: [submitted(order)] } });
  assert.is(world.desk.summary().orders.length, 1);
  world.connect();
  world.desk.reconcile(1);
  await world.env.advance(5_000);
  assert.is(world.desk.summary().orders.length, 1, 'the request may still be on its way');
  await world.env.advance(5_000);
  assert.equal(world.desk.summary().orders, []);
  assert.equal(kinds(world), ['order-abandoned', 'venue-reconciled']);
});

test('a report moves its order and is told, a second one like it is not', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  world.reply('order.place', 200, { result: { orderId: 77 } });
  for (let times = 0; times < 3; times += 1) world.hear(execution('TRADE'));
  assert.equal(kinds(world).slice(1), ['order-submitted', 'order-accepted', 'order-filled']);
  assert.is(world.metrics.fills, 1);
  assert.is(world.told.length, 3);
});

test('a report that comes before the reply is believed, and the reply is no news', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  world.hear(execution('TRADE'));
  world.hear(execution('NEW'));
  world.reply('order.place', 200, { result: { orderId: 77 } });
  assert.equal(kinds(world).slice(1), ['order-submitted', 'order-accepted', 'order-filled']);
  assert.is(world.desk.summary().orders[0]?.status, 'partially-filled');
});

test('a fill after the end is booked all the same and cried out', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  world.reply('order.place', 400, { error: { code: -2010, msg: 'no money' } });
  world.hear(execution('TRADE'));
  assert.is(world.metrics.fills, 1);
  assert.equal(
    world.log.filter(({ what }) => what.startsWith('error')).map(({ what }) => what),
    ['error alive-after-end'],
  );
});

test('money that moves without a trade is booked once and told', async () => {
  const world = aDesk();
  await world.reconciled();
  const deposit = { event: { e: 'balanceUpdate', a: 'BTC', d: '1.0', T: 5 } };
  world.hear(deposit);
  world.hear(deposit);
  assert.equal(kinds(world), ['venue-reconciled', 'transferred']);
  assert.is(world.told.length, 1);
});

test('overdue answers are given up at the next look, also without a socket', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  await world.env.advance(2_000);
  world.desk.onTick();
  assert.is(world.desk.summary().orders[0]?.status, 'unknown');
});

test('an order of unknown outcome is asked about until its absence is proven', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  await world.env.advance(2_000);
  for (let looks = 0; looks < 60; looks += 1) {
    world.desk.onTick();
    await world.env.advance(250);
  }
  assert.is(world.sent.filter(({ method }) => method === 'order.place').length, 1);
  assert.equal(world.desk.summary().orders, []);
  assert.ok(kinds(world).includes('order-unacked'));
  assert.is(world.desk.summary().inquiries, 0);
});

test('an order of unknown outcome that rests after all is open again', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  await world.env.advance(2_000);
  const order = { symbol: 'BTCUSDT', orderId: 77, clientOrderId: ID, status: 'NEW', side: 'BUY' };
  const size = { type: 'LIMIT', price: '60000', origQty: '0.001', executedQty: '0' };
  world.world.answer = (request) =>
    request.url.includes('/order?')
      ? httpReply({ ...order, ...size })
      : emptyAccount(request, world.env.nowMs);
  world.desk.onTick();
  await world.env.advance(250);
  assert.is(world.desk.summary().orders[0]?.status, 'open');
  assert.is(world.desk.summary().inquiries, 0);
});

test('nobody is asked about an order while a run is owed', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  world.world.answer = () => null;
  world.desk.reconcile(2);
  await world.env.advance(2_000);
  const before = world.asked.length;
  world.desk.onTick();
  await world.env.advance(250);
  assert.is(world.asked.length, before);
});

test('the clock of the venue is probed once a minute while there is a socket', async () => {
  const world = aDesk();
  await world.reconciled();
  const probes = () => paths(world).filter((path) => path === 'time').length;
  await world.env.advance(59_000);
  world.desk.onTick();
  assert.is(probes(), 3);
  await world.env.advance(1_000);
  world.desk.onTick();
  world.desk.onTick();
  assert.is(probes(), 4);
  world.desk.onClosed('1006');
  await world.env.advance(120_000);
  world.desk.onTick();
  assert.is(probes(), 4);
});

test('a question that is not answered is asked again after a pause', async () => {
  const world = aDesk();
  world.world.answer = () => httpReply('', 503);
  world.connect();
  world.desk.reconcile(1);
  await world.env.advance(20);
  assert.equal(world.outcomes, [{ kind: 'no-answer', reason: 'open orders: status 503' }]);
  assert.equal(world.gate.venuePauses(0), ['disconnected', 'reconciling']);
  world.world.answer = (request) => emptyAccount(request, world.env.nowMs);
  await world.env.advance(1_000);
  assert.is(world.news.at(-1), 'venue-reconciled 1');
});

test('a venue that contradicts itself is a matter for people', async () => {
  const world = aDesk();
  const mine = { symbol: 'BTCUSDT', orderId: 7, clientOrderId: ID, status: 'NEW', side: 'BUY' };
  const size = { type: 'LIMIT', price: '60000', origQty: '0.001', executedQty: '0' };
  world.world.answer = (request) =>
    request.url.includes('openOrders')
      ? httpReply([{ ...mine, ...size }])
      : emptyAccount(request, world.env.nowMs);
  world.connect();
  world.desk.reconcile(1);
  await world.env.advance(120_000);
  assert.match(world.news[1] as string, /^venue-stuck waited 30000 ms for 1 open orders to end$/);
  assert.ok(world.gate.venuePauses(0).includes('disconnected'));
});

const COMPARED_MS = 1_500;
test('balances that differ twice in a row are reconciled anew with the gate closed', async () => {
  const world = aDesk();
  await world.reconciled();
  world.world.compare = differing;
  for (const expected of [[], ['venue-lost balances differ', 'venue-connected']]) {
    world.desk.run('verify');
    await world.env.advance(COMPARED_MS);
    assert.equal(world.news.slice(2), expected);
  }
  assert.equal(world.adjusted, []);
});

test('a restart books what cannot be explained, so that the ledger agrees', async () => {
  const world = aDesk();
  world.world.compare = differing;
  await world.reconciled();
  await world.env.advance(COMPARED_MS);
  assert.is(world.adjusted.length, 1);
  assert.is(world.news.at(-1), 'venue-reconciled 1');
});

test('a ledger that does not answer is silence like any other', async () => {
  const world = aDesk();
  world.world.compare = () => err('no answer within 5000 ms');
  await world.reconciled();
  assert.is(world.outcomes[0]?.kind, 'no-answer');
  assert.ok(world.gate.venuePauses(0).includes('reconciling'));
});

test('a run that breaks takes the desk with it instead of going on', async () => {
  const thrown: unknown[] = [];
  const onThrown = (error: unknown) => void thrown.push(error);
  const world = aDesk();
  world.world.compare = () => {
    throw new Error('a bug');
  };
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', onThrown);
  await world.reconciled();
  process.off('unhandledRejection', onThrown);
  for (const listener of before) process.on('unhandledRejection', listener);
  assert.match(String(thrown[0]), /a bug/);
  assert.equal(world.gate.venuePauses(0), ['disconnected', 'reconciling']);
});

test('a venue that wants to be left alone is paused for so long and no longer', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved());
  const data = { retryAfter: 9_000, serverTime: 4_000 };
  world.reply('order.place', 429, { error: { code: -1015, msg: 'too many', data } });
  assert.equal(world.gate.venuePauses(0), ['rate-limited']);
  await world.env.advance(4_999);
  assert.equal(world.gate.venuePauses(0), ['rate-limited']);
  await world.env.advance(1);
  assert.equal(world.gate.venuePauses(0), []);
});

test('a run that meets a venue which wants quiet is tried again as that ends', async () => {
  const world = aDesk();
  const { answer } = world.world;
  world.world.answer = () => httpReply('', 429, { 'retry-after': '20' });
  world.connect();
  world.desk.reconcile(1);
  await world.env.advance(100);
  world.world.answer = answer;
  const asked = paths(world).length;
  await world.env.advance(19_800);
  assert.is(paths(world).length, asked, 'nothing is asked meanwhile');
  assert.equal(world.gate.venuePauses(0), ['disconnected', 'reconciling']);
  await world.env.advance(500);
  assert.equal(world.gate.venuePauses(0), []);
});

test('a shorter wish that comes later does not cut a longer pause short', async () => {
  const world = aDesk();
  await world.reconciled();
  world.desk.entry.place(anApproved({ clientId: 'desk-1-mm-1' }));
  world.desk.entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
  const [first, second] = world.sent.slice(-2).map(({ id }) => id);
  const limited = (retryAfter: number) => ({
    error: { code: -1015, msg: 'too many', data: { retryAfter, serverTime: 0 } },
  });
  world.hear({ id: first, status: 429, ...limited(60_000) });
  world.hear({ id: second, status: 429, ...limited(1_000) });
  await world.env.advance(59_000);
  assert.equal(world.gate.venuePauses(0), ['rate-limited']);
  await world.env.advance(1_000);
  assert.equal(world.gate.venuePauses(0), []);
});

test('a pause of an incarnation that is gone does not outlive it', async () => {
  const gate = anOpenGate();
  const before = aDesk({ gate });
  await before.reconciled();
  before.desk.entry.place(anApproved());
  const data = { retryAfter: 60_000, serverTime: 0 };
  before.reply('order.place', 429, { error: { code: -1015, msg: 'too many', data } });
  const after = aDesk({ gate });
  assert.equal(gate.venuePauses(0), ['disconnected']);
  await after.reconciled(2);
  assert.equal(gate.venuePauses(0), []);
});

test('a sign of life is asked for with an id of its own', () => {
  const world = aDesk();
  const ping = () => JSON.parse(world.desk.ping() as string);
  const [first, second] = [ping(), ping()];
  assert.equal([first.method, second.method], ['ping', 'ping']);
  assert.is.not(first.id, second.id);
});

test.run();
