import type { Query } from '../../port.ts';
import { question, type RestAccess, signedQuestions } from '../rest.ts';
import { arrayIn, objectIn, textOf, wholeOf } from '../wire.ts';

/**
 * Cancels everything in a market. The venue does not say how many orders that were, so 0 stands
 * for any number. A key to cancel will do.
 */
export function cancelFuturesOrders(
  access: RestAccess,
  symbol: string,
  nowMs: number,
): Query<number> {
  return signedQuestions(access)(
    '/fapi/v1/allOpenOrders',
    `symbol=${symbol}&`,
    nowMs,
    (value) => wholeOf(objectIn(value, 'cancellation'), 'code') - 200,
    undefined,
    'DELETE',
  );
}

/** The market of each order that is open, whosever it is. A key to read will do. */
export function openFuturesSymbols(access: RestAccess, nowMs: number): Query<readonly string[]> {
  return signedQuestions(access)('/fapi/v1/openOrders', '', nowMs, (value) =>
    arrayIn(value, 'open orders').map((order) => textOf(objectIn(order, 'order'), 'symbol')),
  );
}

export function futuresTime(access: RestAccess): Query<number> {
  return question(access, '/fapi/v1/time', (value) =>
    wholeOf(objectIn(value, 'time'), 'serverTime'),
  );
}
