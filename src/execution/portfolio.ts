import { baseAmount, type Instrument, quoteAmount } from '../core/instrument.ts';
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

/** Best bid and ask of an instrument in whole ticks; null when there is no market. */
export type Touch = { readonly bid: Ticks; readonly ask: Ticks } | null;

/** One instrument's part of the portfolio. */
export interface Holding {
  readonly instrument: number;
  readonly position: Position;
  /** What the open lots would win; null when they have no market. */
  readonly unrealised: Amount | null;
}

export interface PortfolioReport {
  readonly holdings: readonly Holding[];
  /** Null while a position has no market. */
  readonly profit: ProfitAndLoss | null;
  readonly fees: Amount;
  /** Fees that were taken in a third asset, by asset. */
  readonly otherFees: ReadonlyMap<string, Amount>;
  readonly balances: ReadonlyMap<string, Balances>;
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
  readonly #margined: ReadonlySet<string>;
  readonly #positions: Position[];
  readonly #balances: Map<string, Balances>;
  /** Fees in assets that are neither base nor quote of the trade. */
  readonly #otherFees = new Map<string, Amount>();

  /** @param margined venues where an account holds positions, and no base changes hands */
  constructor(
    instruments: readonly Instrument[],
    state: PortfolioState,
    margined: ReadonlySet<string> = new Set(),
  ) {
    this.#instruments = instruments;
    this.#margined = margined;
    this.#positions = instruments.map(({ index }) => state.positions.get(index) ?? FLAT);
    this.#balances = new Map(state.balances);
  }

  position(instrument: number): Position {
    return this.#positions[instrument] ?? FLAT;
  }

  balances(venue: string): Balances {
    return this.#balances.get(venue) ?? new Map();
  }

  /**
   * What all accounts hold now, by venue, so that quote and the worth of all base is what they are
   * worth. A position on margin counts as if its quote had changed hands: then base and quote come
   * to the wallet and what the position has won. One that is not from fills that we know counts
   * for nothing, since nobody here knows what it cost.
   */
  get funds(): ReadonlyMap<string, Balances> {
    return new Map(
      [...this.#balances].map(([venue, balances]) => [
        venue,
        this.#margined.has(venue) ? this.#onMargin(venue, balances) : balances,
      ]),
    );
  }

  #onMargin(venue: string, wallet: Balances): Balances {
    const funds = new Map(wallet);
    const listed = this.#instruments.filter((instrument) => instrument.venue === venue);
    for (const { base } of listed) funds.set(base, NO_AMOUNT);
    for (const instrument of listed) {
      const { base, quote } = instrument;
      const { lots, cost } = this.position(instrument.index);
      const held = baseAmount(instrument, lots);
      const paid = lots > 0 ? cost : -cost;
      funds.set(base, ((funds.get(base) as Amount) + held) as Amount);
      funds.set(quote, ((funds.get(quote) ?? NO_AMOUNT) - paid) as Amount);
    }
    return funds;
  }

  /** Nothing has ever been booked on the venue: what is there now is the opening balance. */
  isPristine(venue: string): boolean {
    return !this.#balances.has(venue);
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

  /** Everything at the given best prices, exact. */
  report(touchOf: (instrument: number) => Touch): PortfolioReport {
    const holdings = this.#instruments.map(({ index }) => this.#holding(index, touchOf(index)));
    let realised = 0n;
    let open: bigint | null = 0n;
    let fees = 0n;
    for (const holding of holdings) {
      realised += holding.position.realised;
      fees += holding.position.fees;
      const { unrealised: part } = holding;
      open = open === null || part === null ? null : open + part;
    }
    return {
      holdings,
      profit:
        open === null
          ? null
          : {
              realised: realised as Amount,
              unrealised: open as Amount,
              fees: fees as Amount,
              net: (realised + open - fees) as Amount,
            },
      fees: fees as Amount,
      otherFees: new Map(this.#otherFees),
      balances: new Map(this.#balances),
    };
  }

  #holding(index: number, touch: Touch): Holding {
    const instrument = this.#instruments[index] as Instrument;
    const position = this.position(index);
    if (position.lots === 0) return { instrument: index, position, unrealised: NO_AMOUNT };
    if (touch === null) return { instrument: index, position, unrealised: null };
    const lots = Math.abs(position.lots) as Lots;
    const atBid = quoteAmount(instrument, touch.bid, lots);
    const atAsk = quoteAmount(instrument, touch.ask, lots);
    const worth = ((atBid + atAsk) / 2n) as Amount;
    return { instrument: index, position, unrealised: unrealised(position, worth) };
  }

  #post(venue: string, postings: readonly Posting[]): void {
    this.#balances.set(venue, post(this.balances(venue), postings));
  }
}
