/**
 * Raw recordings as records: the books that follow from them against the venue's own best prices,
 * and against the figures of ../shared/data/README.md.
 */
import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../../src/market/book.ts';
import { BboAgreement } from '../../../../src/market/quality/bbo-agreement.ts';
import { isRaw } from '../../../../src/simulation/replay/formats/frame-lines.ts';
import { FormatFault } from '../../../../src/simulation/replay/formats/market-source.ts';
import { readRaw } from '../../../../src/simulation/replay/formats/raw-frames.ts';
import { BookPlayback } from '../../../../src/simulation/replay/playback/book-playback.ts';
import { FLAG, KIND, recordsOf, SIDE } from '../../../../src/storage/columns/record.ts';
import { recordsIn } from '../../../storage/columns/records.ts';
import { temporaryFolder } from '../../../storage/temporary.ts';
import { sharedPath } from '../../../support/shared.ts';

function aFile(lines: readonly string[]): string {
  const path = `${temporaryFolder()}/frames.txt`;
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const diff = (U: number, u: number, bids: string[][], asks: string[][]): string =>
  JSON.stringify({
    stream: 'abcusdt@depth',
    data: { e: 'depthUpdate', E: 1_723_161_253_000 + u, s: 'ABCUSDT', U, u, b: bids, a: asks },
  });

const LINES = [
  `1723161253000111222 ${diff(8, 9, [['1.00', '1']], [])}`,
  `1723161253000222333 ${diff(10, 12, [['1.01', '2.5']], [['1.05', '1']])}`,
  '1723161253000333444 {"lastUpdateId":10,"bids":[["1.00","3.0"]],"asks":[["1.04","4.0"]]}',
  `1723161253000444555 ${diff(13, 13, [['1.00', '0']], [])}`,
  `1723161253000555666 ${JSON.stringify({
    stream: 'abcusdt@trade',
    data: { e: 'trade', E: 1, s: 'ABCUSDT', t: 5, p: '1.04', q: '1', T: 1, m: false },
  })}`,
  `1723161253000666777 ${JSON.stringify({
    stream: 'abcusdt@bookTicker',
    data: { u: 14, s: 'ABCUSDT', b: '1.01', B: '2.5', a: '1.04', A: '3' },
  })}`,
  '1723161253000777888 {"stream":"other","data":{"e":"kline"}}',
  `1723161253000888999 ${diff(20, 21, [], [])}`,
];

test('frames become a snapshot where a book comes to life, then its changes', async () => {
  const source = await readRaw(aFile(LINES), 'binance');
  const records = await recordsIn(source);
  assert.equal(
    records.map(({ kind, side, price, quantity, sequence, flags }) => [
      kind,
      side,
      price,
      quantity,
      sequence,
      flags,
    ]),
    [
      [KIND.clear, SIDE.none, 0, 0, 12, 0],
      [KIND.snapshot, SIDE.buy, 101, 25, 12, 0],
      [KIND.snapshot, SIDE.buy, 100, 30, 12, 0],
      [KIND.snapshot, SIDE.sell, 104, 40, 12, 0],
      [KIND.snapshot, SIDE.sell, 105, 10, 12, FLAG.frameEnd],
      [KIND.depth, SIDE.buy, 100, 0, 13, FLAG.frameEnd],
      [KIND.trade, SIDE.buy, 104, 10, 5, FLAG.frameEnd],
      [KIND.bbo, SIDE.buy, 101, 25, 14, 0],
      [KIND.bbo, SIDE.sell, 104, 30, 14, FLAG.frameEnd],
      [KIND.clear, SIDE.none, 0, 0, 0, FLAG.frameEnd],
    ],
  );
  assert.equal(source.skipped, { 'diff-buffered': 2, other: 1, 'diff-gap': 1 });
  assert.is(records[0]?.tsLocal, 1_723_161_253_000_333);
  assert.is(records[5]?.tsExchange, (1_723_161_253_000 + 13) * 1_000);
});

test('a file whose lines are none of ours is refused with its line', async () => {
  assert.is(isRaw('hello'), false);
  assert.is(isRaw(LINES[0] as string), true);
  for (const [lines, reason] of [
    [['hello'], /:1: found hello, wanted/],
    [['1723161253000111222 {"a":1}'], /no frame names a symbol/],
  ] as const) {
    try {
      await recordsIn(await readRaw(aFile(lines), 'binance'));
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, FormatFault);
      assert.match((thrown as Error).message, reason);
    }
  }
});

const spot = sharedPath('data', 'market', 'l2', 'binance-spot', 'btcusdt_20240808.gz');
const sockets = sharedPath('data', 'market', 'raw', 'binance', 'BINANCE.ws.1.0.gz');

if (spot !== null) {
  test('records of a recorded day give the book of the venue at every update', async () => {
    const book = new Book();
    const agreement = new BboAgreement();
    const bid = [0, 0];
    let isAlive = false;
    let trades = 0;
    for await (const block of (await readRaw(spot, 'binance')).blocks) {
      for (const { kind, side, price, quantity, sequence, flags } of recordsOf(block)) {
        const ladder = side === SIDE.buy ? book.bids : book.asks;
        if (kind === KIND.clear) {
          book.clear();
          isAlive = true;
        } else if (kind === KIND.depth || kind === KIND.snapshot) ladder.set(price, quantity);
        else if (kind === KIND.trade) trades += 1;
        else if (kind === KIND.bbo && side === SIDE.buy) bid.splice(0, 2, price, quantity);
        else if (kind === KIND.bbo) {
          agreement.onTicker(sequence, bid[0] as number, bid[1] as number, price, quantity);
        }
        const isBook = kind === KIND.depth || kind === KIND.snapshot;
        if (isAlive && isBook && (flags & FLAG.frameEnd) !== 0) agreement.onBook(sequence, book);
      }
    }
    agreement.finish();
    assert.is(agreement.mismatches, 0);
    assert.ok(agreement.compared >= 3_448, String(agreement.compared));
    assert.is(trades, 9_757);
    assert.equal(
      [book.bids.bestTicks, book.bids.bestLots, book.asks.bestTicks, book.asks.bestLots],
      [6_168_599, 1_008_700, 6_168_600, 2_293_270],
    );
    assert.equal([book.bids.depth, book.asks.depth], [1_209, 2_196]);
  });
}

if (sockets !== null) {
  test('four markets of one socket are read with the snapshots that lie beside it', async () => {
    const source = await readRaw(sockets, 'binance');
    const playback = new BookPlayback(source.dictionary);
    for await (const block of source.blocks) playback.play(block);
    assert.equal(
      playback.markets().map(({ symbol, crossed }) => [symbol, crossed]),
      [
        ['NKNUSDT', 0],
        ['BLZETH', 0],
        ['LRCBTC', 0],
        ['RUNEEUR', 0],
      ],
    );
  });
}

test.run();
