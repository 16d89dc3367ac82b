import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  MarketMaking,
  type MarketMakingSettings,
  marketMakingSection,
  type TopOfBook,
} from '../../src/strategies/market-making.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';

/** Ticks and lots of one, so that a notional is ticks times lots. */
const instrument = anInstrument({ tick: '1', lot: '1' });
const SECOND = 1e9;

function settings(parts: Partial<MarketMakingSettings> = {}): MarketMakingSettings {
  return {
    kind: 'market-making',
    halfSpreadBps: 10,
    volatilityWidening: 0,
    skewBps: 0,
    requoteBps: 0,
    smoothingSeconds: 0,
    quoteNotional: 100_000,
    maxInventoryNotional: 1_000_000,
    ...parts,
  };
}

/** A market at 9,999 to 10,001 with equal sizes. */
function topAt(parts: Partial<TopOfBook> = {}): TopOfBook {
  return { bidTicks: 9999, bidLots: 50, askTicks: 10_001, askLots: 50, receivedNs: 0, ...parts };
}

const quotes = ({ bidTicks, bidLots, askTicks, askLots }: MarketMaking) => [
  [bidTicks, bidLots],
  [askTicks, askLots],
];

function decided(parts: Partial<MarketMakingSettings>, top = topAt(), inventory = 0): MarketMaking {
  const making = new MarketMaking(instrument, settings(parts));
  making.decide(top, inventory);
  return making;
}

test('both sides are quoted at half the spread from the fair price', () => {
  const making = decided({});
  assert.equal(quotes(making), [
    [9990, 10],
    [10_010, 10],
  ]);
});

test('quotes are rounded outward to whole ticks', () => {
  const making = decided({ halfSpreadBps: 10.5 });
  assert.equal(quotes(making), [
    [9989, 10],
    [10_011, 10],
  ]);
});

test('the side with less size pulls the fair price, and both quotes with it', () => {
  const making = decided({}, topAt({ bidTicks: 9900, askTicks: 10_100, bidLots: 30, askLots: 10 }));
  assert.equal(quotes(making), [
    [10_039, 10],
    [10_061, 10],
  ]);
});

test('our own resting size moves nothing', () => {
  const making = decided({ halfSpreadBps: 1 });
  assert.equal(quotes(making)[0], [9999, 10]);
  making.decide(topAt({ bidLots: 60, askLots: 60 }), 0);
  assert.equal(quotes(making), [
    [9999, 10],
    [10_001, 10],
  ]);
  making.decide(topAt({ bidLots: 10, askLots: 10 }), 0);
  assert.equal(quotes(making)[0], [9999, 10]);
});

test('of our own iceberg only what shows is left out of the touch', () => {
  const iceberg = decided({ halfSpreadBps: 1, shownShare: 0.2 });
  assert.equal([quotes(iceberg)[0], iceberg.shownShare], [[9999, 10], 0.2]);
  // Two of ours show on each side, so what others have is the same, and nothing moves.
  iceberg.decide(topAt({ bidLots: 52, askLots: 52 }), 0);
  assert.is(iceberg.fair, 10_000);
  iceberg.decide(topAt({ bidLots: 52, askLots: 2 }), 0);
  assert.ok(iceberg.fair > 10_000.9, 'one lot of others is left at the ask');
  assert.is(decided({}).shownShare, 1);
});

test('inventory shifts both quotes against it', () => {
  const long = decided({ skewBps: 20 }, topAt(), 50);
  assert.equal(quotes(long), [
    [9980, 10],
    [10_000, 10],
  ]);
  const short = decided({ skewBps: 20 }, topAt(), -50);
  assert.equal(quotes(short), [
    [9999, 10],
    [10_021, 10],
  ]);
});

test('at full inventory the side that adds to it is no longer quoted', () => {
  assert.equal(
    quotes(decided({}, topAt(), 100)).map(([, lots]) => lots),
    [0, 10],
  );
  assert.equal(
    quotes(decided({}, topAt(), -100)).map(([, lots]) => lots),
    [10, 0],
  );
});

