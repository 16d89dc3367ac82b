import { amountOf, lotsOf, millisOf } from '../../../src/core/units.ts';
import type { Terms } from '../../../src/execution/amend/amendment.ts';
import type { Balances } from '../../../src/execution/ledger.ts';
import type { OrderIntent, Side } from '../../../src/execution/order.ts';
import type { Report, VenueOrder, VenueTrade } from '../../../src/execution/report.ts';
import { anInstrument } from './instruments.ts';

/** The one market of the model: a lot is one BTC, a tick one USDT. */
export const MODEL_MARKET = anInstrument({ venue: 'v', tick: '1', lot: '1' });
const ONE = 100_000_000n;

/** An order request on its way; the venue acts on it when it arrives in its window. */
interface Request {
  readonly order: OrderIntent;
  readonly arrivesMs: number;
  readonly validUntilMs: number;
}

/** Other terms on their way, and who hears what became of them. */
interface AmendRequest {
  readonly clientId: string;
  readonly terms: Terms;
  readonly arrivesMs: number;
  readonly validUntilMs: number;
  readonly answer: (isDone: boolean) => void;
}

export type ModelOrder = { -readonly [K in keyof VenueOrder]: VenueOrder[K] };

/**
 * What a venue holds of one account, and what it says of it: reports wait in `stream` until
 * somebody hears them. Time moves only when a test says so.
 */
