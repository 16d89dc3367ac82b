import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { MarketReport } from '../../../src/commands/market-data/market-port.ts';
import type { RunningDesk } from '../../../src/desk/running-desk.ts';
import type { ExecutionQuote } from '../../../src/market/aggregation/pair-market.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

async function asked(desk: RunningDesk, line: string): Promise<unknown> {
  const { data, error } = await runDaemonCommand(desk, line.split(' '), {
    user: 'ann',
    role: 'viewer',
  });
  assert.is(error, null, line);
  return data;
}

const venuesOf = ({ legs }: ExecutionQuote): string => legs.map(({ venue }) => venue).join();

test('a desk at three venues quotes the best execution, and routes past a silent one', async () => {
  const config = threeVenues();
  config.aggregation.barTrades = 5;
  const [, kraken] = config.venues;
  if (kraken !== undefined) kraken.fees = { makerBps: 0, takerBps: 0 };
  const outcome = await atTwoVenues(async ({ desk, floor, sleep, until }) => {
    const report = async () => (await asked(desk, 'market')) as MarketReport;
    const quote = async (line: string) => (await asked(desk, line)) as ExecutionQuote;
    await sleep(20_000);
    const before = await report();
    assert.equal(
      before.venues.map(({ venue, health }) => `${venue} ${health}`),
      ['binance up', 'kraken up', 'coinbase up'],
    );
    assert.equal(
      before.markets.map(({ takerFeeBps }) => takerFeeBps),
      [4, 0, 4],
      'the fees of a venue are those of its own section',
    );
    for (const { clockErrorMs, roundTripMs } of before.venues) {
      assert.ok((clockErrorMs ?? 0) > 0 && (roundTripMs ?? 0) > 0, 'clocks are measured');
    }
    for (const { score } of before.markets) assert.ok((score ?? 0) > 90, `score ${score}`);
    assert.is(venuesOf(await quote('quote BTC/USD buy 0.001')), 'kraken', 'it takes no fee');
    const split = await quote('quote BTC/USD buy 40');
    assert.ok(split.legs.length >= 2, 'a size that no book has alone is split');
    assert.ok(split.net > 0 && split.fees > 0);
    assert.match(split.leftOut.map(({ why }) => why).join(), 'what USDT is worth in USD');
    const bars = (await asked(desk, 'bars BTC/USD trades --rows 3')) as readonly unknown[];
    assert.ok(bars.length > 0, 'bars close on trades');
    const buckets = (await asked(desk, 'bars BTCUSDT buckets --rows 4')) as readonly unknown[];
    assert.is(buckets.length, 4);
    floor.get('kraken')?.stop();
    await sleep(2_500);
    assert.is(
      venuesOf(await quote('quote BTC/USD buy 0.001')),
      'coinbase',
      'the next one takes it',
    );
    await until('kraken is no choice', () => {
      const view = desk.actorState('market-data/aggregator') as MarketReport;
      return !view.failover.includes('kraken');
    });
    const after = await report();
    assert.not.equal(after.venues.find(({ venue }) => venue === 'kraken')?.health, 'up');
  }, config);
  assert.ok(outcome.ok || !/died/.test(outcome.error), outcome.ok ? '' : outcome.error);
});

test.run();
