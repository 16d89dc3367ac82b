import { parseBigDecimal } from '../../core/decimal.ts';
import { AMOUNT_DECIMALS, amountOf, NO_AMOUNT } from '../../core/units.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import type { AccountExchange } from '../exchange/account-exchange.ts';
import { DEFAULT_FEES, type FeeSchedule, scheduleFault } from '../exchange/fees.ts';
import type { Market } from '../exchange/market-state.ts';
import { PerpetualExchange } from '../perpetuals/perpetual-exchange.ts';

export interface AccountOptions {
  readonly name: string;
  readonly keys: readonly {
    readonly apiKey: string;
    readonly secret: string;
    readonly right: Right;
  }[];
  /** What a new account begins with, decimal texts by asset. */
  readonly opening: Readonly<Record<string, string>>;
  /** What its perpetuals are set to, whatever they were; left out, it is as it was. */
  readonly leverage?: number;
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
  for (const { name, opening, leverage } of accounts) {
    if (exchange.account(name) === null) {
      exchange.openAccount(name);
      for (const [asset, text] of Object.entries(opening)) {
        const amount = amountOf(parseBigDecimal(text, AMOUNT_DECIMALS) ?? NO_AMOUNT);
        exchange.transfer(name, asset, amount);
      }
    }
    if (leverage !== undefined && exchange instanceof PerpetualExchange) {
      setLeverage(exchange, name, leverage);
    }
  }
}

/** What is bound already may forbid less; the venue then answers with what holds. */
function setLeverage(exchange: PerpetualExchange, account: string, leverage: number): void {
  for (const symbol of exchange.markets.keys()) {
    if (exchange.margin.leverage(account, symbol) === leverage) continue;
    exchange.setLeverage(account, symbol, leverage);
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
