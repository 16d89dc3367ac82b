import type { Clock, Timer, Timers } from '../../core/env.ts';
import type { Rng } from '../../core/rng.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { EXECUTION_UNKNOWN } from './errors.ts';
import type { FaultPlan, RequestFault } from './faults.ts';
import { type LimitOptions, RequestLimits } from './limits.ts';
import { parseForm } from './parameters.ts';
import { type DeskReply, OPERATIONS, RequestDesk } from './request-desk.ts';
import type { Operation } from './requests/operation.ts';
import { type ApiKey, restPayload } from './signing.ts';
import { CONNECT_WEIGHT, SocketApi } from './socket-api.ts';
import { StreamControl } from './stream-control.ts';
import { Line, type SocketPeer } from './streams/line.ts';
import type { PublicStreams } from './streams/public-streams.ts';
import { UserStreams } from './streams/user-streams.ts';

export interface VenueRequest {
  readonly method: string;
  readonly path: string;
  /** Behind the `?`, still encoded. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly address: string;
}

export interface VenueReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a transport tells the façade about one connection. */
export interface Session {
  message(text: string): void;
  pong(): void;
  closed(): void;
}

export interface FacadeOptions {
  readonly exchange: ExchangePort;
  readonly streams: PublicStreams;
  /** Faults that the streams obey too. */
  readonly faults: FaultPlan;
  readonly keys: readonly ApiKey[];
  readonly limits: LimitOptions;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
}

/** What a transport carries to and fro; see `BinanceFacade`. */
export interface VenueEdge {
  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void;
  connect(peer: SocketPeer, path: string, query: string): Session | null;
}

/** Connections at the same time; further ones are refused. */
export const CONNECTIONS_MAX = 256;
const PING_EVERY_MS = 20_000;
/** A connection that answers no ping for this long is cut. */
const PONG_WITHIN_MS = 60_000;
const CONNECTION_LIFE_MS = 86_400_000;
/** The end of a connection's life is announced this long before. */
const SHUTDOWN_NOTICE_MS = 600_000;

const API = '/api/v3/';
const ROUTES = new Map(OPERATIONS.map((operation) => [operation.route, operation]));
const GARBAGE = '<html>502 Bad Gateway</html>';

interface Connection {
  readonly line: Line;
  readonly openedMs: number;
  pongMs: number;
  isWarned: boolean;
}

/**
 * Binance spot as a client sees it, without a transport: requests and text frames in, answers and
 * text frames out. Whatever stands behind the exchange port, the protocol is the same.
 */
export class BinanceFacade implements VenueEdge {
  readonly faults: FaultPlan;
  readonly #desk: RequestDesk;
  readonly #limits: RequestLimits;
  readonly #streams: PublicStreams;
  readonly #users: UserStreams;
  readonly #socketApi: SocketApi;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #connections = new Set<Connection>();
  #heartbeat: Timer | null = null;

  constructor(options: FacadeOptions) {
    const { exchange, keys, limits, clock, timers, random } = options;
    this.faults = options.faults;
    this.#streams = options.streams;
    this.#clock = clock;
    this.#timers = timers;
    this.#limits = new RequestLimits(limits);
    const cancelIds = new Map<number, string>();
    const desk = { exchange, limits: this.#limits, clock, random, cancelIds };
    this.#desk = new RequestDesk(desk, keys, limits);
    exchange.listen((events) => {
      for (const event of events) this.#limits.note(event);
    });
    this.#users = new UserStreams(exchange, clock, cancelIds);
    this.#socketApi = new SocketApi(this.#desk, this.#limits, this.#users, clock);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Lets everybody ask again who has asked too much. */
  forgive(): void {
    this.#limits.forgive();
  }

  /** Bans so far for asking too much, and when the last of them ends, on the venue's clock. */
  get bans(): { readonly count: number; readonly untilMs: number } {
    return { count: this.#limits.bans, untilMs: this.#limits.bannedUntilMs };
  }

  /** @param done is called once, with null when the connection is to be cut without an answer */
  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    const path = request.path.startsWith(API) ? request.path.slice(API.length) : '';
    const operation = ROUTES.get(`${request.method} ${path}`);
    if (operation === undefined) {
      const body = `{"code":-1000,"msg":"No such request: ${request.method} under ${API}"}`;
      done({ status: 404, headers: JSON_HEADERS, body });
      return;
    }
    this.#underFault(operation.method ?? path, {
      execute: () => this.#rest(operation, request),
      answer: done,
      broken: (fault) => brokenReply(fault),
    });
  }

