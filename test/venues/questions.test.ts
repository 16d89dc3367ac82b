import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRequest, Net } from '../../src/core/env.ts';
import { err, ok } from '../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../src/core/units.ts';
import type { LedgerEvent } from '../../src/execution/ledger.ts';
import type { OrderEvent } from '../../src/execution/order.ts';
import { OrderManager } from '../../src/execution/order-manager.ts';
import { Questions, reconcilePort } from '../../src/venues/questions.ts';
import { QuietTime } from '../../src/venues/session/quiet-time.ts';
import { VenueClock } from '../../src/venues/venue-clock.ts';
import { aVenue, type HttpOutcome, httpReply } from '../support/edge/order-socket.ts';
import { manualEnv } from '../support/manual-env.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aFill, anOrder } from '../support/trade/orders.ts';

const instruments = [anInstrument(), anInstrument({ index: 1, symbol: 'X', venue: 'elsewhere' })];
const venue = aVenue(instruments);

/** Questions to a venue that answers with what the test says, after a wait. */
function someQuestions(answers: readonly HttpOutcome[], tripMs = 0) {
  const env = manualEnv();
  const asked: HttpRequest[] = [];
  const world = { isAlive: true };
  const net: Net = {
    webSocket: () => {
      throw new Error('questions need no socket');
    },
    http(request, done) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] as HttpOutcome;
      asked.push(request);
      env.timers.after(tripMs, () => done(answer));
    },
  };
  const venueClock = new VenueClock(env.clock);
  const questions = new Questions({
    venue,
    net,
    clock: env.clock,
    venueClock,
    quiet: new QuietTime(env.clock),
    fenced:
      (callback) =>
      (...args) => {
        if (world.isAlive) callback(...args);
      },
  });
  return { env, asked, world, venueClock, questions };
}

const openOrders = () => venue.queries.openOrders(0);

/** Asks and lets time pass until there is an answer. */
async function asking(world: ReturnType<typeof someQuestions>) {
  const answer = world.questions.ask(openOrders());
  await world.env.advance(10);
  return answer;
}

test('a question is answered with what the venue says', async () => {
  const world = someQuestions([httpReply([])]);
  assert.equal(await asking(world), ok([]));
});

test('a refused time stamp has the time asked anew, and that answer counts alone', async () => {
  const stale = err({ kind: 'broken', url: 'u', detail: 'x' } as const);
  const world = someQuestions([
    httpReply('{"code":-1021}', 400),
    httpReply({ serverTime: 5_000_000 }),
    stale,
  ]);
  for (let old = 0; old < 5; old += 1) world.venueClock.onProbe(1_000, 0, 0);
  await asking(world);
  await world.env.advance(10);
  assert.is(world.asked.length, 2, 'the time is asked once');
  assert.ok(Math.abs(world.venueClock.nowMs() - 5_000_000) < 100);
});

test('another refusal leaves the venue clock alone', async () => {
  const world = someQuestions([httpReply('{"code":-2015}', 400)]);
  await asking(world);
  assert.is(world.asked.length, 1);
});

const failures: [what: string, answer: HttpOutcome, said: string][] = [
  [
    'silence',
    err({ kind: 'timeout', url: 'u', detail: 'no reply within 2000 ms' }),
    'timeout: no reply within 2000 ms',
  ],
  [
    'a lost connection',
    err({ kind: 'broken', url: 'u', detail: 'socket hang up' }),
    'broken: socket hang up',
  ],
  ['a 503', httpReply('', 503), 'status 503'],
  ['a refusal', httpReply('{"code":-1022}', 400), '-1022: {"code":-1022}'],
  ['the wrong kind', httpReply('{}'), 'open orders: found object, wanted an array'],
];
for (const [what, answer, said] of failures) {
  test(`${what} is no answer and says why, and the next question may be asked`, async () => {
    const world = someQuestions([answer, httpReply([])]);
    assert.equal(await asking(world), err(said));
    assert.equal(await asking(world), ok([]));
  });
}

for (const status of [429, 418]) {
  test(`after a ${status} nothing is asked until its time has passed`, async () => {
    const limited = httpReply('', status, { 'retry-after': '7' });
    const world = someQuestions([limited, httpReply([])]);
    assert.equal(await asking(world), err(`status ${status}`));
    await world.env.advance(6_980);
    assert.equal(await asking(world), err('the venue is not to be asked for 10 ms'));
    assert.is(world.asked.length, 1);
    assert.equal(await asking(world), ok([]));
    assert.is(world.asked.length, 2);
  });
}

test('a shorter wish that comes later does not cut a longer one short', async () => {
  const long = httpReply('', 418, { 'retry-after': '120' });
  const short = httpReply('', 429, { 'retry-after': '1' });
  const world = someQuestions([long, short]);
  const both = [world.questions.ask(openOrders()), world.questions.ask(openOrders())];
  await world.env.advance(0);
  await Promise.all(both);
  await world.env.advance(119_000);
  assert.equal(await asking(world), err('the venue is not to be asked for 1000 ms'));
});

test('an answer that comes for an actor that is gone is nobody’s', async () => {
  const world = someQuestions([httpReply([])], 5);
  let isAnswered = false;
  void world.questions.ask(openOrders()).then(() => {
    isAnswered = true;
  });
  world.world.isAlive = false;
  await world.env.advance(10);
  assert.is(isAnswered, false);
});

test('a probe of the clock takes the middle of its way', async () => {
  const world = someQuestions([httpReply({ serverTime: 1_767_225_600_500 })], 100);
  const probe = world.questions.probeClock();
  await world.env.advance(100);
  assert.equal(await probe, ok(1_767_225_600_500));
  assert.is(world.venueClock.aheadMs(), 450);
});

