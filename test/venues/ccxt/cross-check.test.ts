/** What ccxt is told beside what our books say. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AccountLook, amountsIn, CrossCheck } from '../../../src/venues/ccxt/cross-check.ts';
import { law } from '../../support/law.ts';

function aLook(balances: Record<string, bigint> | null, ...orders: string[]): AccountLook {
  return {
    grids: new Map([['BTC/USD', { tick: 0.1, lot: 1e-8 }]]),
    balances: balances === null ? null : new Map(Object.entries(balances)),
    openOrders: new Set(orders),
  };
}

test('what differs twice in the same way is told once, and again when it comes back', () => {
  const check = new CrossCheck();
  const [venue, books] = [aLook({ USD: 500_000_000n }, 'a'), aLook({ USD: 400_000_000n }, 'b')];
  assert.equal(check.look(venue, books), []);
  assert.ok(check.isInDoubt);
  assert.equal(check.look(venue, books), [
    'USD: 1.00000000 more at the venue than booked',
    'order a: open at the venue and not in our books',
    'order b: open in our books and not at the venue',
  ]);
  assert.not.ok(check.isInDoubt, 'it is known');
  assert.is(check.standing.length, 3);
  assert.equal(check.look(venue, books), []);
  assert.equal([check.look(books, books), check.standing], [[], []]);
  check.look(venue, books);
  assert.is(check.look(venue, books).length, 3);
});

test('a fill in between moves both sides, and what moved is no difference that stands', () => {
  const check = new CrossCheck();
  check.look(aLook({ BTC: 10n ** 8n }), aLook({ BTC: 2n * 10n ** 8n }));
  assert.equal(check.look(aLook({ BTC: 2n * 10n ** 8n }), aLook({ BTC: 5n * 10n ** 8n })), []);
  const less = check.look(aLook({ BTC: 0n }), aLook({ BTC: 3n * 10n ** 8n }));
  assert.equal(
    less,
    ['BTC: 3.00000000 less at the venue than booked'],
    'the same amount is missing',
  );
});

test('where balances are no holdings only orders are compared', () => {
  const check = new CrossCheck();
  for (const _look of [1, 2]) assert.equal(check.look(aLook(null), aLook({ USDT: 5n ** 9n })), []);
});

test('a grid that is another, or of no market, is told; texts of one number are not', () => {
  const grids = (tick: string, lot: string, symbol = 'BTC/USD') => ({
    ...aLook(null),
    grids: new Map([[symbol, { tick: Number(tick), lot: Number(lot) }]]),
  });
  const seen = (told: AccountLook): readonly string[] => {
    const check = new CrossCheck();
    check.look(told, aLook(null));
    return check.look(told, aLook(null));
  };
  assert.equal(seen(grids('0.10', '0.00000001')), []);
  assert.equal(seen(grids('0.01', '1e-8')), [
    'BTC/USD: tick 0.1 and lot 1e-8 here, 0.01 and 1e-8 at the venue',
  ]);
  assert.is(seen(grids('0.1', '1')).length, 1);
  assert.is(seen(grids('free', '1e-8')).length, 1, 'a text that is no number is no grid');
  assert.equal(seen(grids('0.1', '1e-8', 'ETH/USD')), [
    'BTC/USD: not among the markets of the venue',
  ]);
});

test('books that agree to a rounding are never complained of', () => {
  const asset = fc.constantFrom('USD', 'BTC', 'ETH');
  const amounts = fc.dictionary(asset, fc.bigInt({ min: 2n, max: 10n ** 15n }));
  law(
    fc.property(amounts, fc.constantFrom(-1n, 0n, 1n), (booked, rounding) => {
      const told = Object.fromEntries(Object.entries(booked).map(([a, b]) => [a, b + rounding]));
      const check = new CrossCheck();
      for (const _look of [1, 2]) assert.equal(check.look(aLook(told), aLook(booked)), []);
      assert.not.ok(check.isInDoubt);
    }),
  );
});

test('amounts are cut to our decimals, and what is none is no amount', () => {
  assert.equal(
    amountsIn({ USD: '5', BTC: '0.123456789', ETH: '-1.5', DOT: '0.0000000001' }),
    new Map([
      ['USD', 500_000_000n],
      ['BTC', 12_345_678n],
      ['ETH', -150_000_000n],
    ]),
  );
  for (const text of ['1e-7', '', 'x', '.5']) assert.is(amountsIn({ USD: text }), null, text);
});

test.run();
