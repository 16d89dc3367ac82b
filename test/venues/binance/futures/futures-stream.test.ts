import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../src/core/result.ts';
import { FuturesMarketStream } from '../../../../src/venues/binance/futures/futures-stream.ts';
import { futuresQueries } from '../../../../src/venues/binance/futures/queries.ts';
import { openFuturesSymbols } from '../../../../src/venues/binance/futures/rest.ts';
import { futuresSession } from '../../../../src/venues/binance/futures/session.ts';
import { aKey } from '../../../support/binance/api-keys.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

const instrument = anInstrument({ tick: '0.10', lot: '0.001' });
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };
const aStream = (hasOptions = false) => {
  const urls = { streamUrl: 'wss://venue', restUrl: 'https://venue' };
  const wanted = { instruments: [instrument], hasTrades: false, hasOptions };
  return new FuturesMarketStream({ ...urls, ...wanted });
};

test('what is no fact of ours is counted, and said of the first foreign market alone', () => {
  const stream = aStream();
  const mark = { e: 'markPriceUpdate', E: 1, s: 'XRPUSDT', p: '1', i: '1', r: '0', T: 1 };
  const take = (value: unknown) => stream.onFrame(frameOf(JSON.stringify(value)));
  assert.equal([take(mark), take(mark)], ['foreign', 'nothing']);
  assert.is(take({ ...mark, s: 'BTCUSDT', p: 'x' }), 'malformed');
  assert.match(stream.fault, / at byte \d+$/);
  assert.equal([take({ result: null, id: 1 }), stream.next()], ['nothing', 'nothing']);
  stream.reset();
  const { frames, malformed, unknownSymbols } = stream.summary();
  assert.equal([frames, malformed, unknownSymbols], [4, 1, 2]);
  assert.equal([stream.subscribe(), stream.views, stream.quoted.isLive], [[], [], false]);
  assert.is(
    stream.url,
    'wss://venue/market/stream?streams=btcusdt@markPrice@1s/btcusdt@forceOrder',
  );
});

test('trades in options are facts of the market that they are on, where they are wanted', () => {
  const stream = aStream(true);
  const take = (value: unknown) => stream.onFrame(frameOf(JSON.stringify(value)));
  const trade = {
    ...{ e: 'trade', E: 2, T: 9, s: 'BTC-251226-126000-C', t: 4, p: '1300.5', q: '0.1' },
    ...{ X: 'MARKET', S: 'SELL', m: false },
  };
  assert.is(take({ stream: 'btcusdt@optionTrade', data: trade }), 'fact');
  assert.equal(stream.fact, {
    ...{ kind: 'option-traded', instrument: 0, right: 'call', takerSide: 'sell' },
    ...{ price: 1_300.5, quantity: 0.1, venueMs: 9 },
  });
  assert.is(take({ ...trade, s: 'ETH-251226-3000-P' }), 'nothing', 'no market of the desk');
  assert.is(take({ ...trade, s: 'BTCUSDT' }), 'malformed');
  assert.match(stream.fault, /^s: found BTCUSDT/);
  assert.equal([take({ result: null, id: 1 }), stream.fault], ['nothing', '']);
  assert.match(stream.url, /@forceOrder\/btcusdt@optionTrade$/);
  assert.is(aStream().onFrame(frameOf(JSON.stringify(trade))), 'nothing', 'nobody asked');
});

test('a wallet and a position of one name, and a hedged position, are no balances', () => {
  const queries = futuresQueries(access, [instrument]);
  const position = { symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '1' };
  const read = (wallet: string, side: string) => {
    const assets = [{ asset: 'BTC', walletBalance: wallet }];
    const body = JSON.stringify({ assets, positions: [{ ...position, positionSide: side }] });
    const answer = queries.balances(0).decode(ok({ status: 200, headers: {}, body }));
    return answer.ok ? 'ok' : answer.error.detail;
  };
  assert.is(read('0', 'BOTH'), 'ok');
  assert.match(read('1', 'BOTH'), /^BTC: found it in the wallet and as a position/);
  assert.match(read('0', 'LONG'), /hedge mode is refused/);
});

test('the markets of open orders are read, whosever they are', () => {
  const body = JSON.stringify([{ symbol: 'BTCUSDT' }, { symbol: 'XRPUSDT' }]);
  const read = openFuturesSymbols(access, 0).decode(ok({ status: 200, headers: {}, body }));
  assert.equal(read, ok(['BTCUSDT', 'XRPUSDT']));
});

test('a fill off the grid and an execution that nobody knows are faults', () => {
  const session = futuresSession('wss://venue', access, [instrument]);
  const order = {
    ...{ s: 'BTCUSDT', c: 'a', S: 'BUY', x: 'TRADE', X: 'FILLED', i: 1, l: '0.001', L: '60000.1' },
    z: '0.002',
    ...{ T: 1, t: 1, m: true, ps: 'BOTH', rp: '0' },
  };
  const decode = (over: object) => {
    const frame = { e: 'ORDER_TRADE_UPDATE', E: 1, T: 1, o: { ...order, ...over } };
    const decoded = session.decode(frameOf(JSON.stringify(frame)));
    return decoded.kind === 'malformed' ? decoded.fault : decoded;
  };
  const free = decode({});
  assert.ok(typeof free === 'object' && free.kind === 'reports');
  const [report] = free.reports;
  assert.ok(report?.kind === 'filled' && report.fill.fee === 0n && report.fill.feeAsset === 'USDT');
  assert.match(String(decode({ L: '60000.15' })), /is off the grid/);
  assert.match(String(decode({ x: 'SOMETHING' })), /^x: found SOMETHING/);
  const expired = decode({ x: 'EXPIRED', X: 'EXPIRED_IN_MATCH' });
  assert.ok(typeof expired === 'object' && expired.kind === 'reports');
  assert.equal(expired.reports, [
    { kind: 'ended', clientId: 'a', how: 'expired', reason: 'stp', filledLots: 2 },
  ]);
});

test.run();
