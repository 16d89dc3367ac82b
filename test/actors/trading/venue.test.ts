import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { PortfolioMessage } from '../../../actors/trading/portfolio.ts';
import { venueActor } from '../../../actors/trading/venue.ts';
import { amountOf } from '../../../src/core/units.ts';
import type { BalanceDifference } from '../../../src/execution/ledger.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { aFakeNet, type FakeSocket } from '../../support/actors/fake-net.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import {
  anApproved,
  anOpenGate,
  aVenue,
  emptyAccount,
  replyTo,
  sentFrame,
} from '../../support/edge/order-socket.ts';
import { aLane, anActor } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'trading/venues/venue:binance';
const HEARERS = ['safety/control', 'trading/risk', 'trading/execution'];

type Told = { readonly kind: string };

async function aVenueActor() {
  const tested = aLane();
  const { lane, env } = tested;
  const { net, sockets, requests } = aFakeNet();
  const { log, lines } = aLog();
  const gate = anOpenGate();
  const journal: Told[] = [];
  const toldToPortfolio: Told[] = [];
  /** What the ledger answers to comparisons, one after the other; then it agrees. */
  const differences: BalanceDifference[][] = [];
  const world = { isComparing: true };
  const portfolio = () =>
    anActor<null, PortfolioMessage>({
      receive(state, message, ctx) {
        toldToPortfolio.push(message);
        if (message.kind === 'compare' && world.isComparing) {
          ctx.send(message.reply, differences.shift() ?? []);
        }
        return state;
      },
    });
  const spec = () =>
    venueActor({
      venue: aVenue(),
      instruments: [anInstrument()],
      deskId: 'desk',
      isOfThisBoot: (clientId) => clientId.startsWith('desk-1-'),
      net,
      timers: env.timers,
      gate,
      metrics: new DeskMetrics(),
      requestTimeoutMs: 2_000,
      isClockReal: false,
      restore: () =>
        Promise.resolve({
          order: () => undefined,
          isBooked: () => false,
          openOrders: [],
          marks: new Map(),
        }),
      journal: (event) => void journal.push(event),
      log,
    });
  const actors = { [PATH]: spec, 'trading/portfolio': portfolio as never };
  const heard = await aBranch(tested, actors, HEARERS);
  /** What was told of orders and accounts; how the venue answers has tests of its own. */
  const kindsTold = (path: string): string[] =>
    (heard[path] ?? [])
      .map((message) => (message as Told).kind)
      .filter((kind) => kind !== 'api-answered' && kind !== 'clock-measured');
  /** Answers what is asked over REST as an empty account does, for so long. */
  const answerFor = async (ms: number): Promise<void> => {
    for (let waited = 0; waited < ms; waited += 50) {
      await env.advance(50);
      for (const { request, answer } of requests.splice(0))
        answer(emptyAccount(request, env.nowMs));
      await env.settle();
    }
  };
  const subscribed = async (): Promise<FakeSocket> => {
    const socket = sockets.at(-1) as FakeSocket;
    socket.open();
    const { id } = sentFrame(socket.sent[0] ?? '');
    socket.hear(replyTo(id, 200, { result: {} }));
    await env.settle();
    return socket;
  };
  /** Connected, and reconciled under a token that control asked for. */
  const ready = async (token = 5): Promise<FakeSocket> => {
    const socket = await subscribed();
    lane.send(address.venue('binance'), { kind: 'reconcile', token });
    await answerFor(500);
    assert.equal(gate.venuePauses(0), []);
    return socket;
  };
  const approved = (parts = {}): ApprovedOrder => anApproved({ epoch: gate.epoch, ...parts });
  const place = async (order: ApprovedOrder): Promise<void> => {
    lane.send(address.venue('binance'), { kind: 'place', order });
    await env.settle();
  };
  const frames = (socket: FakeSocket, method: string) =>
    socket.sent.map(sentFrame).filter((frame) => frame.method === method);
  return {
    ...tested,
    sockets,
    lines,
    gate,
    journal,
    differences,
    world,
    heard,
    toldToPortfolio,
    kindsTold,
    answerFor,
    subscribed,
    ready,
    approved,
    place,
    frames,
  };
}

