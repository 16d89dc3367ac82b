import { formatDecimal } from '../../core/decimal.ts';
import { amountText, priceText, quantityText } from '../../core/instrument.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { MarketRules } from '../exchange/market-rules.ts';
import type { MarketView } from '../exchange/port.ts';

export type ProductStatus = 'online' | 'offline';

/**
 * What the venue says of its products: their state and their grid. An operator may halt a product,
 * or have another tick announced; the exchange below does not know of either.
 */
export class ProductBoard {
  readonly markets: ReadonlyMap<string, MarketView>;
  readonly #statuses = new Map<string, ProductStatus>();
  readonly #ticks = new Map<string, string>();
  readonly #listeners: ((symbol: string) => void)[] = [];

  constructor(markets: ReadonlyMap<string, MarketView>) {
    this.markets = markets;
  }

  /** Calls back when something is announced. */
  listen(listener: (symbol: string) => void): void {
    this.#listeners.push(listener);
  }

  statusOf(symbol: string): ProductStatus {
    return this.#statuses.get(symbol) ?? 'online';
  }

  setStatus(symbol: string, status: ProductStatus): void {
    this.#statuses.set(symbol, status);
    for (const listener of this.#listeners) listener(symbol);
  }

  /** @param tick decimal text; null for the one that holds */
  announceTick(symbol: string, tick: string | null): void {
    if (tick === null) this.#ticks.delete(symbol);
    else this.#ticks.set(symbol, tick);
    for (const listener of this.#listeners) listener(symbol);
  }

  tickOf({ rules: { instrument } }: MarketView): string {
    const { symbol, tickSteps, priceDecimals } = instrument;
    return this.#ticks.get(symbol) ?? formatDecimal(tickSteps, priceDecimals);
  }

  /** The product of the REST interface, with every field that the venue has. */
  productJson(market: MarketView, nowMs: number) {
    const { instrument, notionalMax } = market.rules;
    const { symbol, base, quote, lotSteps, quantityDecimals, notionalMin } = instrument;
    const last = market.tape.last;
    const day = market.tape.window(nowMs - 86_400_000);
    const tick = this.tickOf(market);
    const bid = market.best('buy');
    const ask = market.best('sell');
    const price = (ticks: Ticks | undefined) =>
      ticks === undefined ? '' : priceText(instrument, ticks);
    return {
      product_id: symbol,
      price: price(last?.ticks ?? bid?.ticks ?? ask?.ticks),
      price_percentage_change_24h: '0',
      volume_24h: quantityText(instrument, day?.lots ?? (0 as Lots)),
      volume_percentage_change_24h: '0',
      base_increment: formatDecimal(lotSteps, quantityDecimals),
      quote_increment: tick,
      price_increment: tick,
      ...this.#bounds(market.rules),
      quote_min_size: amountText(notionalMin),
      quote_max_size: amountText(notionalMax),
      base_name: base,
      quote_name: quote,
      base_currency_id: base,
      quote_currency_id: quote,
      base_display_symbol: base,
      quote_display_symbol: quote,
      display_name: `${base}/${quote}`,
      watched: false,
      is_disabled: false,
      new: false,
      status: this.statusOf(symbol),
      cancel_only: false,
      limit_only: false,
      post_only: false,
      trading_disabled: this.statusOf(symbol) !== 'online' || !market.isOpen,
      auction_mode: false,
      view_only: false,
      product_type: 'SPOT',
      product_venue: 'CBE',
      fcm_trading_session_details: null,
      mid_market_price: '',
      alias: '',
      alias_to: [],
      best_bid_price: price(bid?.ticks),
      best_ask_price: price(ask?.ticks),
    };
  }

  /** The product of the status channel. */
  statusJson(market: MarketView) {
    const { symbol, base, quote, lotSteps, quantityDecimals, notionalMin } =
      market.rules.instrument;
    return {
      product_type: 'SPOT',
      id: symbol,
      base_currency: base,
      quote_currency: quote,
      base_increment: formatDecimal(lotSteps, quantityDecimals),
      quote_increment: this.tickOf(market),
      display_name: `${base}/${quote}`,
      status: this.statusOf(symbol),
      status_message: '',
      min_market_funds: amountText(notionalMin),
    };
  }

  #bounds({ instrument }: MarketRules) {
    return {
      base_min_size: quantityText(instrument, instrument.lotsMin),
      base_max_size: quantityText(instrument, instrument.lotsMax),
    };
  }
}
