/** Words of the service for conditional orders, as in its documents and a client's log. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok, type Result } from '../../../../../src/core/result.ts';
import { ticksOf } from '../../../../../src/core/units.ts';
import type { Trigger } from '../../../../../src/execution/order.ts';
import type { OrderAnswer } from '../../../../../src/execution/reconciliation.ts';
import type { ApprovedOrder } from '../../../../../src/risk/approved-order.ts';
import { algoOrderIn } from '../../../../../src/venues/binance/futures/algo/algo-order.ts';
import { FUTURES_NATIVES } from '../../../../../src/venues/binance/futures/algo/algo-orders.ts';
import { orderAnywhere } from '../../../../../src/venues/binance/futures/algo/algo-queries.ts';
import { futuresOrders } from '../../../../../src/venues/binance/futures/orders.ts';
import { futuresSession } from '../../../../../src/venues/binance/futures/session.ts';
import type { Query, QueryFault } from '../../../../../src/venues/port.ts';
import { aKey } from '../../../../support/binance/api-keys.ts';
import { anInstrument } from '../../../../support/trade/instruments.ts';
import { anOrder, type OrderParts } from '../../../../support/trade/orders.ts';

const instrument = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });
const access = { url: '', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };
const session = futuresSession('wss://venue', access, [instrument]);
const orders = futuresOrders(aKey(), 5_000);

function placed(trigger: Trigger, parts: OrderParts = {}): Record<string, unknown> {
  const order = anOrder({ ticks: 600_000, lots: 20, ...parts, trigger }) as ApprovedOrder;
  const request = JSON.parse(orders.place(order, instrument, 'r1', 1_700_000_000_000));
  assert.is(request.method, 'algoOrder.place');
  const { apiKey: _key, signature: _signature, timestamp: _time, ...params } = request.params;
  return params;
}

const usual = {
  algoType: 'CONDITIONAL',
  clientAlgoId: 'desk-1-mm-1',
  newOrderRespType: 'ACK',
  quantity: '0.020',
  recvWindow: 5_000,
  selfTradePreventionMode: 'EXPIRE_TAKER',
  symbol: 'BTCUSDT',
  workingType: 'MARK_PRICE',
};

test('a stop is asked for by what it becomes, and wakes by the mark', () => {
  const sale = { kind: 'market', ticks: 0, side: 'sell', isReduceOnly: true } as const;
  const stop = { kind: 'stop', ticks: ticksOf(590_005) } as const;
  assert.equal(placed(stop, sale), {
    ...usual,
    ...{ reduceOnly: 'true', side: 'SELL', triggerPrice: '59000.5', type: 'STOP_MARKET' },
  });
  assert.equal(placed(stop, { timeInForce: 'ioc' }), {
    ...usual,
    ...{ price: '60000.0', side: 'BUY', timeInForce: 'IOC' },
    ...{ triggerPrice: '59000.5', type: 'STOP' },
  });
});

test('a take-profit is asked for by what it becomes', () => {
  const profit = { kind: 'take-profit', ticks: ticksOf(610_000) } as const;
  const market = placed(profit, { kind: 'market', ticks: 0, side: 'sell' });
  assert.equal(
    [market['type'], market['triggerPrice'], market['price'], market['timeInForce']],
    ['TAKE_PROFIT_MARKET', '61000.0', undefined, undefined],
  );
  const limit = placed(profit, { side: 'sell' });
  assert.equal(
    [limit['type'], limit['price'], limit['timeInForce']],
    ['TAKE_PROFIT', '60000.0', 'GTC'],
  );
});

test('a trailing stop says its distance in percent, and where it begins only if it waits', () => {
  const sale = { kind: 'market', ticks: 0, side: 'sell' } as const;
  const later = placed({ kind: 'trailing-stop', ticks: ticksOf(620_000), bips: 125 }, sale);
  assert.equal(later, {
    ...usual,
    ...{ activatePrice: '62000.0', callbackRate: '1.25', side: 'SELL' },
    type: 'TRAILING_STOP_MARKET',
  });
  const atOnce = placed({ kind: 'trailing-stop', ticks: ticksOf(0), bips: 10 }, sale);
  assert.equal([atOnce['callbackRate'], 'activatePrice' in atOnce], ['0.1', false]);
});

test('pairs and icebergs are not kept here', () => {
  assert.equal(
    [...FUTURES_NATIVES.triggers],
    ['stop', 'stop-limit', 'take-profit', 'take-profit-limit', 'trailing-stop'],
  );
  assert.is(FUTURES_NATIVES.icebergPartsMax, 0);
  const pair = { kind: 'pair', ticks: ticksOf(1) } as const;
  assert.throws(() => placed(pair), /the service keeps such an order/);
});

/** The order of the documents' example, in our market. */
const UPDATE = {
  ...{ caid: 'desk-1-mm-1', aid: 2_148_719, at: 'CONDITIONAL', o: 'TAKE_PROFIT', s: 'BTCUSDT' },
  ...{ S: 'SELL', ps: 'BOTH', f: 'GTC', q: '0.01', ai: '', ap: '0.00000', aq: '0.00000', act: '0' },
  ...{ tp: '750', p: '750', V: 'EXPIRE_MAKER', wt: 'CONTRACT_PRICE', pm: 'NONE', cp: false },
  ...{ pP: false, R: false, tt: 0, gtd: 0 },
};

