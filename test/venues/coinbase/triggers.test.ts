/** Orders that wait, on the wire: as we write them, as the venue tells of them. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { ticksOf } from '../../../src/core/units.ts';
import { keptBy } from '../../../src/execution/native/native-orders.ts';
import type { OrderIntent } from '../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { coinbaseOrders } from '../../../src/venues/coinbase/orders.ts';
import { coinbaseQueries } from '../../../src/venues/coinbase/queries.ts';
import { coinbaseSession } from '../../../src/venues/coinbase/session.ts';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import { aFrame, BTC, bytesOf } from '../../support/coinbase/frames.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';
import { law } from '../../support/law.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';
import { must } from '../../support/venue/fixtures.ts';

const NOW = Date.UTC(2026, 0, 2);
const signer = must(tokenSigner(KEY_NAME, SEC1));
const access = { url: 'https://api.test', signer, timeoutMs: 1_000, lifeMs: 5_000 };
const entry = coinbaseOrders(access);
const queries = coinbaseQueries(access, [BTC]);

const stop = (kind: 'stop' | 'take-profit' | 'pair', ticks: number) => ({
  trigger: { kind, ticks: ticksOf(ticks) },
});
const aWaiting = (parts: OrderParts): OrderIntent => anOrder({ ticks: 10_000, lots: 1, ...parts });
const written = (order: OrderIntent): Record<string, Record<string, string>> =>
  JSON.parse(entry.place(order as ApprovedOrder, BTC, '1', NOW).body ?? '').order_configuration;

/** What the venue answers when it is asked for an order that it has. */
function told(order_configuration: object, over: object = {}) {
  const fixed = { order_id: 'o', product_id: 'BTC-USD', client_order_id: 'c', side: 'SELL' };
  const order = { ...fixed, status: 'OPEN', filled_size: '0', order_configuration, ...over };
  const body = JSON.stringify({ order });
  const asked = queries.order({ venueOrderId: 'o' }, BTC, NOW);
  return asked.decode(ok({ status: 200, headers: {}, body }));
}

test('an order that waits is written as the venue wants it', () => {
  const limit = { base_size: '0.00000001', limit_price: '100.00' };
  const [up, down] = ['STOP_DIRECTION_STOP_UP', 'STOP_DIRECTION_STOP_DOWN'];
  const at = (stop_price: string, stop_direction: string | undefined) => ({
    stop_limit_stop_limit_gtc: { ...limit, stop_price, stop_direction },
  });
  const forms: readonly (readonly [OrderParts, object])[] = [
    [{ side: 'sell', ...stop('stop', 10_100) }, at('101.00', down)],
    [{ side: 'buy', ...stop('stop', 9_900) }, at('99.00', up)],
    [{ side: 'sell', ...stop('take-profit', 10_100) }, at('101.00', up)],
    [{ side: 'buy', ...stop('take-profit', 9_900) }, at('99.00', down)],
    [
      { side: 'sell', ...stop('pair', 9_000) },
      { trigger_bracket_gtc: { ...limit, stop_trigger_price: '90.00' } },
    ],
  ];
  for (const [parts, wanted] of forms) assert.equal(written(aWaiting(parts)), wanted);
});

test('what is written of an order is read back as the same order', () => {
  const anyOrder = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    ticks: fc.integer({ min: 1, max: 1e9 }),
    lots: fc.integer({ min: 1, max: 1e12 }),
    kind: fc.constantFrom('stop' as const, 'take-profit' as const, 'pair' as const),
    at: fc.integer({ min: 1, max: 1e9 }),
  });
  law(
    fc.property(anyOrder, ({ kind, at, ...parts }) => {
      const order = anOrder({ ...parts, ...stop(kind, at) });
      const answer = must(told(written(order), { side: parts.side.toUpperCase() }));
      assert.ok(answer.kind === 'found');
      const { side, ticks, lots, trigger } = answer.order;
      assert.equal({ side, ticks, lots, trigger }, { ...parts, trigger: order.trigger });
      assert.is(answer.order.kind, 'limit');
    }),
    200,
  );
});