const report = (x: string, parts: object = {}): string =>
  JSON.stringify({
    event: {
      e: 'executionReport',
      s: 'BTCUSDT',
      c: 'desk-1-mm-1',
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
      ...parts,
    },
  });

test('it tells control when it is heard, and reconciles when control wants that', async () => {
  const { heard, ready, gate, journal } = await aVenueActor();
  assert.equal(gate.venuePauses(0), ['disconnected']);
  await ready(5);
  assert.equal(heard['safety/control'], [
    { kind: 'venue-connected', venue: 'binance' },
    { kind: 'venue-reconciled', token: 5, venue: 'binance' },
  ]);
  assert.ok(journal.some(({ kind }) => kind === 'venue-reconciled'));
});

test('an order is journaled, sent and told; its fill too', async () => {
  const { ready, approved, place, frames, journal, kindsTold, toldToPortfolio, env } =
    await aVenueActor();
  const socket = await ready();
  await place(approved());
  const [sent] = frames(socket, 'order.place');
  assert.is(sent?.params['newClientOrderId'], 'desk-1-mm-1');
  assert.is(journal.at(-1)?.kind, 'order-submitted');
  socket.hear(report('TRADE'));
  await env.settle();
  assert.is(journal.at(-1)?.kind, 'order-filled');
  for (const path of ['trading/risk', 'trading/execution']) {
    assert.equal(kindsTold(path), ['order-updated', 'order-updated', 'order-updated'], path);
  }
  assert.is(toldToPortfolio.at(-1)?.kind, 'order-updated');
});

test('an order whose gate has closed is dropped: nothing journaled, nothing sent', async () => {
  const { ready, approved, place, frames, journal, kindsTold, gate } = await aVenueActor();
  const socket = await ready();
  const order = approved();
  gate.close('emergency');
  const before = journal.length;
  await place(order);
  assert.equal(frames(socket, 'order.place'), []);
  assert.is(journal.length, before);
  assert.equal(kindsTold('trading/risk'), ['order-dropped']);
  assert.equal(kindsTold('trading/execution'), ['order-dropped']);
});

test('cancels leave while the gate is closed', async () => {
  const { lane, env, ready, approved, place, frames, gate } = await aVenueActor();
  const socket = await ready();
  await place(approved());
  gate.close('emergency');
  lane.send(address.venue('binance'), { kind: 'cancel', clientId: 'desk-1-mm-1' });
  lane.send(address.venue('binance'), { kind: 'cancel-all' });
  await env.settle();
  assert.is(frames(socket, 'order.cancel').length, 1);
  assert.is(frames(socket, 'openOrders.cancelAll').length, 1);
});

test('a transfer is told to portfolio and risk, not to execution', async () => {
  const { ready, kindsTold, toldToPortfolio, env } = await aVenueActor();
  const socket = await ready();
  socket.hear('{"event":{"e":"balanceUpdate","a":"USDT","d":"5.00","T":9}}');
  await env.settle();
  assert.equal(kindsTold('trading/risk'), ['transferred']);
  assert.equal(kindsTold('trading/execution'), []);
  assert.is(toldToPortfolio.at(-1)?.kind, 'transferred');
});

test('a lost connection pauses the venue, is told, and made again', async () => {
  const { env, ready, gate, kindsTold, sockets, lines } = await aVenueActor();
  const socket = await ready();
  socket.close(1006, 'gone');
  await env.settle();
  assert.equal(gate.venuePauses(0), ['disconnected']);
  assert.is(kindsTold('safety/control').at(-1), 'venue-lost');
  assert.ok(lines.some((line) => line.includes(`${PATH} disconnected`)));
  await env.advance(500);
  assert.is(sockets.length, 2);
});

