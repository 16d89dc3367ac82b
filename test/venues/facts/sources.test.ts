import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../src/core/result.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import type { FactSource } from '../../../src/venues/facts/fact-source.ts';
import { krakenFacts } from '../../../src/venues/facts/kraken-facts.ts';
import { optionFacts } from '../../../src/venues/facts/option-facts.ts';
import { usdmFacts } from '../../../src/venues/facts/usdm-facts.ts';
import type { Query } from '../../../src/venues/port.ts';
import { aKey } from '../../support/binance/api-keys.ts';
import { anAccess } from '../../support/kraken/access.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const access = { url: 'https://fapi.venue', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };

/** Answers a question, and whatever it asks further, by the last part of the path. */
function answered(query: Query<readonly MarketFact[]>, bodies: Record<string, unknown>) {
  const paths: string[] = [];
  let facts: readonly MarketFact[] = [];
  for (let asked: Query<readonly MarketFact[]> | null = query; asked !== null; ) {
    const { pathname, host } = new URL(asked.request.url);
    paths.push(`${host}${pathname}`);
    const body = JSON.stringify(bodies[pathname.split('/').at(-1) as string]);
    const answer = asked.decode(ok({ status: 200, headers: {}, body }));
    if (!answer.ok) return err(answer.error);
    facts = answer.value;
    asked = asked.followUp?.(facts) ?? null;
  }
  return ok({ facts, paths });
}

function figures(query: Query<readonly MarketFact[]>, bodies: Record<string, unknown>) {
  const answer = answered(query, bodies);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value.facts.map((fact) =>
    fact.kind === 'figure-told' ? `${fact.subject} ${fact.figure} ${fact.value}` : fact.kind,
  );
}

const sourceOf = (sources: readonly FactSource[], topic: string, subject: string) =>
  sources.find((each) => each.topic === topic && each.subject === subject) as FactSource;

function mark(symbol: string, delta: number, markIV: number) {
  const greeks = { gamma: '0', vega: '0', theta: '0' };
  return { symbol, markPrice: '1', delta: String(delta), markIV: String(markIV), ...greeks };
}

test('the flow of options is told from what expires next, and from the call at the money', () => {
  const bodies = {
    mark: [
      mark('BTC-251226-90000-C', 0.27, 0.5),
      mark('BTC-251226-80000-C', 0.52, 0.4),
      mark('BTC-251226-70000-P', -0.24, 0.7),
      mark('BTC-251226-80000-P', -0.48, 0.4),
      mark('BTC-260327-80000-C', 0.5, 0.9),
      mark('ETH-251219-3000-C', 0.5, 0.9),
    ],
    openInterest: [
      { symbol: 'BTC-251226-80000-C', sumOpenInterest: '3', sumOpenInterestUsd: '1' },
      { symbol: 'BTC-251226-70000-P', sumOpenInterest: '1.5', sumOpenInterestUsd: '1' },
    ],
    trades: [
      { symbol: 'BTC-251226-80000-C', tradeId: 1, price: '1', qty: '2', side: 1, time: 5 },
      { symbol: 'BTC-251226-80000-C', tradeId: 2, price: '1', qty: '-1', side: -1, time: 6 },
    ],
    exerciseHistory: [
      {
        symbol: 'BTC-251219-1-C',
        realStrikePrice: '81000',
        expiryDate: 9,
        strikeResult: 'REALISTIC_VALUE_STRICKEN',
      },
      {
        symbol: 'BTC-251212-1-C',
        realStrikePrice: '1',
        expiryDate: 3,
        strikeResult: 'EXTRINSIC_VALUE_EXPIRED',
      },
    ],
  };
  const query = () => optionFacts(access, 'v', { base: 'BTC', underlying: 'BTCUSDT' }, 7);
  assert.equal(figures(query(), bodies), [
    'BTC options listed-count 5',
    'BTC options implied-volatility 0.4',
    `BTC options risk-reversal ${0.5 - 0.7}`,
    'BTC options call-open-interest 3',
    'BTC options put-open-interest 1.5',
    'BTC options taker-bought-quantity 2',
    'BTC options taker-sold-quantity 1',
    'BTC options settlement-price 81000',
    'BTC options settled-ms 9',
    'BTC options exercised-count 1',
  ]);
  const puts = [mark('BTC-251226-70000-P', -0.24, 0.7)];
  assert.equal(
    figures(query(), { mark: puts }),
    ['BTC options listed-count 1'],
    'without a call nothing further is asked',
  );
  assert.equal(figures(query(), { mark: [] }), ['BTC options listed-count 0']);
});

test('options are asked of the host that has them', () => {
  const sources = usdmFacts(access, 'v', [anInstrument()]);
  const options = sourceOf(sources, 'option-flow', 'BTC');
  assert.is(options.requests, 4);
  const answer = answered(options.query(7), { mark: [] });
  assert.ok(answer.ok);
  assert.equal(answer.value.paths, ['eapi.venue/eapi/v1/mark']);
});

test('a market that has no ratio yet tells none, and of many the last holds', () => {
  const sources = usdmFacts(access, 'v', [anInstrument({ index: 3 })]);
  const query = () => sourceOf(sources, 'positioning', 'BTCUSDT takers').query(7);
  assert.equal(
    answered(query(), { takerlongshortRatio: [] }),
    ok({
      facts: [],
      paths: ['fapi.venue/futures/data/takerlongshortRatio'],
    }),
  );
  const ratio = (bought: string, timestamp: number) => ({
    ...{ buySellRatio: '1', buyVol: bought, sellVol: '1', timestamp },
  });
  const answer = answered(query(), { takerlongshortRatio: [ratio('9', 1), ratio('3', 2)] });
  assert.ok(answer.ok);
  assert.equal(answer.value.facts, [
    {
      kind: 'positioning-measured',
      ...{ instrument: 3, of: 'takers', longFraction: 0.75, venueMs: 2 },
    },
  ]);
});

