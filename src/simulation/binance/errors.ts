import { unreachable } from '../../core/result.ts';
import type { Refusal } from '../exchange/orders.ts';

/** An error as Binance states it: HTTP status, code and message. */
export interface BinanceError {
  readonly status: number;
  readonly code: number;
  readonly msg: string;
  /** What became of the parts of a request of several. */
  readonly data?: object;
}

export const badRequest = (code: number, msg: string): BinanceError => ({ status: 400, code, msg });

export const INVALID_SYMBOL = badRequest(-1121, 'Invalid symbol.');
export const INVALID_SIGNATURE = badRequest(-1022, 'Signature for this request is not valid.');
export const NO_SUCH_ORDER = badRequest(-2013, 'Order does not exist.');
export const UNSUPPORTED = badRequest(-1020, 'This operation is not supported.');
export const BAD_KEY_FORMAT: BinanceError = {
  status: 401,
  code: -2014,
  msg: 'API-key format invalid.',
};
export const REJECTED_KEY: BinanceError = {
  status: 401,
  code: -2015,
  msg: 'Invalid API-key, IP, or permissions for action.',
};
/** Whether the request took effect is unknown. */
export const EXECUTION_UNKNOWN: BinanceError = {
  status: 504,
  code: -1007,
  msg:
    'Timeout waiting for response from backend server. ' +
    'Send status unknown; execution status unknown.',
};
/** There is nothing to show yet; nothing was done. */
export const NOT_READY: BinanceError = {
  status: 503,
  code: -1008,
  msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.',
};
export const TOO_MANY_ORDERS: BinanceError = {
  status: 429,
  code: -1015,
  msg: 'Too many new orders.',
};

export const missing = (name: string): BinanceError =>
  badRequest(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);

export const illegal = (name: string, legal: string): BinanceError =>
  badRequest(-1100, `Illegal characters found in parameter '${name}'; legal range is '${legal}'.`);

/** What Binance answers to a refusal of its matching engine; the message tells the cases apart. */
export function refusalError(refusal: Refusal): BinanceError {
  switch (refusal.kind) {
    case 'filter':
      return badRequest(-1013, `Filter failure: ${refusal.filter}`);
    case 'insufficient-balance':
      return badRequest(-2010, 'Account has insufficient balance for requested action.');
    case 'duplicate-client-id':
      return badRequest(-2010, 'Duplicate order sent.');
    case 'would-take':
      return badRequest(-2010, 'Order would immediately match and take.');
    case 'would-trigger':
      return badRequest(-2010, 'Stop price would trigger immediately.');
    case 'not-a-pair':
      return badRequest(-2010, 'The relationship of the prices for the orders is not correct.');
    case 'not-offered':
    case 'not-amendable':
      return UNSUPPORTED;
    case 'no-liquidity':
      return badRequest(-2010, 'Order book liquidity is less than symbol minimum quantity.');
    case 'not-reducing':
      return badRequest(-2022, 'ReduceOnly Order is rejected.');
    case 'unknown-symbol':
      return INVALID_SYMBOL;
    case 'market-closed':
      return badRequest(-2010, 'Market is closed.');
    case 'unknown-account':
      return REJECTED_KEY;
    case 'unknown-order':
      return badRequest(-2011, 'Unknown order sent.');
    case 'halted':
      return EXECUTION_UNKNOWN;
    default:
      return unreachable(refusal);
  }
}
