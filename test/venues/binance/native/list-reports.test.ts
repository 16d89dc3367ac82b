import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binanceSession } from '../../../../src/venues/binance/session.ts';
import { aKey } from '../../../support/binance/api-keys.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const session = binanceSession('wss://venue/ws-api/v3', aKey(), 5000, [anInstrument()]);
const decode = (frame: object) => session.decode(frameOf(JSON.stringify(frame)));
const told = (event: object) => decode({ subscriptionId: 0, event });

const clientId = 'desk-1-mm-1';
const report = {
  e: 'executionReport',
  s: 'BTCUSDT',
  S: 'SELL',
  q: '0.00100000',
  p: '0.00000000',
  C: '',
  r: 'NONE',
  n: '0.00000030',
  N: 'BNB',
  T: 1_709_654_402_000,
  m: false,
  l: '0.00040000',
  z: '0.00040000',
  L: '59000.00000000',
  Y: '23.60000000',
  t: 977,
};
const single = { ...report, c: clientId, g: -1, i: 77, o: 'STOP_LOSS' };
const target = { ...report, c: clientId, g: 5, i: 77, o: 'LIMIT_MAKER' };
const stop = { ...report, c: `${clientId}.s`, g: 5, i: 76, o: 'STOP_LOSS' };
const byCancel = (leg: { c: string }) => ({ ...leg, x: 'CANCELED', C: leg.c, c: 'request-5' });

const named = (kind: string, venueOrderId: string) => ({ kind, clientId, venueOrderId });
const filled = (venueOrderId: string) => ({
  ...named('filled', venueOrderId),
  symbol: 'BTCUSDT',
  side: 'sell',
  fill: {
    tradeId: '977',
    ticks: 5_900_000,
    lots: 40,
    quote: 2_360_000_000n,
    fee: 30n,
    feeAsset: 'BNB',
    isMaker: false,
    venueMs: 1_709_654_402_000,
  },
});
const ended = (how: string, reason: string) => ({
  ...{ kind: 'ended', clientId, how, reason },
  filledLots: 40,
});

const cases: [name: string, event: object, reports: object[]][] = [
  ['a stop that waits is accepted', { ...single, x: 'NEW', w: false }, [named('accepted', '77')]],
  ['a stop that wakes says so', { ...single, x: 'NEW', w: true }, [named('triggered', '77')]],
  [
    'a fill of a stop says that it has woken',
    { ...single, x: 'TRADE', X: 'FILLED' },
    [named('triggered', '77'), filled('77')],
  ],
  ['a stop that is cancelled ends', byCancel(single), [ended('canceled', 'canceled')]],
  [
    'a stop that finds nothing to trade with ends',
    { ...single, x: 'EXPIRED', X: 'EXPIRED' },
    [ended('expired', 'expired')],
  ],
  ['the target accepts the pair', { ...target, x: 'NEW', w: true }, [named('accepted', '77')]],
  ['the stop of a pair waits unheard', { ...stop, x: 'NEW', w: false }, []],
  [
    'the stop of a pair that wakes has woken the pair',
    { ...stop, x: 'NEW', w: true },
    [named('triggered', '76')],
  ],
  ['a fill of the target is one of the pair', { ...target, x: 'TRADE' }, [filled('77')]],
  [
    'a fill of the stop is one of the pair, which it has woken',
    { ...stop, x: 'TRADE' },
    [named('triggered', '76'), filled('76')],
  ],
  ['a target that makes way is no end', { ...target, x: 'EXPIRED', X: 'EXPIRED' }, []],
  ['a stop that makes way is no end', { ...stop, x: 'EXPIRED', X: 'EXPIRED' }, []],
  ['a cancelled target ends the pair', byCancel(target), [ended('canceled', 'canceled')]],
  ['a cancelled stop leaves that to its target', byCancel(stop), []],
  [
    'a target that would have met one of ours is no end',
    { ...target, x: 'TRADE_PREVENTION', X: 'EXPIRED_IN_MATCH' },
    [],
  ],
  [
    'a target that lost a part to self-trade prevention lives',
    { ...target, x: 'TRADE_PREVENTION', X: 'NEW' },
    [named('accepted', '77')],
  ],
  ['the same of a stop says nothing', { ...stop, x: 'TRADE_PREVENTION', X: 'NEW' }, []],
];
for (const [name, event, reports] of cases) {
  test(name, () => {
    assert.equal(told(event), { kind: 'reports', reports });
  });
}

const list = {
  e: 'listStatus',
  s: 'BTCUSDT',
  g: 5,
  c: 'OCO',
  l: 'ALL_DONE',
  L: 'ALL_DONE',
  r: 'NONE',
  C: `${clientId}.l`,
  O: [
    { s: 'BTCUSDT', i: 76, c: `${clientId}.s` },
    { s: 'BTCUSDT', i: 77, c: clientId },
  ],
};

test('a list that is done says that nothing more comes of the pair', () => {
  const progressed = { ...named('progressed', '77'), filledLots: 0, hasEnded: true };
  assert.equal(told(list), { kind: 'reports', reports: [progressed] });
});

test('a list that begins, or is of a market that we do not trade, is none of our business', () => {
  for (const parts of [{ l: 'EXEC_STARTED', L: 'EXECUTING' }, { s: 'LTCBTC' }, { O: [] }]) {
    assert.equal(told({ ...list, ...parts }), { kind: 'other' });
  }
});

test('a list without its orders is malformed', () => {
  assert.is(told({ ...list, O: undefined }).kind, 'malformed');
});

test('the answer to a pair names its target, and one without a target names nothing', () => {
  const legs = [
    { symbol: 'BTCUSDT', orderId: 76, clientOrderId: `${clientId}.s` },
    { symbol: 'BTCUSDT', orderId: 77, clientOrderId: clientId },
  ];
  const reply = (orders: unknown) => decode({ id: 'r1', status: 200, result: { orders } });
  const done = (venueOrderId: string) => ({
    ...{ kind: 'reply', requestId: 'r1' },
    outcome: { kind: 'done', venueOrderId },
  });
  assert.equal(reply(legs), done('77'));
  assert.equal(reply(legs.slice(0, 1)), done(''));
  assert.equal(reply(5), done(''));
});

test.run();
