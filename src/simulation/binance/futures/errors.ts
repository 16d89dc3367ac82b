import type { Refusal } from '../../exchange/orders.ts';
import { type BinanceError, badRequest, refusalError } from '../errors.ts';

export const OFF_TICK = badRequest(-4014, 'Price not increased by tick size.');
export const TOO_MANY_WAITING = badRequest(-4045, 'Reach max stop order limit.');
export const BAD_RATE = badRequest(-2007, 'Invalid callBack rate');
/** Since December 2025 orders that wait are not taken where plain orders are. */
export const SWITCH_TO_ALGO = badRequest(
  -4120,
  'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
);

/** What futures answer to a refusal of the matching engine, where it is not what spot answers. */
export function futuresError(refusal: Refusal): BinanceError {
  switch (refusal.kind) {
    case 'insufficient-balance':
      return badRequest(-2019, 'Margin is insufficient.');
    case 'would-take':
      return badRequest(
        -5022,
        'Due to the order could not be executed as maker, the Post Only order will be rejected.',
      );
    case 'would-trigger':
      return badRequest(-2021, 'Order would immediately trigger.');
    case 'market-closed':
      return badRequest(-4108, 'This contract is being settled. You cannot trade it now.');
    case 'duplicate-client-id':
      return badRequest(-4116, 'ClientOrderId is duplicated.');
    case 'filter':
      return filterError(refusal.filter);
    default:
      return refusalError(refusal);
  }
}

function filterError(filter: string): BinanceError {
  if (filter === 'PRICE_FILTER') return OFF_TICK;
  if (filter === 'MAX_NUM_ALGO_ORDERS') return TOO_MANY_WAITING;
  if (filter === 'TRAILING_DELTA') return BAD_RATE;
  if (filter === 'NOTIONAL')
    return badRequest(-4164, "Order's notional must be no smaller than 5.");
  if (filter === 'LOT_SIZE') return badRequest(-4003, 'Quantity less than or equal to zero.');
  if (filter === 'MARKET_LOT_SIZE') return badRequest(-4005, 'Quantity greater than max quantity.');
  if (filter === 'PERCENT_PRICE_BY_SIDE') {
    return badRequest(
      -4131,
      "The counterparty's best price does not meet the PERCENT_PRICE filter.",
    );
  }
  return badRequest(-2025, 'Reach max open order limit.');
}
