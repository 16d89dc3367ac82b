import { parseBigDecimal } from '../../core/decimal.ts';
import { amountText } from '../../core/instrument.ts';
import { AMOUNT_DECIMALS, amountOf } from '../../core/units.ts';
import type { ReferenceBalances } from './reference-data.ts';

/** What one party says of an account at a venue. */
export interface AccountLook {
  /** In 10^-8 by asset, without those that are 0; null where it is not compared. */
  readonly balances: ReadonlyMap<string, bigint> | null;
  /** The venue's ids of the orders that are open. */
  readonly openOrders: ReadonlySet<string>;
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