test('a probe that is not answered leaves the clock as it was', async () => {
  const world = someQuestions([httpReply('', 500)]);
  const probe = world.questions.probeClock();
  await world.env.advance(0);
  assert.equal(await probe, err('status 500'));
  assert.is(world.venueClock.aheadMs(), null);
});

/** The port of reconciliation over one venue, with every outward call noted. */
function aPort(answers: readonly HttpOutcome[]) {
  const world = someQuestions(answers);
  const notes: string[] = [];
  const journal: (OrderEvent | LedgerEvent)[] = [];
  const manager = new OrderManager({
    venue: 'binance',
    deskId: 'desk',
    instruments,
    memory: { order: () => undefined, isBooked: () => false },
    sink: { journal: (event) => void journal.push(event), told: () => {} },
  });
  const port = reconcilePort({
    venue,
    instruments,
    questions: world.questions,
    manager,
    clock: world.env.clock,
    venueClock: world.venueClock,
    cancel: (clientId) => void notes.push(`cancel ${clientId}`),
    isOfThisBoot: (clientId) => clientId.startsWith('desk-2-'),
    compare: async () => ok([]),
    adjust: (differences) => void notes.push(`adjust ${differences.length}`),
    pause: async (ms) => void notes.push(`pause ${ms}`),
  });
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    await world.env.advance(10);
    return promise;
  };
  return { ...world, port, manager, notes, journal, settled };
}

const ourOrder = {
  symbol: 'BTCUSDT',
  orderId: 77,
  clientOrderId: 'desk-1-mm-1',
  status: 'NEW',
  side: 'BUY',
  type: 'LIMIT',
  price: '60000.00',
  origQty: '0.00100',
  executedQty: '0',
};
const ourTrade = {
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

test('reconciliation asks about its own venue’s instruments only', () => {
  const { port } = aPort([httpReply([])]);
  assert.equal(
    port.instruments.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  );
});

test('each question of reconciliation is the venue’s own', async () => {
  const { port, asked, settled } = aPort([
    httpReply([ourOrder]),
    httpReply(ourOrder),
    httpReply([ourTrade]),
    httpReply({ balances: [{ asset: 'BTC', free: '1', locked: '0' }] }),
  ]);
  const open = await settled(port.openOrders());
  assert.ok(open.ok && open.value[0]?.clientId === 'desk-1-mm-1');
  const one = await settled(port.order({ venueOrderId: '77' }, 0));
  assert.ok(one.ok && one.value.kind === 'found');
  const trades = await settled(port.trades(0, '40'));
  assert.ok(trades.ok && trades.value[0]?.fill.tradeId === '41');
  const balances = await settled(port.balances());
  assert.ok(balances.ok);
  assert.equal([...balances.value], [['BTC', 100_000_000n]]);
  const paths = asked.map(({ url }) => new URL(url).pathname.replace('/api/v3/', ''));
  assert.equal(paths, ['openOrders', 'order', 'myTrades', 'account']);
});

test('the latest trade of an account that never traded is before all others', async () => {
  const none = aPort([httpReply([])]);
  assert.equal(await none.settled(none.port.latestTradeId(0)), ok('-1'));
  const some = aPort([httpReply([ourTrade])]);
  assert.equal(await some.settled(some.port.latestTradeId(0)), ok('41'));
  const silent = aPort([httpReply('', 500)]);
  assert.equal(await silent.settled(silent.port.latestTradeId(0)), err('status 500'));
});

test('what reconciliation finds reaches order manager and ledger', async () => {
  const { port, manager, notes, journal, env } = aPort([httpReply([])]);
  manager.submit(anOrder());
  manager.submit(anOrder({ clientId: 'desk-2-mm-1' }));
  assert.is(port.isOwn('desk-1-mm-1'), true);
  assert.is(port.isOwn('other-1-mm-1'), false);
  assert.is(port.openRecords().length, 2);
  port.apply({ kind: 'accepted', clientId: 'desk-1-mm-1', venueOrderId: '77' });
  assert.is(port.recordOf('desk-1-mm-1')?.status, 'open');
  assert.is(port.clientIdOf('77'), 'desk-1-mm-1');
  port.conclude('desk-2-mm-1');
  assert.is(port.recordOf('desk-2-mm-1')?.status, 'rejected-unacked');
  port.external({ venueOrderId: '99', symbol: 'BTCUSDT', side: 'sell', fill: aFill() });
  assert.is(port.fillCount(), 1);
  port.adopt({
    clientId: 'desk-1-mm-5',
    venueOrderId: '78',
    symbol: 'BTCUSDT',
    side: 'buy',
    kind: 'limit',
    ticks: ticksOf(6_000_000),
    lots: lotsOf(100),
    filledLots: lotsOf(0),
    state: 'open',
  });
  assert.is(port.recordOf('desk-1-mm-5')?.order.lots, 100);
  port.cancel('desk-1-mm-1');
  port.adjust([]);
  await port.pause(100);
  assert.equal(await port.compare(new Map()), ok([]));
  assert.equal(notes, ['cancel desk-1-mm-1', 'adjust 0', 'pause 100']);
  assert.is(port.nowNs(), env.clock.mono());
  assert.is(port.venueMs(), env.nowMs);
  assert.is(journal.length, 6);
});

test('an order of an earlier boot that the venue does not know is abandoned', () => {
  const { port, manager } = aPort([httpReply([])]);
  manager.submit(anOrder());
  port.conclude('desk-1-mm-1');
  assert.is(port.recordOf('desk-1-mm-1')?.status, 'abandoned');
});

test.run();
