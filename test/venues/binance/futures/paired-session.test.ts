/** Orders, reports and questions of the futures adapter against the venue, on virtual time. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import type { Ticks } from '../../../../src/core/units.ts';
import type { Report } from '../../../../src/execution/report.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../../../src/risk/approved-order.ts';
import { LISTEN_KEY_MS } from '../../../../src/simulation/binance/futures/listen-keys.ts';
import { loopbackNet } from '../../../../src/simulation/server/loopback-net.ts';
import { futuresAccount } from '../../../../src/venues/binance/futures/account.ts';
import { futuresDeadMan } from '../../../../src/venues/binance/futures/dead-man.ts';
import { futuresOrders } from '../../../../src/venues/binance/futures/orders.ts';
import { pairedNet } from '../../../../src/venues/binance/futures/paired-net.ts';
import { futuresQueries, futuresReplyIn } from '../../../../src/venues/binance/futures/queries.ts';
import { futuresSession, KEEP_ALIVE_MS } from '../../../../src/venues/binance/futures/session.ts';
import { apiKeyOf } from '../../../../src/venues/binance/sign.ts';
import { SOCKET_LIMITS } from '../../../../src/venues/connection.ts';
import type { HttpOutcome, Query, VenueFrame } from '../../../../src/venues/port.ts';
import { aFuturesVenue } from '../../../support/futures/venues.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../../../support/trade/orders.ts';
import { ALICE, BOB } from '../../../support/venue/client.ts';

const test = suite('futures session');
const instrument = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });

/** The adapter of alice's account, connected and subscribed unless told otherwise. */
function aDesk(over: { isOpened?: boolean } = {}) {
  const { time, venue, ask } = aFuturesVenue();
  const { clock, timers } = time;
  const plain = loopbackNet({
    venues: new Map([['usdm', venue]]),
    clock,
    timers,
    random: rngOf(7),
    latency: { fixedMs: 1, jitterMs: 0 },
  });
  const urls = { ordersUrl: 'ws://usdm/ws-fapi/v1', eventsUrl: 'ws://usdm/private/ws' };
  const net = pairedNet({ net: plain, clock, timers, ...urls });
  const key = apiKeyOf(ALICE.apiKey, ALICE.secret);
  const access = { url: 'http://usdm', key, receiveWindowMs: 5_000, timeoutMs: 1_000 };
  const session = futuresSession(urls.ordersUrl, access, [instrument]);
  const orders = futuresOrders(key, access.receiveWindowMs);
  const queries = futuresQueries(access, [instrument]);
  const pass = (ms: number): void => time.runUntil(clock.now() + ms);
  const outcomeOf = (request: Query<unknown>['request']): HttpOutcome => {
    let outcome: HttpOutcome | null = null;
    net.http(request, (found) => {
      outcome = found;
    });
    pass(10);
    assert.ok(outcome);
    return outcome as HttpOutcome;
  };
  const answer = <T>(query: Query<T>): T => {
    const decoded = query.decode(outcomeOf(query.request));
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
    const further = query.followUp?.(decoded.value) ?? null;
    return further === null ? decoded.value : answer(further);
  };
  const frames: VenueFrame[] = [];
  const seen = { opened: 0, closed: [] as string[] };
  const connect = (ticket: string) =>
    net.webSocket(
      session.begin(ticket),
      {
        opened: () => {
          seen.opened += 1;
        },
        message: (frame) => frames.push(session.decode(frame)),
        closed: (_, reason) => seen.closed.push(reason),
      },
      SOCKET_LIMITS,
    );
  assert.ok(session.ticket);
  const ticket = answer(session.ticket.fetch(clock.now()));
  const link = connect(over.isOpened === false ? 'nobody' : ticket);
  pass(10);
  const reports = (): Report[] =>
    frames.flatMap((frame) => (frame.kind === 'reports' ? frame.reports : []));
  const replies = () => frames.flatMap((frame) => (frame.kind === 'reply' ? [frame] : []));
  const place = (parts: OrderParts): void => {
    const order = anOrder({ venue: 'usdm', ...parts }) as ApprovedOrder;
    assert.ok(link.send(orders.place(order, instrument, 'r1', clock.now())));
    pass(10);
  };
  const bob = (side: string, price: string, quantity: string) =>
    ask(
      'POST',
      '/fapi/v1/order',
      { symbol: 'BTCUSDT', side, type: 'LIMIT', timeInForce: 'GTC', quantity, price },
      BOB,
    );
  return {
    ...{ venue, time, session, queries, orders, access, link, net, seen, frames },
    ...{ pass, answer, outcomeOf, reports, replies, place, bob, connect },
  };
}

