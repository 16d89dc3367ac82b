import {
  arrayIn,
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../../binance/wire.ts';
import { exactJson } from '../wire/exact-json.ts';

/** How a pair or the whole venue trades at the moment. */
export type TradingStatus =
  | 'online'
  | 'cancel-only'
  | 'limit-only'
  | 'post-only'
  | 'reduce-only'
  | 'maintenance'
  | 'delisted'
  | 'work-in-progress'
  | 'unknown';

/** The grid of a pair, as the `instrument` channel states it. */
export interface PairRules {
  readonly symbol: string;
  readonly status: TradingStatus;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Decimal texts; those of the minima are empty where the venue does not say them. */
  readonly tick: string;
  readonly quantityMin: string;
  readonly notionalMin: string;
}

/** Frames that come seldom, or that need texts. */
export type RareFrame =
  | { readonly kind: 'status'; readonly system: TradingStatus }
  | {
      readonly kind: 'instruments';
      readonly isSnapshot: boolean;
      readonly pairs: readonly PairRules[];
    }
  /** Answer to a request. `channel` and `symbol` are empty unless it was a subscription. */
  | {
      readonly kind: 'answer';
      readonly method: string;
      readonly requestId: string;
      readonly isSuccess: boolean;
      readonly error: string;
      readonly channel: string;
      readonly symbol: string;
    }
  | { readonly kind: 'pong' }
  | { readonly kind: 'other' };

/** Decodes what the market decoder calls `rare`; a fault says what was found and wanted. */
export function rareFrameIn(bytes: Uint8Array): RareFrame | WireFault {
  try {
    return frameIn(objectIn(exactJson(bytes), 'frame'));
  } catch (thrown) {
    if (thrown instanceof WireFault) return thrown;
    throw thrown;
  }
}

function frameIn(frame: WireObject): RareFrame {
  if (frame['method'] === 'pong') return { kind: 'pong' };
  if (typeof frame['method'] === 'string' || 'error' in frame) return answerIn(frame);
  const isSnapshot = frame['type'] === 'snapshot';
  switch (frame['channel']) {
    case 'status': {
      const [first] = arrayIn(frame['data'], 'data');
      const system = statusOf(textOf(objectIn(first, 'status'), 'system'));
      return { kind: 'status', system };
    }
    case 'instrument': {
      const data = objectIn(frame['data'], 'data');
      const pairs = arrayIn(data['pairs'] ?? [], 'pairs').map(rulesIn);
      return { kind: 'instruments', isSnapshot, pairs };
    }
    default:
      return { kind: 'other' };
  }
}

function answerIn(frame: WireObject): RareFrame {
  const isSuccess = flagOf(frame, 'success');
  const { result } = frame;
  const subscribed = (typeof result === 'object' && result !== null ? result : {}) as WireObject;
  return {
    kind: 'answer',
    method: wordIn(frame['method']),
    requestId: wordIn(frame['req_id']),
    isSuccess,
    error: wordIn(frame['error']),
    channel: wordIn(subscribed['channel']),
    symbol: wordIn(subscribed['symbol']) || wordIn(frame['symbol']),
  };
}

const STATUSES: ReadonlyMap<string, TradingStatus> = new Map([
  ['online', 'online'],
  ['cancel_only', 'cancel-only'],
  ['limit_only', 'limit-only'],
  ['post_only', 'post-only'],
  ['reduce_only', 'reduce-only'],
  ['maintenance', 'maintenance'],
  ['delisted', 'delisted'],
  ['work_in_progress', 'work-in-progress'],
]);

/** A status that the venue has thought of since is `unknown`, and taken for the worst. */
export function statusOf(text: string): TradingStatus {
  return STATUSES.get(text) ?? 'unknown';
}

function rulesIn(value: unknown): PairRules {
  const pair = objectIn(value, 'pair');
  return {
    symbol: textOf(pair, 'symbol'),
    status: statusOf(textOf(pair, 'status')),
    priceDecimals: wholeOf(pair, 'price_precision'),
    quantityDecimals: wholeOf(pair, 'qty_precision'),
    tick: wordIn(pair['tick_size']) || textOf(pair, 'price_increment'),
    quantityMin: wordIn(pair['qty_min']),
    notionalMin: wordIn(pair['cost_min']),
  };
}
