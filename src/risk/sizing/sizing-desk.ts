import { type Instrument, notionalAt } from '../../core/instrument.ts';
import { at, type Matrix, put, zeros } from '../../math/matrix.ts';
import type { Regime } from '../breakers/settings.ts';
import type { TailFactors } from '../value-at-risk/tail-factors.ts';
import { ALLOCATION_RULES, type Allocation, allocate } from './allocation.ts';
import { LIFTED_LOTS, type SizeBoard } from './board.ts';
import { type Edge, EdgeEstimate } from './edge.ts';
import { liquidSize, VolumeMeter } from './liquidity.ts';
import type { SizingSettings } from './settings.ts';

/** Returns of strategies are over a minute. */
const PERIOD_NS = 60e9;
const PERIODS_A_DAY = 1_440;
/** A period that took longer has a hole, and its gain is of no known time. */
const PERIOD_MAX_NS = 2 * PERIOD_NS;
/** While a market is silent the desk's last known worth counts, for so long. */
const EQUITY_STALE_NS = 900e9;
/** A change of a size that is worth a line in the journal, and how often at most. */
const CHANGE_MIN = 0.1;
const RECORD_EVERY_NS = 60e9;

/** What risk knows of one market. */
export interface MarketTold {
  /** The last mid that there was; NaN before there was one. */
  readonly midTicks: number;
  /** Realised and not, less fees, in quote currency. */
  readonly profit: number;
  readonly positionLots: number;
  /** Traded by everybody, since risk began to count. */
  readonly tradedLots: number;
  readonly regime: Regime;
}

/** What risk tells when it is asked for its book. */
export interface BookTold {
  readonly kind: 'book-told';
  readonly atNs: number;
  /** NaN where nobody knows it. */
  readonly equity: number;
  /** Of daily returns, as limits are judged by it, and the tail that goes with it. */
  readonly covariance: Matrix;
  readonly tail: TailFactors;
  /** By index of the instrument. */
  readonly markets: readonly MarketTold[];
}

/** A size has changed, or what made it so. */
export interface SizeSet {
  readonly kind: 'size-set';
  readonly instrument: number;
  readonly rule: SizeRule;
  readonly positionLots: number;
  readonly orderLots: number;
  /** The numbers that led to it, as JSON. */
  readonly detail: string;
}

/** What made a size what it is, with what is known before any is worked out. */
export const SIZE_RULES = [
  ...ALLOCATION_RULES,
  'lifted',
  'no-equity',
  'no-market',
  'fault',
] as const;
export type SizeRule = (typeof SIZE_RULES)[number];

/** One market as people see it; shares are over equity. */
export interface SizingRow {
  readonly venue: string;
  readonly symbol: string;
  readonly rule: SizeRule;
  readonly edge: Edge;
  /** Daily volatility that the caps are worked out from. */
  readonly volatility: number | null;
  readonly regime: Regime | null;
  readonly allocation: Allocation | null;
  readonly positionLots: number;
  readonly orderLots: number;
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
  readonly edge: EdgeEstimate;
  readonly volume: VolumeMeter;
  /** The notional that was given when the period began; 0 for none. */
  given: number;
  profit: number;
  wasHeld: boolean;
  row: SizingRow;
  recorded: { rule: SizeRule; lots: number; atNs: number } | null;
}

