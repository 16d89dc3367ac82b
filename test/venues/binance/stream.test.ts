import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { BinanceStream } from '../../../src/venues/binance/stream.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { type HttpOutcome, httpReply } from '../../support/edge/order-socket.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const btc = anInstrument({ index: 3 });
const eth = anInstrument({ index: 7, symbol: 'ETHUSDT', base: 'ETH' });

type Level = readonly [price: string, size: string];
const depth = (U: number, u: number, b: Level[] = [], a: Level[] = [], s = 'BTCUSDT') => ({
  stream: 'x@depth@100ms',
  data: { e: 'depthUpdate', E: 1, s, U, u, b, a },
});
const ticker = (u: number, b: string, a: string, s = 'BTCUSDT') => ({
  stream: 'x@bookTicker',
  data: { u, s, b, B: '0.00005', a, A: '0.00006' },
});
const SNAPSHOT = {
  lastUpdateId: 10,
  bids: [['100.00', '0.00001']],
  asks: [['101.00', '0.00002']],
};

function aStream({ hasTrades = false } = {}) {
  const stream = new BinanceStream({
    streamUrl: 'wss://venue',
    restUrl: 'https://venue',
    instruments: [btc, eth],
    hasTrades,
  });
  const hear = (frame: object | string) =>
    stream.onFrame(frameOf(typeof frame === 'string' ? frame : JSON.stringify(frame)));
  const snapshot = (outcome: HttpOutcome, at = 0) => stream.onSnapshot(at, outcome, rngOf(1));
  return { stream, hear, snapshot };
}

/** A stream whose first book is live at update 10. */
function aLiveStream() {
  const made = aStream();
  assert.is(made.snapshot(httpReply(SNAPSHOT)), null);
  return made;
}

const bestOf = ({ stream }: ReturnType<typeof aStream>, at = 0) => {
  const { bidTicks, askTicks, updateId } = stream.views[at]?.quote(0) ?? {};
  return [bidTicks, askTicks, updateId];
};

test('a book lives from its snapshot on and is quoted with what made it', () => {
  const made = aLiveStream();
  assert.equal(made.stream.views[0]?.quote(5), {
    kind: 'quote-updated',
    instrument: 3,
    bidTicks: 10_000,
    bidLots: 1,
    askTicks: 10_100,
    askLots: 2,
    updateId: 10,
    receivedNs: 5,
  });
});

test('each frame is about the instrument that it names', () => {
  const made = aLiveStream();
  assert.is(made.snapshot(httpReply(SNAPSHOT), 1), null);
  assert.is(made.hear(depth(11, 11, [['100.50', '1']], [], 'ETHUSDT')), 'quote');
  assert.is(made.stream.quoted.instrument.symbol, 'ETHUSDT');
  assert.equal(bestOf(made, 0), [10_000, 10_100, 10]);
  assert.equal(bestOf(made, 1), [10_050, 10_100, 11]);
});

test('diffs wait for the snapshot and are then in the book', () => {
  const made = aStream();
  assert.is(made.hear(depth(9, 11, [['100.10', '1']])), 'nothing');
  assert.is(made.snapshot(httpReply(SNAPSHOT)), null);
  assert.equal(bestOf(made), [10_010, 10_100, 11]);
  assert.is(made.stream.counts.updates, 1);
});

test('a diff that comes again, or late, changes nothing', () => {
  const made = aLiveStream();
  const first = depth(11, 12, [['100.10', '1']]);
  assert.is(made.hear(first), 'quote');
  assert.is(made.hear(first), 'nothing');
  assert.is(made.hear(depth(5, 9, [['100.90', '1']])), 'nothing');
  assert.equal(bestOf(made), [10_010, 10_100, 12]);
});

test('a gap loses the book at once, and nothing is quoted from it', () => {
  const made = aLiveStream();
  assert.is(made.hear(depth(15, 16)), 'lost');
  assert.equal(bestOf(made), [0, 0, 0]);
  assert.is(made.stream.counts.gaps, 1);
  assert.is(made.hear(ticker(17, '100.00', '101.00')), 'nothing', 'no ticker revives it');
  assert.equal(made.stream.quoted.lost('gap'), {
    kind: 'quote-lost',
    instrument: 3,
    reason: 'gap',
  });
});

