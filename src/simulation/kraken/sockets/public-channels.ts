import type { Clock } from '../../../core/env.ts';
import { amountText } from '../../../core/instrument.ts';
import { RateBudget } from '../../../core/rate-budget.ts';
import { type FaultPlan, FaultyFrames } from '../../binance/faults.ts';
import type { Line } from '../../binance/streams/line.ts';
import type { ExchangeEvent, MarketView } from '../../exchange/port.ts';
import { MINUTE_MS, type PublicTrade } from '../../exchange/tape.ts';
import { type Desk, priceOf, sizeOf, timeText } from '../call.ts';
import { CALL_RATE } from '../errors.ts';
import { raw, writeJson } from '../raw-json.ts';
import { BookChannel } from './book-channel.ts';
import { Level3Channel } from './level3-channel.ts';

const DEPTHS: ReadonlySet<number> = new Set([10, 25, 100, 500, 1_000]);
/** Points that a book by order counts, by its depth, of those that a connection has a second. */
const LEVEL3_POINTS: ReadonlyMap<number, number> = new Map([
  [10, 5],
  [100, 25],
  [1_000, 100],
]);
const LEVEL3_RATE = { ratePerSecond: 200, burst: 200 };
/** Levels a side when nothing else is asked for. */
export const DEFAULT_DEPTH = 10;
const SNAPSHOT_TRADES = 50;
const DAY_MS = 86_400_000;
/** Pairs of one subscription, and channels of one connection. */
const CHANNELS_MAX = 1_024;

const KINDS = ['book', 'level3', 'trade', 'ticker', 'ohlc'] as const;

/** A stream that somebody listens to. */
interface Channel {
  readonly symbol: string;
  readonly kind: (typeof KINDS)[number];
  readonly book: BookChannel | Level3Channel | null;
  readonly frames: FaultyFrames<string>;
  readonly lines: Set<Line>;
  readonly minutes: number;
}

export interface Subscription {
  readonly channel: string;
  readonly symbol: string;
  readonly depth: number;
  readonly minutes: number;
  readonly hasSnapshot: boolean;
}

/** Books, trades, tickers and candles of the public socket, and the state of pairs. */
export class PublicChannels {
  readonly #desk: Desk;
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #channels = new Map<string, Channel>();
  readonly #instrumentLines = new Set<Line>();
  readonly #statusLines = new Set<Line>();
  /** Of the connections that have asked for books by order. */
  readonly #points = new WeakMap<Line, RateBudget>();
  /** Book frames whose checksum is to be wrong, by symbol. */
  readonly #wrongSums = new Map<string, number>();

