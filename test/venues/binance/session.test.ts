import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binanceSession } from '../../../src/venues/binance/session.ts';
import { signature } from '../../../src/venues/binance/sign.ts';
import type { VenueFrame } from '../../../src/venues/port.ts';
import { aKey, SAMPLE_KEY_ID } from '../../support/binance/api-keys.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const instrument = anInstrument();
const session = binanceSession('wss://venue/ws-api/v3', aKey(), 5000, [instrument]);
const decode = (frame: unknown): VenueFrame =>
  session.decode(frameOf(typeof frame === 'string' ? frame : JSON.stringify(frame)));

/** An execution report of one fill in the midst of an order's life. */
const report = {
  e: 'executionReport',
  E: 1_709_654_402_001,
  s: 'BTCUSDT',
  c: 'desk-1-mm-1',
  S: 'BUY',
  q: '0.00100000',
  p: '60000.00000000',
  C: '',
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  r: 'NONE',
  i: 12_345_678,
  l: '0.00040000',
  z: '0.00040000',
  L: '60000.00000000',
  n: '0.00000030',
  N: 'BNB',
  T: 1_709_654_402_000,
  t: 977,
  m: true,
  Y: '24.00000000',
};
const wrapped = (event: object) => ({ subscriptionId: 0, event });
const reportsOf = (parts: object) => decode(wrapped({ ...report, ...parts }));

test('the session knows where it connects and how long a request is good for', () => {
  assert.equal([session.begin(''), session.receiveWindowMs], ['wss://venue/ws-api/v3', 5000]);
});

test('the stream of reports is asked for with a signature', () => {
  const { id, method, params } = JSON.parse(
    session.subscribe('r1', 1_700_000_000_000)[0] as string,
  );
  assert.equal([id, method], ['r1', 'userDataStream.subscribe.signature']);
  assert.equal(params, {
    apiKey: SAMPLE_KEY_ID,
    timestamp: 1_700_000_000_000,
    signature: signature(aKey(), `apiKey=${SAMPLE_KEY_ID}&timestamp=1700000000000`),
  });
});

test('a fill is reported exactly', () => {
  assert.equal(reportsOf({}), {
    kind: 'reports',
    reports: [
      {
        kind: 'filled',
        clientId: 'desk-1-mm-1',
        venueOrderId: '12345678',
        symbol: 'BTCUSDT',
        side: 'buy',
        fill: {
          tradeId: '977',
          ticks: 6_000_000,
          lots: 40,
          quote: 2_400_000_000n,
          fee: 30n,
          feeAsset: 'BNB',
          isMaker: true,
          venueMs: 1_709_654_402_000,
        },
      },
    ],
  });
});

const clientId = 'desk-1-mm-1';
const accepted = { kind: 'accepted', clientId, venueOrderId: '12345678' };
const ended = (how: string, reason: string) => ({
  ...{ kind: 'ended', clientId, how, reason },
  // A rejected order has never filled.
  ...(how === 'rejected' ? {} : { filledLots: 40 }),
});
const executions: [parts: object, report: object][] = [
  [{ x: 'NEW', X: 'NEW', t: -1, N: null }, accepted],
  [{ x: 'NEW', C: 'an id that only cancellations mean' }, accepted],
  [
    { x: 'REPLACED', X: 'NEW' },
    { ...accepted, kind: 'amended', ticks: 6_000_000, lots: 100 },
  ],
  [{ x: 'CANCELED', c: 'request-5', C: clientId }, ended('canceled', 'canceled')],
  [{ x: 'CANCELED', C: '' }, ended('canceled', 'canceled')],
  [{ x: 'REJECTED', r: 'INSUFFICIENT_BALANCES' }, ended('rejected', 'INSUFFICIENT_BALANCES')],
  [{ x: 'EXPIRED', X: 'EXPIRED' }, ended('expired', 'expired')],
  [{ x: 'EXPIRED', eR: 'INSUFFICIENT_LIQUIDITY' }, ended('expired', 'INSUFFICIENT_LIQUIDITY')],
  [{ x: 'EXPIRED', X: 'EXPIRED_IN_MATCH' }, ended('expired', 'stp')],
  [{ x: 'TRADE_PREVENTION', X: 'EXPIRED_IN_MATCH' }, ended('expired', 'stp')],
  [{ x: 'TRADE_PREVENTION', X: 'PARTIALLY_FILLED' }, accepted],
];
for (const [parts, expected] of executions) {
  test(`an execution with ${JSON.stringify(parts)} is reported`, () => {
    assert.equal(reportsOf(parts), { kind: 'reports', reports: [expected] });
  });
}

test('an order of an instrument that we do not trade is not ours', () => {
  assert.equal(reportsOf({ s: 'LTCBTC' }), { kind: 'reports', reports: [] });
});

test('money in or out is reported with an id that the same event has again', () => {
  const event = { e: 'balanceUpdate', E: 2, a: 'BTC', d: '-1.5', T: 1_573_200_697_068 };
  const transferred = {
    kind: 'transferred',
    transferId: 'BTC:1573200697068:-150000000',
    asset: 'BTC',
    amount: -150_000_000n,
  };
  assert.equal(decode(wrapped(event)), { kind: 'reports', reports: [transferred] });
});

test('a stream that ends says so', () => {
  for (const e of ['serverShutdown', 'eventStreamTerminated']) {
    assert.equal(decode(wrapped({ e, E: 1 })), { kind: 'closing', reason: e });
  }
});

