import type { QuoteMessage } from '../../src/market/quote.ts';
import type { CalibrationAnswer, Calibrator } from '../../src/risk/volatility/live/calibration.ts';
import {
  VolatilityDesk,
  type VolatilityDeskOptions,
} from '../../src/risk/volatility/live/volatility-desk.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export type VolatilityMessage =
  | QuoteMessage
  | { readonly kind: 'calibrated'; readonly answer: CalibrationAnswer }
  | { readonly kind: 'calibrator-failed'; readonly detail: string }
  | { readonly kind: 'watch' };

export type VolatilityOptions = Omit<VolatilityDeskOptions, 'fit'> & {
  /** Opens whoever carries out the fits; `failed` says that there will be no more answers. */
  readonly calibrator: (failed: (detail: string) => void) => Calibrator;
};

interface VolatilityState {
  readonly desk: VolatilityDesk;
  readonly calibrator: Calibrator;
}

const WATCH_MS = 250;

/**
 * Follows the volatility of every market. After a crash it begins to count anew: the board says
 * nothing of a market until enough returns are known again, and whoever trades by it waits.
 */
export function volatilityActor(
  options: VolatilityOptions,
): ActorSpec<VolatilityState, VolatilityMessage> {
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
      const desk = new VolatilityDesk({ ...options, fit: (job) => calibrator.run(job, answered) });
      return { desk, calibrator };
    },
    receive(state, message, { clock }) {
      const { desk } = state;
      if (message.kind === 'watch') desk.tick(clock.now(), clock.mono());
      else if (message.kind === 'calibrated') desk.onAnswer(message.answer);
      else if (message.kind === 'calibrator-failed') throw new Error(message.detail);
      else desk.onQuote(message);
      return state;
    },
    stop: ({ calibrator }) => calibrator.stop(),
    view: ({ desk }) => desk.summary(),
  };
}
