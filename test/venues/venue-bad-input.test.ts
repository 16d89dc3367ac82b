/** What a venue may do to a desk: broken frames, errors, limits, silence, on every path. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../src/core/result.ts';
import { amountOf } from '../../src/core/units.ts';
import {
  anApproved,
  emptyAccount,
  type HttpOutcome,
  httpReply,
  type SentFrame,
} from '../support/edge/order-socket.ts';
import { aDesk, type TestDesk } from '../support/edge/venue-desk.ts';
import { asyncLaw } from '../support/law.ts';

const ID = 'desk-1-mm-1';
const SUBSCRIBE = 'userDataStream.subscribe.signature';

async function aReconciledDesk(): Promise<TestDesk> {
  const world = aDesk();
  await world.reconciled();
  return world;
}

const statusOf = ({ desk }: TestDesk) => desk.summary().orders[0]?.status;
const placements = ({ sent }: TestDesk) =>
  sent.filter(({ method }) => method === 'order.place').length;
const errorsOf = ({ log }: TestDesk) => log.filter(({ what }) => what.startsWith('error'));

const error = { error: { code: -1000, msg: 'An unknown error occurred.' } };
const answers: [what: string, answer: ((id: string) => object | string) | null][] = [
  ['500', (id) => ({ id, status: 500, ...error })],
  ['502', (id) => ({ id, status: 502, ...error })],
  ['503', (id) => ({ id, status: 503, ...error })],
  ['504', (id) => ({ id, status: 504, ...error })],
  ['503 without a reason', (id) => ({ id, status: 503 })],
  ['-1007 timeout', (id) => ({ id, status: 400, error: { code: -1007, msg: 'Timeout' } })],
  ['-1006 unexpected', (id) => ({ id, status: 400, error: { code: -1006, msg: 'Unexpected' } })],
  ['302', (id) => ({ id, status: 302, ...error })],
  ['0', (id) => ({ id, status: 0, ...error })],
  ['200 without a result', (id) => ({ id, status: 200 })],
  ['200 with an id that is none', (id) => ({ id, status: 200, result: { orderId: 'x' } })],
  ['400 without a reason', (id) => ({ id, status: 400 })],
  ['a status that is none', (id) => ({ id, status: 'fine' })],
  ['HTML', () => '<html><body>502 Bad Gateway</body></html>'],
  ['half a frame', (id) => `{"id":"${id}","status":40`],
  ['an array', () => '[]'],
  ['an empty frame', () => ''],
  ['an id that is not ours', () => ({ id: '999', status: 400, ...error })],
  ['no id', () => ({ id: null, status: 400, ...error })],
  ['nothing', null],
];
for (const [what, answer] of answers) {
  test(`an order that is answered with ${what} is unknown and never sent again`, async () => {
    const world = await aReconciledDesk();
    world.desk.entry.place(anApproved());
    const { id } = world.sent.at(-1) as SentFrame;
    if (answer !== null) world.hear(answer(id));
    world.world.answer = () => err({ kind: 'timeout', url: 'u', detail: 'no reply' });
    for (let looks = 0; looks < 60; looks += 1) {
      world.desk.onTick();
      await world.env.advance(250);
    }
    assert.is(statusOf(world), 'unknown');
    assert.is(placements(world), 1);
    assert.is(world.desk.summary().inquiries, 1);
    assert.equal(world.metrics.rejects, 0);
  });
}

test('an order on a socket that dies is unknown, and is not sent on the next', async () => {
  const world = await aReconciledDesk();
  world.desk.entry.place(anApproved());
  world.desk.onClosed('1006');
  assert.is(statusOf(world), 'unknown');
  world.connect();
  await world.env.advance(500);
  assert.is(placements(world), 1);
});

test('what has just left is not concluded dead by a run that finds nothing', async () => {
  const world = await aReconciledDesk();
  world.desk.entry.place(anApproved());
  world.desk.reconcile(2);
  await world.env.advance(5_900);
  assert.is(statusOf(world), 'submitted', 'the venue may act on it for five seconds');
  await world.env.advance(1_000);
  assert.is(statusOf(world), undefined);
  assert.is(world.news.at(-1), 'venue-reconciled 2');
});

const limits: [what: string, data: object | undefined, waitMs: number][] = [
  ['its time', { retryAfter: 8_000, serverTime: 1_000 }, 7_000],
  ['no time', undefined, 60_000],
  ['a time that is none', { retryAfter: 'soon' }, 60_000],
];
for (const status of [429, 418]) {
  for (const [what, data, waitMs] of limits) {
    test(`after a ${status} with ${what} no order leaves for ${waitMs} ms`, async () => {
      const world = await aReconciledDesk();
      world.desk.entry.place(anApproved());
      world.reply('order.place', status, { error: { code: -1003, msg: 'banned', data } });
      assert.ok(world.journal.some(({ kind }) => kind === 'order-rejected'));
      await world.env.advance(waitMs - 1);
      world.desk.entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
      assert.equal([placements(world), world.dropped], [1, ['desk-1-mm-2']]);
      await world.env.advance(1);
      world.desk.entry.place(anApproved({ clientId: 'desk-1-mm-3' }));
      assert.is(placements(world), 2);
    });
  }
}

test('a broken frame is told with its fault, and the next one is read', async () => {
  const world = await aReconciledDesk();
  world.desk.entry.place(anApproved());
  assert.is(world.hear('{"event":{"e":"executionReport","s":7}}'), 'ok');
  assert.equal(errorsOf(world), [
    { what: 'error malformed-frame', fields: { fault: 's: found number, wanted a text' } },
  ]);
  world.reply('order.place', 200, { result: { orderId: 77 } });
  assert.is(statusOf(world), 'open');
});

const trade = {
  id: 41,
  orderId: 77,
  price: '60000.00',
  qty: '0.00040',
  quoteQty: '24.00',
  commission: '0',
  commissionAsset: 'USDT',
  time: 1,
  isBuyer: true,
  isMaker: true,
};

test('a fill whose report was broken is found by the next verification', async () => {
  const world = await aReconciledDesk();
  world.desk.entry.place(anApproved());
  world.reply('order.place', 200, { result: { orderId: 77 } });
  const report = { e: 'executionReport', s: 'BTCUSDT', c: ID, C: '', i: 77, x: 'TRADE', S: 'BUY' };
  world.hear({ event: { ...report, t: 41, L: 'sixty', l: '0.0004' } });
  assert.is(world.metrics.fills, 0);
  world.world.answer = (request) =>
    request.url.includes('myTrades') ? httpReply([trade]) : emptyAccount(request, world.env.nowMs);
  world.desk.run('verify');
  await world.env.advance(100);
  assert.is(world.metrics.fills, 1);
  assert.is(statusOf(world), 'partially-filled');
});

test('a report about a symbol that we do not trade is not ours', async () => {
  const world = await aReconciledDesk();
  const before = world.journal.length;
  world.hear({ event: { e: 'executionReport', s: 'DOGEUSDT', c: 'x', x: 'TRADE' } });
  assert.is(world.journal.length, before);
  assert.equal(errorsOf(world), []);
});

test('events that nobody knows are passed over', async () => {
  const world = await aReconciledDesk();
  for (const frame of [{}, { event: { e: 'outboundAccountPosition' } }, { stream: 'x' }]) {
    assert.is(world.hear(frame), 'ok');
  }
  assert.equal(errorsOf(world), []);
});

test('reports out of order and twice end where reports in order do', async () => {
  const report = { e: 'executionReport', s: 'BTCUSDT', c: ID, C: '', i: 77, S: 'BUY', X: 'NEW' };
  const fill = { L: '60000', Y: '24', n: '0', N: null, m: true, T: 1 };
  const accepted = { event: { ...report, x: 'NEW' } };
  const first = { event: { ...report, ...fill, x: 'TRADE', t: 41, l: '0.0004' } };
  const second = { event: { ...report, ...fill, x: 'TRADE', t: 42, l: '0.0002' } };
  const ended = { event: { ...report, x: 'CANCELED', c: 'cancel-1', C: ID, z: '0.0006' } };
  const orders = [
    [accepted, first, second, ended],
    [ended, second, first, accepted],
    [second, accepted, second, ended, first, ended, accepted],
  ];
  for (const frames of orders) {
    const world = await aReconciledDesk();
    world.desk.entry.place(anApproved());
    for (const frame of frames) world.hear(frame);
    const last = world.told.filter(({ kind }) => kind === 'order-updated').at(-1);
    assert.ok(last?.kind === 'order-updated');
    assert.equal([last.record.status, last.record.filledLots], ['canceled', 60]);
    assert.is(world.metrics.fills, 2);
    assert.equal(errorsOf(world), []);
  }
});

test('whatever order and number of reports, the fills are counted once each', async () => {
  const report = { e: 'executionReport', s: 'BTCUSDT', c: ID, C: '', i: 77, S: 'BUY', X: 'NEW' };
  const fill = { L: '60000', Y: '6', n: '0', N: null, m: true, T: 1, x: 'TRADE', l: '0.0001' };
  const frames = [
    { event: { ...report, x: 'NEW' } },
    ...[1, 2, 3, 4].map((t) => ({ event: { ...report, ...fill, t } })),
    { event: { ...report, x: 'CANCELED', c: 'cancel-1', C: ID } },
    '{"event":{"e":"executionReport"',
    { id: 'late', status: 200, result: { orderId: 77 } },
  ];
  const heard = fc.shuffledSubarray(frames, { minLength: frames.length });
  const again = fc.array(fc.constantFrom(...frames), { maxLength: 10 });
  await asyncLaw(
    fc.asyncProperty(heard, again, async (once, twice) => {
      const world = await aReconciledDesk();
      world.desk.entry.place(anApproved());
      for (const frame of [...once, ...twice]) world.hear(frame);
      const last = world.told.filter(({ kind }) => kind === 'order-updated').at(-1);
      assert.ok(last?.kind === 'order-updated');
      assert.equal([last.record.status, last.record.filledLots], ['canceled', 40]);
      assert.is(world.metrics.fills, 4);
      assert.equal(world.desk.summary().orders, []);
    }),
    40,
  );
});

test('a venue that is about to close is left in good time', async () => {
  const world = await aReconciledDesk();
  assert.is(world.hear({ event: { e: 'serverShutdown' } }), 'closing');
  assert.is(world.hear({ event: { e: 'eventStreamTerminated' } }), 'closing');
});

const subscriptions: [what: string, answer: (world: TestDesk) => void][] = [
  ['refused', (world) => void world.reply(SUBSCRIBE, 401, { error: { code: -2015, msg: 'no' } })],
  ['answered with a 503', (world) => void world.reply(SUBSCRIBE, 503, error)],
  ['answered with garbage', (world) => void world.hear('<html>')],
  ['not answered', () => {}],
];
for (const [what, answer] of subscriptions) {
  test(`a subscription that is ${what} makes the socket as good as dead`, async () => {
    const world = aDesk();
    world.desk.onOpened();
    answer(world);
    world.desk.reconcile(1);
    for (let pings = 0; pings < 3; pings += 1) {
      await world.env.advance(3_000);
      assert.is(world.desk.connection.pulse(), 'ask');
      world.hear({ id: `ping-${pings}`, status: 200, result: {} });
    }
    await world.env.advance(1_000);
    assert.is(world.desk.connection.pulse(), 'dead', 'however lively its pings are');
    assert.equal(world.news, []);
    assert.ok(world.gate.venuePauses(0).includes('disconnected'));
    world.desk.onClosed('1006 silent');
    world.connect();
    await world.env.advance(1_000);
    assert.is(world.news.at(-1), 'venue-reconciled 1');
  });
}

test('a refused subscription says so', () => {
  const world = aDesk();
  world.desk.onOpened();
  world.reply(SUBSCRIBE, 401, { error: { code: -2015, msg: 'Invalid API-key' } });
  assert.equal(
    errorsOf(world).map(({ what }) => what),
    ['error subscription-refused'],
  );
});

const silences: [what: string, answer: HttpOutcome][] = [
  ['a time-out', err({ kind: 'timeout', url: 'u', detail: 'no reply within 2000 ms' })],
  ['a lost connection', err({ kind: 'broken', url: 'u', detail: 'socket hang up' })],
  ['a 500', httpReply('', 500)],
  ['a 503 with a page', httpReply('<html>', 503)],
  ['half an answer', httpReply('[{"symbol":', 200)],
  ['the wrong kind of answer', httpReply({ orders: [] })],
  ['a refusal of the key', httpReply({ code: -2015, msg: 'Invalid API-key' }, 401)],
  ['a page behind a 403', httpReply('<html>', 403)],
];
for (const [what, answer] of silences) {
  test(`nothing is concluded about orders or money from ${what}`, async () => {
    const world = await aReconciledDesk();
    world.desk.entry.place(anApproved());
    world.reply('order.place', 200, { result: { orderId: 77 } });
    world.world.answer = () => answer;
    world.world.compare = () => {
      throw new Error('nothing is compared');
    };
    world.desk.reconcile(2);
    await world.env.advance(60_000);
    assert.is(statusOf(world), 'open');
    assert.ok(world.outcomes.slice(1).every(({ kind }) => kind === 'no-answer'));
    assert.equal(world.gate.venuePauses(0), ['reconciling']);
    assert.is(world.news.includes('venue-reconciled 2'), false);
  });
}

test('a venue that bans our questions is not asked until its time has passed', async () => {
  const world = await aReconciledDesk();
  world.world.answer = () => httpReply('', 418, { 'retry-after': '120' });
  world.desk.reconcile(2);
  await world.env.advance(20);
  const asked = world.asked.length;
  await world.env.advance(119_000);
  assert.is(world.asked.length, asked);
  world.world.answer = (request) => emptyAccount(request, world.env.nowMs);
  await world.env.advance(20_000);
  assert.is(world.news.at(-1), 'venue-reconciled 2');
});

test('a balance that is garbage is never taken for one that differs', async () => {
  const world = await aReconciledDesk();
  world.world.answer = (request) =>
    request.url.includes('account')
      ? httpReply({ balances: [{ asset: 'BTC', free: 'NaN', locked: '0' }] })
      : emptyAccount(request, world.env.nowMs);
  world.world.compare = () => ({
    ok: true,
    value: [{ asset: 'BTC', ours: amountOf(1n), venues: amountOf(2n) }],
  });
  world.desk.reconcile(2);
  await world.env.advance(30_000);
  assert.equal(world.adjusted, []);
  assert.is(world.outcomes.at(-1)?.kind, 'no-answer');
});

test.run();
