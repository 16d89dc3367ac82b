import type { SafetyKernel } from '../../control/safety-kernel.ts';
import { baseAmount, type Instrument, notionalAt } from '../../core/instrument.ts';
import { amountOf, type Lots, lotsOf } from '../../core/units.ts';
import type { LedgerEvent } from '../../execution/ledger.ts';
import type { OrderUpdated } from '../../execution/order-manager.ts';
import type { QuoteLost, QuoteUpdated } from '../../market/quote.ts';
import type { TradePrinted } from '../../market/trade.ts';
import { BreakerBoard, type BreakerRow } from '../breakers/board.ts';
import type { BreakerEvent } from '../breakers/events.ts';
import { LimitBook } from '../breakers/limit-book.ts';
import type { BreakerSettings } from '../breakers/settings.ts';
import { MarketDay, type MarketDayOpened } from '../budgets/market-day.ts';
import type { Verdict } from '../controls/control.ts';
import { drawdown } from '../controls/money.ts';
import { valueAtRisk } from '../controls/portfolio.ts';
import { eventLoop } from '../controls/process.ts';
import { CovarianceSource } from '../covariance/covariance-source.ts';
import type { Rung } from '../ladders/de-risking.ts';
import type { DrawdownState } from '../ladders/drawdown.ts';
import type { RungChanged } from '../ladders/rung-changed.ts';
import { type PortfolioSummary, PortfolioWatch } from '../portfolio/portfolio-watch.ts';
import { defaultPortfolioSettings, type PortfolioSettings } from '../portfolio/settings.ts';
import type { PreTradeCheck } from '../pre-trade.ts';
import type { RiskState } from '../risk-desk.ts';
import type { BookTold } from '../sizing/sizing-desk.ts';
import type { VolatilityBoard } from '../volatility/live/board.ts';
import { DivergenceWatch } from './divergence-watch.ts';
import { MarketWatch } from './market-watch.ts';
import { MoneyWatch } from './money-watch.ts';
import { OrderControls } from './order-controls.ts';
import { OrderWatch } from './order-watch.ts';
import { equityOf, type Funds, type FundsTold } from './valuation.ts';
import { type VenueNews, VenueWatch } from './venue-watch.ts';
import { DESK_SCOPE, type WatchPort } from './watch-port.ts';

/** What the controls are told, beside the quotes and orders that all of risk hears. */
export type WatchMessage =
  | VenueNews
  | FundsTold
  | TradePrinted
  | { readonly kind: 'adopt-breakers'; readonly settings: BreakerSettings }
  | { readonly kind: 'adopt-portfolio'; readonly settings: PortfolioSettings }
  /** Time to look. */
  | { readonly kind: 'watch' };

/** What the process measures of itself since it was last asked. */
export interface LoopFigures {
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Of the heap limit. */
  readonly heapFraction: number;
}

/** What a desk has for its controls, whatever its risk actor is doing. */
export interface RiskSafety {
  /** Names by the index that the gate knows. */
  readonly venues: readonly string[];
  readonly kernel: SafetyKernel;
  readonly settings: () => BreakerSettings;
  /** Section `portfolio`; its defaults unless told. */
  readonly portfolio?: () => PortfolioSettings;
  /** Label of the strategy that trades a market; absent where budgets name none. */
  readonly strategyOf?: (instrument: number) => string | null;
  readonly warned: (control: string, scope: string, verdict: Verdict) => void;
  /** Null where delays mean nothing: under a virtual clock. */
  readonly loop: (() => LoopFigures) | null;
  /** Absent or null where no volatility is followed. */
  readonly volatility?: VolatilityBoard | null;
}

export interface RiskWatchOptions extends RiskSafety {
  readonly instruments: readonly Instrument[];
  /** The check that everything of here is measured from, and that the controls are put in. */
  readonly check: PreTradeCheck;
  readonly state: RiskState;
  readonly record: (event: BreakerEvent | RungChanged | MarketDayOpened) => void;
}

const SAMPLE_MS = 1_000;

/** What the controls stand at, for people and metrics. */
export interface WatchSummary {
  readonly breakers: readonly BreakerRow[];
  readonly equity: number | null;
  readonly peak: number | null;
  /** How far below its peak the desk is, and what follows from it (C21). */
  readonly drawdown: DrawdownState;
  readonly regimes: readonly string[];
  readonly portfolio: PortfolioSummary;
  /** Controls that nobody can measure now, and why. */
  readonly blind: readonly string[];
  /** Numbers in force in a calm market, by control. */
  readonly limits: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Everything that measures, and the breakers that what it finds opens. */
export class RiskWatch {
  readonly #options: RiskWatchOptions;
  readonly #board: BreakerBoard;
  readonly #markets: readonly MarketWatch[];
  readonly #divergence: DivergenceWatch;
  readonly #money: MoneyWatch;
  readonly #orders: OrderWatch;
  readonly #venues: VenueWatch;
  readonly #controls: OrderControls;
  readonly #portfolio: PortfolioWatch;
  readonly #source: CovarianceSource;
  #settings: BreakerSettings;
  #book: LimitBook;
  #sampledMs = Number.NEGATIVE_INFINITY;
  readonly #day: MarketDay;
  #equity = Number.NaN;
  #equityMs: number;
  #nowMs: number;

