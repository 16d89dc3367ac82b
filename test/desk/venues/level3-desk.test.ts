import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../../src/config/schema.ts';
import { openMarkets } from '../../../src/desk/open-venues.ts';
import { publicAccess } from '../../../src/venues/kinds/live-addresses.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';
import { manualEnv } from '../../support/manual-env.ts';

const aDesk = () => {
  const config = threeVenues();
  return configSchema.parse({
    ...config,
    venues: config.venues
      .filter(({ kind }) => kind === 'kraken')
      .map((venue) => ({ ...venue, depth: 'l3' })),
    strategies: config.strategies.filter(({ venue }) => venue === 'kraken'),
  });
};

test('a desk trades on books by order, and knows the place of each of its orders', async () => {
  const outcome = await atTwoVenues(async ({ desk, account, until, sleep, floor }) => {
    await until('it has traded', () => account('kraken').trades.size > 0, 240_000);
    const market = floor.get('kraken')?.exchange.markets.get('BTC/USD');
    let seen = 0;
    let behind = 0;
    for (let step = 0; step < 400 && (seen < 20 || behind === 0); step += 1) {
      await sleep(250);
      for (const row of await desk.market.queues()) {
        assert.is(row.market, 'kraken BTC/USD');
        if (row.ahead === null || row.level === null) continue;
        seen += 1;
        if ((row.ordersAhead ?? 0) > 0) behind += 1;
        assert.ok(Number(row.ahead) + Number(row.left) <= Number(row.level) + 1e-9);
      }
    }
    assert.ok(seen >= 20, `${seen} places were seen`);
    assert.ok(behind > 0, 'some orders stood behind others');
    assert.ok(market !== undefined);
    const feed = desk.actorState('market-data/feed:kraken') as {
      readonly mismatches: number;
      readonly books: readonly { readonly isLive: boolean; readonly orders: number }[];
    };
    assert.is(feed.mismatches, 0);
    assert.ok(feed.books.every(({ isLive, orders }) => isLive && orders > 0));
  }, aDesk());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('who has no account is told that books by order are not to be had', async () => {
  const env = manualEnv();
  const net = { http: () => assert.unreachable('nothing is asked'), webSocket: assert.unreachable };
  const accesses = new Map([['kraken', publicAccess('kraken')]]);
  const opened = await openMarkets({ ...env, net: net as never }, aDesk(), accesses);
  assert.equal(opened, {
    ok: false,
    error: 'kraken.depth: found l3, wanted l2 where nobody has an account to ask with',
  });
});

test.run();
