/** Frames and replies that other projects collected, and all other files, for our codecs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../src/core/result.ts';
import { v1FrameIn } from '../../src/simulation/replay/kraken-v1/frame.ts';
import { marginPositions, tradeBalance } from '../../src/venues/kraken/account/margin.ts';
import {
  candlesSince,
  systemStatus,
  tradesSince,
} from '../../src/venues/kraken/account/market-history.ts';
import { Level3Decoder } from '../../src/venues/kraken/level3/level3-decoder.ts';
import { ORDER_EVENTS } from '../../src/venues/kraken/level3/order-list.ts';
import { MarketDecoder } from '../../src/venues/kraken/market/market-decoder.ts';
import { rareFrameIn } from '../../src/venues/kraken/market/rare-frame.ts';
import { instrumentsIn } from '../../src/venues/kraken/pair.ts';
import { krakenQueries } from '../../src/venues/kraken/queries.ts';
import { serverTime } from '../../src/venues/kraken/rest.ts';
import { krakenSession } from '../../src/venues/kraken/session.ts';
import type { Query } from '../../src/venues/port.ts';
import { frameOf } from '../support/binance/frames.ts';
import { recordedPath, recordings } from '../support/edge/recordings.ts';
import { anAccess, replyOf } from '../support/kraken/access.ts';
import { anAmount } from '../support/kraken/amounts.ts';
import { aPair } from '../support/kraken/pairs.ts';

const recordedTest = recordings === null ? test.skip : test;
const FOLDER = 'fixtures/nautilus/kraken';
const textOf = (name: string): string => readFileSync(recordedPath(`${FOLDER}/${name}`), 'utf8');
const answerOf = <T>(name: string, query: Query<T>) => query.decode(replyOf(textOf(name)));

const usd = aPair({ tick: '0.01', pairDecimals: 2 });
const usdt = aPair({ index: 1, symbol: 'BTC/USDT', quote: 'USDT', altname: 'XBTUSDT' });
const access = anAccess();
const queries = krakenQueries(access, { text: '' }, [usdt]);
const decoder = new MarketDecoder([usd]);

recordedTest('the pairs of an AssetPairs reply are compiled', () => {
  const found = instrumentsIn(textOf('http_asset_pairs.json'), 'kraken', ['BTC/USDT'], 3);
  assert.ok(found.ok);
  const [pair] = found.value;
  assert.equal(
    [pair?.index, pair?.symbol, pair?.base, pair?.quote, pair?.altname],
    [3, 'BTC/USDT', 'BTC', 'USDT', 'XBTUSDT'],
  );
  assert.equal([pair?.pairDecimals, pair?.lotDecimals, pair?.tickSize], [1, 8, 0.1]);
  assert.equal([pair?.lotsMin, pair?.notionalMin], [5_000, anAmount('0.5')]);
  const absent = instrumentsIn(textOf('http_asset_pairs.json'), 'kraken', ['ETH/USD']);
  assert.equal(absent, { ok: false, error: 'ETH/USD: not traded on kraken' });
  assert.ok(instrumentsIn(textOf('http_asset_pairs_tokenized.json'), 'kraken', ['AAPLx/USD']).ok);
});

recordedTest('books, trades and tickers are read', () => {
  assert.is(decoder.decode(frameOf(textOf('ws_book_snapshot.json'))), 'book-snapshot');
  assert.equal([decoder.bids.count, decoder.asks.count], [3, 3]);
  assert.equal([decoder.bids.ticks[0], decoder.asks.ticks[0]], [10_594_420, 10_594_430]);
  assert.is(decoder.checksum, 2_439_117_997);
  assert.is(decoder.decode(frameOf(textOf('ws_trade_update.json'))), 'trades');
  const { count, ids, lots, isSell } = decoder.trades;
  assert.equal([count, ids[1], lots[0], isSell[0], isSell[1]], [2, 10_218_209, 27_625, 0, 1]);
  assert.is(decoder.decode(frameOf(textOf('ws_ticker_snapshot.json'))), 'ticker');
  assert.equal([decoder.bidTicks, decoder.lastTicks], [10_594_420, 10_589_940]);
});

recordedTest('level 3 frames are read: snapshot, deletion, other size, other price', () => {
  const orders = (name: string) => {
    const bytes = frameOf(textOf(name));
    const level3 = new Level3Decoder([usd]);
    assert.ok(['snapshot', 'update'].includes(level3.decode(bytes)), `${name}: ${level3.fault}`);
    return [level3.bids, level3.asks].flatMap(({ count, ids, events, lots }) =>
      ids.slice(0, count).map((id, at) => [ORDER_EVENTS[events[at] ?? 0], id, lots[at]]),
    );
  };
  assert.is(orders('ws_l3_snapshot.json').length, 5);
  assert.equal(orders('ws_l3_update_delete.json'), [['delete', 'order-ask-2', 0]]);
  assert.equal(orders('ws_l3_update_modify_qty.json'), [['modify', 'order-ask-1', 50_000_000]]);
  assert.equal(orders('ws_l3_update_modify_price.json'), [['modify', 'order-bid-1', 50_000_000]]);
});

recordedTest('answers over the socket are outcomes', () => {
  const session = krakenSession('wss://venue', access, { text: '' }, [usdt]);
  assert.equal(session.decode(frameOf(textOf('ws_add_order_response_success.json'))), {
    kind: 'reply',
    requestId: '42',
    outcome: { kind: 'done', venueOrderId: 'OABCDE-12345-FGHIJ' },
  });
  assert.equal(session.decode(frameOf(textOf('ws_batch_add_response_partial.json'))), {
    kind: 'reply',
    requestId: '45',
    outcome: { kind: 'done', venueOrderId: '' },
  });
});

recordedTest('replies over REST are answers', () => {
  assert.equal(answerOf('http_server_time.json', serverTime(access)), ok(1_762_820_224_500));
  assert.equal(answerOf('http_system_status.json', systemStatus(access)), ok('online'));
  const balances = answerOf('http_spot_balance.json', queries.balances(0));
  assert.ok(balances.ok);
  assert.equal(
    [...balances.value],
    [
      ['USD', anAmount('200000')],
      ['BTC', anAmount('0.5')],
      ['ETH', anAmount('2')],
    ],
  );
  const trades = answerOf('http_trades_history.json', queries.trades(usdt, 'TABC', 0));
  assert.ok(trades.ok);
  assert.equal(
    trades.value.map(({ venueOrderId, side, fill }) => [venueOrderId, side, fill.tradeId]),
    [['O26VBY-ISGAE-JP5TLU', 'buy', 'TCCCTY-WJ6EO-4FP4VZ']],
  );
  const [fill] = trades.value.map((trade) => trade.fill);
  assert.equal([fill?.ticks, fill?.fee, fill?.isMaker], [295_005, anAmount('23.6'), true]);
  const positions = answerOf('http_spot_open_positions.json', marginPositions(access, 0));
  assert.ok(positions.ok && positions.value[0]?.margin === anAmount('10000'));
  const worth = answerOf('http_spot_trade_balance.json', tradeBalance(access, 'ZUSD', 0));
  assert.ok(worth.ok);
  assert.equal([worth.value.equity, worth.value.levelPercent], [anAmount('198499.67'), 1_587.99]);
  assert.equal(answerOf('http_cancel_order_spot.json', queries.cancelAllNow(usdt, 0, [])), ok(1));
});

recordedTest('histories of trades and candles come in pages with a cursor', () => {
  const trades = answerOf('http_trades.json', tradesSince(access, usdt, '0'));
  assert.ok(trades.ok, JSON.stringify(trades));
  const [first] = trades.value.entries;
  assert.equal(
    [first?.tradeId, first?.ticks, first?.lots, first?.side],
    [10_218_208, 1_054_336, 27_625, 'buy'],
  );
  assert.ok(Number(trades.value.since) > 1e18);
  const candles = answerOf('http_ohlc.json', candlesSince(access, usdt, 1, 0));
  assert.ok(candles.ok);
  const [candle] = candles.value.entries;
  assert.equal(
    [candle?.openMs, candle?.close, candle?.quantity],
    [1_762_777_020_000, 106_038.2, 0],
  );
});

/** Every text in the recorded data that could be a frame, cut to its lines. */
function* everyFrame(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* everyFrame(path);
    else if (/\.(json|jsonl)$/.test(path)) yield* readFileSync(path, 'utf8').split('\n\n');
    else if (/raw\/.*\.gz$/.test(path)) yield* lines(gunzipSync(readFileSync(path)).toString());
  }
}

