import type { Clock } from '../../../core/env.ts';
import type { Right } from '../../binance/signing.ts';
import type { ExchangePort } from '../../exchange/port.ts';
import type { OrderTotals } from '../order-totals.ts';
import type { ProductBoard } from '../product-board.ts';

/** What requests work on. */
export interface Desk {
  readonly exchange: ExchangePort;
  readonly board: ProductBoard;
  readonly totals: OrderTotals;
  readonly clock: Clock;
}

export interface Call {
  readonly desk: Desk;
  /** Parts of the path that the route leaves open, in their order. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The body of a POST; an empty object when it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Account of the key that signed; '' where no key is needed. */
  readonly account: string;
}

export interface CallReply {
  readonly status: number;
  readonly body: unknown;
}

/** One request of the REST interface. */
export interface Operation {
  /** Name by which faults are ordered for it. */
  readonly name: string;
  /** Method and path; `*` stands for one part that is open. */
  readonly route: string;
  /** Null needs no key. */
  readonly right: Right | null;
  readonly run: (call: Call) => CallReply;
}

export const good = (body: unknown): CallReply => ({ status: 200, body });

/** A refusal as the venue words it. */
export function refused(status: number, error: string, details: string): CallReply {
  return { status, body: { error, error_details: details, message: details } };
}

export const notFound = (what: string): CallReply =>
  refused(404, 'NOT_FOUND', `${what} was not found`);
export const badArgument = (details: string): CallReply =>
  refused(400, 'INVALID_ARGUMENT', details);

/** RFC 3339 with milliseconds. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

/** A whole number of the query within its bounds; null when it is none. */
export function countOf(query: URLSearchParams, name: string, otherwise: number): number | null {
  const text = query.get(name);
  if (text === null) return otherwise;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return count > 0 ? count : null;
}

/** Milliseconds of a time in the query: NaN when it is none, `otherwise` when it is not there. */
export function timeOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  return text === null ? otherwise : Date.parse(text);
}
