import type { MarketFact } from '../../../market/fact.ts';
import type { QuoteLost, QuoteUpdated } from '../../../market/quote.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import type { MarketView } from '../market-view.ts';

/** Two connections of one venue are less than this apart; after it numbers are not compared. */
export const OVERLAP_MS = 10_000;
/** Before the first trade. */
const NONE = -1;

/**
 * What listeners were told of each market, so that another connection can go on from there: nothing
 * twice, nothing older than what is known. Trades are ordered by the venue's numbers, facts by its
 * time, quotes by its update ids or, where it has none, by its time.
 */
export class Told {
  /** Whether another connection began to speak lately, so that what it says is compared. */
  isCatchingUp = false;
  readonly #hasVenueIds: boolean;
  /** By the index of the instrument; null while it has no price. */
  readonly #quotes: (QuoteUpdated | null)[] = [];
  readonly #quotedMs: number[] = [];
  /** The highest number of a trade that was told, and what it was when another one took over. */
  readonly #trades: number[] = [];
  #tradesBefore: readonly number[] = [];
  readonly #facts = new Map<string, number>();
  #status = '';
  #untilMs = 0;

  constructor(views: readonly MarketView[], hasVenueIds: boolean) {
    this.#hasVenueIds = hasVenueIds;
    const most = Math.max(0, ...views.map(({ instrument }) => instrument.index));
    for (let at = 0; at <= most; at += 1) {
      this.#quotes.push(null);
      this.#trades.push(NONE);
    }
  }

  onQuote(message: QuoteUpdated): void {
    this.#quotes[message.instrument] = message;
  }

  onLost({ instrument }: QuoteLost): void {
    this.#quotes[instrument] = null;
  }

  onTrade({ instrument, tradeId }: TradePrinted): void {
    const highest = this.#trades[instrument];
    if (highest === undefined || tradeId > highest) this.#trades[instrument] = tradeId;
  }

  onFact(fact: MarketFact): void {
    if (fact.kind === 'venue-announced') this.#status = fact.status;
    else this.#facts.set(nameOf(fact), fact.venueMs);
  }

  /** Whether listeners have a price of the market now. */
  hasQuote({ instrument }: MarketView): boolean {
    return this.#quotes[instrument.index] !== null;
  }

  /** Another connection speaks from now on. @param before the books that spoke until now */
  handOver(before: readonly MarketView[], to: readonly MarketView[], nowMs: number): void {
    for (const { instrument, eventMs } of before) this.#quotedMs[instrument.index] = eventMs;
    for (const view of to) {
      const last = this.#quotes[view.instrument.index];
      if (!this.#hasVenueIds && last) view.continueFrom(last.updateId);
    }
    this.#tradesBefore = [...this.#trades];
    this.isCatchingUp = true;
    this.#untilMs = nowMs + OVERLAP_MS;
  }

  /** A few times a second. */
  onTick(nowMs: number): void {
    if (nowMs >= this.#untilMs) this.isCatchingUp = false;
  }

  /** Whether the prices of a book are known already, or older than what is known. */
  hasPrices(view: MarketView): boolean {
    const { index } = view.instrument;
    const last = this.#quotes[index] ?? null;
    if (last === null) return false;
    if (this.#hasVenueIds && view.updateId < last.updateId) return true;
    // A venue that says no time says 0, which is before nothing.
    if (!this.#hasVenueIds && view.eventMs < (this.#quotedMs[index] ?? 0)) return true;
    return (
      last.bidTicks === view.bidTicks &&
      last.bidLots === view.bidLots &&
      last.askTicks === view.askTicks &&
      last.askLots === view.askLots
    );
  }

  /** Whether the connection before told it. Within a frame a venue may tell the newest first. */
  hasTrade({ instrument, tradeId }: TradePrinted): boolean {
    return tradeId <= (this.#tradesBefore[instrument] ?? NONE);
  }

  hasFact(fact: MarketFact): boolean {
    if (fact.kind === 'venue-announced') return this.#status === fact.status;
    const last = this.#facts.get(nameOf(fact));
    return last !== undefined && fact.venueMs <= last;
  }
}

function nameOf(fact: Exclude<MarketFact, { readonly kind: 'venue-announced' }>): string {
  const of = fact.kind === 'figure-told' ? `${fact.subject} ${fact.figure}` : fact.instrument;
  return `${fact.kind} ${of}`;
}
