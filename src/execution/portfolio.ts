import { baseAmount, type Instrument, quoteAmount } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import { err, ok } from '../core/result.ts';
import { type Amount, type Lots, NO_AMOUNT, type Ticks } from '../core/units.ts';
import {
  type BalanceDifference,
  type Balances,
  balanceDifferences,
  feeInQuote,
  type LedgerEvent,
  type Posting,
  post,
  postingsOf,
} from './ledger.ts';
import type { Fill, Side } from './order.ts';
import { applyFill, FLAT, type Position, unrealised } from './positions.ts';

/** Profit and loss in 10^-8 of quote; `net` is realised + unrealised − fees. */
export interface ProfitAndLoss {
  readonly realised: Amount;
  readonly unrealised: Amount;
  readonly fees: Amount;
  readonly net: Amount;
}

/** Where positions and balances stood when the journal was last read. */
export interface PortfolioState {
  /** By index of the instrument; absent is flat. */
  readonly positions: ReadonlyMap<number, Position>;
  /** By venue; a venue that is absent has never been booked on. */
  readonly balances: ReadonlyMap<string, Balances>;
}

/**
 * Positions by instrument and balances by venue, exact. Events have been deduplicated and
 * journaled before they come here.
 */
export class Portfolio {
  readonly #instruments: readonly Instrument[];
  readonly #positions: Position[];
  readonly #balances: Map<string, Balances>;
  /** Fees in assets that are neither base nor quote of the trade. */
  readonly #otherFees = new Map<string, Amount>();

  constructor(instruments: readonly Instrument[], state: PortfolioState) {
    this.#instruments = instruments;
    this.#positions = instruments.map(({ index }) => state.positions.get(index) ?? FLAT);
    this.#balances = new Map(state.balances);
  }

  position(instrument: number): Position {
    return this.#positions[instrument] ?? FLAT;
  }

  balances(venue: string): Balances {
    return this.#balances.get(venue) ?? new Map();
  }

  /** Nothing has ever been booked on the venue: what is there now is the opening balance. */
  isPristine(venue: string): boolean {
    return !this.#balances.has(venue);
  }

  /** Fees that were taken in a third asset, by asset. */
  get otherFees(): ReadonlyMap<string, Amount> {
    return this.#otherFees;
  }

  /** Books a fill of one of our orders. */
  onFill(instrumentIndex: number, side: Side, fill: Fill): void {
    const instrument = this.#instruments[instrumentIndex] as Instrument;
    const fee = feeInQuote(instrument, fill);
    if (fee === null) {
      const before = this.#otherFees.get(fill.feeAsset) ?? NO_AMOUNT;
      this.#otherFees.set(fill.feeAsset, (before + fill.fee) as Amount);
    }
    const { lots, quote } = fill;
    const booked = { side, lots, quote, fee: fee ?? NO_AMOUNT };
    this.#positions[instrumentIndex] = applyFill(this.position(instrumentIndex), booked);
    const moved = baseAmount(instrument, lots);
    this.#post(instrument.venue, postingsOf({ ...instrument, side }, moved, fill));
  }

  /** @returns the index of the instrument whose position changed, or null */
  onLedgerEvent(event: LedgerEvent): number | null {
    if (event.kind === 'transferred') {
      this.#post(event.venue, [{ asset: event.asset, amount: event.amount }]);
      return null;
    }
    const instrument = this.#instruments.find(
      ({ venue, symbol }) => venue === event.venue && symbol === event.symbol,
    );
    if (instrument === undefined) return null;
    this.onFill(instrument.index, event.side, event.fill);
    return instrument.index;
  }

  /** Every asset in which the venue's balances differ from ours. */
  compare(venue: string, venues: Balances): BalanceDifference[] {
    return balanceDifferences(this.balances(venue), venues);
  }

  /**
   * Exact profit and loss at the given best prices.
   *
   * @param touch best bid and ask in whole ticks of an instrument, or null when there is no market
   * @returns the symbol that has a position and no market, when there is one
   */
  profitAndLoss(
    touch: (instrument: number) => { bid: Ticks; ask: Ticks } | null,
  ): Result<ProfitAndLoss, string> {
    let realised = 0n;
    let open = 0n;
    let fees = 0n;
    for (const instrument of this.#instruments) {
      const position = this.position(instrument.index);
      realised += position.realised;
      fees += position.fees;
      if (position.lots === 0) continue;
      const market = touch(instrument.index);
      if (market === null) return err(instrument.symbol);
      const lots = Math.abs(position.lots) as Lots;
      const atBid = quoteAmount(instrument, market.bid, lots);
      const atAsk = quoteAmount(instrument, market.ask, lots);
      open += unrealised(position, ((atBid + atAsk) / 2n) as Amount);
    }
    return ok({
      realised: realised as Amount,
      unrealised: open as Amount,
      fees: fees as Amount,
      net: (realised + open - fees) as Amount,
    });
  }

  #post(venue: string, postings: readonly Posting[]): void {
    this.#balances.set(venue, post(this.balances(venue), postings));
  }
}
