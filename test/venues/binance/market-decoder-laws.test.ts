import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBigDecimal } from '../../../src/core/decimal.ts';
import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { LevelList } from '../../../src/venues/binance/level-list.ts';
import { MarketDecoder, type MarketFrameKind } from '../../../src/venues/binance/market-decoder.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const instrument = anInstrument();
const decoder = new MarketDecoder([instrument]);

type Frame = Record<string, unknown>;
type Members = [key: string, value: unknown][];

const READ = new Set([...'eEsUubaBAtTpqm', 'pu', 'bids', 'asks', 'lastUpdateId', 'data']);
/** Members that a venue may add one day: any name, any value, nested, with escapes. */
const unknown: fc.Arbitrary<Members> = fc.array(
  fc.tuple(
    fc.string({ unit: 'grapheme' }).filter((key) => !READ.has(key)),
    fc.jsonValue({ maxDepth: 3 }),
  ),
  { maxLength: 4 },
);
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const price = fc.integer({ min: 1, max: 1e9 }).map((ticks) => (ticks / 100).toFixed(2));
const size = fc.nat({ max: 1e9 }).map((lots) => (lots / 1e5).toFixed(8));
const positive = fc.integer({ min: 1, max: 1e9 }).map((lots) => (lots / 1e5).toFixed(8));
const levels = fc.array(fc.tuple(price, size), { maxLength: 6 });
const symbol = fc.constant('BTCUSDT');

const depth = fc.record({
  e: fc.constant('depthUpdate'),
  E: id,
  s: symbol,
  U: id,
  u: id,
  b: levels,
  a: levels,
});
const futures = fc.tuple(depth, id, id).map(([diff, pu, T]) => ({ ...diff, pu, T }));
const trade = fc.record({
  e: fc.constant('trade'),
  E: id,
  s: symbol,
  t: id,
  p: price,
  q: positive,
  b: id,
  a: id,
  T: id,
  m: fc.boolean(),
  M: fc.constant(true),
});
const ticker = fc.record({ u: id, s: symbol, b: price, B: size, a: price, A: size });
const namedTicker = ticker.map((top) => ({ e: 'bookTicker', ...top }));
const aFrame: fc.Arbitrary<Frame> = fc.oneof(depth, futures, trade, ticker, namedTicker);

/** JSON with its members in another order and blanks wherever they may stand. */
function written(value: unknown, random: Rng, extra: Members = []): string {
  const blank = (): string => ['', '', ' ', '\n', '\t', '\r  '][random.below(6)] as string;
  const around = (text: string): string => blank() + text + blank();
  if (Array.isArray(value))
    return around(`[${value.map((one) => written(one, random)).join(',')}]`);
  if (typeof value !== 'object' || value === null) return around(JSON.stringify(value));
  const members = [...Object.entries(value), ...extra]
    .map((member) => ({ member, place: random.next() }))
    .sort((one, other) => one.place - other.place);
  const texts = members.map(
    ({ member: [key, held] }) => `${around(JSON.stringify(key))}:${written(held, random)}`,
  );
  return around(`{${texts.join(',')}}`);
}

/** A price or size as it was read against its text: equal on the grid, close where it is finer. */
function assertRead(found: number | undefined, text: unknown, decimals: number): void {
  const exact = parseBigDecimal(text as string, decimals);
  const wanted = exact === null ? Number(text) * 10 ** decimals : Number(exact);
  const slack = exact === null ? 1e-6 + wanted * 1e-12 : 0;
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) <= slack, `found ${found}, wanted ${wanted}`);
}

const assertTicks = (found: number | undefined, text: unknown) => assertRead(found, text, 2);
const assertLots = (found: number | undefined, text: unknown) => assertRead(found, text, 5);

function assertLevels(list: LevelList, levels: unknown): void {
  const texts = levels as string[][];
  assert.is(list.count, texts.length);
  texts.forEach(([price, size], at) => {
    assertTicks(list.ticks[at], price);
    assertLots(list.lots[at], size);
  });
}

