import { type Instrument, lotsBelow } from '../../core/instrument.ts';
import type { Report } from '../../execution/report.ts';
import {
  arrayIn,
  decodeWire,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../binance/wire.ts';
import type { VenueFrame, VenueSession } from '../port.ts';
import { SequenceGuard } from './market/sequence-guard.ts';
import { stateIn } from './order-answers.ts';
import { UNAUTHORIZED } from './rest.ts';
import type { TokenSigner } from './sign.ts';
import { isWaitingIn } from './triggers.ts';

/** How the venue words that it cancelled an order which would have met another of ours. */
const SELF_TRADE = /self.?trade/i;

/**
 * The user channel, on the socket that the venue keeps for it. It tells how far orders have come
 * and not by which trades: those are in the history.
 */
export function coinbaseSession(
  url: string,
  signer: TokenSigner,
  /** How long the venue may act on a request: the life of its token. */
  lifeMs: number,
  instruments: readonly Instrument[],
): VenueSession {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const sequence = new SequenceGuard();
  const products = instruments.map(({ symbol }) => symbol);
  let subscription = '';
  return {
    ticket: null,
    receiveWindowMs: lifeMs,
    clockRefusedCode: UNAUTHORIZED,
    begin() {
      sequence.reset();
      return url;
    },
    subscribe(requestId, nowMs) {
      subscription = requestId;
      const jwt = signer.token(nowMs, null, lifeMs);
      return [
        JSON.stringify({ type: 'subscribe', channel: 'heartbeats' }),
        JSON.stringify({ type: 'subscribe', channel: 'user', product_ids: products, jwt }),
      ];
    },
    ping: () => null,
    decode(frame) {
      const text = new TextDecoder().decode(frame);
      const decoded = decodeWire(text, (value) =>
        frameIn(objectIn(value, 'frame'), subscription, sequence, bySymbol),
      );
      return decoded instanceof WireFault ? { kind: 'malformed', fault: decoded.message } : decoded;
    },
  };
}

function frameIn(
  frame: WireObject,
  subscription: string,
  sequence: SequenceGuard,
  bySymbol: ReadonlyMap<string, Instrument>,
): VenueFrame {
  if (frame['type'] === 'error') {
    const reason = wordIn(frame['message']);
    const outcome = { kind: 'refused' as const, code: UNAUTHORIZED, reason, retryAfterMs: 0 };
    return { kind: 'reply', requestId: subscription, outcome };
  }
  const channel = textOf(frame, 'channel');
  const order = sequence.onFrame(wholeOf(frame, 'sequence_num'));
  if (order === 'duplicate') return { kind: 'other' };
  // A report may have been in the frame that is missing: a new connection begins with a snapshot.
  if (order === 'gap') return { kind: 'closing', reason: 'a frame is missing' };
  const events = arrayIn(frame['events'], 'events').map((event) => objectIn(event, 'event'));
  switch (channel) {
    case 'subscriptions': {
      const names = events.flatMap((event) =>
        Object.keys(objectIn(event['subscriptions'], channel)),
      );
      if (!names.includes('user')) return { kind: 'other' };
      return {
        kind: 'reply',
        requestId: subscription,
        outcome: { kind: 'done', venueOrderId: '' },
      };
    }
    case 'heartbeats': {
      const counter = wholeOf(events[0] ?? {}, 'heartbeat_counter');
      if (sequence.onHeartbeat(counter) === 'next') return { kind: 'other' };
      return { kind: 'closing', reason: 'a heartbeat is missing' };
    }
    case 'user': {
      const orders = events.flatMap((event) => arrayIn(event['orders'], 'orders'));
      const reports = orders.flatMap((each) => reportsIn(objectIn(each, 'order'), bySymbol));
      return { kind: 'reports', reports };
    }
    default:
      return { kind: 'other' };
  }
}

function reportsIn(
  order: WireObject,
  bySymbol: ReadonlyMap<string, Instrument>,
): readonly Report[] {
  const instrument = bySymbol.get(textOf(order, 'product_id'));
  if (instrument === undefined) return [];
  const clientId = textOf(order, 'client_order_id');
  const venueOrderId = textOf(order, 'order_id');
  const state = stateIn(order);
  const filledLots = lotsBelow(instrument, textOf(order, 'cumulative_quantity'));
  if (Number.isNaN(filledLots)) throw new WireFault('cumulative_quantity: wanted a decimal');
  const accepted: Report = { kind: 'accepted', clientId, venueOrderId };
  const woken: Report[] =
    isWaitingIn(order) === false ? [{ kind: 'triggered', clientId, venueOrderId }] : [];
  if (filledLots > 0 || state === 'filled') {
    const hasEnded = state !== 'open';
    return [...woken, { kind: 'progressed', clientId, venueOrderId, filledLots, hasEnded }];
  }
  if (state === 'open') return [accepted, ...woken];
  const reason = wordIn(order['cancel_reason']) || wordIn(order['reject_Reason']) || state;
  if (SELF_TRADE.test(reason)) {
    return [...woken, { kind: 'ended', clientId, how: 'expired', reason: 'stp' }];
  }
  return [...woken, { kind: 'ended', clientId, how: state, reason }];
}
