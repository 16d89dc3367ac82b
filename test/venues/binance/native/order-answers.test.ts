import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../src/core/result.ts';
import type { OrderAnswer, OrderKey } from '../../../../src/execution/reconciliation.ts';
import type { VenueOrder } from '../../../../src/execution/report.ts';
import { binanceQueries } from '../../../../src/venues/binance/queries.ts';
import type { HttpOutcome, Query } from '../../../../src/venues/port.ts';
import { aKey } from '../../../support/binance/api-keys.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const NOW = 1_700_000_000_000;
const instrument = anInstrument();
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5000, timeoutMs: 2000 };
const queries = binanceQueries(access, [instrument]);
const MISSING = { code: -2013, msg: 'Order does not exist.' };

type Wire = Readonly<Record<string, unknown>>;
const replyOf = (body: unknown): HttpOutcome =>
  ok({ status: body === MISSING ? 400 : 200, headers: {}, body: JSON.stringify(body) });

/** Asks on until the answer is whole. @returns it and the names that were asked for */
function found(by: OrderKey, byName: Readonly<Record<string, Wire>>): [OrderAnswer, string[]] {
  const asked: string[] = [];
  let query: Query<OrderAnswer> | null = queries.order(by, instrument, NOW);
  let answer: OrderAnswer | null = null;
  while (query !== null) {
    const url = new URL(query.request.url);
    const name = url.searchParams.get('origClientOrderId') ?? url.searchParams.get('orderId') ?? '';
    asked.push(name);
    const decoded = query.decode(replyOf(byName[name] ?? MISSING));
    assert.ok(decoded.ok, JSON.stringify(decoded));
    answer = decoded.value;
    query = query.followUp?.(answer) ?? null;
  }
  return [answer as OrderAnswer, asked];
}

const plain: Wire = {
  symbol: 'BTCUSDT',
  orderId: 77,
  orderListId: -1,
  clientOrderId: 'desk-1-mm-1',
  status: 'NEW',
  side: 'SELL',
  type: 'LIMIT',
  price: '61000.00000000',
  origQty: '0.00100000',
  executedQty: '0.00000000',
  stopPrice: '0.00000000',
  icebergQty: '0.00000000',
  isWorking: true,
};
const described: VenueOrder = {
  clientId: 'desk-1-mm-1',
  venueOrderId: '77',
  symbol: 'BTCUSDT',
  side: 'sell',
  kind: 'limit',
  ticks: 6_100_000 as VenueOrder['ticks'],
  lots: 100 as VenueOrder['lots'],
  filledLots: 0 as VenueOrder['filledLots'],
  state: 'open',
};
const market = { kind: 'market', ticks: 0 };
const unpriced: Wire = { price: '0.00000000', isWorking: false };

const kept: [name: string, wire: Wire, order: object][] = [
  ['an iceberg', { icebergQty: '0.00020000' }, { shownLots: 20 }],
  [
    'a stop that waits',
    { ...unpriced, type: 'STOP_LOSS', stopPrice: '59000.00000000' },
    { ...market, trigger: { kind: 'stop', ticks: 5_900_000 }, isWaiting: true },
  ],
  [
    'a stop with a limit that has woken',
    { type: 'STOP_LOSS_LIMIT', stopPrice: '62000.00000000' },
    { trigger: { kind: 'stop', ticks: 6_200_000 }, isWaiting: false },
  ],
  [
    'a take-profit that has ended',
    { ...unpriced, status: 'CANCELED', type: 'TAKE_PROFIT', stopPrice: '63000.00000000' },
    {
      ...market,
      state: 'canceled',
      trigger: { kind: 'take-profit', ticks: 6_300_000 },
      isWaiting: false,
    },
  ],
  [
    'a take-profit with a limit',
    { isWorking: false, type: 'TAKE_PROFIT_LIMIT', stopPrice: '63000.00000000' },
    { trigger: { kind: 'take-profit', ticks: 6_300_000 }, isWaiting: true },
  ],
  [
    'a trailing stop',
    { ...unpriced, type: 'STOP_LOSS', trailingDelta: 250 },
    { ...market, trigger: { kind: 'trailing-stop', ticks: 0, bips: 250 }, isWaiting: true },
  ],
  [
    'a trailing stop that begins at a price',
    { ...unpriced, type: 'TAKE_PROFIT', stopPrice: '63000.00000000', trailingDelta: 250 },
    { ...market, trigger: { kind: 'trailing-stop', ticks: 6_300_000, bips: 250 }, isWaiting: true },
  ],
];
for (const [name, wire, order] of kept) {
  test(`${name} is told with what the venue keeps of it`, () => {
    const [answer, asked] = found(
      { clientId: 'desk-1-mm-1' },
      { 'desk-1-mm-1': { ...plain, ...wire } },
    );
    assert.equal(answer, { kind: 'found', order: { ...described, ...order } });
    assert.equal(asked, ['desk-1-mm-1']);
  });
}

const target: Wire = { ...plain, orderListId: 5, type: 'LIMIT_MAKER' };
const stop: Wire = {
  ...plain,
  ...unpriced,
  orderId: 76,
  orderListId: 5,
  clientOrderId: 'desk-1-mm-1.s',
  type: 'STOP_LOSS',
  stopPrice: '59000.00000000',
};
const half = { executedQty: '0.00040000' };
const full = { status: 'FILLED', executedQty: '0.00100000' };
const partly = { status: 'PARTIALLY_FILLED', ...half };
const expired = { status: 'EXPIRED' };
const canceled = { status: 'CANCELED' };
const trigger = { kind: 'pair', ticks: 5_900_000 };

