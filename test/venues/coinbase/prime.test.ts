import { createHmac } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { primeQueries } from '../../../src/venues/coinbase/prime.ts';
import type { Query } from '../../../src/venues/port.ts';
import { must } from '../../support/venue/fixtures.ts';

const key = {
  accessKey: 'access',
  passphrase: 'pass',
  secret: 'secret',
  serviceAccountId: 'service',
  portfolioId: 'portfolio',
};
const queries = primeQueries({ url: 'https://prime.test', key, timeoutMs: 1_000 });
const NOW = 1_700_000_000_999;

const signed = (text: string) => createHmac('sha256', 'secret').update(text).digest('base64');
const answer = <T>(query: Query<T>, body: object) =>
  query.decode(ok({ status: 200, headers: {}, body: JSON.stringify(body) }));

test('a question is signed over time, method and path', () => {
  const { request } = queries.credit(NOW);
  const path = '/v1/portfolios/portfolio/credit';
  assert.is(request.url, `https://prime.test${path}`);
  assert.equal(request.headers, {
    'X-CB-ACCESS-KEY': 'access',
    'X-CB-ACCESS-PASSPHRASE': 'pass',
    'X-CB-ACCESS-SIGNATURE': signed(`1700000000GET${path}`),
    'X-CB-ACCESS-TIMESTAMP': '1700000000',
  });
});

test('credit, commission and balances come as exact amounts', () => {
  const credit = { currency: 'USD', limit: '100000', utilized: '4000', available: '96000' };
  assert.equal(
    must(answer(queries.credit(NOW), { post_trade_credit: { ...credit, frozen: true } })),
    {
      currency: 'USD',
      limit: 10_000_000_000_000n,
      utilized: 400_000_000_000n,
      available: 9_600_000_000_000n,
      isFrozen: true,
    },
  );
  const commission = { type: 'all_in', rate: '0.0025', trading_volume: '1000' };
  assert.equal(must(answer(queries.commission(NOW), { commission })), {
    type: 'all_in',
    rateFraction: 0.0025,
    tradingVolume: 100_000_000_000n,
  });
  const balances = [{ symbol: 'btc', amount: '1.5', holds: '0.5' }];
  assert.equal(must(answer(queries.balances(NOW), { balances })), [
    { asset: 'BTC', total: 150_000_000n, held: 50_000_000n },
  ]);
});

test('what makes no sense is no answer', () => {
  for (const query of [queries.credit(NOW), queries.commission(NOW), queries.balances(NOW)]) {
    const found = (query as Query<unknown>).decode(ok({ status: 200, headers: {}, body: '{}' }));
    assert.ok(!found.ok && found.error.kind === 'no-answer');
  }
});

test.run();