  constructor(desk: Desk, faults: FaultPlan) {
    this.#desk = desk;
    this.#clock = desk.clock;
    this.#faults = faults;
    desk.exchange.listen((events) => this.#publish(events));
    desk.state.listen((symbol) => this.#tellState(symbol));
  }

  /** Lets the checksums of the next book frames of a market be wrong. */
  spoilChecksums(symbol: string, times: number): void {
    this.#wrongSums.set(symbol, times);
  }

  /** A connection hears of the venue's status from its first moment on. */
  greet(line: Line): void {
    this.#statusLines.add(line);
    line.send(this.#status());
  }

  /**
   * @param tell takes the snapshot
   * @returns what is wrong with a subscription; null when it is one
   */
  add(line: Line, subscription: Subscription, tell: (snapshot: string) => void): string | null {
    const { channel, symbol, hasSnapshot } = subscription;
    if (channel === 'instrument') {
      this.#instrumentLines.add(line);
      if (hasSnapshot) tell(this.#instruments('snapshot', null));
      return null;
    }
    const found = this.#find(subscription);
    if (typeof found === 'string') return found;
    if (found.lines.has(line)) return 'Already subscribed';
    const mine = [...this.#channels.values()].filter(({ lines }) => lines.has(line));
    if (mine.length >= CHANNELS_MAX) return 'Too many subscriptions';
    if (channel === 'level3' && !this.#hasPoints(line, subscription.depth)) return CALL_RATE;
    // Whoever comes first finds the book as it is now, the others as it was told.
    if (found.lines.size === 0) this.#refresh(found, symbol);
    found.lines.add(line);
    const snapshot = hasSnapshot ? this.#snapshot(found) : null;
    if (snapshot !== null) tell(snapshot);
    return null;
  }

  remove(line: Line, subscription: Subscription): string | null {
    if (subscription.channel === 'instrument') {
      return this.#instrumentLines.delete(line) ? null : 'Subscription Not Found';
    }
    const channel = this.#channels.get(keyOf(subscription));
    return channel?.lines.delete(line) ? null : 'Subscription Not Found';
  }

  forget(line: Line): void {
    this.#instrumentLines.delete(line);
    this.#statusLines.delete(line);
    for (const { lines } of this.#channels.values()) lines.delete(line);
  }

  #find(subscription: Subscription): Channel | string {
    const { channel, symbol, depth, minutes } = subscription;
    const market = this.#desk.exchange.markets.get(symbol);
    if (market === undefined) return `Currency pair not supported ${symbol}`;
    const kind = KINDS.find((each) => each === channel);
    if (kind === undefined) return `Channel not supported ${channel}`;
    const isBook = kind === 'book' || kind === 'level3';
    const isDeep = kind === 'level3' ? LEVEL3_POINTS.has(depth) : DEPTHS.has(depth);
    if (isBook && !isDeep) return 'Subscription depth not supported';
    const book = kind === 'level3' ? Level3Channel.of(market, depth) : null;
    if (kind === 'level3' && book === null) return `Channel not supported ${channel}`;
    const key = keyOf(subscription);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const lines = new Set<Line>();
    const made: Channel = {
      symbol,
      kind,
      book: kind === 'book' ? new BookChannel(market, depth) : book,
      frames: new FaultyFrames(this.#faults, isBook ? symbol : '', (text) => {
        for (const line of lines) line.send(text);
      }),
      lines,
      minutes,
    };
    this.#channels.set(key, made);
    return made;
  }

  #hasPoints(line: Line, depth: number): boolean {
    const nowMs = this.#clock.now();
    const budget = this.#points.get(line) ?? new RateBudget(LEVEL3_RATE, nowMs);
    this.#points.set(line, budget);
    return budget.take(nowMs, LEVEL3_POINTS.get(depth));
  }

  #refresh(channel: Channel, symbol: string): void {
    channel.book?.update(this.#clock.now(), this.#desk.state.moreDecimals(symbol));
  }

  #snapshot({ book, kind, symbol, minutes }: Channel): string | null {
    const market = this.#desk.exchange.markets.get(symbol);
    if (market === undefined) return null;
    if (book !== null) {
      return book.snapshot(this.#clock.now(), this.#desk.state.moreDecimals(symbol));
    }
    if (kind === 'trade')
      return tradeFrame(market, 'snapshot', market.tape.latest(SNAPSHOT_TRADES));
    if (kind === 'ticker') return this.#ticker(market, 'snapshot');
    return this.#candle(market, minutes, 'snapshot');
  }

  #publish(events: readonly ExchangeEvent[]): void {
    const trades: PublicTrade[] = [];
    const changed = new Set<string>();
    for (const event of events) {
      if (event.kind === 'traded') trades.push(event.trade);
      if (event.kind === 'level-changed') changed.add(event.symbol);
    }
    for (const channel of this.#channels.values()) {
      if (channel.lines.size === 0) continue;
      const own = trades.filter(({ symbol }) => symbol === channel.symbol);
      const text = this.#news(channel, own, changed.has(channel.symbol));
      if (text !== null) channel.frames.send(text);
    }
  }

  /** What a channel has to tell of a batch; null when nothing. */
  #news(channel: Channel, trades: readonly PublicTrade[], isChanged: boolean): string | null {
    const { symbol, kind, book, minutes } = channel;
    const market = this.#desk.exchange.markets.get(symbol);
    if (market === undefined) return null;
    if (book !== null) return isChanged ? this.#bookUpdate(book, symbol) : null;
    if (trades.length === 0 && (kind !== 'ticker' || !isChanged)) return null;
    if (kind === 'trade') return tradeFrame(market, 'update', trades);
    return kind === 'ticker'
      ? this.#ticker(market, 'update')
      : this.#candle(market, minutes, 'update');
  }

  #bookUpdate(book: BookChannel | Level3Channel, symbol: string): string | null {
    const text = book.update(this.#clock.now(), this.#desk.state.moreDecimals(symbol));
    const wrong = this.#wrongSums.get(symbol) ?? 0;
    if (text === null || wrong === 0) return text;
    this.#wrongSums.set(symbol, wrong - 1);
    return text.replace(/"checksum":\d+/, '"checksum":1');
  }

  #ticker(market: MarketView, type: string): string {
    const { instrument } = market.rules;
    const price = (ticks: number) => raw(priceOf(instrument, ticks));
    const size = (lots: number) => raw(sizeOf(instrument, lots));
    const [bid, ask] = [market.best('buy'), market.best('sell')];
    const day = market.tape.window(this.#clock.now() - DAY_MS);
    const average = day === null ? 0 : Number(day.quote) / 1e8 / (day.lots * instrument.lotSize);
    const change = day === null ? 0 : day.close - day.open;
    const ticker = {
      symbol: instrument.symbol,
      bid: price(bid?.ticks ?? 0),
      bid_qty: size(bid?.lots ?? 0),
      ask: price(ask?.ticks ?? 0),
      ask_qty: size(ask?.lots ?? 0),
      last: price(market.tape.last?.ticks ?? 0),
      volume: size(day?.lots ?? 0),
      vwap: raw(average.toFixed(instrument.priceDecimals)),
      low: price(day?.low ?? 0),
      high: price(day?.high ?? 0),
      change: price(change),
      change_pct: raw((day === null ? 0 : (change / day.open) * 100).toFixed(2)),
    };
    return writeJson({ channel: 'ticker', type, data: [ticker] });
  }

  #candle(market: MarketView, minutes: number, type: string): string | null {
    const { instrument } = market.rules;
    const nowMs = this.#clock.now();
    const [bar] = market.tape.bars(minutes, nowMs - 2 * minutes * MINUTE_MS, nowMs, 1);
    if (bar === undefined) return null;
    const price = (ticks: number) => raw(priceOf(instrument, ticks));
    const average = Number(bar.quote) / 1e8 / (bar.lots * instrument.lotSize);
    const candle = {
      symbol: instrument.symbol,
      open: price(bar.open),
      high: price(bar.high),
      low: price(bar.low),
      close: price(bar.close),
      trades: bar.trades,
      volume: raw(sizeOf(instrument, bar.lots)),
      vwap: raw(average.toFixed(instrument.priceDecimals)),
      interval_begin: timeText(bar.openMs),
      interval: minutes,
      timestamp: timeText(bar.openMs + minutes * MINUTE_MS),
    };
    return writeJson({ channel: 'ohlc', type, timestamp: timeText(nowMs), data: [candle] });
  }

  #tellState(symbol: string | null): void {
    if (symbol === null) for (const line of this.#statusLines) line.send(this.#status());
    else {
      const text = this.#instruments('update', symbol);
      for (const line of this.#instrumentLines) line.send(text);
    }
  }

  #status(): string {
    const { system } = this.#desk.state;
    const status = { api_version: 'v2', connection_id: 1, system, version: '2.0.0' };
    return writeJson({ channel: 'status', type: 'update', data: [status] });
  }

  #instruments(type: string, only: string | null): string {
    const { state, pairs } = this.#desk;
    const described = pairs.all
      .filter(({ names }) => only === null || names.symbol === only)
      .map(({ names: { symbol }, market }) => {
        const { instrument } = market.rules;
        const more = state.moreDecimals(symbol);
        const tick = more === 0 ? priceOf(instrument, 1) : `0.${'0'.repeat(more)}1`;
        return {
          symbol,
          base: instrument.base,
          quote: instrument.quote,
          status: state.statusOf(symbol),
          qty_precision: instrument.quantityDecimals,
          qty_increment: raw(sizeOf(instrument, 1)),
          price_precision: instrument.priceDecimals + more,
          cost_precision: 5,
          marginable: false,
          has_index: false,
          cost_min: raw(amountText(instrument.notionalMin)),
          tick_size: raw(tick),
          price_increment: raw(tick),
          qty_min: raw(sizeOf(instrument, instrument.lotsMin)),
        };
      });
    return writeJson({ channel: 'instrument', type, data: { assets: [], pairs: described } });
  }
}

function keyOf({ channel, symbol, depth, minutes }: Subscription): string {
  const isBook = channel === 'book' || channel === 'level3';
  return `${channel} ${symbol} ${isBook ? depth : channel === 'ohlc' ? minutes : ''}`;
}

function tradeFrame(
  market: MarketView,
  type: 'snapshot' | 'update',
  trades: readonly PublicTrade[],
): string {
  const { instrument } = market.rules;
  const data = trades.map(({ ticks, lots, takerSide, tradeId, venueMs }) => ({
    symbol: instrument.symbol,
    side: takerSide,
    price: raw(priceOf(instrument, ticks)),
    qty: raw(sizeOf(instrument, lots)),
    ord_type: 'market',
    trade_id: tradeId,
    timestamp: timeText(venueMs),
  }));
  return writeJson({ channel: 'trade', type, data });
}
