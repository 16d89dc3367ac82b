import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { type Amount, NO_AMOUNT } from '../../core/units.ts';
import type { OrderRecord } from '../../execution/order.ts';
import { FLAT, type Position } from '../../execution/positions.ts';
import { ByteReader, ByteWriter } from '../journal/bytes.ts';
import { instrumentField, orderFields } from '../journal/event-table.ts';
import {
  amount,
  choice,
  type Field,
  flag,
  integer,
  object,
  prose,
  text,
} from '../journal/fields.ts';
import type { Change, IntegrityError, ProjectionView, StoredOrder } from './projections.ts';
import {
  behind,
  type Entry,
  entriesOf,
  FIRST_KEY,
  LAST_KEY,
  sequenceKey,
  TABLES,
  type Table,
  type Tables,
  textKey,
} from './tables.ts';

export interface StoredPosition {
  readonly venue: string;
  readonly symbol: string;
  readonly position: Position;
}

/** The tables that a rebuild makes anew from the log. */
export const PROJECTIONS: readonly Table[] = TABLES.filter((name) => name.startsWith('proj:'));

const order = object<StoredOrder>({
  symbol: text,
  record: object<OrderRecord>({
    order: object(orderFields),
    status: choice([
      'submitted',
      'unknown',
      'open',
      'partially-filled',
      'filled',
      'canceled',
      'expired',
      'rejected',
      'refused',
      'rejected-unacked',
      'abandoned',
    ]),
    venueOrderId: text,
    filledLots: integer(),
    filledQuote: amount,
    isCancelRequested: flag,
    reason: prose,
  }),
});

const position = object<StoredPosition>({
  venue: text,
  symbol: text,
  position: object<Position>({
    lots: integer(),
    cost: amount,
    realised: amount,
    fees: amount,
  }),
});

const balance = object<{ asset: string; amount: Amount }>({ asset: text, amount });
const count = integer<number>();
const NOTHING = new Uint8Array(1);

/** The projections in their tables, and how an event's changes get there. */
export class ProjectionTables implements ProjectionView {
  readonly #tables: Tables;
  readonly #out = new ByteWriter(65_536);

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  order(clientId: string): StoredOrder | null {
    return this.#get('proj:orders', textKey(clientId), order);
  }

  openOrders(): readonly StoredOrder[] {
    return this.#all('proj:open').map(({ key }) => {
      const open = this.#get('proj:orders', key, order);
      assert(open !== null, 'an open order is stored');
      return open;
    });
  }

  position(venue: string, symbol: string): Position {
    return this.#get('proj:positions', textKey(venue, symbol), position)?.position ?? FLAT;
  }

  positions(): readonly StoredPosition[] {
    return this.#all('proj:positions').map(({ value }) => decoded(value, position));
  }

  balance(venue: string, asset: string): Amount {
    return this.#get('proj:balances', textKey(venue, asset), balance)?.amount ?? NO_AMOUNT;
  }

  balances(venue: string): ReadonlyMap<string, Amount> {
    const prefix = textKey(venue);
    const entries = [...entriesOf(this.#tables, 'proj:balances', prefix, behind(prefix))];
    return new Map(
      entries.map(({ value }) => {
        const held = decoded(value, balance);
        return [held.asset, held.amount] as const;
      }),
    );
  }

  hasFill(venue: string, symbol: string, tradeId: string): boolean {
    return this.#tables.get('proj:fills', textKey(venue, symbol, tradeId)) !== null;
  }

  hasTransfer(venue: string, transferId: string): boolean {
    return this.#tables.get('proj:transfers', textKey(venue, transferId)) !== null;
  }

  instrumentAt(index: number): Instrument | null {
    return this.#get('proj:instruments', indexKey(index), instrumentField);
  }

  instrumentOf(venue: string, symbol: string): Instrument | null {
    return this.#get('proj:instruments', textKey('symbol', venue, symbol), instrumentField);
  }

  /** Sequence of the latest record of a kind; 0 when there is none. */
  latest(what: string): number {
    return this.#get('proj:mode', textKey(what), count) ?? 0;
  }

  /** How often each thing was found that must not be in a journal. */
  integrity(): ReadonlyMap<IntegrityError, number> {
    return new Map(
      this.#all('proj:integrity').map(({ key, value }) => {
        const error = Buffer.from(key).toString().slice(0, -1) as IntegrityError;
        return [error, decoded(value, count)] as const;
      }),
    );
  }

  apply(change: Change, sequence: number): void {
    switch (change.kind) {
      case 'order': {
        const key = textKey(change.order.record.order.clientId);
        this.#put('proj:orders', key, order, change.order);
        if (change.isOpen) this.#tables.put('proj:open', key, NOTHING);
        else this.#tables.remove('proj:open', key);
        break;
      }
      case 'position': {
        const { venue, symbol } = change;
        const key = textKey(venue, symbol);
        this.#put('proj:positions', key, position, { venue, symbol, position: change.position });
        break;
      }
      case 'balance': {
        const key = textKey(change.venue, change.posting.asset);
        this.#put('proj:balances', key, balance, change.posting);
        break;
      }
      case 'fill-seen':
        this.#tables.put('proj:fills', textKey(...change.key), sequenceKey(sequence));
        break;
      case 'transfer-seen':
        this.#tables.put('proj:transfers', textKey(...change.key), sequenceKey(sequence));
        break;
      case 'instrument': {
        const { index, venue, symbol } = change.instrument;
        const key = textKey('symbol', venue, symbol);
        this.#put('proj:instruments', indexKey(index), instrumentField, change.instrument);
        this.#put('proj:instruments', key, instrumentField, change.instrument);
        break;
      }
      case 'latest':
        this.#put('proj:mode', textKey(change.what), count, sequence);
        break;
      case 'integrity': {
        const key = textKey(change.error);
        const before = this.#get('proj:integrity', key, count) ?? 0;
        this.#put('proj:integrity', key, count, before + 1);
        break;
      }
    }
  }

  #get<T>(table: Table, key: Uint8Array, field: Field<T>): T | null {
    const value = this.#tables.get(table, key);
    return value === null ? null : decoded(value, field);
  }

  #put<T>(table: Table, key: Uint8Array, field: Field<T>, value: T): void {
    this.#out.at = 0;
    field.write(this.#out, value);
    this.#tables.put(table, key, Uint8Array.from(this.#out.bytes.subarray(0, this.#out.at)));
  }

  #all(table: Table): readonly Entry[] {
    return [...entriesOf(this.#tables, table, FIRST_KEY, LAST_KEY)];
  }
}

function indexKey(index: number): Uint8Array {
  return textKey('index', String(index));
}

/** @throws BrokenInvariant when the store gives back other bytes than were put */
function decoded<T>(value: Uint8Array, field: Field<T>): T {
  const from = new ByteReader(value);
  const read = field.read(from);
  assert(from.fault === null, `a stored projection is whole: ${from.fault}`);
  return read;
}
