import type { HttpReply, HttpRequest } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { decodeWire, objectIn, WireFault, type WireObject, wordIn } from '../binance/wire.ts';
import type { HttpOutcome, Query, QueryFault, RequestOutcome } from '../port.ts';
import type { TokenSigner } from './sign.ts';

export const API = '/api/v3/brokerage/';
/** How the venue refuses a token, which it does when the clocks differ. */
export const UNAUTHORIZED = 401;
const LIMITED = 429;
/** After a 429 that names no time. */
const RETRY_AFTER_MS = 5_000;
const RETRY_MS_MAX = 600_000;
/** Of what the venue said, this much is shown. */
const DETAIL_CHARACTERS = 200;

export interface RestAccess {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  readonly signer: TokenSigner;
  readonly timeoutMs: number;
  /** How long the venue may act on a request: the life of its token. */
  readonly lifeMs: number;
}

/** What is added to a request: where its line is kept for orders, what it carries. */
interface RequestDetail {
  readonly query?: string;
  readonly body?: string;
  readonly line?: 'at-once' | 'when-free';
}

/** A request with a token of its own, which names method, host and path. */
export function signedRequest(
  { url, signer, timeoutMs, lifeMs }: RestAccess,
  method: 'GET' | 'POST',
  path: string,
  nowMs: number,
  { query = '', body, line }: RequestDetail = {},
): HttpRequest {
  const uri = `${method} ${url.slice(url.indexOf('://') + 3)}${API}${path}`;
  const authorization = `Bearer ${signer.token(nowMs, uri, lifeMs)}`;
  return {
    method,
    url: `${url}${API}${path}${query === '' ? '' : `?${query}`}`,
    headers: { authorization, ...(body === undefined ? {} : JSON_BODY) },
    timeoutMs,
    ...(body === undefined ? {} : { body }),
    ...(line === undefined ? {} : { line }),
  };
}

const JSON_BODY = { 'content-type': 'application/json' } as const;

/** A question that anybody may ask. */
export function publicRequest(url: string, path: string, timeoutMs: number): HttpRequest {
  return { method: 'GET', url: `${url}${API}${path}`, headers: {}, timeoutMs };
}

/** One question with the decoder of its answer. */
export function question<T>(
  request: HttpRequest,
  decode: (value: unknown) => T,
  /** What a refusal by status means; undefined when it is one. */
  onRefusal: (status: number) => T | undefined = () => undefined,
): Query<T> {
  return { request, decode: (outcome) => answerIn(outcome, decode, onRefusal) };
}

function answerIn<T>(
  outcome: HttpOutcome,
  decode: (value: unknown) => T,
  onRefusal: (status: number) => T | undefined,
): Result<T, QueryFault> {
  const silence = (detail: string) => err({ kind: 'no-answer' as const, detail });
  if (!outcome.ok) return silence(`${outcome.error.kind}: ${outcome.error.detail}`);
  const { status, body } = outcome.value;
  if (status === LIMITED) {
    const retryAfterMs = retryAfterOf(outcome.value);
    return err({ kind: 'throttled', retryAfterMs, detail: `status ${status}` });
  }
  if (status >= 400 && status < 500) {
    const meant = onRefusal(status);
    if (meant !== undefined) return ok(meant);
    return err({ kind: 'refused', code: status, detail: body.slice(0, DETAIL_CHARACTERS) });
  }
  if (status !== 200) return silence(`status ${status}`);
  const answer = decodeWire(body, decode);
  return answer instanceof WireFault ? silence(answer.message) : ok(answer);
}

/** What an order or a cancellation came to. What is not said clearly is unknown, never failed. */
export function replyIn(outcome: HttpOutcome): RequestOutcome {
  if (!outcome.ok) {
    const { kind, detail } = outcome.error;
    if (kind !== 'refused') return { kind: 'unknown', reason: `${kind}: ${detail}` };
    return refusal(0, `nothing was sent: ${detail}`, 0);
  }
  const { status, body } = outcome.value;
  if (status === LIMITED) return refusal(status, 'too many requests', retryAfterOf(outcome.value));
  if (status >= 400 && status < 500) {
    return refusal(status, `${status} ${body.slice(0, DETAIL_CHARACTERS)}`, 0);
  }
  if (status !== 200) return { kind: 'unknown', reason: `status ${status}` };
  const decoded = decodeWire(body, outcomeIn);
  return decoded instanceof WireFault ? { kind: 'unknown', reason: decoded.message } : decoded;
}

function outcomeIn(value: unknown): RequestOutcome {
  const reply = objectIn(value, 'reply');
  const results = reply['results'];
  if (Array.isArray(results)) {
    const result = objectIn(results[0], 'results');
    const venueOrderId = wordIn(result['order_id']);
    if (result['success'] === true) return { kind: 'done', venueOrderId };
    return refusal(404, wordIn(result['failure_reason']), 0);
  }
  if (reply['success'] === true && Array.isArray(reply['errors'])) {
    return { kind: 'done', venueOrderId: '' };
  }
  if (reply['success'] === true) {
    const created = objectIn(reply['success_response'], 'success_response');
    return { kind: 'done', venueOrderId: wordIn(created['order_id']) };
  }
  if (reply['success'] !== false) throw new WireFault('success: wanted true or false');
  if (Array.isArray(reply['errors'])) return editRefusal(reply['errors']);
  return placeRefusal(objectIn(reply['error_response'], 'error_response'));
}

/**
 * Why an order was not placed. The check that comes before every order has names of its own; what
 * fails there, as a stop on the wrong side of the last trade does, has `UNKNOWN_FAILURE_REASON` for
 * an error and was never placed all the same.
 */
function placeRefusal(error: WireObject): RequestOutcome {
  const [name, checked] = [wordIn(error['error']), wordIn(error['preview_failure_reason'])];
  const isNamed = name !== '' && name !== 'UNKNOWN_FAILURE_REASON';
  const reason = `${isNamed ? name : checked || name} ${wordIn(error['message'])}`.trim();
  if (isNamed || checked.startsWith('PREVIEW_')) return refusal(400, reason, 0);
  // The venue says itself that it does not know why; it may not know whether either.
  return { kind: 'unknown', reason };
}

/** Why an order was not edited: it stands as it did. */
function editRefusal(errors: readonly unknown[]): RequestOutcome {
  const error = objectIn(errors[0], 'errors');
  const reason = wordIn(error['edit_failure_reason']) || wordIn(error['preview_failure_reason']);
  const isUnclear = reason === '' || reason.startsWith('UNKNOWN');
  return isUnclear ? { kind: 'unknown', reason: reason || 'edit' } : refusal(400, reason, 0);
}

function refusal(code: number, reason: string, retryAfterMs: number): RequestOutcome {
  return { kind: 'refused', code, reason, retryAfterMs };
}

function retryAfterOf({ headers }: HttpReply): number {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? Math.min(seconds * 1_000, RETRY_MS_MAX) : RETRY_AFTER_MS;
}
