import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../src/core/result.ts';
import { futuresQuestions } from '../../../../src/venues/binance/futures/market-questions.ts';
import {
  optionQueries,
  optionTradeIn,
  optionTradeStream,
} from '../../../../src/venues/binance/futures/option-flow.ts';
import type { Query } from '../../../../src/venues/port.ts';
import { aKey } from '../../../support/binance/api-keys.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { STRANGE } from '../../../support/binance/strange.ts';

const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };
const futures = futuresQuestions(access);
const options = optionQueries(access);

function answer<T>(query: Query<T>, value: unknown): T {
  const decoded = query.decode(ok({ status: 200, headers: {}, body: JSON.stringify(value) }));
  if (!decoded.ok) throw new Error(decoded.error.detail);
  return decoded.value;
}
const pathOf = (query: Query<unknown>) => query.request.url.slice(access.url.length);

test('open interest is polled, now and over time', () => {
  const now = futures.openInterest('BTCUSDT');
  assert.is(pathOf(now), '/fapi/v1/openInterest?symbol=BTCUSDT');
  const reply = { openInterest: '10659.509', symbol: 'BTCUSDT', time: 1_589_437_530_011 };
  assert.equal(answer(now, reply), { quantity: 10_659.509, venueMs: 1_589_437_530_011 });
  const history = futures.openInterestHistory('BTCUSDT', '5m');
  assert.match(pathOf(history), /^\/futures\/data\/openInterestHist\?symbol=BTCUSDT&period=5m/);
  const entry = {
    sumOpenInterest: '20403.6',
    sumOpenInterestValue: '1',
    timestamp: 1_583_127_900_000,
  };
  assert.equal(answer(history, [entry]), [{ quantity: 20_403.6, venueMs: 1_583_127_900_000 }]);
});

test('top traders are asked for by position and by account, and takers by volume', () => {
  const entry = {
    symbol: 'BTCUSDT',
    longShortRatio: '1.4342',
    longAccount: '0.5891',
    timestamp: 7,
  };
  const found = [{ ratio: 1.4342, longFraction: 0.5891, venueMs: 7 }];
  const positions = futures.topTraderPositions('BTCUSDT', '1h');
  assert.match(pathOf(positions), /^\/futures\/data\/topLongShortPositionRatio\?/);
  assert.equal(answer(positions, [entry]), found);
  const accounts = futures.topTraderAccounts('BTCUSDT', '1h');
  assert.match(pathOf(accounts), /^\/futures\/data\/topLongShortAccountRatio\?/);
  assert.equal(answer(accounts, [entry]), found);
  const takers = futures.takerVolume('BTCUSDT', '1h');
  const flow = { buySellRatio: '3', buyVol: '75', sellVol: '25', timestamp: 8 };
  assert.equal(answer(takers, [flow]), [{ ratio: 3, longFraction: 0.75, venueMs: 8 }]);
  const none = { ...flow, buySellRatio: '1', buyVol: '0', sellVol: '0' };
  assert.is(answer(takers, [none])[0]?.longFraction, 0.5);
});

test('funding is asked for, as it stands and as it was paid', () => {
  const reply = {
    ...{ symbol: 'BTCUSDT', markPrice: '11793.63', indexPrice: '11781.80', nextFundingTime: 9 },
    lastFundingRate: '-0.00038246',
  };
  const now = { markPrice: 11_793.63, indexPrice: 11_781.8, rate: -0.00038246, nextMs: 9 };
  assert.equal(answer(futures.funding('BTCUSDT'), reply), now);
  const dated = answer(futures.funding('BTCUSDT'), { ...reply, lastFundingRate: '' });
  assert.is(dated.rate, 0);
  const history = futures.fundingHistory('BTCUSDT', 5);
  assert.match(pathOf(history), /startTime=5&limit=1000$/);
  const paid = [{ symbol: 'BTCUSDT', fundingRate: '0.0001', fundingTime: 6, markPrice: '1' }];
  assert.equal(answer(history, paid), [{ rate: 0.0001, venueMs: 6 }]);
});

const STREAMED = {
  ...{ e: 'trade', E: 2, T: 1, s: 'BTC-251226-126000-C', t: 4, p: '1300.5', q: '0.1', X: 'MARKET' },
  ...{ S: 'BUY', m: false },
};
const CONTRACT = {
  symbol: 'BTC-251226-126000-C',
  underlying: 'BTC',
  expiry: '251226',
  strike: 126_000,
  right: 'call',
};

