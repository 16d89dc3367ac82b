import type { SequenceGap, TradesBackfilled } from '../../src/market/quality/events.ts';
import { QualityDesk, type QualityDeskOptions } from '../../src/market/quality/quality-desk.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { TradePrinted } from '../../src/market/trade.ts';
import { address } from '../addresses.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export type QualityMessage =
  | QuoteMessage
  | TradePrinted
  | TradesBackfilled
  | { readonly kind: 'watch' };

export type QualityOptions = Omit<QualityDeskOptions, 'owner' | 'onGap'>;

const WATCH_MS = 250;

/**
 * Judges the data of every market. It starts to count anew after a crash; what it had paused stays
 * paused until the score of the new count is good.
 */
export function qualityActor(options: QualityOptions): ActorSpec<QualityDesk, QualityMessage> {
  return {
    kind: 'quality',
    mailbox: { capacity: 16_384, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      const { clock, path } = ctx;
      const onGap = (gap: SequenceGap): void => void ctx.send(address.backfill, gap);
      return new QualityDesk({ ...options, owner: path, onGap }, clock.mono() / 1e6, clock.now());
    },
    receive(desk, message, { clock }) {
      if (message.kind === 'watch') desk.tick(clock.mono() / 1e6, clock.now());
      else if (message.kind === 'trade-printed') desk.onTrade(message, clock.now());
      else if (message.kind === 'trades-backfilled') desk.onBackfilled(message);
      else desk.onQuote(message, clock.mono() / 1e6);
      return desk;
    },
    view: (desk) => desk.summary(),
  };
}