  /** @returns what the transport tells of the connection to, or null when it is refused */
  connect(peer: SocketPeer, path: string, query: string): Session | null {
    if (this.#connections.size >= CONNECTIONS_MAX) return null;
    const isApi = path === '/ws-api/v3';
    const isCombined = path.startsWith('/stream');
    if (!isApi && !isCombined && path !== '/ws' && !path.startsWith('/ws/')) return null;
    if (this.#desk.charge(peer.address, CONNECT_WEIGHT) !== null) return null;
    const line = new Line(peer, isCombined);
    const nowMs = this.#clock.now();
    const connection = { line, openedMs: nowMs, pongMs: nowMs, isWarned: false };
    this.#connections.add(connection);
    this.#beat();
    if (!isApi) for (const name of streamNames(path, query)) this.#streams.add(line, name);
    const control = isApi ? null : new StreamControl(this.#streams, line, nowMs);
    return {
      message: (text) => {
        if (line.isDumb) return;
        if (control === null) this.#request(line, text);
        else this.#control(line, control, text);
      },
      pong: () => {
        connection.pongMs = this.#clock.now();
      },
      closed: () => this.#forget(connection),
    };
  }

  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void {
    for (const { line } of this.#connections) line.isDumb = true;
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const { line } of [...this.#connections]) line.peer.drop();
  }

  /** Ends all connections with a word. */
  close(): void {
    for (const { line } of [...this.#connections]) line.peer.close(1001, 'the venue closes');
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }

  #rest(operation: Operation, request: VenueRequest): VenueReply {
    const entries = parseForm(request.query, request.body);
    const reply: DeskReply = entries.ok
      ? this.#desk.answer(operation, {
          address: request.address,
          apiKey: request.headers['x-mbx-apikey'] ?? null,
          entries: entries.value,
          payload: restPayload(request.query, request.body),
        })
      : { status: 400, outcome: entries, account: null, retryAtMs: 0 };
    const { outcome } = reply;
    const { code, msg } = outcome.ok ? { code: 0, msg: '' } : outcome.error;
    const body = JSON.stringify(outcome.ok ? outcome.value : { code, msg });
    return { status: reply.status, headers: this.#headers(reply, request.address), body };
  }

  #headers(reply: DeskReply, address: string): Record<string, string> {
    const nowMs = this.#clock.now();
    const headers: Record<string, string> = { ...JSON_HEADERS };
    headers['x-mbx-used-weight-1m'] = String(this.#limits.usedWeight(address, nowMs));
    if (reply.account !== null) {
      const { tenSeconds, day } = this.#limits.orderCounts(reply.account, nowMs);
      headers['x-mbx-order-count-10s'] = String(tenSeconds);
      headers['x-mbx-order-count-1d'] = String(day);
    }
    if (reply.retryAtMs > 0) {
      headers['retry-after'] = String(Math.ceil((reply.retryAtMs - nowMs) / 1_000));
    }
    return headers;
  }

  #request(line: Line, text: string): void {
    const request = this.#socketApi.read(text);
    if (request === null) {
      line.send(this.#socketApi.invalid);
      return;
    }
    this.#underFault(request.method, {
      execute: () => this.#socketApi.answer(line, request),
      answer: (answer) => {
        if (answer !== null) line.send(answer);
      },
      broken: (fault) => {
        if (fault.kind !== 'status') return GARBAGE;
        const { code, msg } = statusError(fault.status);
        return JSON.stringify({ id: request.id, status: fault.status, error: { code, msg } });
      },
    });
  }

  #control(line: Line, control: StreamControl, text: string): void {
    const answer = control.answer(text, this.#clock.now());
    if (answer === null) line.peer.close(1008, 'Too many requests');
    else line.send(answer);
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
    this.#heartbeat ??= this.#timers.after(PING_EVERY_MS, () => {
      this.#heartbeat = null;
      const nowMs = this.#clock.now();
      for (const connection of [...this.#connections]) this.#check(connection, nowMs);
      if (this.#connections.size > 0) this.#beat();
    });
  }

  #check(connection: Connection, nowMs: number): void {
    const { line, openedMs, pongMs, isWarned } = connection;
    // Nothing gets through to a half-open connection, its end included.
    if (line.isDumb) return;
    const ageMs = nowMs - openedMs;
    if (nowMs - pongMs > PONG_WITHIN_MS) {
      line.peer.drop();
      return;
    }
    if (ageMs >= CONNECTION_LIFE_MS) {
      line.peer.close(1001, 'a connection lives for 24 hours');
      return;
    }
    if (!isWarned && ageMs >= CONNECTION_LIFE_MS - SHUTDOWN_NOTICE_MS) {
      connection.isWarned = true;
      line.send(`{"event":{"e":"serverShutdown","E":${nowMs}}}`);
    }
    line.peer.ping();
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    const { line } = connection;
    for (const name of this.#streams.namesOf(line)) this.#streams.remove(line, name);
    this.#users.remove(line, null);
  }
}

const JSON_HEADERS = { 'content-type': 'application/json;charset=UTF-8' };

/** Streams that the address of a connection asks for; names that nobody knows are passed over. */
function streamNames(path: string, query: string): string[] {
  const asked = new URLSearchParams(query).get('streams') ?? '';
  return [...path.split('/'), ...asked.split('/')].filter((name) => name.includes('@'));
}

function brokenReply(fault: RequestFault): VenueReply {
  if (fault.kind !== 'status') return { status: 200, headers: JSON_HEADERS, body: GARBAGE };
  const { status, retryAfterSeconds } = fault;
  const { code, msg } = statusError(status);
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (status === 429 || status === 418) headers['retry-after'] = String(retryAfterSeconds);
  return { status, headers, body: JSON.stringify({ code, msg }) };
}

function statusError(status: number): { code: number; msg: string } {
  if (status === 429) return { code: -1003, msg: 'Too many requests queued.' };
  if (status === 418) return { code: -1003, msg: 'Way too much request weight used; IP banned.' };
  return EXECUTION_UNKNOWN;
}
