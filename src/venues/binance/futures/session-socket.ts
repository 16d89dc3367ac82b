import type {
  Clock,
  HttpReply,
  Net,
  NetFault,
  Timer,
  Timers,
  WebSocketHandlers,
  WebSocketLimits,
  WebSocketLink,
} from '../../../core/env.ts';
import type { Result } from '../../../core/result.ts';
import { question, type RestAccess } from '../rest.ts';
import { objectIn, textOf } from '../wire.ts';

/** The venue forgets a listen key after an hour; its documents want it kept alive more often. */
export const KEEP_ALIVE_MS = 20 * 60_000;
const KEEP_ALIVE_AGAIN_MS = 60_000;
/** `-1125 This listenKey does not exist.` */
const NO_SUCH_KEY = -1125;
/** The account's connection says nothing while nothing happens, so it is asked for a sign of life. */
const ASK_EVERY_MS = 3_000;
const SILENT_MS_MAX = 10_000;
const ASK = '{"method":"LIST_SUBSCRIPTIONS","id":1}';
const LISTEN_KEY = '/fapi/v1/listenKey';
/** A request that goes over REST: what `futuresQueries` makes of a cancellation of everything. */
const REST_LINE = /^DELETE (\S+) (\/\S+)$/;

export interface SessionSocketOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly access: RestAccess;
  /** Where orders are sent: the url that is asked of the net. */
  readonly ordersUrl: string;
  /** Where the account's events come from, without the listen key. */
  readonly eventsUrl: string;
}

/**
 * A net on which the order connection of Binance USD-M futures carries the account's events too:
 * it asks for a listen key, opens both connections, keeps the key alive, and ends both when
 * either ends. Every other url is opened as it is.
 */
export function futuresNet(options: SessionSocketOptions): Net {
  const { net, ordersUrl } = options;
  return {
    http: (request, done) => net.http(request, done),
    webSocket(url, handlers, limits) {
      if (url !== ordersUrl) return net.webSocket(url, handlers, limits);
      return new SessionSocket(options, handlers, limits);
    },
  };
}

class SessionSocket implements WebSocketLink {
  readonly #options: SessionSocketOptions;
  readonly #handlers: WebSocketHandlers;
  readonly #links: WebSocketLink[] = [];
  #events: WebSocketLink | null = null;
  #keepAlive: Timer | null = null;
  #watch: Timer | null = null;
  #opened = 0;
  #heardNs = 0;
  #isOver = false;

  constructor(options: SessionSocketOptions, handlers: WebSocketHandlers, limits: WebSocketLimits) {
    this.#options = options;
    this.#handlers = handlers;
    const { access, net, ordersUrl, eventsUrl } = options;
    const asked = question(
      access,
      LISTEN_KEY,
      (value) => textOf(objectIn(value, 'listen key'), 'listenKey'),
      undefined,
      'POST',
    );
    net.http(asked.request, (outcome) => {
      if (this.#isOver) return;
      const key = asked.decode(outcome);
      if (!key.ok) {
        this.#end(1006, `no listen key: ${key.error.detail}`);
        return;
      }
      this.#open(ordersUrl, limits, () => {});
      // The first may be gone before the second is there.
      if (this.#isOver) return;
      this.#events = this.#open(`${eventsUrl}?listenKey=${key.value}`, limits, () => {
        this.#heardNs = options.clock.mono();
      });
    });
  }

  send(text: string): boolean {
    const line = REST_LINE.exec(text);
    if (line !== null) return this.#delete(line[1] as string, line[2] as string);
    return this.#links[0]?.send(text) ?? false;
  }

  close(): void {
    // Before there is a connection nothing else will say that it is over.
    if (this.#links.length === 0) this.#end(1000, 'closed');
    for (const link of this.#links) link.close();
  }

  #open(url: string, limits: WebSocketLimits, heard: () => void): WebSocketLink {
    const link = this.#options.net.webSocket(
      url,
      {
        opened: () => {
          heard();
          this.#opened += 1;
          if (this.#opened === 2 && !this.#isOver) this.#begin();
        },
        message: (frame) => {
          heard();
          if (!this.#isOver) this.#handlers.message(frame);
        },
        closed: (code, reason) => this.#end(code, reason),
      },
      limits,
    );
    this.#links.push(link);
    return link;
  }

  #begin(): void {
    this.#keep(KEEP_ALIVE_MS);
    this.#watchEvents();
    this.#handlers.opened();
  }

  #keep(afterMs: number): void {
    const { timers, net, access } = this.#options;
    this.#keepAlive = timers.after(afterMs, () => {
      const asked = question(access, LISTEN_KEY, () => true, undefined, 'PUT');
      net.http(asked.request, (outcome) => {
        if (this.#isOver) return;
        const kept = asked.decode(outcome);
        const isGone = !kept.ok && kept.error.kind === 'refused' && kept.error.code === NO_SUCH_KEY;
        if (isGone) this.#end(1006, 'the listen key has expired');
        else this.#keep(kept.ok ? KEEP_ALIVE_MS : KEEP_ALIVE_AGAIN_MS);
      });
    });
  }

  #watchEvents(): void {
    const { timers, clock } = this.#options;
    this.#watch = timers.after(ASK_EVERY_MS, () => {
      if ((clock.mono() - this.#heardNs) / 1e6 > SILENT_MS_MAX) {
        this.#end(1006, "the account's connection is silent");
        return;
      }
      this.#events?.send(ASK);
      this.#watchEvents();
    });
  }

  /** Sends a request over REST and answers it like a reply of the order connection. */
  #delete(requestId: string, path: string): boolean {
    const { net, access } = this.#options;
    if (this.#isOver) return false;
    const request = {
      method: 'DELETE',
      url: access.url + path,
      headers: { 'X-MBX-APIKEY': access.key.id },
      timeoutMs: access.timeoutMs,
    } as const;
    net.http(request, (outcome) => {
      if (!this.#isOver) this.#handlers.message(replyFrame(requestId, outcome));
    });
    return true;
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#keepAlive?.cancel();
    this.#watch?.cancel();
    for (const link of this.#links) link.close();
    this.#handlers.closed(code, reason);
  }
}

/** What the WebSocket API would have answered; what came to nothing is status 504, unknown. */
function replyFrame(requestId: string, outcome: Result<HttpReply, NetFault>): Uint8Array {
  const { status, body } = outcome.ok ? outcome.value : { status: 504, body: '' };
  const read = parsed(body);
  const error = { code: -1007, msg: outcome.ok ? `status ${status}` : outcome.error.kind };
  const content = status === 200 ? { result: read } : { error: read ?? error };
  return new TextEncoder().encode(JSON.stringify({ id: requestId, status, ...content }));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
