import { formatDecimal } from '../../core/decimal.ts';
import { AMOUNT_DECIMALS } from '../../core/units.ts';
import type { AuditEntry } from '../entry.ts';
import { clientOf } from './entry-query.ts';
import { field, plainText, timeText } from './entry-text.ts';

interface Order {
  readonly seq: number;
  readonly time: string;
  readonly intent: AuditEntry['payload'];
  /** Price and size as the venue has them by now. */
  ticks: bigint;
  lots: bigint;
  /** The larger size that an amendment may have brought already. */
  amendedLots: bigint;
  readonly market: Market | null;
  status: string;
  ended: string;
  filledLots: bigint;
  quote: bigint;
  readonly fees: Map<string, bigint>;
  reason: string;
}

/** What makes numbers of ticks and lots: the rules of a market as they were defined then. */
type Market = AuditEntry['payload'];

/** What an entry says of the state of its order; the others change none. */
const STATUS: Readonly<Record<string, string>> = {
  'order-refused': 'refused',
  'order-accepted': 'accepted',
  'order-triggered': 'triggered',
  'order-rejected': 'rejected',
  'order-outcome-unknown': 'unknown',
  'order-canceled': 'canceled',
  'order-expired': 'expired',
  'order-unacked': 'unacked',
  'order-abandoned': 'abandoned',
  'cancel-submitted': '',
  'order-filled': '',
  'amend-submitted': '',
  'amend-refused': '',
  'amend-accepted': '',
  'amend-rejected': '',
  'amend-outcome-unknown': '',
};

/** Nothing ends with these. */
const ENDS_NOTHING: ReadonlySet<string> = new Set([
  ...['cancel-submitted', 'order-accepted', 'order-triggered'],
]);

/** Every order of an interval with what became of it, out of the entries alone. */
export class OrderFold {
  readonly #rowsMax: number;
  readonly #orders = new Map<string, Order>();
  readonly #markets = new Map<string, Market>();
  #isCut = false;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** @param isWanted whether an order that begins with this entry is of the interval */
  take(entry: AuditEntry, isWanted: boolean): void {
    const { type, payload } = entry;
    if (type === 'instrument-defined') {
      const market = payload['instrument'] as Market;
      this.#markets.set(field(market, 'index'), market);
    } else if (type === 'order-submitted') {
      if (isWanted) this.#begin(entry);
    } else if (type in STATUS) {
      const order = this.#orders.get(clientOf(entry));
      if (order !== undefined) follow(order, entry);
    }
  }

  table(): { columns: string[]; rows: string[][]; isCut: boolean } {
    const rows = [...this.#orders].map(([clientId, order]) => rowOf(clientId, order));
    return { columns: COLUMNS, rows, isCut: this.#isCut };
  }

  #begin(entry: AuditEntry): void {
    if (this.#orders.size === this.#rowsMax) {
      this.#isCut = true;
      return;
    }
    const intent = entry.payload['order'] as AuditEntry['payload'];
    const clientId = clientOf(entry);
    if (clientId === '') return;
    this.#orders.set(clientId, {
      seq: entry.seq,
      time: timeText(entry),
      intent,
      ticks: whole(intent, 'ticks'),
      lots: whole(intent, 'lots'),
      amendedLots: 0n,
      market: this.#markets.get(field(intent, 'instrument')) ?? null,
      ...{ status: 'submitted', ended: '', filledLots: 0n, quote: 0n, reason: '' },
      fees: new Map(),
    });
  }
}

function follow(order: Order, entry: AuditEntry): void {
  const { type, payload } = entry;
  order.status = STATUS[type] || order.status;
  order.reason = field(payload, 'reason') || order.reason;
  if (!ENDS_NOTHING.has(type)) order.ended = timeText(entry);
  if (type.startsWith('amend-')) amend(order, entry);
  if (type !== 'order-filled') return;
  order.filledLots += whole(payload, 'fill', 'lots');
  order.quote += whole(payload, 'fill', 'quote');
  const asset = field(payload, 'fill', 'feeAsset');
  const fee = whole(payload, 'fill', 'fee');
  order.fees.set(asset, (order.fees.get(asset) ?? 0n) + fee);
  order.status = isFull(order) ? 'filled' : 'partly filled';
}

/** An order that is being amended is not full before the larger of its sizes has filled. */
function isFull({ filledLots, lots, amendedLots }: Order): boolean {
  return filledLots >= lots && filledLots >= amendedLots;
}

function amend(order: Order, { type, payload }: AuditEntry): void {
  if (type === 'amend-outcome-unknown') return;
  order.amendedLots = type === 'amend-submitted' ? whole(payload, 'amendment', 'lots') : 0n;
  if (type === 'amend-accepted') {
    order.ticks = whole(payload, 'ticks');
    order.lots = whole(payload, 'lots');
  }
  if (order.status === 'partly filled' && isFull(order)) order.status = 'filled';
}

const COLUMNS = [
  ...['sequence', 'time', 'client id', 'strategy', 'venue', 'symbol', 'side', 'kind'],
  ...['price', 'quantity', 'filled', 'quote', 'fees', 'status', 'last event', 'reason'],
];

function rowOf(clientId: string, order: Order): string[] {
  const { seq, time, intent, market, status, ended, filledLots, quote, fees, reason } = order;
  const { ticks, lots: size } = order;
  const lots = (count: bigint): string => scaled(market, count, 'lotSteps', 'quantityDecimals');
  const price = scaled(market, ticks, 'tickSteps', 'priceDecimals');
  return [
    String(seq),
    time,
    plainText(clientId),
    field(intent, 'strategy'),
    field(intent, 'venue'),
    market === null ? '' : field(market, 'symbol'),
    field(intent, 'side'),
    kindText(intent, market),
    field(intent, 'kind') === 'market' ? 'market' : price,
    lots(size),
    lots(filledLots),
    formatDecimal(quote, AMOUNT_DECIMALS),
    [...fees].map(([asset, fee]) => `${formatDecimal(fee, AMOUNT_DECIMALS)} ${asset}`).join(' + '),
    status,
    ended,
    plainText(reason),
  ];
}

/** What it is, what it has waited for, and what it shows of itself. */
function kindText(intent: AuditEntry['payload'], market: Market | null): string {
  const [kind, trigger] = [field(intent, 'kind'), field(intent, 'trigger', 'kind')];
  const at = scaled(market, whole(intent, 'trigger', 'ticks'), 'tickSteps', 'priceDecimals');
  const bips = field(intent, 'trigger', 'bips');
  const trail = bips === '' ? '' : ` of ${plainText(bips)} bps`;
  const waits = trigger === '' ? '' : `, ${plainText(trigger)}${trail} at ${at}`;
  const shown = scaled(market, whole(intent, 'shownLots'), 'lotSteps', 'quantityDecimals');
  const shows = field(intent, 'shownLots') === '' ? '' : `, shows ${shown}`;
  return `${kind}${waits}${shows}`;
}

/** A whole number of a payload; 0 for what is none, since whoever forges an entry may write it. */
function whole(payload: AuditEntry['payload'], ...names: readonly string[]): bigint {
  const text = field(payload, ...names);
  return /^-?[0-9]{1,40}$/.test(text) ? BigInt(text) : 0n;
}

/** A count of steps as a decimal; the count itself where the market was never defined. */
function scaled(market: Market | null, count: bigint, steps: string, decimals: string): string {
  if (market === null) return String(count);
  return formatDecimal(count * whole(market, steps), Number(whole(market, decimals)));
}
