import { parseBigDecimal } from '../../core/decimal.ts';
import { AMOUNT_DECIMALS, amountOf, NO_AMOUNT } from '../../core/units.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import type { AccountExchange } from '../exchange/account-exchange.ts';
import { DEFAULT_FEES, type FeeSchedule, scheduleFault } from '../exchange/fees.ts';
import type { Market } from '../exchange/market-state.ts';

export interface AccountOptions {
  readonly name: string;
  readonly keys: readonly {
    readonly apiKey: string;
    readonly secret: string;
    readonly right: Right;
  }[];
  /** What a new account begins with, decimal texts by asset. */
  readonly opening: Readonly<Record<string, string>>;
}

export interface OptionFault {
  readonly kind: 'venue-option';
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** New accounts get their opening balances; one that is known keeps what it has. */
export function openAccounts(
  exchange: AccountExchange<Market>,
  accounts: readonly AccountOptions[],
): void {
  for (const { name, opening } of accounts) {
    if (exchange.account(name) !== null) continue;
    exchange.openAccount(name);
    for (const [asset, text] of Object.entries(opening)) {
      exchange.transfer(name, asset, amountOf(parseBigDecimal(text, AMOUNT_DECIMALS) ?? NO_AMOUNT));
    }
  }
}

/** The first of these options that makes no sense, with what would. */
export function accountsFault(options: {
  readonly accounts: readonly AccountOptions[];
  readonly fees?: FeeSchedule;
}): OptionFault | null {
  const fees = scheduleFault(options.fees ?? DEFAULT_FEES);
  if (fees !== null) return { kind: 'venue-option', ...fees, field: `fees.${fees.field}` };
  for (const { name, opening } of options.accounts) {
    for (const [asset, found] of Object.entries(opening)) {
      if ((parseBigDecimal(found, AMOUNT_DECIMALS) ?? -1n) >= 0n) continue;
      const wanted = 'a decimal of at most 8 places, not below 0';
      return { kind: 'venue-option', field: `accounts.${name}.opening.${asset}`, found, wanted };
    }
  }
  return null;
}

export function keysOf(accounts: readonly AccountOptions[]): ApiKey[] {
  return accounts.flatMap(({ name, keys }) => keys.map((key) => ({ ...key, account: name })));
}
