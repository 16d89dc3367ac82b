import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kyleAuction } from '../../../src/market/microstructure/kyle-auction.ts';
import { kyleLambda } from '../../../src/market/microstructure/kyle-lambda.ts';
import {
  effectiveSpread,
  glostenHarris,
  huangStoll,
  mrrSpread,
  rollSpread,
  signReversal,
} from '../../../src/market/microstructure/spread.ts';
import { stoikovMicroprice } from '../../../src/market/microstructure/stoikov-microprice.ts';
import type { QuotedTape } from '../../../src/market/microstructure/tape.ts';
import { law } from '../../support/law.ts';

/** Prices that bounce by `half` around a mid that moves by `impact` per side. */
function tapeOf(sides: readonly number[], half: number, impact: number): QuotedTape {
  let mid = 100;
  const rows = sides.map((side, at) => {
    const before = mid;
    mid += impact * side;
    return { mid: before, price: before + side * half, volume: 1 + ((at * 7) % 5) };
  });
  return {
    prices: rows.map(({ price }) => price),
    volumes: rows.map(({ volume }) => volume),
    sides,
    bids: rows.map(({ mid: middle }) => middle - half),
    asks: rows.map(({ mid: middle }) => middle + half),
  };
}

const SIDES = Array.from({ length: 400 }, (_, at) => (Math.sin(at * 12.9898) > 0 ? 1 : -1));

test('a bounce without information is all order processing', () => {
  const tape = tapeOf(SIDES, 0.05, 0);
  const huang = huangStoll(tape);
  assert.ok(huang.ok && Math.abs(huang.value.spread - 0.1) < 1e-12);
  assert.ok(huang.ok && Math.abs(huang.value.lastingShare) < 1e-9);
  const effective = effectiveSpread(tape, 5);
  assert.ok(effective.ok && Math.abs(effective.value.effective - 0.1) < 1e-12);
  assert.ok(effective.ok && Math.abs(effective.value.impact) < 1e-12);
});

test('what moves the price for good is told from what comes back', () => {
  const tape = tapeOf(SIDES, 0.05, 0.02);
  const huang = huangStoll(tape);
  assert.ok(huang.ok && Math.abs(huang.value.lastingShare - 0.4) < 1e-9);
  const harris = glostenHarris(tape);
  assert.ok(harris.ok && harris.value.lasting.every(Number.isFinite));
  const mrr = mrrSpread(tape);
  assert.ok(mrr.ok && Math.abs(mrr.value.slopes[0] - 0.05) < 1e-9);
  assert.ok(mrr.ok && Math.abs(mrr.value.slopes[1] + 0.03) < 1e-9);
  const reversal = signReversal(tape);
  assert.ok(reversal.ok && Math.abs(reversal.value.coefficients[0] - 0.02) < 1e-9);
  const lambda = kyleLambda(tape);
  assert.ok(lambda.ok && lambda.value.lambda > 0 && lambda.value.amihud > 0);
});

test('effective is realised plus impact, whatever the tape', () => {
  law(
    fc.property(
      fc.array(fc.constantFrom(-1, 1), { minLength: 8, maxLength: 60 }),
      fc.double({ min: 0, max: 0.1, noNaN: true }),
      (sides, impact) => {
        const found = effectiveSpread(tapeOf(sides, 0.05, impact), 3);
        assert.ok(found.ok);
        if (!found.ok) return;
        const { effective, realised, impact: moved } = found.value;
        assert.ok(Math.abs(effective - realised - moved) < 1e-9);
      },
    ),
  );
});

test('prices that trend have no spread after Roll, and the covariance is said', () => {
  const trend = rollSpread({ prices: [1, 2, 4, 7, 11, 16, 22] });
  assert.ok(!trend.ok && trend.error.kind === 'no-bounce' && trend.error.covariance > 0);
});

test('tapes that are too short are refused, not guessed at', () => {
  const short = tapeOf([1, -1], 0.1, 0);
  for (const found of [
    rollSpread(short),
    glostenHarris(short),
    huangStoll(short),
    signReversal(short),
    mrrSpread(short),
    kyleLambda(short),
  ]) {
    assert.ok(!found.ok && found.error.kind === 'too-few-rows', JSON.stringify(found));
  }
  const horizon = effectiveSpread(short, 2);
  assert.equal(horizon, { ok: false, error: { kind: 'too-short', trades: 2, wanted: 3 } });
  for (const found of [glostenHarris, huangStoll, signReversal, mrrSpread, kyleLambda]) {
    assert.not.ok(found(tapeOf([], 0.1, 0)).ok);
  }
});

test('a tape that is all buys tells nothing apart', () => {
  const found = kyleLambda(tapeOf(new Array(20).fill(1), 0.1, 0));
  assert.ok(found.ok, 'volumes differ, so the slope is known');
  const constant = { ...tapeOf(new Array(20).fill(1), 0.1, 0), volumes: new Array(20).fill(2) };
  assert.equal(kyleLambda(constant), { ok: false, error: { kind: 'collinear', column: 1 } });
});

test('the auctions of Kyle satisfy the law between their parts', () => {
  law(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      (auctions, variance, noise) => {
        const { lambda, beta, variance: left } = kyleAuction(auctions, variance, noise);
        assert.ok(Math.abs((left[0] as number) / variance - 1) < 1e-9);
        lambda.forEach((impact, at) => {
          const after = left[at + 1] as number;
          const intensity = beta[at] as number;
          assert.ok(Math.abs(impact / ((intensity * after) / noise) - 1) < 1e-9);
          const next = (1 - (intensity * impact) / auctions) * (left[at] as number);
          assert.ok(Math.abs(after / next - 1) < 1e-9);
        });
      },
    ),
    60,
  );
});

function quotes(rows: readonly (readonly [number, number, number, number])[]) {
  const column = (at: 0 | 1 | 2 | 3): number[] => rows.map((row) => row[at]);
  return { bids: column(0), bidSizes: column(1), asks: column(2), askSizes: column(3) };
}

test('a microprice needs quotes that differ and a mid that moves', () => {
  const options = { imbalanceBuckets: 2, spreads: 1, tick: 1 };
  const few = stoikovMicroprice(quotes([[10, 1, 11, 1]]), options);
  assert.equal(few, { ok: false, error: { kind: 'too-few-quotes', found: 1, wanted: 3 } });
  const same = stoikovMicroprice(quotes(new Array(9).fill([10, 1, 11, 1])), options);
  assert.equal(same, { ok: false, error: { kind: 'equal-edges', edge: 0.5 } });
  const still = quotes(Array.from({ length: 9 }, (_, at) => [10, 1 + at, 11, 9] as const));
  const closed = stoikovMicroprice(still, options);
  assert.equal(closed, { ok: false, error: { kind: 'closed-state', state: 0 } });
});

test('the side with more size is the one the microprice leans from', () => {
  let bid = 100;
  const rows = Array.from({ length: 600 }, (_, at) => {
    const isBuying = Math.sin(at * 78.233) > 0;
    const row = [bid, isBuying ? 9 + (at % 3) : 2, bid + 1, isBuying ? 2 : 9 + (at % 4)] as const;
    bid += at % 3 === 0 ? (isBuying ? 1 : -1) : 0;
    return row;
  });
  const found = stoikovMicroprice(quotes(rows), { imbalanceBuckets: 2, spreads: 1, tick: 1 });
  assert.ok(found.ok);
  if (!found.ok) return;
  const [selling, buying] = found.value.limit as [number, number];
  assert.ok(buying > 0.1 && Math.abs(selling + buying) < 1e-9, `${selling} ${buying}`);
});

test.run();
