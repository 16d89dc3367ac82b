import type { MarketFact } from '../../../market/fact.ts';
import { type Standing, StoodMarkets } from '../../../market/market-stood.ts';
import type { QuoteLost } from '../../../market/quote.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import type { MarketStream } from '../market-stream.ts';
import type { MarketView } from '../market-view.ts';
import type { MarketFeedPort } from './market-feed-port.ts';
import { Told } from './told.ts';

/**
 * What a feed tells, whichever of its lines leads: nothing twice and nothing older than what is
 * known, and on record once for each change whether a market can be traded.
 */
export class FeedVoice {
  readonly #port: MarketFeedPort;
  readonly #told: Told;
  readonly #stood = new StoodMarkets();

  /** @param stream the first that speaks */
  constructor(port: MarketFeedPort, { views, hasVenueIds, rules }: MarketStream) {
    this.#port = port;
    this.#told = new Told(views, hasVenueIds);
    if (rules === undefined) return;
    // What stood when the feed before this one ended is on record already.
    for (const { instrument } of views) {
      this.#stood.take(instrument, rules.standOf(instrument).standing);
    }
  }

  /** The best prices of a book may have changed. */
  quote(view: MarketView, receivedNs: number): void {
    if (this.#told.isCatchingUp && this.#told.hasPrices(view)) return;
    this.prices(view, receivedNs);
  }

  /** Tells the prices of a book that nobody has, or has no more. */
  prices(view: MarketView, receivedNs: number): void {
    const message = view.quote(receivedNs);
    if (this.#stood.areAnyBarred) this.stand(view, 'trading');
    this.#told.onQuote(message);
    this.#port.tellQuote(message);
  }

  lost(message: QuoteLost): void {
    this.#told.onLost(message);
    this.#port.tellQuote(message);
  }

  trade(trade: TradePrinted): void {
    if (this.#told.isCatchingUp && this.#told.hasTrade(trade)) return;
    this.#told.onTrade(trade);
    this.#port.tellTrade(trade);
  }

  fact(fact: MarketFact): void {
    if (this.#told.isCatchingUp && this.#told.hasFact(fact)) return;
    this.#told.onFact(fact);
    this.#port.tellFact(fact);
  }

  /** On record once for each change. */
  stand({ instrument }: MarketView, standing: Standing, detail = ''): void {
    const stood = this.#stood.take(instrument, standing, detail);
    if (stood !== null) this.#port.tellStood(stood);
  }

  /**
   * Another line speaks from now on: tells what it knows and nobody was told.
   *
   * @param news what it heard while the one before spoke
   * @param receivedNs when it was heard last
   */
  goOn(
    before: MarketStream,
    { views }: MarketStream,
    next: {
      readonly news: readonly (TradePrinted | MarketFact)[];
      readonly receivedNs: number;
      readonly nowMs: number;
      readonly why: string;
    },
  ): void {
    this.#told.handOver(before.views, views, next.nowMs);
    for (const view of views) this.#port.follow(view);
    for (const each of next.news) {
      if (each.kind === 'trade-printed') this.trade(each);
      else this.fact(each);
    }
    for (const view of views) {
      if (!view.isLive) {
        if (this.#told.hasQuote(view)) this.lost(view.lost(next.why));
      } else if (!this.#told.hasPrices(view)) {
        this.prices(view, next.receivedNs);
      }
    }
  }

  /** A few times a second. */
  onTick(nowMs: number): void {
    this.#told.onTick(nowMs);
  }
}
