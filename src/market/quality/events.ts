/** Trades of one market whose numbers never came. Numbers and venue times, both ends included. */
export interface SequenceGap {
  readonly kind: 'gap-found';
  readonly instrument: number;
  readonly fromId: number;
  readonly toId: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Trades that were missing and have been fetched, as a run of numbers. Frozen. */
export interface TradesBackfilled {
  readonly kind: 'trades-backfilled';
  readonly instrument: number;
  readonly fromId: number;
  readonly toId: number;
}

/** What is known of the data of markets and worth keeping. */
export type QualityEvent =
  | {
      readonly kind: 'data-gap';
      readonly instrument: number;
      /** `sequence`: numbers are missing. `rate`: far fewer messages than expected came. */
      readonly how: 'sequence' | 'rate';
      /** Venue time of the first and last moment that is known to be on either side of it. */
      readonly fromMs: number;
      readonly toMs: number;
      /** Numbers that are missing; 0 where nothing is numbered. */
      readonly missing: number;
    }
  | {
      readonly kind: 'quality-scored';
      readonly instrument: number;
      /** Wall time at which the hour, or what there was of it, began and ended. */
      readonly fromMs: number;
      readonly toMs: number;
      /** Hundredths of the score, 0 … 10,000. */
      readonly score: number;
      /** The parts as people read them, and what the digits of sizes say. */
      readonly parts: string;
    };
