import type { Clock } from '../../core/env.ts';
import { type BinanceError, badRequest, UNSUPPORTED } from './errors.ts';
import type { LimitUse, RequestLimits } from './limits.ts';
import type { DeskReply, DeskRequest, RequestDesk } from './request-desk.ts';
import type { Operation } from './requests/operation.ts';
import { errorJson } from './rest-door.ts';
import { socketPayload } from './signing.ts';
import type { Line } from './streams/line.ts';

const INVALID_JSON = badRequest(-1135, 'Invalid JSON Request');

type RequestId = number | string | null;

/** A request as it stands in a text frame, checked. */
export interface SocketRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly entries: Map<string, string>;
}

/** Requests by name that are about the connection they come on. */
export type SocketMethods = Readonly<
  Record<string, (line: Line, request: DeskRequest) => DeskReply>
>;

/** Requests over WebSocket connections. */
export class SocketApi {
  readonly #desk: RequestDesk;
  readonly #limits: RequestLimits;
  readonly #clock: Clock;
  readonly #operations: ReadonlyMap<string | null, Operation>;
  readonly #others: SocketMethods;

  /** @param others what can be asked on this kind of connection only */
  constructor(
    desk: RequestDesk,
    limits: RequestLimits,
    clock: Clock,
    {
      operations,
      others,
    }: { readonly operations: readonly Operation[]; readonly others: SocketMethods },
  ) {
    this.#desk = desk;
    this.#limits = limits;
    this.#clock = clock;
    this.#operations = new Map(operations.map((operation) => [operation.method, operation]));
    this.#others = others;
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
    const operation = this.#operations.get(method);
    if (operation !== undefined) return this.#desk.answer(operation, request);
    return this.#others[method]?.(line, request) ?? refused(UNSUPPORTED, null);
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

export function refused(error: BinanceError, account: string | null): DeskReply {
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
