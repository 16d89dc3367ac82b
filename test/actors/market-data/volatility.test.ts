import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VolatilityMessage } from '../../../actors/market-data/volatility.ts';
import { volatilityActor, type WarmUp } from '../../../actors/market-data/volatility.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import type { HttpRequest, Net } from '../../../src/core/env.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { Log } from '../../../src/ops/log.ts';
import { VolatilityBoard } from '../../../src/risk/volatility/live/board.ts';
import {
  type CalibrationAnswer,
  type CalibrationJob,
  calibrate,
  type VolatilityCalibrated,
} from '../../../src/risk/volatility/live/calibration.ts';
import {
  type CorrelationAnswer,
  type CorrelationJob,
  calibrateCorrelations,
} from '../../../src/risk/volatility/live/market-correlations.ts';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import type { VolatilityWarmed } from '../../../src/risk/volatility/live/warm-start.ts';
import { CandleDesk, FAILURES_MAX } from '../../../src/venues/history/candle-desk.ts';
import { MINUTE_MS } from '../../../src/venues/history/candle-history.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'market-data/volatility';

async function aVolatility(warmUp: WarmUp | null = null, markets = 1) {
  const tested = aLane();
  const board = new VolatilityBoard({ instruments: markets, periodMs: 1_000, staleMs: 3_000 });
  const events: (VolatilityCalibrated | VolatilityWarmed)[] = [];
  const log: string[] = [];
  const jobs: { job: CalibrationJob; done: (answer: CalibrationAnswer) => void }[] = [];
  const correlations: { job: CorrelationJob; done: (answer: CorrelationAnswer) => void }[] = [];
  const failures: ((detail: string) => void)[] = [];
  const seen = { stops: 0 };
  const spec = () =>
    volatilityActor({
      instruments: Array.from({ length: markets }, (_, index) => anInstrument({ index })),
      settings: volatilitySection.parse({
        ...{ periodSeconds: 1, returns: 200, returnsMin: 100, shocks: 'normal' },
        ...{ correlation: 'dynamic', refitMinutes: 60 },
      }),
      ...{ board, warmUp },
      log: Object.assign((...[, , event]: string[]) => void log.push(event ?? ''), {
        setLevel() {},
      }) as unknown as Log,
      record: (event) => {
        if (event.kind === 'volatility-calibrated' || event.kind === 'volatility-warmed') {
          events.push(event);
        }
      },
      calibrator: (failed) => {
        failures.push(failed);
        return {
          run: (job, done) => void jobs.push({ job, done }),
          correlate: (job, done) => void correlations.push({ job, done }),
          async stop() {
            seen.stops += 1;
          },
        };
      },
    });
  await aBranch(tested, { [PATH]: spec }, []);
  const ref = refByPath<VolatilityMessage>(PATH);
  /** So many seconds of prices. */
  const live = async (seconds: number): Promise<void> => {
    for (let at = 0; at < seconds; at += 1) {
      for (let instrument = 0; instrument < markets; instrument += 1) {
        const mid = 1e9 * Math.exp(1e-4 * tested.env.random.normal());
        tested.lane.ingest(ref, {
          ...{ kind: 'quote-updated', instrument, bidTicks: mid, bidLots: 1, askTicks: mid },
          ...{ askLots: 1, updateId: at, receivedNs: 0 },
        });
      }
      await tested.env.advance(1_000);
    }
  };
  const view = () => {
    const found = tested.lane.view(PATH);
    return found.ok ? (found.value as Readonly<Record<string, unknown>>) : null;
  };
  const deviation = (): number => board.deviation(0, tested.env.clock.mono());
  return {
    ...tested,
    board,
    correlations,
    log,
    jobs,
    events,
    failures,
    seen,
    live,
    view,
    deviation,
  };
}

test('prices become a volatility, then a fit, then a calibration', async () => {
  const { live, jobs, events, view, deviation } = await aVolatility();
  await live(40);
  assert.ok(deviation() > 0);
  await live(65);
  assert.is(jobs.length, 1);
  assert.is(view()?.['isFitting'], true);
  const { job, done } = jobs[0] as (typeof jobs)[number];
  done(calibrate(job));
  await live(1);
  assert.is(events.length, 1);
  assert.is(view()?.['isFitting'], false);
  assert.ok(deviation() > 0);
});