test('one socket opens when both connections are, and a subscription is answered on it', () => {
  const { seen, link, session, time, pass, replies } = aDesk();
  assert.equal([seen.opened, seen.closed], [1, []]);
  for (const text of session.subscribe('sub', time.clock.now())) assert.ok(link.send(text));
  pass(10);
  const [reply] = replies();
  assert.equal([reply?.requestId, reply?.outcome.kind], ['sub', 'done']);
});

test('an order is acknowledged and reported, filled with its profit, and cancelled', () => {
  const { place, replies, reports, bob, link, queries, pass, time } = aDesk();
  place({ clientId: 'a-1', ticks: 600_000, lots: 100 });
  const [reply] = replies();
  assert.is(reply?.outcome.kind, 'done');
  bob('SELL', '60000', '0.04');
  pass(10);
  place({ clientId: 'a-2', side: 'sell', kind: 'market', ticks: 0, lots: 40, isReduceOnly: true });
  const cancel = queries.cancel(
    { clientId: 'a-1', venueOrderId: '' },
    instrument,
    'r2',
    time.clock.now(),
  );
  assert.ok(link.send(cancel as string));
  pass(10);
  const kinds = reports().map(
    (report) => `${report.kind} ${'clientId' in report ? report.clientId : ''}`,
  );
  assert.equal(kinds, ['accepted a-1', 'filled a-1', 'accepted a-2', 'ended a-2', 'ended a-1']);
  const [, filled] = reports();
  assert.ok(filled?.kind === 'filled');
  const { fill } = filled;
  assert.equal([fill.ticks, fill.lots, fill.isMaker], [600_000, 40, true]);
  assert.equal([fill.quote, fill.fee, fill.realised], [240_000_000_000n, 24_000_000n, 0n]);
});

test('what a fill realised is what the venue books, over both ways of asking', () => {
  const { place, bob, reports, answer, queries, time } = aDesk();
  place({ clientId: 'a-1', ticks: 600_000, lots: 100 });
  bob('SELL', '60000', '0.1');
  bob('BUY', '60100', '0.1');
  place({ clientId: 'a-2', side: 'sell', ticks: 601_000, lots: 100, timeInForce: 'ioc' });
  const fills = reports().flatMap((report) => (report.kind === 'filled' ? [report.fill] : []));
  assert.equal(
    fills.map(({ realised }) => realised),
    [0n, 1_000_000_000n],
  );
  const trades = answer(queries.trades(instrument, '0', time.clock.now()));
  assert.equal(
    trades.map(({ fill }) => fill),
    fills,
  );
  const fees = fills.reduce((sum, { fee }) => sum + fee, 0n);
  const balances = answer(queries.balances(time.clock.now()));
  assert.equal([...balances], [['USDT', 100_000n * 100_000_000n + 1_000_000_000n - fees]]);
});

test('a position is a balance of its base, and other markets keep their own name', () => {
  const { place, bob, answer, queries, time, access } = aDesk();
  place({ clientId: 'a-1', side: 'sell', ticks: 600_000, lots: 100 });
  bob('BUY', '60000', '0.1');
  assert.is(answer(queries.balances(time.clock.now())).get('BTC'), -10_000_000n);
  const stranger = futuresQueries(access, []);
  assert.is(answer(stranger.balances(time.clock.now())).get('BTCUSDT'), -10_000_000n);
  const [position] = answer(futuresAccount(access).positions(time.clock.now()));
  assert.equal([position?.quantity, position?.entryPrice], [-10_000_000n, 60_000]);
});

