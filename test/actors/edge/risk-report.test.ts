import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { riskReportActor } from '../../../actors/edge/risk-report.ts';
import type { AnyActorSpec } from '../../../actors/runtime/actor-spec.ts';
import type { ActorRef } from '../../../actors/runtime/ref.ts';
import { amountOf } from '../../../src/core/units.ts';
import type { Situation } from '../../../src/execution/flatten/flattening.ts';
import {
  ANSWER_MS_MAX,
  type ReportEvent,
  type ReporterAnswer,
  type ReportSummary,
} from '../../../src/risk/report/live/report-desk.ts';
import { type ReportJob, riskReport } from '../../../src/risk/report/risk-report.ts';
import { riskReportSection } from '../../../src/risk/report/settings.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane, anActor } from '../../support/lanes.ts';
import { LIMITS } from '../../support/risk/reports.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'edge/risk-report';
const instrument = anInstrument();
const FUNDS = new Map([
  [instrument.venue, new Map([[instrument.quote, amountOf(10_000_000_000_000n)]])],
]);

type Asked =
  | { readonly kind: 'tell-funds'; readonly to: ActorRef<unknown> }
  | { readonly kind: 'report'; readonly touches: unknown; readonly reply: ActorRef<unknown> };

/** The actor with a portfolio and a risk actor that say what they are told to. */
async function aReport(how: { readonly hasRisk?: boolean; readonly answers?: boolean } = {}) {
  const { hasRisk = true, answers = true } = how;
  const tested = aLane();
  const jobs: { job: ReportJob; isKept: boolean; done: (answer: ReporterAnswer) => void }[] = [];
  const events: ReportEvent[] = [];
  const failures: ((detail: string) => void)[] = [];
  const touches: unknown[] = [];
  const seen = { stops: 0 };
  const told = { profit: { net: amountOf(250_000_000n) } as object | null, isHeard: true };
  const exposed = { position: 5, openLots: 0, bidTicks: 100, askTicks: 102, quotedNs: 0 };
  const situation = (): Situation => ({
    terms: { sliceNotional: 1, bandBps: 1, staleMs: 1 },
    exposed: [
      {
        ...exposed,
        bidTicks: told.isHeard ? 100 : 0,
        quotedNs: tested.env.clock.mono(),
      },
    ],
  });
  const portfolio = (): AnyActorSpec =>
    anActor<null, Asked>({
      receive(state, message, ctx) {
        if (message.kind === 'tell-funds') {
          ctx.send(message.to, { kind: 'funds-told', funds: FUNDS });
        } else {
          touches.push(message.touches);
          if (answers) ctx.send(message.reply, { profit: told.profit });
        }
        return state;
      },
    }) as AnyActorSpec;
  const risk = (): AnyActorSpec => anActor({ answer: () => situation() }) as AnyActorSpec;
  const spec = (): AnyActorSpec =>
    riskReportActor({
      ...{ instruments: [instrument], venues: [instrument.venue] },
      settings: riskReportSection.parse({ periodMinutes: 1, everyMinutes: 1 }),
      strategyOf: () => 'mm',
      limits: () => LIMITS,
      closingCost: () => 0.001,
      record: (event) => void events.push(event),
      restore: async () => ({ rows: null, scored: [] }),
      reporter: (failed) => {
        failures.push(failed);
        return {
          run: (job, isKept, done) => void jobs.push({ job, isKept, done }),
          async stop() {
            seen.stops += 1;
          },
        };
      },
    }) as AnyActorSpec;
  const parts = { 'trading/portfolio': portfolio, ...(hasRisk ? { 'trading/risk': risk } : {}) };
  await aBranch(tested, { ...parts, [PATH]: spec }, []);
  const view = (): ReportSummary | null => {
    const found = tested.lane.view(PATH);
    return found.ok ? (found.value as ReportSummary) : null;
  };
  return { ...tested, jobs, events, failures, touches, seen, told, view };
}

test('the desk is asked what it holds, and a report is made of it', async () => {
  const { env, jobs, touches, view } = await aReport();
  // The first look asks for the funds, and what it is told makes the second one.
  await env.settle();
  assert.is(jobs.length, 1);
  const [asked] = jobs;
  assert.is(asked?.job.equity, 100_000);
  const [position] = asked?.job.positions ?? [];
  assert.is(position?.strategy, 'mm');
  assert.equal(touches[0], [{ bid: 100, ask: 102 }]);
  asked?.done({ ...riskReport(asked.job), saveFault: null });
  await env.settle();
  assert.is(view()?.why, '');
  assert.is(view()?.report?.equity, 100_000);
});

test('a period that ends is kept', async () => {
  const { env, jobs } = await aReport();
  await env.advance(10_000);
  const [first] = jobs;
  first?.done({ ...riskReport(first.job), saveFault: null });
  await env.advance(65_000);
  assert.is(jobs.at(-1)?.isKept, true);
});

test('a silent market has no touch', async () => {
  const { env, touches, told } = await aReport();
  told.isHeard = false;
  await env.advance(5_000);
  assert.equal(touches.at(-1), [null]);
});

test('a risk actor that is down and a portfolio without an answer leave gaps', async () => {
  const down = await aReport({ hasRisk: false });
  await down.env.advance(30_000);
  assert.is(down.jobs.length, 0);
  assert.is(down.view()?.why, 'no report has been made yet');
  const silent = await aReport({ answers: false });
  await silent.env.advance(30_000);
  assert.is(silent.jobs.length, 1);
});

test('a profit that the portfolio cannot tell is not known', async () => {
  const { env, jobs, told } = await aReport();
  told.profit = null;
  await env.advance(10_000);
  assert.is(jobs.length, 1);
});

test('a reporter that fails makes the actor begin anew', async () => {
  const { env, failures, seen, events, view } = await aReport();
  await env.advance(10_000);
  failures[0]?.('its thread has ended');
  await env.settle();
  assert.is(seen.stops, 1);
  await env.advance(60_000);
  assert.is(failures.length, 2);
  assert.is(view()?.report, null);
  assert.is(events.length, 0);
});

test('an answer that never comes is given up', async () => {
  const { env, view } = await aReport();
  await env.advance(10_000 + ANSWER_MS_MAX + 10_000);
  assert.is(view()?.unanswered, 1);
});

test.run();
