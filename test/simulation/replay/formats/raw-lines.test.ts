/** Records as frames to trade on: the book that follows from them is that of the records. */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../../src/core/node-files.ts';
import { Tally } from '../../../../src/simulation/replay/formats/market-source.ts';
import { readRaw } from '../../../../src/simulation/replay/formats/raw-frames.ts';
import { plainSymbol, rawLines } from '../../../../src/simulation/replay/formats/raw-lines.ts';
import { openRecording } from '../../../../src/simulation/replay/open-recording.ts';
import { BookPlayback } from '../../../../src/simulation/replay/playback/book-playback.ts';
import type { DictionaryMarket } from '../../../../src/storage/columns/dictionary.ts';
import {
  blockOf,
  FLAG,
  KIND,
  type MarketRecord,
  SIDE,
} from '../../../../src/storage/columns/record.ts';
import { aRecord } from '../../../storage/columns/records.ts';
import { temporaryFolder } from '../../../storage/temporary.ts';
import { ONE_MARKET } from '../../../support/columns/store-options.ts';

const MARKET = ONE_MARKET.markets[0] as DictionaryMarket;
const END = { flags: FLAG.frameEnd };

async function* once(records: readonly MarketRecord[]) {
  yield blockOf(records);
}

async function linesOf(records: readonly MarketRecord[]) {
  const skipped = new Tally();
  const lines: string[] = [];
  for await (const line of rawLines(MARKET, once(records), skipped)) lines.push(line);
  return { lines, skipped: skipped.counts };
}

/** Frames as they are on the line, without their time. */
const framesIn = (lines: readonly string[]) =>
  lines.map((text) => JSON.parse(text.slice(text.indexOf(' ') + 1)) as Record<string, unknown>);

const level = (kind: number, side: number, price: number, quantity: number, more = {}) =>
  aRecord({ kind, side, price, quantity, ...more });

const SNAPSHOT = [
  aRecord({ kind: KIND.clear, side: SIDE.none, price: 0, quantity: 0 }),
  level(KIND.snapshot, SIDE.buy, 6_100_000, 100_000),
  level(KIND.snapshot, SIDE.sell, 6_100_100, 250_000, END),
];

test('a book is a snapshot, its changes are diffs, with trades and tickers between', async () => {
  const { lines, skipped } = await linesOf([
    ...SNAPSHOT,
    level(KIND.depth, SIDE.buy, 6_100_050, 5, END),
    level(KIND.bbo, SIDE.buy, 6_100_060, 7),
    level(KIND.bbo, SIDE.sell, 6_100_100, 8, END),
    level(KIND.trade, SIDE.sell, 6_100_050, 3, { sequence: 77, ...END }),
    level(KIND.depth, SIDE.sell, 6_100_100, 0, END),
    level(KIND.mark, SIDE.none, 1, 0, END),
  ]);
  const [snapshot, first, ticker, trade, second] = framesIn(lines) as {
    lastUpdateId: number;
    bids: unknown;
    asks: unknown;
    data: Record<string, unknown>;
  }[];
  assert.is(lines[0]?.split(' ')[0], '1723161253001500000');
  assert.equal(snapshot, {
    lastUpdateId: 1,
    bids: [['61000.00', '1.00000']],
    asks: [['61001.00', '2.50000']],
  });
  const { U, u, b, E } = first?.data ?? {};
  assert.equal([U, u, b, E], [2, 2, [['61000.50', '0.00005']], 1_723_161_253_000]);
  assert.equal([ticker?.data['u'], ticker?.data['b']], [3, '61000.60']);
  assert.equal([trade?.data['t'], trade?.data['m'], trade?.data['q']], [77, true, '0.00003']);
  assert.equal([second?.data['U'], second?.data['u']], [3, 4]);
  assert.equal([lines.length, skipped], [5, { mark: 1 }]);
});

