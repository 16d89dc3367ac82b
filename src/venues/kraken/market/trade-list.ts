import type { KrakenInstrument } from '../pair.ts';

/** More trades than this in one frame are refused; a snapshot has 50. */
export const FRAME_TRADES_MAX = 4_096;

/** The trades of one frame, reused from frame to frame; only the first `count` are valid. */
export class TradeList {
  count = 0;
  readonly pairs: KrakenInstrument[] = [];
  readonly ticks = new Float64Array(FRAME_TRADES_MAX);
  readonly lots = new Float64Array(FRAME_TRADES_MAX);
  /** Numbers of the venue, rising by one within a pair. */
  readonly ids = new Float64Array(FRAME_TRADES_MAX);
  /** Venue time in milliseconds, with a fraction. */
  readonly ms = new Float64Array(FRAME_TRADES_MAX);
  /** 1 when the taker sold. */
  readonly isSell = new Uint8Array(FRAME_TRADES_MAX);
}
