import type { Clock, HandshakeStatus, Timers } from '../../../core/env.ts';
import type { Rng } from '../../../core/rng.ts';
import type { PerpetualClock } from '../../perpetuals/perpetual-clock.ts';
import type { PerpetualExchange } from '../../perpetuals/perpetual-exchange.ts';
import { type Connection, Connections } from '../connections.ts';
import { type BinanceError, badRequest, REJECTED_KEY } from '../errors.ts';
import type { Session, VenueEdge, VenueReply, VenueRequest } from '../facade.ts';
import { type FaultPlan, underFault } from '../faults.ts';
import { type LimitOptions, RequestLimits } from '../limits.ts';
import { type DeskReply, RequestDesk } from '../request-desk.ts';
import type { Operation } from '../requests/operation.ts';
import { brokenAnswer, brokenReply, JSON_HEADERS, RestDoor } from '../rest-door.ts';
import type { ApiKey } from '../signing.ts';
import { refused, SocketApi } from '../socket-api.ts';
import { StreamControl } from '../stream-control.ts';
import { Line, type SocketPeer } from '../streams/line.ts';
import { AccountEvents } from './account-events.ts';
import { futuresAccountRequests } from './account-requests.ts';
import { AlgoEvents } from './algo/algo-events.ts';
import { algoRequests } from './algo/algo-requests.ts';
import { Countdowns, type FuturesDesk } from './futures-desk.ts';
import { FuturesStreams } from './futures-streams.ts';
import { ListenKeys } from './listen-keys.ts';
import { futuresMarketRequests } from './market-requests.ts';
import { optionRequests } from './option-requests.ts';
import { futuresOrderRequests } from './order-requests.ts';

export interface FuturesFacadeOptions {
  readonly exchange: PerpetualExchange;
  readonly due: PerpetualClock;
  readonly faults: FaultPlan;
  readonly keys: readonly ApiKey[];
  readonly limits: LimitOptions;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
}

const LISTEN_KEY = '/fapi/v1/listenKey';
const MAINTENANCE = {
  kind: 'status',
  status: 503,
  retryAfterSeconds: 0,
  isExecuted: false,
} as const;
const NO_LISTEN_KEY = badRequest(-1125, 'This listenKey does not exist.');
/** Weight of a connection. */
const CONNECT_WEIGHT = 5;
const ORDERS_PATH = '/ws-fapi/v1';
/** `/public/ws`, `/market/stream` and so on; the old address without a first part is served too. */
const STREAMS_PATH = /^(?:\/(?:public|market|private))?\/(ws|stream)(?:\/|$)/;

/**
 * Binance USD-M futures as a client sees it, without a transport. Positions are kept one a symbol
 * and on cross margin.
 *
 * @see Binance USD-M futures, REST, WebSocket API and streams
 */
export class FuturesFacade implements VenueEdge {
  readonly faults: FaultPlan;
  readonly listenKeys: ListenKeys;
  readonly tickSizes = new Map<string, string>();
  /** Nothing is answered and nobody is let in. */
  isInMaintenance = false;
  readonly #desk: RequestDesk;
  readonly #rest: RestDoor;
  readonly #limits: RequestLimits;
  readonly #routes: ReadonlyMap<string | null, Operation>;
  readonly #keys: ReadonlyMap<string, ApiKey>;
  readonly #streams: FuturesStreams;
  readonly #socketApi: SocketApi;
  readonly #due: PerpetualClock;
  readonly #countdowns: Countdowns;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #connections: Connections;

