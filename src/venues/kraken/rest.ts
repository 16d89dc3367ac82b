import type { HttpRequest } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { decodeWire, objectIn, retryAfterOf, textOf, WireFault, wholeOf } from '../binance/wire.ts';
import type { HttpOutcome, Query, QueryFault } from '../port.ts';
import { apiSign, type KrakenKey } from './sign.ts';
import { CODE, meaningOf } from './wire/errors.ts';
import { errorsIn, resultIn } from './wire/reply.ts';

export interface KrakenAccess {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  readonly key: KrakenKey;
  readonly receiveWindowMs: number;
  readonly timeoutMs: number;
}

/** Parameters in the order in which they are sent. */
export type Params = readonly (readonly [name: string, value: string | number])[];

/**
 * A question that only the owner of a key may ask. The nonce is taken when the request is read,
 * that is when it is sent: an older one that arrives later would be refused.
 *
 * @param onRefusal knows errors with a meaning
 */
export function privateQuestion<T>(
  access: KrakenAccess,
  method: string,
  params: Params,
  nowMs: number,
  decode: (result: unknown) => T,
  onRefusal: (code: number) => T | undefined = () => undefined,
): Query<T> {
  const request = () => {
    const nonce = access.key.nonces.next(nowMs);
    const body = formOf([['nonce', nonce], ...params]);
    return signedRequest(access, method, nonce, body);
  };
  return signedQuestion(access.key, request, nowMs, decode, onRefusal);
}

function signedQuestion<T>(
  { nonces }: KrakenKey,
  request: () => HttpRequest,
  nowMs: number,
  decode: (result: unknown) => T,
  onRefusal: (code: number) => T | undefined,
): Query<T> {
  return {
    get request() {
      return request();
    },
    isOneAtATime: true,
    decode(outcome) {
      const answer = answerIn(outcome, nowMs, decode, onRefusal);
      const isRefused = !answer.ok && answer.error.kind === 'refused';
      if (isRefused && answer.error.code === CODE.invalidNonce) nonces.onRefused();
      else if (answer.ok || isRefused) nonces.onTaken();
      return answer;
    },
  };
}

/** A question whose answer may call for another. */
export function followed<T>(query: Query<T>, followUp: (value: T) => Query<T> | null): Query<T> {
  return {
    // Not copied: it is made anew whenever it is read.
    get request() {
      return query.request;
    },
    isOneAtATime: true,
    decode: (outcome) => query.decode(outcome),
    followUp,
  };
}

/** A question that everybody may ask. */
export function publicQuestion<T>(
  access: Pick<KrakenAccess, 'url' | 'timeoutMs'>,
  method: string,
  params: Params,
  decode: (result: unknown) => T,
): Query<T> {
  const query = params.length === 0 ? '' : `?${formOf(params)}`;
  const url = `${access.url}/0/public/${method}${query}`;
  const request: HttpRequest = { method: 'GET', url, headers: {}, timeoutMs: access.timeoutMs };
  return { request, decode: (outcome) => answerIn(outcome, 0, decode, () => undefined) };
}

function signedRequest(
  { url, key, timeoutMs }: KrakenAccess,
  method: string,
  nonce: number,
  body: string,
): HttpRequest {
  const path = `/0/private/${method}`;
  const headers = {
    'API-Key': key.id,
    'API-Sign': apiSign(key, path, nonce, body),
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  return { method: 'POST', url: `${url}${path}`, headers, body, timeoutMs };
}

function formOf(params: Params): string {
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** The venue's clock. It tells whole seconds only, so the answer is right to half a second. */
export function serverTime(access: Pick<KrakenAccess, 'url' | 'timeoutMs'>): Query<number> {
  const question = publicQuestion(
    access,
    'Time',
    [],
    (result) => wholeOf(objectIn(result, 'time'), 'unixtime') * 1_000 + 500,
  );
  // The counter of a key knows nothing of public calls, and a clock in doubt has to be asked.
  return { ...question, isUncounted: true };
}

/** What opens a private socket, good for 15 minutes and then as long as what it has opened. */
export function socketToken(access: KrakenAccess, nowMs: number): Query<string> {
  return privateQuestion(access, 'GetWebSocketsToken', [], nowMs, (result) =>
    textOf(objectIn(result, 'token'), 'token'),
  );
}

/** Cancels everything on the account, in every market. Answers how many orders that were. */
export function cancelEverything(access: KrakenAccess, nowMs: number): Query<number> {
  return privateQuestion(access, 'CancelAll', [], nowMs, (result) =>
    wholeOf(objectIn(result, 'cancelled'), 'count'),
  );
}

/** The pair of each order that is open, whosever it is, as the venue names it in REST replies. */
export function openOrderPairs(access: KrakenAccess, nowMs: number): Query<readonly string[]> {
  return privateQuestion(access, 'OpenOrders', [], nowMs, (result) =>
    Object.values(objectIn(objectIn(result, 'open orders')['open'], 'open')).map((order) =>
      String(objectIn(objectIn(order, 'order')['descr'], 'descr')['pair']),
    ),
  );
}

/**
 * Sets the venue to cancel everything in so many seconds unless it is asked again before; 0 takes
 * that back. Answers when that will be, in words of the venue; empty when never.
 */
export function cancelAllAfter(
  access: KrakenAccess,
  seconds: number,
  nowMs: number,
): Query<string> {
  return privateQuestion(
    access,
    'CancelAllOrdersAfter',
    [['timeout', seconds]],
    nowMs,
    (result) => {
      const { triggerTime } = objectIn(result, 'dead-man switch');
      return typeof triggerTime === 'string' && triggerTime !== '0' ? triggerTime : '';
    },
  );
}

function answerIn<T>(
  outcome: HttpOutcome,
  nowMs: number,
  decode: (result: unknown) => T,
  onRefusal: (code: number) => T | undefined,
): Result<T, QueryFault> {
  const silence = (detail: string) => err({ kind: 'no-answer' as const, detail });
  if (!outcome.ok) return silence(`${outcome.error.kind}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  const waitMs = retryAfterOf(outcome.value);
  if (waitMs !== null) {
    return err({ kind: 'throttled', retryAfterMs: waitMs, detail: `status ${status}` });
  }
  if (status !== 200) return silence(`status ${status}`);
  const errors = decodeWire(body, errorsIn);
  if (errors instanceof WireFault) return silence(errors.message);
  const [error] = errors;
  if (error === undefined) {
    const answer = decodeWire(body, (value) => decode(resultIn(value)));
    return answer instanceof WireFault ? silence(answer.message) : ok(answer);
  }
  const meaning = meaningOf(error, nowMs);
  if (meaning.kind === 'throttled') return err({ ...meaning, detail: error });
  if (meaning.kind === 'unknown') return silence(error);
  const meant = onRefusal(meaning.code);
  return meant === undefined
    ? err({ kind: 'refused', code: meaning.code, detail: errors.join(', ').slice(0, 200) })
    : ok(meant);
}
