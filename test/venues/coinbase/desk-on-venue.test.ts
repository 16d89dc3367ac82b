/** Orders, questions and reports together, on the venue that speaks the protocol. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OrderKey } from '../../../src/execution/reconciliation.ts';
import { aCoinbaseDesk, LIFE_MS } from '../../support/coinbase/desk.ts';
import { BTC } from '../../support/coinbase/frames.ts';
import { must } from '../../support/venue/fixtures.ts';

/** The one order that the venue has open. */
function open(desk: ReturnType<typeof aCoinbaseDesk>) {
  return must(desk.ask(desk.queries.openOrders(desk.now())));
}

test('an order is placed, seen on the private socket, found, and cancelled', () => {
  const desk = aCoinbaseDesk();
  const socket = desk.listen();
  const subscribed = socket.heard();
  assert.equal(
    subscribed.map(({ kind }) => kind),
    ['other', 'reply', 'reports'],
  );
  const placed = desk.place();
  assert.ok(placed.kind === 'done', JSON.stringify(placed));
  const { venueOrderId } = placed;
  const accepted = { kind: 'accepted', clientId: 'desk-1-mm-1', venueOrderId };
  assert.equal(socket.heard(), [{ kind: 'reports', reports: [accepted] }]);
  const byName = must(desk.ask(desk.queries.order({ venueOrderId }, BTC, desk.now())));
  const byClient = must(desk.ask(desk.queries.order({ clientId: 'desk-1-mm-1' }, BTC, desk.now())));
  assert.equal(byName, byClient);
  assert.equal(byName, {
    kind: 'found',
    order: {
      clientId: 'desk-1-mm-1',
      venueOrderId,
      symbol: 'BTC-USD',
      side: 'buy',
      kind: 'limit',
      ticks: 5_000_000,
      lots: 1_000_000,
      filledLots: 0,
      state: 'open',
    },
  });
  assert.is(open(desk).length, 1);
  const names = { clientId: 'desk-1-mm-1', venueOrderId };
  const request = desk.queries.cancel(names, BTC, 'r2', desk.now());
  assert.ok(request !== null && typeof request !== 'string');
  assert.is(request.line, 'when-free');
  assert.ok(desk.send(request).ok);
  const ended = { kind: 'ended', clientId: 'desk-1-mm-1', how: 'canceled', reason: 'canceled' };
  assert.equal(socket.heard(), [{ kind: 'reports', reports: [ended] }]);
  assert.is(open(desk).length, 0);
});

test('a fill is told as progress, and the history says by which trades', () => {
  const desk = aCoinbaseDesk();
  const socket = desk.listen();
  const before = must(desk.ask(desk.queries.trades(BTC, null, desk.now())));
  assert.equal(before, []);
  const placed = desk.place();
  socket.heard();
  desk.bob('SELL', '50000.00', '0.004');
  const progress = { kind: 'progressed', clientId: 'desk-1-mm-1', hasEnded: false };
  const [frame] = socket.heard();
  assert.ok(placed.kind === 'done' && frame?.kind === 'reports');
  const { venueOrderId } = placed;
  assert.equal(frame.reports, [{ ...progress, venueOrderId, filledLots: 400_000 }]);
  desk.bob('SELL', '50000.00', '0.01');
  const [whole] = socket.heard();
  assert.ok(whole?.kind === 'reports');
  assert.equal(whole.reports, [
    { ...progress, venueOrderId, filledLots: 1_000_000, hasEnded: true },
  ]);
  const trades = must(desk.ask(desk.queries.trades(BTC, '-1', desk.now())));
  assert.equal(
    trades.map(({ fill }) => [fill.lots, fill.ticks, fill.isMaker, fill.feeAsset]),
    [
      [400_000, 5_000_000, true, 'USD'],
      [600_000, 5_000_000, true, 'USD'],
    ],
  );
  assert.equal(
    trades.map(({ fill }) => [fill.quote, fill.fee]),
    [
      [20_000_000_000n, 2_000_000n],
      [30_000_000_000n, 3_000_000n],
    ],
  );
  const mark = trades[0]?.fill.tradeId ?? '';
  const after = must(desk.ask(desk.queries.trades(BTC, mark, desk.now())));
  const news = after.filter(({ isOld }) => isOld === undefined);
  assert.equal(news, trades.slice(1), 'the mark itself comes once more, marked as old');
  const latest = must(desk.ask(desk.queries.trades(BTC, null, desk.now())));
  assert.equal(latest, trades.slice(1));
});