const NO_EDGE: Edge = { mean: 0, deviation: 0, periods: 0, share: 0, supported: 0 };

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
      return {
        instrument,
        edge: new EdgeEstimate(),
        volume: new VolumeMeter(),
        given: 0,
        profit: Number.NaN,
        wasHeld: false,
        row: rowOf(instrument, 'no-equity', null),
        recorded: null,
      };
    });
    options.board.setStaleMs(settings.staleSeconds * 1_000);
  }

  /** Counts at the next look. */
  adopt(settings: SizingSettings): void {
    this.#settings = settings;
    this.#askedNs = Number.NEGATIVE_INFINITY;
    this.#options.board.setStaleMs(settings.staleSeconds * 1_000);
  }

  onBook(book: BookTold): void {
    this.#measure(book);
    if (Number.isFinite(book.equity) && book.equity > 0) {
      this.#equity = book.equity;
      this.#equityNs = book.atNs;
    } else if (book.equity <= 0) this.#equityNs = Number.NEGATIVE_INFINITY;
    this.#size(book);
    this.#sizedNs = book.atNs;
  }

  /** Whether the book is to be asked for; at once while the worth of the desk is not known. */
  look(nowNs: number): boolean {
    this.#nowNs = nowNs;
    const isKnown = this.#equityNs > Number.NEGATIVE_INFINITY;
    const everyNs = isKnown ? this.#settings.everySeconds * 1e9 : 0;
    if (nowNs - this.#askedNs < everyNs) return false;
    this.#askedNs = nowNs;
    return true;
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

  /** What was earned since the period began, of what was given for it. */
  #measure({ atNs, markets }: BookTold): void {
    const tookNs = atNs - this.#periodNs;
    if (tookNs < PERIOD_NS) return;
    this.#periodNs = atNs;
    const minutes = tookNs / PERIOD_NS;
    const halfLife = this.#settings.evidenceHalfLifeHours * 60;
    for (const each of this.#followed) {
      const { profit, positionLots, tradedLots } = marketOf(markets, each);
      const isHeld = positionLots !== 0;
      if (Number.isNaN(minutes)) each.volume.take(tradedLots, 1);
      else {
        each.volume.take(tradedLots, minutes);
        each.edge.fade(0.5 ** (minutes / halfLife));
        const gain = (profit - each.profit) / each.given;
        const isStaked = gain !== 0 || isHeld || each.wasHeld;
        const isWhole = tookNs <= PERIOD_MAX_NS && each.given > 0;
        if (isWhole && isStaked && Number.isFinite(gain)) each.edge.take(gain);
      }
      each.profit = profit;
      each.wasHeld = isHeld;
      each.given = 0;
    }
  }

  #size(book: BookTold): void {
    this.#fault = null;
    if (this.#followed.length === 0) return;
    if (!this.#settings.enabled) {
      this.#setAll('lifted', LIFTED_LOTS, book);
      return;
    }
    if (!(book.atNs - this.#equityNs <= EQUITY_STALE_NS)) {
      this.#setAll('no-equity', 0, book);
      return;
    }
    const covariance = this.#covariance(book);
    const markets = this.#followed.map((each) => {
      const { regime } = marketOf(book.markets, each);
      const supportedEdge = each.edge.edge.supported * PERIODS_A_DAY;
      return { supportedEdge, liquidityMax: this.#liquidityMax(each, book), regime };
    });
    const allocated = allocate({ markets, covariance, tail: book.tail }, this.#settings);
    if (!allocated.ok) {
      this.#fault = JSON.stringify(allocated.error);
      this.#setAll('fault', 0, book);
      return;
    }
    this.#followed.forEach((each, row) => {
      const volatility = Math.sqrt(at(covariance, row, row));
      const { regime } = marketOf(book.markets, each);
      this.#allot(each, allocated.value[row] as Allocation, { volatility, regime }, book);
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
    const { startingFraction, participation, liquidationMinutes } = this.#settings;
    const volume = each.volume.lotsAMinute;
    const { midTicks } = marketOf(markets, each);
    if (Number.isNaN(volume) || Number.isNaN(midTicks)) return startingFraction;
    const notional = notionalAt(each.instrument, midTicks, volume);
    const closed = liquidSize({ volume: notional, participation, horizon: liquidationMinutes });
    return closed.ok ? closed.value / this.#equity : 0;
  }

  #allot(
    each: Followed,
    allocation: Allocation,
    of: { readonly volatility: number; readonly regime: Regime },
    book: BookTold,
  ): void {
    const { instrument } = each;
    const lot = notionalAt(instrument, marketOf(book.markets, each).midTicks, 1);
    const share = (fraction: number): number => {
      const lots = Math.floor((allocation.notional * fraction * this.#equity) / lot);
      return lots >= instrument.lotsMin ? Math.min(lots, LIFTED_LOTS) : 0;
    };
    if (!(lot > 0)) {
      this.#set(each, { rule: 'no-market', ...NO_LOTS }, book, null);
      return;
    }
    const positionLots = share(1);
    const isTooSmall = positionLots === 0 && allocation.notional > 0;
    const orderLots = Math.min(positionLots, share(this.#settings.orderFraction));
    const rule = isTooSmall ? 'minimum' : allocation.rule;
    const told = { allocation, ...of };
    this.#set(each, { rule, positionLots, orderLots: orderLots || positionLots }, book, told);
  }

  #setAll(rule: SizeRule, lots: number, book: BookTold): void {
    for (const each of this.#followed) {
      this.#set(each, { rule, positionLots: lots, orderLots: lots }, book, null);
    }
  }

  #set(
    each: Followed,
    size: { readonly rule: SizeRule; readonly positionLots: number; readonly orderLots: number },
    book: BookTold,
    of: Pick<SizingRow, 'allocation' | 'volatility' | 'regime'> | null,
  ): void {
    const { rule, positionLots, orderLots } = size;
    const { index } = each.instrument;
    const { edge } = each.edge;
    this.#options.board.write(index, positionLots, orderLots, book.atNs);
    each.row = { ...rowOf(each.instrument, rule, of), edge, positionLots, orderLots };
    // A period is judged by what was given first in it.
    const lot = notionalAt(each.instrument, marketOf(book.markets, each).midTicks, 1);
    if (each.given === 0 && rule !== 'lifted' && lot > 0) each.given = positionLots * lot;
    this.#record(each, size, book.atNs);
  }

  #record(
    each: Followed,
    size: { readonly rule: SizeRule; readonly positionLots: number; readonly orderLots: number },
    atNs: number,
  ): void {
    const { recorded } = each;
    const { rule, positionLots } = size;
    if (recorded !== null) {
      const isMoved =
        Math.abs(positionLots - recorded.lots) > CHANGE_MIN * Math.max(1, recorded.lots);
      if (rule === recorded.rule && !isMoved) return;
      if (atNs - recorded.atNs < RECORD_EVERY_NS) return;
    }
    each.recorded = { rule, lots: positionLots, atNs };
    const { edge, volatility, regime, allocation } = each.row;
    const detail = JSON.stringify({ equity: this.#equity, volatility, regime, edge, allocation });
    this.#options.record({ kind: 'size-set', instrument: each.instrument.index, ...size, detail });
  }
}

const NO_LOTS = { positionLots: 0, orderLots: 0 };

function rowOf(
  { venue, symbol }: Instrument,
  rule: SizeRule,
  of: Pick<SizingRow, 'allocation' | 'volatility' | 'regime'> | null,
): SizingRow {
  const { allocation = null, volatility = null, regime = null } = of ?? {};
  return { venue, symbol, rule, edge: NO_EDGE, volatility, regime, allocation, ...NO_LOTS };
}

function marketOf(markets: readonly MarketTold[], { instrument }: Followed): MarketTold {
  return markets[instrument.index] as MarketTold;
}