test('a snapshot from before the gap does not bring the book back', () => {
  const made = aLiveStream();
  made.hear(depth(15, 16, [['100.20', '1']]));
  const again = made.snapshot(httpReply({ ...SNAPSHOT, lastUpdateId: 13 }));
  assert.is(again?.why, 'stale');
  assert.is(made.snapshot(httpReply({ ...SNAPSHOT, lastUpdateId: 14 })), null);
  assert.equal(bestOf(made), [10_020, 10_100, 16], 'the diff behind the gap is in it');
});

test('a crossed book is no book', () => {
  const made = aLiveStream();
  assert.is(made.hear(depth(11, 11, [['101.50', '1']])), 'lost');
  assert.is(made.stream.counts.crossed, 1);
  const crossed = { ...SNAPSHOT, bids: [['102.00', '1']] };
  assert.is(made.snapshot(httpReply(crossed))?.why, 'crossed');
  assert.is(made.stream.counts.crossed, 2);
});

test('a gap among the diffs that waited is a gap', () => {
  const made = aStream();
  made.hear(depth(9, 11));
  made.hear(depth(13, 14));
  assert.is(made.snapshot(httpReply(SNAPSHOT))?.why, 'gap');
  assert.is(made.stream.counts.gaps, 1);
  assert.equal(bestOf(made), [0, 0, 0]);
});

test('a ticker that is ahead of the book is quoted, one that is behind is not', () => {
  const made = aLiveStream();
  assert.is(made.hear(ticker(9, '99.00', '99.50')), 'nothing');
  assert.is(made.hear(ticker(12, '100.30', '100.90')), 'quote');
  assert.equal(bestOf(made), [10_030, 10_090, 12]);
  assert.is(made.hear(ticker(12, '100.40', '100.80')), 'nothing', 'the same one again');
  assert.is(made.hear(depth(11, 11, [['100.10', '1']])), 'quote');
  assert.equal(bestOf(made), [10_030, 10_090, 12], 'the ticker is still ahead');
  assert.is(made.hear(depth(12, 13, [['100.30', '1']])), 'quote');
  assert.equal(bestOf(made), [10_030, 10_100, 13]);
});

test('a ticker that is crossed or locked is not believed', () => {
  const made = aLiveStream();
  assert.is(made.hear(ticker(11, '101.00', '100.00')), 'nothing');
  assert.is(made.hear(ticker(12, '100.00', '100.00')), 'nothing');
  assert.equal(bestOf(made), [10_000, 10_100, 10]);
});

test('broken frames are counted and told, and the book stays', () => {
  const made = aLiveStream();
  const frames = ['', '{', 'null', JSON.stringify(depth(11, 11, [['x', '1']]))];
  for (const frame of frames) {
    assert.is(made.hear(frame), 'malformed', frame);
    assert.ok(made.stream.fault.length > 0);
  }
  const { counts } = made.stream;
  assert.equal([counts.malformed, counts.frames, counts.gaps], [4, 4, 0]);
  assert.is(made.hear(depth(11, 11)), 'quote');
});

test('a symbol that we did not ask for is counted and passed over', () => {
  const made = aLiveStream();
  assert.is(made.hear(depth(11, 11, [], [], 'DOGEUSDT')), 'foreign');
  assert.is(made.hear(depth(12, 12, [], [], 'DOGEUSDT')), 'nothing', 'told once');
  assert.is(made.stream.counts.unknownSymbols, 2);
});

test('answers to our own questions are passed over', () => {
  const made = aLiveStream();
  assert.is(made.hear({ result: ['btcusdt@depth'], id: 1 }), 'nothing');
  assert.is(JSON.parse(made.stream.ping).method, 'LIST_SUBSCRIPTIONS');
});

