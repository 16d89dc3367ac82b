import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { priceText } from '../../../../src/core/instrument.ts';
import { ticksOf } from '../../../../src/core/units.ts';
import { keptBy } from '../../../../src/execution/native/native-orders.ts';
import type { OrderIntent } from '../../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../../src/risk/approved-order.ts';
import { krakenOrders } from '../../../../src/venues/kraken/orders.ts';
import {
  KRAKEN_NATIVES,
  termsIn,
  typeMembers,
} from '../../../../src/venues/kraken/wire/order-type.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { anOrder, type OrderParts } from '../../../support/trade/orders.ts';

const NOW = 1_767_225_600_000;
const pair = aPair();
const aSell = (parts: OrderParts = {}): OrderIntent =>
  anOrder({ side: 'sell', kind: 'market', ticks: 0, lots: 1_000_000, ...parts });
const place = (parts: OrderParts): string =>
  String(krakenOrders({ text: 'T' }, 5_000).place(aSell(parts) as ApprovedOrder, pair, '7', NOW));
const stopAt = (ticks: number) => ({ kind: 'stop', ticks: ticksOf(ticks) }) as const;
const trailing = (bips: number, ticks = 0) =>
  ({ kind: 'trailing-stop', ticks: ticksOf(ticks), bips }) as const;

test('a stop says which price wakes it, and nothing of what it is to cost', () => {
  assert.is(
    place({ trigger: stopAt(580_001) }),
    '{"method":"add_order","params":{"order_type":"stop-loss",' +
      '"triggers":{"reference":"last","price":58000.1,"price_type":"static"},"side":"sell",' +
      '"order_qty":0.01000000,"symbol":"BTC/USD","cl_ord_id":"desk-1-mm-1",' +
      '"stp_type":"cancel_newest","fee_preference":"quote",' +
      '"deadline":"2026-01-01T00:00:05.000Z","token":"T"},"req_id":7}',
  );
});

test('each order that the venue keeps has its type, its trigger and its limit', () => {
  const params = (parts: OrderParts) => {
    const { order_type, triggers, limit_price, time_in_force, display_qty } = JSON.parse(
      place(parts),
    ).params;
    return [
      order_type,
      triggers?.price,
      triggers?.price_type,
      limit_price,
      time_in_force,
      display_qty,
    ];
  };
  const limit = { kind: 'limit', ticks: 570_000 } as const;
  const target = { kind: 'take-profit', ticks: ticksOf(700_000) } as const;
  assert.equal(params({ trigger: stopAt(580_000), ...limit }), [
    ...['stop-loss-limit', 58_000, 'static', 57_000, 'gtc'],
    undefined,
  ]);
  assert.equal(params({ trigger: target }), [
    ...['take-profit', 70_000, 'static'],
    ...[undefined, undefined, undefined],
  ]);
  assert.equal(params({ trigger: target, ...limit, timeInForce: 'ioc' }), [
    ...['take-profit-limit', 70_000, 'static', 57_000, 'ioc'],
    undefined,
  ]);
  assert.equal(params({ trigger: trailing(525) }), [
    ...['trailing-stop', 5.25, 'pct'],
    ...[undefined, undefined, undefined],
  ]);
  assert.equal(params({ shownLots: 100_000, ...limit } as OrderParts), [
    ...['iceberg', undefined, undefined, 57_000, 'gtc'],
    0.001,
  ]);
});

test('what the venue does not keep is refused before anything leaves', () => {
  const why = (parts: OrderParts) => {
    const refused = keptBy(KRAKEN_NATIVES, aSell(parts));
    return refused === null ? null : refused.found;
  };
  assert.is(why({ trigger: stopAt(1) }), null);
  assert.is(why({ trigger: trailing(100) }), null);
  assert.is(why({ trigger: trailing(100, 1) }), 'trailing-stop that begins at a price');
  assert.is(why({ trigger: trailing(100), kind: 'limit' }), 'trailing-stop-limit');
  assert.is(why({ trigger: { kind: 'pair', ticks: ticksOf(1) }, kind: 'limit' }), 'pair');
  const iceberg = (lots: number, shownLots: number) =>
    why({ kind: 'limit', lots, shownLots } as OrderParts);
  assert.is(iceberg(150, 10), null);
  assert.is(iceberg(151, 10), 16);
});

test('a pair was never said to be kept, so to send one is a bug', () => {
  const order = aSell({ trigger: { kind: 'pair', ticks: ticksOf(1) }, kind: 'limit' });
  assert.throws(() => typeMembers(order, pair), 'keeps no pairs');
});

test('an order means the same when REST describes it as when it was sent', () => {
  const aPrice = fc.integer({ min: 1, max: 9_000_000 });
  const anOrderOf = fc.record({
    kind: fc.constantFrom('stop', 'take-profit', 'trailing-stop'),
    isLimit: fc.boolean(),
    wakesAt: aPrice,
    limit: aPrice,
    bips: fc.integer({ min: 1, max: 9_999 }),
  });
  fc.assert(
    fc.property(anOrderOf, ({ kind, isLimit, wakesAt, limit, bips }) => {
      const isTrailing = kind === 'trailing-stop';
      const hasLimit = isLimit && !isTrailing;
      const trigger = isTrailing ? trailing(bips) : ({ kind, ticks: ticksOf(wakesAt) } as never);
      const terms = {
        kind: hasLimit ? ('limit' as const) : ('market' as const),
        ticks: ticksOf(hasLimit ? limit : 0),
        trigger,
      };
      const sent = JSON.parse(`{${typeMembers(aSell(terms), pair)}"end":0}`);
      const percent = `+${Number(sent.triggers.price).toFixed(4)}%`;
      const described = {
        type: sent.order_type,
        price: isTrailing ? percent : priceText(pair, ticksOf(wakesAt)),
        price2: hasLimit ? priceText(pair, ticksOf(limit)) : '0',
      };
      assert.equal(termsIn(described, pair), terms);
    }),
  );
});

test('orders of others that cannot be said here are told without their trigger', () => {
  const terms = (type: string, price: string, price2 = '0') =>
    termsIn({ type, price, price2 }, pair);
  const market = { kind: 'market', ticks: 0 };
  assert.equal(terms('trailing-stop', '+150.0'), market);
  assert.equal(terms('trailing-stop', '+0.0050%'), market);
  assert.equal(terms('trailing-stop', '+0.0000%'), market);
  assert.equal(terms('trailing-stop-limit', '+5.0000%', '-1.0000%'), { kind: 'limit', ticks: 0 });
  assert.equal(terms('stop-loss', '#5%'), market);
  assert.equal(terms('stop-loss-limit', '58000.0', '-1%'), { kind: 'limit', ticks: 0 });
  assert.equal(terms('settle-position', '0'), market);
  assert.equal(terms('market', '0'), market);
  assert.equal(terms('iceberg', '60000.1'), { kind: 'limit', ticks: 600_001 });
  assert.throws(() => terms('limit', 'dear'), 'found the price dear');
});

test.run();
