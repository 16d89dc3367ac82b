/** Futures frames and replies that other projects collected, as inputs of our codecs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../src/core/result.ts';
import { futuresAccount } from '../../../src/venues/binance/futures/account.ts';
import { DerivativeDecoder } from '../../../src/venues/binance/futures/derivative-decoder.ts';
import { futuresQuestions } from '../../../src/venues/binance/futures/market-questions.ts';
import { optionQueries, optionTradeIn } from '../../../src/venues/binance/futures/option-flow.ts';
import { futuresQueries } from '../../../src/venues/binance/futures/queries.ts';
import { futuresSession } from '../../../src/venues/binance/futures/session.ts';
import { MarketDecoder } from '../../../src/venues/binance/market-decoder.ts';
import type { VenueFrame } from '../../../src/venues/port.ts';
import { aKey } from '../../support/binance/api-keys.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const recordedTest = recordings === null ? test.skip : test;
const FUTURES = 'fixtures/nautilus/binance/futures';
const textOf = (path: string): string => readFileSync(recordedPath(path), 'utf8');
const fine = { tick: '0.00000001', lot: '0.001', notionalMin: '0' };
const instruments = [
  anInstrument(fine),
  anInstrument({ ...fine, index: 1, symbol: 'ETHUSDT', base: 'ETH' }),
  anInstrument({ ...fine, index: 2, symbol: 'BNBUSDT', base: 'BNB' }),
];
const access = { url: 'https://venue', key: aKey(), receiveWindowMs: 5_000, timeoutMs: 1 };
const session = futuresSession('wss://venue', access, instruments);

recordedTest('market frames of the documentation are understood', () => {
  const books = new MarketDecoder(instruments);
  const others = new DerivativeDecoder(instruments);
  const kindOf = (name: string) => {
    const frame = frameOf(textOf(`${FUTURES}/market_data_json/${name}.json`));
    const kind = books.decode(frame);
    return kind === 'other' ? others.decode(frame) : kind;
  };
  assert.is(kindOf('depth_update_stream'), 'depth');
  assert.is(books.previousId, 149);
  assert.is(kindOf('book_ticker_stream'), 'book-ticker');
  assert.is(kindOf('trade_stream'), 'trade');
  assert.is(kindOf('kline_stream_closed'), 'candle');
  assert.ok(others.isClosed);
  assert.is(kindOf('liquidation_stream'), 'liquidation');
  assert.equal([others.tradeLots, others.isSale], [14, true]);
  assert.is(kindOf('ticker_stream'), 'other');
});

const eventOf = (name: string): VenueFrame =>
  session.decode(frameOf(textOf(`${FUTURES}/user_data_json/${name}.json`)));

recordedTest('an update of the account by a trade moves no cash', () => {
  assert.equal(eventOf('account_update'), { kind: 'reports', reports: [] });
});

recordedTest('what belongs to one side of a hedged account is refused in words', () => {
  for (const name of ['order_update_calculated', 'order_update_insurance']) {
    const frame = eventOf(name);
    assert.ok(frame.kind === 'malformed', name);
    assert.match(frame.fault, /^ps: found LONG, wanted BOTH: hedge mode is refused/);
  }
});

recordedTest('a position that the venue closes is a fill, once something was filled', () => {
  const oneWay = (name: string) => {
    const frame = JSON.parse(textOf(`${FUTURES}/user_data_json/${name}.json`));
    return session.decode(frameOf(JSON.stringify({ ...frame, o: { ...frame.o, ps: 'BOTH' } })));
  };
  const filled = oneWay('order_update_calculated');
  assert.ok(filled.kind === 'reports');
  const [report] = filled.reports;
  assert.ok(report?.kind === 'filled');
  assert.equal([report.clientId, report.side], ['autoclose-1234567890', 'sell']);
  assert.equal([report.fill.lots, report.fill.realised], [14, -567_000_000n]);
  assert.equal([report.fill.fee, report.fill.feeAsset], [6_937_084n, 'USDT']);
  const pending = oneWay('order_update_calculated_pending');
  assert.ok(pending.kind === 'reports' && pending.reports[0]?.kind === 'accepted');
});

recordedTest('orders of other kinds and of other markets are none of ours', () => {
  assert.equal(eventOf('trade_lite'), { kind: 'other' });
  assert.equal(eventOf('order_update_delivery'), { kind: 'reports', reports: [] });
});

recordedTest('an order that waits for its trigger is accepted, and canceled', () => {
  const clientId = 'Q5xaq5EGKgXXa0fD7fs0Ip';
  assert.equal(eventOf('algo_update_new'), {
    kind: 'reports',
    reports: [{ kind: 'accepted', clientId, venueOrderId: 'algo-2148719' }],
  });
  assert.equal(eventOf('algo_update_canceled'), {
    kind: 'reports',
    reports: [{ kind: 'ended', clientId, how: 'canceled', reason: 'canceled' }],
  });
});

recordedTest('replies of the documentation are understood', () => {
  const reply = (name: string) =>
    ok({ status: 200, headers: {}, body: textOf(`${FUTURES}/http_json/${name}.json`) });
  const queries = futuresQueries(access, instruments);
  const found = queries
    .order({ clientId: 'testOrder123' }, instruments[0] as never, 0)
    .decode(reply('order_response'));
  assert.ok(found.ok && found.value.kind === 'found');
  assert.equal([found.value.order.state, found.value.order.lots], ['open', 1]);
  const positions = futuresAccount(access).positions(0).decode(reply('position_risk'));
  assert.ok(positions.ok);
  assert.equal([positions.value[0]?.quantity, positions.value[0]?.entryPrice], [100_000n, 50_000]);
});

recordedTest('no frame or reply of any venue throws past a futures codec', () => {
  const bodies: string[] = [];
  for (const folder of ['fixtures', 'raw', 'pairs']) {
    const root = recordedPath(folder);
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.json')) bodies.push(readFileSync(join(root, name), 'utf8'));
      else if (name.endsWith('.jsonl')) bodies.push(...linesIn(readFileSync(join(root, name))));
      else if (name.endsWith('.gz'))
        bodies.push(...linesIn(gunzipSync(readFileSync(join(root, name)))));
    }
  }
  assert.ok(bodies.length > 2_000, `${bodies.length}`);
  const decoder = new DerivativeDecoder(instruments);
  const queries = futuresQueries(access, instruments);
  const questions = futuresQuestions(access);
  const options = optionQueries(access);
  const asked = [
    queries.balances(0),
    queries.openOrders(0),
    queries.trades(instruments[0] as never, '0', 0),
    questions.openInterest('B'),
    questions.topTraderPositions('B', '5m'),
    questions.fundingHistory('B', 0),
    options.marks(),
    futuresAccount(access).positions(0),
  ];
  for (const body of bodies) {
    const frame = frameOf(body);
    decoder.decode(frame);
    session.decode(frame);
    optionTradeIn(frame);
    for (const query of asked) {
      assert.type(query.decode(ok({ status: 200, headers: {}, body })).ok, 'boolean');
    }
  }
});

/** A part of the lines of a recording, without what is in front of the frame. */
function linesIn(recorded: Uint8Array): string[] {
  const lines = new TextDecoder().decode(recorded).split('\n');
  const stride = 7;
  return lines
    .filter((line, at) => at % stride === 0 && line.length < 100_000)
    .map((line) => line.replace(/^[^{[]*(?=[{[])/, ''));
}

test.run();
