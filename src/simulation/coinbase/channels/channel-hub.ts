import type { Clock } from '../../../core/env.ts';
import type { ExchangeEvent, MarketView } from '../../exchange/port.ts';
import type { PublicTrade } from '../../exchange/tape.ts';
import { orderName } from '../order-names.ts';
import type { Desk } from '../requests/operation.ts';
import { allOrders, namedOrder, userOrderJson } from '../requests/order-json.ts';
import {
  bookSnapshot,
  bookUpdate,
  candlesEvent,
  tickerEvent,
  tradesEvent,
  tradesSnapshot,
} from './channel-events.ts';
import type { ChannelLine, ChannelName } from './channel-line.ts';

/** Orders in one frame of the snapshot that begins the user channel. */
const SNAPSHOT_ORDERS = 50;

type LevelChange = Extract<ExchangeEvent, { kind: 'level-changed' }>;

/** Tells connections what they listen to: what there is when they begin, then what changes. */
export class ChannelHub {
  readonly lines = new Set<ChannelLine>();
  readonly #desk: Desk;
  readonly #clock: Clock;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#clock = desk.clock;
    desk.exchange.listen((events) => this.#publish(events));
    desk.board.listen((symbol) => {
      const market = this.#market(symbol);
      if (market !== null) this.#send('status', symbol, () => this.#status('update', [market]));
    });
  }

  /** What a connection hears first of a channel. */
  begin(line: ChannelLine, channel: ChannelName, symbols: readonly string[]): void {
    const nowMs = this.#clock.now();
    if (channel === 'user') this.#beginUser(line, nowMs);
    const markets = symbols.flatMap((symbol) => this.#market(symbol) ?? []);
    if (channel === 'status' && markets.length > 0) {
      line.send('status', this.#status('snapshot', markets), nowMs);
    }
    for (const market of markets) {
      const { symbol } = market.rules.instrument;
      const event = this.#first(channel, market, nowMs);
      if (event !== null) line.send(channel, event, nowMs, symbol);
    }
  }

  #first(channel: ChannelName, market: MarketView, nowMs: number): object | null {
    switch (channel) {
      case 'level2':
        return bookSnapshot(market);
      case 'market_trades':
        return tradesSnapshot(market);
      case 'ticker':
      case 'ticker_batch':
        return tickerEvent('snapshot', market, nowMs);
      case 'candles':
        return candlesEvent('snapshot', market, nowMs);
      default:
        return null;
    }
  }

  #beginUser(line: ChannelLine, nowMs: number): void {
    const open = allOrders(this.#desk, line.account).filter(
      ({ order }) => order.held > 0n && line.hears('user', order.symbol),
    );
    // An empty snapshot still says that there is nothing.
    for (let at = 0; at === 0 || at < open.length; at += SNAPSHOT_ORDERS) {
      const orders = open.slice(at, at + SNAPSHOT_ORDERS).map(userOrderJson);
      line.send('user', { type: 'snapshot', orders, positions: {} }, nowMs);
    }
  }

  #publish(events: readonly ExchangeEvent[]): void {
    const nowMs = this.#clock.now();
    const changes = new Map<string, LevelChange[]>();
    const trades = new Map<string, PublicTrade[]>();
    for (const event of events) {
      if (event.kind === 'level-changed') push(changes, event.symbol, event);
      else if (event.kind === 'traded') push(trades, event.trade.symbol, event.trade);
      else if (event.kind === 'executed') {
        this.#tellUser(event.order.account, event.order.orderId);
      }
    }
    for (const [symbol, list] of changes) {
      this.#send('level2', symbol, (market) => bookUpdate(market, list, nowMs));
    }
    for (const [symbol, list] of trades) {
      this.#send('market_trades', symbol, (market) => tradesEvent(market, list));
      for (const channel of ['ticker', 'ticker_batch'] as const) {
        this.#send(channel, symbol, (market) => tickerEvent('update', market, nowMs));
      }
      this.#send('candles', symbol, (market) => candlesEvent('update', market, nowMs));
    }
  }

  #tellUser(account: string, orderId: number): void {
    const lines = [...this.lines].filter((line) => line.account === account);
    if (lines.length === 0) return;
    const order = namedOrder(this.#desk, account, orderName(orderId));
    if (order === null) return;
    const nowMs = this.#clock.now();
    for (const line of lines) {
      if (!line.hears('user', order.order.symbol)) continue;
      line.send('user', { type: 'update', orders: [userOrderJson(order)] }, nowMs);
    }
  }

  #status(type: 'snapshot' | 'update', markets: readonly MarketView[]) {
    return { type, products: markets.map((market) => this.#desk.board.statusJson(market)) };
  }

  #send(channel: ChannelName, symbol: string, event: (market: MarketView) => object | null): void {
    const market = this.#market(symbol);
    const heard = [...this.lines].filter((line) => line.hears(channel, symbol));
    if (market === null || heard.length === 0) return;
    const told = event(market);
    if (told === null) return;
    const nowMs = this.#clock.now();
    for (const line of heard) line.send(channel, told, nowMs, symbol);
  }

  #market(symbol: string): MarketView | null {
    return this.#desk.exchange.markets.get(symbol) ?? null;
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}
