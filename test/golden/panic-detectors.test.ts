/** The numbers of the five panic detectors, made with numpy, to relative 1e-9. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ApiErrors, type CallOutcome } from '../../src/risk/panic/api-errors.ts';
import { Divergence } from '../../src/risk/panic/divergence.ts';
import { KyleLambda } from '../../src/risk/panic/slippage.ts';
import { SpreadBlowout } from '../../src/risk/panic/spread-blowout.ts';
import { Staleness } from '../../src/risk/panic/staleness.ts';
import { safetyVectors } from '../support/gpio/waveforms.ts';

interface PanicVectors {
  readonly kyle_lambda: readonly {
    readonly q: number[];
    readonly dp: number[];
    readonly lambda: number;
    readonly alpha: number;
    readonly stderr: number;
    readonly r2: number;
  }[];
  readonly spread: readonly {
    readonly window: number[];
    readonly last: number;
    readonly median: number;
    readonly mad: number;
    readonly z: number;
    readonly blowout: boolean;
  }[];
  readonly divergence: readonly {
    readonly mids: number[];
    readonly age_ms: number[];
    readonly dev_bps: Readonly<Record<string, number>>;
    readonly state: string;
  }[];
  readonly staleness: readonly {
    readonly updates: number[];
    readonly median_gap: number;
    readonly checks: { at: number; state: string }[];
  }[];
  readonly api_errors: readonly {
    readonly exchanges: string[];
    readonly calls: [atMs: number, exchange: string, outcome: CallOutcome][];
    readonly opened_at: Readonly<Record<string, number>>;
    readonly cascade_at: number | null;
  }[];
}

const vectors = safetyVectors<PanicVectors>('panic_detectors');

function near(found: number, wanted: number, what: string): void {
  const isNear = Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted);
  assert.ok(isNear, `${what}: ${found} is not ${wanted}`);
}

vectors.kyle_lambda.forEach(({ q, dp, lambda, alpha, stderr, r2 }, at) => {
  test(`kyle_lambda ${at}`, () => {
    const kyle = new KyleLambda(q.length);
    // The window forgets what came before.
    kyle.add(1e6, -1e6);
    for (let point = 0; point < q.length; point += 1) {
      kyle.add(q[point] as number, dp[point] as number);
    }
    kyle.fit();
    near(kyle.lambda, lambda, 'lambda');
    near(kyle.alpha, alpha, 'alpha');
    near(kyle.standardError, stderr, 'stderr');
    near(kyle.r2, r2, 'r2');
  });
});

vectors.spread.forEach(({ window, last, median, mad, z, blowout }, at) => {
  test(`spread ${at}`, () => {
    const size = window.length;
    const detector = new SpreadBlowout({ window: size, samplesMin: size });
    for (const bps of window) assert.is(detector.onSpread(bps), 'warming');
    assert.is(detector.onSpread(last), blowout ? 'blowout' : 'ok');
    near(detector.medianBps, median, 'median');
    near(detector.madBps, mad, 'mad');
    near(detector.z, z, 'z');
  });
});

vectors.divergence.forEach(({ mids, age_ms, dev_bps, state }, at) => {
  test(`divergence ${at}`, () => {
    const nowMs = 1_000_000;
    const detector = new Divergence(mids.length);
    mids.forEach((mid, venue) => {
      detector.onMid(venue, mid, nowMs - (age_ms[venue] as number));
    });
    assert.is(detector.stateAt(nowMs), state);
    detector.deviationBps.forEach((bps, venue) => {
      const wanted = dev_bps[venue];
      if (wanted === undefined) assert.ok(Number.isNaN(bps));
      else near(bps, wanted, `venue ${venue}`);
    });
  });
});

vectors.staleness.forEach(({ updates, median_gap, checks }, at) => {
  test(`staleness ${at}`, () => {
    const detector = new Staleness();
    for (const update of updates) detector.onUpdate(update);
    near(detector.medianGapMs, median_gap, 'median gap');
    for (const check of checks) {
      assert.is(detector.stateAt(check.at), check.state.replace('_', '-'), `at ${check.at}`);
    }
  });
});

vectors.api_errors.forEach(({ exchanges, calls, opened_at, cascade_at }, at) => {
  test(`api_errors ${at}`, () => {
    const detector = new ApiErrors(exchanges.length);
    for (const [atMs, exchange, outcome] of calls) {
      detector.onCall(exchanges.indexOf(exchange), outcome, atMs);
    }
    exchanges.forEach((exchange, venue) => {
      assert.is(String(detector.openedAtMs(venue)), String(opened_at[exchange] ?? Number.NaN));
    });
    assert.is(String(detector.cascadeAtMs), String(cascade_at ?? Number.NaN));
  });
});

test('no detector has lost its vectors', () => {
  const counts = [
    vectors.kyle_lambda,
    vectors.spread,
    vectors.divergence,
    vectors.staleness,
    vectors.api_errors,
  ].map((cases) => cases.length);
  assert.equal(counts, [6, 10, 12, 6, 8]);
});

test.run();
