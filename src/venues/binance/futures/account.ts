import type { Instrument } from '../../../core/instrument.ts';
import type { Amount } from '../../../core/units.ts';
import type { Balances } from '../../../execution/ledger.ts';
import type { Query } from '../../port.ts';
import { type RestAccess, signedQuestions } from '../rest.ts';
import {
  amountIn,
  arrayIn,
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
} from '../wire.ts';
import { numberOf } from './option-flow.ts';

/** One position of the account, as the venue values it; the prices are for estimates. */
export interface MarginPosition {
  readonly symbol: string;
  /** In 10^-8 of base; below 0 it is short. */
  readonly quantity: Amount;
  readonly entryPrice: number;
  readonly markPrice: number;
  /** 0 when no price would liquidate it. */
  readonly liquidationPrice: number;
}

/** How one market of an account is set. */
export interface MarketSetting {
  readonly symbol: string;
  readonly isCross: boolean;
  /** The most that a position may be worth, as a multiple of its margin. */
  readonly leverage: number;
}

/** What an account is set to. It is asked, and people set it: the venue forbids most under way. */
export function futuresAccount(access: RestAccess) {
  const signed = signedQuestions(access);
  return {
    /** Whether positions are kept a side each. */
    isHedged: (nowMs: number): Query<boolean> =>
      signed('/fapi/v1/positionSide/dual', '', nowMs, (value) =>
        flagOf(objectIn(value, 'position mode'), 'dualSidePosition'),
      ),
    /** Whether assets stand in for each other as margin, so that a loss in one eats another. */
    isMultiAsset: (nowMs: number): Query<boolean> =>
      signed('/fapi/v1/multiAssetsMargin', '', nowMs, (value) =>
        flagOf(objectIn(value, 'margin mode'), 'multiAssetsMargin'),
      ),
    settings: (nowMs: number): Query<readonly MarketSetting[]> =>
      signed('/fapi/v1/symbolConfig', '', nowMs, (value) =>
        arrayIn(value, 'settings').map((each) => {
          const setting = objectIn(each, 'setting');
          return {
            symbol: textOf(setting, 'symbol'),
            isCross: textOf(setting, 'marginType') === 'CROSSED',
            leverage: wholeOf(setting, 'leverage'),
          };
        }),
      ),
    positions: (nowMs: number): Query<readonly MarginPosition[]> =>
      signed('/fapi/v3/positionRisk', '', nowMs, (value) =>
        arrayIn(value, 'positions').map((each) => positionIn(objectIn(each, 'position'))),
      ),
  };
}

/**
 * What the ledger calls balances, of a margin account: the wallet of each asset, and each position
 * as an amount of the base it is in. Unrealised profit is in neither.
 *
 * @throws WireFault in hedge mode, and where a wallet and a position would share a name
 */
export function marginBalances(
  value: unknown,
  bySymbol: ReadonlyMap<string, Instrument>,
): Balances {
  const account = objectIn(value, 'account');
  const balances = new Map<string, Amount>();
  for (const each of arrayIn(account['assets'], 'assets')) {
    const asset = objectIn(each, 'asset');
    const wallet = amountIn(asset, 'walletBalance');
    if (wallet !== 0n) balances.set(textOf(asset, 'asset'), wallet);
  }
  for (const each of arrayIn(account['positions'], 'positions')) {
    const position = objectIn(each, 'position');
    const quantity = amountIn(position, 'positionAmt');
    if (quantity === 0n) continue;
    assertOneWay(textOf(position, 'positionSide'), 'positionSide');
    const symbol = textOf(position, 'symbol');
    // A market that is not ours keeps its own name, so that what is held there is seen.
    const name = bySymbol.get(symbol)?.base ?? symbol;
    if (balances.has(name)) {
      throw new WireFault(`${name}: found it in the wallet and as a position, wanted one of both`);
    }
    balances.set(name, quantity);
  }
  return balances;
}

/** @throws WireFault in hedge mode, in which a symbol has two positions */
export function assertOneWay(side: string, field: string): void {
  if (side === 'BOTH') return;
  throw new WireFault(`${field}: found ${side}, wanted BOTH: hedge mode is refused`);
}

function positionIn(position: WireObject): MarginPosition {
  assertOneWay(textOf(position, 'positionSide'), 'positionSide');
  return {
    symbol: textOf(position, 'symbol'),
    quantity: amountIn(position, 'positionAmt'),
    entryPrice: numberOf(position, 'entryPrice'),
    markPrice: numberOf(position, 'markPrice'),
    liquidationPrice: numberOf(position, 'liquidationPrice'),
  };
}
