import type { Clock } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import type { Side } from '../../../execution/order.ts';
import type { Market } from '../market-state.ts';
import type { AccountTrade, VenueOrder } from '../orders.ts';
import type { ExchangeEvent, Execution } from '../port.ts';

/** Collects what happened in one operation, in its order, and whose balances it changed. */
export class News<M extends Market> {
  readonly #markets: ReadonlyMap<string, M>;
  readonly #clock: Clock;
  readonly #touched = new Map<string, Set<string>>();
  #events: ExchangeEvent[] = [];

  constructor(markets: ReadonlyMap<string, M>, clock: Clock) {
    this.#markets = markets;
    this.#clock = clock;
  }

  tell(event: ExchangeEvent): void {
    this.#events.push(event);
  }

  /** What happened since the last call, and last the balances that it changed. */
  take(): readonly ExchangeEvent[] {
    const venueMs = this.#clock.now();
    for (const [account, assets] of this.#touched) {
      this.tell({ kind: 'balances-changed', account, assets: [...assets], venueMs });
    }
    this.#touched.clear();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  executed(
    execution: Execution,
    order: VenueOrder,
    trade: AccountTrade | null = null,
    counterOrderId = 0,
  ): void {
    const venueMs = order.updatedMs;
    this.tell({ kind: 'executed', execution, order, trade, counterOrderId, venueMs });
    if (trade !== null) return;
    const market = this.#markets.get(order.symbol);
    assert(market !== undefined, `${order.symbol} is a market of this venue`);
    const { base, quote } = market.rules.instrument;
    this.touch(order.account, [order.side === 'buy' ? quote : base]);
  }

  touch(account: string, assets: readonly string[]): void {
    const touched = this.#touched.get(account) ?? new Set();
    for (const asset of assets) touched.add(asset);
    this.#touched.set(account, touched);
  }

  levelChanged(market: M, side: Side, ticks: Parameters<M['levelChanged']>[1]): void {
    this.#events.push(...market.levelChanged(side, ticks));
  }
}
