/** What the venue says of orders that it keeps: reports of the socket, answers over REST. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { krakenQueries } from '../../../../src/venues/kraken/queries.ts';
import { krakenSession } from '../../../../src/venues/kraken/session.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { STRANGE } from '../../../support/binance/strange.ts';
import { anAccess, resultOf } from '../../../support/kraken/access.ts';
import { aPair } from '../../../support/kraken/pairs.ts';

const pair = aPair();
const token = { text: 'T' };

function reporter() {
  const session = krakenSession('wss://venue', anAccess(), token, [pair]);
  session.begin('secret');
  let sequence = 0;
  return (entry: object): unknown => {
    sequence += 1;
    const frame = { channel: 'executions', type: 'update', data: [entry], sequence };
    const read = session.decode(frameOf(JSON.stringify(frame)));
    return read.kind === 'reports' ? read.reports : read.kind;
  };
}

const stop = {
  order_id: 'OABC',
  cl_ord_id: 'ours',
  symbol: 'BTC/USD',
  order_type: 'stop-loss',
  side: 'sell',
  order_qty: 0.01,
};
const triggers = (status: string) => ({
  reference: 'last',
  price: 58_000.0,
  price_type: 'static',
  status,
});
const names = { clientId: 'ours', venueOrderId: 'OABC' };

test('a stop that is taken waits, and is told when the price has woken it', () => {
  const report = reporter();
  const waiting = { ...stop, triggers: triggers('untriggered') };
  assert.is(report({ ...waiting, exec_type: 'pending_new' }), 'other');
  assert.equal(report({ ...waiting, exec_type: 'new' }), [{ kind: 'accepted', ...names }]);
  assert.is(report({ ...waiting, exec_type: 'status' }), 'other');
  const woken = { order_id: 'OABC', triggers: triggers('triggered') };
  assert.equal(report({ ...woken, exec_type: 'status' }), [{ kind: 'triggered', ...names }]);
});

test('whatever report comes first after a loss says that the order has woken', () => {
  const woken = { ...stop, triggers: triggers('triggered') };
  assert.equal(reporter()({ ...woken, exec_type: 'new' }), [
    { kind: 'triggered', ...names },
    { kind: 'accepted', ...names },
  ]);
  const fill = {
    exec_id: 'T1',
    last_price: 57_999.9,
    last_qty: 0.01,
    cost: 579.999,
    liquidity_ind: 't',
    timestamp: '2026-01-01T00:00:00.000000Z',
  };
  const reports = reporter()({ ...woken, ...fill, exec_type: 'trade' });
  assert.ok(Array.isArray(reports));
  assert.equal(
    reports.map(({ kind }) => kind),
    ['triggered', 'filled'],
  );
});

test('what an iceberg shows anew is no news, and strange triggers are malformed or nothing', () => {
  const report = reporter();
  assert.is(report({ ...stop, order_type: 'iceberg', exec_type: 'iceberg_refill' }), 'other');
  for (const strange of STRANGE) {
    const read = reporter()({ ...stop, exec_type: 'new', triggers: strange });
    assert.ok(read === 'malformed' || Array.isArray(read), `${JSON.stringify(strange)} ${read}`);
  }
});

const answerOf = (over: object, described: object): unknown => {
  const order = {
    cl_ord_id: 'ours',
    status: 'open',
    vol: '0.01',
    vol_exec: '0.00',
    misc: '',
    descr: { pair: 'XBTUSD', type: 'sell', price: '58000.0', price2: '0', ...described },
    ...over,
  };
  const asked = krakenQueries(anAccess(), token, [pair]).openOrders(0);
  const answer = asked.decode(resultOf({ open: { OABC: order } }));
  assert.ok(answer.ok, answer.ok ? '' : answer.error.detail);
  const [found] = answer.value;
  return found === undefined
    ? null
    : [found.kind, found.ticks, found.trigger?.kind, found.trigger?.ticks, found.isWaiting];
};

test('an answer says what an order waits for, and whether it still does', () => {
  const stopLoss = { ordertype: 'stop-loss' };
  assert.equal(answerOf({}, stopLoss), ['market', 0, 'stop', 580_000, true]);
  assert.equal(answerOf({ misc: 'stopped' }, stopLoss), ['market', 0, 'stop', 580_000, false]);
  assert.equal(answerOf({ vol_exec: '0.001' }, stopLoss), ['market', 0, 'stop', 580_000, false]);
  assert.equal(answerOf({ status: 'closed' }, stopLoss), ['market', 0, 'stop', 580_000, false]);
  const target = { ordertype: 'take-profit-limit', price: '70000.0', price2: '69000.0' };
  assert.equal(answerOf({}, target), ['limit', 690_000, 'take-profit', 700_000, true]);
  const touched = answerOf({ misc: 'partial,touched' }, target);
  assert.equal(touched, ['limit', 690_000, 'take-profit', 700_000, false]);
  const trailing = { ordertype: 'trailing-stop', price: '+5.0000%' };
  assert.equal(answerOf({}, trailing), ['market', 0, 'trailing-stop', 0, true]);
});

test('an iceberg is a limit order, and a plain one never waits', () => {
  assert.equal(answerOf({}, { ordertype: 'iceberg' }), [
    'limit',
    580_000,
    ...[undefined, undefined, undefined],
  ]);
  assert.equal(answerOf({ misc: 'stopped' }, { ordertype: 'limit' }), [
    'limit',
    580_000,
    ...[undefined, undefined, undefined],
  ]);
});

test('an order of a size that is no decimal, or a state that is not known, is not believed', () => {
  const descr = { pair: 'XBTUSD', type: 'sell', ordertype: 'stop-loss', price: '58000.0' };
  const faultOf = (over: object): string => {
    const order = { status: 'open', vol: '1', vol_exec: '0', descr, ...over };
    const asked = krakenQueries(anAccess(), token, [pair]).openOrders(0);
    const answer = asked.decode(resultOf({ open: { O1: order } }));
    return answer.ok ? '' : answer.error.detail;
  };
  assert.is(faultOf({}), '');
  assert.match(faultOf({ vol: 'much' }), 'found a quantity that is no decimal');
  assert.match(faultOf({ status: 'asleep' }), 'found asleep, wanted a known one');
});

test('a trailing stop in money that somebody else has placed hides no order of ours', () => {
  const open = {
    O1: {
      status: 'open',
      vol: '1',
      vol_exec: '0',
      descr: { pair: 'XBTUSD', type: 'sell', ordertype: 'trailing-stop', price: '+150.0' },
    },
    O2: {
      cl_ord_id: 'ours',
      status: 'open',
      vol: '1',
      vol_exec: '0',
      descr: { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', price: '60000.1' },
    },
  };
  const answer = krakenQueries(anAccess(), token, [pair]).openOrders(0).decode(resultOf({ open }));
  assert.ok(answer.ok);
  assert.equal(
    answer.value.map(({ clientId, kind, trigger }) => [clientId, kind, trigger]),
    [
      ['O1', 'market', undefined],
      ['ours', 'limit', undefined],
    ],
  );
});

test.run();
