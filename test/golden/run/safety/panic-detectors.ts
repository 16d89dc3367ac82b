import { ApiErrors, type CallOutcome } from '../../../../src/risk/panic/api-errors.ts';
import { Divergence } from '../../../../src/risk/panic/divergence.ts';
import { KyleLambda } from '../../../../src/risk/panic/slippage.ts';
import { SpreadBlowout } from '../../../../src/risk/panic/spread-blowout.ts';
import { Staleness } from '../../../../src/risk/panic/staleness.ts';
import type { Tolerances } from '../compare.ts';
import type { Corpus } from '../vector.ts';

type Case = Readonly<Record<string, unknown>>;
type Detector = (from: Case) => unknown;

const FLOATS: Tolerances = { '*': { rel: 1e-9 } };
/** What each detector is given; everything else of a case is expected of it. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  kyle_lambda: ['q', 'dp'],
  spread: ['window', 'last'],
  divergence: ['mids', 'age_ms'],
  staleness: ['updates'],
  api_errors: ['exchanges', 'calls'],
};
const DETECTORS: Readonly<Record<string, Detector>> = {
  kyle_lambda: kyleLambda,
  spread: spreadBlowout,
  divergence,
  staleness,
  api_errors: apiErrors,
};

/** The numbers of the panic detectors, a list of cases by detector. */
export const panicDetectors: Corpus = ({ topic, document }) =>
  Object.entries(document as Record<string, unknown>)
    .filter((entry): entry is [string, Case[]] => Array.isArray(entry[1]))
    .flatMap(([item, cases]) =>
      cases.map((one, at) => ({
        topic,
        item,
        name: String(one['name'] ?? at),
        expected: withoutInputs(item, one),
        tolerance: FLOATS,
        answer: answerOf(item, one),
      })),
    );

function withoutInputs(item: string, one: Case): Case {
  const inputs = ['name', ...(INPUTS[item] ?? [])];
  return Object.fromEntries(Object.entries(one).filter(([key]) => !inputs.includes(key)));
}

function answerOf(item: string, one: Case): (() => unknown) | null {
  const detector = DETECTORS[item];
  return detector === undefined ? null : () => detector(one);
}

function kyleLambda(from: Case): unknown {
  const { q, dp } = from as { q: number[]; dp: number[] };
  const kyle = new KyleLambda(q.length);
  q.forEach((volume, at) => {
    kyle.add(volume, dp[at] as number);
  });
  kyle.fit();
  const { lambda, alpha, standardError, r2 } = kyle;
  return {
    lambda: orNull(lambda),
    alpha: orNull(alpha),
    stderr: orNull(standardError),
    r2: orNull(r2),
  };
}

function spreadBlowout(from: Case): unknown {
  const { window, last } = from as { window: number[]; last: number };
  const detector = new SpreadBlowout({ window: window.length, samplesMin: window.length });
  for (const bps of window) detector.onSpread(bps);
  const isBlowout = detector.onSpread(last) === 'blowout';
  const { medianBps, madBps, z } = detector;
  return { median: medianBps, mad: madBps, z, blowout: isBlowout };
}

function divergence(from: Case): unknown {
  const { mids, age_ms: agesMs } = from as { mids: number[]; age_ms: number[] };
  const nowMs = Math.max(...agesMs, 0);
  const detector = new Divergence(mids.length);
  mids.forEach((mid, venue) => {
    detector.onMid(venue, mid, nowMs - (agesMs[venue] as number));
  });
  const state = detector.stateAt(nowMs);
  const fresh = [...detector.deviationBps.entries()].filter(([, bps]) => !Number.isNaN(bps));
  return { state, dev_bps: Object.fromEntries(fresh) };
}

function staleness(from: Case): unknown {
  const { updates, checks } = from as { updates: number[]; checks: { at: number }[] };
  const detector = new Staleness();
  for (const update of updates) detector.onUpdate(update);
  return {
    median_gap: orNull(detector.medianGapMs),
    checks: checks.map(({ at }) => ({ at, state: detector.stateAt(at).replace('-', '_') })),
  };
}

function apiErrors(from: Case): unknown {
  const { exchanges, calls } = from as {
    exchanges: string[];
    calls: [atMs: number, exchange: string, outcome: CallOutcome][];
  };
  const detector = new ApiErrors(exchanges.length);
  for (const [atMs, exchange, outcome] of calls) {
    detector.onCall(exchanges.indexOf(exchange), outcome, atMs);
  }
  const opened = exchanges.map((name, venue) => [name, detector.openedAtMs(venue)] as const);
  return {
    opened_at: Object.fromEntries(opened.filter(([, atMs]) => !Number.isNaN(atMs))),
    cascade_at: orNull(detector.cascadeAtMs),
  };
}

/** Files have no NaN: what is undefined is null there. */
function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