test('a quote that is near where it should be stays in its queue', () => {
  const making = decided({ requoteBps: 5 });
  making.decide(topAt({ bidTicks: 10_003, askTicks: 10_005 }), 0);
  assert.equal(quotes(making), [
    [9990, 9],
    [10_010, 9],
  ]);
  making.decide(topAt({ bidTicks: 10_018, askTicks: 10_020 }), 0);
  assert.equal(quotes(making), [
    [10_008, 9],
    [10_030, 9],
  ]);
});

test('new settings are quoted from the next decision on', () => {
  const making = decided({});
  making.adopt(settings({ halfSpreadBps: 20 }));
  making.decide(topAt(), 0);
  assert.equal(quotes(making), [
    [9980, 10],
    [10_020, 10],
  ]);
});

test('without a market that can be quoted both sides are withdrawn', () => {
  for (const parts of [
    { bidTicks: 0 },
    { askTicks: 0 },
    { askTicks: 9999 },
    { askTicks: 9998 },
    { bidTicks: Number.NaN },
  ]) {
    const making = decided({});
    making.decide(topAt(parts), 0);
    assert.equal([making.bidLots, making.askLots], [0, 0], JSON.stringify(parts));
  }
});

test('a market so low that the bid would be no price has an ask alone', () => {
  const making = decided({ halfSpreadBps: 1000 }, topAt({ bidTicks: 0.5, askTicks: 1 }));
  assert.is(making.bidLots, 0);
  assert.ok(making.askLots > 0 && making.askTicks === 1);
});

test('a quote below one lot is none', () => {
  assert.equal(
    quotes(decided({ quoteNotional: 9999 })).map(([, lots]) => lots),
    [0, 0],
  );
});

test('volatility is the weighted root of squared log returns per second', () => {
  const making = decided({});
  assert.is(making.volatility, 0);
  making.decide(topAt({ bidTicks: 10_099, askTicks: 10_101, receivedNs: 4 * SECOND }), 0);
  const squaredPerSecond = Math.log(10_100 / 10_000) ** 2 / 4;
  const variance = (1 - 0.5 ** (4 / 30)) * squaredPerSecond;
  assert.ok(Math.abs(making.volatility - Math.sqrt(variance)) < 1e-12);
  making.decide(topAt({ bidTicks: 10_099, askTicks: 10_101, receivedNs: 34 * SECOND }), 0);
  assert.ok(Math.abs(making.volatility - Math.sqrt(variance / 2)) < 1e-12);
});

test('two quotes of one instant are one observation', () => {
  const making = decided({});
  making.decide(topAt({ bidTicks: 10_099, askTicks: 10_101 }), 0);
  assert.is(making.volatility, 0);
  making.decide(topAt({ receivedNs: SECOND }), 0);
  assert.is(making.volatility, 0);
});

test('a gap in the market is no move', () => {
  const making = decided({});
  making.withdraw();
  making.decide(topAt({ bidTicks: 20_000, askTicks: 20_002, receivedNs: SECOND }), 0);
  assert.is(making.volatility, 0);
});

test('the fair price closes half of its distance to the microprice in each half-life', () => {
  const making = decided({ smoothingSeconds: 2 });
  making.decide(topAt({ bidTicks: 10_199, askTicks: 10_201, receivedNs: 2 * SECOND }), 0);
  assert.equal([making.bidTicks, making.askTicks], [Math.floor(10_100 * 0.999), 10_200]);
  making.withdraw();
  making.decide(topAt({ bidTicks: 10_199, askTicks: 10_201, receivedNs: 3 * SECOND }), 0);
  assert.is(making.bidTicks, Math.floor(10_200 * 0.999));
});

test('volatility widens both quotes', () => {
  const making = decided({ volatilityWidening: 2 });
  making.decide(topAt({ bidTicks: 10_099, askTicks: 10_101, receivedNs: SECOND }), 0);
  const half = (10_100 * (10 + 2 * making.volatility * 10_000)) / 10_000;
  assert.ok(half > 20);
  assert.is(making.bidTicks, Math.floor(10_100 - half));
  assert.is(making.askTicks, Math.ceil(10_100 + half));
});

