import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import type { Regime } from '../breakers/settings.ts';
import { ALLOCATION_RULES, type Allocation, allocate } from './allocation.ts';
import { LIFTED_LOTS, type SizeBoard } from './board.ts';
import type { BookTold, MarketTold } from './book-told.ts';
import { Earnings } from './earnings.ts';
import type { Edge } from './edge.ts';
import { liquidSize } from './liquidity.ts';
import type { SizingSettings } from './settings.ts';

/** Returns of strategies are over a minute. */
const PERIOD_NS = 60e9;
const PERIODS_A_DAY = 1_440;
/** While a market is silent the desk's last known worth counts, for so long. */
const EQUITY_STALE_NS = 900e9;
/** A change of a size that is worth a line in the journal, and how often at most. */
const CHANGE_MIN = 0.1;
const RECORD_EVERY_NS = 60e9;

/** What made a size what it is, with what is known before any is worked out. */
export const SIZE_RULES = [
  ...ALLOCATION_RULES,
  'lifted',
  'no-equity',
  'no-market',
  'fault',
] as const;
export type SizeRule = (typeof SIZE_RULES)[number];

interface Size {
  readonly rule: SizeRule;
  /** Largest position, either way. */
  readonly positionLots: number;
  readonly orderLots: number;
}

/** A size has changed, or what made it so. */
export interface SizeSet extends Size {
  readonly kind: 'size-set';
  readonly instrument: number;
  /** The numbers that led to it, as JSON. */
  readonly detail: string;
}

/** One market as people see it; shares are over equity. */
export interface SizingRow extends Size {
  readonly venue: string;
  readonly symbol: string;
  readonly edge: Edge;
  /** Of a day; null, as the other two, where no size could be worked out. */
  readonly volatility: number | null;
  readonly regime: Regime | null;
  readonly allocation: Allocation | null;
}

export interface SizingSummary {
  readonly isEnabled: boolean;
  readonly equity: number | null;
  /** Since the sizes were worked out; null before the first time. */
  readonly ageMs: number | null;
  /** Why no sizes came out of the last attempt. */
  readonly fault: string | null;
  readonly rows: readonly SizingRow[];
}

export interface SizingDeskOptions {
  readonly instruments: readonly Instrument[];
  /** Indices of the markets that a strategy trades. */
  readonly traded: readonly number[];
  readonly board: SizeBoard;
  /** @throws when it cannot be journaled */
  readonly record: (event: SizeSet) => void;
}

interface Followed {
  readonly instrument: Instrument;
  readonly earnings: Earnings;
  row: SizingRow;
  recorded: (Size & { readonly atNs: number }) | null;
}

type Worked = Pick<SizingRow, 'volatility' | 'regime' | 'allocation'>;

const NOT_WORKED: Worked = { volatility: null, regime: null, allocation: null };

/**
 * From what risk knows to the sizes on the board: follows what each strategy earns, minute by
 * minute, and works out all sizes at once whenever it is told the book. Off the lane; it allocates.
 */
export class SizingDesk {
  readonly #options: SizingDeskOptions;
  readonly #followed: readonly Followed[];
  #settings: SizingSettings;
  #periodNs = Number.NaN;
  #equity = Number.NaN;
  #equityNs = Number.NEGATIVE_INFINITY;
  #sizedNs = Number.NaN;
  #askedNs = Number.NEGATIVE_INFINITY;
  #nowNs = Number.NaN;
  #fault: string | null = null;

