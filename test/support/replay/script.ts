import type { RecordedFrame } from '../../../src/simulation/recording.ts';

/** 2024-08-08 23:54:00 UTC on the venue's clock, when scripts begin. */
export const SCRIPT_START = 1_723_161_240_000;
/** How far the collector of a script is behind the venue. */
export const SKEW_MS = 1_272;

/** Price and size, as decimal texts. */
export type Quote = readonly [price: string, size: string];

const encoder = new TextEncoder();

/** A recording written by hand: frames at milliseconds since its start, on the venue's clock. */
export class Script {
  readonly lines: string[] = [];
  readonly #symbol: string;
  #prints = 0;

  constructor(symbol = 'BTCUSDT') {
    this.#symbol = symbol;
  }

  /** A snapshot as it came over REST. */
  snapshot(ms: number, id: number, bids: readonly Quote[], asks: readonly Quote[]): this {
    return this.line(ms, JSON.stringify({ lastUpdateId: id, bids, asks }));
  }

  diff(
    ms: number,
    ids: readonly [first: number, final: number],
    bids: readonly Quote[],
    asks: readonly Quote[],
  ): this {
    const [U, u] = ids;
    const s = this.#symbol;
    const event = { e: 'depthUpdate', E: SCRIPT_START + ms, s, U, u, b: bids, a: asks };
    return this.event(ms, 'depth@100ms', event);
  }

  ticker(ms: number, id: number, [b, B]: Quote, [a, A]: Quote): this {
    return this.event(ms, 'bookTicker', { u: id, s: this.#symbol, b, B, a, A });
  }

  /** @param happenedMs when it took place; a print may reach the collector later */
  print(ms: number, taker: 'buy' | 'sell', [p, q]: Quote, happenedMs = ms): this {
    this.#prints += 1;
    const T = SCRIPT_START + happenedMs;
    const s = this.#symbol;
    const t = this.#prints;
    const m = taker === 'sell';
    return this.event(ms, 'trade', { e: 'trade', E: SCRIPT_START + ms, s, t, p, q, T, m, M: true });
  }

  event(ms: number, what: string, data: object): this {
    const stream = `${this.#symbol.toLowerCase()}@${what}`;
    return this.line(ms, JSON.stringify({ stream, data }));
  }

  line(ms: number, frame: string): this {
    // A microsecond late, so that rounding (doubles have steps of 256 ns here) makes none early.
    const local = Math.round((SCRIPT_START + ms - SKEW_MS) * 1e6 + 1_000);
    this.lines.push(`${local} ${frame}`);
    return this;
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  get frames(): RecordedFrame[] {
    return this.lines.map((line, at) => {
      const blank = line.indexOf(' ');
      const frame = encoder.encode(line.slice(blank + 1));
      return { localNs: Number(line.slice(0, blank)), frame, line: at + 1 };
    });
  }
}
