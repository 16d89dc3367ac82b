import type {
  Clock,
  HandshakeStatus,
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  Timer,
  Timers,
  WebSocketHandlers,
  WebSocketLimits,
  WebSocketLink,
} from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Session, VenueEdge } from '../binance/facade.ts';
import type { SocketPeer } from '../binance/streams/line.ts';

/** One way from the desk to a venue or back. */
export interface LatencyModel {
  /** No message is faster. */
  readonly fixedMs: number;
  /** Mean of the exponential part on top. */
  readonly jitterMs: number;
  /** What the line carries in a second, each way; left out when it is as much as there is. */
  readonly bytesPerSecond?: number;
}

/** Two machines in one city. */
export const DEFAULT_LATENCY: LatencyModel = { fixedMs: 0.5, jitterMs: 0.2 };

export interface LoopbackOptions {
  /** Venues by host, with the port when the address has one. */
  readonly venues: ReadonlyMap<string, VenueEdge>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  readonly latency: LatencyModel;
}

/** Address under which a venue counts the requests of this process. */
const ADDRESS = '127.0.0.1';
/** A line that is so far behind is cut, as a venue cuts who does not read. */
const BEHIND_NS_MAX = 10e9;
const NORMAL = 1000;
const ABNORMAL = 1006;
const TOO_BIG = 1009;

const encoder = new TextEncoder();

/**
 * Sockets without sockets: the same bytes go to a venue in this process, with a modelled delay each
 * way. Messages of one connection never overtake one another; HTTP requests do. On virtual time
 * and with the same seed, a run is the same to the last byte.
 */
export function loopbackNet(options: LoopbackOptions): Net {
  return {
    webSocket: (url, handlers, limits) => new LoopbackSocket(options, url, handlers, limits).link,
    http: (request, done) => roundTrip(options, request, done),
  };
}

function roundTrip(
  options: LoopbackOptions,
  { method, url, headers, body = '', timeoutMs }: HttpRequest,
  done: (outcome: Result<HttpReply, NetFault>) => void,
): void {
  const { timers } = options;
  let isDone = false;
  const finish = (outcome: Result<HttpReply, NetFault>): void => {
    if (isDone) return;
    isDone = true;
    timeout.cancel();
    done(outcome);
  };
  const fault = (kind: NetFault['kind'], detail: string) => err({ kind, url, detail });
  const timeout = timers.after(timeoutMs, () => finish(fault('timeout', `${timeoutMs} ms`)));
  const target = targetOf(options, url);
  if (target === null) {
    timers.turn(() => finish(fault('refused', 'no such venue in this process')));
    return;
  }
  const { edge, host, path, query } = target;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const sent = {
    method,
    path,
    query,
    headers: Object.fromEntries([['host', host], ...lower]),
    body,
  };
  timers.after(delayOf(options), () => {
    edge.handleHttp({ ...sent, address: ADDRESS }, (reply) => {
      const outcome = reply === null ? fault('broken', 'cut by the venue') : ok(reply);
      const lengthMs = lineMs(options, reply === null ? 0 : reply.body.length);
      timers.after(delayOf(options) + lengthMs, () => finish(outcome));
    });
  });
}

/** One connection: two one-way channels, and which end has heard of its end. */
class LoopbackSocket {
  readonly link: WebSocketLink;
  readonly #up: Channel;
  readonly #down: Channel;
  readonly #handlers: WebSocketHandlers;
  readonly #limits: WebSocketLimits;
  readonly #late: Timer;
  #state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  #session: Session | null = null;
  #isVenueOpen = true;
  #unsentBytes = 0;

