import type { Clock } from '../../core/env.ts';
import { type BinanceError, EXECUTION_UNKNOWN } from './errors.ts';
import type { VenueReply, VenueRequest } from './facade.ts';
import type { RequestFault } from './faults.ts';
import type { RequestLimits } from './limits.ts';
import { parseForm } from './parameters.ts';
import type { DeskReply, RequestDesk } from './request-desk.ts';
import type { Operation } from './requests/operation.ts';
import { restPayload } from './signing.ts';

export const JSON_HEADERS = { 'content-type': 'application/json;charset=UTF-8' };
const GARBAGE = '<html>502 Bad Gateway</html>';

/** What stands between HTTP and the desk that carries requests out: forms, headers, statuses. */
export class RestDoor {
  readonly #desk: RequestDesk;
  readonly #limits: RequestLimits;
  readonly #clock: Clock;

  constructor(desk: RequestDesk, limits: RequestLimits, clock: Clock) {
    this.#desk = desk;
    this.#limits = limits;
    this.#clock = clock;
  }

  answer(operation: Operation, request: VenueRequest): VenueReply {
    const entries = parseForm(request.query, request.body);
    const reply: DeskReply = entries.ok
      ? this.#desk.answer(operation, {
          address: request.address,
          apiKey: request.headers['x-mbx-apikey'] ?? null,
          entries: entries.value,
          payload: restPayload(request.query, request.body),
        })
      : { status: 400, outcome: entries, account: null, retryAtMs: 0 };
    return this.write(reply, request.address);
  }

  write(reply: DeskReply, address: string): VenueReply {
    const { outcome } = reply;
    const body = JSON.stringify(outcome.ok ? outcome.value : errorJson(outcome.error));
    return { status: reply.status, headers: this.#headers(reply, address), body };
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
}

export function errorJson({ code, msg, data }: BinanceError) {
  return data === undefined ? { code, msg } : { code, msg, data };
}

/** What a fault that was ordered makes of a reply over HTTP. */
export function brokenReply(fault: RequestFault): VenueReply {
  if (fault.kind !== 'status') return { status: 200, headers: JSON_HEADERS, body: GARBAGE };
  const { status, retryAfterSeconds } = fault;
  const { code, msg } = statusError(status);
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (isLimit(status)) headers['retry-after'] = String(retryAfterSeconds);
  return { status, headers, body: JSON.stringify({ code, msg }) };
}

/** What it makes of an answer on a WebSocket. @param nowMs of the venue's clock */
export function brokenAnswer(
  id: number | string | null,
  fault: RequestFault,
  nowMs: number,
): string {
  if (fault.kind !== 'status') return GARBAGE;
  const { status, retryAfterSeconds } = fault;
  const error = statusError(status);
  if (!isLimit(status)) return JSON.stringify({ id, status, error });
  const data = { serverTime: nowMs, retryAfter: nowMs + retryAfterSeconds * 1_000 };
  return JSON.stringify({ id, status, error: { ...error, data } });
}

function isLimit(status: number): boolean {
  return status === 429 || status === 418;
}

function statusError(status: number): { code: number; msg: string } {
  if (status === 429) return { code: -1003, msg: 'Too many requests queued.' };
  if (status === 418) return { code: -1003, msg: 'Way too much request weight used; IP banned.' };
  return EXECUTION_UNKNOWN;
}
