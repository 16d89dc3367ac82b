import type { Instrument } from '../core/instrument.ts';
import type { MarketFact } from './fact.ts';

/** The latest value of one figure, as people read it. */
export interface FactRow {
  readonly venue: string;
  /** A market, an asset, a product; empty for the venue itself. */
  readonly subject: string;
  readonly figure: string;
  readonly value: number | string;
  /** The venue's time of it, in milliseconds; 0 where it told none. */
  readonly venueMs: number;
  /** Wall time at which it was heard. */
  readonly heardMs: number;
}

/** Figures that are kept; what else is told for the first time is counted and forgotten. */
export const FIGURES_MAX = 4_096;

/** What was told last of everything that is neither a price nor a trade. */
export class FactBoard {
  readonly #instruments: readonly Instrument[];
  readonly #rows = new Map<string, FactRow>();
  /** Facts that were heard, and figures for which there was no room. */
  readonly counts = { heard: 0, forgotten: 0 };

  /** @param instruments by index */
  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments;
  }

  note(fact: MarketFact, nowMs: number): void {
    this.counts.heard += 1;
    switch (fact.kind) {
      case 'mark-priced': {
        const put = this.#of(fact.instrument, fact.venueMs, nowMs);
        put('mark-price', fact.mark);
        put('index-price', fact.index);
        put('funding-fraction', fact.fundingFraction);
        put('next-funding-ms', fact.nextFundingMs);
        return;
      }
      case 'liquidation-sampled': {
        const put = this.#of(fact.instrument, fact.venueMs, nowMs);
        const { lotSize = 0, tickSize = 0 } = this.#instruments[fact.instrument] ?? {};
        put('liquidated-quantity', (fact.side === 'buy' ? 1 : -1) * fact.lots * lotSize);
        put('liquidated-price', fact.ticks * tickSize);
        return;
      }
      case 'interest-measured': {
        const { lotSize = 0 } = this.#instruments[fact.instrument] ?? {};
        const put = this.#of(fact.instrument, fact.venueMs, nowMs);
        put('open-interest', fact.lots * lotSize);
        return;
      }
      case 'positioning-measured': {
        const put = this.#of(fact.instrument, fact.venueMs, nowMs);
        put(`${fact.of}-long-fraction`, fact.longFraction);
        return;
      }
      case 'option-traded': {
        const { instrument, right, takerSide, price, quantity, venueMs } = fact;
        const put = this.#of(instrument, venueMs, nowMs);
        put(`${right}-traded-quantity`, (takerSide === 'buy' ? 1 : -1) * quantity);
        put(`${right}-traded-premium`, price);
        return;
      }
      case 'figure-told': {
        const { venue, subject, figure, value, venueMs } = fact;
        this.#put({ venue, subject, figure, value, venueMs, heardMs: nowMs });
        return;
      }
      case 'venue-announced': {
        const { venue, status } = fact;
        const row = { venue, subject: '', figure: 'status', value: status };
        this.#put({ ...row, venueMs: 0, heardMs: nowMs });
        return;
      }
      default:
        fact satisfies never;
    }
  }

  /** By venue, subject and figure. */
  rows(): readonly FactRow[] {
    return [...this.#rows].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  }

  #of(instrument: number, venueMs: number, heardMs: number) {
    const { venue = '', symbol: subject = '' } = this.#instruments[instrument] ?? {};
    return (figure: string, value: number): void =>
      this.#put({ venue, subject, figure, value, venueMs, heardMs });
  }

  #put(row: FactRow): void {
    const name = `${row.venue} ${row.subject} ${row.figure}`;
    if (!this.#rows.has(name) && this.#rows.size >= FIGURES_MAX) this.counts.forgotten += 1;
    else this.#rows.set(name, row);
  }
}
