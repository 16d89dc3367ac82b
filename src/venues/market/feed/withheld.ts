import type { MarketFact } from '../../../market/fact.ts';
import type { TradePrinted } from '../../../market/trade.ts';

/** Far more than two connections are apart; beyond it the oldest goes. */
export const WITHHELD_MAX = 4_096;

/**
 * What a connection brought while another one spoke, for the moment at which it takes over: what
 * the other did not come to say is said then. Quotes are not kept, for the book has them.
 */
export class Withheld {
  readonly #news: (TradePrinted | MarketFact)[] = [];
  #next = 0;

  add(news: TradePrinted | MarketFact): void {
    this.#news[this.#next % WITHHELD_MAX] = news;
    this.#next += 1;
  }

  /** Gives everything away, oldest first. */
  take(): readonly (TradePrinted | MarketFact)[] {
    const from = this.#next > WITHHELD_MAX ? this.#next % WITHHELD_MAX : 0;
    const all = [...this.#news.slice(from), ...this.#news.slice(0, from)];
    this.clear();
    return all;
  }

  /** The connection is gone, and with it what it had to say. */
  clear(): void {
    this.#news.length = 0;
    this.#next = 0;
  }
}
