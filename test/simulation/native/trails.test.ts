import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { wakesAt } from '../../../src/simulation/exchange/matching/trail.ts';
import { law } from '../../support/law.ts';
import { anExchange, anOrder, must, ticks } from '../../support/venue/fixtures.ts';
import { aStop, standing, walk, when } from '../../support/venue/native.ts';

test('the price at which a trail wakes is exact, whatever the mark', () => {
  const mark = fc.bigInt({ min: 1n, max: BigInt(Number.MAX_SAFE_INTEGER) / 2n });
  law(
    fc.property(mark, fc.integer({ min: 1, max: 10_000 }), (high, bips) => {
      const sale = BigInt(wakesAt('sell', { bips }, Number(high) as Ticks));
      const bound = high * BigInt(10_000 - bips);
      assert.ok(sale * 10_000n <= bound && (sale + 1n) * 10_000n > bound, 'the last tick below');
      const purchase = BigInt(wakesAt('buy', { bips }, Number(high) as Ticks));
      const above = high * BigInt(10_000 + bips);
      assert.ok(purchase * 10_000n >= above && (purchase - 1n) * 10_000n < above);
    }),
  );
});

test('a trail in ticks keeps that distance on either side', () => {
  assert.is(wakesAt('sell', { ticks: 7 as Ticks }, 100 as Ticks), 93);
  assert.is(wakesAt('buy', { ticks: 7 as Ticks }, 100 as Ticks), 107);
  const { exchange, market } = anExchange();
  walk(exchange, market, '60000.00');
  const trail = { ticks: ticks('500.00') };
  const order = anOrder({ price: '61000.00', trigger: when('rises-to', '0', { trail }) });
  must(exchange.place('alice', order));
  walk(exchange, market, '59000.00', '59499.99');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  walk(exchange, market, '59500.00');
  assert.is(standing(exchange, 'alice', order).isWaiting, false);
});

test('a trail that is set before the first trade follows from that', () => {
  const { exchange, market } = anExchange();
  const order = aStop({ trigger: when('falls-to', '0', { trail: { bips: 100 } }) });
  must(exchange.place('alice', order));
  assert.is(standing(exchange, 'alice', order).markTicks, undefined);
  walk(exchange, market, '50000.00');
  assert.is(standing(exchange, 'alice', order).markTicks, ticks('50000.00'));
  walk(exchange, market, '49500.00');
  assert.is(standing(exchange, 'alice', order).isWaiting, false);
});

test('a purchase at any price that follows has no measure before the first trade', () => {
  const { exchange, market } = anExchange();
  const trigger = when('rises-to', '0', { trail: { bips: 100 } });
  const order = anOrder({ type: 'market', trigger });
  assert.is(exchange.wouldRefuse('alice', order)?.kind, 'no-liquidity');
  walk(exchange, market, '50000.00');
  const { held } = must(exchange.place('alice', order)).order;
  assert.is(held, 505_00000000n, '0.01 at 50,000 and a hundredth of that');
});

test('a trail is 10 to 2000 bips, and whole', () => {
  const { exchange } = anExchange();
  for (const [bips, isAllowed] of [
    [9, false],
    [10, true],
    [10.5, false],
    [2_000, true],
    [2_001, false],
    [Number.NaN, false],
  ] as const) {
    const order = aStop({ trigger: when('falls-to', '0', { trail: { bips } }) });
    const refusal = exchange.wouldRefuse('alice', order);
    const expected = { kind: 'filter', filter: 'TRAILING_DELTA', found: bips };
    assert.equal(refusal, isAllowed ? null : expected);
  }
});

test('a trail in ticks is a whole distance above 0', () => {
  const { exchange } = anExchange();
  for (const distance of [0, -1, 0.5, Number.NaN]) {
    const trail = { ticks: distance as Ticks };
    const order = aStop({ trigger: when('falls-to', '0', { trail }) });
    assert.is(exchange.wouldRefuse('alice', order)?.kind, 'filter', `${distance}`);
  }
});

test.run();
