import { AMOUNT_DECIMALS, ticksOf } from '../../src/core/units.ts';
import type { Situation } from '../../src/execution/flatten/flattening.ts';
import type { PortfolioReport, Touch } from '../../src/execution/portfolio.ts';
import {
  ReportDesk,
  type ReportDeskOptions,
  type Reporter,
  type ReporterAnswer,
  type ReportMemory,
} from '../../src/risk/report/live/report-desk.ts';
import { type SampledDesk, sampleOf } from '../../src/risk/report/live/sample.ts';
import type { Funds, FundsTold } from '../../src/risk/watch/valuation.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';

export type RiskReportMessage =
  /** Time to look. */
  | { readonly kind: 'look' }
  | FundsTold
  | { readonly kind: 'reported'; readonly answer: ReporterAnswer }
  | { readonly kind: 'reporter-failed'; readonly detail: string };

export type RiskReportOptions = Omit<ReportDeskOptions, 'make' | 'markets' | 'where'> &
  SampledDesk & {
    /** Opens whoever makes reports; `failed` says that there will be no more answers. */
    readonly reporter: (failed: (detail: string) => void) => Reporter;
    /** Prices and forecasts as they were kept. */
    readonly restore: () => Promise<ReportMemory>;
  };

interface RiskReportState {
  readonly desk: ReportDesk;
  readonly reporter: Reporter;
  funds: Funds | null;
}

/** How often the desk is looked at; prices at the ends of periods are no older than this. */
const LOOK_MS = 5_000;
const ASK_MS = 5_000;

/**
 * Makes the report of the risk of the desk, beside everything: no order waits for it, and nobody
 * else is hurt when it fails. A new incarnation has the prices that were kept and the forecasts of
 * the journal; the report itself is made anew.
 */
export function riskReportActor(
  options: RiskReportOptions,
): ActorSpec<RiskReportState, RiskReportMessage> {
  type Ctx = Context<RiskReportMessage>;

  const look = async ({ desk, funds }: RiskReportState, ctx: Ctx): Promise<void> => {
    const found = ctx.call(address.riskSituation, 'situation');
    if (!found.ok) return desk.look(null, ctx.clock.now(), ctx.clock.mono() / 1e6);
    ctx.send(address.portfolio, { kind: 'tell-funds', to: ctx.self });
    const profit = await profitOf(found.value, ctx);
    if (!ctx.isCurrent) return;
    const now = ctx.clock.mono();
    desk.look(sampleOf(options, found.value, { funds, profit }, now), ctx.clock.now(), now / 1e6);
  };

  return {
    kind: 'risk-report',
    mailbox: { capacity: 64, overflow: 'reject' },
    async start(ctx) {
      const memory = await options.restore();
      const answered = ctx.fenced((answer: ReporterAnswer) => {
        ctx.ingest({ kind: 'reported', answer });
      });
      const failed = ctx.fenced((detail: string) => {
        ctx.ingest({ kind: 'reporter-failed', detail });
      });
      const reporter = options.reporter(failed);
      const desk = new ReportDesk(
        {
          ...options,
          where: ctx.path,
          markets: options.instruments.map(({ venue, symbol }) => `${venue} ${symbol}`),
          make: (job, isKept) => reporter.run(job, isKept, answered),
        },
        memory,
      );
      ctx.send(ctx.self, { kind: 'look' });
      ctx.timers.start('look', LOOK_MS, { kind: 'look' }, { periodic: true });
      return { desk, reporter, funds: null };
    },
    async receive(state, message, ctx) {
      if (message.kind === 'look') await look(state, ctx);
      else if (message.kind === 'funds-told') {
        if (message.funds.size === 0) return state;
        // The first report does not wait for the next look.
        if (state.funds === null) ctx.send(ctx.self, { kind: 'look' });
        state.funds = message.funds;
      } else if (message.kind === 'reported') state.desk.onAnswer(message.answer);
      else throw new Error(message.detail);
      return state;
    },
    stop: ({ reporter }) => reporter.stop(),
    view: ({ desk }) => desk.summary(),
  };
}

/** Of the desk since it began, in quote currency; null while a position has no market. */
async function profitOf(
  { exposed }: Situation,
  ctx: Context<RiskReportMessage>,
): Promise<number | null> {
  const touches = exposed.map(
    ({ bidTicks, askTicks }): Touch =>
      bidTicks > 0 && askTicks > 0 ? { bid: ticksOf(bidTicks), ask: ticksOf(askTicks) } : null,
  );
  const ask = (reply: Reply<PortfolioReport>) => ({ kind: 'report', touches, reply }) as const;
  // A portfolio that is being restarted has no profit to tell.
  const report = await ctx.ask(address.portfolio, ask, ASK_MS).catch(() => null);
  const net = report?.profit?.net;
  return net === undefined ? null : Number(net) / 10 ** AMOUNT_DECIMALS;
}
