/**
 * Recorded streams of 2024-08-08 against the figures of ../shared/data/README.md: books rebuilt
 * from a snapshot and diffs must show what the venue's own ticker showed, every time.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDecimal } from '../../src/core/decimal.ts';
import { type Instrument, priceText, quantityText } from '../../src/core/instrument.ts';
import { lotsOf, ticksOf } from '../../src/core/units.ts';
import { Book } from '../../src/market/book.ts';
import { BboAgreement } from '../../src/market/quality/bbo-agreement.ts';
import { type DepthRule, DepthSync } from '../../src/venues/binance/depth-sync.ts';
import { MarketDecoder } from '../../src/venues/binance/market-decoder.ts';
import { framesOf, recording, recordings } from '../support/edge/recordings.ts';
import { anInstrument } from '../support/trade/instruments.ts';

interface Recording {
  readonly path: string;
  readonly sha256: string;
  readonly rule: DepthRule;
  readonly instrument: Instrument;
  readonly frames: number;
  readonly diffs: number;
  readonly beforeSnapshot: number;
  readonly replayed: number;
  readonly applied: number;
  readonly levelUpdates: number;
  readonly bid: string;
  readonly ask: string;
  readonly depths: readonly [bids: number, asks: number];
  readonly lastId: number;
  readonly trades: number;
  readonly quantity: string;
  readonly vwap: string;
  readonly takerBuys: string;
  readonly takerSells: string;
}

const RECORDINGS: readonly Recording[] = [
  {
    path: 'l2/binance-usdm/btcusdt_20240808.gz',
    sha256: '0ad7b3a0f5cf',
    rule: 'futures',
    instrument: anInstrument({ tick: '0.1', lot: '0.001' }),
    frames: 93_954,
    diffs: 6551,
    beforeSnapshot: 6,
    replayed: 2,
    applied: 6547,
    levelUpdates: 443_262,
    bid: '61659.7 × 1.486',
    ask: '61659.8 × 0.981',
    depths: [5018, 4578],
    lastId: 5_123_135_475_514,
    trades: 21_313,
    quantity: '2429.366',
    vwap: '61680.982153',
    takerBuys: '1251.576',
    takerSells: '1177.790',
  },
  {
    path: 'l2/binance-spot/btcusdt_20240808.gz',
    sha256: '5d263f4c5379',
    rule: 'spot',
    instrument: anInstrument({ tick: '0.01', lot: '0.00001' }),
    frames: 41_249,
    diffs: 3451,
    beforeSnapshot: 3,
    replayed: 1,
    applied: 3449,
    levelUpdates: 124_073,
    bid: '61685.99 × 1.00870',
    ask: '61686.00 × 2.29327',
    depths: [1209, 2196],
    lastId: 50_093_421_584,
    trades: 9757,
    quantity: '212.03315',
    vwap: '61707.681617',
    takerBuys: '96.65118',
    takerSells: '115.38197',
  },
  {
    path: 'l2/binance-spot/ethusdt_20240808.gz',
    sha256: '179a67651ec9',
    rule: 'spot',
    instrument: anInstrument({ symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001' }),
    frames: 33_618,
    diffs: 3434,
    beforeSnapshot: 2,
    replayed: 0,
    applied: 3432,
    levelUpdates: 106_802,
    bid: '2682.50 × 3.3168',
    ask: '2682.51 × 48.9739',
    depths: [1195, 1158],
    lastId: 35_346_671_849,
    trades: 6106,
    quantity: '2261.3149',
    vwap: '2682.723789',
    takerBuys: '953.0359',
    takerSells: '1308.2790',
  },
  {
    path: 'l2/binance-coinm/btcusd_perp_20240808.gz',
    sha256: '795efa5540bf',
    rule: 'futures',
    instrument: anInstrument({ symbol: 'BTCUSD_PERP', tick: '0.1', lot: '1' }),
    frames: 48_270,
    diffs: 26_847,
    beforeSnapshot: 25,
    replayed: 2,
    applied: 26_824,
    levelUpdates: 295_747,
    bid: '61668.6 × 1380',
    ask: '61668.7 × 871',
    depths: [1110, 1123],
    lastId: 1_007_202_248_021,
    trades: 2286,
    quantity: '83241',
    vwap: '61685.615703',
    takerBuys: '35603',
    takerSells: '47638',
  },
  {
    path: 'l2/binance-coinm/ethusd_perp_20240808.gz',
    sha256: 'a4be5dd61b71',
    rule: 'futures',
    instrument: anInstrument({ symbol: 'ETHUSD_PERP', tick: '0.01', lot: '1' }),
    frames: 40_454,
    diffs: 22_909,
    beforeSnapshot: 24,
    replayed: 2,
    applied: 22_887,
    levelUpdates: 193_671,
    bid: '2682.01 × 1990',
    ask: '2682.02 × 2018',
    depths: [1029, 943],
    lastId: 1_007_202_247_937,
    trades: 1732,
    quantity: '249559',
    vwap: '2681.900751',
    takerBuys: '115762',
    takerSells: '133797',
  },
];

/** Trades in whole ticks and lots, so that the sums are exact. */
class Tape {
  trades = 0;
  lotsBought = 0;
  lotsSold = 0;
  #notional = 0n;

  add({ tradeTicks, tradeLots, isBuyerMaker }: MarketDecoder): void {
    this.trades += 1;
    this.#notional += BigInt(tradeTicks) * BigInt(tradeLots);
    if (isBuyerMaker) this.lotsSold += tradeLots;
    else this.lotsBought += tradeLots;
  }

