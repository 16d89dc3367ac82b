import type { Instrument } from '../../core/instrument.ts';
import { marketKey } from '../limits.ts';
import type { Profit } from '../profit.ts';

/** What each market had made when a day began, so that a restart forgives no loss. Journaled. */
export interface MarketDayOpened {
  readonly kind: 'market-day-opened';
  /** Days since the Unix epoch, UTC. */
  readonly day: number;
  /** JSON: profit since the desk began in quote currency, by `VENUE:SYMBOL`. */
  readonly profits: string;
}

/** The profit and loss of each market since 00:00 UTC, as an estimate for budgets. */
export class MarketDay {
  readonly #instruments: readonly Instrument[];
  readonly #profit: Profit;
  readonly #atStart: Float64Array;

  /** Goes on with a day that was opened before a restart; else one begins now. */
  constructor(instruments: readonly Instrument[], profit: Profit, opened: MarketDayOpened | null) {
    this.#instruments = instruments;
    this.#profit = profit;
    this.#atStart = Float64Array.from(instruments, ({ index }) => profit.of(index));
    if (opened === null) return;
    const known = JSON.parse(opened.profits) as Readonly<Record<string, number>>;
    for (const { index, venue, symbol } of instruments) {
      this.#atStart[index] = known[marketKey(venue, symbol)] ?? profit.of(index);
    }
  }

  /** A day begins. @returns the event to journal */
  open(day: number): MarketDayOpened {
    const profits: Record<string, number> = {};
    for (const { index, venue, symbol } of this.#instruments) {
      this.#atStart[index] = this.#profit.of(index);
      profits[marketKey(venue, symbol)] = this.#profit.of(index);
    }
    return { kind: 'market-day-opened', day, profits: JSON.stringify(profits) };
  }

  /** In quote currency, positive when money was lost. */
  lossOf(instrument: number): number {
    return (this.#atStart[instrument] as number) - this.#profit.of(instrument);
  }
}
