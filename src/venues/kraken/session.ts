import type { Instrument } from '../../core/instrument.ts';
import type { Report } from '../../execution/report.ts';
import {
  arrayIn,
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../binance/wire.ts';
import { timeStampMs } from '../market/time-stamp.ts';
import type { RequestOutcome, VenueFrame, VenueSession } from '../port.ts';
import { Executions } from './account/executions.ts';
import { assetName } from './pair.ts';
import { type KrakenAccess, socketToken } from './rest.ts';
import { cutAmountIn } from './wire/amounts.ts';
import { CODE, meaningOf } from './wire/errors.ts';
import { exactJson } from './wire/exact-json.ts';

/** What opens the private socket; fetched anew for every connection and held by it. */
export interface KrakenToken {
  text: string;
}

/**
 * Kraken's private v2 socket: order entry, executions and balances in one connection. A gap in the
 * numbers of a channel, or a token that is not taken any more, ends the connection: the next one
 * begins with a snapshot and is reconciled.
 */
export function krakenSession(
  url: string,
  access: KrakenAccess,
  token: KrakenToken,
  instruments: readonly Instrument[],
): VenueSession {
  const frames = new PrivateFrames(instruments);
  const subscription = (channel: string, more: string, requestId: string): string => {
    const params = `"channel":"${channel}",${more}"token":"${token.text}"`;
    const named = requestId === '' ? '' : `,"req_id":${requestId}`;
    return `{"method":"subscribe","params":{${params}}${named}}`;
  };
  return {
    receiveWindowMs: access.receiveWindowMs,
    clockRefusedCode: CODE.deadline,
    ticket: {
      fetch: (nowMs) => socketToken(access, nowMs),
      // A token that has opened a subscription lives as long as its connection.
      renewal: null,
    },
    begin(ticket) {
      token.text = ticket;
      frames.reset();
      return url;
    },
    subscribe: (requestId) => [
      subscription('executions', '"snap_orders":true,"snap_trades":false,', requestId),
      // Its answer goes without a number, so that nobody takes it for the first one's.
      subscription('balances', '"snapshot":false,', ''),
    ],
    ping: (requestId) => `{"method":"ping","req_id":${requestId}}`,
    decode(frame) {
      try {
        return frames.read(objectIn(exactJson(frame), 'frame'));
      } catch (thrown) {
        if (thrown instanceof WireFault) return { kind: 'malformed', fault: thrown.message };
        throw thrown;
      }
    },
  };
}

class PrivateFrames {
  readonly #executions: Executions;
  /** Last number of each channel. */
  readonly #sequences = new Map<string, number>();
  #isExpired = false;

  constructor(instruments: readonly Instrument[]) {
    this.#executions = new Executions(instruments);
  }

  reset(): void {
    this.#sequences.clear();
    this.#isExpired = false;
  }

  /** @throws WireFault */
  read(frame: WireObject): VenueFrame {
    if (this.#isExpired) return { kind: 'closing', reason: 'the token is not taken any more' };
    if ('success' in frame) return this.#reply(frame);
    switch (frame['channel']) {
      case 'executions':
        return this.#inSequence(frame) ?? this.#reports(this.#executions.reportsIn(frame['data']));
      case 'balances':
        return this.#inSequence(frame) ?? this.#reports(transfersIn(frame));
      default:
        return { kind: 'other' };
    }
  }

  #reports(reports: readonly Report[]): VenueFrame {
    return reports.length === 0 ? { kind: 'other' } : { kind: 'reports', reports };
  }

  /** What a number out of turn means; null when it is the next. */
  #inSequence(frame: WireObject): VenueFrame | null {
    const channel = textOf(frame, 'channel');
    const sequence = wholeOf(frame, 'sequence');
    const last = this.#sequences.get(channel);
    this.#sequences.set(channel, sequence);
    if (last === undefined || sequence === last + 1) return null;
    if (sequence === last) return { kind: 'other' };
    return { kind: 'closing', reason: `${channel}: number ${sequence} after ${last}` };
  }

  #reply(frame: WireObject): VenueFrame {
    const outcome = outcomeIn(frame);
    this.#isExpired = outcome.kind === 'refused' && outcome.code === CODE.session;
    return { kind: 'reply', requestId: wordIn(frame['req_id']), outcome };
  }
}

function outcomeIn(frame: WireObject): RequestOutcome {
  if (flagOf(frame, 'success')) {
    const { result } = frame;
    const isOne = typeof result === 'object' && result !== null && 'order_id' in result;
    return { kind: 'done', venueOrderId: isOne ? wordIn((result as WireObject)['order_id']) : '' };
  }
  const error = textOf(frame, 'error');
  const sentMs = timeStampMs(wordIn(frame['time_out']));
  const meaning = meaningOf(error, sentMs);
  if (meaning.kind === 'unknown') return { kind: 'unknown', reason: error };
  const isThrottled = meaning.kind === 'throttled';
  return {
    kind: 'refused',
    code: isThrottled ? CODE.rate : meaning.code,
    reason: error,
    retryAfterMs: isThrottled ? meaning.retryAfterMs : 0,
  };
}

/** Kinds of ledger entries that move money in or out; trades are told by their fills. */
const TRANSFERS: ReadonlySet<string> = new Set([
  'deposit',
  'withdrawal',
  'transfer',
  'staking',
  'reward',
  'adjustment',
  'credit',
]);

/** @throws WireFault */
function transfersIn(frame: WireObject): readonly Report[] {
  if (frame['type'] === 'snapshot') return [];
  return arrayIn(frame['data'], 'data').flatMap((value): Report[] => {
    const entry = objectIn(value, 'balance');
    if (!TRANSFERS.has(wordIn(entry['type']))) return [];
    const transferId = textOf(entry, 'ledger_id');
    const amount = cutAmountIn(entry, 'amount');
    return [{ kind: 'transferred', transferId, asset: assetName(textOf(entry, 'asset')), amount }];
  });
}