  constructor(
    options: LoopbackOptions,
    url: string,
    handlers: WebSocketHandlers,
    limits: WebSocketLimits,
  ) {
    this.#up = new Channel(options);
    this.#down = new Channel(options);
    this.#handlers = handlers;
    this.#limits = limits;
    this.link = { send: (text) => this.#send(text), close: () => this.#close() };
    const target = targetOf(options, url);
    this.#late = options.timers.after(limits.openTimeoutMs, () =>
      this.#abandon('not open in time'),
    );
    this.#up.carry(() => {
      this.#session = target?.edge.connect(this.#peer(), target.path, target.query) ?? null;
      const refused = target?.edge.refusal ?? undefined;
      if (this.#session === null) {
        this.#down.carry(() => this.#finish(ABNORMAL, 'refused', refused));
      } else this.#down.carry(() => this.#opened());
    });
  }

  /** The venue's end. */
  #peer(): SocketPeer {
    const end = (code: number, reason: string): void => {
      if (!this.#isVenueOpen) return;
      this.#endVenue();
      this.#down.carry(() => this.#finish(code, reason));
    };
    return {
      address: ADDRESS,
      send: (text) => {
        if (!this.#isVenueOpen) return;
        this.#down.carry(() => this.#receive(text), text.length);
        if (this.#down.behindNs > BEHIND_NS_MAX) end(ABNORMAL, '');
      },
      ping: () => {
        this.#down.carry(() => {
          if (this.#state === 'open') this.#up.carry(() => this.#session?.pong());
        });
      },
      close: end,
      drop: () => end(ABNORMAL, ''),
    };
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    this.#late.cancel();
    this.#handlers.opened();
  }

  #receive(text: string): void {
    if (this.#state !== 'open') return;
    const bytes = encoder.encode(text);
    if (bytes.length <= this.#limits.frameBytesMax) this.#handlers.message(bytes);
    else {
      this.#up.carry(() => this.#endVenue());
      this.#finish(TOO_BIG, `a frame of ${bytes.length} bytes`);
    }
  }

  #send(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (this.#state !== 'open') return false;
    if (this.#unsentBytes + bytes > this.#limits.bufferedBytesMax) return false;
    this.#unsentBytes += bytes;
    this.#up.carry(() => {
      this.#unsentBytes -= bytes;
      if (this.#isVenueOpen) this.#session?.message(text);
    }, bytes);
    return true;
  }

  #close(): void {
    if (this.#state === 'opening') this.#abandon('closed before it was open');
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#up.carry(() => {
      this.#endVenue();
      this.#down.carry(() => this.#finish(NORMAL, ''));
    });
  }

  #abandon(reason: string): void {
    this.#up.carry(() => this.#endVenue());
    this.#finish(ABNORMAL, reason);
  }

  #endVenue(): void {
    if (!this.#isVenueOpen) return;
    this.#isVenueOpen = false;
    this.#session?.closed();
  }

  #finish(code: number, reason: string, refused?: HandshakeStatus): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#late.cancel();
    this.#handlers.closed(code, reason, refused);
  }
}

/** One direction of a connection: what goes in first comes out first. */
class Channel {
  readonly #options: LoopbackOptions;
  readonly #waiting: (() => void)[] = [];
  #arrivesNs = 0;

  constructor(options: LoopbackOptions) {
    this.#options = options;
  }

  /** How long what was carried last is still on its way. */
  get behindNs(): number {
    return this.#arrivesNs - this.#options.clock.mono();
  }

  /** @param bytes length of a frame; what has none is too short to matter */
  carry(arrived: () => void, bytes = 0): void {
    const { clock, timers } = this.#options;
    const nowNs = clock.mono();
    const lengthNs = lineMs(this.#options, bytes) * 1e6;
    const freeNs = this.#arrivesNs + lengthNs;
    this.#arrivesNs = Math.max(freeNs, nowNs + delayOf(this.#options) * 1e6 + lengthNs);
    this.#waiting.push(arrived);
    timers.after((this.#arrivesNs - nowNs) / 1e6, () => this.#waiting.shift()?.());
  }
}

interface Target {
  readonly edge: VenueEdge;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

function targetOf({ venues }: LoopbackOptions, url: string): Target | null {
  if (!URL.canParse(url)) return null;
  const { host, pathname, search } = new URL(url);
  const edge = venues.get(host);
  return edge === undefined ? null : { edge, host, path: pathname, query: search.slice(1) };
}

/** Milliseconds that one message takes. */
function delayOf({ random, latency }: LoopbackOptions): number {
  return latency.fixedMs + latency.jitterMs * random.exponential();
}

/** Milliseconds that so many bytes keep the line busy. */
function lineMs({ latency }: LoopbackOptions, bytes: number): number {
  return latency.bytesPerSecond === undefined ? 0 : (bytes / latency.bytesPerSecond) * 1_000;
}
