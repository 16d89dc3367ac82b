import type { Clock } from '../../core/env.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Lots } from '../../core/units.ts';
import type { QueueModel } from '../../market/microstructure/queue-position.ts';
import type { RestingOrder } from '../book/order-book.ts';
import { AccountExchange } from '../exchange/account-exchange.ts';
import type { Clearing } from '../exchange/clearing.ts';
import type { FeeSchedule } from '../exchange/fees.ts';
import type { MarketRules } from '../exchange/market-rules.ts';
import type { RecordFault } from '../exchange/records.ts';
import { type RestoreOptions, restored } from '../exchange/restored.ts';
import type { VenueLog } from '../exchange/venue-log.ts';
import { RecordedMarket } from './recorded-market.ts';

export interface RecordedExchangeOptions extends Omit<RestoreOptions, 'markets'> {
  readonly rules: MarketRules;
  readonly fees: FeeSchedule;
  readonly queue: QueueModel;
  /** Shows event time. */
  readonly clock: Clock;
}

/** Opens an exchange over a recorded market, with the accounts that an earlier process left. */
export function openRecordedExchange(
  options: RecordedExchangeOptions,
): Result<RecordedExchange, RecordFault> {
  const { rules, retention, records } = options;
  return restored({ markets: [rules], retention, records }, (clearing, log) => {
    const market = new RecordedMarket(rules, log, options);
    return new RecordedExchange(clearing, log, market, options);
  });
}

/**
 * A spot exchange whose crowd is a recording. Orders are matched in event time: each frame is
 * played when it happened, and then fills what rests. The crowd does not react to accounts.
 */
export class RecordedExchange extends AccountExchange<RecordedMarket> {
  readonly market: RecordedMarket;

  constructor(
    clearing: Clearing,
    log: VenueLog,
    market: RecordedMarket,
    venue: { readonly fees: FeeSchedule; readonly clock: Clock },
  ) {
    super(clearing, log, { ...venue, markets: [market] });
    this.market = market;
  }

  /** @returns why the frame cannot be played; null when it was */
  play(frame: Uint8Array): string | null {
    const played = this.market.play(frame);
    if (played.kind === 'unplayable') return played.reason;
    const last = this.market.priceOf('last');
    const isPriced = last !== null && this.market.waiting.size > 0;
    if (played.hits.length === 0 && !isPriced) return null;
    this.operate(() => {
      for (const { order, lots } of played.hits) this.#hit(order, lots);
      if (isPriced) this.matching.waking.priced(this.market, 'last', last);
      return ok(null);
    });
    return null;
  }

  /** An iceberg is filled part by part. */
  #hit(order: RestingOrder, lots: Lots): void {
    for (let left = lots; left > 0; ) {
      const part = Math.min(left, order.lots) as Lots;
      this.matching.hit(this.market, order, part);
      left = (left - part) as Lots;
    }
  }
}
