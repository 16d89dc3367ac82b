import { parseBigDecimal } from '../../core/decimal.ts';
import { amountText } from '../../core/instrument.ts';
import { AMOUNT_DECIMALS, amountOf } from '../../core/units.ts';
import type { ReferenceBalances } from './reference-data.ts';

/** What one party says of an account at a venue, and of the markets that are traded there. */
export interface AccountLook {
  /** By our own name of each market. */
  readonly grids: ReadonlyMap<string, Grid>;
  /** In 10^-8 by asset, without those that are 0; null where it is not compared. */
  readonly balances: ReadonlyMap<string, bigint> | null;
  /** The venue's ids of the orders that are open. */
  readonly openOrders: ReadonlySet<string>;
}

/** Steps of price and quantity. */
export interface Grid {
  readonly tick: number;
  readonly lot: number;
}

/** Decimals that only one of the two parties keeps are worth this at most. */
const ROUNDING = 1n;

/**
 * Holds what ccxt was told of an account against our books. The two are never asked at one moment,
 * so what differs counts when the next look finds the very same: fills in between move both, and
 * an order seldom stands on one side for so long.
 */
export class CrossCheck {
  #before: ReadonlySet<string> = new Set();
  #standing: ReadonlySet<string> = new Set();

  /** @returns differences that stand and were not told before, in words */
  look(told: AccountLook, booked: AccountLook): readonly string[] {
    const found = new Set([
      ...balanceDifferences(told.balances, booked.balances),
      ...orderDifferences(told.openOrders, booked.openOrders),
      ...gridDifferences(told.grids, booked.grids),
    ]);
    const standing = new Set([...found].filter((each) => this.#before.has(each)));
    const news = [...standing].filter((each) => !this.#standing.has(each));
    this.#before = found;
    this.#standing = standing;
    return news;
  }

  /** Whether the last look found anything that has to be looked at once more. */
  get isInDoubt(): boolean {
    return [...this.#before].some((each) => !this.#standing.has(each));
  }

  /** What stands now. */
  get standing(): readonly string[] {
    return [...this.#standing];
  }
}

/** Amounts of what ccxt tells, cut to our decimals; null when one of them is no decimal. */
export function amountsIn(told: ReferenceBalances): ReadonlyMap<string, bigint> | null {
  const amounts = new Map<string, bigint>();
  for (const [asset, text] of Object.entries(told)) {
    const [whole = '', fraction = ''] = text.split('.');
    const cut = `${whole}.${fraction.slice(0, AMOUNT_DECIMALS).padEnd(1, '0')}`;
    const amount = parseBigDecimal(cut, AMOUNT_DECIMALS);
    if (amount === null) return null;
    if (amount !== 0n) amounts.set(asset, amount);
  }
  return amounts;
}

function balanceDifferences(
  told: AccountLook['balances'],
  booked: AccountLook['balances'],
): readonly string[] {
  if (told === null || booked === null) return [];
  return [...new Set([...told.keys(), ...booked.keys()])].flatMap((asset) => {
    const more = (told.get(asset) ?? 0n) - (booked.get(asset) ?? 0n);
    const size = more < 0n ? -more : more;
    if (size <= ROUNDING) return [];
    const where = more > 0n ? 'more at the venue than booked' : 'less at the venue than booked';
    return [`${asset}: ${amountText(amountOf(size))} ${where}`];
  });
}

function gridDifferences(told: AccountLook['grids'], ours: AccountLook['grids']): string[] {
  return [...ours].flatMap(([symbol, { tick, lot }]) => {
    const other = told.get(symbol);
    if (other === undefined) return [`${symbol}: not among the markets of the venue`];
    const isSame = nearly(tick, other.tick) && nearly(lot, other.lot);
    const ownText = `tick ${tick} and lot ${lot}`;
    return isSame
      ? []
      : [`${symbol}: ${ownText} here, ${other.tick} and ${other.lot} at the venue`];
  });
}

/** Steps that are the same come of different texts: 1e-8 and 0.00000001. */
function nearly(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-9 * one;
}

function orderDifferences(
  told: ReadonlySet<string>,
  booked: ReadonlySet<string>,
): readonly string[] {
  const missingIn = (these: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
    [...others].filter((id) => !these.has(id));
  return [
    ...missingIn(booked, told).map((id) => `order ${id}: open at the venue and not in our books`),
    ...missingIn(told, booked).map((id) => `order ${id}: open in our books and not at the venue`),
  ];
}
