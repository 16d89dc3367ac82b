import type { Instrument } from '../../core/instrument.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Query } from '../port.ts';

/** A trade of a venue's history, or several of one taker at one price that it shows as one. */
export interface HistoryTrade {
  /** Number of the first. */
  readonly tradeId: number;
  /** How many numbers it stands for, at least 1. */
  readonly count: number;
  readonly ticks: Ticks;
  readonly lots: Lots;
  readonly takerSide: 'buy' | 'sell';
  readonly venueMs: number;
}

/**
 * Trades that anybody made in a market between two venue times, both ends included, in any order
 * and as many as fit into one answer: the first of them or the last, as the venue has it.
 */
export type TradeHistory = (
  instrument: Instrument,
  fromMs: number,
  toMs: number,
) => Query<readonly HistoryTrade[]>;
