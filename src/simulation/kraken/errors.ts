import { unreachable } from '../../core/result.ts';
import type { Refusal } from '../exchange/orders.ts';

/** An error as the venue names it, `EOrder:Unknown order`. */
export type KrakenError = string;

export const UNAVAILABLE = 'EService:Unavailable';
export const INVALID_ARGUMENTS = 'EGeneral:Invalid arguments';
export const NOT_OFFERED = `${INVALID_ARGUMENTS}:ordertype`;
export const PERMISSION_DENIED = 'EGeneral:Permission denied';
export const UNKNOWN_METHOD = 'EGeneral:Unknown method';
export const UNKNOWN_ORDER = 'EOrder:Unknown order';
export const INVALID_PRICE = 'EOrder:Invalid price';
export const UNKNOWN_PAIR = 'EQuery:Unknown asset pair';
export const ORDER_RATE = 'EOrder:Rate limit exceeded';
export const CALL_RATE = 'EAPI:Rate limit exceeded';
export const INVALID_KEY = 'EAPI:Invalid key';
export const INVALID_SIGNATURE = 'EAPI:Invalid signature';
export const INVALID_NONCE = 'EAPI:Invalid nonce';
export const INVALID_SESSION = 'ESession:Invalid session';
export const DEADLINE = 'EService:Deadline elapsed';

/** What the venue answers to a refusal of its matching engine. */
export function refusalError(refusal: Refusal): KrakenError {
  switch (refusal.kind) {
    case 'filter':
      return filterError(refusal.filter);
    case 'insufficient-balance':
      return 'EOrder:Insufficient funds';
    case 'duplicate-client-id':
      return `${INVALID_ARGUMENTS}:cl_ord_id`;
    case 'would-take':
      return 'EOrder:Post only order';
    case 'would-trigger':
      return INVALID_PRICE;
    case 'not-a-pair':
    case 'not-offered':
      return NOT_OFFERED;
    case 'not-amendable':
      return INVALID_ARGUMENTS;
    case 'not-reducing':
      return 'EOrder:Reduce only:No position exists';
    case 'no-liquidity':
      return 'EOrder:Market orders disabled';
    case 'unknown-symbol':
      return UNKNOWN_PAIR;
    case 'market-closed':
      return 'EService:Market in cancel_only mode';
    case 'unknown-account':
      return INVALID_KEY;
    case 'unknown-order':
      return UNKNOWN_ORDER;
    case 'halted':
      return UNAVAILABLE;
    default:
      return unreachable(refusal);
  }
}

function filterError(filter: Extract<Refusal, { kind: 'filter' }>['filter']): KrakenError {
  switch (filter) {
    case 'LOT_SIZE':
      return 'EOrder:Order minimum not met';
    case 'NOTIONAL':
      return 'EOrder:Cost minimum not met';
    case 'MARKET_LOT_SIZE':
      return `${INVALID_ARGUMENTS}:volume`;
    case 'MAX_NUM_ORDERS':
    case 'EXCHANGE_MAX_NUM_ORDERS':
    case 'MAX_NUM_ALGO_ORDERS':
      return 'EOrder:Orders limit exceeded';
    case 'ICEBERG_PARTS':
      return `${INVALID_ARGUMENTS}:displayvol`;
    case 'PRICE_FILTER':
    case 'TRAILING_DELTA':
    case 'PERCENT_PRICE_BY_SIDE':
      return INVALID_PRICE;
    default:
      return unreachable(filter);
  }
}
