import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientIdsOf } from '../../../src/core/ids.ts';
import { krakenSession } from '../../../src/venues/kraken/session.ts';
import { venueIdOf } from '../../../src/venues/kraken/wire/client-id.ts';
import type { VenueFrame } from '../../../src/venues/port.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import { anAccess, resultOf } from '../../support/kraken/access.ts';
import { anAmount } from '../../support/kraken/amounts.ts';
import { aPair } from '../../support/kraken/pairs.ts';

const CLIENT_ID = clientIdsOf('abcdefgh', 7)('momentum');

function aSession() {
  const token = { text: '' };
  const session = krakenSession('wss://venue', anAccess(), token, [aPair()]);
  assert.is(session.begin('secret'), 'wss://venue');
  let sequence = 0;
  const decode = (frame: unknown): VenueFrame => session.decode(frameOf(JSON.stringify(frame)));
  const executions = (entry: object, number?: number): VenueFrame => {
    sequence = number ?? sequence + 1;
    return decode({ channel: 'executions', type: 'update', data: [entry], sequence });
  };
  return { session, token, decode, executions };
}

const order = { order_id: 'OABC', cl_ord_id: venueIdOf(CLIENT_ID) };
const trade = {
  order_id: 'OABC',
  exec_type: 'trade',
  exec_id: 'TXYZ',
  symbol: 'BTC/USD',
  side: 'sell',
  last_price: 60_000.1,
  last_qty: 0.5,
  cost: 30_000.05,
  fees: [{ asset: 'USD', qty: 12.00002 }],
  liquidity_ind: 'm',
  timestamp: '2026-01-01T00:00:00.123456Z',
};

test('an end says all that has filled, so that a fill nobody told of is missed', () => {
  const { executions } = aSession();
  const reportsOf = (entry: object): unknown => {
    const frame = executions({ ...order, ...entry });
    return frame.kind === 'reports' ? frame.reports : frame.kind;
  };
  const ended = { kind: 'ended', clientId: CLIENT_ID, how: 'canceled', reason: 'canceled' };
  const end = { exec_type: 'canceled', cum_qty: 0.25 };
  assert.equal(reportsOf(end), [ended], 'of a market that was never named nothing is known');
  assert.equal(reportsOf({ exec_type: 'new', symbol: 'BTC/USD' }), [
    { kind: 'accepted', clientId: CLIENT_ID, venueOrderId: 'OABC' },
  ]);
  assert.equal(reportsOf(end), [{ ...ended, filledLots: 25_000_000 }], 'the market is remembered');
  assert.equal(reportsOf({ ...end, exec_type: 'expired' }), [
    { ...ended, how: 'expired', reason: 'expired', filledLots: 25_000_000 },
  ]);
  const progressed = { kind: 'progressed', clientId: CLIENT_ID, venueOrderId: 'OABC' };
  assert.equal(reportsOf({ exec_type: 'filled', cum_qty: 0.5 }), [
    { ...progressed, filledLots: 50_000_000, hasEnded: true },
  ]);
  assert.is(reportsOf({ exec_type: 'filled' }), 'other');
  assert.equal(executions({ ...order, ...end, cum_qty: 'half' }), {
    kind: 'malformed',
    fault: 'cum_qty: found half, wanted a decimal',
  });
});

test('a token is fetched for each connection and stands in every subscription', () => {
  const { session } = aSession();
  const question = session.ticket?.fetch(0);
  assert.equal(question?.decode(resultOf({ token: 'T', expires: 900 })), { ok: true, value: 'T' });
  const [executions = '', balances = ''] = session.subscribe('5', 0);
  assert.equal(JSON.parse(executions), {
    method: 'subscribe',
    params: { channel: 'executions', snap_orders: true, snap_trades: false, token: 'secret' },
    req_id: 5,
  });
  assert.equal(JSON.parse(balances), {
    method: 'subscribe',
    params: { channel: 'balances', snapshot: false, token: 'secret' },
  });
  assert.equal(JSON.parse(session.ping('6') ?? ''), { method: 'ping', req_id: 6 });
});

test('an order is reported under its own id, also where the venue does not repeat it', () => {
  const { executions } = aSession();
  assert.equal(executions({ ...order, exec_type: 'pending_new' }), { kind: 'other' });
  assert.equal(executions({ ...order, exec_type: 'new' }), {
    kind: 'reports',
    reports: [{ kind: 'accepted', clientId: CLIENT_ID, venueOrderId: 'OABC' }],
  });
  const filled = executions(trade);
  assert.equal(filled, {
    kind: 'reports',
    reports: [
      {
        kind: 'filled',
        clientId: CLIENT_ID,
        venueOrderId: 'OABC',
        symbol: 'BTC/USD',
        side: 'sell',
        fill: {
          tradeId: 'TXYZ',
          ticks: 600_001,
          lots: 50_000_000,
          quote: anAmount('30000.05'),
          fee: anAmount('12.00002'),
          feeAsset: 'USD',
          isMaker: true,
          venueMs: Date.UTC(2026, 0, 1) + 123,
        },
      },
    ],
  } as never);
  assert.equal(executions({ order_id: 'OABC', exec_type: 'canceled', reason: 'User requested' }), {
    kind: 'reports',
    reports: [{ kind: 'ended', clientId: CLIENT_ID, how: 'canceled', reason: 'User requested' }],
  });
});

