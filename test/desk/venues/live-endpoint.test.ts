/** Real venues can be read, and nothing can be sent to them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { err } from '../../../src/core/result.ts';
import { openMarkets } from '../../../src/desk/open-venues.ts';
import { liveAccesses, liveRefusal, simulatedOf } from '../../../src/desk/venue/live.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';
import { manualEnv } from '../../support/manual-env.ts';

function withLive(name: string): Config {
  const config = threeVenues();
  return configSchema.parse({
    ...config,
    venues: config.venues.map((venue) =>
      venue.name === name ? { ...venue, endpoint: 'live' } : venue,
    ),
  });
}

test('a desk with a live venue does not start, and says what would be right', async () => {
  assert.is(liveRefusal(threeVenues()), null);
  const outcome = await atTwoVenues(async () => {}, withLive('kraken'));
  assert.match(
    outcome.ok ? '' : outcome.error,
    /^venues\.1\.endpoint: found live at kraken, wanted simulated: .*`flyball record`/,
  );
});

test('what is simulated is played by us, and what is live is reached at its own address', () => {
  const config = withLive('coinbase');
  assert.equal(
    simulatedOf(config).map(({ name }) => name),
    ['binance', 'kraken'],
  );
  const [[name, access] = []] = [...liveAccesses(config)];
  assert.equal([name, access?.restUrl], ['coinbase', 'https://api.coinbase.com']);
  assert.is(access?.account, null);
});

test('who records a live venue asks it for its rules alone, without a key', async () => {
  const config = withLive('kraken');
  const asked: string[] = [];
  const { clock, timers } = manualEnv();
  const net = {
    webSocket: () => {
      throw new Error('nothing is connected before the rules are known');
    },
    http(request: { url: string }, done: (outcome: ReturnType<typeof fault>) => void) {
      asked.push(request.url);
      done(fault(request.url));
    },
  };
  const fault = (url: string) => err({ kind: 'refused' as const, url, detail: 'no network' });
  const only = configSchema.parse({
    ...config,
    venues: config.venues.filter(({ endpoint }) => endpoint === 'live'),
    strategies: [],
  });
  const opened = await openMarkets({ net, clock, timers }, only, liveAccesses(only));
  assert.equal(opened, { ok: false, error: 'kraken: no network' });
  assert.equal(asked, ['https://api.kraken.com/0/public/AssetPairs']);
});

test.run();
