import type { Clock, Timer, Timers } from '../../core/env.ts';
import { err, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Session, VenueEdge, VenueReply, VenueRequest } from '../binance/facade.ts';
import type { FaultPlan, RequestFault } from '../binance/faults.ts';
import type { ApiKey } from '../binance/signing.ts';
import { Line, type SocketPeer } from '../binance/streams/line.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { type Desk, type Method, Pairs } from './call.ts';
import { type KrakenError, PERMISSION_DENIED, UNAVAILABLE, UNKNOWN_METHOD } from './errors.ts';
import { type CallLimits, Keys, mayDo } from './keys.ts';
import { OrderDesk } from './orders/order-desk.ts';
import type { Tier } from './orders/rate-counter.ts';
import { ACCOUNT_METHODS } from './rest/account-methods.ts';
import { EARN_METHODS } from './rest/earn-methods.ts';
import { ORDER_METHODS, readerOf } from './rest/order-methods.ts';
import { PUBLIC_METHODS } from './rest/public-methods.ts';
import { PrivateChannels } from './sockets/private-channels.ts';
import { PublicChannels } from './sockets/public-channels.ts';
import { type Door, SocketRequests } from './sockets/requests.ts';
import { TradingState } from './trading-state.ts';

export interface KrakenFacadeOptions {
  readonly exchange: ExchangePort;
  readonly faults: FaultPlan;
  readonly keys: readonly ApiKey[];
  readonly calls: CallLimits;
  readonly tier: Tier;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
}

/** Connections at the same time; further ones are refused. */
const CONNECTIONS_MAX = 256;
const HEARTBEAT_MS = 1_000;
const HEARTBEAT = '{"channel":"heartbeat"}';
const JSON_HEADERS = { 'content-type': 'application/json' };
const GARBAGE = '<html>502 Bad Gateway</html>';
const PATH = /^\/0\/(public|private)\/([A-Za-z/]{1,40})$/;
const METHODS = new Map(
  [...PUBLIC_METHODS, ...ACCOUNT_METHODS, ...EARN_METHODS, ...ORDER_METHODS].map((method) => [
    method.name,
    method,
  ]),
);

/** The venue has a host for each; ours has one, and so each a path. */
const DOORS: ReadonlyMap<string, Door> = new Map([
  ['/v2', 'public'],
  ['/auth/v2', 'private'],
  ['/l3/v2', 'level3'],
]);

/** A line that knows whether anything was sent on it since the last heartbeat. */
class HeartLine extends Line {
  isQuiet = true;

  override send(text: string): void {
    this.isQuiet = false;
    super.send(text);
  }
}

/**
 * Kraken spot as a client sees it, without a transport: REST calls and frames of the v2 sockets in,
 * replies and frames out. Whatever stands behind the exchange port, the protocol is the same.
 */
export class KrakenFacade implements VenueEdge {
  readonly faults: FaultPlan;
  readonly state = new TradingState();
  readonly publics: PublicChannels;
  readonly privates: PrivateChannels;
  readonly keys: Keys;
  readonly #desk: Desk;
  readonly #requests: SocketRequests;
  readonly #timers: Timers;
  readonly #lines = new Set<HeartLine>();
  #heartbeat: Timer | null = null;

  constructor(options: KrakenFacadeOptions) {
    const { exchange, clock, timers, tier } = options;
    this.faults = options.faults;
    this.#timers = timers;
    this.keys = new Keys(options.keys, options.calls, options.random);
    this.#desk = {
      exchange,
      orders: new OrderDesk(exchange, this.state, { clock, timers, tier }),
      keys: this.keys,
      state: this.state,
      clock,
      pairs: new Pairs(exchange),
    };
    this.publics = new PublicChannels(this.#desk, options.faults);
    this.privates = new PrivateChannels(exchange);
    this.#requests = new SocketRequests(this.#desk, this.publics, this.privates);
  }

  get connections(): number {
    return this.#lines.size;
  }

  /** Lets everybody ask and order again who has done so too much. */
  forgive(): void {
    this.keys.forgive();
    this.#desk.orders.forgive();
  }