test('an order that is cancelled after a fill says how much, so that its end waits for it', () => {
  const desk = aCoinbaseDesk();
  const socket = desk.listen();
  const placed = desk.place();
  socket.heard();
  desk.bob('SELL', '50000.00', '0.004');
  socket.heard();
  assert.ok(placed.kind === 'done');
  const { venueOrderId } = placed;
  const names = { clientId: 'desk-1-mm-1', venueOrderId };
  const request = desk.queries.cancel(names, BTC, 'r2', desk.now());
  assert.ok(request !== null && typeof request !== 'string' && desk.send(request).ok);
  const [frame] = socket.heard();
  assert.equal(frame?.kind === 'reports' && frame.reports, [
    {
      kind: 'progressed',
      clientId: 'desk-1-mm-1',
      venueOrderId,
      filledLots: 400_000,
      hasEnded: true,
    },
  ]);
  const found = must(desk.ask(desk.queries.order({ venueOrderId }, BTC, desk.now())));
  assert.ok(found.kind === 'found');
  assert.equal([found.order.state, found.order.filledLots], ['canceled', 400_000]);
});

test('balances are free plus held, exact to eight places', () => {
  const desk = aCoinbaseDesk();
  desk.place();
  const balances = must(desk.ask(desk.queries.balances(desk.now())));
  assert.equal(
    [...balances],
    [
      ['USD', 10_000_000_000_000n],
      ['BTC', 1_000_000_000n],
      ['ETH', 10_000_000_000n],
    ],
  );
});

test('the same client id again is the same order again', () => {
  const desk = aCoinbaseDesk();
  const first = desk.place();
  assert.equal(desk.place(), first);
  assert.is(open(desk).length, 1);
});

test('orders of every kind are placed, and refusals say why', () => {
  const desk = aCoinbaseDesk();
  desk.bob('SELL', '60000.00', '0.01');
  const kinds = [
    { clientId: 'd-1', kind: 'market' as const, ticks: 0 },
    { clientId: 'd-2', timeInForce: 'ioc' as const },
    { clientId: 'd-3', timeInForce: 'fok' as const },
    { clientId: 'd-4', isPostOnly: true },
    { clientId: 'd-5', side: 'sell' as const, ticks: 7_000_000 },
  ];
  for (const parts of kinds) assert.is(desk.place(parts).kind, 'done', parts.clientId);
  const taking = desk.place({ clientId: 'd-6', isPostOnly: true, ticks: 7_000_001 });
  assert.ok(taking.kind === 'refused' && /POST_ONLY/.test(taking.reason));
  const dear = desk.place({ clientId: 'd-7', lots: 1_000_000_000 });
  assert.ok(dear.kind === 'refused' && /INSUFFICIENT_FUND/.test(dear.reason), JSON.stringify(dear));
});

test('everything of a market is cancelled by the names that the venue has just told', () => {
  const desk = aCoinbaseDesk();
  assert.is(desk.queries.cancelAll(BTC, 'r', desk.now()), null);
  assert.is(must(desk.ask(desk.queries.cancelAllNow(BTC, desk.now(), []))), 0);
  for (const clientId of ['d-1', 'd-2', 'd-3']) desk.place({ clientId });
  const query = desk.queries.cancelAllNow(BTC, desk.now(), open(desk));
  assert.is(must(desk.ask(query)), 3);
  assert.is(open(desk).length, 0);
  const names = { clientId: 'd-4', venueOrderId: '' };
  assert.is(desk.queries.cancel(names, BTC, 'r', desk.now()), null, 'it has no name yet');
});

test('an order that nobody placed is not found, by either name', () => {
  const desk = aCoinbaseDesk();
  for (const key of [{ clientId: 'nobody' }, { venueOrderId: 'nobody' }]) {
    const answer = must(desk.ask(desk.queries.order(key, BTC, desk.now())));
    assert.equal(answer, { kind: 'not-found' });
  }
});

