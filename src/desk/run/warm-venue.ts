import type { HttpReply, HttpRequest, Net, NetFault, WebSocketHandlers } from '../../core/env.ts';
import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Lots, Ticks } from '../../core/units.ts';

/** The made-up market swings around this price, so that every step asks for other quotes. */
const MID_TICKS = 1_000_000;
/** Less than the half-spread of the quotes, or a new bid would meet the old ask. */
const SWING_TICKS = 500;
const SPREAD_TICKS = 2;
/** Levels of a depth frame that are set, and as many that are taken away, on each side. */
const DEPTH_LEVELS = 10;
/** Update ids of one width, so that a frame is changed in place. */
const ID_DIGITS = 12;
const ID_FIRST = 10 ** (ID_DIGITS - 1);

/** One frame, and where in it the update ids stand: a diff has two, a ticker one. */
interface Frame {
  readonly bytes: Buffer;
  readonly isDiff: boolean;
  readonly firstIdAt: number;
  readonly finalIdAt: number;
}

/** The frame that brings a price, and the one that repeats it. */
interface Step {
  readonly first: Frame;
  readonly again: Frame;
}

/**
 * A venue that exists in memory: tickers and books that swing, orders accepted, cancels that
 * succeed. It is no market and no exchange; it exists so that the real code has something to do.
 */
export class WarmVenue implements Net {
  readonly #instrument: Instrument;
  readonly #steps: readonly Step[];
  readonly #repeats: number;
  #stream: WebSocketHandlers | null = null;
  #session: WebSocketHandlers | null = null;
  #answers: Buffer[] = [];
  #updateId = ID_FIRST;
  /** Update id of the last diff: the next one has to follow it. */
  #diffId = ID_FIRST - 1;

  /** @param repeats frames of one price before the next price */
  constructor(instrument: Instrument, repeats = 1) {
    this.#instrument = instrument;
    this.#repeats = repeats;
    const [low, mid, high] = [-SWING_TICKS, 0, SWING_TICKS].map((off) =>
      this.#ticker(MID_TICKS + off),
    ) as [Frame, Frame, Frame];
    this.#steps = [
      { first: low, again: low },
      { first: this.#depth(0, 1), again: mid },
      { first: high, again: high },
      { first: this.#depth(1, 0), again: mid },
    ];
  }

  webSocket: Net['webSocket'] = (url, handlers) => {
    const isStream = url.startsWith('warm:stream');
    if (isStream) this.#stream = handlers;
    else this.#session = handlers;
    return {
      send: (text) => {
        if (!isStream) this.#answer(text);
        return true;
      },
      close() {},
    };
  };

  /** A depth snapshot for whoever asks for one, whenever that is, and nothing else. */
  http(request: HttpRequest, done: (outcome: Result<HttpReply, NetFault>) => void): void {
    if (!request.url.startsWith('warm:rest')) {
      done(err({ kind: 'refused', url: request.url, detail: 'not here' }));
      return;
    }
    const level = (ticks: number) => `[["${this.#price(ticks)}","${this.#size()}"]]`;
    const bids = level(MID_TICKS - SPREAD_TICKS);
    const asks = level(MID_TICKS + SPREAD_TICKS);
    const body = `{"lastUpdateId":${this.#diffId},"bids":${bids},"asks":${asks}}`;
    done(ok({ status: 200, headers: {}, body }));
  }

  /** The feed connects and gets its snapshot. */
  open(): void {
    this.#stream?.opened();
  }

  /** One frame through the whole desk, and the venue's answers to what it sent. */
  tick(): void {
    const sent = this.#updateId - ID_FIRST;
    const { first, again } = this.#steps[
      Math.floor(sent / this.#repeats) % this.#steps.length
    ] as Step;
    const frame = sent % this.#repeats === 0 ? first : again;
    if (frame.isDiff) {
      frame.bytes.write(String(this.#diffId + 1), frame.firstIdAt, 'latin1');
      this.#diffId = this.#updateId;
    }
    frame.bytes.write(String(this.#updateId), frame.finalIdAt, 'latin1');
    this.#updateId += 1;
    this.#stream?.message(frame.bytes);
    for (const answer of this.#answers.splice(0)) this.#session?.message(answer);
  }

  #answer(text: string): void {
    if (!text.includes('"order.')) return;
    const id = /"id":"(\d+)"/.exec(text)?.[1] ?? '0';
    this.#answers.push(Buffer.from(`{"id":"${id}","status":200,"result":{"orderId":${id}}}`));
    if (text.includes('"order.cancel"')) {
      const clientId = /"origClientOrderId":"([^"]+)"/.exec(text)?.[1] ?? '';
      const { symbol } = this.#instrument;
      const order = `"e":"executionReport","s":"${symbol}","c":"x","C":"${clientId}"`;
      const event = `{${order},"x":"CANCELED","X":"CANCELED","i":${id},"z":"0"}`;
      this.#answers.push(Buffer.from(`{"subscriptionId":0,"event":${event}}`));
    }
  }

  #ticker(mid: number): Frame {
    const { symbol } = this.#instrument;
    const bid = `"b":"${this.#price(mid - SPREAD_TICKS)}","B":"${this.#size()}"`;
    const ask = `"a":"${this.#price(mid + SPREAD_TICKS)}","A":"${this.#size()}"`;
    return this.#frame('bookTicker', `"u":${ID_FIRST},"s":"${symbol}",${bid},${ask}`);
  }

  /** A diff: levels of one parity come, those of the other go. */
  #depth(comes: number, goes: number): Frame {
    const { symbol } = this.#instrument;
    const side = (direction: number) => {
      const levels = Array.from({ length: DEPTH_LEVELS }, (_, level) => {
        const ticks = (parity: number) =>
          MID_TICKS + direction * (SPREAD_TICKS + 1 + 2 * level + parity);
        const gone = `["${this.#price(ticks(goes))}","0"]`;
        return `["${this.#price(ticks(comes))}","${this.#size()}"],${gone}`;
      });
      return `[${levels.join()}]`;
    };
    const ids = `"U":${ID_FIRST},"u":${ID_FIRST}`;
    const head = `"e":"depthUpdate","E":1700000000000,"s":"${symbol}",${ids}`;
    return this.#frame('depth@100ms', `${head},"b":${side(-1)},"a":${side(1)}`);
  }

  #frame(stream: string, data: string): Frame {
    const { symbol } = this.#instrument;
    const text = `{"stream":"${symbol.toLowerCase()}@${stream}","data":{${data}}}`;
    const id = String(ID_FIRST);
    return {
      bytes: Buffer.from(text),
      isDiff: text.indexOf(id) !== text.lastIndexOf(id),
      firstIdAt: text.indexOf(id),
      finalIdAt: text.lastIndexOf(id),
    };
  }

  #price(ticks: number): string {
    return priceText(this.#instrument, ticks as Ticks);
  }

  #size(): string {
    return quantityText(this.#instrument, 1_000 as Lots);
  }
}