  constructor(options: SizingDeskOptions, settings: SizingSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#followed = options.traded.map((index) => {
      const instrument = options.instruments[index] as Instrument;
      const earnings = new Earnings();
      const { venue, symbol } = instrument;
      const size: Size = { rule: 'no-equity', positionLots: 0, orderLots: 0 };
      const row = { venue, symbol, edge: earnings.edge.edge, ...size, ...NOT_WORKED };
      return { instrument, earnings, row, recorded: null };
    });
    this.adopt(settings);
  }

  /** Counts from the next look on; the age at which a size is nothing, at once. */
  adopt(settings: SizingSettings): void {
    this.#settings = settings;
    this.#askedNs = Number.NEGATIVE_INFINITY;
    this.#options.board.setStaleMs(settings.staleSeconds * 1_000);
  }

  get isEquityKnown(): boolean {
    return this.#equityNs > Number.NEGATIVE_INFINITY;
  }

  /** Whether the book is to be asked for; at every look while the desk's worth is not known. */
  look(nowNs: number): boolean {
    this.#nowNs = nowNs;
    const everyNs = this.isEquityKnown ? this.#settings.everySeconds * 1e9 : 0;
    if (nowNs - this.#askedNs < everyNs) return false;
    this.#askedNs = nowNs;
    return true;
  }

  onBook(book: BookTold): void {
    this.#measure(book);
    this.#fault = null;
    this.#nowNs = book.atNs;
    this.#sizedNs = book.atNs;
    if (!Number.isNaN(book.equity)) {
      this.#equity = book.equity;
      this.#equityNs = book.atNs;
    }
    const isKnown = book.atNs - this.#equityNs <= EQUITY_STALE_NS;
    if (!this.#settings.enabled) this.#setAll('lifted', LIFTED_LOTS, book);
    else if (!isKnown || this.#equity <= 0) this.#setAll('no-equity', 0, book);
    else if (this.#followed.length > 0) this.#allocate(book);
  }

  summary(): SizingSummary {
    const age = (this.#nowNs - this.#sizedNs) / 1e6;
    return {
      isEnabled: this.#settings.enabled,
      equity: Number.isNaN(this.#equity) ? null : this.#equity,
      ageMs: Number.isNaN(age) ? null : age,
      fault: this.#fault,
      rows: this.#followed.map(({ row }) => row),
    };
  }

  #measure({ atNs, markets }: BookTold): void {
    const tookNs = atNs - this.#periodNs;
    if (tookNs < PERIOD_NS) return;
    const isFirst = Number.isNaN(this.#periodNs);
    this.#periodNs = atNs;
    const halfLife = this.#settings.evidenceHalfLifeHours * 60;
    for (const each of this.#followed) {
      const told = toldOf(markets, each);
      if (isFirst) each.earnings.begin(told);
      else each.earnings.end(told, tookNs / PERIOD_NS, halfLife);
    }
  }

  #allocate(book: BookTold): void {
    const covariance = this.#covariance(book);
    const markets = this.#followed.map((each) => ({
      supportedEdge: each.earnings.edge.edge.supported * PERIODS_A_DAY,
      liquidityMax: this.#liquidityMax(each, book),
      regime: toldOf(book.markets, each).regime,
    }));
    const allocated = allocate({ markets, covariance, tail: book.tail }, this.#settings);
    if (!allocated.ok) {
      this.#fault = JSON.stringify(allocated.error);
      this.#setAll('fault', 0, book);
      return;
    }
    this.#followed.forEach((each, row) => {
      const allocation = allocated.value[row] as Allocation;
      const volatility = Math.sqrt(at(covariance, row, row));
      const { regime } = toldOf(book.markets, each);
      const size = this.#sizeOf(each, allocation, book);
      this.#set(each, size, book, { allocation, volatility, regime });
    });
  }

  /** Of the markets that are sized. */
  #covariance({ covariance }: BookTold): Matrix {
    const chosen = this.#followed.map(({ instrument }) => instrument.index);
    const part = zeros(chosen.length, chosen.length);
    chosen.forEach((one, row) => {
      chosen.forEach((other, column) => {
        put(part, row, column, at(covariance, one, other));
      });
    });
    return part;
  }

  /** Before it is known how much trades, no more than what one begins with. */
  #liquidityMax(each: Followed, { markets }: BookTold): number {
    const { startingFraction, participation, liquidationMinutes: horizon } = this.#settings;
    const lots = each.earnings.volume.lotsAMinute;
    const { midTicks } = toldOf(markets, each);
    if (Number.isNaN(lots) || Number.isNaN(midTicks)) return startingFraction;
    const volume = notionalAt(each.instrument, midTicks, lots);
    const liquid = liquidSize({ volume, participation, horizon });
    return liquid.ok ? liquid.value / this.#equity : Number.NaN;
  }

  /** In whole lots, rounded down; a position that no order can build is none. */
  #sizeOf({ instrument }: Followed, { notional, rule }: Allocation, book: BookTold): Size {
    const { midTicks } = book.markets[instrument.index] as MarketTold;
    const lot = notionalAt(instrument, midTicks, 1);
    if (!(lot > 0)) return { rule: 'no-market', positionLots: 0, orderLots: 0 };
    const positionLots = Math.min(Math.floor((notional * this.#equity) / lot), LIFTED_LOTS);
    const orderLots = Math.floor(positionLots * this.#settings.orderFraction);
    if (orderLots >= instrument.lotsMin) return { rule, positionLots, orderLots };
    const isTooSmall = notional > 0;
    return { rule: isTooSmall ? 'minimum' : rule, positionLots: 0, orderLots: 0 };
  }

  #setAll(rule: SizeRule, lots: number, book: BookTold): void {
    for (const each of this.#followed) {
      this.#set(each, { rule, positionLots: lots, orderLots: lots }, book, NOT_WORKED);
    }
  }

  #set(each: Followed, size: Size, book: BookTold, worked: Worked): void {
    const { instrument, earnings } = each;
    this.#options.board.write(instrument.index, size.positionLots, size.orderLots, book.atNs);
    each.row = { ...each.row, ...size, ...worked, edge: earnings.edge.edge };
    // What is lifted was given by nobody: there is nothing that its gain could be a share of.
    if (size.rule !== 'lifted' && size.positionLots > 0) {
      const { midTicks } = toldOf(book.markets, each);
      earnings.give(notionalAt(instrument, midTicks, size.positionLots));
    }
    if (isNews(each.recorded, size, book.atNs)) this.#record(each, size, book.atNs);
  }

  #record(each: Followed, size: Size, atNs: number): void {
    each.recorded = { ...size, atNs };
    const { edge, volatility, regime, allocation } = each.row;
    const detail = JSON.stringify({ equity: this.#equity, volatility, regime, edge, allocation });
    this.#options.record({ kind: 'size-set', instrument: each.instrument.index, ...size, detail });
  }
}

/** Whether a size has begun or ended; else whether it is another one, once in a while. */
function isNews(
  before: Followed['recorded'],
  { rule, positionLots }: Size,
  nowNs: number,
): boolean {
  if (before === null) return true;
  const isOpened = (before.positionLots === 0) !== (positionLots === 0);
  if (isOpened) return true;
  const moved = Math.abs(positionLots - before.positionLots);
  const isMoved = rule !== before.rule || moved > CHANGE_MIN * before.positionLots;
  return isMoved && nowNs - before.atNs >= RECORD_EVERY_NS;
}

function toldOf(markets: readonly MarketTold[], { instrument }: Followed): MarketTold {
  return markets[instrument.index] as MarketTold;
}
