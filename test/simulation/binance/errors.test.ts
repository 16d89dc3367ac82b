import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { type BinanceError, refusalError } from '../../../src/simulation/binance/errors.ts';
import type { Refusal } from '../../../src/simulation/exchange/orders.ts';
import { amount } from '../../support/venue/fixtures.ts';

const cases: readonly [Refusal, Partial<BinanceError>][] = [
  [
    { kind: 'filter', filter: 'LOT_SIZE', found: 0 },
    { code: -1013, msg: 'Filter failure: LOT_SIZE' },
  ],
  [
    { kind: 'insufficient-balance', asset: 'BTC', free: amount('0'), wanted: amount('1') },
    { code: -2010, msg: 'Account has insufficient balance for requested action.' },
  ],
  [
    { kind: 'duplicate-client-id', clientId: 'x' },
    { code: -2010, msg: 'Duplicate order sent.' },
  ],
  [
    { kind: 'would-take', ticks: 1 as Ticks, opposite: 1 as Ticks },
    { code: -2010, msg: 'Order would immediately match and take.' },
  ],
  [
    { kind: 'would-trigger', ticks: 1 as Ticks, last: 1 as Ticks },
    { code: -2010, msg: 'Stop price would trigger immediately.' },
  ],
  [
    { kind: 'not-a-pair', found: 'x', wanted: 'y' },
    { code: -2010, msg: 'The relationship of the prices for the orders is not correct.' },
  ],
  [{ kind: 'not-offered', found: 'x' }, { code: -1020 }],
  [{ kind: 'not-amendable', reference: 'x' }, { code: -1020 }],
  [
    { kind: 'filter', filter: 'TRAILING_DELTA', found: 9 },
    { code: -1013, msg: 'Filter failure: TRAILING_DELTA' },
  ],
  [
    { kind: 'market-closed', symbol: 'X' },
    { code: -2010, msg: 'Market is closed.' },
  ],
  [{ kind: 'not-reducing', symbol: 'X' }, { code: -2022 }],
  [{ kind: 'no-liquidity', symbol: 'X' }, { code: -2010 }],
  [
    { kind: 'unknown-symbol', symbol: 'X' },
    { code: -1121, msg: 'Invalid symbol.' },
  ],
  [
    { kind: 'unknown-account', account: 'x' },
    { code: -2015, status: 401 },
  ],
  [
    { kind: 'unknown-order', reference: 'x' },
    { code: -2011, msg: 'Unknown order sent.' },
  ],
  [
    { kind: 'halted', reason: 'x' },
    { code: -1007, status: 504 },
  ],
];

for (const [refusal, wanted] of cases) {
  test(`${refusal.kind} has the code and the words of Binance`, () => {
    const error = refusalError(refusal);
    assert.equal(error, { ...error, ...wanted });
    assert.is(error.status, wanted.status ?? 400);
  });
}

test('a refusal that nobody knows is a bug', () => {
  assert.throws(() => refusalError({ kind: 'odd' } as never), /unreachable/);
});

test.run();
