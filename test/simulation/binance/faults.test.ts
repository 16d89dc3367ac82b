import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAULT_PLANS_MAX } from '../../../src/simulation/binance/faults.ts';
import { ADMIN_TOKEN } from '../../support/venue/accounts.ts';
import { ALICE, aSocket, aVenue, limitOrder } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';

/** A venue with a hand on its administration. */
function administered() {
  const opened = aVenue();
  const administer = (
    method: string,
    what: string,
    body: unknown = '',
    token = ADMIN_TOKEN,
    address = '127.0.0.1',
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const [path = '', query = ''] = `/sim/${what}`.split('?');
    const reply = opened.raw(method, path, query, { 'x-sim-token': token }, text, address);
    return { status: reply?.status, body: JSON.parse(reply?.body ?? 'null') };
  };
  const order = (fault: object): void => {
    assert.is(administer('POST', 'faults', fault).status, 200);
  };
  const openOrders = (): number => opened.exchange.account('alice')?.open.size ?? 0;
  return { ...opened, administer, order, openOrders };
}

const requests = (fault: object, over: object = {}) => ({ on: 'requests', fault, ...over });

test('a status takes the place of the answer, whether the request is carried out or not', () => {
  for (const isExecuted of [true, false]) {
    const { ask, order, openOrders } = administered();
    order(requests({ kind: 'status', status: 502, isExecuted }, { target: 'order.place' }));
    assert.is(ask('GET', 'time').status, 200, 'others are spared');
    const broken = ask('POST', 'order', limitOrder(), ALICE);
    assert.equal([broken.status, broken.body.code], [502, -1007]);
    assert.is(openOrders(), isExecuted ? 1 : 0);
    assert.is(ask('POST', 'order', limitOrder(), ALICE).status, 200, 'once');
  }
});

test('a generated market never ends', () => {
  const { administer } = administered();
  const { status, body } = administer('GET', 'progress');
  assert.equal([status, body], [200, { isOver: false, fault: null }]);
});

test('rate limits can be ordered, with the time to come back', () => {
  const { ask, order } = administered();
  order(requests({ kind: 'status', status: 429, retryAfterSeconds: 7, isExecuted: false }));
  const limited = ask('GET', 'time');
  assert.equal(
    [limited.status, limited.body.code, limited.headers['retry-after']],
    [429, -1003, '7'],
  );
  order(requests({ kind: 'status', status: 418, isExecuted: false }));
  assert.is(ask('GET', 'time').status, 418);
});

test('garbage is no JSON, and what is lost has no answer at all', () => {
  const { raw, order } = administered();
  order(requests({ kind: 'garbage', isExecuted: false }, { times: 2 }));
  assert.throws(() => JSON.parse(raw('GET', '/api/v3/time', '')?.body ?? ''));
  assert.throws(() => JSON.parse(raw('GET', '/api/v3/time', '')?.body ?? ''));
  order(requests({ kind: 'lost', isExecuted: true }));
  assert.is(raw('GET', '/api/v3/time', ''), null);
  assert.is(raw('GET', '/api/v3/time', '')?.status, 200);
});

test('a request can be late on the way in, or its answer on the way out', () => {
  for (const kind of ['slow-request', 'slow-reply']) {
    const { venue, order, time } = administered();
    order(requests({ kind, delayMs: 500 }));
    let body = '';
    const request = { method: 'GET', path: '/api/v3/time', query: '', headers: {}, body: '' };
    venue.handleHttp({ ...request, address: '127.0.0.1' }, (reply) => {
      body = reply?.body ?? 'none';
    });
    time.runUntil(NEW_YEAR + 499);
    assert.is(body, '');
    time.runUntil(NEW_YEAR + 500);
    const { serverTime } = JSON.parse(body);
    assert.is(serverTime, kind === 'slow-request' ? NEW_YEAR + 500 : NEW_YEAR);
  }
});

test('the same faults hit the ws-api', () => {
  const base = administered();
  const { order, openOrders, time } = base;
  const socket = aSocket(base, '/ws-api/v3');
  order(requests({ kind: 'status', status: 504, isExecuted: true }, { target: 'order.place' }));
  const unknown = socket.call('order.place', limitOrder(), ALICE);
  assert.equal([unknown.status, unknown.error.code, openOrders()], [504, -1007, 1]);
  order(requests({ kind: 'lost', isExecuted: true }));
  assert.is(socket.call('order.place', limitOrder(), ALICE), undefined);
  assert.is(openOrders(), 2);
  order(requests({ kind: 'garbage', isExecuted: false }));
  socket.call('time');
  assert.type(socket.frames.at(-1), 'string');
  order(requests({ kind: 'slow-reply', delayMs: 100 }));
  assert.is(socket.call('time'), undefined);
  time.runUntil(time.clock.now() + 100);
  assert.is(socket.frames.at(-1).status, 200);
});