test('an order has woken when the venue says so, and nobody guesses where it does not', () => {
  const stopLimit = written(aWaiting({ side: 'sell', ...stop('stop', 9_000) }));
  const waiting = (trigger_status: unknown) => {
    const answer = must(told(stopLimit, { trigger_status }));
    assert.ok(answer.kind === 'found');
    return answer.order.isWaiting;
  };
  assert.equal([waiting('STOP_PENDING'), waiting('STOP_TRIGGERED')], [true, false]);
  assert.equal([waiting('UNKNOWN_TRIGGER_STATUS'), waiting(undefined)], [undefined, undefined]);
  const plain = must(
    told({ limit_limit_gtc: { base_size: '1', limit_price: '1' } }, { trigger_status: 'x' }),
  );
  assert.ok(plain.kind === 'found' && !('trigger' in plain.order) && !('isWaiting' in plain.order));
});

test('an order that does not say which way it waits is read without its trigger', () => {
  for (const way of [{}, { stop_direction: 'UNKNOWN_STOP_DIRECTION' }]) {
    const terms = { base_size: '1', limit_price: '100.00', stop_price: '1', ...way };
    const answer = must(told({ stop_limit_stop_limit_gtc: terms }));
    assert.ok(answer.kind === 'found' && answer.order.trigger === undefined);
  }
});

test('a trigger that makes no sense is no answer', () => {
  const limit = { base_size: '1', limit_price: '100.00' };
  const stop_direction = 'STOP_DIRECTION_STOP_UP';
  for (const [configuration, wanted] of [
    [{ stop_limit_stop_limit_gtc: { ...limit, stop_direction } }, /stop_price: found undefined/],
    [{ stop_limit_stop_limit_gtc: { ...limit, stop_price: 'x', stop_direction } }, /no decimal/],
    [{ trigger_bracket_gtc: limit }, /stop_trigger_price: found undefined/],
  ] as const) {
    const answer = told(configuration);
    assert.ok(!answer.ok && answer.error.kind === 'no-answer');
    assert.match(answer.error.detail, wanted);
  }
});

test('the private socket tells that an order has woken, with what became of it', () => {
  const session = coinbaseSession('wss://user', signer, 5_000, [BTC]);
  session.begin('');
  let frames = 0;
  const reports = (over: object) => {
    const known = { client_order_id: 'c', order_id: 'o', product_id: 'BTC-USD', status: 'OPEN' };
    const order = { ...known, cumulative_quantity: '0', trigger_status: 'STOP_PENDING', ...over };
    const frame = aFrame('user', frames, { type: 'update', orders: [order] });
    frames += 1;
    const decoded = session.decode(bytesOf(frame));
    assert.ok(decoded.kind === 'reports');
    return decoded.reports;
  };
  const names = { clientId: 'c', venueOrderId: 'o' };
  const accepted = { kind: 'accepted', ...names };
  const triggered = { kind: 'triggered', ...names };
  const woken = { trigger_status: 'STOP_TRIGGERED' };
  assert.equal(reports({}), [accepted], 'it waits');
  assert.equal(reports(woken), [accepted, triggered], 'it rests at its limit');
  const progressed = { kind: 'progressed', ...names, filledLots: 5e7 };
  assert.equal(reports({ ...woken, cumulative_quantity: '0.5' }), [
    triggered,
    { ...progressed, hasEnded: false },
  ]);
  assert.equal(reports({ cumulative_quantity: '0.5' }), [{ ...progressed, hasEnded: false }]);
  const ended = { kind: 'ended', clientId: 'c' };
  const canceled = { ...ended, how: 'canceled', reason: 'canceled' };
  assert.equal(reports({ status: 'CANCELLED' }), [canceled]);
  assert.equal(reports({ ...woken, status: 'CANCELLED' }), [triggered, canceled]);
  const prevented = { status: 'CANCELLED', cancel_reason: 'Self trade prevention' };
  assert.equal(reports({ ...woken, ...prevented }), [
    triggered,
    { ...ended, how: 'expired', reason: 'stp' },
  ]);
});

test('the venue keeps what ends as a limit order, and nothing else', () => {
  const { natives } = entry;
  const kept = (parts: OrderParts): boolean => keptBy(natives, aWaiting(parts)) === null;
  const market = { kind: 'market' as const, ticks: 0 };
  assert.ok(kept({}) && kept(stop('stop', 1)) && kept(stop('take-profit', 1)));
  assert.ok(kept(stop('pair', 1)));
  assert.not(kept({ ...market, ...stop('stop', 1) }), 'a stop without a limit');
  assert.not(kept({ ...market, ...stop('take-profit', 1) }));
  const trail = { kind: 'trailing-stop' as const, ticks: ticksOf(0), bips: 100 };
  assert.not(kept({ ...market, trigger: trail }));
  assert.not(kept({ lots: 100, shownLots: 50 as never }), 'an iceberg');
});

test.run();