  /** @param done is called once, with null when the connection is to be cut without an answer */
  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    const [, kind, name = ''] = PATH.exec(request.path) ?? [];
    const method = METHODS.get(name);
    if (method === undefined || (method.right === null) !== (kind === 'public')) {
      done(replyOf(err(UNKNOWN_METHOD)));
      return;
    }
    this.#underFault(name, {
      execute: () => replyOf(this.#call(method, request)),
      answer: done,
      broken: (fault) => brokenReply(fault),
    });
  }

  /** @returns what the transport tells of the connection to, or null when it is refused */
  connect(peer: SocketPeer, path: string): Session | null {
    const door = DOORS.get(path);
    if (door === undefined || this.#lines.size >= CONNECTIONS_MAX) return null;
    const line = new HeartLine(peer, false);
    this.#lines.add(line);
    this.#beat();
    // In a turn of its own, since nobody is there to hear it before the connection is made.
    this.#timers.turn(() => {
      if (this.#lines.has(line)) this.publics.greet(line);
    });
    return {
      message: (text) => {
        if (!line.isDumb) this.#message(line, text, door);
      },
      pong: () => {},
      closed: () => {
        this.#lines.delete(line);
        this.publics.forget(line);
        this.privates.remove(line, null);
      },
    };
  }

  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void {
    for (const line of this.#lines) line.isDumb = true;
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const line of [...this.#lines]) line.peer.drop();
  }

  /** Ends all connections with a word. */
  close(): void {
    for (const line of [...this.#lines]) line.peer.close(1001, 'the venue closes');
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    this.#desk.orders.close();
  }

  #call(method: Method, request: VenueRequest): Result<unknown, KrakenError> {
    const isJson = request.body.startsWith('{');
    const json = isJson ? parsed(request.body) : null;
    const form = new URLSearchParams(request.method === 'GET' ? request.query : request.body);
    const read = json === null ? formReader(form) : readerOf(json);
    if (method.right === null) return method.run({ desk: this.#desk, read, json, key: null });
    const key = this.keys.authenticate({
      path: request.path,
      body: request.body,
      nonce: read('nonce'),
      apiKey: request.headers['api-key'] ?? '',
      signature: request.headers['api-sign'] ?? '',
    });
    if (!key.ok) return key;
    if (!mayDo(key.value, method.right)) return err(PERMISSION_DENIED);
    const full = this.keys.charge(key.value.apiKey, method.cost, this.#desk.clock.now());
    if (full !== null) return err(full);
    if (this.state.system === 'maintenance') return err(UNAVAILABLE);
    return method.run({ desk: this.#desk, read, json, key: key.value });
  }

  #message(line: HeartLine, text: string, door: Door): void {
    const request = this.#requests.read(text);
    if (request === null) {
      line.send('{"error":"EGeneral:Invalid arguments:Malformed request","success":false}');
      return;
    }
    this.#underFault(request.method, {
      execute: () => this.#requests.answer(line, request, door),
      answer: (frames) => {
        for (const frame of frames ?? []) if (frame !== '') line.send(frame);
      },
      broken: (fault) =>
        fault.kind === 'status'
          ? [this.#requests.failure(request, statusError(fault.status))]
          : [GARBAGE],
    });
  }

  /** Carries a request out, unless a fault that was ordered comes between. */
  #underFault<T>(
    operation: string,
    request: {
      readonly execute: () => T;
      readonly answer: (answer: T | null) => void;
      readonly broken: (fault: RequestFault) => T;
    },
  ): void {
    const fault = this.faults.nextRequest(operation);
    if (fault === null) {
      request.answer(request.execute());
    } else if (fault.kind === 'slow-request') {
      this.#timers.after(fault.delayMs, () => request.answer(request.execute()));
    } else if (fault.kind === 'slow-reply') {
      const answer = request.execute();
      this.#timers.after(fault.delayMs, () => request.answer(answer));
    } else {
      if (fault.isExecuted) request.execute();
      request.answer(fault.kind === 'lost' ? null : request.broken(fault));
    }
  }

  #beat(): void {
    this.#heartbeat ??= this.#timers.after(HEARTBEAT_MS, () => {
      this.#heartbeat = null;
      for (const line of this.#lines) {
        if (line.isQuiet) line.send(HEARTBEAT);
        line.isQuiet = true;
      }
      if (this.#lines.size > 0) this.#beat();
    });
  }
}

/** Members of objects stand in brackets: `close[price]`. */
function formReader(form: URLSearchParams): (name: string) => string {
  return (name) => form.get(name.replace(/\.(\w+)/g, '[$1]')) ?? '';
}

function replyOf(result: Result<unknown, KrakenError>): VenueReply {
  const body = result.ok ? { error: [], result: result.value } : { error: [result.error] };
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function brokenReply(fault: RequestFault): VenueReply {
  if (fault.kind !== 'status') return { status: 200, headers: JSON_HEADERS, body: GARBAGE };
  const { status, retryAfterSeconds } = fault;
  if (status < 500 && status !== 429) return replyOf(err(statusError(status)));
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (status === 429) headers['retry-after'] = String(retryAfterSeconds);
  return { status, headers, body: JSON.stringify({ error: [statusError(status)] }) };
}

function statusError(status: number): KrakenError {
  if (status === 429) return 'EOrder:Rate limit exceeded';
  return status >= 500 ? UNAVAILABLE : 'EGeneral:Invalid arguments';
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
