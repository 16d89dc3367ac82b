import { baseAmount, type Instrument } from '../../core/instrument.ts';
import { type Amount, NO_AMOUNT } from '../../core/units.ts';
import { regriddedLots } from '../../execution/definitions.ts';
import {
  type ExternalFill,
  feeInQuote,
  type Posting,
  post,
  postingsOf,
  type Transfer,
} from '../../execution/ledger.ts';
import {
  applyOrderEvent,
  type Fill,
  type Incident,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  submitted,
} from '../../execution/order.ts';
import { applyFill, type Position } from '../../execution/positions.ts';
import type { BackfillJob } from '../../market/quality/backfill.ts';
import type { JournalRecord } from '../journal/codec.ts';

/** An order with the symbol that its instrument's index meant when it was submitted. */
export interface StoredOrder {
  /** Empty when the journal had not defined the instrument. */
  readonly symbol: string;
  readonly record: OrderRecord;
}

/** Something that must not be in a journal. It is counted and not booked. */
export type IntegrityError =
  | 'duplicate-order'
  | 'duplicate-fill'
  | 'duplicate-transfer'
  | 'unknown-order'
  | 'unknown-instrument'
  | 'grid-changed'
  | Incident;

/** The projections as they stand before an event. */
export interface ProjectionView {
  order(clientId: string): StoredOrder | null;
  openOrders(): readonly StoredOrder[];
  position(venue: string, symbol: string): Position;
  balance(venue: string, asset: string): Amount;
  hasFill(venue: string, symbol: string, tradeId: string): boolean;
  hasTransfer(venue: string, transferId: string): boolean;
  /** What an index means now. */
  instrumentAt(index: number): Instrument | null;
  instrumentOf(venue: string, symbol: string): Instrument | null;
}

/** What an event changes. */
export type Change =
  | { readonly kind: 'order'; readonly order: StoredOrder }
  | {
      readonly kind: 'position';
      readonly venue: string;
      readonly symbol: string;
      readonly position: Position;
    }
  | { readonly kind: 'balance'; readonly venue: string; readonly posting: Posting }
  | { readonly kind: 'fill-seen'; readonly key: readonly [string, string, string] }
  | { readonly kind: 'transfer-seen'; readonly key: readonly [string, string] }
  | { readonly kind: 'instrument'; readonly instrument: Instrument }
  /** A job of the backfill as it stands; null when it has ended. */
  | { readonly kind: 'backfill'; readonly id: string; readonly job: BackfillJob | null }
  /** The record is the latest of its kind. */
  | { readonly kind: 'latest'; readonly what: string }
  | { readonly kind: 'integrity'; readonly error: IntegrityError };

/**
 * What a record changes in the projections. Total: whatever the journal holds, the answer is a
 * list of changes, so that a replay always reaches the end.
 */
export function project(view: ProjectionView, { event }: JournalRecord): readonly Change[] {
  switch (event.kind) {
    case 'order-submitted':
      return onSubmitted(view, event.order);
    case 'transferred':
      return onTransferred(view, event);
    case 'external-filled':
      return onExternalFill(view, event);
    case 'instrument-defined':
      return onDefined(view, event.instrument);
    case 'backfill-queued':
      return [{ kind: 'backfill', id: event.job.id, job: event.job }];
    case 'backfill-ended':
      return [{ kind: 'backfill', id: event.id, job: null }];
    case 'mode-changed':
    case 'severity-changed':
    case 'booted':
    case 'stopped':
    case 'risk-day-opened':
    case 'profit-peaked':
    case 'market-day-opened':
      return [{ kind: 'latest', what: event.kind }];
    case 'venue-reconciled':
      return [{ kind: 'latest', what: `${event.kind}/${event.venue}` }];
    case 'rung-changed':
      return [{ kind: 'latest', what: `${event.kind}/${event.control}` }];
    case 'command-given':
    case 'command-refused':
    case 'mode-requested':
    case 'mode-approved':
    case 'strategy-configured':
    case 'breaker-opened':
    case 'breaker-probing':
    case 'breaker-closed':
    case 'config-changed':
    case 'incident':
    case 'guard-armed':
    case 'guard-lost':
    case 'guard-tripped':
    case 'estop':
    case 'heartbeat':
    case 'audit-key-rotated':
    case 'alert-raised':
    case 'alert-acknowledged':
    case 'market-data-removed':
    case 'data-gap':
    case 'market-stood':
    case 'quality-scored':
    case 'volatility-calibrated':
    case 'size-set':
    case 'volatility-warmed':
    case 'price-jumped':
    case 'correlations-calibrated':
    case 'loss-forecast':
    case 'loss-scored':
      return [];
    default:
      return onLaterEvent(view, event);
  }
}

