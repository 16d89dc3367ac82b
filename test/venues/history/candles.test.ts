/** Minute candles of each venue: what is asked, what is read, and what is refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { apiKeyOf } from '../../../src/venues/binance/sign.ts';
import { binanceCandles } from '../../../src/venues/history/binance-history.ts';
import { type CandleHistory, MINUTE_MS } from '../../../src/venues/history/candle-history.ts';
import { coinbaseCandles } from '../../../src/venues/history/coinbase-history.ts';
import { krakenCandles } from '../../../src/venues/history/kraken-history.ts';
import { aPair } from '../../support/kraken/pairs.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const FROM = 1_700_000_040_000;
const access = { url: 'https://venue', timeoutMs: 1_000 };
const binance = { ...access, key: apiKeyOf('key', 'secret'), receiveWindowMs: 1_000 };
const usdc = anInstrument({ symbol: 'BTC-USDC', base: 'BTC', quote: 'USDC' });
const CANDLE = { openMs: FROM, open: 5, high: 7.25, low: 4, close: 6.5, quantity: 0.25 };

interface Row {
  readonly history: CandleHistory;
  readonly instrument: ReturnType<typeof anInstrument>;
  readonly url: string;
  /** What is written in another way when hours are asked for. */
  readonly hours: readonly [minutes: string | RegExp, hours: string];
  /** The body of an answer with this as its only candle. */
  readonly body: (parts: readonly unknown[]) => unknown;
}

const kline = ([openMs, ...texts]: readonly unknown[]): unknown => [[openMs, ...texts, 0, '1']];
const toMs = FROM + 10 * MINUTE_MS;
const times = `startTime=${FROM}&endTime=${toMs - 1}&limit=1000`;
const ROWS: Readonly<Record<string, Row>> = {
  'Binance spot': {
    history: binanceCandles(binance, 'spot'),
    instrument: anInstrument(),
    url: `https://venue/api/v3/klines?symbol=BTCUSDT&interval=1m&${times}`,
    hours: ['interval=1m', 'interval=1h'],
    body: kline,
  },
  'Binance futures': {
    history: binanceCandles(binance, 'futures'),
    instrument: anInstrument(),
    url: `https://venue/fapi/v1/klines?symbol=BTCUSDT&interval=1m&${times}`,
    hours: ['interval=1m', 'interval=1h'],
    body: kline,
  },
  Kraken: {
    history: krakenCandles(access),
    instrument: aPair(),
    url: `https://venue/0/public/OHLC?pair=XBTUSD&interval=1&since=${FROM / 1_000 - 60}`,
    hours: [/interval=1&since=.*/, `interval=60&since=${FROM / 1_000 - 3_600}`],
    body: ([openMs, open, high, low, close, volume]) => ({
      error: [],
      result: {
        XXBTZUSD: [[Number(openMs) / 1_000, open, high, low, close, '0', volume, 3]],
        last: 1,
      },
    }),
  },
  Coinbase: {
    history: coinbaseCandles(access),
    instrument: usdc,
    url:
      'https://venue/api/v3/brokerage/market/products/BTC-USD/candles' +
      `?start=${FROM / 1_000}&end=${toMs / 1_000 - 1}&granularity=ONE_MINUTE&limit=300`,
    hours: ['ONE_MINUTE', 'ONE_HOUR'],
    body: ([openMs, open, high, low, close, volume]) => ({
      candles: [{ start: String(Number(openMs) / 1_000), low, high, open, close, volume }],
    }),
  },
};

for (const [venue, { history, instrument, url, hours, body }] of Object.entries(ROWS)) {
  const query = history.query(instrument, FROM, toMs, 1);
  const read = (...parts: unknown[]) =>
    query.decode(ok({ status: 200, headers: {}, body: JSON.stringify(body(parts)) }));

  test(`${venue} is asked for minutes, and its candles are read`, () => {
    assert.is(query.request.url, url);
    assert.equal(read(FROM, '5', '7.25', '4', '6.5', '0.25'), ok([CANDLE]));
    assert.ok(history.candlesMax >= 300);
  });

  test(`${venue} is asked for candles of any length that it has`, () => {
    assert.is(history.query(instrument, FROM, toMs, 60).request.url, url.replace(...hours));
    assert.ok([1, 5, 15, 30, 60, 1_440].every((minutes) => history.lengths.includes(minutes)));
    for (const minutes of history.lengths) {
      assert.not.match(history.query(instrument, FROM, toMs, minutes).request.url, 'undefined');
    }
  });

  test(`${venue}: a price of an older grid is read, and one that is none refused`, () => {
    const odd = read(FROM, '5.000000001', '7.25', '4', '6.5', '0');
    assert.ok(odd.ok && odd.value[0]?.open === 5.000000001);
    for (const wrong of [
      [FROM, '0', '7.25', '4', '6.5', '1'],
      [FROM, '5', '7.25', '4', '-6', '1'],
      [FROM, '5', 'free', '4', '6.5', '1'],
      [FROM, '5', '7.25', '', '6.5', '1'],
      [FROM, '5', '7.25', '4', '6.5', '-1'],
      [FROM, '5', '7.25', '4', '6.5', ''],
      ['never', '5', '7.25', '4', '6.5', '1'],
      [],
    ]) {
      assert.not.ok(read(...wrong).ok, JSON.stringify(wrong));
    }
    assert.not.ok(query.decode(ok({ status: 500, headers: {}, body: '' })).ok);
    assert.not.ok(query.decode(ok({ status: 200, headers: {}, body: '{' })).ok);
  });
}

test.run();