function told(over: Record<string, unknown>) {
  const frame = { e: 'ALGO_UPDATE', T: 1_750_515_742_297, E: 1_750_515_742_303 };
  const text = JSON.stringify({ ...frame, o: { ...UPDATE, ...over } });
  return session.decode(new TextEncoder().encode(text));
}

test('an order that waits is accepted under a name of its own, and canceled', () => {
  const clientId = 'desk-1-mm-1';
  assert.equal(told({ X: 'NEW' }), {
    kind: 'reports',
    reports: [{ kind: 'accepted', clientId, venueOrderId: 'algo-2148719' }],
  });
  assert.equal(told({ X: 'CANCELED' }), {
    kind: 'reports',
    reports: [{ kind: 'ended', clientId, how: 'canceled', reason: 'canceled' }],
  });
});

test('an order that has woken goes by the id of the order that was made of it', () => {
  // As a client's log of 2025-12-11 has it, where the fill had come before.
  const woken = {
    ...{ caid: 'O-20251211-053131-ZYWR-000-9', aid: 1_000_000_033_225_453, o: 'STOP_MARKET' },
    ...{ X: 'TRIGGERED', ai: '88937381063', ap: '0', aq: '0', act: 'MARKET' },
  };
  const clientId = woken.caid;
  const venueOrderId = '88937381063';
  assert.equal(told({ ...woken, X: 'TRIGGERING', ai: '' }), { kind: 'reports', reports: [] });
  assert.equal(told(woken), {
    kind: 'reports',
    reports: [{ kind: 'triggered', clientId, venueOrderId }],
  });
  assert.equal(told({ ...woken, X: 'FINISHED', aq: '0.010' }), {
    kind: 'reports',
    reports: [
      { kind: 'triggered', clientId, venueOrderId },
      { kind: 'progressed', clientId, venueOrderId, filledLots: 10, hasEnded: true },
    ],
  });
});

test('an order that came to nothing when it woke says why', () => {
  const end = (over: Record<string, unknown>) => {
    const frame = told(over);
    const [report] = frame.kind === 'reports' ? frame.reports : [];
    return report?.kind === 'ended' ? [report.how, report.reason] : [];
  };
  assert.equal(end({ X: 'REJECTED', rm: 'Reduce Only reject' }), [
    'rejected',
    'Reduce Only reject',
  ]);
  assert.equal(end({ X: 'REJECTED' }), ['rejected', 'rejected']);
  assert.equal(end({ X: 'EXPIRED' }), ['expired', 'expired']);
});

test('what is not an order of ours here says nothing, and what makes no sense is a fault', () => {
  const nothing = { kind: 'reports', reports: [] };
  assert.equal(told({ X: 'NEW', s: 'XRPUSDT' }), nothing);
  assert.equal(told({ X: 'NEW', at: 'TWAP' }), nothing);
  for (const over of [
    { X: 'ASLEEP' },
    { X: 'TRIGGERED', ai: '' },
    { X: 'NEW', ps: 'LONG' },
    { X: 'NEW', aid: 'x' },
  ]) {
    assert.is(told(over).kind, 'malformed', JSON.stringify(over));
  }
});

/** The documents' example of an answer, in our market. */
const ANSWER = {
  ...{ algoId: 2_146_760, clientAlgoId: '6B2I9XVcJpCjqPAJ4YoFX7', algoType: 'CONDITIONAL' },
  ...{ orderType: 'TAKE_PROFIT', symbol: 'BTCUSDT', side: 'SELL', positionSide: 'BOTH' },
  ...{ timeInForce: 'GTC', quantity: '0.01', algoStatus: 'NEW', actualOrderId: '' },
  ...{ actualPrice: '0.00000', triggerPrice: '750.000', price: '749.000', icebergQuantity: null },
  ...{ workingType: 'CONTRACT_PRICE', closePosition: false, reduceOnly: false },
};

test('an answer tells what an order waits for, what it becomes and how it stands', () => {
  const read = (over: Record<string, unknown>) => algoOrderIn({ ...ANSWER, ...over }, instrument);
  assert.equal(read({}), {
    ...{ clientId: '6B2I9XVcJpCjqPAJ4YoFX7', venueOrderId: 'algo-2146760', symbol: 'BTCUSDT' },
    ...{ side: 'sell', kind: 'limit', ticks: 7_490, lots: 10, filledLots: 0 },
    ...{ trigger: { kind: 'take-profit', ticks: 7_500 }, isWaiting: true, state: 'open' },
  });
  const stop = read({ orderType: 'STOP_MARKET', price: '0.000' });
  assert.equal(
    [stop.kind, stop.ticks, stop.trigger],
    ['market', 0, { kind: 'stop', ticks: 7_500 }],
  );
  const trailing = { orderType: 'TRAILING_STOP_MARKET', price: '0', callbackRate: '1.5' };
  const bips = 150;
  assert.equal(read(trailing).trigger, { kind: 'trailing-stop', ticks: 0, bips });
  assert.equal(read({ ...trailing, activatePrice: '760.0' }).trigger, {
    ...{ kind: 'trailing-stop', ticks: 7_600, bips },
  });
  const states = ['TRIGGERING', 'CANCELED', 'EXPIRED', 'REJECTED'].map((algoStatus) => {
    const { state, isWaiting } = read({ algoStatus });
    return `${state} ${isWaiting}`;
  });
  assert.equal(states, ['open true', 'canceled true', 'expired true', 'rejected true']);
  for (const algoStatus of ['TRIGGERED', 'FINISHED']) {
    const woken = read({ algoStatus, actualOrderId: '987' });
    assert.equal([woken.venueOrderId, woken.isWaiting], ['987', false]);
  }
});

