import { type FaultPlan, FaultyFrames } from '../../binance/faults.ts';
import type { Line } from '../../binance/streams/line.ts';
import { timeText } from '../requests/operation.ts';

/** Channels by the name that clients subscribe to, with the name that frames carry. */
export const CHANNELS = {
  heartbeats: 'heartbeats',
  level2: 'l2_data',
  market_trades: 'market_trades',
  ticker: 'ticker',
  ticker_batch: 'ticker_batch',
  candles: 'candles',
  status: 'status',
  user: 'user',
} as const;
export type ChannelName = keyof typeof CHANNELS;

export function isChannel(name: unknown): name is ChannelName {
  return typeof name === 'string' && Object.hasOwn(CHANNELS, name);
}

/** One connection with what it listens to. It numbers every frame, whatever the channel. */
export class ChannelLine {
  readonly line: Line;
  readonly openedMs: number;
  /** When something was sent last. */
  sentMs: number;
  /** Account whose orders it hears; '' for none. */
  account = '';
  readonly #channels = new Map<ChannelName, Set<string>>();
  readonly #faults: FaultPlan;
  readonly #faulty = new Map<string, FaultyFrames<string>>();
  #sequence = 0;
  #beats = 0;

  constructor(line: Line, faults: FaultPlan, nowMs: number) {
    this.line = line;
    this.openedMs = nowMs;
    this.sentMs = nowMs;
    this.#faults = faults;
  }

  get hasSubscribed(): boolean {
    return this.#channels.size > 0;
  }

  hears(channel: ChannelName, symbol: string): boolean {
    const symbols = this.#channels.get(channel);
    // The user channel without products is about all of them.
    return symbols !== undefined && (symbols.has(symbol) || (channel === 'user' && !symbols.size));
  }

  has(channel: ChannelName): boolean {
    return this.#channels.has(channel);
  }

  subscribe(channel: ChannelName, symbols: readonly string[]): void {
    const known = this.#channels.get(channel) ?? new Set();
    for (const symbol of symbols) known.add(symbol);
    this.#channels.set(channel, known);
  }

  unsubscribe(channel: ChannelName, symbols: readonly string[]): void {
    const known = this.#channels.get(channel);
    if (known === undefined) return;
    for (const symbol of symbols) known.delete(symbol);
    if (known.size === 0 || symbols.length === 0) this.#channels.delete(channel);
  }

  /** @param symbol product of a frame of levels, which faults may be ordered for */
  send(channel: ChannelName | 'subscriptions', event: object, nowMs: number, symbol = ''): void {
    const name = channel === 'subscriptions' ? channel : CHANNELS[channel];
    const text = JSON.stringify({
      channel: name,
      client_id: '',
      timestamp: timeText(nowMs),
      sequence_num: this.#sequence,
      events: [event],
    });
    this.#sequence += 1;
    this.sentMs = nowMs;
    if (channel === 'level2') this.#faultyFor(symbol).send(text);
    else this.line.send(text);
  }

  acknowledge(nowMs: number): void {
    const entries = [...this.#channels].map(([name, symbols]) => [name, [...symbols]]);
    this.send('subscriptions', { subscriptions: Object.fromEntries(entries) }, nowMs);
  }

  beat(nowMs: number): void {
    const event = { current_time: timeText(nowMs), heartbeat_counter: this.#beats };
    this.#beats += 1;
    this.send('heartbeats', event, nowMs);
  }

  #faultyFor(symbol: string): FaultyFrames<string> {
    const known = this.#faulty.get(symbol);
    if (known !== undefined) return known;
    const made = new FaultyFrames<string>(this.#faults, symbol, (text) => this.line.send(text));
    this.#faulty.set(symbol, made);
    return made;
  }
}