test('a venue that announces its end is left', async () => {
  const { ready } = await aVenueActor();
  const socket = await ready();
  socket.hear('{"event":{"e":"serverShutdown","E":1}}');
  assert.ok(socket.isClosing);
});

test('a silent venue is pinged, and left when it stays silent', async () => {
  const { env, ready, frames, lines } = await aVenueActor();
  const socket = await ready();
  await env.advance(3_500);
  assert.ok(frames(socket, 'ping').length > 0);
  await env.advance(8_000);
  assert.ok(socket.isClosing);
  assert.ok(lines.some((line) => line === `warn ${PATH} silent {}`));
});

test('a difference at a restart is booked, so that the ledger agrees', async () => {
  const { subscribed, lane, differences, answerFor, toldToPortfolio, kindsTold } =
    await aVenueActor();
  const found = [{ asset: 'BTC', ours: amountOf(1n), venues: amountOf(2n) }];
  for (let time = 0; time < 5; time += 1) differences.push(found);
  await subscribed();
  lane.send(address.venue('binance'), { kind: 'reconcile', token: 5 });
  await answerFor(3_000);
  const adjusted = toldToPortfolio.find(({ kind }) => kind === 'adjust');
  assert.equal(adjusted, { kind: 'adjust', venue: 'binance', differences: found });
  assert.is(kindsTold('safety/control').at(-1), 'venue-reconciled');
});

test('a ledger that does not answer leaves the venue paused, and is asked again', async () => {
  const { subscribed, lane, world, answerFor, gate, lines } = await aVenueActor();
  world.isComparing = false;
  await subscribed();
  lane.send(address.venue('binance'), { kind: 'reconcile', token: 5 });
  await answerFor(5_200);
  assert.ok(lines.some((line) => line.startsWith(`warn ${PATH} not-reconciled`)));
  assert.equal(gate.venuePauses(0), ['disconnected', 'reconciling']);
  world.isComparing = true;
  await answerFor(2_000);
  assert.equal(gate.venuePauses(0), []);
});

test('a limit pauses the venue for as long as it says', async () => {
  const { ready, approved, place, frames, gate, answerFor } = await aVenueActor();
  const socket = await ready();
  await place(approved());
  const id = frames(socket, 'order.place')[0]?.id ?? '';
  const data = { serverTime: 1_000, retryAfter: 2_000 };
  socket.hear(replyTo(id, 429, { error: { code: -1003, msg: 'slow down', data } }));
  assert.equal(gate.venuePauses(0), ['rate-limited']);
  await answerFor(900);
  assert.equal(gate.venuePauses(0), ['rate-limited']);
  await answerFor(200);
  assert.equal(gate.venuePauses(0), []);
});

test('beside trading it verifies that nobody has lost anything', async () => {
  const { ready, answerFor, toldToPortfolio } = await aVenueActor();
  const socket = await ready();
  const compared = () => toldToPortfolio.filter(({ kind }) => kind === 'compare').length;
  const before = compared();
  for (let second = 0; second < 31; second += 1) {
    await answerFor(1_000);
    socket.hear('{"id":"x","status":200,"result":{}}');
  }
  assert.is(compared(), before + 1);
});

test('a new incarnation closes the socket of the old one and pauses the venue', async () => {
  const { lane, env, ready, sockets, gate } = await aVenueActor();
  const socket = await ready();
  lane.inject(PATH, new Error('boom'));
  await env.settle();
  assert.ok(socket.isClosing);
  assert.is(sockets.length, 2);
  assert.equal(gate.venuePauses(0), ['disconnected']);
});

test('an inspector sees the connection and the open orders', async () => {
  const { lane, ready, approved, place } = await aVenueActor();
  await ready();
  await place(approved());
  const view = lane.view(PATH);
  const seen = (view.ok ? view.value : {}) as { isOpen: boolean; orders: readonly unknown[] };
  assert.equal([seen.isOpen, seen.orders.length], [true, 1]);
});

test.run();
