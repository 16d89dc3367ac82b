import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../risk/approved-order.ts';
import type { VenueOrders } from '../port.ts';
import {
  isNative,
  nativePlacement,
  SELF_TRADE_PREVENTION,
  SPOT_NATIVES,
  TIME_IN_FORCE,
} from './native/placement.ts';
import { type ApiKey, signedRequest } from './sign.ts';

const LIMIT = [
  'apiKey',
  'newClientOrderId',
  'newOrderRespType',
  'price',
  'quantity',
  'recvWindow',
  'selfTradePreventionMode',
  'side',
  'symbol',
  'timeInForce',
  'timestamp',
  'type',
];
const withoutTimeInForce = LIMIT.filter((name) => name !== 'timeInForce');
const AMEND = [
  'apiKey',
  'newClientOrderId',
  'newQty',
  'origClientOrderId',
  'recvWindow',
  'symbol',
  'timestamp',
];
const withoutPrice = withoutTimeInForce.filter((name) => name !== 'price');

/** Order entry of Binance spot over its WebSocket API. */
export function binanceOrders(key: ApiKey, receiveWindowMs: number): VenueOrders<string> {
  const access = { key, receiveWindowMs };
  return {
    amending: { changes: 'size-down', isQueued: false },
    natives: SPOT_NATIVES,
    amend({ wanted, lots }: ApprovedAmendment, _venueOrderId, instrument, requestId, nowMs) {
      const { clientId } = wanted;
      const quantity = quantityText(instrument, lots);
      // Unless it is told to keep its client id, the order gets another one.
      return signedRequest(key, requestId, 'order.amend.keepPriority', AMEND, [
        key.id,
        clientId,
        quantity,
        clientId,
        receiveWindowMs,
        instrument.symbol,
        nowMs,
      ]);
    },
    place(order: ApprovedOrder, instrument: Instrument, requestId: string, nowMs: number): string {
      if (isNative(order)) return nativePlacement(access, order, instrument, requestId, nowMs);
      const side = order.side === 'buy' ? 'BUY' : 'SELL';
      const quantity = quantityText(instrument, order.lots);
      const stp = SELF_TRADE_PREVENTION;
      const { symbol } = instrument;
      const { clientId } = order;
      const place = (names: readonly string[], values: readonly (string | number)[]): string =>
        signedRequest(key, requestId, 'order.place', names, values);
      if (order.kind === 'market') {
        return place(withoutPrice, [
          key.id,
          clientId,
          'ACK',
          quantity,
          receiveWindowMs,
          stp,
          side,
          symbol,
          nowMs,
          'MARKET',
        ]);
      }
      const price = priceText(instrument, order.ticks);
      if (order.isPostOnly) {
        return place(withoutTimeInForce, [
          key.id,
          clientId,
          'ACK',
          price,
          quantity,
          receiveWindowMs,
          stp,
          side,
          symbol,
          nowMs,
          'LIMIT_MAKER',
        ]);
      }
      const lasts = TIME_IN_FORCE[order.timeInForce];
      return place(LIMIT, [
        key.id,
        clientId,
        'ACK',
        price,
        quantity,
        receiveWindowMs,
        stp,
        side,
        symbol,
        lasts,
        nowMs,
        'LIMIT',
      ]);
    },
  };
}