test('a book that was lost is lost to whoever follows, until its next snapshot', async () => {
  const { lines, skipped } = await linesOf([
    level(KIND.depth, SIDE.buy, 1, 1, END),
    aRecord({ kind: KIND.clear, side: SIDE.none, ...END }),
    ...SNAPSHOT,
    aRecord({ kind: KIND.clear, side: SIDE.none, ...END }),
    level(KIND.bbo, SIDE.buy, 6_100_060, 7, END),
    ...SNAPSHOT,
    // Said anew with the hour, nothing is new; then one level is gone.
    ...SNAPSHOT,
    ...SNAPSHOT.slice(0, 1),
    level(KIND.snapshot, SIDE.buy, 6_100_000, 100_000, END),
  ]);
  const frames = framesIn(lines);
  assert.equal(
    frames.map((frame) => ('lastUpdateId' in frame ? 'snapshot' : 'diff')),
    ['snapshot', 'diff', 'snapshot', 'diff'],
  );
  const data = (at: number) => frames[at]?.['data'] as Record<string, unknown>;
  assert.equal([data(1)['U'], frames[2]?.['lastUpdateId']], [3, 4], 'update 2 is left out');
  assert.equal([data(3)['U'], data(3)['a']], [5, [['61001.00', '0.00000']]]);
  assert.equal(skipped, { 'depth without a book': 1, bbo: 1 });
});

test('symbols of other venues are written as Binance would', () => {
  assert.equal(['BTC/USD', 'eth-usdt'].map(plainSymbol), ['BTCUSD', 'ETHUSDT']);
});

const someFrame = fc.record({
  what: fc.constantFrom('depth', 'depth', 'depth', 'snapshot', 'lost', 'trade', 'bbo'),
  levels: fc.array(
    fc.record({
      isBuy: fc.boolean(),
      price: fc.integer({ min: 1, max: 20 }),
      quantity: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

test('the frames give the book of the records, whatever was lost on the way', async () => {
  const folder = temporaryFolder();
  let file = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(someFrame, { maxLength: 25 }), async (frames) => {
      // A last snapshot and change, so that both have a book in the end.
      const last = { isBuy: true, price: 3, quantity: 4 };
      const all = [
        ...frames,
        { what: 'snapshot', levels: [last] },
        { what: 'depth', levels: [last] },
      ];
      const records = all.flatMap(({ what, levels }) => {
        const kind = KIND[what === 'lost' ? 'clear' : (what as 'depth')];
        const rows = levels.map(({ isBuy, price, quantity }) =>
          aRecord({
            kind,
            side: isBuy ? SIDE.buy : SIDE.sell,
            // Bids and asks never meet, or the reader would lose the book for that.
            price: isBuy ? 6_000_000 + price : 6_100_000 + price,
            quantity: what === 'snapshot' ? quantity + 1 : quantity,
          }),
        );
        const opening = what === 'snapshot' ? [aRecord({ kind: KIND.clear, side: SIDE.none })] : [];
        const frame = [...opening, ...rows];
        return frame.map((record, at) =>
          at === frame.length - 1 ? { ...record, ...END } : record,
        );
      });
      const plain = new BookPlayback(ONE_MARKET);
      plain.play(blockOf(records));
      file += 1;
      const path = `${folder}/${file}.txt`;
      const { lines } = await linesOf(records);
      writeFileSync(path, lines.join(''));
      const source = await readRaw(path, 'binance');
      const again = new BookPlayback(source.dictionary);
      for await (const block of source.blocks) again.play(block);
      const [before, after] = [plain.markets()[0], again.markets()[0]];
      const [market] = source.dictionary.markets;
      // The reader takes the finest decimals that occur; whole ticks of ours may be finer.
      const scale = 10 ** (MARKET.priceDecimals - (market?.priceDecimals ?? 0));
      assert.is((after?.bidTicks ?? 0) * scale, before?.bidTicks);
      assert.is((after?.askTicks ?? 0) * scale, before?.askTicks);
      assert.is(after?.levels, before?.levels);
    }),
    { numRuns: 60 },
  );
});

test('what is written of another venue can be traded on', async () => {
  const market = { ...MARKET, symbol: 'BTC/USD' };
  const path = `${temporaryFolder()}/kraken.txt`;
  const texts: string[] = [];
  const records = [...SNAPSHOT, level(KIND.depth, SIDE.buy, 6_100_050, 5, END)];
  for await (const text of rawLines(market, once(records), new Tally())) texts.push(text);
  writeFileSync(path, texts.join(''));
  const opened = await openRecording({ path, instruments: null, files: nodeFiles });
  assert.ok(opened.ok);
  assert.is(opened.value.rules.instrument.symbol, 'BTCUSD');
});

test.run();
