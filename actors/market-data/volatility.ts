import type { HttpReply, Net, NetFault } from '../../src/core/env.ts';
import type { Result } from '../../src/core/result.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { Log } from '../../src/ops/log.ts';
import type { CalibrationAnswer, Calibrator } from '../../src/risk/volatility/live/calibration.ts';
import type { CorrelationAnswer } from '../../src/risk/volatility/live/market-correlations.ts';
import {
  VolatilityDesk,
  type VolatilityDeskOptions,
} from '../../src/risk/volatility/live/volatility-desk.ts';
import type { CandleDesk, CandleQuestion } from '../../src/venues/history/candle-desk.ts';
import { MINUTE_MS } from '../../src/venues/history/candle-history.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import { sendHttp } from '../socket.ts';

export type VolatilityMessage =
  | QuoteMessage
  | { readonly kind: 'calibrated'; readonly answer: CalibrationAnswer }
  | { readonly kind: 'correlated'; readonly answer: CorrelationAnswer }
  | { readonly kind: 'calibrator-failed'; readonly detail: string }
  | { readonly kind: 'candles'; readonly outcome: Result<HttpReply, NetFault> }
  | { readonly kind: 'watch' };

export type VolatilityOptions = Omit<VolatilityDeskOptions, 'fit' | 'correlate'> & {
  /** Opens whoever carries out the fits; `failed` says that there will be no more answers. */
  readonly calibrator: (failed: (detail: string) => void) => Calibrator;
  /** What asks for the candles before a start; null where a start is cold. */
  readonly warmUp: WarmUp | null;
  readonly log: Log;
};

export interface WarmUp {
  readonly open: (nowMs: number) => CandleDesk;
  /** The net of the venue of a market. */
  readonly netOf: (instrument: number) => Net;
}

interface VolatilityState {
  readonly desk: VolatilityDesk;
  readonly calibrator: Calibrator;
  readonly candles: CandleDesk | null;
  /** What was asked and not answered yet. */
  asked: CandleQuestion | null;
}

const WATCH_MS = 250;

/**
 * Follows the volatility of every market. After a crash it begins anew, with the candles of the
 * venues where they are to be had: the board says nothing of a market until enough returns are
 * known again, and whoever trades by it waits.
 */
export function volatilityActor(
  options: VolatilityOptions,
): ActorSpec<VolatilityState, VolatilityMessage> {
  const { warmUp, log } = options;
  type Ctx = Context<VolatilityMessage>;

  const askNext = (state: VolatilityState, ctx: Ctx): void => {
    if (warmUp === null || state.candles === null || state.asked !== null) return;
    state.asked = state.candles.next(ctx.clock.now());
    if (state.asked === null) return;
    const { instrument, query } = state.asked;
    sendHttp<VolatilityMessage>(ctx, warmUp.netOf(instrument), query.request, (outcome) => ({
      ...{ kind: 'candles', outcome },
    }));
  };

  const onCandles = (
    state: VolatilityState,
    outcome: Result<HttpReply, NetFault>,
    { clock, path }: Ctx,
  ): void => {
    const { asked, candles } = state;
    state.asked = null;
    if (asked === null || candles === null) return;
    const wallMs = clock.now();
    const closed = candles.onAnswer(asked, asked.query.decode(outcome), wallMs);
    if (closed === null) return;
    const prices = closed.candles.map(({ openMs, close }) => ({
      ...{ endMs: openMs + MINUTE_MS, price: close },
    }));
    const { instrument, fault } = closed;
    const isWarm = state.desk.warm(instrument, prices, { wallMs, monoNs: clock.mono() });
    log('info', path, isWarm ? 'warm-start' : 'cold-start', {
      ...{ instrument, candles: prices.length, fault },
    });
  };

  return {
    kind: 'volatility',
    mailbox: { capacity: 16_384, overflow: 'reject' },
    start(ctx) {
      const answered = ctx.fenced((answer: CalibrationAnswer) => {
        ctx.ingest({ kind: 'calibrated', answer });
      });
      const failed = ctx.fenced((detail: string) => {
        ctx.ingest({ kind: 'calibrator-failed', detail });
      });
      const calibrator = options.calibrator(failed);
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      const correlated = ctx.fenced((answer: CorrelationAnswer) => {
        ctx.ingest({ kind: 'correlated', answer });
      });
      const desk = new VolatilityDesk({
        ...options,
        fit: (job) => calibrator.run(job, answered),
        correlate: (job) => calibrator.correlate(job, correlated),
      });
      const candles = warmUp === null ? null : warmUp.open(ctx.clock.now());
      const state: VolatilityState = { desk, calibrator, candles, asked: null };
      askNext(state, ctx);
      return state;
    },
    receive(state, message, ctx) {
      const { desk } = state;
      if (message.kind === 'watch') {
        askNext(state, ctx);
        desk.tick(ctx.clock.now(), ctx.clock.mono());
      } else if (message.kind === 'calibrated') desk.onAnswer(message.answer);
      else if (message.kind === 'correlated') desk.onCorrelations(message.answer);
      else if (message.kind === 'candles') onCandles(state, message.outcome, ctx);
      else if (message.kind === 'calibrator-failed') throw new Error(message.detail);
      else desk.onQuote(message);
      return state;
    },
    stop: ({ calibrator }) => calibrator.stop(),
    view: ({ desk, candles }) => ({ ...desk.summary(), warming: candles?.waiting ?? 0 }),
  };
}