const someSettings: fc.Arbitrary<MarketMakingSettings> = fc.record({
  kind: fc.constant('market-making' as const),
  halfSpreadBps: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1000 })),
  volatilityWidening: fc.nat({ max: 100 }),
  skewBps: fc.nat({ max: 1000 }),
  requoteBps: fc.nat({ max: 1000 }),
  smoothingSeconds: fc.nat({ max: 60 }),
  quoteNotional: fc.integer({ min: 1, max: 100_000 }),
  maxInventoryNotional: fc.integer({ min: 1, max: 1_000_000 }),
});
const someTop = fc
  .record({
    bidTicks: fc.oneof(fc.integer({ min: 950, max: 1000 }), fc.integer({ min: 1, max: 1000 })),
    spread: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 })),
    bidLots: fc.integer({ min: 1, max: 100 }),
    askLots: fc.integer({ min: 1, max: 100 }),
    stepNs: fc.nat({ max: 3 * SECOND }),
    inventory: fc.integer({ min: -2000, max: 2000 }),
    // A price from a time of finer ticks may still rest at the touch.
    fraction: fc.constantFrom(0, 0, 0, 0.5),
  })
  .map(({ spread, fraction, ...top }) => ({
    ...top,
    bidTicks: top.bidTicks + fraction,
    askTicks: top.bidTicks + spread + fraction,
  }));

test('quotes never cross each other, never take, and never add to a full inventory', () => {
  law(
    fc.property(someSettings, fc.array(someTop, { maxLength: 30, size: 'max' }), (chosen, tops) => {
      const making = new MarketMaking(instrument, marketMakingSection.parse(chosen));
      let receivedNs = 0;
      for (const { stepNs, inventory, ...top } of tops) {
        receivedNs += stepNs;
        making.decide({ ...top, receivedNs }, inventory);
        const { bidTicks, bidLots, askTicks, askLots } = making;
        for (const whole of [bidTicks, bidLots, askTicks, askLots]) {
          assert.ok(Number.isSafeInteger(whole));
        }
        assert.ok(bidTicks < askTicks, `${bidTicks} crosses ${askTicks}`);
        assert.ok(bidTicks < top.askTicks && askTicks > top.bidTicks, 'a quote would take');
        assert.ok(bidLots === 0 || bidTicks > 0);
        const mostHeld = chosen.maxInventoryNotional / top.bidTicks;
        if (inventory >= mostHeld) assert.is(bidLots, 0);
        if (inventory <= -mostHeld) assert.is(askLots, 0);
        assert.ok(Math.max(bidLots, askLots) * top.bidTicks <= chosen.quoteNotional * (1 + 1e-9));
      }
    }),
    500,
  );
});

test('more inventory never raises a quote', () => {
  const inventories = fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.nat({ max: 500 }));
  law(
    fc.property(someSettings, someTop, inventories, (chosen, top, [less, more]) => {
      const at = (inventory: number): MarketMaking => {
        const making = new MarketMaking(instrument, { ...chosen, requoteBps: 0 });
        making.decide({ ...top, receivedNs: 0 }, inventory);
        return making;
      };
      const [low, high] = [at(less), at(less + more)];
      assert.ok(high.bidTicks <= low.bidTicks && high.askTicks <= low.askTicks);
    }),
    500,
  );
});

test('settings outside their range are refused by name', () => {
  for (const [field, value] of [
    ['halfSpreadBps', 0],
    ['halfSpreadBps', 1001],
    ['volatilityWidening', -1],
    ['skewBps', 1001],
    ['requoteBps', -1],
    ['quoteNotional', 0],
    ['shownShare', 0.09],
    ['shownShare', 1.1],
    ['maxInventoryNotional', -5],
    ['kind', 'momentum'],
  ] as const) {
    const parsed = marketMakingSection.safeParse({ ...settings(), [field]: value });
    assert.equal(parsed.error?.issues[0]?.path, [field]);
  }
});

test.run();
