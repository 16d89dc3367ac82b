import type { Clock, Timers } from '../../../core/env.ts';
import type { ExchangeEvent, ExchangePort, MarketView } from '../../exchange/port.ts';
import { grouped, type PublicTrade } from '../../exchange/tape.ts';
import type { FaultPlan } from '../faults.ts';
import { bookTickerJson, groupJson } from '../requests/market-json.ts';
import { type Wire, wireOf } from '../requests/order-json.ts';
import { DepthDiffs } from './depth-diffs.ts';
import type { Line } from './line.ts';
import { Audience, type PublicStreams } from './public-streams.ts';

const DEPTH_INTERVALS_MS: Readonly<Record<string, number>> = {
  depth: 1_000,
  'depth@1000ms': 1_000,
  'depth@100ms': 100,
  'depth@250ms': 250,
  'depth@500ms': 500,
};
const EVENT_STREAMS: readonly string[] = ['trade', 'aggTrade', 'bookTicker'];

/** One stream that somebody has asked for. */
interface Channel {
  readonly name: string;
  readonly diffs: DepthDiffs | null;
}

interface Edges {
  readonly exchange: ExchangePort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly faults: FaultPlan;
  /** The dialect of futures: `pu` in diffs, times in book tickers. */
  readonly isFutures?: boolean;
}

/**
 * The public streams: trades at once, trades of one taker and price joined, best bid and ask when
 * they change, and the book's changes in batches. A frame is written once for all who listen.
 */
export class MarketStreams implements PublicStreams {
  readonly #edges: Edges;
  readonly #audience = new Audience();
  readonly #channels = new Map<string, Channel>();
  /** Channels with collected changes, by symbol. */
  readonly #diffs = new Map<string, Channel[]>();
  readonly #wires = new Map<string, Wire>();
  readonly #bests = new Map<string, string>();

  constructor(edges: Edges) {
    this.#edges = edges;
    for (const [symbol, { rules }] of edges.exchange.markets) {
      this.#wires.set(symbol, wireOf(rules.instrument));
    }
    edges.exchange.listen((events) => this.#publishAll(events));
  }

  /** @returns false when there is no such stream, or the connection has too many */
  add(line: Line, name: string): boolean {
    const channel = this.#channels.get(name) ?? this.#open(name);
    if (channel === null) return false;
    const isNew = !this.#audience.isHeard(name);
    if (!this.#audience.add(line, name)) return false;
    if (isNew) this.#start(channel);
    return true;
  }

  remove(line: Line, name: string): void {
    this.#audience.remove(line, name);
    if (!this.#audience.isHeard(name)) this.#channels.get(name)?.diffs?.stop();
  }

  namesOf(line: Line): string[] {
    return this.#audience.namesOf(line);
  }

  /** Begins to follow what a channel tells, from how it is now. */
  #start({ name, diffs }: Channel): void {
    diffs?.start();
    const symbol = name.slice(0, name.indexOf('@')).toUpperCase();
    const market = this.#edges.exchange.markets.get(symbol);
    if (market !== undefined) this.#bests.set(symbol, bestText(market));
  }

  #open(name: string): Channel | null {
    const cut = name.indexOf('@');
    const symbol = name.slice(0, cut).toUpperCase();
    const what = name.slice(cut + 1);
    const market = this.#edges.exchange.markets.get(symbol);
    if (cut < 1 || market === undefined || symbol === name.slice(0, cut)) return null;
    const intervalMs = Object.hasOwn(DEPTH_INTERVALS_MS, what) ? DEPTH_INTERVALS_MS[what] : null;
    if (intervalMs == null && !EVENT_STREAMS.includes(what)) return null;
    const publish = (text: string): void => this.#send(name, text);
    const diffs =
      intervalMs == null ? null : new DepthDiffs(market, intervalMs, { ...this.#edges, publish });
    const channel: Channel = { name, diffs };
    this.#channels.set(name, channel);
    if (diffs !== null) this.#diffs.set(symbol, [...(this.#diffs.get(symbol) ?? []), channel]);
    return channel;
  }

  #publishAll(events: readonly ExchangeEvent[]): void {
    const changed = new Set<string>();
    const trades: PublicTrade[] = [];
    for (const event of events) {
      if (event.kind === 'level-changed') {
        changed.add(event.symbol);
        for (const { diffs } of this.#diffs.get(event.symbol) ?? []) diffs?.note(event);
      } else if (event.kind === 'traded') {
        this.#trade(event.trade);
        trades.push(event.trade);
      }
    }
    for (const group of grouped(trades)) this.#group(group);
    for (const symbol of changed) this.#best(symbol);
  }

  #trade(trade: PublicTrade): void {
    const isBuy = trade.takerSide === 'buy';
    this.#publish(trade.symbol, 'trade', (wire, nowMs) => ({
      e: 'trade',
      E: nowMs,
      s: trade.symbol,
      t: trade.tradeId,
      p: wire.price(trade.ticks),
      q: wire.quantity(trade.lots),
      b: isBuy ? trade.takerOrderId : trade.makerOrderId,
      a: isBuy ? trade.makerOrderId : trade.takerOrderId,
      T: trade.venueMs,
      m: !isBuy,
      M: true,
    }));
  }

  #group(group: readonly PublicTrade[]): void {
    const symbol = group[0]?.symbol ?? '';
    this.#publish(symbol, 'aggTrade', (wire, nowMs) => ({
      e: 'aggTrade',
      E: nowMs,
      s: symbol,
      ...groupJson(wire, group),
    }));
  }

  #best(symbol: string): void {
    const market = this.#edges.exchange.markets.get(symbol);
    if (market === undefined || !this.#audience.isHeard(streamOf(symbol, 'bookTicker'))) return;
    const best = bestText(market);
    if (this.#bests.get(symbol) === best) return;
    this.#bests.set(symbol, best);
    const { bidPrice, bidQty, askPrice, askQty } = bookTickerJson(market);
    const { updateId } = market;
    const { isFutures } = this.#edges;
    this.#publish(symbol, 'bookTicker', (_, nowMs) => ({
      ...(isFutures && { e: 'bookTicker', E: nowMs, T: nowMs }),
      u: updateId,
      s: symbol,
      b: bidPrice,
      B: bidQty,
      a: askPrice,
      A: askQty,
    }));
  }

  #publish(symbol: string, what: string, write: (wire: Wire, nowMs: number) => unknown): void {
    const name = streamOf(symbol, what);
    const wire = this.#wires.get(symbol);
    if (wire === undefined || !this.#audience.isHeard(name)) return;
    this.#send(name, JSON.stringify(write(wire, this.#edges.clock.now())));
  }

  #send(name: string, text: string): void {
    this.#audience.send(name, {
      bare: () => text,
      combined: () => `{"stream":"${name}","data":${text}}`,
    });
  }
}

function streamOf(symbol: string, what: string): string {
  return `${symbol.toLowerCase()}@${what}`;
}

function bestText(market: MarketView): string {
  return JSON.stringify(bookTickerJson(market));
}