test('the correlations of two markets are fitted, answered and told to the board', async () => {
  const { live, jobs, correlations, board, env } = await aVolatility(null, 2);
  await live(105);
  for (const turn of [0, 1]) {
    const { job, done } = jobs[turn] as (typeof jobs)[number];
    done(calibrate(job));
    await live(1);
  }
  await live(505);
  const { job, done } = correlations[0] as (typeof correlations)[number];
  done(calibrateCorrelations(job));
  await live(2);
  const found = board.correlations(env.clock.mono());
  assert.ok(found !== null && Math.abs(found[1] as number) < 0.5, String(found));
});

test('a calibrator that fails makes the actor begin anew, knowing nothing', async () => {
  const { live, failures, events, deviation, seen, env, jobs } = await aVolatility();
  await live(105);
  assert.ok(deviation() > 0);
  const { job, done } = jobs[0] as (typeof jobs)[number];
  failures[0]?.('its thread has ended');
  await env.settle();
  assert.is(seen.stops, 1);
  await env.advance(60_000);
  assert.is(failures.length, 2);
  assert.ok(Number.isNaN(deviation()));
  // What the one before asked for is answered to nobody.
  done(calibrate(job));
  await env.settle();
  assert.equal(events, []);
  await live(40);
  assert.ok(deviation() > 0);
});

/** A venue of which every minute is known, or none; it answers in a later turn. */
function aHistory(isThere: boolean) {
  const asked: string[] = [];
  const instruments = [anInstrument()];
  const { venue } = anInstrument();
  const answers: (() => void)[] = [];
  const net: Net = {
    webSocket: () => assert.unreachable() as never,
    http(request: HttpRequest, done) {
      asked.push(request.url);
      const reply = { status: isThere ? 200 : 500, headers: {}, body: request.url };
      answers.push(() => done(ok(reply)));
    },
  };
  const history = {
    lengths: [1],
    candlesMax: 60,
    query: (_: unknown, fromMs: number, toMs: number) => ({
      request: { method: 'GET' as const, url: `${fromMs} ${toMs}`, headers: {}, timeoutMs: 1_000 },
      decode: () =>
        isThere
          ? ok(
              Array.from({ length: Math.ceil((toMs - fromMs) / MINUTE_MS) }, (_, at) => {
                const close = 100 + (at % 7);
                const prices = { open: close, high: close, low: close, close };
                return { openMs: fromMs + at * MINUTE_MS, ...prices, quantity: 1 };
              }),
            )
          : err({ kind: 'no-answer' as const, detail: 'status 500' }),
    }),
  };
  const warmUp: WarmUp = {
    open: (nowMs) =>
      new CandleDesk({ instruments, histories: new Map([[venue, history]]), minutes: 120 }, nowMs),
    netOf: () => net,
  };
  return { warmUp, asked, answers };
}

test('a start asks for candles page by page and is warm with the last of them', async () => {
  const { warmUp, asked, answers } = aHistory(true);
  const { env, events, log, view } = await aVolatility(warmUp);
  assert.equal([asked.length, view()?.['warming']], [1, 1]);
  await env.advance(2_000);
  assert.is(asked.length, 1, 'nothing is asked before the answer');
  answers[0]?.();
  await env.advance(1_000);
  answers[1]?.();
  await env.advance(1_000);
  assert.is(asked.length, 2);
  assert.equal([log.at(-1), view()?.['warming']], ['warm-start', 0]);
  const [warmed] = events;
  // Minutes are far apart for returns of a second: all between them are missing.
  assert.ok(warmed?.kind === 'volatility-warmed' && warmed.missing === warmed.returns);
});

test('a venue without a history makes a cold start, after patience', async () => {
  const { warmUp, asked, answers } = aHistory(false);
  const { env, log, live, deviation, view } = await aVolatility(warmUp);
  for (let second = 0; second < 80; second += 1) {
    for (const answer of answers.splice(0)) answer();
    await env.advance(1_000);
  }
  assert.equal([asked.length, log.at(-1), view()?.['warming']], [FAILURES_MAX, 'cold-start', 0]);
  await live(40);
  assert.ok(deviation() > 0);
});

test('who is stopped stops whoever fits for it', async () => {
  const { lane, env, seen } = await aVolatility();
  const stopped = lane.stopAll(10_000);
  await env.advance(1_000);
  await stopped;
  assert.is(seen.stops, 1);
});

test.run();
