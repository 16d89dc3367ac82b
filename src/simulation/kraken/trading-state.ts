import type { KrakenError } from './errors.ts';

/** How the venue or one of its pairs trades, as it is written on the wire. */
export type WireStatus =
  | 'online'
  | 'cancel_only'
  | 'post_only'
  | 'limit_only'
  | 'reduce_only'
  | 'maintenance';

/** Statuses of the venue and its pairs, and the decimals that prices are written with. */
export class TradingState {
  system: WireStatus = 'online';
  readonly #pairs = new Map<string, WireStatus>();
  readonly #moreDecimals = new Map<string, number>();
  readonly #listeners: ((symbol: string | null) => void)[] = [];

  /** @param listener told of a pair that changed, or of null for the whole venue */
  listen(listener: (symbol: string | null) => void): void {
    this.#listeners.push(listener);
  }

  setSystem(status: WireStatus): void {
    this.system = status;
    this.#tell(null);
  }

  statusOf(symbol: string): WireStatus {
    return this.#pairs.get(symbol) ?? 'online';
  }

  setPair(symbol: string, status: WireStatus): void {
    this.#pairs.set(symbol, status);
    this.#tell(symbol);
  }

  /** Decimals beyond those of the market's tick. */
  moreDecimals(symbol: string): number {
    return this.#moreDecimals.get(symbol) ?? 0;
  }

  /** The venue refines a pair's tick while it trades. */
  refine(symbol: string, moreDecimals: number): void {
    this.#moreDecimals.set(symbol, moreDecimals);
    this.#tell(symbol);
  }

  /** Why an order may not be placed now; null when it may. */
  refusal(
    symbol: string,
    order: { readonly isMarket: boolean; readonly isPostOnly: boolean },
  ): KrakenError | null {
    for (const status of [this.system, this.statusOf(symbol)]) {
      if (status === 'maintenance') return 'EService:Unavailable';
      const isRefused =
        status === 'cancel_only' ||
        status === 'reduce_only' ||
        (status === 'limit_only' && order.isMarket) ||
        (status === 'post_only' && !order.isPostOnly);
      if (isRefused) return `EService:Market in ${status} mode`;
    }
    return null;
  }

  #tell(symbol: string | null): void {
    for (const listener of this.#listeners) listener(symbol);
  }
}
