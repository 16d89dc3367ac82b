/** Bars of each venue page after page, with answers that are made up. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BarsWish, barsOf, minutesOf } from '../../../src/commands/market-data/bars.ts';
import type { HttpRequest } from '../../../src/core/env.ts';
import { ok } from '../../../src/core/result.ts';
import { millisOf } from '../../../src/core/units.ts';
import type { HttpOutcome } from '../../../src/venues/port.ts';
import { manualEnv } from '../../support/manual-env.ts';

const MINUTE_MS = 60_000;
const NOW = 1_700_000_040_000 + 20_000;
const PRODUCT = {
  ...{ product_id: 'BTC-USD', product_type: 'SPOT', status: 'online', trading_disabled: false },
  ...{ base_currency_id: 'BTC', quote_currency_id: 'USD' },
  ...{ price_increment: '0.01', base_increment: '0.00000001' },
  ...{ base_min_size: '0.00000001', base_max_size: '3400', quote_min_size: '1' },
};
const WISH: BarsWish = {
  ...{ kind: 'coinbase', symbol: 'BTC-USD', sinceMs: null, rows: 400, minutes: 1 },
  host: 'sim:1',
};

/** Candles of every minute that is asked for but those that begin an hour, and one of before. */
function minutesIn({ searchParams }: URL): unknown {
  const [start, end] = [Number(searchParams.get('start')), Number(searchParams.get('end'))];
  const first = Math.ceil(start / 60) * 60;
  const candle = { open: '5', high: '6', low: '4', close: '5.5', volume: '2' };
  const candles = [{ ...candle, start: String(first - 60) }];
  for (let at = first; at <= end; at += 60) {
    if (at % 3_600 !== 0) candles.unshift({ ...candle, start: String(at) });
  }
  return { candles };
}

/** What is answered for, and where it was asked. */
async function asked(wish: Partial<BarsWish>, answer?: (request: HttpRequest) => HttpOutcome) {
  const urls: URL[] = [];
  const said = (body: unknown): HttpOutcome =>
    ok({ status: 200, headers: {}, body: JSON.stringify(body) });
  const http = (request: HttpRequest, done: (outcome: HttpOutcome) => void): void => {
    const url = new URL(request.url);
    urls.push(url);
    const isRules = !url.pathname.endsWith('/candles');
    if (isRules) done(said({ products: [PRODUCT] }));
    else done(answer?.(request) ?? said(minutesIn(url)));
  };
  const env = manualEnv();
  const clock = { ...env.clock, now: () => millisOf(NOW) };
  const net = { http, webSocket: () => assert.unreachable('no socket is needed') };
  return { found: await barsOf({ ...WISH, ...wish }, { clock, net } as never), urls };
}

test('the latest bars are asked for page by page and shown in order, the last open', async () => {
  const { found, urls } = await asked({});
  assert.ok(found.ok, found.ok ? '' : found.error);
  assert.is(urls.length, 3, 'the rules, and two pages of at most 300');
  assert.ok(urls.every(({ host }) => host === 'sim:1'));
  const times = found.value.map(({ at }) => Date.parse(at));
  assert.is(times.at(-1), NOW - 20_000);
  assert.ok(
    times.every((at) => at > NOW - 400 * MINUTE_MS),
    'what came before is left out',
  );
  assert.equal([...new Set(times)].sort(), times);
  // A venue leaves out the minutes without a trade.
  assert.ok(found.value.length >= 393 && found.value.length < 400, `${found.value.length}`);
  const { at: _, ...bar } = found.value[0] as Record<string, string>;
  assert.equal(bar, { open: '5', high: '6', low: '4', close: '5.5', volume: '2' });
});

test('bars since a time are those after it, as many as are wanted', async () => {
  const sinceMs = NOW - 20_000 - 90 * MINUTE_MS;
  const { found, urls } = await asked({ sinceMs, rows: 10 });
  assert.is(urls.length, 2);
  const times = found.ok ? found.value.map(({ at }) => Date.parse(at)) : [];
  assert.ok(times.length >= 9 && times.length <= 10);
  assert.ok(times.every((at) => at >= sinceMs && at < sinceMs + 10 * MINUTE_MS));
  const later = await asked({ sinceMs: NOW + MINUTE_MS });
  assert.equal([later.found, later.urls.length], [ok([]), 1]);
});

test('a market that is not there, and a venue that refuses, are told', async () => {
  const strange = await asked({ symbol: 'BTC-XYZ' });
  assert.match(strange.found.ok ? '' : strange.found.error, /BTC-XYZ/);
  const odd = await asked({ symbol: 'BTC-USD&limit=1' });
  assert.match(odd.found.ok ? '' : odd.found.error, "wanted the venue's own name of a market");
  assert.is(odd.urls.length, 0);
  const refused = await asked({}, () => ok({ status: 500, headers: {}, body: '' }));
  assert.match(refused.found.ok ? '' : refused.found.error, /^coinbase: .*500/);
  assert.is(refused.urls.length, 2, 'nothing more is asked');
});

test('a length is one that the venue has', () => {
  assert.equal(minutesOf('binance', '12h'), ok(720));
  assert.equal(minutesOf('binance-usdm', '1w'), ok(10_080));
  assert.equal(minutesOf('kraken', '24h'), ok(1_440));
  for (const text of ['4h', '7m', '0m', 'day', '1', '']) {
    const found = minutesOf('coinbase', text);
    const wanted = 'wanted one of 1m, 5m, 15m, 30m, 1h, 2h, 6h, 1d';
    assert.is(found.ok ? '' : found.error, `found ${text}, ${wanted}`);
  }
});

test.run();
