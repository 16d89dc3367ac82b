import type { Clock, HandshakeStatus, Timer, Timers } from '../../core/env.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Session, VenueEdge, VenueReply, VenueRequest } from '../binance/facade.ts';
import type { FaultPlan, RequestFault } from '../binance/faults.ts';
import type { ApiKey } from '../binance/signing.ts';
import { Line, type SocketPeer } from '../binance/streams/line.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { ChannelHub } from './channels/channel-hub.ts';
import { ChannelLine } from './channels/channel-line.ts';
import { ChannelSession } from './channels/channel-session.ts';
import { OrderTotals } from './order-totals.ts';
import { ProductBoard } from './product-board.ts';
import { ACCOUNT_REQUESTS } from './requests/account-requests.ts';
import { currencyReply } from './requests/currency-requests.ts';
import { MARKET_REQUESTS } from './requests/market-requests.ts';
import { NEW_ORDER_REQUESTS } from './requests/new-orders.ts';
import { type CallReply, type Desk, type Operation, refused } from './requests/operation.ts';
import { ORDER_REQUESTS } from './requests/order-requests.ts';
import { primeReply } from './requests/prime-requests.ts';
import { Tokens } from './tokens.ts';

/** Requests a second of one address, with a key and without. */
export interface CoinbaseLimits {
  readonly privatePerSecond: number;
  readonly publicPerSecond: number;
}

export const COINBASE_LIMITS: CoinbaseLimits = { privatePerSecond: 30, publicPerSecond: 10 };

export interface CoinbaseFacadeOptions {
  readonly exchange: ExchangePort;
  readonly faults: FaultPlan;
  /** Their secrets are PEM texts, of the private key or of its public half. */
  readonly keys: readonly ApiKey[];
  readonly limits?: CoinbaseLimits;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Connections at the same time; further ones are refused. */
export const CONNECTIONS_MAX = 256;
/** Addresses that are counted apart. */
const ADDRESSES_MAX = 10_000;
const BEAT_MS = 1_000;
/** A connection that has not subscribed by then is closed. */
const SUBSCRIBE_WITHIN_MS = 5_000;
/** A connection on which nothing happens is closed, unless heartbeats keep it open. */
const SILENT_MS_MAX = 75_000;

const API = '/api/v3/brokerage/';
const OPERATIONS: readonly Operation[] = [
  ...MARKET_REQUESTS,
  ...NEW_ORDER_REQUESTS,
  ...ORDER_REQUESTS,
  ...ACCOUNT_REQUESTS,
];
const JSON_HEADERS = { 'content-type': 'application/json' };
const GARBAGE = '<html>502 Bad Gateway</html>';

/**
 * Coinbase Advanced Trade as a client sees it, without a transport. Market data and user channel
 * are served at every path; `/user` serves the user channel alone, as the venue's second host does.
 */
export class CoinbaseFacade implements VenueEdge {
  readonly faults: FaultPlan;
  readonly board: ProductBoard;
  /** Nothing is answered and nobody is let in, as while the venue is worked on. */
  isInMaintenance = false;
  readonly #desk: Desk;
  readonly #hub: ChannelHub;
  readonly #tokens: Tokens;
  readonly #keys: readonly ApiKey[];
  readonly #limits: CoinbaseLimits;
  readonly #budgets = new Map<string, RateBudget>();
  readonly #clock: Clock;
  readonly #timers: Timers;
  #heartbeat: Timer | null = null;

  constructor(options: CoinbaseFacadeOptions) {
    const { exchange, keys, clock, timers } = options;
    this.faults = options.faults;
    this.board = new ProductBoard(exchange.markets);
    this.#clock = clock;
    this.#timers = timers;
    this.#limits = options.limits ?? COINBASE_LIMITS;
    this.#tokens = new Tokens(keys);
    this.#keys = keys;
    const accounts = [...new Set(keys.map(({ account }) => account))];
    const totals = new OrderTotals(exchange, accounts);
    this.#desk = { exchange, board: this.board, totals, clock };
    this.#hub = new ChannelHub(this.#desk);
  }

  get connections(): number {
    return this.#hub.lines.size;
  }

