import type { Instrument } from '../core/instrument.ts';
import type { Lots, Nanos, Ticks } from '../core/units.ts';
import type { AmendIntent } from './amend/amendment.ts';
import { shownLotsOf } from './native/iceberg.ts';
import type { OrderIntent, OrderRecord, Side } from './order.ts';

/** An intent that has not left after so long is decided anew. */
const INTENT_LIFE_NS = 500e6;

/** The decision that is being carried out; one object for all, so that nothing is captured. */
export class Decision {
  strategy = '';
  instrument = 0;
  /** When the market event behind it reached this process. */
  decidedNs = 0;
  /** What of its quotes the book shows at a time, up to 1: all of it. */
  shownShare = 1;

  of(strategy: string, instrument: number, decidedNs: number, shownShare = 1): void {
    this.strategy = strategy;
    this.instrument = instrument;
    this.decidedNs = decidedNs;
    this.shownShare = shownShare;
  }

  /** A post-only quote that follows from it; an iceberg where only a part of it is to show. */
  quote(
    clientId: string,
    instrument: Instrument,
    epoch: number,
    side: Side,
    ticks: Ticks,
    lots: Lots,
  ): OrderIntent {
    const order: OrderIntent = {
      clientId,
      strategy: this.strategy,
      venue: instrument.venue,
      instrument: this.instrument,
      side,
      kind: 'limit',
      timeInForce: 'gtc',
      isPostOnly: true,
      isReduceOnly: false,
      ticks,
      lots,
      epoch,
      decidedNs: this.decidedNs as Nanos,
      deadlineNs: (this.decidedNs + INTENT_LIFE_NS) as Nanos,
    };
    const shownLots = shownLotsOf(lots, this.shownShare, instrument);
    return shownLots === null ? order : { ...order, shownLots };
  }

  /**
   * Other terms for an order that rests, which follow from it.
   *
   * @param openLots what is to be open then
   */
  amendment(record: OrderRecord, epoch: number, ticks: Ticks, openLots: Lots): AmendIntent {
    const wanted: OrderIntent = {
      ...record.order,
      ticks,
      lots: openLots,
      epoch,
      decidedNs: this.decidedNs as Nanos,
      deadlineNs: (this.decidedNs + INTENT_LIFE_NS) as Nanos,
    };
    return { wanted, lots: (record.filledLots + openLots) as Lots };
  }
}
