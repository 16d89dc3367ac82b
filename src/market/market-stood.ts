import type { Instrument } from '../core/instrument.ts';

/** How a market stands by what its venue says of it. */
export type Standing = 'trading' | 'halted' | 'rules-changed';

/** A market can be traded no longer, or again. */
export interface MarketStood {
  readonly kind: 'market-stood';
  readonly venue: string;
  readonly symbol: string;
  readonly standing: Standing;
  /** Why; empty where the venue gives no reason. */
  readonly detail: string;
}

/** Which markets nobody can trade, so that a change is told once. */
export class StoodMarkets {
  /** By the index of the instrument; one that trades is not there. */
  readonly #barred = new Map<number, Standing>();

  /** Whether any is barred: what a price of one needs to look at. */
  get areAnyBarred(): boolean {
    return this.#barred.size > 0;
  }

  /** @returns what to tell, or null where it is known */
  take({ index, venue, symbol }: Instrument, standing: Standing, detail = ''): MarketStood | null {
    if ((this.#barred.get(index) ?? 'trading') === standing) return null;
    if (standing === 'trading') this.#barred.delete(index);
    else this.#barred.set(index, standing);
    return { kind: 'market-stood', venue, symbol, standing, detail };
  }
}