  get lots(): number {
    return this.lotsBought + this.lotsSold;
  }

  /** Rounded to six decimals. */
  vwap({ priceDecimals }: Instrument): string {
    const micros = (this.#notional * 2_000_000n) / BigInt(this.lots) / 10n ** BigInt(priceDecimals);
    return formatDecimal((micros + 1n) / 2n, 6);
  }
}

function rebuild({ rule, instrument }: Recording, recorded: Uint8Array) {
  const decoder = new MarketDecoder([instrument]);
  const agreement = new BboAgreement();
  const book = new Book();
  let applied = 0;
  const levels = new Map<number, number>();
  const sync = new DepthSync(book, rule, (finalId) => {
    applied += 1;
    seen.levelUpdates += levels.get(finalId) as number;
    agreement.onBook(finalId, book);
  });
  const tape = new Tape();
  const seen = { frames: 0, diffs: 0, beforeSnapshot: 0, replayed: 0, levelUpdates: 0, lost: 0 };
  for (const frame of framesOf(recorded)) {
    seen.frames += 1;
    const kind = decoder.decode(frame, instrument);
    if (kind === 'depth') {
      seen.diffs += 1;
      levels.set(decoder.finalId, decoder.bids.count + decoder.asks.count);
      const outcome = sync.onDiff(decoder);
      if (outcome === 'buffered') seen.beforeSnapshot += 1;
      if (outcome === 'gap' || outcome === 'crossed') seen.lost += 1;
    } else if (kind === 'snapshot') {
      assert.is(sync.onSnapshot(decoder), 'live');
      seen.replayed = applied;
    } else if (kind === 'book-ticker') {
      const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
      agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    } else {
      assert.is(kind, 'trade', decoder.fault);
      tape.add(decoder);
    }
  }
  agreement.finish();
  return { seen, sync, agreement, tape, applied };
}

const touch = (instrument: Instrument, ticks: number, lots: number): string =>
  `${priceText(instrument, ticksOf(ticks))} × ${quantityText(instrument, lotsOf(lots))}`;

const recordedTest = recordings === null ? test.skip : test;
let compared = 0;
for (const expected of RECORDINGS) {
  const { path, sha256, instrument } = expected;
  recordedTest(`${path} gives the books, the tickers and the trades that it is known for`, () => {
    const { seen, sync, agreement, tape, applied } = rebuild(expected, recording(path, sha256));
    const { frames, diffs, beforeSnapshot, replayed } = expected;
    assert.equal(
      [seen.frames, seen.diffs, seen.beforeSnapshot, seen.replayed, seen.lost],
      [frames, diffs, beforeSnapshot, replayed, 0],
    );
    assert.is(applied, expected.applied);
    assert.equal([agreement.compared, agreement.mismatches, agreement.unjudged], [applied, 0, 0]);
    assert.is(seen.levelUpdates, expected.levelUpdates);
    const { bids, asks } = sync.book;
    assert.ok(sync.isLive);
    assert.equal([sync.lastId, bids.dropped + asks.dropped], [expected.lastId, 0]);
    assert.is(touch(instrument, bids.bestTicks, bids.bestLots), expected.bid);
    assert.is(touch(instrument, asks.bestTicks, asks.bestLots), expected.ask);
    assert.equal([bids.depth, asks.depth], expected.depths);
    const quantity = (lots: number) => quantityText(instrument, lotsOf(lots));
    assert.equal(
      [tape.trades, quantity(tape.lots), tape.vwap(instrument)],
      [expected.trades, expected.quantity, expected.vwap],
    );
    assert.equal(
      [quantity(tape.lotsBought), quantity(tape.lotsSold)],
      [expected.takerBuys, expected.takerSells],
    );
    compared += agreement.compared;
  });
}

recordedTest('all five recordings together agree 63,139 times', () => {
  assert.is(compared, 63_139);
});

recordedTest('a book that leaves out the diffs from before the snapshot is crossed', () => {
  const { path, sha256, instrument } = RECORDINGS[1] as Recording;
  const decoder = new MarketDecoder([instrument]);
  const book = new Book();
  let [isLive, updates, crossed] = [false, 0, 0];
  for (const frame of framesOf(recording(path, sha256))) {
    const kind = decoder.decode(frame, instrument);
    if (kind === 'snapshot') isLive = true;
    else if (kind !== 'depth' || !isLive) continue;
    else updates += 1;
    decoder.bids.writeTo(book.bids);
    decoder.asks.writeTo(book.asks);
    if (updates > 0 && book.isCrossed) crossed += 1;
  }
  assert.equal([updates, crossed], [3448, 2573]);
  const best = [book.bids.bestTicks, book.asks.bestTicks].map((t) =>
    priceText(instrument, ticksOf(t)),
  );
  assert.equal(best, ['61820.99', '61686.00']);
});

recordedTest(
  'no beginning of a recorded frame is a frame, and none makes the decoder throw',
  () => {
    for (const { path, sha256, instrument } of RECORDINGS) {
      const decoder = new MarketDecoder([instrument]);
      let at = 0;
      for (const frame of framesOf(recording(path, sha256))) {
        at += 1;
        // A prime stride meets every kind of frame.
        if (at % 997 !== 0) continue;
        for (let end = 0; end < Math.min(frame.length, 1500); end += 1) {
          assert.is(decoder.decode(frame.subarray(0, end), instrument), 'malformed');
        }
      }
    }
  },
);

test.run();