export class ModelVenue {
  nowMs = 1_000_000;
  /** How long a trade takes to come into the history; balances and orders know it at once. */
  historyLagMs = 0;
  readonly orders = new Map<string, ModelOrder>();
  readonly trades: VenueTrade[] = [];
  readonly stream: Report[] = [];
  readonly #balances = new Map([
    ['BTC', 1000n * ONE],
    ['USDT', 1_000_000n * ONE],
  ]);
  #requests: Request[] = [];
  #amends: AmendRequest[] = [];

  get balances(): Balances {
    return new Map([...this.#balances].map(([asset, amount]) => [asset, amountOf(amount)]));
  }

  /** Sends an order that arrives so much later; the venue ignores what arrives too late. */
  send(order: OrderIntent, delayMs: number, windowMs: number): void {
    const arrivesMs = this.nowMs + delayMs;
    this.#requests.push({ order, arrivesMs, validUntilMs: this.nowMs + windowMs });
    this.wait(0);
  }

  /** Sends other terms that arrive so much later. @param answer not called when nothing arrives */
  amend(
    request: Pick<AmendRequest, 'clientId' | 'terms' | 'answer'>,
    delayMs: number,
    windowMs: number,
  ): void {
    const arrivesMs = this.nowMs + delayMs;
    this.#amends.push({ ...request, arrivesMs, validUntilMs: this.nowMs + windowMs });
    this.wait(0);
  }

  wait(ms: number): void {
    this.nowMs += ms;
    const amends = this.#amends.filter(({ arrivesMs }) => arrivesMs <= this.nowMs);
    this.#amends = this.#amends.filter(({ arrivesMs }) => arrivesMs > this.nowMs);
    for (const each of amends) {
      if (each.arrivesMs <= each.validUntilMs) this.#amend(each);
    }
    const arrived = this.#requests.filter(({ arrivesMs }) => arrivesMs <= this.nowMs);
    this.#requests = this.#requests.filter(({ arrivesMs }) => arrivesMs > this.nowMs);
    for (const { order, arrivesMs, validUntilMs } of arrived) {
      if (arrivesMs <= validUntilMs) this.#accept(order);
    }
  }

  /** The trades that the history shows. */
  history(): readonly VenueTrade[] {
    return this.trades.filter(({ fill }) => fill.venueMs + this.historyLagMs <= this.nowMs);
  }

  open(): ModelOrder[] {
    return [...this.orders.values()].filter(({ state }) => state === 'open');
  }

  /** The price has come to a trigger. @param isRenamed whether the order gets another id with it */
  wake(order: ModelOrder, isRenamed = false): void {
    if (order.isWaiting !== true) return;
    order.isWaiting = false;
    if (isRenamed) order.venueOrderId = `w${order.venueOrderId}`;
    const { clientId, venueOrderId } = order;
    this.stream.push({ kind: 'triggered', clientId, venueOrderId });
  }

  /** What waits trades after it has woken; the target of a pair trades while it waits. */
  fill(order: ModelOrder, lots: number): void {
    if (order.trigger?.kind !== 'pair') this.wake(order, lots === 1);
    order.filledLots = lotsOf(order.filledLots + lots);
    if (order.filledLots === order.lots) order.state = 'filled';
    const trade = this.#trade(order.venueOrderId, order.side, lots, priceOf(order));
    this.stream.push({ kind: 'filled', clientId: order.clientId, ...trade });
  }

  end(order: ModelOrder, how: 'canceled' | 'expired'): void {
    order.state = how;
    this.stream.push({ kind: 'ended', clientId: order.clientId, how, reason: how });
  }

  cancel(clientId: string): void {
    const order = this.orders.get(clientId);
    if (order?.state === 'open') this.end(order, 'canceled');
  }

  /** Somebody else trades on the account: the venue knows the order, and it is not ours. */
  tradeOfOthers(side: Side, lots: number): void {
    const venueOrderId = `x${this.trades.length + 1}`;
    const trade = this.#trade(venueOrderId, side, lots, 100);
    this.stream.push({ kind: 'filled', clientId: `web-${venueOrderId}`, ...trade });
  }

  /** Money that no report tells of. */
  move(asset: string, amount: bigint): void {
    this.#balances.set(asset, (this.#balances.get(asset) ?? 0n) + amount);
  }

  /** Terms below what has filled are refused, as those of what does not rest. */
  #amend({ clientId, terms, answer }: AmendRequest): void {
    const order = this.orders.get(clientId);
    const isDone = order?.state === 'open' && terms.lots > order.filledLots;
    if (isDone) {
      Object.assign(order, { ticks: terms.ticks, lots: terms.lots });
      const { venueOrderId } = order;
      this.stream.push({ kind: 'amended', clientId, venueOrderId, ...terms });
    }
    answer(isDone);
  }

  #accept({ clientId, side, kind, ticks, lots, trigger, shownLots }: OrderIntent): void {
    const venueOrderId = `${this.orders.size + 1}`;
    const order: ModelOrder = {
      ...{ clientId, venueOrderId, symbol: MODEL_MARKET.symbol, side, kind, ticks, lots },
      filledLots: lotsOf(0),
      state: 'open',
      ...(trigger === undefined ? {} : { trigger, isWaiting: true }),
      ...(shownLots === undefined ? {} : { shownLots }),
    };
    this.orders.set(clientId, order);
    this.stream.push({ kind: 'accepted', clientId, venueOrderId });
  }

  #trade(venueOrderId: string, side: Side, lots: number, ticks: number): VenueTrade {
    const quote = BigInt(lots * ticks) * ONE;
    const sign = side === 'buy' ? 1n : -1n;
    this.move('BTC', sign * BigInt(lots) * ONE);
    this.move('USDT', -sign * quote - 1n);
    const fill = {
      tradeId: `${this.trades.length + 1}`,
      ticks: ticks as VenueOrder['ticks'],
      lots: lotsOf(lots),
      quote: amountOf(quote),
      fee: amountOf(1n),
      feeAsset: 'USDT',
      isMaker: true,
      venueMs: millisOf(this.nowMs),
    };
    const trade = { venueOrderId, symbol: MODEL_MARKET.symbol, side, fill };
    this.trades.push(trade);
    return trade;
  }
}

/** At its limit, or worse than that where none binds it. */
function priceOf({ side, ticks, trigger, isWaiting }: ModelOrder): number {
  const isBound = trigger === undefined || isWaiting === true;
  if (isBound) return ticks;
  return side === 'buy' ? 110 : 90;
}
