import type { Clock, HandshakeStatus, Timers } from '../../core/env.ts';
import type { Rng } from '../../core/rng.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { type Connection, Connections } from './connections.ts';
import { type FaultPlan, underFault } from './faults.ts';
import { type LimitOptions, RequestLimits } from './limits.ts';
import { OPERATIONS, RequestDesk } from './request-desk.ts';
import { brokenAnswer, brokenReply, JSON_HEADERS, RestDoor } from './rest-door.ts';
import type { ApiKey } from './signing.ts';
import { SocketApi } from './socket-api.ts';
import { StreamControl } from './stream-control.ts';
import { Line, type SocketPeer } from './streams/line.ts';
import type { PublicStreams } from './streams/public-streams.ts';
import { UserStreams } from './streams/user-streams.ts';
import { CONNECT_WEIGHT, userSubscriptions } from './streams/user-subscriptions.ts';

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
  /** What the handshake of a connection that was refused is answered with; left out: nothing. */
  readonly refusal?: HandshakeStatus | null;
}

const API = '/api/v3/';
const ROUTES = new Map(OPERATIONS.map((operation) => [operation.route, operation]));

/**
 * Binance spot as a client sees it, without a transport: requests and text frames in, answers and
 * text frames out. Whatever stands behind the exchange port, the protocol is the same.
 */
export class BinanceFacade implements VenueEdge {
  readonly faults: FaultPlan;
  readonly tickSizes = new Map<string, string>();
  readonly #desk: RequestDesk;
  readonly #rest: RestDoor;
  readonly #limits: RequestLimits;
  readonly #streams: PublicStreams;
  readonly #users: UserStreams;
  readonly #socketApi: SocketApi;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #connections: Connections;

  constructor(options: FacadeOptions) {
    const { exchange, keys, limits, clock, timers, random } = options;
    this.faults = options.faults;
    this.#streams = options.streams;
    this.#clock = clock;
    this.#timers = timers;
    this.#connections = new Connections(clock, timers);
    this.#limits = new RequestLimits(limits);
    const cancelIds = new Map<number, string>();
    const { tickSizes } = this;
    const desk = { exchange, limits: this.#limits, clock, random, cancelIds, tickSizes };
    this.#desk = new RequestDesk(desk, keys, limits);
    this.#rest = new RestDoor(this.#desk, this.#limits, clock);
    exchange.listen((events) => {
      for (const event of events) this.#limits.note(event);
    });
    this.#users = new UserStreams(exchange, clock, cancelIds);
    this.#socketApi = new SocketApi(this.#desk, this.#limits, clock, {
      operations: OPERATIONS,
      others: userSubscriptions(this.#desk, this.#users),
    });
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
    underFault(this.faults, this.#timers, operation.method ?? path, {
      execute: () => this.#rest.answer(operation, request),
      answer: done,
      broken: (fault) => brokenReply(fault),
    });
  }

  /** @returns what the transport tells of the connection to, or null when it is refused */
  connect(peer: SocketPeer, path: string, query: string): Session | null {
    if (this.#connections.isFull) return null;
    const isApi = path === '/ws-api/v3';
    const isCombined = path.startsWith('/stream');
    if (!isApi && !isCombined && path !== '/ws' && !path.startsWith('/ws/')) return null;
    if (this.#desk.charge(peer.address, CONNECT_WEIGHT) !== null) return null;
    const line = new Line(peer, isCombined);
    const connection = this.#connections.add(line);
    if (!isApi) for (const name of streamNames(path, query)) this.#streams.add(line, name);
    const control = isApi ? null : new StreamControl(this.#streams, line, this.#clock.now());
    return {
      message: (text) => {
        if (line.isDumb) return;
        if (control === null) this.#request(line, text);
        else this.#control(line, control, text);
      },
      pong: () => this.#connections.onPong(connection),
      closed: () => this.#forget(connection),
    };
  }

  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void {
    this.#connections.goDumb();
  }

  /** Cuts all connections. */
  dropAll(): void {
    this.#connections.dropAll();
  }

  /** Ends all connections with a word. */
  close(): void {
    this.#connections.close();
  }

  #request(line: Line, text: string): void {
    const request = this.#socketApi.read(text);
    if (request === null) {
      line.send(this.#socketApi.invalid);
      return;
    }
    underFault(this.faults, this.#timers, request.method, {
      execute: () => this.#socketApi.answer(line, request),
      answer: (answer) => {
        if (answer !== null) line.send(answer);
      },
      broken: (fault) => brokenAnswer(request.id, fault, this.#clock.now()),
    });
  }

  #control(line: Line, control: StreamControl, text: string): void {
    const answer = control.answer(text, this.#clock.now());
    if (answer === null) line.peer.close(1008, 'Too many requests');
    else line.send(answer);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    const { line } = connection;
    for (const name of this.#streams.namesOf(line)) this.#streams.remove(line, name);
    this.#users.remove(line, null);
  }
}

/** Streams that the address of a connection asks for; names that nobody knows are passed over. */
function streamNames(path: string, query: string): string[] {
  const asked = new URLSearchParams(query).get('streams') ?? '';
  return [...path.split('/'), ...asked.split('/')].filter((name) => name.includes('@'));
}
