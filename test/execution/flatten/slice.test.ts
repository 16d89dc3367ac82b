import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notionalAt } from '../../../src/core/instrument.ts';
import {
  type Exposed,
  type FlattenTerms,
  nextSlice,
  type Slice,
} from '../../../src/execution/flatten/slice.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

/** Ticks of 0.01, lots of 0.00001: 100 lots are worth 60 at the mid. */
const MARKET = anInstrument();
const TERMS: FlattenTerms = { sliceNotional: 600, bandBps: 100, staleMs: 1_000 };
const exposed = (parts: Partial<Exposed> = {}): Exposed => ({
  position: 100,
  openLots: 0,
  bidTicks: 5_999_000,
  askTicks: 6_001_000,
  quotedNs: 0,
  ...parts,
});
const slice = (parts: Partial<Exposed> = {}, push = 0.5, nowNs = 0): Slice =>
  nextSlice(MARKET, exposed(parts), TERMS, push, nowNs);

test('a long is sold through the bid, a short is bought back through the ask', () => {
  const ticks = Math.floor(5_999_000 * (1 - 0.0095 / 2));
  assert.equal(slice(), { kind: 'order', side: 'sell', ticks, lots: 100 });
  const up = Math.ceil(6_001_000 * (1 + 0.0095 / 2));
  assert.equal(slice({ position: -100 }), { kind: 'order', side: 'buy', ticks: up, lots: 100 });
});

test('what is flat needs nothing, and what has orders on their way waits for them', () => {
  assert.equal(slice({ position: 0 }), { kind: 'flat' });
  for (const position of [0, 100]) {
    assert.equal(slice({ position, openLots: 1 }), { kind: 'wait', why: 'open-orders' });
  }
});

test('without a market, or with one that was last heard long ago, nothing is sent', () => {
  assert.equal(slice({ bidTicks: 0 }), { kind: 'wait', why: 'no-market' });
  assert.equal(slice({ askTicks: 0 }), { kind: 'wait', why: 'no-market' });
  assert.equal(slice({}, 0.5, 1_000e6).kind, 'order');
  assert.equal(slice({}, 0.5, 1_001e6), { kind: 'wait', why: 'stale-book' });
});

test('a spread that reaches beyond the band is waited out on both sides', () => {
  const wide = { bidTicks: 5_900_000, askTicks: 6_100_000 };
  assert.equal(slice(wide), { kind: 'wait', why: 'wide-spread' });
  assert.equal(slice({ ...wide, position: -100 }), { kind: 'wait', why: 'wide-spread' });
});

test('a position that is worth less than the venue takes is dust', () => {
  assert.equal(slice({ position: 8 }), { kind: 'dust' });
  assert.equal(slice({ position: -8 }), { kind: 'dust' });
  assert.equal(slice({ position: -9 }).kind, 'order');
});

test('a little that is just worth an order at the bid is sold at the bid', () => {
  const bidTicks = 5_555_600;
  const found = slice({ position: 9, bidTicks, askTicks: bidTicks + 2 }, 1);
  assert.equal(found, { kind: 'order', side: 'sell', ticks: 5_555_556, lots: 9 });
  assert.equal(slice({ position: 9, bidTicks: 5_555_555, askTicks: 5_555_557 }, 1), {
    kind: 'dust',
  });
});

test('a large position goes in slices, and none leaves dust behind', () => {
  const lotsOf = (position: number): number => {
    const found = slice({ position: -position }, 0);
    return found.kind === 'order' ? found.lots : 0;
  };
  const most = Math.floor(600 / notionalAt(MARKET, 6_001_000, 1));
  assert.is(lotsOf(most), most);
  assert.is(lotsOf(10 * most), most);
  assert.is(lotsOf(most + 3), most + 3, 'rather a little more than too little later');
  const capped = anInstrument({ quantityMax: '0.00100' });
  const found = nextSlice(
    capped,
    exposed({ position: 103 }),
    { ...TERMS, sliceNotional: 1e9 },
    0,
    0,
  );
  assert.equal(found.kind === 'order' && found.lots, 94, 'nine lots are worth an order');
});

test('a market whose smallest order is above its largest takes none', () => {
  const odd = anInstrument({ notionalMin: '100', quantityMax: '0.001' });
  assert.equal(nextSlice(odd, exposed({ position: 5_000 }), TERMS, 0, 0), { kind: 'dust' });
});

test('slices one after the other keep every rule and end flat or in dust', () => {
  const rules = fc.record({
    lot: fc.constantFrom('0.00001', '0.001', '0.05', '1'),
    notionalMin: fc.constantFrom('0', '5', '10', '100'),
    quantityMin: fc.constantFrom('0', '1', '2'),
    quantityMax: fc.constantFrom('10', '9000'),
  });
  const market = fc.record({
    mid: fc.integer({ min: 500, max: 9_000_000 }),
    spread: fc.integer({ min: 1, max: 40 }),
    position: fc.integer({ min: -2_000_000, max: 2_000_000 }),
    push: fc.constantFrom(0, 0.125, 0.5, 1),
    sliceNotional: fc.constantFrom(10, 1_000, 1e9),
  });
  law(
    fc.property(rules, market, (rule, { mid, spread, position, push, sliceNotional }) => {
      const instrument = anInstrument(rule);
      const terms = { ...TERMS, sliceNotional };
      const book = { bidTicks: mid, askTicks: mid + spread, quotedNs: 0 };
      let held = position;
      for (let count = 0; count < 50; count += 1) {
        const found = nextSlice(
          instrument,
          { position: held, openLots: 0, ...book },
          terms,
          push,
          0,
        );
        if (found.kind === 'flat') assert.is(held, 0);
        if (found.kind !== 'order') return;
        const { side, ticks, lots } = found;
        assert.is(side, held > 0 ? 'sell' : 'buy');
        assert.ok(lots >= instrument.lotsMin && lots <= instrument.lotsMax, 'lots of the venue');
        assert.ok(lots <= Math.abs(held), 'never through zero');
        assert.ok(notionalAt(instrument, ticks, lots) >= Number(instrument.notionalMin) / 1e8);
        const middle = mid + spread / 2;
        assert.ok((Math.abs(ticks - middle) / middle) * 10_000 <= terms.bandBps, 'in the band');
        assert.ok(side === 'buy' ? ticks >= book.askTicks : ticks <= book.bidTicks, 'it meets');
        const before = Math.abs(held);
        held += side === 'buy' ? lots : -lots;
        assert.ok(Math.abs(held) < before);
      }
    }),
    500,
  );
});

test.run();
