import type { HttpRequest } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { HttpOutcome, Query, QueryFault } from '../port.ts';
import { type ApiKey, signedQuery } from './sign.ts';
import {
  arrayIn,
  BANNED,
  decodeWire,
  objectIn,
  retryAfterOf,
  textOf,
  WireFault,
  wholeOf,
} from './wire.ts';

/** `-2011 Unknown order sent.`: of a cancellation of all, there was none. */
const NOTHING_TO_CANCEL = -2011;

export interface RestAccess {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  readonly key: ApiKey;
  readonly receiveWindowMs: number;
  readonly timeoutMs: number;
}

/** What is asked without a signature takes no key; one that is there is counted by it. */
export type PublicAccess = Pick<RestAccess, 'url' | 'timeoutMs'> & { readonly key: ApiKey | null };

/** Asks what only the owner of a key may ask; `onRefusal` knows error codes with a meaning. */
export type SignedQuestion = <T>(
  path: string,
  params: string,
  nowMs: number,
  decode: (value: unknown) => T,
  onRefusal?: (code: number) => T | undefined,
  method?: HttpRequest['method'],
) => Query<T>;

export function signedQuestions(access: RestAccess): SignedQuestion {
  const { key, receiveWindowMs } = access;
  return (path, params, nowMs, decode, onRefusal, method = 'GET') => {
    const query = `${params}recvWindow=${receiveWindowMs}&timestamp=${nowMs}`;
    return question(access, `${path}?${signedQuery(key, query)}`, decode, onRefusal, method);
  };
}

/** Cancels everything in a market. Answers how many orders that were. A key to cancel will do. */
export function cancelOpenOrders(access: RestAccess, symbol: string, nowMs: number): Query<number> {
  return signedQuestions(access)(
    '/api/v3/openOrders',
    `symbol=${symbol}&`,
    nowMs,
    (value) => arrayIn(value, 'cancelled orders').reduce<number>(countOrders, 0),
    (code) => (code === NOTHING_TO_CANCEL ? 0 : undefined),
    'DELETE',
  );
}

/** A list counts as the orders in it. */
function countOrders(count: number, canceled: unknown): number {
  const { orders } = objectIn(canceled, 'cancelled order') as { readonly orders?: unknown };
  return count + (orders === undefined ? 1 : arrayIn(orders, 'orders of a list').length);
}

/** The market of each order that is open, whosever it is. A key to read will do. */
export function openOrderSymbols(access: RestAccess, nowMs: number): Query<readonly string[]> {
  return signedQuestions(access)('/api/v3/openOrders', '', nowMs, (value) =>
    arrayIn(value, 'open orders').map((order) => textOf(objectIn(order, 'order'), 'symbol')),
  );
}

export function serverTime(access: RestAccess): Query<number> {
  return question(access, '/api/v3/time', (value) =>
    wholeOf(objectIn(value, 'time'), 'serverTime'),
  );
}

/** Asks what needs no signature; `onRefusal` as in `SignedQuestion`. */
export function question<T>(
  access: PublicAccess,
  pathAndQuery: string,
  decode: (value: unknown) => T,
  onRefusal: (code: number) => T | undefined = () => undefined,
  method: HttpRequest['method'] = 'GET',
): Query<T> {
  return {
    request: {
      method,
      url: access.url + pathAndQuery,
      headers: access.key === null ? {} : { 'X-MBX-APIKEY': access.key.id },
      timeoutMs: access.timeoutMs,
    },
    decode: (outcome) => answerIn(outcome, decode, onRefusal),
  };
}

function answerIn<T>(
  outcome: HttpOutcome,
  decode: (value: unknown) => T,
  onRefusal: (code: number) => T | undefined,
): Result<T, QueryFault> {
  const silence = (detail: string) => err({ kind: 'no-answer' as const, detail });
  if (!outcome.ok) return silence(`${outcome.error.kind}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  const retryAfterMs = retryAfterOf(outcome.value);
  if (retryAfterMs !== null) {
    const throttled = { kind: 'throttled' as const, retryAfterMs, detail: `status ${status}` };
    return err(status === BANNED ? { ...throttled, isBan: true } : throttled);
  }
  if (status >= 400 && status < 500) {
    const code = decodeWire(body, (value) => wholeOf(objectIn(value, 'error'), 'code'));
    if (code instanceof WireFault) return silence(`status ${status}, ${code.message}`);
    const meant = onRefusal(code);
    return meant === undefined
      ? err({ kind: 'refused', code, detail: body.slice(0, 200) })
      : ok(meant);
  }
  if (status !== 200) return silence(`status ${status}`);
  const answer = decodeWire(body, decode);
  return answer instanceof WireFault ? silence(answer.message) : ok(answer);
}
