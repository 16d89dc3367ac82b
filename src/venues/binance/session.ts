import { type Instrument, lotsBelow, ticksBelow } from '../../core/instrument.ts';
import type { Terms } from '../../execution/amend/amendment.ts';
import type { Report } from '../../execution/report.ts';
import type { RequestOutcome, VenueFrame, VenueSession } from '../port.ts';
import { hasTrigger, listReports, subjectOf } from './native/list-reports.ts';
import { isStopName } from './native/pair-names.ts';
import { type ApiKey, signedRequest } from './sign.ts';
import {
  amountIn,
  BANNED,
  decodeWire,
  fillIn,
  objectIn,
  RETRY_AFTER_MS,
  retryMs,
  sideOf,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from './wire.ts';

/** `-1006 UNEXPECTED_RESP` and `-1007 TIMEOUT`: the execution status is unknown. */
const UNKNOWN_CODES: ReadonlySet<number> = new Set([-1006, -1007]);

const REPORT_FIELDS = {
  tradeId: 't',
  price: 'L',
  quantity: 'l',
  quote: 'Y',
  fee: 'n',
  feeAsset: 'N',
  isMaker: 'm',
  time: 'T',
} as const;

/** "Timestamp for this request is outside of the recvWindow." */
export const INVALID_TIMESTAMP = -1021;

/** Binance's WebSocket API as order socket and user stream in one connection. */
export function binanceSession(
  url: string,
  key: ApiKey,
  receiveWindowMs: number,
  instruments: readonly Instrument[],
): VenueSession {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  return {
    ticket: null,
    begin: () => url,
    receiveWindowMs,
    clockRefusedCode: INVALID_TIMESTAMP,
    subscribe: (requestId, nowMs) => [
      signedRequest(
        key,
        requestId,
        'userDataStream.subscribe.signature',
        ['apiKey', 'timestamp'],
        [key.id, nowMs],
      ),
    ],
    ping: (requestId) => `{"id":"${requestId}","method":"ping"}`,
    decode(frame) {
      const text = new TextDecoder().decode(frame);
      const decoded = decodeWire(text, (value) => frameIn(objectIn(value, 'frame'), bySymbol));
      return decoded instanceof WireFault ? { kind: 'malformed', fault: decoded.message } : decoded;
    },
  };
}

function frameIn(frame: WireObject, bySymbol: ReadonlyMap<string, Instrument>): VenueFrame {
  if ('event' in frame) return eventIn(objectIn(frame['event'], 'event'), bySymbol);
  if ('status' in frame) {
    return { kind: 'reply', requestId: wordIn(frame['id']), outcome: outcomeIn(frame) };
  }
  return { kind: 'other' };
}

/** What became of a request, from its reply on any WebSocket API of Binance. @throws WireFault */
export function outcomeIn(reply: WireObject): RequestOutcome {
  const status = wholeOf(reply, 'status');
  if (status === 200) {
    return { kind: 'done', venueOrderId: orderIdIn(reply['result']) };
  }
  const error = objectIn(reply['error'], 'error');
  const code = wholeOf(error, 'code');
  const reason = `${code} ${wordIn(error['msg'])}`;
  const isRefusal = status >= 400 && status < 500 && !UNKNOWN_CODES.has(code);
  if (!isRefusal) return { kind: 'unknown', reason };
  const retryAfterMs = retryAfterIn(status, error);
  const refused = { kind: 'refused' as const, code, reason, retryAfterMs };
  return status === BANNED ? { ...refused, isBan: true } : refused;
}

/** The id of the order that a result is about; of a pair, that of its target. */
function orderIdIn(result: unknown): string {
  if (typeof result !== 'object' || result === null) return '';
  const answer = result as WireObject;
  if ('orderId' in answer) return String(wholeOf(answer, 'orderId'));
  if (!Array.isArray(answer['orders'])) return '';
  const legs = answer['orders'].map((leg) => objectIn(leg, 'leg of a list'));
  const target = legs.find((leg) => !isStopName(textOf(leg, 'clientOrderId')));
  return target === undefined ? '' : String(wholeOf(target, 'orderId'));
}

/** A ban names the wall-clock time of its end, and the server's own clock to read it by. */
function retryAfterIn(status: number, error: WireObject): number {
  const { retryAfter, serverTime } = (error['data'] ?? {}) as WireObject;
  if (typeof retryAfter === 'number' && typeof serverTime === 'number') {
    return retryMs(retryAfter - serverTime);
  }
  return status === 429 || status === BANNED ? RETRY_AFTER_MS : 0;
}

function eventIn(event: WireObject, bySymbol: ReadonlyMap<string, Instrument>): VenueFrame {
  switch (event['e']) {
    case 'executionReport':
      return { kind: 'reports', reports: executionIn(event, bySymbol) };
    case 'listStatus': {
      const reports = bySymbol.has(wordIn(event['s'])) ? listReports(event) : [];
      return reports.length > 0 ? { kind: 'reports', reports } : { kind: 'other' };
    }
    case 'balanceUpdate':
      return { kind: 'reports', reports: [transferIn(event)] };
    case 'serverShutdown':
    case 'eventStreamTerminated':
      return { kind: 'closing', reason: String(event['e']) };
    default:
      return { kind: 'other' };
  }
}

function transferIn(event: WireObject): Report {
  const asset = textOf(event, 'a');
  const amount = amountIn(event, 'd');
  return {
    kind: 'transferred',
    transferId: `${asset}:${wholeOf(event, 'T')}:${amount}`,
    asset,
    amount,
  };
}

function executionIn(
  event: WireObject,
  bySymbol: ReadonlyMap<string, Instrument>,
): readonly Report[] {
  const symbol = textOf(event, 's');
  const instrument = bySymbol.get(symbol);
  if (instrument === undefined) return [];
  const venueOrderId = String(wholeOf(event, 'i'));
  const execution = textOf(event, 'x');
  // A cancellation carries the id of the cancel request in `c` and that of the order in `C`.
  const original = textOf(event, 'C');
  const name = execution === 'CANCELED' && original !== '' ? original : textOf(event, 'c');
  const { clientId, part } = subjectOf(event, name);
  const accepted: Report = { kind: 'accepted', clientId, venueOrderId };
  const triggered: Report = { kind: 'triggered', clientId, venueOrderId };
  const ended = (how: 'canceled' | 'expired', reason: string): readonly Report[] => {
    // A cancellation ends both legs, and the target's tells what has filled. That a leg has expired
    // means that the other lives, or that the list is done, which is told by itself.
    if (part === 'stop' || (part === 'target' && how === 'expired')) return [];
    const end = { kind: 'ended', clientId, how, reason } as const;
    if (event['z'] === undefined) return [end];
    return [{ ...end, filledLots: lotsBelow(instrument, textOf(event, 'z')) }];
  };
  switch (execution) {
    case 'NEW':
      if (hasTrigger(event) && event['w'] === true) return [triggered];
      // Until its stop wakes a pair goes by the id of its target.
      return part === 'stop' ? [] : [accepted];
    case 'REPLACED':
      return [{ kind: 'amended', clientId, venueOrderId, ...termsIn(event, instrument) }];
    case 'TRADE': {
      const side = sideOf(event, 'S');
      const fill = fillIn(event, REPORT_FIELDS, instrument);
      const filled: Report = { kind: 'filled', clientId, venueOrderId, symbol, side, fill };
      // What trades has woken, whether that was told or not.
      return hasTrigger(event) ? [triggered, filled] : [filled];
    }
    case 'CANCELED':
      return ended('canceled', 'canceled');
    case 'REJECTED':
      return [{ kind: 'ended', clientId, how: 'rejected', reason: textOf(event, 'r') }];
    case 'EXPIRED':
      return ended('expired', expiryReason(event));
    case 'TRADE_PREVENTION':
      if (event['X'] === 'EXPIRED_IN_MATCH') return ended('expired', 'stp');
      return part === 'stop' ? [] : [accepted];
    default:
      throw new WireFault(`x: found ${execution}, wanted an execution type that is known`);
  }
}

/** Price and size of an order as an event of spot or futures has them. @throws WireFault */
export function termsIn(event: WireObject, instrument: Instrument): Terms {
  const ticks = ticksBelow(instrument, textOf(event, 'p'));
  const lots = lotsBelow(instrument, textOf(event, 'q'));
  if (!Number.isNaN(ticks + lots)) return { ticks, lots };
  throw new WireFault(`${instrument.symbol}: a price or quantity that is no decimal`);
}

function expiryReason(event: WireObject): string {
  if (event['X'] === 'EXPIRED_IN_MATCH') return 'stp';
  return typeof event['eR'] === 'string' ? event['eR'] : 'expired';
}
