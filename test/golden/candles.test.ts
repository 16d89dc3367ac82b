/** Candles, funding and trades of real venues: where sources disagree, and what is missing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  brokenCandles,
  type Candle,
  candleDisputes,
  candleGaps,
  summedCandles,
} from '../../src/market/quality/candles.ts';
import { GapLedger } from '../../src/market/quality/gap-ledger.ts';
import { recording, recordings } from '../support/edge/recordings.ts';

const recordedTest = recordings === null ? test.skip : test;
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

function textOf(path: string, sha256: string): string {
  return new TextDecoder().decode(recording(path, sha256));
}

function cellsOf(text: string): string[][] {
  const [, ...rows] = text.trim().split('\n');
  return rows.map((row) => row.split(','));
}

function ohlcv(name: string, sha256: string): readonly Candle[] {
  return cellsOf(textOf(`ohlcv/binance-usdm/${name}.csv.gz`, sha256)).map(([date, ...cells]) => {
    const [open, high, low, close, volume] = cells.map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { openMs: Date.parse(date as string), open, high, low, close, volume };
  });
}

const MARKETS = {
  BNBUSDT: ['d6f20f1108b4', '17b62a30f621', '34c05468217a'],
  BTCUSDT: ['653c0f725140', '3f92c5466aef', '47fb0437c5a0'],
  ETHUSDT: ['45c493c482a3', 'e8e979be33b1', '61e3e2b23459'],
  SOLUSDT: ['c4063a25184b', '4753f1fd4cb6', 'b48988a39d5d'],
} as const;

const DISPUTES: Readonly<Record<string, readonly string[]>> = {
  '1h 4h': ['2022-07-16T04', '2023-11-10T12'],
  '4h 1d': ['2023-08-16T00', '2023-11-10T00'],
  '1h 1d': ['2022-07-16T00', '2023-08-16T00'],
};
/** In 2023-11 SOL and BNB differ on one more period. */
const MORE: Readonly<Record<string, string>> = {
  '1h 4h': '2023-11-10T08',
  '1h 1d': '2023-11-10T00',
};

for (const [market, [daySha, fourSha, hourSha]] of Object.entries(MARKETS)) {
  recordedTest(`${market}: candles of other lengths disagree where they are known to`, () => {
    const hours = ohlcv(`${market}_1h`, hourSha);
    const fours = ohlcv(`${market}_4h`, fourSha);
    const days = ohlcv(`${market}_1d`, daySha);
    for (const [series, widthMs] of [
      [hours, HOUR],
      [fours, 4 * HOUR],
      [days, DAY],
    ] as const) {
      assert.equal(candleGaps(series, widthMs), []);
      assert.equal(brokenCandles(series), []);
      assert.ok(series.every(({ volume }) => volume > 0));
    }
    const pairs = {
      '1h 4h': candleDisputes(summedCandles(hours, HOUR, 4 * HOUR), fours),
      '4h 1d': candleDisputes(summedCandles(fours, 4 * HOUR, DAY), days),
      '1h 1d': candleDisputes(summedCandles(hours, HOUR, DAY), days),
    };
    for (const [pair, disputes] of Object.entries(pairs)) {
      const times = disputes
        .filter(({ kind }) => kind === 'differs')
        .map(({ openMs }) => new Date(openMs).toISOString().slice(0, 13));
      const isLate = market === 'SOLUSDT' || market === 'BNBUSDT';
      const more = isLate && MORE[pair] !== undefined ? [MORE[pair] as string] : [];
      assert.equal(times, [...(DISPUTES[pair] as readonly string[]), ...more].sort(), pair);
    }
  });
}