const DAY = 86_400_000;

test('what longs have paid shorts is told over a day, a week and a month', () => {
  const sources = usdmFacts(access, 'v', [anInstrument()]);
  const now = 40 * DAY;
  const query = () => sourceOf(sources, 'funding-history', 'BTCUSDT').query(now);
  assert.match(query().request.url, new RegExp(`startTime=${10 * DAY}&`));
  const paid = (daysAgo: number, rate: string) => ({
    ...{ symbol: 'BTCUSDT', fundingRate: rate, fundingTime: now - daysAgo * DAY, markPrice: '1' },
  });
  assert.equal(figures(query(), { fundingRate: [paid(20, '0.5'), paid(3, '0.25')] }), [
    'BTCUSDT funding-week-fraction 0.25',
    'BTCUSDT funding-month-fraction 0.75',
  ]);
  assert.equal(figures(query(), { fundingRate: [paid(0.5, '-0.125')] }), [
    'BTCUSDT funding-day-fraction -0.125',
    'BTCUSDT funding-week-fraction -0.125',
    'BTCUSDT funding-month-fraction -0.125',
  ]);
  assert.equal(figures(query(), { fundingRate: [] }), []);
});

test('how open interest has changed is told as far as its history reaches', () => {
  const sources = usdmFacts(access, 'v', [anInstrument()]);
  const query = () => sourceOf(sources, 'interest-history', 'BTCUSDT').query(7);
  const open = (hours: number, quantity: string) => ({
    ...{ symbol: 'BTCUSDT', sumOpenInterest: quantity, sumOpenInterestValue: '1' },
    timestamp: DAY + hours * 3_600_000,
  });
  const whole = [open(0, '80'), open(22, '200'), open(23, '100'), open(23.9, '1'), open(24, '120')];
  assert.equal(figures(query(), { openInterestHist: whole }), [
    `BTCUSDT open-interest-hour-change-fraction ${120 / 100 - 1}`,
    `BTCUSDT open-interest-day-change-fraction ${120 / 80 - 1}`,
  ]);
  assert.equal(figures(query(), { openInterestHist: whole.slice(3) }), []);
  assert.equal(figures(query(), { openInterestHist: [open(0, '0'), open(1, '5')] }), []);
  assert.equal(figures(query(), { openInterestHist: [] }), []);
});

test('positions of a futures account are told with what would liquidate them', () => {
  const sources = usdmFacts(access, 'v', [anInstrument()]);
  const position = {
    ...{ symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '-0.5', entryPrice: '50000' },
    ...{ markPrice: '49000', liquidationPrice: '64000' },
  };
  assert.equal(
    figures(sourceOf(sources, 'margin', 'positions').query(7), { positionRisk: [position] }),
    [
      'BTCUSDT position-quantity -0.5',
      'BTCUSDT entry-price 50000',
      'BTCUSDT position-mark-price 49000',
      'BTCUSDT liquidation-price 64000',
    ],
  );
});

test('what Kraken pays, what is allocated, and what is borrowed are told', () => {
  const sources = krakenFacts(anAccess(), 'k', [anInstrument(), anInstrument({ index: 1 })]);
  const result = (value: unknown) => ({ error: [], result: value });
  const offer = {
    ...{ id: 'ES1', asset: 'XXBT', lock_type: { type: 'bonded' } },
    ...{ can_allocate: true, can_deallocate: true, apr_estimate: { low: '1.5' } },
  };
  assert.equal(
    figures(sourceOf(sources, 'staking', 'BTC').query(7), {
      Strategies: result({ items: [offer] }),
    }),
    ['BTC ES1 bonded return-low-percent 1.5'],
  );
  const allocation = {
    ...{ strategy_id: 'ES1', native_asset: 'DOT' },
    ...{ amount_allocated: { total: { native: '2' } }, total_rewarded: { native: '0.5' } },
  };
  assert.equal(
    figures(sourceOf(sources, 'staking', 'allocations').query(7), {
      Allocations: result({ items: [allocation] }),
    }),
    ['DOT ES1 allocated-quantity 2', 'DOT ES1 rewarded-quantity 0.5'],
  );
  const position = {
    ...{ ordertxid: 'O', pair: 'XXBTZUSD', type: 'sell', vol: '2', vol_closed: '0.5' },
    ...{ cost: '1', fee: '0', margin: '30' },
  };
  assert.equal(
    figures(sourceOf(sources, 'margin', 'positions').query(7), {
      OpenPositions: result({ P: position, Q: { ...position, type: 'buy' } }),
    }),
    [
      'XXBTZUSD P position-quantity -1.5',
      'XXBTZUSD P position-margin-usd 30',
      'XXBTZUSD Q position-quantity 1.5',
      'XXBTZUSD Q position-margin-usd 30',
    ],
  );
  const status = answered(sourceOf(sources, 'venue-status', '').query(7), {
    SystemStatus: result({ status: 'who-knows' }),
  });
  assert.ok(status.ok);
  assert.equal(status.value.facts, [
    { kind: 'venue-announced', venue: 'k', status: 'maintenance' },
  ]);
});

test('an answer that is none is a fault, never a fact', () => {
  const sources = usdmFacts(access, 'v', [anInstrument()]);
  for (const source of sources) assert.not.ok(answered(source.query(7), {}).ok, source.topic);
});

test.run();
