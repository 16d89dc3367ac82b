import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { type Amount, NO_AMOUNT } from '../../core/units.ts';
import type { Posting } from '../../execution/ledger.ts';
import { isEnded, type OrderRecord } from '../../execution/order.ts';
import { FLAT, type Position } from '../../execution/positions.ts';
import type { BackfillJob } from '../../market/quality/backfill.ts';
import { ByteReader, ByteWriter } from '../journal/bytes.ts';
import { backfillField, instrumentField } from '../journal/fields/definition-fields.ts';
import { nativeField } from '../journal/fields/native-fields.ts';
import { type PlainOrder, plainOrder } from '../journal/fields/order-fields.ts';
import {
  amendmentField,
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
  keyText,
  LAST_KEY,
  sequenceKey,
  TABLES,
  type Table,
  type Tables,
  textKey,
} from './tables.ts';
import { type ValueTable, WriteBehind } from './write-behind.ts';

export interface StoredPosition {
  readonly venue: string;
  readonly symbol: string;
  readonly position: Position;
}

/** The tables that a rebuild makes anew from the log. */
export const PROJECTIONS: readonly Table[] = TABLES.filter((name) => name.startsWith('proj:'));

/** What stands before the parts that came later, each of which may be missing at the end. */
type PlainRecord = Omit<OrderRecord, 'order' | 'amendment' | 'isAmendUnknown' | 'isWaiting'> & {
  readonly order: PlainOrder;
};

const plainRecord = object<PlainRecord>({
  order: plainOrder,
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
});

/** What is known of an amendment; an order that was stored before there were any has no byte. */
const AMENDMENTS = ['none', 'under-way', 'unknown'] as const;
const amendments = choice(AMENDMENTS);

const record: Field<OrderRecord> = {
  write(out, value) {
    const { amendment, isAmendUnknown } = value;
    plainRecord.write(out, value);
    const isNone = amendment === null;
    amendments.write(out, isNone ? 'none' : isAmendUnknown ? 'unknown' : 'under-way');
    if (amendment !== null) amendmentField.write(out, amendment);
    nativeField.write(out, value.order);
    flag.write(out, value.isWaiting);
  },
  read(from) {
    const read = plainRecord.read(from);
    const known = from.isAtEnd ? 'none' : amendments.read(from);
    const amendment = known === 'none' ? null : amendmentField.read(from);
    const whole = { ...read, amendment, isAmendUnknown: known === 'unknown', isWaiting: false };
    if (from.isAtEnd) return whole;
    const order = { ...read.order, ...nativeField.read(from) };
    return { ...whole, order, isWaiting: flag.read(from) };
  },
};

const order = object<StoredOrder>({ symbol: text, record });

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

const balance = object<Posting>({ asset: text, amount });
const count = integer<number>();
const NOTHING = new Uint8Array(1);

