import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { Amount, Lots, Millis, Ticks } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import type { Position } from '../../execution/positions.ts';
import type { AccountTrade, VenueOrder } from './orders.ts';

/** One side of a trade; `account` is null for the crowd, which has no orders to book. */
export interface TradeParty {
  readonly account: string;
  readonly orderId: number;
  readonly fee: Amount;
  readonly feeAsset: string;
  /** On a margin account: what the trade won or lost. */
  readonly realised?: Amount;
}

/** What becomes of one of a pair when the other ends. */
export type PairedOrder =
  | { readonly orderId: number; readonly status: 'canceled' | 'expired' }
  /** What is locked for it from then on. */
  | { readonly orderId: number; readonly held: Amount };

/** Facts of the venue that outlive its process. Its state is a fold over them. */
export type StateRecord =
  | {
      readonly kind: 'transferred';
      readonly account: string;
      readonly asset: string;
      /** Signed: negative leaves the account. */
      readonly amount: Amount;
      readonly venueMs: Millis;
    }
  | { readonly kind: 'order-accepted'; readonly order: VenueOrder }
  /** Two orders of which one cancels the other; they are accepted together or not at all. */
  | { readonly kind: 'pair-accepted'; readonly target: VenueOrder; readonly stop: VenueOrder }
  /** What an order waited for has come. */
  | {
      readonly kind: 'order-woken';
      readonly account: string;
      readonly orderId: number;
      readonly venueMs: Millis;
    }
  /** A trail has followed to a better price. */
  | {
      readonly kind: 'mark-moved';
      readonly account: string;
      readonly orderId: number;
      readonly ticks: Ticks;
    }
  | {
      readonly kind: 'traded';
      readonly symbol: string;
      readonly tradeId: number;
      readonly takerSide: Side;
      readonly ticks: Ticks;
      readonly lots: Lots;
      readonly quote: Amount;
      readonly venueMs: Millis;
      readonly maker: TradeParty | null;
      readonly taker: TradeParty | null;
    }
  | {
      readonly kind: 'order-ended';
      readonly account: string;
      readonly orderId: number;
      readonly status: 'canceled' | 'expired' | 'expired-in-match';
      readonly preventedLots: Lots;
      readonly preventedMatchId: number;
      readonly venueMs: Millis;
      /** The other of its pair, which ends with it or goes on alone. */
      readonly paired?: PairedOrder;
    }
  /** An open order was given another price or size; what is filled of it stays filled. */
  | {
      readonly kind: 'order-amended';
      readonly account: string;
      readonly orderId: number;
      readonly ticks: Ticks;
      readonly lots: Lots;
      /** What is locked for it from then on. */
      readonly held: Amount;
      readonly venueMs: Millis;
    }
  /** Paid (below 0) or received for holding a position; `account` is null for the crowd. */
  | {
      readonly kind: 'funded';
      readonly account: string | null;
      readonly symbol: string;
      readonly amount: Amount;
      readonly venueMs: Millis;
    }
  | {
      readonly kind: 'leverage-set';
      readonly account: string;
      readonly symbol: string;
      readonly leverage: number;
    }
  /** A position of an account, of the crowd when it is null. */
  | {
      readonly kind: 'position-kept';
      readonly account: string | null;
      readonly symbol: string;
      readonly position: Position;
    }
  | { readonly kind: 'insurance-kept'; readonly asset: string; readonly spent: Amount }
  /** Numbers of this name below `end` may have been used; the next start begins there. */
  | { readonly kind: 'numbers-reserved'; readonly name: string; readonly end: number }
  /** Where the market stands, so that the next start goes on from there. */
  | { readonly kind: 'price-anchored'; readonly symbol: string; readonly ticks: Ticks }
  | {
      readonly kind: 'balance-kept';
      /** Null for the crowd, '' for the venue's own purse. */
      readonly account: string | null;
      readonly asset: string;
      readonly free: Amount;
      readonly locked: Amount;
    }
  | { readonly kind: 'transfers-kept'; readonly asset: string; readonly total: Amount }
  | { readonly kind: 'order-kept'; readonly order: VenueOrder }
  | { readonly kind: 'trade-kept'; readonly account: string; readonly trade: AccountTrade }
  | {
      readonly kind: 'dropped-kept';
      readonly account: string;
      readonly orders: number;
      readonly trades: number;
    };

/** What the log holds: facts, and between them snapshots of all that is true at that point. */
export type VenueRecord =
  | StateRecord
  | { readonly kind: 'snapshot-begun' }
  | { readonly kind: 'kept'; readonly state: StateRecord }
  | { readonly kind: 'snapshot-ended' };

/**
 * The log that the records are kept in. An append is written when it returns, so that it survives
 * the process; after a failure the log refuses everything.
 */
export interface RecordStore {
  /** @returns the record's sequence, or -1 when the log is broken; see `fault` */
  append(payload: Uint8Array, length: number): number;
  readonly fault: { readonly kind: string } | null;
  /** Waits until all that was appended is on the medium. */
  sync(): void;
  close(): void;
  /** All records that are left, oldest first. */
  read(): Iterable<{ readonly sequence: number; readonly payload: Uint8Array }>;
  /** Records below a sequence are not needed any more; whole segments of them may go. */
  dropBelow(sequence: number): void;
}

export interface RecordFault {
  readonly kind: 'venue-record';
  readonly sequence: number;
  readonly found: string;
  readonly wanted: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
/** An amount in JSON: `#` and digits, which no client order id can begin with. */
const AMOUNT = /^#-?\d+$/;

export function encodeRecord(record: VenueRecord): Uint8Array {
  const text = JSON.stringify(record, (_, value: unknown) =>
    typeof value === 'bigint' ? `#${value}` : value,
  );
  return encoder.encode(text);
}

export function decodeRecord(
  sequence: number,
  payload: Uint8Array,
): Result<VenueRecord, RecordFault> {
  try {
    const record = JSON.parse(decoder.decode(payload), (_, value: unknown) =>
      typeof value === 'string' && AMOUNT.test(value) ? BigInt(value.slice(1)) : value,
    ) as VenueRecord;
    return ok(record);
  } catch (thrown) {
    return err({
      kind: 'venue-record',
      sequence,
      found: reasonOf(thrown),
      wanted: 'JSON as this venue writes it; restore the folder or begin with an empty one',
    });
  }
}