  /** @param done is called once, with null when the connection is to be cut without an answer */
  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    if (this.isInMaintenance) {
      done(replyOf(refused(503, 'UNAVAILABLE', 'the venue is under maintenance')));
      return;
    }
    const prime = primeReply(request, this.#desk, this.#keys);
    if (prime !== null) {
      done(replyOf(prime));
      return;
    }
    const currency = currencyReply(request, this.#desk);
    if (currency !== null) {
      done(replyOf(currency));
      return;
    }
    const found = routed(request);
    if (found === null) {
      done(replyOf(refused(404, 'NOT_FOUND', `no such request: ${request.method}`)));
      return;
    }
    const { operation, path } = found;
    this.#underFault(operation.name, done, () => this.#answer(operation, path, request));
  }

  /** While the venue is closed it opens no sockets. */
  get refusal(): HandshakeStatus | null {
    return this.isInMaintenance ? { status: 503, retryAfterSeconds: Number.NaN } : null;
  }

  connect(peer: SocketPeer, path: string): Session | null {
    if (this.isInMaintenance || this.connections >= CONNECTIONS_MAX) return null;
    const line = new ChannelLine(new Line(peer, false), this.faults, this.#clock.now());
    this.#hub.lines.add(line);
    this.#beat();
    const session = new ChannelSession(line, this.#hub, this.#desk, this.#tokens, path === '/user');
    return {
      message: (text) => {
        if (!line.line.isDumb) session.message(text);
      },
      pong: () => {},
      closed: () => this.#hub.lines.delete(line),
    };
  }

  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void {
    for (const { line } of this.#hub.lines) line.isDumb = true;
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const { line } of [...this.#hub.lines]) line.peer.drop();
  }

  /** Ends all connections with a word. */
  close(): void {
    for (const { line } of [...this.#hub.lines]) line.peer.close(1001, 'the venue closes');
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }

  /** Lets everybody ask again who has asked too much. */
  forgive(): void {
    this.#budgets.clear();
  }

  #answer(operation: Operation, path: readonly string[], request: VenueRequest): CallReply {
    const nowMs = this.#clock.now();
    if (!this.#mayAsk(request.address, operation.right !== null, nowMs)) {
      return refused(429, 'rate_limit_exceeded', 'too many requests');
    }
    let account = '';
    if (operation.right !== null) {
      const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? null;
      const uri = `${request.method} ${request.headers['host'] ?? ''}${request.path}`;
      const key = this.#tokens.check(token, uri, operation.right, nowMs);
      if (!key.ok && key.error.kind === 'right') {
        return refused(403, 'PERMISSION_DENIED', 'the key lacks this permission');
      }
      if (!key.ok) return refused(401, 'unauthorized', 'Unauthorized');
      account = key.value.account;
    }
    const query = new URLSearchParams(request.query);
    return operation.run({ desk: this.#desk, path, query, body: bodyOf(request), account });
  }

  #mayAsk(address: string, isPrivate: boolean, nowMs: number): boolean {
    const { privatePerSecond, publicPerSecond } = this.#limits;
    const rate = isPrivate ? privatePerSecond : publicPerSecond;
    const name = `${isPrivate ? 'private' : 'public'} ${address}`;
    const known = this.#budgets.get(name);
    const budget = known ?? new RateBudget({ ratePerSecond: rate, burst: rate }, nowMs);
    if (known === undefined && this.#budgets.size < ADDRESSES_MAX) this.#budgets.set(name, budget);
    return budget.take(nowMs);
  }

  /** Carries a request out, unless a fault that was ordered comes between. */
  #underFault(
    name: string,
    done: (reply: VenueReply | null) => void,
    execute: () => CallReply,
  ): void {
    const fault = this.faults.nextRequest(name);
    if (fault === null) {
      done(replyOf(execute()));
    } else if (fault.kind === 'slow-request') {
      this.#timers.after(fault.delayMs, () => done(replyOf(execute())));
    } else if (fault.kind === 'slow-reply') {
      const reply = replyOf(execute());
      this.#timers.after(fault.delayMs, () => done(reply));
    } else {
      if (fault.isExecuted) execute();
      done(fault.kind === 'lost' ? null : brokenReply(fault));
    }
  }

  #beat(): void {
    this.#heartbeat ??= this.#timers.after(BEAT_MS, () => {
      this.#heartbeat = null;
      const nowMs = this.#clock.now();
      for (const line of [...this.#hub.lines]) this.#check(line, nowMs);
      if (this.#hub.lines.size > 0) this.#beat();
    });
  }

  #check(line: ChannelLine, nowMs: number): void {
    // Nothing gets through to a half-open connection, its end included.
    if (line.line.isDumb) return;
    const { peer } = line.line;
    if (!line.hasSubscribed && nowMs - line.openedMs >= SUBSCRIBE_WITHIN_MS) {
      peer.close(1008, 'no subscription within 5 s');
    } else if (line.has('heartbeats')) {
      line.beat(nowMs);
    } else if (nowMs - line.sentMs >= SILENT_MS_MAX) {
      peer.close(1001, 'no updates');
    }
  }
}

/** The operation that a request asks for, with the open parts of its path. */
function routed({ method, path }: VenueRequest): {
  readonly operation: Operation;
  readonly path: readonly string[];
} | null {
  if (!path.startsWith(API)) return null;
  const parts = path.slice(API.length).split('/');
  for (const operation of OPERATIONS) {
    const [wanted, route = ''] = operation.route.split(' ');
    const pattern = route.split('/');
    if (wanted !== method || pattern.length !== parts.length) continue;
    if (!pattern.every((part, at) => part === '*' || part === parts[at])) continue;
    return { operation, path: parts.filter((_, at) => pattern[at] === '*') };
  }
  return null;
}

function bodyOf({ body }: VenueRequest): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function replyOf({ status, body }: CallReply): VenueReply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function brokenReply(fault: RequestFault): VenueReply {
  if (fault.kind !== 'status') return { status: 200, headers: JSON_HEADERS, body: GARBAGE };
  const { status, retryAfterSeconds } = fault;
  const isLimit = status === 429;
  const error = isLimit ? 'rate_limit_exceeded' : 'UNKNOWN_FAILURE_REASON';
  const headers = isLimit ? { 'retry-after': String(retryAfterSeconds) } : {};
  const reply = replyOf(refused(status, error, 'ordered by an operator'));
  return { ...reply, headers: { ...JSON_HEADERS, ...headers } };
}
