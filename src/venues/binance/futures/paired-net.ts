import type {
  Clock,
  Net,
  Timer,
  Timers,
  WebSocketHandlers,
  WebSocketLimits,
  WebSocketLink,
} from '../../../core/env.ts';

/** The account's connection is quiet while nothing happens, so it is asked for a sign of life. */
const ASK_EVERY_MS = 3_000;
const SILENT_MS_MAX = 10_000;
const ASK = '{"method":"LIST_SUBSCRIPTIONS","id":1}';

export interface PairedNetOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Where orders are sent; asked of the net with `?listenKey=…` behind it. */
  readonly ordersUrl: string;
  /** Where the account's events come from, without the listen key. */
  readonly eventsUrl: string;
}

/**
 * A net on which the order connection of Binance USD-M futures carries the account's events too.
 * Both connections open and end as one: an order never leaves while its reports cannot be heard.
 * Every other url is opened as it is.
 */
export function pairedNet(options: PairedNetOptions): Net {
  const { net, ordersUrl } = options;
  return {
    http: (request, done) => net.http(request, done),
    webSocket(url, handlers, limits) {
      if (!url.startsWith(`${ordersUrl}?`)) return net.webSocket(url, handlers, limits);
      return new Pair(options, url.slice(ordersUrl.length), handlers, limits);
    },
  };
}

class Pair implements WebSocketLink {
  readonly #options: PairedNetOptions;
  readonly #handlers: WebSocketHandlers;
  readonly #orders: WebSocketLink;
  readonly #events: WebSocketLink;
  #watch: Timer | null = null;
  #opened = 0;
  #heardNs = 0;
  #isOver = false;

  constructor(
    options: PairedNetOptions,
    query: string,
    handlers: WebSocketHandlers,
    limits: WebSocketLimits,
  ) {
    const { net, clock, ordersUrl, eventsUrl } = options;
    this.#options = options;
    this.#handlers = handlers;
    this.#orders = this.#open(net, ordersUrl, limits, () => {});
    this.#events = this.#open(net, eventsUrl + query, limits, () => {
      this.#heardNs = clock.mono();
    });
  }

  send(text: string): boolean {
    return !this.#isOver && this.#orders.send(text);
  }

  close(): void {
    this.#orders.close();
    this.#events.close();
  }

  #open(net: Net, url: string, limits: WebSocketLimits, heard: () => void): WebSocketLink {
    return net.webSocket(
      url,
      {
        opened: () => {
          heard();
          this.#opened += 1;
          if (this.#opened < 2 || this.#isOver) return;
          this.#watchEvents();
          this.#handlers.opened();
        },
        message: (frame) => {
          heard();
          if (!this.#isOver) this.#handlers.message(frame);
        },
        closed: (code, reason) => this.#end(code, reason),
      },
      limits,
    );
  }

  #watchEvents(): void {
    const { timers, clock } = this.#options;
    this.#watch = timers.after(ASK_EVERY_MS, () => {
      if ((clock.mono() - this.#heardNs) / 1e6 > SILENT_MS_MAX) {
        this.#end(1006, "the account's connection is silent");
        return;
      }
      this.#events.send(ASK);
      this.#watchEvents();
    });
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch?.cancel();
    this.close();
    this.#handlers.closed(code, reason);
  }
}