test('how an order ended is told: by its time, by our own order, by the venue', () => {
  const { executions } = aSession();
  const end = (exec_type: string, reason?: string) => {
    const frame = executions({ ...order, exec_type, reason });
    assert.ok(frame.kind === 'reports');
    const [report] = frame.reports;
    assert.ok(report?.kind === 'ended');
    return [report.how, report.reason];
  };
  assert.equal(end('expired'), ['expired', 'expired']);
  assert.equal(end('canceled'), ['canceled', 'canceled']);
  assert.equal(end('canceled', 'Self trade prevention'), ['expired', 'stp']);
});

test('a fill of somebody else goes by the id of the venue, one elsewhere is passed over', () => {
  const { executions } = aSession();
  const frame = executions({ ...trade, order_id: 'OTHER' });
  assert.ok(frame.kind === 'reports' && frame.reports[0]?.kind === 'filled');
  assert.is(frame.reports[0].clientId, 'OTHER');
  assert.equal(executions({ ...trade, symbol: 'A/B' }), { kind: 'other' });
});

for (const [name, over] of [
  ['a price off the grid', { last_price: 60_000.15 }],
  ['a size of nothing', { last_qty: 0 }],
  ['two fees', { fees: [trade.fees[0], trade.fees[0]] }],
  ['no side', { side: 'both' }],
  ['no time', { timestamp: 'now' }],
  ['no cost', { cost: null }],
  ['a kind that nobody knows', { exec_type: 'divided' }],
] as const) {
  test(`a fill with ${name} is malformed and not booked`, () => {
    assert.is(aSession().executions({ ...trade, ...over }).kind, 'malformed');
  });
}

test('a number that is missing ends the connection, one that comes twice does not', () => {
  const { session, executions } = aSession();
  executions({ ...order, exec_type: 'new' }, 1);
  assert.equal(executions({ ...order, exec_type: 'new' }, 1), { kind: 'other' });
  assert.equal(executions(trade, 3), { kind: 'closing', reason: 'executions: number 3 after 1' });
  session.begin('another');
  assert.is(executions(trade, 9).kind, 'reports');
});

test('money that comes and goes is told, what trades move is not', () => {
  const { decode } = aSession();
  const entry = { ledger_id: 'L1', asset: 'XBT', amount: -0.5, type: 'withdrawal' };
  const balances = (over: object, sequence: number, type = 'update') =>
    decode({ channel: 'balances', type, data: [{ ...entry, ...over }], sequence });
  assert.equal(balances({}, 1, 'snapshot'), { kind: 'other' });
  assert.equal(balances({}, 2), {
    kind: 'reports',
    reports: [
      { kind: 'transferred', transferId: 'L1', asset: 'BTC', amount: anAmount('-0.5') },
    ] as never,
  });
  assert.equal(balances({ type: 'trade' }, 3), { kind: 'other' });
  assert.is(balances({ amount: 'much' }, 4).kind, 'malformed');
});

test('answers are done, refused, throttled or unknown, each under its own number', () => {
  const { decode } = aSession();
  const answer = (over: object) => {
    const frame = decode({ method: 'add_order', req_id: 7, success: false, ...over });
    assert.ok(frame.kind === 'reply' && frame.requestId === '7');
    return frame.outcome;
  };
  const done = { success: true, result: { order_id: 'OABC' } };
  assert.equal(answer(done), { kind: 'done', venueOrderId: 'OABC' });
  assert.equal(answer({ success: true, result: { count: 2 } }), { kind: 'done', venueOrderId: '' });
  assert.equal(answer({ error: 'EOrder:Insufficient funds' }), {
    kind: 'refused',
    code: 0,
    reason: 'EOrder:Insufficient funds',
    retryAfterMs: 0,
  });
  assert.equal(answer({ error: 'EOrder:Rate limit exceeded' }), {
    kind: 'refused',
    code: 5,
    reason: 'EOrder:Rate limit exceeded',
    retryAfterMs: 5_000,
  });
  const busy = 'EService:Unavailable';
  assert.equal(answer({ error: busy }), { kind: 'unknown', reason: busy });
});

test('after a token that is not taken any more the connection ends', () => {
  const { session, decode } = aSession();
  const refused = { method: 'add_order', req_id: 7, success: false };
  assert.is(decode({ ...refused, error: 'ESession:Invalid session' }).kind, 'reply');
  assert.is(decode({ channel: 'heartbeat' }).kind, 'closing');
  session.begin('fresh');
  assert.is(decode({ channel: 'heartbeat' }).kind, 'other');
});

test('strange frames are malformed or nothing, and never throw', () => {
  const { session, decode } = aSession();
  for (const strange of STRANGE) {
    decode(strange);
    for (const channel of ['executions', 'balances', strange]) {
      decode({ channel, data: strange, sequence: strange });
      decode({ channel, data: [strange], sequence: 1, type: strange });
      decode({ channel, data: [{ ...order, exec_type: strange }], sequence: 1 });
      decode({ channel, data: [{ ...trade, fees: strange, symbol: strange }], sequence: 1 });
    }
    decode({ success: strange, error: strange, req_id: strange, result: strange });
    session.begin('again');
  }
});

test.run();
