import type { Clock, Timers } from '../../../core/env.ts';
import type { ExchangeEvent, ExchangePort, MarketView } from '../../exchange/port.ts';
import { grouped, type PublicTrade } from '../../exchange/tape.ts';
import type { FaultPlan } from '../faults.ts';
import { bookTickerJson, groupJson } from '../requests/market-json.ts';
import { type Wire, wireOf } from '../requests/order-json.ts';
import { DepthDiffs } from './depth-diffs.ts';
import type { Line } from './line.ts';

/** Streams that one connection may listen to. */
export const STREAMS_MAX = 1_024;

const DEPTH_INTERVALS_MS: Readonly<Record<string, number>> = {
  depth: 1_000,
  'depth@1000ms': 1_000,
  'depth@100ms': 100,
};
const EVENT_STREAMS: readonly string[] = ['trade', 'aggTrade', 'bookTicker'];

/** One stream and who listens to it. */
interface Channel {
  readonly name: string;
  readonly lines: Set<Line>;
  readonly diffs: DepthDiffs | null;
}

interface Edges {
  readonly exchange: ExchangePort;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly faults: FaultPlan;
}

/**
 * The public streams: trades at once, trades of one taker and price joined, best bid and ask when
 * they change, and the book's changes in batches. A frame is written once for all who listen.
 */
export class MarketStreams {
  readonly #edges: Edges;
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
    if (channel === null || this.namesOf(line).length >= STREAMS_MAX) return false;
    if (channel.lines.size === 0) this.#start(channel);
    channel.lines.add(line);
    return true;
  }

  remove(line: Line, name: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined || !channel.lines.delete(line)) return;
    if (channel.lines.size === 0) channel.diffs?.stop();
  }

  namesOf(line: Line): string[] {
    const channels = [...this.#channels.values()];
    return channels.filter(({ lines }) => lines.has(line)).map(({ name }) => name);
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
    const lines = new Set<Line>();
    const publish = (text: string): void => sendAll(name, lines, text);
    const diffs =
      intervalMs == null ? null : new DepthDiffs(market, intervalMs, { ...this.#edges, publish });
    const channel: Channel = { name, lines, diffs };
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
    const channel = this.#channels.get(`${symbol.toLowerCase()}@bookTicker`);
    if (market === undefined || channel === undefined || channel.lines.size === 0) return;
    const best = bestText(market);
    if (this.#bests.get(symbol) === best) return;
    this.#bests.set(symbol, best);
    const { bidPrice, bidQty, askPrice, askQty } = bookTickerJson(market);
    const { updateId } = market;
    this.#publish(symbol, 'bookTicker', () => ({
      u: updateId,
      s: symbol,
      b: bidPrice,
      B: bidQty,
      a: askPrice,
      A: askQty,
    }));
  }

  #publish(symbol: string, what: string, write: (wire: Wire, nowMs: number) => unknown): void {
    const channel = this.#channels.get(`${symbol.toLowerCase()}@${what}`);
    const wire = this.#wires.get(symbol);
    if (channel === undefined || wire === undefined || channel.lines.size === 0) return;
    const text = JSON.stringify(write(wire, this.#edges.clock.now()));
    sendAll(channel.name, channel.lines, text);
  }
}

function bestText(market: MarketView): string {
  return JSON.stringify(bookTickerJson(market));
}

function sendAll(name: string, lines: ReadonlySet<Line>, text: string): void {
  let combined = '';
  for (const line of lines) {
    if (line.isCombined && combined === '') combined = `{"stream":"${name}","data":${text}}`;
    line.send(line.isCombined ? combined : text);
  }
}
