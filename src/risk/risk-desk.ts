import type { Instrument } from '../core/instrument.ts';
import { notionalAt } from '../core/instrument.ts';
import { type Amount, amountOf, NO_AMOUNT } from '../core/units.ts';
import { worstTicks } from '../execution/amend/amendment.ts';
import type { Situation } from '../execution/flatten/flattening.ts';
import type { LedgerEvent } from '../execution/ledger.ts';
import { feeInQuote } from '../execution/ledger.ts';
import {
  type Fill,
  type OrderIntent,
  type OrderRecord,
  openLots,
  type Side,
} from '../execution/order.ts';
import type { OrderUpdated } from '../execution/order-manager.ts';
import { applyFill, FLAT, type Position } from '../execution/positions.ts';
import type { BreakerEvent } from './breakers/events.ts';
import type { MarketDayOpened } from './budgets/market-day.ts';
import type { Rung } from './ladders/de-risking.ts';
import type { RungChanged } from './ladders/rung-changed.ts';
import type { RiskLimits } from './limits.ts';
import { PreTradeCheck } from './pre-trade.ts';

export type DroppedKind = 'order-dropped' | 'amend-dropped';

/** The start of a day, so that a restart forgives no loss. Journaled when it opens. */
export interface RiskDayOpened {
  readonly kind: 'risk-day-opened';
  /** Days since the Unix epoch, UTC. */
  readonly day: number;
  /** Profit since the desk began, in 10^-8 of quote, when the day began. */
  readonly profit: Amount;
}

/** What risk writes down. */
export type RiskEvent = RiskDayOpened | MarketDayOpened | BreakerEvent | RungChanged;

/** What a new risk desk takes over from the journal. */
export interface RiskState {
  readonly positions: ReadonlyMap<number, Position>;
  readonly openOrders: readonly OrderRecord[];
  readonly day: RiskDayOpened | null;
  /** Highest profit since the desk began, in 10^-8 of quote; absent while none was journaled. */
  readonly peak?: Amount;
  /** What each market had made when its day began; absent while none was journaled. */
  readonly marketDay?: MarketDayOpened;
  /** Where each control stood on the ladder of de-risking; one that is not here stood nowhere. */
  readonly rungs?: ReadonlyMap<string, Rung>;
}

/**
 * Keeps the pre-trade check fed: positions from fills, exposure from order updates, profit from
 * marks. Its estimates are its own, independent of the portfolio's ledger.
 */
export class RiskDesk {
  readonly check: PreTradeCheck;
  readonly #instruments: readonly Instrument[];
  readonly #positions: Position[];

  constructor(
    instruments: readonly Instrument[],
    limits: RiskLimits,
    state: RiskState,
    nowNs: number,
  ) {
    this.#instruments = instruments;
    this.#positions = instruments.map(({ index }) => state.positions.get(index) ?? FLAT);
    this.check = new PreTradeCheck(instruments, limits, nowNs);
    for (const { index } of instruments) this.#took(index);
    for (const record of state.openOrders) this.#expose(record);
    if (state.day !== null)
      this.check.profit.restoreDay(state.day.day, Number(state.day.profit) / 1e8);
  }

  onQuote(instrument: number, bidTicks: number, askTicks: number, receivedNs: number): void {
    this.check.onQuote(instrument, bidTicks, askTicks, receivedNs);
    this.#mark(instrument);
  }

  onOrder({ record, event }: OrderUpdated): void {
    if (event.kind === 'order-filled') {
      this.#fill(record.order.instrument, record.order.side, event.fill);
    }
    this.#expose(record);
    if (event.kind === 'amend-submitted') this.#release(record.order);
  }

  /** An approved order, or an approved amendment of one, never left. */
  onDropped({ kind, order }: { readonly kind: DroppedKind; readonly order: OrderIntent }): void {
    if (kind === 'amend-dropped') this.#release(order);
    else this.check.exposure(order.instrument).setOpen(order, 0);
  }

  /** Orders that are not ours move our position as well. */
  onLedgerEvent(event: LedgerEvent): void {
    if (event.kind !== 'external-filled') return;
    const instrument = this.#instruments.find(
      ({ venue, symbol }) => venue === event.venue && symbol === event.symbol,
    );
    if (instrument !== undefined) this.#fill(instrument.index, event.side, event.fill);
  }

  /** @returns the event to journal when a new day has begun */
  roll(nowMs: number): RiskDayOpened | null {
    const opened = this.check.profit.roll(nowMs);
    if (opened === null) return null;
    const profit = amountOf(BigInt(Math.round(opened.atDayStart * 1e8)));
    return { kind: 'risk-day-opened', day: opened.day, profit };
  }

  /** What there is to flatten, and within which limits. */
  situation(): Situation {
    const { maxOrderNotional: sliceNotional, priceBandBps, staleBookMs } = this.check.limits;
    return {
      terms: { sliceNotional, bandBps: priceBandBps, staleMs: staleBookMs },
      exposed: this.#instruments.map(({ index }) => {
        const { position, buyLots, sellLots } = this.check.exposure(index);
        return { position, openLots: buyLots + sellLots, ...this.check.quote(index) };
      }),
    };
  }

  /** What an inspector sees of it. */
  summary() {
    return {
      lossToday: this.check.profit.lossToday(),
      touches: this.#instruments.map(({ index }) => this.check.touch(index)),
      exposures: this.#instruments.map(({ index, symbol }) => {
        const { position, buyLots, sellLots, openOrders } = this.check.exposure(index);
        return { symbol, position, buyLots, sellLots, openOrders };
      }),
    };
  }

  /** What was reserved for an amendment is in the record by now, or is not needed. */
  #release({ instrument, clientId }: OrderIntent): void {
    this.check.exposure(instrument).releaseAmendment(clientId);
  }

  #fill(index: number, side: Side, fill: Fill): void {
    const instrument = this.#instruments[index] as Instrument;
    const { lots, quote } = fill;
    const fee = feeInQuote(instrument, fill) ?? NO_AMOUNT;
    this.#positions[index] = applyFill(this.#positions[index] as Position, {
      side,
      lots,
      quote,
      fee,
    });
    this.#took(index);
  }

  #took(index: number): void {
    const { lots, realised, fees } = this.#positions[index] as Position;
    this.check.exposure(index).position = lots;
    this.check.profit.setBooked(index, Number(realised - fees) / 1e8);
    this.#mark(index);
  }

  /** The open lots at the mid, against what they cost. */
  #mark(index: number): void {
    const { lots, cost } = this.#positions[index] as Position;
    const mid = this.check.midTicks(index);
    if (lots === 0) {
      this.check.profit.setUnrealised(index, 0);
    } else if (mid > 0) {
      const paid = (Math.sign(lots) * Number(cost)) / 1e8;
      const worth = notionalAt(this.#instruments[index] as Instrument, mid, lots);
      this.check.profit.setUnrealised(index, worth - paid);
    }
  }

  #expose(record: OrderRecord): void {
    const { order, isWaiting } = record;
    const exposure = this.check.exposure(order.instrument);
    exposure.setOpen(order, openLots(record), worstTicks(record), isWaiting);
  }
}