/** The fields of the last frame against what JSON.parse made of the same bytes. */
function assertAgrees(kind: MarketFrameKind, frame: Frame): void {
  assert.is(decoder.instrument.symbol, frame['s']);
  if (kind === 'depth') {
    const { firstId, finalId, previousId, eventMs, bids, asks } = decoder;
    const { U, u, pu = -1, E = 0, b, a } = frame;
    assert.equal([firstId, finalId, previousId, eventMs], [U, u, pu, E]);
    assertLevels(bids, b);
    assertLevels(asks, a);
  } else if (kind === 'trade') {
    const { tradeId, tradeMs, tradeTicks, tradeLots, isBuyerMaker } = decoder;
    const { t, T, p, q, m } = frame;
    assert.equal([tradeId, tradeMs, isBuyerMaker], [t, T, m]);
    assertTicks(tradeTicks, p);
    assertLots(tradeLots, q);
  } else {
    assert.is(kind, 'book-ticker');
    const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
    const { u, b, B, a, A } = frame;
    assert.is(finalId, u);
    assertTicks(bidTicks, b);
    assertLots(bidLots, B);
    assertTicks(askTicks, a);
    assertLots(askLots, A);
  }
}

test('a frame is read as JSON.parse reads it, in any order, spacing and company', () => {
  law(
    fc.property(aFrame, unknown, fc.boolean(), fc.nat(), (frame, extra, isWrapped, seed) => {
      const random = rngOf(seed);
      const bare = written(frame, random, extra);
      const text = isWrapped ? `{"stream":"x", "data" :${bare}}` : bare;
      const kind = decoder.decode(frameOf(text));
      assert.ok(['depth', 'trade', 'book-ticker'].includes(kind), `${kind}: ${decoder.fault}`);
      assertAgrees(kind, JSON.parse(bare));
    }),
    1000,
  );
});

test('a snapshot is read as JSON.parse reads it', () => {
  const snapshot = fc.record({ lastUpdateId: id, bids: levels, asks: levels });
  law(
    fc.property(snapshot, unknown, fc.nat(), (reply, extra, seed) => {
      const frame = frameOf(written(reply, rngOf(seed), extra));
      assert.is(decoder.decode(frame, instrument), 'snapshot', decoder.fault);
      assert.is(decoder.finalId, reply.lastUpdateId);
      assertLevels(decoder.bids, reply.bids);
      assertLevels(decoder.asks, reply.asks);
    }),
  );
});

test('no beginning of a frame is a frame', () => {
  law(
    fc.property(aFrame, unknown, fc.nat(), (frame, extra, seed) => {
      const bytes = frameOf(written(frame, rngOf(seed), extra).trim());
      for (let end = 0; end < bytes.length; end += 1) {
        assert.is(decoder.decode(bytes.subarray(0, end)), 'malformed');
        assert.is.not(decoder.fault, '');
      }
    }),
    100,
  );
});

test('no bytes whatever make it throw', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 80, size: 'max' }),
    fc
      .string({ unit: fc.constantFrom(...'{}[]",:\\0123.-eEsUubBaAtTpqm dlrf'), maxLength: 80 })
      .map(frameOf),
  );
  law(
    fc.property(noise, fc.boolean(), (bytes, isReply) => {
      const kind = decoder.decode(bytes, isReply ? instrument : undefined);
      assert.is(decoder.fault !== '', kind === 'malformed');
    }),
    2000,
  );
});

test('a damaged frame is refused or read as JSON.parse reads it', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:0123.-eEsUubBaAtTpqmx ')), {
    minLength: 1,
    maxLength: 3,
  });
  law(
    fc.property(aFrame, damage, (frame, damages) => {
      const characters = [...JSON.stringify(frame)];
      for (const [at, character] of damages) characters[at % characters.length] = character;
      const text = characters.join('');
      const kind = decoder.decode(frameOf(text));
      if (!['depth', 'trade', 'book-ticker'].includes(kind)) return;
      const understood = parsedOrNull(text);
      // A key that occurs twice has no one meaning.
      const isWhole = Object.keys(understood ?? {}).length === Object.keys(frame).length;
      if (understood !== null && isWhole) assertAgrees(kind, understood);
    }),
    3000,
  );
});

/** What the scanner only skips need not be JSON to the last letter. */
function parsedOrNull(text: string): Frame | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

test.run();
