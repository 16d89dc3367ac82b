import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';
import { A_QUOTE, A_REPORT } from '../../support/edge/test-market.ts';

const run = (line: string) =>
  runDaemonCommand(aTestDesk(), line.split(' '), { user: 'ann', role: 'viewer' });

const shown = (line: string, data: unknown): string =>
  findCommand(DAEMON_COMMANDS, line.split(' '))?.command.show(data) ?? '';

test('market shows venues, clocks, latency with its error, scores, fees and failover', async () => {
  const { exitCode, data } = await run('market');
  assert.is(exitCode, EXIT.done);
  assert.equal(data, A_REPORT);
  const text = shown('market', data);
  assert.match(text, /^kraken +up +12 +10\.0 +-3\.0 ± 5\.0 +1 of 1/m);
  assert.match(text, /^coinbase +down +- +- +- +0 of 1 +silent$/m);
  assert.match(text, /^kraken BTC\/USD +BTC\/USD +sound +12 +7\.0 ± 5\.0 +9\.0 +99\.9 +1 +4$/m);
  assert.match(text, /^coinbase BTC-USD +BTC\/USD +lost +- +- +- +- +0 +6\.5$/m);
  assert.match(text, /^BTC\/USD +100 +kraken BTC\/USD +- +- +-$/m);
  assert.match(text, /^failover +kraken$/m);
  assert.match(text, /^crossed beyond fees +2 times$/m);
  assert.match(text, /^backfill +1 gaps wait, 20 trades fetched, 3 gaps given up$/m);
  assert.match(shown('market', { ...A_REPORT, backfill: null }), /^backfill +-$/m);
  assert.match(shown('market', { ...A_REPORT, failover: [] }), /^failover +none is up$/m);
});

test('a clock without a known error is shown without one', () => {
  const [venue] = A_REPORT.venues;
  const venues = [{ ...venue, clockErrorMs: null }];
  assert.match(shown('market', { ...A_REPORT, venues }), / -3\.0 {2}/);
});

test('quote shows the split, the fees and who is left out, and orders nothing', async () => {
  const { exitCode, data } = await run('quote BTC/USD buy 1');
  assert.is(exitCode, EXIT.done);
  assert.equal(data, A_QUOTE);
  const text = shown('quote', data);
  assert.match(text, /^quote +buy 1 BTC\/USD$/m);
  assert.match(text, /^to pay +100\.04 USD$/m);
  assert.match(text, /^of that fees +0\.04 USD$/m);
  assert.match(text, /^kraken +BTC\/USD +1 +100 +100\.04 +0\.04$/m);
  assert.match(text, /^left out: coinbase BTC-USD: its book is lost$/m);
  const sold = shown('quote', {
    ...A_QUOTE,
    side: 'sell',
    price: null,
    netPrice: null,
    worst: null,
  });
  assert.match(sold, /^to receive +/m);
  assert.match(sold, /^price +-$/m);
});

test('a quote that no book can fill exits with 1 and shows what there is', async () => {
  const { exitCode, data, error } = await run('quote BTC/USD sell 3');
  assert.is(exitCode, EXIT.failed);
  assert.is((data as typeof A_QUOTE).filled, 2);
  assert.is(error, 'quote: 1 of 3 cannot be taken now');
});

test('bars shows bars as decimals of the grid and buckets as mids', async () => {
  const bars = await run('bars BTC/USD time');
  assert.is(bars.exitCode, EXIT.done);
  assert.match(
    shown('bars', bars.data),
    /^kraken BTC\/USD .* 100\.0 +101\.0 +99\.5 +100\.5 +1\.50/m,
  );
  const buckets = await run('bars BTC/USD buckets --rows 3');
  assert.match(shown('bars', buckets.data), /^kraken BTC\/USD +10000 +5000 +3 +100 +101 +99\.5/m);
  assert.is(shown('bars', []), 'none');
});

test('queue shows what is ahead exactly, and nothing where only levels are known', async () => {
  const { data } = await run('queue');
  const text = shown('queue', data);
  assert.match(text, /^kraken BTC\/USD +c-1 +buy +99\.5 +0\.4 +1\.2 +3 +1\.9$/m);
  assert.match(text, /^binance BTCUSDT +c-2 +sell +101\.0 +1 +- +- +-$/m);
});

const refusals: readonly (readonly [string, number, RegExp])[] = [
  ['quote BTC/USD buy', EXIT.usage, /^quote: found 2 words; wanted/],
  ['quote BTC/USD hold 1', EXIT.usage, /^quote: found hold, wanted buy or sell$/],
  ['quote BTC/USD buy -1', EXIT.usage, /^quote: /],
  ['quote BTC/USD buy 1e3', EXIT.usage, /^quote: found the size 1e3, wanted a decimal above 0$/],
  ['quote ETH buy 1', EXIT.failed, /^quote: no market is called ETH$/],
  ['bars BTC/USD dollars', EXIT.usage, /^bars: found dollars, wanted time, trades, volume/],
  ['bars BTC/USD time --rows 0', EXIT.usage, /^bars: --rows: found 0, wanted/],
  ['bars ETH time', EXIT.failed, /^bars: no market is called ETH$/],
];
for (const [line, exitCode, error] of refusals) {
  test(`${line} is refused with what would be right`, async () => {
    const outcome = await run(line);
    assert.is(outcome.exitCode, exitCode);
    assert.match(outcome.error ?? '', error);
  });
}

test.run();
