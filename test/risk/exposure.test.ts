import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenInvariant } from '../../src/core/result.ts';
import type { OrderIntent, Side } from '../../src/execution/order.ts';
import { Exposure } from '../../src/risk/exposure.ts';
import { law } from '../support/law.ts';
import { aPair, aStop } from '../support/trade/natives.ts';
import { anOrder } from '../support/trade/orders.ts';

const orderOf = (clientId: string, side: Side, lots: number, ticks = 100): OrderIntent =>
  anOrder({ clientId, side, lots: lots, ticks: ticks });

const someOrders = ['a', 'b', 'c', 'd'].flatMap((name) => [
  orderOf(`${name}-buy`, 'buy', 10),
  orderOf(`${name}-sell`, 'sell', 10, 101),
]);

test('the open lots of a side are the sum over its orders, whatever is reported when', () => {
  const report = fc.record({ order: fc.constantFrom(...someOrders), lots: fc.nat({ max: 10 }) });
  law(
    fc.property(fc.array(report, { maxLength: 40, size: 'max' }), (reports) => {
      const exposure = new Exposure();
      const open = new Map<OrderIntent, number>();
      for (const { order, lots } of reports) {
        exposure.setOpen(order, lots);
        open.set(order, lots);
        const sum = (side: Side): number =>
          [...open].reduce((total, [one, left]) => total + (one.side === side ? left : 0), 0);
        assert.equal([exposure.buyLots, exposure.sellLots], [sum('buy'), sum('sell')]);
        assert.is(exposure.openOrders, [...open.values()].filter((left) => left > 0).length);
      }
    }),
  );
});

test('an order counts in full from its approval', () => {
  const exposure = new Exposure();
  exposure.reserve(orderOf('a', 'sell', 7));
  assert.equal([exposure.buyLots, exposure.sellLots, exposure.openOrders], [0, 7, 1]);
});

test('approving one client id twice is a bug, for it would count once', () => {
  const exposure = new Exposure();
  const order = orderOf('a', 'buy', 7);
  exposure.reserve(order);
  const isBug = (thrown: Error) => thrown instanceof BrokenInvariant;
  assert.throws(() => exposure.reserve(order), isBug);
  assert.throws(() => exposure.reserve(orderOf('a', 'sell', 7)), isBug);
  assert.is(exposure.buyLots, 7);
});

test('an order reduces only if the position shrinks after everything open on its side', () => {
  const exposure = new Exposure();
  exposure.position = 10;
  assert.ok(exposure.isReducing('sell', 10));
  assert.not.ok(exposure.isReducing('sell', 11));
  assert.not.ok(exposure.isReducing('buy', 1));
  exposure.reserve(orderOf('a', 'sell', 4));
  assert.ok(exposure.isReducing('sell', 6));
  assert.not.ok(exposure.isReducing('sell', 7));
  exposure.position = -10;
  assert.ok(exposure.isReducing('buy', 10));
  assert.not.ok(exposure.isReducing('buy', 11));
  assert.not.ok(exposure.isReducing('sell', 1));
});

test('the worst position counts what is open on the side and nothing of the other', () => {
  const exposure = new Exposure();
  exposure.position = 5;
  exposure.reserve(orderOf('a', 'buy', 4));
  exposure.reserve(orderOf('b', 'sell', 20, 101));
  assert.is(exposure.worstWith('buy', 3), 12);
  assert.is(exposure.worstWith('sell', 3), 18);
});

test('an order that would trade with one of ours is found', () => {
  const exposure = new Exposure();
  exposure.reserve(orderOf('bid', 'buy', 1, 100));
  exposure.reserve(orderOf('ask', 'sell', 1, 102));
  assert.is(exposure.crosses('sell', 100), 'bid');
  assert.is(exposure.crosses('sell', 101), null);
  assert.is(exposure.crosses('buy', 102), 'ask');
  assert.is(exposure.crosses('buy', 101), null);
  assert.is(exposure.crosses('buy', 0), 'ask');
  exposure.setOpen(orderOf('ask', 'sell', 1, 102), 0);
  assert.is(exposure.crosses('buy', 0), null);
});

test('what waits counts in full, meets nobody, and has woken when it no longer waits', () => {
  const exposure = new Exposure();
  exposure.position = 10;
  const stop = { ...orderOf('stop', 'sell', 6, 0), trigger: aStop(90) };
  exposure.reserve(stop);
  assert.equal([exposure.sellLots, exposure.crosses('buy', 100)], [6, null]);
  assert.ok(exposure.isShrunkBy(stop, 4));
  assert.not.ok(exposure.isShrunkBy(stop, 5));
  exposure.setOpen(stop, 6, 0, false);
  assert.equal([exposure.sellLots, exposure.crosses('buy', 100)], [6, 'stop']);
  assert.ok(exposure.isShrunkBy(stop, 10), 'what works is not among what waits');
  exposure.setOpen(stop, 0);
  assert.equal([exposure.sellLots, exposure.openOrders], [0, 0]);
});

test('the target of a pair that waits is met', () => {
  const exposure = new Exposure();
  const pair = { ...orderOf('pair', 'buy', 6, 95), trigger: aPair(110) };
  exposure.position = -6;
  exposure.reserve(pair);
  assert.is(exposure.crosses('sell', 95), 'pair');
  assert.not.ok(exposure.isShrunkBy(pair, 1), 'all that is short is kept already');
});

test('an open market order meets everything on the other side', () => {
  const exposure = new Exposure();
  exposure.reserve(orderOf('market', 'buy', 1, 0));
  assert.is(exposure.crosses('sell', 1_000_000), 'market');
});

test.run();