test('what is none of our business is told apart from what is broken', () => {
  for (const frame of [{}, { stream: 'x' }, wrapped({ e: 'listStatus' }), wrapped({ e: 5 })]) {
    assert.equal(decode(frame), { kind: 'other' });
  }
});

const reply = (status: number, rest: object) => ({ id: 'r1', status, ...rest });
const refusal = (code: number, data?: unknown) => ({ error: { code, msg: 'why', data } });
const outcomes: [frame: object, outcome: object][] = [
  [reply(200, { result: { orderId: 77 } }), { kind: 'done', venueOrderId: '77' }],
  [reply(200, { result: [] }), { kind: 'done', venueOrderId: '' }],
  [reply(200, { result: null }), { kind: 'done', venueOrderId: '' }],
  [reply(200, {}), { kind: 'done', venueOrderId: '' }],
  [
    reply(400, refusal(-2010)),
    { kind: 'refused', code: -2010, reason: '-2010 why', retryAfterMs: 0 },
  ],
  [reply(400, refusal(-1007)), { kind: 'unknown', reason: '-1007 why' }],
  [reply(400, refusal(-1006)), { kind: 'unknown', reason: '-1006 why' }],
  [reply(500, refusal(-1000)), { kind: 'unknown', reason: '-1000 why' }],
  [
    reply(429, refusal(-1003, { retryAfter: 5000, serverTime: 2000 })),
    { kind: 'refused', code: -1003, reason: '-1003 why', retryAfterMs: 3000 },
  ],
  [
    reply(418, refusal(-1003, { retryAfter: 1000, serverTime: 2000 })),
    { kind: 'refused', code: -1003, reason: '-1003 why', retryAfterMs: 0, isBan: true },
  ],
  [
    reply(418, refusal(-1003, { retryAfter: 1e300, serverTime: 0 })),
    {
      kind: 'refused',
      code: -1003,
      reason: '-1003 why',
      retryAfterMs: 3 * 86_400_000,
      isBan: true,
    },
  ],
  [
    reply(429, refusal(-1003, { retryAfter: '5' })),
    { kind: 'refused', code: -1003, reason: '-1003 why', retryAfterMs: 60_000 },
  ],
  [
    reply(418, refusal(-1003)),
    { kind: 'refused', code: -1003, reason: '-1003 why', retryAfterMs: 60_000, isBan: true },
  ],
  [reply(302, refusal(-1000)), { kind: 'unknown', reason: '-1000 why' }],
];
for (const [frame, outcome] of outcomes) {
  test(`the reply ${JSON.stringify(frame)} has its outcome`, () => {
    assert.equal(decode(frame), { kind: 'reply', requestId: 'r1', outcome });
  });
}

test('a reply to a frame that could not be read has no request', () => {
  const frame = decode({ id: null, status: 400, error: { code: -1000, msg: 5 } });
  assert.equal(frame, {
    kind: 'reply',
    requestId: '',
    outcome: { kind: 'refused', code: -1000, reason: '-1000 5', retryAfterMs: 0 },
  });
});

const malformed: [frame: unknown, said: RegExp][] = [
  ['', /JSON/],
  ['{"event"', /JSON/],
  [[], /^frame: found an array/],
  [wrapped([]), /^event: found an array/],
  [reply(400, {}), /^error: found undefined/],
  [{ id: 'r1', status: 'x' }, /^status: found x/],
  [reply(200, { result: { orderId: {} } }), /^orderId: found object/],
  [wrapped({ ...report, x: 'TELEPORTED' }), /^x: found TELEPORTED, wanted an execution type/],
  [wrapped({ ...report, S: 'HOLD' }), /^S: found HOLD/],
  [wrapped({ ...report, m: 1 }), /^m: found number/],
  [wrapped({ ...report, L: '60000.001' }), /off the grid/],
  [wrapped({ ...report, N: null }), /^N: found null/],
  [wrapped({ e: 'balanceUpdate', a: 'BTC', d: '1', T: null }), /^T: found null/],
];
for (const [frame, said] of malformed) {
  test(`${JSON.stringify(frame)} is malformed: ${said.source}`, () => {
    const decoded = decode(frame);
    assert.ok(decoded.kind === 'malformed', decoded.kind);
    assert.match(decoded.fault, said);
  });
}

const balance = { e: 'balanceUpdate', E: 1, a: 'BTC', d: '1.0', T: 5 };
const answer = reply(400, {
  error: { code: -1, msg: 'x', data: { retryAfter: 1, serverTime: 0 } },
});
const kinds = new Set(['reports', 'reply', 'closing', 'other', 'malformed']);

test('no frame whatever makes it throw', () => {
  const values = fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue());
  const spoiled = (frame: object, wrap: (frame: object) => object = (same) => same) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(frame)), values)
      .map(([field, value]) => JSON.stringify(wrap({ ...frame, [field]: value })));
  const error = spoiled(answer['error' as never], (inner) => ({ ...answer, error: inner }));
  const result = values.map((orderId) => JSON.stringify(reply(200, { result: { orderId } })));
  const events = [report, { ...report, x: 'CANCELED' }, balance];
  const spoiledEvents = events.map((event) => spoiled(event, wrapped));
  const texts = fc.oneof(fc.string(), fc.json(), spoiled(answer), error, result, ...spoiledEvents);
  law(
    fc.property(fc.oneof(texts.map(frameOf), fc.uint8Array()), (bytes) => {
      assert.ok(kinds.has(session.decode(bytes).kind));
    }),
    3000,
  );
});

test.run();