test('depth frames can be skipped, doubled and reordered', () => {
  const numbers = (fault: string): number[] => {
    const base = administered();
    const { order, exchange, market, time } = base;
    const socket = aSocket(base, '/ws/btcusdt@depth@100ms');
    order({ on: 'frames', symbol: 'BTCUSDT', fault });
    for (let at = 1; at <= 4; at += 1) {
      exchange.crowdRest(market as never, 'buy', (at * 100) as never, 1 as never);
      time.runUntil(NEW_YEAR + at * 100);
    }
    return socket.frames.map(({ u }) => u);
  };
  assert.equal(numbers('skip'), [2, 3, 4]);
  assert.equal(numbers('duplicate'), [1, 1, 2, 3, 4]);
  assert.equal(numbers('reorder'), [2, 1, 3, 4]);
});

test('connections can be cut, or go dumb with the socket still open', () => {
  const base = administered();
  const { order, time } = base;
  const [first, second] = [aSocket(base, '/ws'), aSocket(base, '/ws-api/v3')];
  order({ on: 'connections', fault: 'drop' });
  assert.equal([first.seen.closed?.code, second.seen.closed?.code], [1006, 1006]);
  const third = aSocket(base, '/ws-api/v3');
  order({ on: 'connections', fault: 'go-dumb' });
  assert.is(third.call('time'), undefined);
  time.runUntil(NEW_YEAR + 600_000);
  assert.equal([third.seen.closed, third.seen.pings], [null, 0]);
});

test('ordered faults can be taken back', () => {
  const { ask, administer, order } = administered();
  order(requests({ kind: 'garbage', isExecuted: false }, { times: 100 }));
  order({ on: 'frames', fault: 'skip', times: 100 });
  assert.is(administer('DELETE', 'faults').status, 200);
  assert.is(ask('GET', 'time').status, 200);
});

test('the orders of faults that wait are bounded', () => {
  const { administer, venue } = administered();
  const fault = { kind: 'garbage', isExecuted: false } as const;
  for (let at = 0; at < FAULT_PLANS_MAX; at += 1) venue.facade.faults.planRequests('x', fault, 1);
  assert.is(administer('POST', 'faults', requests(fault)).status, 409);
});

test('money is moved, and never below nothing', () => {
  const { administer, exchange } = administered();
  const move = (amount: string, account = 'alice') =>
    administer('POST', 'transfers', { account, asset: 'BNB', amount });
  assert.is(move('2.5').status, 200);
  assert.is(exchange.account('alice')?.balances.get('BNB')?.free, 250_000_000n);
  assert.equal([move('-3').status, move('-3').body.error], [409, 'insufficient-balance']);
  assert.is(move('1', 'nobody').status, 409);
  assert.is(move('0.000000001').status, 400);
});

test('the truth about an account holds balances, orders, trades and refusals', () => {
  const { administer, ask, crowd } = administered();
  crowd();
  ask('POST', 'order', limitOrder({ newClientOrderId: 'rests' }), ALICE);
  ask('POST', 'order', limitOrder({ newClientOrderId: 'takes', price: 60_001 }), ALICE);
  ask('POST', 'order', limitOrder({ quantity: '9' }), ALICE);
  const { body } = administer('GET', 'truth?account=alice');
  assert.equal(
    body.orders.map((each: { clientOrderId: string; status: string }) => [
      each.clientOrderId,
      each.status,
    ]),
    [
      ['rests', 'NEW'],
      ['takes', 'FILLED'],
    ],
  );
  assert.is(body.trades.length, 1);
  assert.equal(body.balances.USDT, { free: '98899.99000000', locked: '500.00000000' });
  assert.equal(body.refusals, { 'insufficient-balance': 1 });
  assert.equal(body.dropped, { orders: 0, trades: 0 });
  assert.is(administer('GET', 'truth?account=nobody').status, 404);
});

test('administration needs the token, this machine, and a venue that was started with one', () => {
  const { administer } = administered();
  assert.is(administer('GET', 'truth?account=alice', '', 'wrong').status, 403);
  assert.is(administer('GET', 'truth?account=alice', '', ADMIN_TOKEN, '10.0.0.7').status, 403);
  assert.is(administer('GET', 'truth?account=alice', '', ADMIN_TOKEN, '::1').status, 200);
  assert.is(administer('GET', 'nothing').status, 404);
  const closed = aVenue({ adminToken: null });
  assert.is(closed.raw('GET', '/sim/truth', 'account=alice', { 'x-sim-token': '' })?.status, 404);
});

test('an order of faults that makes no sense is refused with what was found', () => {
  const { administer } = administered();
  const refused = (body: unknown): string => {
    const { status, body: answer } = administer('POST', 'faults', body);
    assert.is(status, 400);
    return answer.error;
  };
  assert.match(refused('{'), /Invalid input/);
  assert.match(refused({ on: 'everything' }), /Invalid/);
  assert.match(refused(requests({ kind: 'garbage', isExecuted: true }, { times: 0 })), /times/);
  assert.match(refused(requests({ kind: 'slow-reply', delayMs: 1e9 })), /delayMs/);
});

test.run();