recordedTest('a series with gaps is short of 717 minutes in 538 gaps', () => {
  const text = textOf('ohlcv/freqtrade/UNITTEST_BTC-1m.json.gz', '81e6013477cd');
  const rows = JSON.parse(text) as readonly (readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ])[];
  const candles = rows.map(([openMs, open, high, low, close, volume]) => {
    return { openMs, open, high, low, close, volume };
  });
  const gaps = candleGaps(candles, MINUTE);
  assert.is(candles.length, 13_681);
  assert.is(gaps.length, 538);
  assert.is(
    gaps.reduce((sum, { missing }) => sum + missing, 0),
    717,
  );
  assert.equal(gaps[0], { afterMs: Date.parse('2017-11-04T23:07:00Z'), missing: 6 });
});

recordedTest('a file with its close before its high is read by its names', () => {
  const path = 'ohlcv/coinbase-bitstamp/BTCUSD_1d_candles_full.csv.gz';
  const text = textOf(path, '22ab96cddbe2').replaceAll('\r', '');
  const names = (text.split('\n', 1)[0] as string).split(',');
  const candles = cellsOf(text).map((cells) => {
    const cell = (name: string): number => Number(cells[names.indexOf(name)]);
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(cell);
    const openMs = cell('unix_timestamp') * 1000;
    return { openMs, open, high, low, close, volume: cell('volume') } as Candle;
  });
  assert.is(candles.length, 5_152);
  assert.equal([candleGaps(candles, DAY), brokenCandles(candles)], [[], []]);
  assert.is(candles.filter(({ volume }) => volume === 0).length, 33);
});

const FUNDING = [
  ['BTC-USDT_binance_2020', '83e485e4be30', 14.96, 0],
  ['BTC-USDT_bybit_2021', 'b21ce26a00f8', 16.71, 0],
  ['BTC-USDT_gate_2020', '5c836d8d41d5', 14.03, 93],
  ['ETH-USDT_binance_2020', 'da90a79def58', 18.51, 0],
  ['ETH-USDT_bybit_2021', '05d85de5c7b2', 17.85, 0],
  ['ETH-USDT_gate_2020', '8be3264be664', 15.49, 93],
] as const;

for (const [name, sha256, yearlyPercent, missing] of FUNDING) {
  recordedTest(`${name}: funding adds up to the year and misses ${missing} periods`, () => {
    const rows = cellsOf(textOf(`funding/${name}-01-01_2024-01-01_funding_history.csv.gz`, sha256));
    const rates = rows.map(([, , rate]) => Number(rate));
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    assert.is((mean * 1_095 * 100).toFixed(2), yearlyPercent.toFixed(2));
    // Stamps are in a zone of their own, but eight hours apart in any.
    const ledger = new GapLedger();
    for (const [, date] of rows) ledger.add(Math.round(Date.parse(`${date}Z`) / (8 * HOUR)));
    assert.equal([ledger.missing, ledger.duplicates], [missing, 0]);
    if (name !== 'BTC-USDT_binance_2020') return;
    assert.equal([Math.min(...rates), Math.max(...rates)], [-0.003, 0.003]);
    assert.is(rates.filter((rate) => rate < 0).length, 590);
  });
}

recordedTest('trades are numbered without a gap and cost price × amount', () => {
  const text = textOf('trades/freqtrade/XRP_ETH-trades.json.gz', '24acec336f97');
  type Row = readonly [number, string, null, 'buy' | 'sell', number, number, number];
  const trades = JSON.parse(text) as readonly Row[];
  const ledger = new GapLedger();
  let [quantity, quote, buys] = [0, 0, 0];
  for (const [, id, , side, price, amount, cost] of trades) {
    ledger.add(Number(id));
    quantity += amount;
    quote += cost;
    if (side === 'buy') buys += 1;
    assert.ok(Math.abs(cost - price * amount) < 5e-9);
  }
  assert.equal([trades.length, quantity, buys], [12_477, 5_545_735, 6_524]);
  assert.is(quote.toFixed(6), '8182.560268');
  assert.equal([ledger.missing, ledger.duplicates, ledger.seen], [0, 0, 12_477]);
});

test.run();