const noSnapshots: [what: string, outcome: HttpOutcome, why: RegExp][] = [
  ['silence', err({ kind: 'timeout', url: 'u', detail: 'no reply within 5000 ms' }), /^no reply/],
  ['a 500', httpReply('', 500), /^status 500$/],
  ['a 404', httpReply(SNAPSHOT, 404), /^status 404$/],
  ['a page', httpReply('<html>'), /./],
  ['half an answer', httpReply('{"lastUpdateId":1,"bids":[['), /./],
  ['something else', httpReply({ serverTime: 1 }), /./],
  ['a level that is none', httpReply({ ...SNAPSHOT, bids: [['x', '1']] }), /./],
];
for (const [what, outcome, why] of noSnapshots) {
  test(`${what} is no snapshot, and is asked for again with growing pauses`, () => {
    const made = aStream();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const again = made.snapshot(outcome);
      assert.match(again?.why as string, why);
      const fullMs = Math.min(10_000, 100 * 2 ** attempt);
      const againMs = again?.againMs as number;
      assert.ok(againMs >= fullMs / 2 && againMs <= fullMs, `${attempt}: ${againMs}`);
    }
    assert.is(made.stream.views[0]?.sync.isLive, false);
    assert.is(made.snapshot(httpReply(SNAPSHOT)), null);
    assert.ok((made.snapshot(outcome)?.againMs as number) <= 100, 'a success begins anew');
  });
}

const limits: [header: string | undefined, againMs: number][] = [
  ['7', 7_000],
  [undefined, 60_000],
  ['soon', 60_000],
];
for (const status of [429, 418]) {
  for (const [header, againMs] of limits) {
    test(`a ${status} with ${header ?? 'no time'} is heeded for ${againMs} ms`, () => {
      const headers = header === undefined ? undefined : { 'retry-after': header };
      const again = aStream().snapshot(httpReply('', status, headers));
      assert.equal(again, { why: `status ${status}`, againMs });
    });
  }
}

test('a disconnection forgets every book', () => {
  const made = aLiveStream();
  made.stream.reset();
  assert.equal(bestOf(made), [0, 0, 0]);
  const summary = { symbol: 'BTCUSDT', isLive: false, levels: 0, compared: 0, mismatches: 0 };
  assert.equal(made.stream.views[0]?.summary(), summary);
});

test('tickers check the book that they are about', () => {
  const made = aLiveStream();
  made.hear({ ...ticker(11, '100.00', '101.00') });
  made.hear(depth(11, 11, [['99.00', '1']]));
  made.hear(depth(12, 12));
  const { compared, mismatches } = made.stream.views[0]?.summary() ?? {};
  assert.equal([compared, mismatches], [1, 1], 'the sizes differ');
});

test('the streams of each instrument are asked for by the address, trades if wanted', () => {
  const names = ['btcusdt@depth@100ms', 'btcusdt@bookTicker', 'ethusdt@depth@100ms'];
  const { stream } = aStream();
  assert.is(stream.url, `wss://venue/stream?streams=${[...names, 'ethusdt@bookTicker'].join('/')}`);
  assert.equal(stream.subscribe(), []);
  assert.match(aStream({ hasTrades: true }).stream.url, 'btcusdt@trade/ethusdt@depth@100ms');
});

test('a trade is told with its taker, and changes no book', () => {
  const made = aLiveStream();
  const data = { e: 'trade', E: 5, s: 'ETHUSDT', t: 17, p: '100.50', q: '0.00003', T: 4, m: true };
  assert.is(made.hear({ stream: 'ethusdt@trade', data }), 'trade');
  assert.equal(made.stream.trade(9), {
    kind: 'trade-printed',
    instrument: 7,
    ticks: 10_050,
    lots: 3,
    takerSide: 'sell',
    tradeId: 17,
    venueMs: 4,
    receivedNs: 9,
  });
  assert.is(made.stream.next(), 'nothing');
  assert.is(made.hear({ stream: 'ethusdt@trade', data: { ...data, m: false } }), 'trade');
  assert.is(made.stream.trade(9).takerSide, 'buy');
  assert.equal(bestOf(made), [10_000, 10_100, 10]);
});

test('the deepest snapshot is asked for, with a limit of time', () => {
  assert.equal(aStream().stream.snapshotRequest(0), {
    method: 'GET',
    url: 'https://venue/api/v3/depth?symbol=BTCUSDT&limit=5000',
    headers: {},
    timeoutMs: 5_000,
  });
});

test.run();
