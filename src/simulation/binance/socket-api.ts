import type { Clock } from '../../core/env.ts';
import { type BinanceError, badRequest, UNSUPPORTED } from './errors.ts';
import type { LimitUse, RequestLimits } from './limits.ts';
import { Parameters } from './parameters.ts';
import { type DeskReply, type DeskRequest, OPERATIONS, type RequestDesk } from './request-desk.ts';
import { socketPayload } from './signing.ts';
import type { Line } from './streams/line.ts';
import type { UserStreams } from './streams/user-streams.ts';

/** Weight of a connection and of a subscription. */
export const CONNECT_WEIGHT = 2;

const METHODS = new Map(OPERATIONS.map((operation) => [operation.method, operation]));
const SUBSCRIBE = 'userDataStream.subscribe.signature';
const UNSUBSCRIBE = 'userDataStream.unsubscribe';
const INVALID_JSON = badRequest(-1135, 'Invalid JSON Request');

type RequestId = number | string | null;

/** A request as it stands in a text frame, checked. */
export interface SocketRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly entries: Map<string, string>;
}

/** Requests and user streams over one kind of WebSocket connection. */
export class SocketApi {
  readonly #desk: RequestDesk;
  readonly #limits: RequestLimits;
  readonly #users: UserStreams;
  readonly #clock: Clock;

  constructor(desk: RequestDesk, limits: RequestLimits, users: UserStreams, clock: Clock) {
    this.#desk = desk;
    this.#limits = limits;
    this.#users = users;
    this.#clock = clock;
  }

  /** Reads a frame; null when it is no request, so that there is no id to answer to. */
  read(text: string): SocketRequest | null {
    const frame = parsed(text);
    if (frame === null || !isId(frame['id']) || typeof frame['method'] !== 'string') return null;
    const given = frame['params'] ?? {};
    if (typeof given !== 'object' || Array.isArray(given)) return null;
    const entries = new Map<string, string>();
    for (const [name, value] of Object.entries(given as object)) {
      entries.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    return { id: frame['id'], method: frame['method'].replace(/^v3\//, ''), entries };
  }

  /** The answer to what is no request. */
  get invalid(): string {
    return JSON.stringify({ id: null, status: 400, error: errorJson(INVALID_JSON) });
  }

  /** Carries a request out. @returns the text of the answer */
  answer(line: Line, { id, method, entries }: SocketRequest): string {
    const showsLimits = entries.get('returnRateLimits') !== 'false';
    const { address } = line.peer;
    // The signature covers this parameter too, which no operation reads.
    const payload = socketPayload(entries);
    entries.delete('returnRateLimits');
    const apiKey = entries.get('apiKey') ?? null;
    const request: DeskRequest = { address, apiKey, entries, payload };
    const reply = this.#reply(line, method, request);
    const limits = showsLimits ? this.#limits.uses(address, reply.account, this.#clock.now()) : [];
    return write(id, reply, limits, this.#clock.now());
  }

  #reply(line: Line, method: string, request: DeskRequest): DeskReply {
    const operation = METHODS.get(method);
    if (operation !== undefined) return this.#desk.answer(operation, request);
    if (method === SUBSCRIBE) return this.#subscribe(line, request);
    if (method === UNSUBSCRIBE) return this.#unsubscribe(line, request);
    return refused(UNSUPPORTED, null);
  }

  #subscribe(line: Line, request: DeskRequest): DeskReply {
    const limited = this.#desk.charge(request.address, CONNECT_WEIGHT);
    if (limited !== null) return limited;
    const parameters = new Parameters(request.entries);
    const account = this.#desk.accountOf({ right: 'read' }, request, parameters);
    if (typeof account !== 'string') return refused(account, null);
    const { fault } = parameters;
    if (fault !== null) return refused(fault, account);
    const subscriptionId = this.#users.add(line, account);
    const tooMany = badRequest(-1191, 'Too many subscriptions.');
    if (subscriptionId < 0) return refused(tooMany, account);
    return { status: 200, outcome: { ok: true, value: { subscriptionId } }, account, retryAtMs: 0 };
  }

  #unsubscribe(line: Line, request: DeskRequest): DeskReply {
    const limited = this.#desk.charge(request.address, CONNECT_WEIGHT);
    if (limited !== null) return limited;
    const parameters = new Parameters(request.entries);
    const subscriptionId = parameters.integer('subscriptionId');
    const { fault } = parameters;
    if (fault !== null) return refused(fault, null);
    this.#users.remove(line, subscriptionId);
    return { status: 200, outcome: { ok: true, value: {} }, account: null, retryAtMs: 0 };
  }
}

function write(id: RequestId, reply: DeskReply, uses: LimitUse[], nowMs: number): string {
  const { status, outcome, retryAtMs } = reply;
  const rateLimits = uses.length > 0 ? { rateLimits: uses } : {};
  if (outcome.ok) return JSON.stringify({ id, status, result: outcome.value, ...rateLimits });
  const data = retryAtMs > 0 ? { data: { serverTime: nowMs, retryAfter: retryAtMs } } : {};
  const error = { ...errorJson(outcome.error), ...data };
  return JSON.stringify({ id, status, error, ...rateLimits });
}

function errorJson({ code, msg }: BinanceError) {
  return { code, msg };
}

function refused(error: BinanceError, account: string | null): DeskReply {
  return { status: error.status, outcome: { ok: false, error }, account, retryAtMs: 0 };
}

export function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function isId(id: unknown): id is RequestId {
  if (typeof id === 'string') return id.length <= 36;
  return id === null || Number.isSafeInteger(id);
}
