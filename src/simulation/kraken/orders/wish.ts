import { err, ok, type Result } from '../../../core/result.ts';
import type { TimeInForce } from '../../../execution/order.ts';
import { timeStampMs } from '../../../venues/market/time-stamp.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import { INVALID_ARGUMENTS, type KrakenError } from '../errors.ts';
import type { AmendWish, OrderWish } from './order-desk.ts';

const PREVENTIONS: Readonly<Record<string, SelfTradePrevention>> = {
  '': 'expire-taker',
  'cancel-newest': 'expire-taker',
  'cancel-oldest': 'expire-maker',
  'cancel-both': 'expire-both',
};
const TIMES: Readonly<Record<string, TimeInForce>> = {
  '': 'gtc',
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
};

/** Reads one parameter of an order; '' when it is not there. */
export type Reader = (name: string) => string;

/**
 * An order out of its parameters, by the names that REST or the sockets have for them.
 *
 * @param symbol of the market, already found
 */
export function wishOf(
  read: Reader,
  names: {
    readonly type: string;
    readonly side: string;
    readonly quantity: string;
    readonly price: string;
    readonly timeInForce: string;
    readonly prevention: string;
  },
  symbol: string,
): Result<OrderWish, KrakenError> {
  const wrong = (name: string) => err(`${INVALID_ARGUMENTS}:${name}`);
  const type = read(names.type);
  // The venue has more; this one trades at once or rests.
  if (type !== 'limit' && type !== 'market') return wrong(names.type);
  const side = read(names.side);
  if (side !== 'buy' && side !== 'sell') return wrong(names.side);
  const prevention = PREVENTIONS[read(names.prevention).replaceAll('_', '-')];
  if (prevention === undefined) return wrong(names.prevention);
  const timeInForce = TIMES[read(names.timeInForce).toLowerCase()];
  if (timeInForce === undefined) return wrong(names.timeInForce);
  const flags = read('oflags').split(',');
  const cost = read('cash_order_qty');
  const deadline = read('deadline');
  const deadlineMs = deadline === '' ? Number.POSITIVE_INFINITY : timeStampMs(deadline);
  if (Number.isNaN(deadlineMs)) return wrong('deadline');
  return ok({
    symbol,
    side,
    isMarket: type === 'market',
    price: read(names.price),
    quantity: cost === '' ? read(names.quantity) : cost,
    isCost: flags.includes('viqc') || cost !== '',
    clientId: read('cl_ord_id'),
    timeInForce,
    isPostOnly: flags.includes('post') || read('post_only') === 'true',
    prevention,
    deadlineMs,
  });
}

/** Other terms for an order; REST and the sockets name them alike. */
export function amendWishOf(read: Reader): Result<AmendWish, KrakenError> {
  const deadline = read('deadline');
  const deadlineMs = deadline === '' ? Number.POSITIVE_INFINITY : timeStampMs(deadline);
  if (Number.isNaN(deadlineMs)) return err(`${INVALID_ARGUMENTS}:deadline`);
  return ok({
    price: read('limit_price'),
    quantity: read('order_qty'),
    isPostOnly: read('post_only') === 'true',
    deadlineMs,
  });
}

/** How REST and the sockets name the same things. */
export const REST_NAMES = {
  type: 'ordertype',
  side: 'type',
  quantity: 'volume',
  price: 'price',
  timeInForce: 'timeinforce',
  prevention: 'stptype',
} as const;
export const SOCKET_NAMES = {
  type: 'order_type',
  side: 'side',
  quantity: 'order_qty',
  price: 'limit_price',
  timeInForce: 'time_in_force',
  prevention: 'stp_type',
} as const;