test('the trades of all options on an underlying come on one stream', () => {
  assert.is(optionTradeStream('BTCUSDT'), 'btcusdt@optionTrade');
  const bought = {
    contract: CONTRACT,
    tradeId: '4',
    price: 1_300.5,
    quantity: 0.1,
    takerSide: 'buy',
    venueMs: 1,
  };
  const read = (value: unknown) => optionTradeIn(frameOf(JSON.stringify(value)));
  assert.equal(read(STREAMED), ok(bought));
  const sold = read({ stream: 'x', data: { ...STREAMED, S: '-1', q: '-2' } });
  assert.ok(sold.ok);
  assert.equal([sold.value?.takerSide, sold.value?.quantity], ['sell', 2]);
  assert.equal(read({ result: null, id: 1 }), ok(null));
});

test('a trade of no option, or without a price, is refused in words', () => {
  const fault = (over: object) => {
    const read = optionTradeIn(frameOf(JSON.stringify({ ...STREAMED, ...over })));
    return read.ok ? '' : read.error;
  };
  assert.match(fault({ s: 'BTCUSDT' }), /^s: found BTCUSDT, wanted one like/);
  assert.match(fault({ p: '0' }), /^p: found 0, wanted more than 0/);
  assert.match(fault({ p: '' }), /^p: found , wanted a decimal/);
  assert.match(fault({ S: 'HOLD' }), /^S: found HOLD, wanted BUY/);
  for (const strange of STRANGE) {
    for (const field of ['e', 's', 't', 'p', 'q', 'S', 'T']) {
      optionTradeIn(frameOf(JSON.stringify({ ...STREAMED, [field]: strange })));
    }
  }
});

test('options are asked for trades, marks, open interest and how they ended', () => {
  const symbol = CONTRACT.symbol;
  const trade = { id: 1, tradeId: 159, symbol, price: '1000', qty: '-0.16', side: -1, time: 3 };
  assert.is(pathOf(options.trades(symbol)), `/eapi/v1/trades?symbol=${symbol}&limit=100`);
  assert.equal(answer(options.trades(symbol), [trade])[0]?.takerSide, 'sell');
  const mark = {
    ...{ symbol, markPrice: '1343.28', bidIV: '1', askIV: '1', markIV: '1.2957' },
    ...{ delta: '0.559', theta: '-37.9', gamma: '0.00001', vega: '978.5' },
  };
  const { contract, ...greeks } = answer(options.marks(), [mark])[0] as never as Record<
    string,
    unknown
  >;
  assert.equal(contract, CONTRACT);
  const figures = { markPrice: 1_343.28, impliedVolatility: 1.2957, delta: 0.559 };
  assert.equal(greeks, { ...figures, gamma: 0.00001, vega: 978.5, theta: -37.9 });
  const interest = { symbol, sumOpenInterest: '4.004', sumOpenInterestUsd: '174', timestamp: '1' };
  assert.equal(answer(options.openInterest('BTC', '251226'), [interest]), [
    { contract: CONTRACT, quantity: 4.004, usd: 174 },
  ]);
  const end = { symbol, strikePrice: '126000', realStrikePrice: '127000.5', expiryDate: 5 };
  const ends = [
    { ...end, strikeResult: 'REALISTIC_VALUE_STRICKEN' },
    { ...end, strikeResult: 'EXTRINSIC_VALUE_EXPIRED' },
  ];
  const exercised = answer(options.exercises('BTCUSDT'), ends);
  assert.equal(
    exercised.map(({ isExercised, settlement }) => [isExercised, settlement]),
    [
      [true, 127_000.5],
      [false, 127_000.5],
    ],
  );
});

test('strange replies are no answers and never throw', () => {
  const asked: Query<unknown>[] = [
    futures.openInterest('B'),
    futures.openInterestHistory('B', '5m'),
    futures.topTraderPositions('B', '5m'),
    futures.takerVolume('B', '5m'),
    futures.funding('B'),
    futures.fundingHistory('B', 0),
    options.trades('B'),
    options.marks(),
    options.openInterest('B', '1'),
    options.exercises('B'),
  ];
  for (const query of asked) {
    for (const strange of STRANGE) {
      for (const body of [strange, [strange]]) {
        const isEmpty = Array.isArray(body) && body.length === 0;
        const read = query.decode(ok({ status: 200, headers: {}, body: JSON.stringify(body) }));
        assert.is(read.ok && !isEmpty, false, `${query.request.url} ${JSON.stringify(body)}`);
      }
    }
  }
});

test.run();