  constructor(options: FuturesFacadeOptions) {
    const { exchange, due, keys, limits, clock, timers, random, faults } = options;
    this.faults = faults;
    this.#due = due;
    this.#clock = clock;
    this.#timers = timers;
    this.#connections = new Connections(clock, timers);
    this.#limits = new RequestLimits(limits);
    this.#countdowns = new Countdowns(exchange, timers);
    this.#keys = new Map(keys.map((key) => [key.apiKey, key]));
    const { tickSizes } = this;
    const cancelIds = new Map<number, string>();
    const desk = { exchange, limits: this.#limits, clock, random, cancelIds, tickSizes };
    this.#desk = new RequestDesk(desk, keys, limits);
    this.#rest = new RestDoor(this.#desk, this.#limits, clock);
    const futures: FuturesDesk = { exchange, due, countdowns: this.#countdowns };
    const operations = [
      ...futuresMarketRequests(futures),
      ...futuresOrderRequests(futures),
      ...algoRequests(futures),
      ...futuresAccountRequests(futures),
      ...optionRequests(futures),
    ];
    this.#routes = new Map(operations.map((operation) => [operation.route, operation]));
    exchange.listen((events) => {
      for (const event of events) this.#limits.note(event);
    });
    this.#streams = new FuturesStreams(exchange, due, { clock, timers, faults });
    this.listenKeys = new ListenKeys(clock, timers, random);
    const tellers = { keys: this.listenKeys, clock };
    const algoEvents = new AlgoEvents(exchange, tellers);
    exchange.listen((events) => algoEvents.before(events));
    new AccountEvents(exchange, due, tellers);
    exchange.listen((events) => algoEvents.after(events));
    this.#socketApi = new SocketApi(this.#desk, this.#limits, clock, {
      operations: operations.filter(({ method }) => method !== null),
      others: { 'session.status': () => session(clock.now()) },
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  get bans(): { readonly count: number; readonly untilMs: number } {
    return { count: this.#limits.bans, untilMs: this.#limits.bannedUntilMs };
  }

  /** Lets everybody ask again who has asked too much. */
  forgive(): void {
    this.#limits.forgive();
  }

  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    const { method, path } = request;
    if (this.isInMaintenance) {
      done(brokenReply(MAINTENANCE));
      return;
    }
    const execute = this.#executionOf(request);
    if (execute === null) {
      const body = `{"code":-5000,"msg":"Path ${path}, Method ${method} is invalid"}`;
      done({ status: 404, headers: JSON_HEADERS, body });
      return;
    }
    const name =
      this.#routes.get(`${method} ${path}`)?.method ?? path.replace(/^\/[fe]api\/v\d\//, '');
    underFault(this.faults, this.#timers, name, {
      execute,
      answer: done,
      broken: (fault) => brokenReply(fault),
    });
  }

  /** While the venue is closed it opens no sockets. */
  get refusal(): HandshakeStatus | null {
    return this.isInMaintenance ? { status: 503, retryAfterSeconds: Number.NaN } : null;
  }

  connect(peer: SocketPeer, path: string, query: string): Session | null {
    if (this.isInMaintenance || this.#connections.isFull) return null;
    const isOrders = path === ORDERS_PATH;
    const streams = STREAMS_PATH.exec(path);
    if (!isOrders && streams === null) return null;
    if (this.#desk.charge(peer.address, CONNECT_WEIGHT) !== null) return null;
    const line = new Line(peer, streams?.[1] === 'stream');
    const asked = new URLSearchParams(query);
    const listenKey = asked.get('listenKey');
    if (listenKey !== null && this.listenKeys.attach(line, listenKey) === null) return null;
    const connection = this.#connections.add(line);
    const control = isOrders ? null : new StreamControl(this.#streams, line, this.#clock.now());
    const named = [...path.split('/'), ...(asked.get('streams') ?? '').split('/')];
    for (const name of named) if (name.includes('@')) this.#streams.add(line, name);
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
    this.#due.stop();
    this.#countdowns.stop();
    this.listenKeys.stop();
  }

  #executionOf(request: VenueRequest): (() => VenueReply) | null {
    const { method, path, address } = request;
    const operation = this.#routes.get(`${method} ${path}`);
    if (operation !== undefined) return () => this.#rest.answer(operation, request);
    if (path !== LISTEN_KEY) return null;
    return () => this.#rest.write(this.#listenKey(request), address);
  }

  /** A listen key is asked for with an API key alone; nothing is signed. */
  #listenKey({ method, headers, address }: VenueRequest): DeskReply {
    const limited = this.#desk.charge(address, 1);
    if (limited !== null) return limited;
    const account = this.#keys.get(headers['x-mbx-apikey'] ?? '')?.account;
    if (account === undefined) return refused(REJECTED_KEY, null);
    const done = (value: object): DeskReply => ({
      status: 200,
      outcome: { ok: true, value },
      account,
      retryAtMs: 0,
    });
    if (method === 'POST') return done({ listenKey: this.listenKeys.open(account) });
    const isKept = method === 'PUT' && this.listenKeys.keep(account);
    const fault: BinanceError = NO_LISTEN_KEY;
    if (method === 'PUT') return isKept ? done({}) : refused(fault, account);
    this.listenKeys.close(account);
    return done({});
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
    this.listenKeys.detach(line);
  }
}

/** Nobody logs on here, so a session has no key. */
function session(serverTime: number): DeskReply {
  const value = { apiKey: null, authorizedSince: null, serverTime };
  return { status: 200, outcome: { ok: true, value }, account: null, retryAtMs: 0 };
}
