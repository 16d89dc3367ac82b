/** A whole desk that asks every venue what no socket tells, on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FactsView } from '../../../actors/market-data/facts.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { FuturesFacade } from '../../../src/simulation/binance/futures/facade.ts';
import { FACT_TOPICS } from '../../../src/venues/facts/fact-source.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

const FACTS = 'market-data/facts';
const EVERY = Object.fromEntries(FACT_TOPICS.map((topic) => [topic, 20]));

/** Futures in the place of spot, and everything asked that can be. */
function asksAll() {
  const config = threeVenues();
  const [first, ...others] = config.venues;
  return configSchema.parse({
    ...config,
    venues: [{ ...first, kind: 'binance-usdm' }, ...others],
    facts: { everySeconds: EVERY, requestsPerMinute: 120 },
  });
}

test('what no socket tells is asked of each venue, and told', async () => {
  const outcome = await atTwoVenues(async ({ desk, sleep, floor }) => {
    const facade = floor.get('binance')?.facade as FuturesFacade;
    await sleep(16_000);
    const view = desk.actorState(FACTS) as FactsView;
    const failed = view.questions.filter(({ fault, asked }) => fault !== '' || asked === 0);
    assert.equal(failed, [], 'every question was asked and answered');
    const told = view.figures.map(({ venue, subject, figure }) => `${venue} ${subject} ${figure}`);
    for (const wanted of [
      'binance BTCUSDT mark-price',
      'binance BTCUSDT funding-fraction',
      'binance BTCUSDT open-interest',
      'binance BTCUSDT top-positions-long-fraction',
      'binance BTCUSDT top-accounts-long-fraction',
      'binance BTCUSDT takers-long-fraction',
      'binance BTC options listed-count',
      'binance BTC options implied-volatility',
      'binance BTC options risk-reversal',
      'binance BTC options call-open-interest',
      'binance BTC options taker-bought-quantity',
      'binance BTC options exercised-count',
      'kraken  status',
      'kraken BTC ESBTC-INSTA-NT0001 instant return-low-percent',
      'kraken margin equity-usd',
      'coinbase fees taker-fee-fraction',
    ]) {
      assert.ok(told.includes(wanted), `${wanted} of ${told.join(', ')}`);
    }
    assert.is(view.forgotten, 0);
    const volatility = view.figures.find(({ figure }) => figure === 'implied-volatility');
    assert.is(volatility?.value, 0.6);

    facade.isInMaintenance = true;
    await sleep(25_000);
    const later = desk.actorState(FACTS) as FactsView;
    const silent = later.questions.filter(({ venue }) => venue === 'binance');
    assert.ok(silent.some(({ fault }) => fault.startsWith('status 503')));
    facade.isInMaintenance = false;
    assert.ok(later.questions.every(({ venue, failed: times }) => venue === 'binance' || !times));
  }, asksAll());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
});

test('the feed of a futures market brings marks by itself, and nobody asks for them', async () => {
  const config = configSchema.parse({ ...asksAll(), facts: { everySeconds: {} } });
  await atTwoVenues(async ({ desk, sleep }) => {
    await sleep(3_000);
    const view = desk.actorState(FACTS) as FactsView;
    assert.equal(view.questions, []);
    assert.ok(view.figures.some(({ figure }) => figure === 'funding-fraction'));
  }, config);
});

test('a desk without the section asks nothing beside prices', async () => {
  await atTwoVenues(async ({ desk }) => {
    assert.is(desk.actorState(FACTS), null);
  }, threeVenues());
});

test.run();
