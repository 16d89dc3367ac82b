import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VolatilityMessage } from '../../../actors/market-data/volatility.ts';
import { volatilityActor } from '../../../actors/market-data/volatility.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { VolatilityBoard } from '../../../src/risk/volatility/live/board.ts';
import {
  type CalibrationAnswer,
  type CalibrationJob,
  calibrate,
  type VolatilityCalibrated,
} from '../../../src/risk/volatility/live/calibration.ts';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'market-data/volatility';

async function aVolatility() {
  const tested = aLane();
  const board = new VolatilityBoard({ instruments: 1, periodMs: 1_000, staleMs: 3_000 });
  const events: VolatilityCalibrated[] = [];
  const jobs: { job: CalibrationJob; done: (answer: CalibrationAnswer) => void }[] = [];
  const failures: ((detail: string) => void)[] = [];
  const seen = { stops: 0 };
  const spec = () =>
    volatilityActor({
      instruments: [anInstrument()],
      settings: volatilitySection.parse({
        ...{ periodSeconds: 1, returns: 200, returnsMin: 100, shocks: 'normal' },
      }),
      board,
      record: (event) => {
        if (event.kind === 'volatility-calibrated') events.push(event);
      },
      calibrator: (failed) => {
        failures.push(failed);
        return {
          run: (job, done) => void jobs.push({ job, done }),
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
      const mid = 1e9 * Math.exp(1e-4 * tested.env.random.normal());
      tested.lane.ingest(ref, {
        ...{ kind: 'quote-updated', instrument: 0, bidTicks: mid, bidLots: 1, askTicks: mid },
        ...{ askLots: 1, updateId: at, receivedNs: 0 },
      });
      await tested.env.advance(1_000);
    }
  };
  const view = () => {
    const found = tested.lane.view(PATH);
    return found.ok ? (found.value as Readonly<Record<string, unknown>>) : null;
  };
  const deviation = (): number => board.deviation(0, tested.env.clock.mono());
  return { ...tested, jobs, events, failures, seen, live, view, deviation };
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

test('who is stopped stops whoever fits for it', async () => {
  const { lane, env, seen } = await aVolatility();
  const stopped = lane.stopAll(10_000);
  await env.advance(1_000);
  await stopped;
  assert.is(seen.stops, 1);
});

test.run();