test('an order of others that nobody can read hides none of ours', () => {
  const read = (over: Record<string, unknown>) => algoOrderIn({ ...ANSWER, ...over }, instrument);
  for (const over of [
    { orderType: 'NEW_KIND' },
    { triggerPrice: 'soon' },
    { orderType: 'TRAILING_STOP_MARKET', callbackRate: '' },
  ]) {
    assert.not('trigger' in read(over), JSON.stringify(over));
  }
  assert.throws(() => read({ algoStatus: 'ASLEEP' }), /wanted a known one/);
  assert.throws(() => read({ quantity: 'some' }), /no decimal/);
  assert.throws(() => read({ algoStatus: 'TRIGGERED' }), /actualOrderId/);
});

/** An order of the matching engine as it answers when asked for it. */
const MADE = {
  ...{ orderId: 987, clientOrderId: 'another', symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET' },
  ...{ status: 'FILLED', price: '0', origQty: '0.010', executedQty: '0.010' },
};
const NOBODY = { code: -2013, msg: 'Order does not exist.' };

/** What is known of an order after these answers of the venue, and where was asked. */
function learned(...bodies: readonly object[]) {
  const asked: string[] = [];
  let query: Query<OrderAnswer> | null = orderAnywhere(access, instrument, 'a', 0);
  let found: Result<OrderAnswer, QueryFault> | null = null;
  for (const body of bodies) {
    assert.ok(query !== null, 'more is asked');
    const { pathname, searchParams } = new URL(query.request.url, 'http://venue');
    const name = searchParams.get('orderId') ?? searchParams.get('clientAlgoId') ?? '';
    asked.push(`${pathname.replace('/fapi/v1/', '')} ${name}`.trim());
    const status = 'code' in body ? 400 : 200;
    found = query.decode(ok({ status, headers: {}, body: JSON.stringify(body) }));
    query = found.ok ? (query.followUp?.(found.value) ?? null) : null;
  }
  return { asked, found, isWhole: query === null };
}

test('an order is asked for in both places, and once more by what was made of it', () => {
  const woken = { ...ANSWER, clientAlgoId: 'a', algoStatus: 'FINISHED', actualOrderId: '987' };
  const { asked, found, isWhole } = learned(NOBODY, woken, MADE);
  assert.equal([asked, isWhole], [['order', 'algoOrder a', 'order 987'], true]);
  assert.ok(found?.ok && found.value.kind === 'found');
  const { clientId, venueOrderId, state, filledLots, isWaiting, trigger } = found.value.order;
  assert.equal([clientId, venueOrderId, isWaiting], ['a', '987', false], 'it is ours all the same');
  assert.equal([state, filledLots, trigger?.kind], ['filled', 10, 'take-profit']);
  const unread = learned(NOBODY, { ...woken, triggerPrice: 'soon' }, MADE).found;
  assert.ok(unread?.ok && unread.value.kind === 'found' && !('trigger' in unread.value.order));
});

test('only what neither place knows is not found', () => {
  const nowhere = learned(NOBODY, NOBODY);
  assert.ok(nowhere.isWhole && nowhere.found?.ok && nowhere.found.value.kind === 'not-found');
  assert.ok(learned(MADE).isWhole);
  assert.ok(learned(NOBODY, { ...ANSWER, clientAlgoId: 'a' }).isWhole, 'it waits');
  const woken = { ...ANSWER, clientAlgoId: 'a', algoStatus: 'TRIGGERED', actualOrderId: '987' };
  const lost = learned(NOBODY, woken, NOBODY).found;
  assert.ok(lost !== null && !lost.ok && lost.error.kind === 'refused', 'what was made was there');
  const silent = learned(NOBODY, { code: -1000, msg: 'unknown' }).found;
  assert.not(silent?.ok);
});

test('a reply names an order of the service as reports do', () => {
  const reply = { id: 'r1', status: 200, result: { algoId: 3_358, clientAlgoId: 'a' } };
  assert.equal(session.decode(new TextEncoder().encode(JSON.stringify(reply))), {
    kind: 'reply',
    requestId: 'r1',
    outcome: { kind: 'done', venueOrderId: 'algo-3358' },
  });
});

test.run();