const pairs: [name: string, target: Wire, stop: Wire, order: object][] = [
  ['that waits', {}, {}, { trigger, isWaiting: true }],
  ['whose target trades', partly, expired, { filledLots: 40 }],
  ['whose target has filled', full, expired, { filledLots: 100, state: 'filled' }],
  ['that was cancelled', canceled, canceled, { state: 'canceled' }],
  [
    'whose rest was cancelled',
    { ...canceled, ...half },
    expired,
    { filledLots: 40, state: 'canceled' },
  ],
  [
    'whose stop has woken and works',
    expired,
    { isWorking: true },
    { venueOrderId: '76', trigger, isWaiting: false },
  ],
  [
    'whose stop has filled',
    expired,
    full,
    { venueOrderId: '76', filledLots: 100, state: 'filled', trigger, isWaiting: false },
  ],
  [
    'whose stop found too few to trade with',
    expired,
    { ...expired, ...half },
    { venueOrderId: '76', filledLots: 40, state: 'expired', trigger, isWaiting: false },
  ],
  ['that was rejected', { status: 'REJECTED' }, { status: 'REJECTED' }, { state: 'rejected' }],
];
for (const [name, ofTarget, ofStop, order] of pairs) {
  test(`a pair ${name} is one order, whichever leg is asked for`, () => {
    const legs = [
      { ...target, ...ofTarget },
      { ...stop, ...ofStop },
    ] as const;
    const byName = { 'desk-1-mm-1': legs[0], 'desk-1-mm-1.s': legs[1], 76: legs[1], 77: legs[0] };
    const expected = { kind: 'found', order: { ...described, ...order } };
    assert.equal(found({ clientId: 'desk-1-mm-1' }, byName), [
      expected,
      ['desk-1-mm-1', 'desk-1-mm-1.s'],
    ]);
    assert.equal(found({ venueOrderId: '76' }, byName), [expected, ['76', 'desk-1-mm-1']]);
    assert.equal(found({ venueOrderId: '77' }, byName), [expected, ['77', 'desk-1-mm-1.s']]);
  });
}

test('open legs of a pair are one open order, and lists of others stay as they are', () => {
  const theirs = { ...target, orderListId: 9, orderId: 90, clientOrderId: 'theirs-1' };
  const other = { ...stop, orderListId: 9, orderId: 91, clientOrderId: 'theirs-2' };
  const rest = { ...target, ...partly, orderListId: 6, orderId: 80, clientOrderId: 'desk-1-mm-2' };
  const body = [
    stop,
    theirs,
    { ...plain, orderId: 78, clientOrderId: 'desk-1-mm-3' },
    target,
    other,
    rest,
  ];
  const answer = queries.openOrders(NOW).decode(replyOf(body));
  assert.ok(answer.ok);
  assert.equal(
    answer.value.map(({ clientId, venueOrderId, filledLots, isWaiting }) => [
      clientId,
      venueOrderId,
      filledLots,
      isWaiting,
    ]),
    [
      ['desk-1-mm-1', '77', 0, true],
      ['theirs-1', '90', 0, undefined],
      ['desk-1-mm-3', '78', 0, undefined],
      ['theirs-2', '91', 0, true],
      ['desk-1-mm-2', '80', 40, undefined],
    ],
  );
});

test('a leg of somebody else, whose list names its legs otherwise, is an order by itself', () => {
  const theirs = { ...target, clientOrderId: 'theirs-1' };
  const [answer, asked] = found({ venueOrderId: '77' }, { 77: theirs });
  assert.equal(answer, { kind: 'found', order: { ...described, clientId: 'theirs-1' } });
  assert.equal(asked, ['77', 'theirs-1.s']);
});

test('a pair is cancelled by its list, and all else by its own name', () => {
  const params = (isPair: boolean) => {
    const names = { clientId: 'desk-1-mm-1', venueOrderId: '77', isPair };
    const { method, params: sent } = JSON.parse(queries.cancel(names, instrument, 'r1', NOW));
    return [method, sent.listClientOrderId, sent.origClientOrderId];
  };
  assert.equal(params(true), ['orderList.cancel', 'desk-1-mm-1.l', undefined]);
  assert.equal(params(false), ['order.cancel', undefined, 'desk-1-mm-1']);
});

test('a list that was cancelled with everything counts as the orders in it', () => {
  const list = { orderListId: 5, contingencyType: 'OCO', orders: [{}, {}], orderReports: [{}, {}] };
  const all = queries.cancelAllNow(instrument, NOW, []);
  assert.equal(all.decode(replyOf([{ orderId: 1 }, list])), ok(3));
});

for (const broken of [{ icebergQty: 'much' }, { type: 'STOP_LOSS', stopPrice: '1,5' }]) {
  test(`an order with ${JSON.stringify(broken)} is no answer`, () => {
    const query = queries.order({ clientId: 'desk-1-mm-1' }, instrument, NOW);
    const answer = query.decode(replyOf({ ...plain, ...broken }));
    assert.ok(!answer.ok && answer.error.kind === 'no-answer');
    assert.match(answer.error.detail, /wanted a decimal/);
  });
}

test.run();
