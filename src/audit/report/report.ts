import type { AuditEntry } from '../entry.ts';
import { type Interval, isWithin } from './entry-query.ts';
import { entryText, field, plainText, timeText } from './entry-text.ts';
import { OrderFold } from './order-fold.ts';

export const REPORTS = ['orders', 'modes', 'interventions', 'estop'] as const;
export type ReportName = (typeof REPORTS)[number];

/** A report as rows of texts, in the order in which things happened. */
export interface Report {
  readonly name: ReportName;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether more rows were found than a report may have. */
  readonly isCut: boolean;
}

/** More rows are no report that anybody reads; a narrower interval says more. */
export const ROWS_MAX = 100_000;

/** Makes a report of entries, which are offered in order and from the first one on. */
export class ReportMaker {
  readonly #name: ReportName;
  readonly #interval: Interval;
  readonly #orders: OrderFold;
  readonly #rows: string[][] = [];
  #isCut = false;

  constructor(name: ReportName, interval: Interval) {
    this.#name = name;
    this.#interval = interval;
    this.#orders = new OrderFold(ROWS_MAX);
  }

  take(entry: AuditEntry): void {
    if (this.#name === 'orders') {
      this.#orders.take(entry, isWithin(this.#interval, entry));
      return;
    }
    if (!isWithin(this.#interval, entry) || !BELONGS[this.#name](entry)) return;
    if (this.#rows.length < ROWS_MAX) this.#rows.push(rowOf(entry));
    else this.#isCut = true;
  }

  report(): Report {
    const name = this.#name;
    if (name === 'orders') return { name, ...this.#orders.table() };
    return { name, columns: COLUMNS, rows: this.#rows, isCut: this.#isCut };
  }
}

const COLUMNS = ['sequence', 'time', 'event', 'by', 'from', 'to', 'reason', 'detail'];

function rowOf(entry: AuditEntry): string[] {
  const { payload } = entry;
  const by = field(payload, 'by') || field(payload, 'approvedBy') || entry.actor;
  return [
    String(entry.seq),
    timeText(entry),
    entry.type,
    plainText(by),
    field(payload, 'from'),
    field(payload, 'to'),
    plainText(field(payload, 'reason')),
    entryText(entry),
  ];
}

/** What people wanted or did: their commands and keys, granted and refused. */
const BY_PEOPLE: ReadonlySet<string> = new Set([
  'command-given',
  'command-refused',
  'config-changed',
  'mode-requested',
  'mode-approved',
]);
/** By whom modes change without a person. */
const NOBODY: ReadonlySet<string> = new Set([
  'system',
  'policy',
  'settings',
  'supervision',
  'desk',
]);

const BELONGS: Readonly<Record<Exclude<ReportName, 'orders'>, (entry: AuditEntry) => boolean>> = {
  modes: ({ type }) => type.startsWith('mode-'),
  interventions: ({ type, payload }) =>
    BY_PEOPLE.has(type) || (type === 'mode-changed' && !NOBODY.has(field(payload, 'by'))),
  estop: ({ type, payload }) =>
    type.startsWith('estop') ||
    (type === 'mode-changed' &&
      (field(payload, 'to') === 'emergency' || field(payload, 'from') === 'emergency')),
};
