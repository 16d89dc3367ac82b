import { err, ok, type Result } from '../../../core/result.ts';
import type { TimeInForce } from '../../../execution/order.ts';
import { timeStampMs } from '../../../venues/market/time-stamp.ts';
import type { SelfTradePrevention } from '../../book/match-plan.ts';
import { INVALID_ARGUMENTS, type KrakenError } from '../errors.ts';
import {
  type KindWish,
  type Reader,
  restClose,
  restKind,
  socketClose,
  socketKind,
} from './kind-wish.ts';
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

/** How REST or the sockets name the parameters of an order. */
export interface Dialect {
  readonly side: string;
  readonly quantity: string;
  readonly timeInForce: string;
  readonly prevention: string;
  /** What an iceberg shows. */
  readonly shown: string;
  readonly kind: (read: Reader) => Result<KindWish, string>;
  readonly close: (read: Reader) => Result<KindWish, string> | null;
}

/**
 * An order out of its parameters.
 *
 * @param symbol of the market, already found
 */
export function wishOf(
  read: Reader,
  dialect: Dialect,
  symbol: string,
): Result<OrderWish, KrakenError> {
  const wrong = (name: string) => err(`${INVALID_ARGUMENTS}:${name}`);
  const kind = dialect.kind(read);
  if (!kind.ok) return wrong(kind.error);
  const close = dialect.close(read);
  if (close !== null && !close.ok) return wrong(close.error);
  const side = read(dialect.side);
  if (side !== 'buy' && side !== 'sell') return wrong(dialect.side);
  const prevention = PREVENTIONS[read(dialect.prevention).replaceAll('_', '-')];
  if (prevention === undefined) return wrong(dialect.prevention);
  const timeInForce = TIMES[read(dialect.timeInForce).toLowerCase()];
  if (timeInForce === undefined) return wrong(dialect.timeInForce);
  const flags = read('oflags').split(',');
  const cost = read('cash_order_qty');
  const deadline = read('deadline');
  const deadlineMs = deadline === '' ? Number.POSITIVE_INFINITY : timeStampMs(deadline);
  if (Number.isNaN(deadlineMs)) return wrong('deadline');
  const wish: OrderWish = {
    symbol,
    side,
    kind: kind.value,
    quantity: cost === '' ? read(dialect.quantity) : cost,
    isCost: flags.includes('viqc') || cost !== '',
    shown: read(dialect.shown),
    close: close?.value ?? null,
    clientId: read('cl_ord_id'),
    timeInForce,
    isPostOnly: flags.includes('post') || read('post_only') === 'true',
    prevention,
    deadlineMs,
  };
  const odd = contradictionIn(wish, dialect);
  return odd === null ? ok(wish) : wrong(odd);
}

/** The parameter that does not go with the kind of an order; null when all of them do. */
function contradictionIn(wish: OrderWish, dialect: Dialect): string | null {
  const { kind, shown, timeInForce } = wish;
  if ((shown !== '') !== kind.isIceberg) return dialect.shown;
  if (kind.isIceberg && timeInForce !== 'gtc') return dialect.timeInForce;
  if (kind.trigger === null) return null;
  // The venue knows neither a cost nor a promise to rest of an order that waits.
  if (wish.isCost) return dialect.quantity;
  return wish.isPostOnly ? 'post_only' : null;
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

export const REST: Dialect = {
  side: 'type',
  quantity: 'volume',
  timeInForce: 'timeinforce',
  prevention: 'stptype',
  shown: 'displayvol',
  kind: restKind,
  close: restClose,
};
export const SOCKETS: Dialect = {
  side: 'side',
  quantity: 'order_qty',
  timeInForce: 'time_in_force',
  prevention: 'stp_type',
  shown: 'display_qty',
  kind: socketKind,
  close: socketClose,
};
