/** What a venue keeps of the past, asked of venues of ours over real sockets; bars without ccxt. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';
import { aKrakenServer } from '../../support/kraken/venue.ts';

async function history(line: string) {
  const world = aCommandWorld();
  const net = nodeNet(nodeTimers);
  Object.assign(world.env, { net, clock: nodeClock });
  const exitCode = await runCommandLine(['history', ...line.split(' ')], world);
  net.close();
  return { exitCode, ...world.terminal.written };
}

test('bars and trades of a market are shown, trades by ccxt’s name of it as well', async () => {
  const { server, host, venue } = await aKrakenServer({ flows: {} });
  try {
    const { exchange } = venue;
    const market = exchange.markets.get('BTC/USD');
    assert.ok(market !== undefined);
    exchange.crowdRest(market, 'sell', ticksOf(600_000), lotsOf(5_000_000));
    exchange.crowdTake(market, 'buy', lotsOf(1_000_000), null);
    const bars = await history(`kraken BTC/USD bars --rows 5 --json --host ${host}`);
    assert.is(bars.exitCode, EXIT.done, bars.err);
    const [bar] = JSON.parse(bars.out) as Record<string, string>[];
    assert.ok(Number(bar?.['high']) >= Number(bar?.['low']) && Number(bar?.['close']) > 0);
    assert.match(bar?.['at'] ?? '', /^20\d\d-.*Z$/);
    const trades = await history(`kraken XXBTZUSD trades --since 2020-01-01 --host ${host}`);
    assert.match(trades.out, /^at +id +side +price +quantity$/m);
    const hours = await history(`kraken BTC/USD bars --timeframe 1h --json --host ${host}`);
    assert.is(JSON.parse(hours.out).length, 1, 'they are of one hour, or of the turn of one');
    const unknown = await history(`kraken BTC/UST bars --host ${host}`);
    assert.equal([unknown.exitCode, unknown.out], [EXIT.failed, '']);
    assert.match(unknown.err, /^history: kraken: .*BTC\/UST/);
    const none = await history(`kraken BTC/UST trades --host ${host}`);
    assert.equal([none.exitCode, none.out], [EXIT.failed, '']);
    assert.match(none.err, /^history: no market is called BTC\/UST: did you mean BTC\/USD\?/);
    const strange = await history(`kraken nothing-like-it trades --host ${host}`);
    assert.match(strange.err, /wanted one of its 2: BTC\/USD, ETH\/USD …/);
    const refused = await history(`kraken BTC/USD interest --host ${host}`);
    assert.is(refused.exitCode, EXIT.failed);
    assert.match(refused.err, /^history: NotSupported: kraken/);
  } finally {
    await server.stop();
  }
});

for (const [line, reason] of [
  ['kraken BTC/USD', 'history: found 2 words, wanted VENUE SYMBOL and a series'],
  ['nyse BTC/USD bars', 'history: found nyse, wanted binance, binance-usdm, kraken, coinbase'],
  ['kraken BTC/USD rumours', 'history: found rumours, wanted bars, trades, funding, interest'],
  ['kraken BTC/USD bars --since soon', 'history: --since: found soon, wanted a time'],
  ['kraken BTC/USD bars --rows 0', 'history: --rows: found 0, wanted 1 to 1000'],
  [
    'kraken BTC/USD bars --timeframe day',
    'history: --timeframe: found day, wanted one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w, 15d',
  ],
] as const) {
  test(`\`history ${line}\` is refused with what would be right`, async () => {
    const { exitCode, err } = await history(line);
    assert.is(exitCode, EXIT.usage);
    assert.match(err, reason);
  });
}

test.run();
