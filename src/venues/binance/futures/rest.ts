import type { Query } from '../../port.ts';
import { question, type RestAccess, signedQuestions } from '../rest.ts';
import { arrayIn, objectIn, textOf, wholeOf } from '../wire.ts';

/**
 * Cancels everything of a market that rests in its book. The venue does not say how many orders
 * that were, so 0 stands for any number. A key to cancel will do.
 */
export function cancelFuturesOrders(
  access: RestAccess,
  symbol: string,
  nowMs: number,
): Query<number> {
  return cancelledIn(access, '/fapi/v1/allOpenOrders', symbol, nowMs);
}

/** Cancels every order of a market that waits for its trigger, as above. */
export function cancelWaitingOrders(
  access: RestAccess,
  symbol: string,
  nowMs: number,
): Query<number> {
  return cancelledIn(access, '/fapi/v1/algoOpenOrders', symbol, nowMs);
}

/** The market of each order that is open, whosever it is. A key to read will do. */
export function openFuturesSymbols(access: RestAccess, nowMs: number): Query<readonly string[]> {
  return symbolsIn(access, '/fapi/v1/openOrders', nowMs);
}

/** The market of each order that waits for its trigger. */
export function waitingFuturesSymbols(access: RestAccess, nowMs: number): Query<readonly string[]> {
  return symbolsIn(access, '/fapi/v1/openAlgoOrders', nowMs);
}

export function futuresTime(access: RestAccess): Query<number> {
  return question(access, '/fapi/v1/time', (value) =>
    wholeOf(objectIn(value, 'time'), 'serverTime'),
  );
}

function cancelledIn(
  access: RestAccess,
  path: string,
  symbol: string,
  nowMs: number,
): Query<number> {
  return signedQuestions(access)(
    path,
    `symbol=${symbol}&`,
    nowMs,
    (value) => wholeOf(objectIn(value, 'cancellation'), 'code') - 200,
    undefined,
    'DELETE',
  );
}

function symbolsIn(access: RestAccess, path: string, nowMs: number): Query<readonly string[]> {
  return signedQuestions(access)(path, '', nowMs, (value) =>
    arrayIn(value, 'open orders').map((order) => textOf(objectIn(order, 'order'), 'symbol')),
  );
}