test('an order that has waited for days is found under the name that the venue gave it', () => {
  const desk = aCoinbaseDesk();
  const clientId = 'desk-1-mm-1';
  const placed = desk.place({ clientId });
  assert.ok(placed.kind === 'done');
  desk.time.runUntil(desk.now() + 3 * 86_400_000);
  const ask = (key: OrderKey) => must(desk.ask(desk.queries.order(key, BTC, desk.now()))).kind;
  assert.is(ask({ clientId }), 'not-found', 'only the last day is searched');
  assert.is(ask({ clientId, knownAs: '' }), 'not-found');
  assert.is(ask({ clientId, knownAs: placed.venueOrderId }), 'found');
});

test("the venue's clock is asked without a key", () => {
  const desk = aCoinbaseDesk();
  const query = desk.queries.serverTime();
  assert.equal(query.request.headers, {});
  assert.is(must(desk.ask(query)), desk.now());
});

test('a token that is older than it may be is refused, which calls for the clock', () => {
  const desk = aCoinbaseDesk();
  const query = desk.queries.balances(desk.now());
  desk.time.runUntil(desk.now() + LIFE_MS + 1_000);
  const answer = desk.ask(query);
  assert.ok(!answer.ok && answer.error.kind === 'refused');
  assert.is(answer.error.code, desk.session.clockRefusedCode);
});

test('too many requests, an outage and garbage are told apart', () => {
  const desk = aCoinbaseDesk();
  const { faults } = desk.facade;
  const status = (code: number, isExecuted = false) =>
    ({ kind: 'status', status: code, retryAfterSeconds: 7, isExecuted }) as const;
  faults.planRequests('accounts.list', status(429), 1);
  const throttled = desk.ask(desk.queries.balances(desk.now()));
  assert.ok(!throttled.ok && throttled.error.kind === 'throttled');
  assert.is(throttled.error.retryAfterMs, 7_000);
  faults.planRequests('accounts.list', status(503), 1);
  const down = desk.ask(desk.queries.balances(desk.now()));
  assert.ok(!down.ok && down.error.kind === 'no-answer');
  faults.planRequests('orders.create', status(429), 1);
  assert.equal(desk.place(), {
    kind: 'refused',
    code: 429,
    reason: 'too many requests',
    retryAfterMs: 7_000,
  });
  for (const fault of [
    status(503, true),
    { kind: 'garbage', isExecuted: true } as const,
    { kind: 'lost', isExecuted: true } as const,
  ]) {
    faults.planRequests('orders.create', fault, 1);
    const clientId = `unknown-${fault.kind}`;
    assert.is(desk.place({ clientId }).kind, 'unknown', fault.kind);
    const asked = must(desk.ask(desk.queries.order({ clientId }, BTC, desk.now())));
    assert.is(asked.kind, 'found', 'it had been executed');
  }
});

test('our own orders never trade with each other: the newer one ends', () => {
  const desk = aCoinbaseDesk();
  const socket = desk.listen();
  desk.place({ clientId: 'd-1' });
  socket.heard();
  desk.place({ clientId: 'd-2', side: 'sell' });
  const ends = socket
    .heard()
    .flatMap((frame) => (frame.kind === 'reports' ? frame.reports : []))
    .filter(({ kind }) => kind === 'ended');
  const ended = { kind: 'ended', clientId: 'd-2', how: 'expired', reason: 'stp' };
  assert.ok(ends.length > 0);
  for (const end of ends) assert.equal(end, ended);
});

test('a private socket begins with the orders that are open', () => {
  const desk = aCoinbaseDesk();
  desk.place({ clientId: 'd-1' });
  desk.bob('SELL', '50000.00', '0.004');
  desk.place({ clientId: 'd-2' });
  const reports = desk
    .listen()
    .heard()
    .flatMap((frame) => (frame.kind === 'reports' ? frame.reports : []));
  assert.equal(
    reports.map(({ kind }) => kind),
    ['accepted', 'progressed'],
  );
});

test.run();
