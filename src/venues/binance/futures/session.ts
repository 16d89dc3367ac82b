import {
  type Instrument,
  lotsBelow,
  parseLots,
  parseTicks,
  quoteAmount,
} from '../../../core/instrument.ts';
import { millisOf, NO_AMOUNT } from '../../../core/units.ts';
import type { Fill } from '../../../execution/order.ts';
import type { Report } from '../../../execution/report.ts';
import type { Query, RequestOutcome, VenueFrame, VenueSession } from '../../port.ts';
import { question, type RestAccess } from '../rest.ts';
import { INVALID_TIMESTAMP, outcomeIn, termsIn } from '../session.ts';
import { signedRequest } from '../sign.ts';
import {
  amountIn,
  arrayIn,
  decodeWire,
  flagOf,
  objectIn,
  sideOf,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../wire.ts';
import { assertOneWay } from './account.ts';
import { algoName } from './algo/algo-order.ts';
import { algoReports } from './algo/algo-updates.ts';

/** The venue forgets a listen key after an hour, and wants it kept alive more often. */
export const KEEP_ALIVE_MS = 20 * 60_000;
const LISTEN_KEY = '/fapi/v1/listenKey';

/**
 * Order replies and the account's events of Binance USD-M futures. They come on two connections,
 * of which `pairedNet` makes one; only its opening means that events flow.
 *
 * @param ordersUrl where orders are sent; the listen key behind it says whose events are meant
 */
export function futuresSession(
  ordersUrl: string,
  access: RestAccess,
  instruments: readonly Instrument[],
): VenueSession {
  const { key, receiveWindowMs } = access;
  const listenKey = <T>(method: 'POST' | 'PUT', read: (value: unknown) => T): Query<T> =>
    question(access, LISTEN_KEY, read, undefined, method);
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  return {
    ticket: {
      fetch: () => listenKey('POST', (value) => textOf(objectIn(value, 'listen key'), 'listenKey')),
      renewal: { everyMs: KEEP_ALIVE_MS, renew: () => listenKey('PUT', () => true) },
    },
    begin: (ticket) => `${ordersUrl}?listenKey=${ticket}`,
    receiveWindowMs,
    clockRefusedCode: INVALID_TIMESTAMP,
    // There is nothing left to subscribe to: this proves that key and clock are taken.
    subscribe: (requestId, nowMs) => [
      signedRequest(
        key,
        requestId,
        'v2/account.balance',
        ['apiKey', 'recvWindow', 'timestamp'],
        [key.id, receiveWindowMs, nowMs],
      ),
    ],
    ping: (requestId) => `{"id":"${requestId}","method":"session.status"}`,
    decode(frame) {
      const text = new TextDecoder().decode(frame);
      const decoded = decodeWire(text, (value) => frameIn(objectIn(value, 'frame'), bySymbol));
      return decoded instanceof WireFault ? { kind: 'malformed', fault: decoded.message } : decoded;
    },
  };
}

function frameIn(frame: WireObject, bySymbol: ReadonlyMap<string, Instrument>): VenueFrame {
  if ('status' in frame) {
    return { kind: 'reply', requestId: wordIn(frame['id']), outcome: replyOutcome(frame) };
  }
  switch (frame['e']) {
    case 'ORDER_TRADE_UPDATE':
      return { kind: 'reports', reports: orderReports(objectIn(frame['o'], 'o'), bySymbol) };
    case 'ALGO_UPDATE': {
      const order = objectIn(frame['o'], 'o');
      const instrument = bySymbol.get(textOf(order, 's'));
      const isKnown = instrument !== undefined && textOf(order, 'at') === 'CONDITIONAL';
      return { kind: 'reports', reports: isKnown ? algoReports(order, instrument) : [] };
    }
    case 'ACCOUNT_UPDATE':
      return { kind: 'reports', reports: cashReports(frame) };
    case 'MARGIN_CALL':
      return { kind: 'alarm', what: 'margin-call', detail: marginCallText(frame) };
    case 'listenKeyExpired':
    case 'serverShutdown':
      return { kind: 'closing', reason: String(frame['e']) };
    default:
      return { kind: 'other' };
  }
}

/** The service for conditional orders names its orders in its own way. */
function replyOutcome(reply: WireObject): RequestOutcome {
  const outcome = outcomeIn(reply);
  const result = reply['result'];
  const isAlgo = typeof result === 'object' && result !== null && 'algoId' in result;
  if (outcome.kind !== 'done' || !isAlgo) return outcome;
  return { ...outcome, venueOrderId: algoName(result as WireObject, 'algoId') };
}

function orderReports(
  order: WireObject,
  bySymbol: ReadonlyMap<string, Instrument>,
): readonly Report[] {
  const symbol = textOf(order, 's');
  const instrument = bySymbol.get(symbol);
  if (instrument === undefined) return [];
  assertOneWay(textOf(order, 'ps'), 'ps');
  const clientId = textOf(order, 'c');
  const venueOrderId = String(wholeOf(order, 'i'));
  const execution = textOf(order, 'x');
  const accepted: Report = { kind: 'accepted', clientId, venueOrderId };
  const ended = (how: 'canceled' | 'expired', reason: string): readonly Report[] => {
    const end = { kind: 'ended', clientId, how, reason } as const;
    if (order['z'] === undefined) return [end];
    return [{ ...end, filledLots: lotsBelow(instrument, textOf(order, 'z')) }];
  };
  switch (execution) {
    case 'NEW':
      return [accepted];
    case 'AMENDMENT':
      return [{ kind: 'amended', clientId, venueOrderId, ...termsIn(order, instrument) }];
    case 'TRADE':
    // The venue closed a position by itself: a fill, once there is a quantity.
    case 'CALCULATED': {
      if (execution === 'CALCULATED' && amountIn(order, 'l') === NO_AMOUNT) return [accepted];
      const side = sideOf(order, 'S');
      const fill = fillOf(order, instrument);
      return [{ kind: 'filled', clientId, venueOrderId, symbol, side, fill }];
    }
    case 'CANCELED':
      return ended('canceled', 'canceled');
    case 'REJECTED':
      return [{ kind: 'ended', clientId, how: 'rejected', reason: 'rejected' }];
    case 'EXPIRED':
    case 'TRADE_PREVENTION': {
      const reason = order['X'] === 'EXPIRED_IN_MATCH' ? 'stp' : 'expired';
      return ended('expired', reason);
    }
    default:
      throw new WireFault(`x: found ${execution}, wanted an execution type that is known`);
  }
}

/** The venue does not say what a fill came to in quote; at its own price and size it is exact. */
function fillOf(order: WireObject, instrument: Instrument): Fill {
  const price = textOf(order, 'L');
  const quantity = textOf(order, 'l');
  const ticks = parseTicks(instrument, price);
  const lots = parseLots(instrument, quantity);
  if (!(ticks > 0 && lots > 0)) {
    throw new WireFault(`${instrument.symbol}: ${quantity} at ${price} is off the grid`);
  }
  // An order without commission has neither of the two fields.
  const fee = 'n' in order ? amountIn(order, 'n') : NO_AMOUNT;
  return {
    tradeId: String(wholeOf(order, 't')),
    ticks,
    lots,
    quote: quoteAmount(instrument, ticks, lots),
    fee,
    feeAsset: fee === 0n ? instrument.quote : textOf(order, 'N'),
    isMaker: flagOf(order, 'm'),
    venueMs: millisOf(wholeOf(order, 'T')),
    realised: amountIn(order, 'rp'),
  };
}

/** Cash that moved without a trade: `bc` leaves profit and commission out. */
function cashReports(frame: WireObject): readonly Report[] {
  const update = objectIn(frame['a'], 'a');
  const why = textOf(update, 'm');
  const atMs = wholeOf(frame, 'T');
  return arrayIn(update['B'] ?? [], 'B').flatMap((each): Report[] => {
    const balance = objectIn(each, 'B');
    // Trades are booked from their own reports, whatever this one says of the balance.
    if (why === 'ORDER') return [];
    const asset = textOf(balance, 'a');
    const amount = amountIn(balance, 'bc');
    if (amount === 0n) return [];
    const moved = {
      kind: 'transferred',
      transferId: `${why}:${asset}:${atMs}:${amount}`,
      asset,
      amount,
    } as const;
    return [why === 'FUNDING_FEE' ? { ...moved, reason: 'funding' } : moved];
  });
}

function marginCallText(frame: WireObject): string {
  const positions = Array.isArray(frame['p']) ? frame['p'] : [];
  return positions
    .map((each) => {
      const position = objectIn(each, 'p');
      return `${wordIn(position['s'])} ${wordIn(position['pa'])} needs ${wordIn(position['mm'])}`;
    })
    .join(', ');
}