/** The projections in their tables, and how an event's changes get there. */
export class ProjectionTables implements ProjectionView {
  readonly #tables: Tables;
  readonly #out = new ByteWriter(65_536);
  readonly #orders: WriteBehind<StoredOrder>;
  readonly #positions: WriteBehind<StoredPosition>;
  readonly #balances: WriteBehind<Posting>;
  readonly #instruments: WriteBehind<Instrument>;
  readonly #waiting: readonly Pick<WriteBehind<unknown>, 'open' | 'flush' | 'close'>[];

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#orders = new WriteBehind(this.#orderTable());
    this.#positions = new WriteBehind(this.#table('proj:positions', position));
    this.#balances = new WriteBehind(this.#table('proj:balances', balance));
    this.#instruments = new WriteBehind(this.#table('proj:instruments', instrumentField));
    this.#waiting = [this.#orders, this.#positions, this.#balances, this.#instruments];
  }

  /** A batch of records begins; from here on changes wait for `flush`. */
  open(): void {
    for (const one of this.#waiting) one.open();
  }

  /** Puts what waits into the tables. */
  flush(): void {
    for (const one of this.#waiting) one.flush();
  }

  /** The batch is over; what has not been flushed is gone. */
  close(): void {
    for (const one of this.#waiting) one.close();
  }

  order(clientId: string): StoredOrder | null {
    return this.#orders.get(keyText(clientId));
  }

  openOrders(): readonly StoredOrder[] {
    this.flush();
    return this.#entries('proj:open').map(({ key }) => {
      const open = this.#get('proj:orders', key, order);
      assert(open !== null, 'an open order is stored');
      return open;
    });
  }

  position(venue: string, symbol: string): Position {
    return this.#positions.get(keyText(venue, symbol))?.position ?? FLAT;
  }

  positions(): readonly StoredPosition[] {
    this.flush();
    return this.#entries('proj:positions').map(({ value }) => decoded(value, position));
  }

  balance(venue: string, asset: string): Amount {
    return this.#balances.get(keyText(venue, asset))?.amount ?? NO_AMOUNT;
  }

  balances(venue: string): ReadonlyMap<string, Amount> {
    this.flush();
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
    return this.#instruments.get(indexKey(index));
  }

  instrumentOf(venue: string, symbol: string): Instrument | null {
    return this.#instruments.get(keyText('symbol', venue, symbol));
  }

  /** What is still to be fetched again. */
  backfillJobs(): readonly BackfillJob[] {
    return this.#entries('proj:backfill').map(({ value }) => decoded(value, backfillField));
  }

  /** Sequence of the latest record of a kind; 0 when there is none. */
  latest(what: string): number {
    return this.#get('proj:mode', textKey(what), count) ?? 0;
  }

  /** How often each thing was found that must not be in a journal. */
  integrity(): ReadonlyMap<IntegrityError, number> {
    return new Map(
      this.#entries('proj:integrity').map(({ key, value }) => {
        const error = Buffer.from(key).toString().slice(0, -1) as IntegrityError;
        return [error, decoded(value, count)] as const;
      }),
    );
  }

  apply(change: Change, sequence: number): void {
    switch (change.kind) {
      case 'order':
        this.#orders.set(keyText(change.order.record.order.clientId), change.order);
        break;
      case 'position': {
        const { venue, symbol } = change;
        this.#positions.set(keyText(venue, symbol), { venue, symbol, position: change.position });
        break;
      }
      case 'balance':
        this.#balances.set(keyText(change.venue, change.posting.asset), change.posting);
        break;
      case 'fill-seen':
        this.#tables.put('proj:fills', textKey(...change.key), sequenceKey(sequence));
        break;
      case 'transfer-seen':
        this.#tables.put('proj:transfers', textKey(...change.key), sequenceKey(sequence));
        break;
      case 'instrument': {
        const { index, venue, symbol } = change.instrument;
        this.#instruments.set(indexKey(index), change.instrument);
        this.#instruments.set(keyText('symbol', venue, symbol), change.instrument);
        break;
      }
      case 'backfill': {
        const key = textKey(change.id);
        if (change.job === null) this.#tables.remove('proj:backfill', key);
        else this.#put('proj:backfill', key, backfillField, change.job);
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
    this.#tables.put(table, key, this.#out.bytes.subarray(0, this.#out.at));
  }

  #table<T>(table: Table, field: Field<T>): ValueTable<T> {
    return {
      read: (key) => this.#get(table, Buffer.from(key), field),
      write: (key, value) => this.#put(table, Buffer.from(key), field, value),
    };
  }

  /** An order that may still trade stands in a second table. */
  #orderTable(): ValueTable<StoredOrder> {
    return {
      read: (text) => this.#get('proj:orders', Buffer.from(text), order),
      write: (text, value, before) => {
        const key = Buffer.from(text);
        this.#put('proj:orders', key, order, value);
        const wasOpen = before !== null && !isEnded(before.record);
        const isOpen = !isEnded(value.record);
        if (isOpen && !wasOpen) this.#tables.put('proj:open', key, NOTHING);
        if (wasOpen && !isOpen) this.#tables.remove('proj:open', key);
      },
    };
  }

  #entries(table: Table): readonly Entry[] {
    return [...entriesOf(this.#tables, table, FIRST_KEY, LAST_KEY)];
  }
}

function indexKey(index: number): string {
  return keyText('index', String(index));
}

/** @throws BrokenInvariant when the store gives back other bytes than were put */
function decoded<T>(value: Uint8Array, field: Field<T>): T {
  const from = new ByteReader(value);
  const read = field.read(from);
  assert(from.fault === null, `a stored projection is whole: ${from.fault}`);
  return read;
}