test('open orders and one order are found, and everything is cancelled over REST', () => {
  const { place, answer, outcomeOf, queries, time, reports } = aDesk();
  place({ clientId: 'a-1', ticks: 500_000, lots: 100, isPostOnly: true });
  place({ clientId: 'a-2', ticks: 500_010, lots: 100 });
  const now = time.clock.now();
  assert.is(answer(queries.openOrders(now)).length, 2);
  const found = answer(queries.order({ clientId: 'a-1' }, instrument, now));
  assert.ok(found.kind === 'found' && found.order.state === 'open');
  assert.is(answer(queries.order({ clientId: 'none' }, instrument, now)).kind, 'not-found');
  const request = queries.cancelAll(instrument, 'r3', now);
  assert.ok(typeof request === 'object' && request !== null);
  assert.is(futuresReplyIn(outcomeOf(request)).kind, 'done');
  assert.is(reports().filter(({ kind }) => kind === 'ended').length, 2);
  assert.is(answer(queries.cancelAllNow(instrument, now, [])), 0);
});

test('an order over its margin, off its tick or reducing nothing is refused for certain', () => {
  const { place, replies } = aDesk();
  place({ clientId: 'a-1', ticks: 500_000, lots: 100_000 });
  place({ clientId: 'a-2', ticks: 500_000, lots: 100, isReduceOnly: true });
  const refusals = replies().map(({ outcome }) => (outcome.kind === 'refused' ? outcome.code : 0));
  assert.equal(refusals, [-2019, -2022]);
});

test('an order is moved to another price and size under its own id', () => {
  const { place, link, orders, pass, time, answer, queries } = aDesk();
  place({ clientId: 'a-1', ticks: 500_000, lots: 100 });
  const wanted = anOrder({ clientId: 'a-1', ticks: 510_000, lots: 200 });
  const change = { wanted, lots: 200 } as unknown as ApprovedAmendment;
  assert.ok(link.send(orders.amend(change, '1', instrument, 'r2', time.clock.now())));
  pass(10);
  const found = answer(queries.order({ clientId: 'a-1' }, instrument, time.clock.now()));
  assert.ok(found.kind === 'found');
  assert.equal([found.order.ticks, found.order.lots], [510_000, 200]);
});

test('funding comes as cash of its own kind, and orders never do', () => {
  const { place, bob, reports, venue, pass } = aDesk();
  place({ clientId: 'a-1', ticks: 600_000, lots: 100 });
  bob('SELL', '60000', '0.1');
  venue.due.measure();
  venue.exchange.payFunding('BTCUSDT');
  pass(10);
  const moved = reports().flatMap((report) => (report.kind === 'transferred' ? [report] : []));
  assert.is(moved.length, 1);
  assert.equal(
    [moved[0]?.asset, moved[0]?.amount, moved[0]?.reason],
    ['USDT', -60_000_000n, 'funding'],
  );
});

test('a margin call is an alarm', () => {
  const { place, bob, frames, venue, pass } = aDesk();
  bob('SELL', '60000', '30');
  place({ clientId: 'a-1', ticks: 600_000, lots: 30_000 });
  const market = venue.exchange.market('BTCUSDT');
  assert.ok(market);
  market.price.pinned = 569_700 as Ticks;
  venue.due.measure();
  pass(10);
  const alarm = frames.find(({ kind }) => kind === 'alarm');
  assert.ok(alarm?.kind === 'alarm' && /^BTCUSDT 30\.0+ needs \d/.test(alarm.detail));
});

