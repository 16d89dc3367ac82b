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

/** `-4046 No need to change margin type.` */
const MARGIN_TYPE_KEPT = -4046;
/** `-4059 No need to change position side.` */
const POSITION_MODE_KEPT = -4059;

/** What an account is set to, and how to set it: asked once, before anything is traded. */
export function futuresAccount(access: RestAccess) {
  const signed = signedQuestions(access);
  return {
    /** Whether positions are kept a side each. We refuse to trade on such an account. */
    isHedged: (nowMs: number): Query<boolean> =>
      signed('/fapi/v1/positionSide/dual', '', nowMs, (value) =>
        flagOf(objectIn(value, 'position mode'), 'dualSidePosition'),
      ),
    /** One position a symbol. Refused by the venue while there are positions or orders. */
    setOneWay: (nowMs: number): Query<true> =>
      signed(
        '/fapi/v1/positionSide/dual',
        'dualSidePosition=false&',
        nowMs,
        (): true => true,
        (code) => (code === POSITION_MODE_KEPT ? true : undefined),
        'POST',
      ),
    /** @returns the leverage that holds now */
    setLeverage: (symbol: string, leverage: number, nowMs: number): Query<number> =>
      signed(
        '/fapi/v1/leverage',
        `symbol=${symbol}&leverage=${leverage}&`,
        nowMs,
        (value) => wholeOf(objectIn(value, 'leverage'), 'leverage'),
        undefined,
        'POST',
      ),
    setMarginType: (symbol: string, type: 'CROSSED' | 'ISOLATED', nowMs: number): Query<true> =>
      signed(
        '/fapi/v1/marginType',
        `symbol=${symbol}&marginType=${type}&`,
        nowMs,
        (): true => true,
        (code) => (code === MARGIN_TYPE_KEPT ? true : undefined),
        'POST',
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