function* lines(text: string): Generator<string> {
  const all = text.split('\n');
  // The long recordings are all alike; every seventh line is enough of them.
  const step = all.length > 1_000 ? 7 : 1;
  for (let at = 0; at < all.length; at += step) {
    yield (all[at] as string).replace(/^.*?\d+\.\d+: /, '');
  }
}

recordedTest('no frame of any recorded file throws past the codecs, and each has a kind', () => {
  const session = krakenSession('wss://venue', access, { text: '' }, [usdt]);
  const kinds: Record<string, number> = {};
  let frames = 0;
  for (const text of everyFrame(recordings as string)) {
    frames += 1;
    const bytes = frameOf(text.length > 200_000 ? text.slice(0, 200_000) : text);
    const kind = decoder.decode(bytes);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (kind === 'rare') rareFrameIn(bytes);
    session.decode(bytes);
    v1FrameIn(text);
  }
  assert.ok(frames > 3_000, `${frames} frames`);
  assert.ok((kinds['rare'] ?? 0) > 0 && (kinds['malformed'] ?? 0) > 0, JSON.stringify(kinds));
});

recordedTest('no frame of the venue that is cut short or changed throws', () => {
  const session = krakenSession('wss://venue', access, { text: '' }, [usdt]);
  const names = readdirSync(recordedPath(FOLDER)).filter((name) => name.startsWith('ws_'));
  for (const name of names) {
    const whole = frameOf(JSON.stringify(JSON.parse(textOf(name))));
    for (let at = 0; at < whole.length; at += 3) {
      const changed = whole.slice();
      changed[at] = 0x7b;
      for (const bytes of [whole.subarray(0, at), changed]) {
        if (decoder.decode(bytes) === 'rare') rareFrameIn(bytes);
        session.decode(bytes);
      }
    }
  }
});

test.run();