  constructor(options: RiskWatchOptions, nowMs: number) {
    const { instruments, venues, kernel, check, record, warned } = options;
    this.#options = options;
    const settings = options.settings();
    this.#settings = settings;
    this.#nowMs = nowMs;
    this.#equityMs = nowMs;
    this.#book = new LimitBook(settings);
    const limits = (): LimitBook => this.#book;
    const places = instruments.map(({ venue, symbol }) => ({
      venue: venues.indexOf(venue),
      symbol,
    }));
    const shared = { kernel, instruments: places, venues: venues.length, limits, record, warned };
    const board = new BreakerBoard(shared, settings, nowMs);
    this.#board = board;
    const port: WatchPort = {
      limits,
      report: (control, scope, verdict, atMs, regime) =>
        board.report(control, scope, verdict, atMs, regime),
      stands: ({ id }, scope) => board.stateOf(id, scope) !== 'closed',
    };
    const midTicks = (instrument: number): number => check.midTicks(instrument);
    const markets = instruments.map(({ index }) => new MarketWatch(port, index));
    this.#markets = markets;
    this.#divergence = new DivergenceWatch(port, instruments, (index) => {
      const market = markets[index] as MarketWatch;
      const nowMs = this.#nowMs;
      return { midTicks: market.midTicks, heardMs: nowMs - market.ageMs(nowMs) };
    });
    const { peak, openOrders, rungs } = options.state;
    const highest = peak === undefined ? Number.NEGATIVE_INFINITY : Number(peak) / 1e8;
    const rungOf = ({ id }: { readonly id: string }): Rung => rungs?.get(id) ?? 'none';
    const money = { peak: highest, rung: rungOf(drawdown) };
    this.#money = new MoneyWatch(port, money, {
      peaked(profit) {
        record({ kind: 'profit-peaked', profit: amountOf(BigInt(Math.round(profit * 1e8))) });
      },
      rung: record,
    });
    this.#orders = new OrderWatch(port, instruments, venues, midTicks);
    for (const each of openOrders) this.#orders.restore(each, nowMs);
    this.#venues = new VenueWatch(port, venues.length, (venue, asset, units) =>
      this.#sizeOf(venue, asset, units),
    );
    const source = new CovarianceSource(instruments.length, options.volatility ?? null);
    this.#source = source;
    this.#day = this.#dayOf(options.state);
    this.#portfolio = new PortfolioWatch(
      {
        ...{ port, instruments, check, source, day: this.#day },
        settings: options.portfolio?.() ?? defaultPortfolioSettings(),
        strategyOf: options.strategyOf ?? (() => null),
        rung: rungOf(valueAtRisk),
        journal: record,
      },
      nowMs,
    );
    const takersOff = venues.map((_, venue) => ({ kind: 'venue', venue }) as const);
    this.#controls = new OrderControls({
      port,
      instruments,
      venues,
      regimeOf: (instrument) => (markets[instrument] as MarketWatch).regime,
      meanTicks: (instrument) => (markets[instrument] as MarketWatch).meanTicks,
      grossWithout: (instrument) => this.#grossWithout(instrument),
      portfolio: this.#portfolio.gate,
      isTakingOff: (venue) => board.isOpen('C31', takersOff[venue] as (typeof takersOff)[number]),
    });
    check.controls = this.#controls;
  }

  on(message: WatchMessage, nowMs: number): void {
    if (message.kind === 'watch') this.#tick(nowMs);
    else if (message.kind === 'trade-printed') this.#onTrade(message);
    else if (message.kind === 'funds-told') this.#onFunds(message.funds, nowMs);
    else if (message.kind === 'adopt-breakers') this.#adopt(message.settings);
    else if (message.kind === 'adopt-portfolio') this.#portfolio.adopt(message.settings);
    else this.#venues.onNews(message, nowMs);
  }

  /** A day begins, on which everybody may lose as much again. */
  openDay(day: number): void {
    this.#options.record(this.#day.open(day));
  }

  /** Goes on with the markets of the day that risk goes on with, or begins them now. */
  #dayOf({ day, marketDay }: RiskState): MarketDay {
    const { instruments, check, record } = this.#options;
    const isSame = day !== null && marketDay?.day === day.day;
    const opened = new MarketDay(instruments, check.profit, isSame ? marketDay : null);
    if (day !== null && !isSame) record(opened.open(day.day));
    return opened;
  }

  #adopt(settings: BreakerSettings): void {
    this.#settings = settings;
    this.#book = new LimitBook(settings);
    this.#board.adopt(settings);
  }

  onQuote({ instrument, bidTicks, bidLots, askTicks, askLots, receivedNs }: QuoteUpdated): void {
    const market = this.#markets[instrument] as MarketWatch;
    market.onQuote(bidTicks, bidLots, askTicks, askLots, receivedNs / 1e6);
  }

  #onTrade({ instrument, lots, takerSide, receivedNs }: TradePrinted): void {
    const market = this.#markets[instrument] as MarketWatch;
    market.onTrade(lots, takerSide === 'buy', receivedNs / 1e6);
  }

  onQuoteLost({ instrument, reason }: QuoteLost, nowMs: number): void {
    (this.#markets[instrument] as MarketWatch).onQuoteLost(reason, nowMs);
  }

  onOrder(update: OrderUpdated, nowMs: number): void {
    this.#controls.onOrder(update);
    this.#orders.onOrder(update, nowMs);
  }

  onDropped(clientId: string): void {
    this.#controls.onDropped(clientId);
  }

  /** A fill of an order that is not ours. */
  onLedgerEvent({ kind, venue }: LedgerEvent, nowMs: number): void {
    if (kind !== 'external-filled') return;
    this.#orders.onForeignFill(this.#options.venues.indexOf(venue), nowMs);
  }

  #onFunds(funds: Funds, nowMs: number): void {
    const { instruments, venues, check } = this.#options;
    // A crash leaves books with one side: the last price that there was is wrong by little, and
    // without one the controls of money would not see what they are for.
    const worth = equityOf(funds, instruments, venues, (index) => check.lastMidTicks(index));
    // An account in which nothing was ever booked holds nothing, and must not hide the others.
    const booked = worth.filter((_, at) => (funds.get(venues[at] as string)?.size ?? 0) > 0);
    this.#equity = booked.length === 0 ? Number.NaN : booked.reduce((sum, each) => sum + each, 0);
    this.#equityMs = nowMs;
    this.#controls.equity = this.#equity;
    check.setEquity(this.#equity);
    this.#controls.venueEquity.set(worth);
  }

  /** Several times a second. */
  #tick(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const market of this.#markets) market.tick(nowMs);
    this.#divergence.tick(nowMs);
    this.#orders.tick(nowMs);
    this.#venues.tick(nowMs);
    if (nowMs - this.#sampledMs >= SAMPLE_MS) this.#sample(nowMs);
    this.#board.tick(nowMs);
  }

  /** What sizes are worked out from: a copy, for who works at another time. */
  book(atNs: number): BookTold {
    const { instruments, check } = this.#options;
    const { daily, tail } = this.#source;
    return {
      kind: 'book-told',
      atNs,
      equity: this.#equity,
      covariance: { ...daily, cells: daily.cells.slice() },
      tail,
      markets: instruments.map(({ index }) => {
        const { regime, tradedLots } = this.#markets[index] as MarketWatch;
        return {
          midTicks: check.lastMidTicks(index),
          profit: check.profit.of(index),
          positionLots: check.exposure(index).position,
          tradedLots,
          regime,
        };
      }),
    };
  }

  summary(): WatchSummary {
    const { peak, drawdown } = this.#money;
    return {
      limits: this.#book.all(),
      breakers: this.#board.rows(this.#nowMs),
      equity: Number.isNaN(this.#equity) ? null : this.#equity,
      peak: Number.isFinite(peak) ? peak : null,
      drawdown,
      portfolio: this.#portfolio.summary(),
      regimes: this.#markets.map(({ regime }) => regime),
      blind: [
        ...(this.#money.isBlind ? ['C01 C03 C04 C20 C21 C22 C23: no valuation is known'] : []),
        ...(this.#options.loop === null ? ['C32: not measured under a virtual clock'] : []),
      ],
    };
  }

  #sample(nowMs: number): void {
    this.#sampledMs = nowMs;
    const { profit } = this.#options.check;
    for (const market of this.#markets) market.sample(nowMs, this.#settings);
    this.#orders.sample(nowMs);
    const money = { profit: profit.total(), lossToday: profit.lossToday(), equity: this.#equity };
    this.#money.sample(money, nowMs);
    this.#portfolio.sample(this.#equity, this.#equityMs, nowMs);
    const figures = this.#options.loop?.() ?? null;
    if (figures === null) return;
    const found = eventLoop.check(figures, this.#book.of(eventLoop));
    this.#board.report(eventLoop, DESK_SCOPE, found, nowMs);
  }

  #grossWithout(instrument: number): number {
    const { instruments, check } = this.#options;
    const { venue } = instruments[instrument] as Instrument;
    let gross = 0;
    for (const other of instruments) {
      if (other.index === instrument || other.venue !== venue) continue;
      const { worstLots } = check.exposure(other.index);
      gross += notionalAt(other, check.midTicks(other.index), worstLots);
    }
    return gross;
  }

  /** What a difference of balances comes to, in lots of the asset's market and of the equity. */
  #sizeOf(venue: number, asset: string, units: number): { lots: number; equityFraction: number } {
    const { instruments, venues, check } = this.#options;
    const listed = instruments.filter((each) => each.venue === venues[venue]);
    const market = listed.find(({ base }) => base === asset);
    const amount = Math.abs(units) / 1e8;
    if (market === undefined) return { lots: 0, equityFraction: amount / this.#equity };
    const lots = Math.abs(units) / Number(baseAmount(market, ONE_LOT));
    const worth = notionalAt(market, check.midTicks(market.index), lots);
    return { lots, equityFraction: worth / this.#equity };
  }
}

const ONE_LOT: Lots = lotsOf(1);
