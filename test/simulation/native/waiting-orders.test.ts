import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import {
  WAITING_MAX,
  WaitingOrders,
} from '../../../src/simulation/exchange/matching/waiting-orders.ts';
import type { VenueOrder, VenueTrigger } from '../../../src/simulation/exchange/orders.ts';
import { law } from '../../support/law.ts';
import { anExchange, anOrder, must } from '../../support/venue/fixtures.ts';
import { aStop } from '../../support/venue/native.ts';

const known = must(anExchange().exchange.place('alice', aStop())).order;

function waiting(orderId: number, trigger: VenueTrigger, side: 'buy' | 'sell'): VenueOrder {
  return { ...known, orderId, trigger, side };
}

test('a price wakes exactly those whose turn it is, oldest first, whatever came before', () => {
  const order = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    direction: fc.constantFrom('rises-to' as const, 'falls-to' as const),
    ticks: fc.integer({ min: 1, max: 40 }),
    trail: fc.option(fc.integer({ min: 1, max: 9 })),
    followsAtOnce: fc.boolean(),
    isRemoved: fc.boolean(),
  });
  const prices = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
  law(
    fc.property(fc.array(order, { maxLength: 30 }), prices, (orders, path) => {
      const queue = new WaitingOrders();
      const model = new Map<number, { mark: number; isFollowing: boolean }>();
      orders.forEach(({ side, direction, ticks, trail, followsAtOnce, isRemoved }, id) => {
        const isFollowing = trail !== null && followsAtOnce;
        const trigger: VenueTrigger = {
          direction,
          ticks: (isFollowing ? 0 : ticks) as Ticks,
          reference: 'last',
          trail: trail === null ? null : { ticks: trail as Ticks },
        };
        queue.add(waiting(id, trigger, side));
        if (isRemoved) queue.remove(id);
        else model.set(id, { mark: 0, isFollowing });
      });
      for (const price of path) {
        const expected: number[] = [];
        for (const [id, state] of model) {
          const { side, direction, ticks, trail } = orders[id] as (typeof orders)[number];
          if (!state.isFollowing) {
            if (direction === 'rises-to' ? price < ticks : price > ticks) continue;
            if (trail === null) expected.push(id);
            else Object.assign(state, { isFollowing: true, mark: price });
            continue;
          }
          const sign = side === 'sell' ? 1 : -1;
          const isFirst = state.mark === 0;
          if (isFirst || sign * price > sign * state.mark) state.mark = price;
          else if (sign * (state.mark - price) >= (trail ?? 0)) expected.push(id);
        }
        const { woken } = queue.reach('last', price as Ticks);
        assert.equal(
          woken.map(({ orderId }) => orderId),
          expected,
        );
        for (const id of expected) model.delete(id);
        assert.is(queue.size, model.size);
      }
    }),
  );
});

test('prices of the other kind reach nobody', () => {
  const queue = new WaitingOrders();
  const trigger = {
    direction: 'rises-to',
    ticks: 5 as Ticks,
    reference: 'mark',
    trail: null,
  } as const;
  queue.add(waiting(1, trigger, 'buy'));
  assert.equal(queue.reach('last', 9 as Ticks).woken, []);
  assert.is(queue.reach('mark', 9 as Ticks).woken.length, 1);
});

test('a market lets so many wait, and no more', () => {
  const { exchange, market } = anExchange();
  const trigger = {
    direction: 'falls-to',
    ticks: 5 as Ticks,
    reference: 'last',
    trail: null,
  } as const;
  for (let id = 0; id < WAITING_MAX; id += 1) market.waiting.add(waiting(id, trigger, 'sell'));
  const full = { kind: 'filter', filter: 'EXCHANGE_MAX_NUM_ORDERS', found: WAITING_MAX };
  assert.equal(exchange.wouldRefuse('bob', aStop()), full);
  const bracket = { ticks: 5_900_000 as Ticks, limitTicks: 0 as Ticks };
  assert.equal(exchange.wouldRefuse('bob', anOrder({ side: 'sell', bracket })), full);
  assert.throws(() => market.waiting.add(waiting(WAITING_MAX, trigger, 'sell')), /few enough/);
});

test('an order waits once', () => {
  const queue = new WaitingOrders();
  queue.add(known);
  assert.throws(() => queue.add(known), /waits once/);
});

test.run();