test('a listen key is kept alive by asking, and ends the connection when it is not', () => {
  const kept = aDesk();
  assert.ok(kept.session.ticket?.renewal);
  assert.is(kept.session.ticket.renewal.everyMs, KEEP_ALIVE_MS);
  kept.pass(LISTEN_KEY_MS - 1_000);
  assert.is(kept.answer(kept.session.ticket.renewal.renew(0)), true);
  kept.pass(LISTEN_KEY_MS - 1_000);
  assert.not.ok(kept.frames.some(({ kind }) => kind === 'closing'));
  kept.pass(2_000);
  const closing = kept.frames.find(({ kind }) => kind === 'closing');
  assert.ok(closing?.kind === 'closing' && closing.reason === 'listenKeyExpired');
});

test('without a listen key that the venue knows nothing opens', () => {
  const { seen } = aDesk({ isOpened: false });
  assert.is(seen.opened, 0);
  assert.is(seen.closed.length, 1, 'both are over, and it is said once');
});

test('one of two connections that is lost ends both', () => {
  const { venue, pass, seen, link } = aDesk();
  venue.facade.dropAll();
  pass(10);
  assert.is(seen.closed.length, 1);
  assert.not.ok(link.send('x'));
});

test("an account's connection that says nothing any more is not trusted", () => {
  const { venue, pass, seen } = aDesk();
  pass(30_000);
  assert.equal(seen.closed, [], 'it is asked, and answers');
  venue.facade.goDumb();
  pass(14_000);
  assert.equal(seen.closed, ["the account's connection is silent"]);
});

test('closing it closes both, and a url that is not the orders is opened as it is', () => {
  const { link, pass, seen, net, venue } = aDesk();
  link.close();
  pass(10);
  assert.equal([seen.closed.length, venue.facade.connections], [1, 0]);
  const opened: string[] = [];
  const url = 'ws://usdm/public/ws';
  const handlers = { opened: () => opened.push(url), message: () => {}, closed: () => {} };
  net.webSocket(url, handlers, SOCKET_LIMITS);
  pass(10);
  assert.equal(opened, [url]);
});

test('the switch of the venue cancels when nobody feeds it (C30)', async () => {
  const { place, access, net, time, pass, answer, queries } = aDesk();
  place({ clientId: 'a-1', ticks: 500_000, lots: 100 });
  const open = () => answer(queries.openOrders(time.clock.now())).length;
  const deadMan = futuresDeadMan({
    access,
    symbols: ['BTCUSDT'],
    times: { timeoutMs: 10_000, everyMs: 2_500 },
    ask: (query) =>
      new Promise((resolve) => {
        net.http(query.request, (outcome) => {
          const decoded = query.decode(outcome);
          resolve(decoded.ok ? decoded : { ok: false, error: decoded.error.detail });
        });
      }),
    venueMs: () => time.clock.now(),
  });
  const armed = deadMan.arm();
  pass(9_000);
  assert.is(await armed, true);
  const fed = deadMan.arm();
  pass(9_000);
  assert.is(await fed, true);
  assert.is(open(), 1, 'it was fed in time');
  pass(2_000);
  assert.is(open(), 0);
  place({ clientId: 'a-2', ticks: 500_000, lots: 100 });
  const again = deadMan.arm();
  pass(10);
  await again;
  const disarmed = deadMan.disarm();
  pass(10);
  assert.is(await disarmed, true);
  pass(20_000);
  assert.is(open(), 1);
});

test('a switch that one market does not take is not held', async () => {
  const { access, net, pass, time } = aDesk();
  const deadMan = futuresDeadMan({
    access,
    symbols: ['BTCUSDT', 'XRPUSDT'],
    times: { timeoutMs: 10_000, everyMs: 2_500 },
    ask: (query) =>
      new Promise((resolve) => {
        net.http(query.request, (outcome) => {
          const decoded = query.decode(outcome);
          resolve(decoded.ok ? decoded : { ok: false, error: decoded.error.detail });
        });
      }),
    venueMs: () => time.clock.now(),
  });
  const armed = deadMan.arm();
  pass(10);
  assert.is(await armed, false);
});

test.run();