function wrong(error: IntegrityError): Change {
  return { kind: 'integrity', error };
}

function onSubmitted(view: ProjectionView, order: OrderIntent): readonly Change[] {
  if (view.order(order.clientId) !== null) return [wrong('duplicate-order')];
  const instrument = view.instrumentAt(order.instrument);
  const record = submitted(order);
  if (instrument === null || instrument.venue !== order.venue) {
    const stored = { symbol: '', record };
    return [{ kind: 'order', order: stored }, wrong('unknown-instrument')];
  }
  return [{ kind: 'order', order: { symbol: instrument.symbol, record } }];
}

type LaterEvent = Exclude<OrderEvent, { kind: 'order-submitted' }>;

function onLaterEvent(view: ProjectionView, event: LaterEvent): readonly Change[] {
  const stored = view.order(event.clientId);
  if (stored === null) {
    // Risk and the gate refuse orders that were never submitted; nothing follows from that.
    return event.kind === 'order-refused' ? [] : [wrong('unknown-order')];
  }
  const { symbol } = stored;
  const { venue, side } = stored.record.order;
  if (event.kind === 'order-filled' && view.hasFill(venue, symbol, event.fill.tradeId)) {
    return [wrong('duplicate-fill')];
  }
  const { record, incident } = applyOrderEvent(stored.record, event);
  const changes: Change[] = [{ kind: 'order', order: { symbol, record } }];
  if (incident !== null) changes.push(wrong(incident));
  if (event.kind === 'order-filled') {
    const { fill } = event;
    changes.push(...booked(view, { venue, symbol, side, fill }));
  }
  return changes;
}

function onExternalFill(view: ProjectionView, event: ExternalFill): readonly Change[] {
  if (view.hasFill(event.venue, event.symbol, event.fill.tradeId)) return [wrong('duplicate-fill')];
  return booked(view, event);
}

type Trade = Pick<ExternalFill, 'venue' | 'symbol' | 'side'> & { readonly fill: Fill };

/** The position and the balances that a trade moves, and the note that it has been seen. */
function booked(view: ProjectionView, { venue, symbol, side, fill }: Trade): readonly Change[] {
  const seen: Change = { kind: 'fill-seen', key: [venue, symbol, fill.tradeId] };
  const instrument = view.instrumentOf(venue, symbol);
  if (instrument === null) return [seen, wrong('unknown-instrument')];
  const { lots, quote } = fill;
  const fee = feeInQuote(instrument, fill) ?? NO_AMOUNT;
  const position = applyFill(view.position(venue, symbol), { side, lots, quote, fee });
  const postings = postingsOf({ ...instrument, side }, baseAmount(instrument, lots), fill);
  return [
    seen,
    { kind: 'position', venue, symbol, position },
    ...balancesAfter(view, venue, postings),
  ];
}

function balancesAfter(
  view: ProjectionView,
  venue: string,
  postings: readonly Posting[],
): readonly Change[] {
  const before = new Map(postings.map(({ asset }) => [asset, view.balance(venue, asset)]));
  return [...post(before, postings)].map(([asset, amount]) => ({
    kind: 'balance',
    venue,
    posting: { asset, amount },
  }));
}

function onTransferred(view: ProjectionView, event: Transfer): readonly Change[] {
  const { venue, transferId, asset, amount } = event;
  if (view.hasTransfer(venue, transferId)) return [wrong('duplicate-transfer')];
  return [
    { kind: 'transfer-seen', key: [venue, transferId] },
    ...balancesAfter(view, venue, [{ asset, amount }]),
  ];
}

/**
 * A new definition of a symbol may have another grid: the position then keeps its quantity. What
 * the new grid cannot hold is cut off, and that, like an open order whose lots were counted on the
 * old grid, is for reconciliation to look at.
 */
function onDefined(view: ProjectionView, instrument: Instrument): readonly Change[] {
  const changes: Change[] = [{ kind: 'instrument', instrument }];
  const { venue, symbol } = instrument;
  const before = view.instrumentOf(venue, symbol);
  if (before === null || isSameLot(before, instrument)) return changes;
  for (const { symbol: traded, record } of view.openOrders()) {
    if (traded === symbol && record.order.venue === venue) changes.push(wrong('grid-changed'));
  }
  const position = view.position(venue, symbol);
  const { lots, isExact } = regriddedLots(position.lots, before, instrument);
  if (!isExact) changes.push(wrong('grid-changed'));
  const cost = lots === 0 ? NO_AMOUNT : position.cost;
  changes.push({ kind: 'position', venue, symbol, position: { ...position, lots, cost } });
  return changes;
}

function isSameLot(left: Instrument, right: Instrument): boolean {
  return left.lotSteps === right.lotSteps && left.quantityDecimals === right.quantityDecimals;
}
