import { type Instrument, priceText, quantityText } from '../../../core/instrument.ts';
import type { Side } from '../../../execution/order.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../../risk/approved-order.ts';
import type { VenueOrders } from '../../port.ts';
import { type ApiKey, signedRequest } from '../sign.ts';
import { algoRequest, FUTURES_NATIVES } from './algo/algo-orders.ts';

/** Our quotes never trade with each other: the order that would take is expired. */
const SELF_TRADE_PREVENTION = 'EXPIRE_TAKER';
const TIME_IN_FORCE = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' } as const;
/** "Good till crossing": expired instead of taking. */
const POST_ONLY = 'GTX';

const REDUCING_LIMIT = [
  'apiKey',
  'newClientOrderId',
  'newOrderRespType',
  'price',
  'quantity',
  'recvWindow',
  'reduceOnly',
  'selfTradePreventionMode',
  'side',
  'symbol',
  'timeInForce',
  'timestamp',
  'type',
];
const LIMIT = REDUCING_LIMIT.filter((name) => name !== 'reduceOnly');
const isOfLimit = (name: string): boolean => name === 'price' || name === 'timeInForce';
const REDUCING_MARKET = REDUCING_LIMIT.filter((name) => !isOfLimit(name));
const MARKET = LIMIT.filter((name) => !isOfLimit(name));
const MODIFY = [
  'apiKey',
  'origClientOrderId',
  'price',
  'quantity',
  'recvWindow',
  'side',
  'symbol',
  'timestamp',
];

/** Order entry of Binance USD-M futures over its WebSocket API; positions in one-way mode. */
export function futuresOrders(key: ApiKey, receiveWindowMs: number): VenueOrders<string> {
  return {
    amending: { changes: 'price-and-size', isQueued: false },
    natives: FUTURES_NATIVES,
    place(order: ApprovedOrder, instrument: Instrument, requestId: string, nowMs: number): string {
      const side = sideText(order.side);
      const quantity = quantityText(instrument, order.lots);
      const stp = SELF_TRADE_PREVENTION;
      if (order.trigger !== undefined) {
        const lasts = order.isPostOnly ? POST_ONLY : TIME_IN_FORCE[order.timeInForce];
        const words = { side, lasts, selfTradePrevention: stp };
        return algoRequest(key, receiveWindowMs, order, instrument, requestId, nowMs, words);
      }
      const { symbol } = instrument;
      const { clientId } = order;
      const place = (names: readonly string[], values: readonly (string | number)[]): string =>
        signedRequest(key, requestId, 'order.place', names, values);
      if (order.kind === 'market') {
        const head = [key.id, clientId, 'ACK', quantity, receiveWindowMs];
        const tail = [stp, side, symbol, nowMs, 'MARKET'];
        return order.isReduceOnly
          ? place(REDUCING_MARKET, [...head, 'true', ...tail])
          : place(MARKET, [...head, ...tail]);
      }
      const price = priceText(instrument, order.ticks);
      const lasts = order.isPostOnly ? POST_ONLY : TIME_IN_FORCE[order.timeInForce];
      const head = [key.id, clientId, 'ACK', price, quantity, receiveWindowMs];
      const tail = [stp, side, symbol, lasts, nowMs, 'LIMIT'];
      return order.isReduceOnly
        ? place(REDUCING_LIMIT, [...head, 'true', ...tail])
        : place(LIMIT, [...head, ...tail]);
    },
    amend: ({ wanted, lots }: ApprovedAmendment, _venueOrderId, instrument, requestId, nowMs) =>
      signedRequest(key, requestId, 'order.modify', MODIFY, [
        key.id,
        wanted.clientId,
        priceText(instrument, wanted.ticks),
        quantityText(instrument, lots),
        receiveWindowMs,
        sideText(wanted.side),
        instrument.symbol,
        nowMs,
      ]),
  };
}

function sideText(side: Side): 'BUY' | 'SELL' {
  return side === 'buy' ? 'BUY' : 'SELL';
}
