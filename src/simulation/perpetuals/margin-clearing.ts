import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { type Amount, amountOf, NO_AMOUNT } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { applyFill, FLAT, type Position } from '../../execution/positions.ts';
import { opposite } from '../book/order-book.ts';
import { add, Clearing, freeBalance, type Retention } from '../exchange/clearing.ts';
import type { StateRecord, TradeParty } from '../exchange/records.ts';

type RecordOf<Kind extends StateRecord['kind']> = Extract<StateRecord, { kind: Kind }>;
type Traded = Parameters<Clearing['realisedBy']>[1];

/** Leverage of a symbol that nobody has set. */
export const LEVERAGE_DEFAULT = 20;

/** Funding that one position paid (below 0) or received. */
export interface FundingIncome {
  readonly number: number;
  readonly symbol: string;
  readonly asset: string;
  readonly amount: Amount;
  readonly venueMs: number;
}

/** Payments of an account that are kept for queries. */
const INCOMES_KEPT = 1_000;

/**
 * Accounts that hold positions on margin: a trade moves profit, loss and fees, and the base never
 * changes hands. Of every asset the wallets, the crowd, fees, funding and insurance come to what
 * was transferred in plus what open positions cost, whatever the sequence, to the last unit.
 */
export class MarginClearing extends Clearing {
  /** What the venue has paid for accounts that lost more than they had, by asset. */
  readonly insurance = new Map<string, Amount>();
  readonly #instruments: (symbol: string) => Instrument;
  /** By account and symbol; the crowd is ''. */
  readonly #positions = new Map<string, Map<string, Position>>();
  readonly #leverages = new Map<string, number>();
  readonly #incomes = new Map<string, FundingIncome[]>();
  #incomeCount = 0;
  /** Counts the trades of accounts. */
  trades = 0;

  constructor(instrumentOf: (symbol: string) => Instrument, retention: Retention) {
    super(instrumentOf, retention);
    this.#instruments = instrumentOf;
  }

  /** Open positions of an account by symbol; of the crowd for null. */
  positions(account: string | null): ReadonlyMap<string, Position> {
    return this.#positions.get(account ?? CROWD) ?? NONE;
  }

  position(account: string | null, symbol: string): Position {
    return this.positions(account).get(symbol) ?? FLAT;
  }

  leverage(account: string, symbol: string): number {
    return this.#leverages.get(`${account} ${symbol}`) ?? LEVERAGE_DEFAULT;
  }

  /** Oldest first. */
  incomes(account: string): readonly FundingIncome[] {
    return this.#incomes.get(account) ?? [];
  }

  override realisedBy(account: string, traded: Traded): Amount {
    const { symbol, side, lots, quote, isWithItself } = traded;
    const booked = this.position(account, symbol);
    const otherSide = { side: opposite(side), lots, quote, fee: NO_AMOUNT };
    const before = isWithItself ? applyFill(booked, otherSide) : booked;
    const after = applyFill(before, { side, lots, quote, fee: NO_AMOUNT });
    return amountOf(after.realised - before.realised);
  }

  override apply(record: StateRecord): void {
    switch (record.kind) {
      case 'funded':
        this.#fund(record);
        return;
      case 'leverage-set':
        this.#leverages.set(`${record.account} ${record.symbol}`, record.leverage);
        return;
      case 'position-kept':
        this.#keep(record.account, record.symbol, record.position);
        return;
      case 'insurance-kept':
        this.insurance.set(record.asset, record.spent);
        return;
      default:
        super.apply(record);
    }
  }

  override *moreState(): Iterable<StateRecord> {
    for (const [account, positions] of this.#positions) {
      for (const [symbol, position] of positions) {
        const holder = account === CROWD ? null : account;
        yield { kind: 'position-kept', account: holder, symbol, position };
      }
    }
    for (const [key, leverage] of this.#leverages) {
      const cut = key.lastIndexOf(' ');
      const [account, symbol] = [key.slice(0, cut), key.slice(cut + 1)];
      yield { kind: 'leverage-set', account, symbol, leverage };
    }
    for (const [asset, spent] of this.insurance) yield { kind: 'insurance-kept', asset, spent };
  }

  protected override settle(
    record: RecordOf<'traded'>,
    party: TradeParty | null,
    side: Side,
    isMaker: boolean,
  ): void {
    const { symbol, lots, quote } = record;
    const { quote: asset } = this.#instruments(symbol);
    const before = this.position(party?.account ?? null, symbol);
    const after = applyFill(before, { side, lots, quote, fee: NO_AMOUNT });
    const realised = amountOf(after.realised - before.realised);
    this.#keep(party?.account ?? null, symbol, after);
    if (party === null) {
      add(this.crowd, asset, realised);
      return;
    }
    assert(party.realised === realised, 'what a trade wins is known before it is booked');
    this.trades += 1;
    add(this.fees, party.feeAsset, party.fee);
    this.#pay(party.account, asset, amountOf(realised - party.fee));
    this.fillOrder(record, party, side, isMaker, NO_AMOUNT);
  }

  #fund({ account, symbol, amount, venueMs }: RecordOf<'funded'>): void {
    const { quote: asset } = this.#instruments(symbol);
    if (account === null) {
      add(this.crowd, asset, amount);
      return;
    }
    this.#pay(account, asset, amount);
    this.#incomeCount += 1;
    const incomes = this.#incomes.get(account) ?? [];
    incomes.push({ number: this.#incomeCount, symbol, asset, amount, venueMs });
    if (incomes.length > INCOMES_KEPT) incomes.shift();
    this.#incomes.set(account, incomes);
  }

  /** A wallet never falls below 0: what is missing is the insurance fund's loss. */
  #pay(name: string, asset: string, amount: Amount): void {
    const account = this.account(name);
    const missing = -(freeBalance(account, asset) + amount);
    const cover = missing > 0n ? missing : 0n;
    if (cover > 0n) add(this.insurance, asset, amountOf(cover));
    this.credit(account, asset, amountOf(amount + cover));
  }

  #keep(account: string | null, symbol: string, position: Position): void {
    const name = account ?? CROWD;
    const positions = this.#positions.get(name) ?? new Map<string, Position>();
    positions.set(symbol, position);
    this.#positions.set(name, positions);
  }
}

const CROWD = '';
const NONE: ReadonlyMap<string, Position> = new Map();
