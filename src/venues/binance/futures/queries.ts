import type { Instrument } from '../../../core/instrument.ts';
import type { VenueTrade } from '../../../execution/report.ts';
import type { HttpOutcome, RequestOutcome, VenueQueries } from '../../port.ts';
import { keyParam, pageParam } from '../queries.ts';
import { type RestAccess, signedQuestions } from '../rest.ts';
import { outcomeIn } from '../session.ts';
import { signedRequest } from '../sign.ts';
import {
  amountIn,
  arrayIn,
  decodeWire,
  fillIn,
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
} from '../wire.ts';
import { assertOneWay, marginBalances } from './account.ts';
import { everyOpenOrder, made, orderAnywhere } from './algo/algo-queries.ts';
import { cancelFuturesOrders, cancelWaitingOrders, futuresTime } from './rest.ts';

const TRADE_FIELDS = {
  tradeId: 'id',
  price: 'price',
  quantity: 'qty',
  quote: 'quoteQty',
  fee: 'commission',
  feeAsset: 'commissionAsset',
  isMaker: 'maker',
  time: 'time',
} as const;

/**
 * Cancels over the WebSocket API, questions over REST. The WebSocket API has no request that
 * cancels everything, so that one leaves over REST too. What waits for a trigger is kept apart by
 * the venue: it has requests of its own, and no other reaches it.
 */
export function futuresQueries(
  access: RestAccess,
  instruments: readonly Instrument[],
): VenueQueries {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const { key, receiveWindowMs } = access;
  const signed = signedQuestions(access);
  return {
    cancel: ({ clientId, isWaiting }, instrument, requestId, nowMs) =>
      isWaiting === true
        ? signedRequest(
            key,
            requestId,
            'algoOrder.cancel',
            ['apiKey', 'clientAlgoId', 'recvWindow', 'timestamp'],
            [key.id, clientId, receiveWindowMs, nowMs],
          )
        : signedRequest(
            key,
            requestId,
            'order.cancel',
            ['apiKey', 'origClientOrderId', 'recvWindow', 'symbol', 'timestamp'],
            [key.id, clientId, receiveWindowMs, instrument.symbol, nowMs],
          ),
    cancelAll: ({ symbol }, _, nowMs) => cancelFuturesOrders(access, symbol, nowMs).request,
    cancelAllWaiting: ({ symbol }, _, nowMs) => cancelWaitingOrders(access, symbol, nowMs).request,
    cancelAllNow: ({ symbol }, nowMs) => ({
      ...cancelFuturesOrders(access, symbol, nowMs),
      followUp: () => cancelWaitingOrders(access, symbol, nowMs),
    }),
    serverTime: () => futuresTime(access),
    order: (by, instrument, nowMs) =>
      'clientId' in by
        ? orderAnywhere(access, instrument, by.clientId, nowMs)
        : made(access, instrument, keyParam(by), nowMs),
    openOrders: (nowMs) => everyOpenOrder(access, bySymbol, nowMs),
    trades: (instrument, afterTradeId, nowMs) =>
      signed(
        '/fapi/v1/userTrades',
        `symbol=${instrument.symbol}&${pageParam(afterTradeId)}&`,
        nowMs,
        (value) => arrayIn(value, 'trades').map((trade) => tradeIn(trade, instrument)),
      ),
    balances: (nowMs) =>
      signed('/fapi/v3/account', '', nowMs, (value) => marginBalances(value, bySymbol)),
  };
}

/** What a request over REST came to; the only one that leaves that way cancels everything. */
export function futuresReplyIn(outcome: HttpOutcome): RequestOutcome {
  if (!outcome.ok) return { kind: 'unknown', reason: outcome.error.kind };
  const { status, body } = outcome.value;
  const read = decodeWire(body, (value) => outcomeIn({ status, ...content(status, value) }));
  return read instanceof WireFault ? { kind: 'unknown', reason: read.message } : read;
}

/** The form in which the WebSocket API would have said it. */
function content(status: number, value: unknown): WireObject {
  return status === 200 ? { result: value } : { error: value };
}

function tradeIn(value: unknown, instrument: Instrument): VenueTrade {
  const trade = objectIn(value, 'trade');
  assertOneWay(textOf(trade, 'positionSide'), 'positionSide');
  const realised = amountIn(trade, 'realizedPnl');
  return {
    venueOrderId: String(wholeOf(trade, 'orderId')),
    symbol: instrument.symbol,
    side: flagOf(trade, 'buyer') ? 'buy' : 'sell',
    fill: { ...fillIn(trade, TRADE_FIELDS, instrument), realised },
  };
}
