import { ok, type Result } from '../../core/result.ts';
import { type Holding, type StressFault, type StressResult, shocked } from './shock.ts';

/** What a market is moved with. */
export type AssetClass = 'btc' | 'eth' | 'other-coin' | 'stablecoin';

export interface Scenario {
  readonly name: string;
  readonly kind: 'historical' | 'hypothetical';
  /** Fraction of the price, by class. */
  readonly shocks: Readonly<Record<AssetClass, number>>;
  /** How many times the usual cost closing takes. */
  readonly costMultiple: number;
}

/**
 * Episodes of the market, from the open of the first day to the worst price of the span, as they
 * are commonly told: rounded, taken from no recording, and to be replaced by measurements before
 * money depends on one. Below them shocks that have not happened.
 */
export const SCENARIOS: readonly Scenario[] = [
  historical('covid crash, 12 to 13 March 2020', [-0.5, -0.53, -0.6, -0.02], 10),
  historical('leverage washed out, 19 May 2021', [-0.29, -0.42, -0.5, -0.01], 8),
  historical('Terra, 9 to 12 May 2022', [-0.23, -0.31, -0.5, -0.05], 5),
  historical('FTX, 8 to 9 November 2022', [-0.23, -0.3, -0.4, -0.01], 5),
  hypothetical('everything falls by 30 % in a minute', [-0.3, -0.3, -0.3, 0], 10),
  hypothetical('everything rises by 30 % in a minute', [0.3, 0.3, 0.3, 0], 10),
  hypothetical('coins part: BTC up, the others down', [0.15, -0.2, -0.4, 0], 4),
  hypothetical('a stablecoin loses its peg', [-0.1, -0.1, -0.15, -0.2], 5),
  hypothetical('nobody quotes', [0, 0, 0, 0], 50),
];

/** A holding with what it is moved with, and the usual cost of closing it as a fraction. */
export interface StressedHolding extends Holding {
  readonly assetClass: AssetClass;
  readonly closingCost: number;
}

export interface ScenarioLoss extends StressResult {
  readonly scenario: string;
  /** Cost of closing everything in it, at least 0; not in the total. */
  readonly closing: number;
  /** Loss with the closing, positive. */
  readonly loss: number;
}

/** What each scenario does to a book, the worst first. */
export function stressTable(
  holdings: readonly StressedHolding[],
  scenarios: readonly Scenario[] = SCENARIOS,
): Result<readonly ScenarioLoss[], StressFault> {
  const rows: ScenarioLoss[] = [];
  for (const { name, shocks, costMultiple } of scenarios) {
    const moved = shocked(
      holdings,
      holdings.map(({ assetClass }) => shocks[assetClass]),
    );
    if (!moved.ok) return moved;
    const closing = holdings.reduce((sum, { quantity, price, assetClass, closingCost }) => {
      const worth = Math.abs(quantity * price * (1 + shocks[assetClass]));
      // Nobody pays more than everything to get out.
      return sum + worth * Math.min(1, closingCost * costMultiple);
    }, 0);
    rows.push({ ...moved.value, scenario: name, closing, loss: closing - moved.value.total });
  }
  return ok(rows.sort((one, other) => other.loss - one.loss));
}

type Moves = readonly [btc: number, eth: number, other: number, stablecoin: number];

function historical(name: string, moves: Moves, costMultiple: number): Scenario {
  return { name, kind: 'historical', shocks: shocksOf(moves), costMultiple };
}

function hypothetical(name: string, moves: Moves, costMultiple: number): Scenario {
  return { name, kind: 'hypothetical', shocks: shocksOf(moves), costMultiple };
}

function shocksOf([btc, eth, other, stablecoin]: Moves): Readonly<Record<AssetClass, number>> {
  return { btc, eth, 'other-coin': other, stablecoin };
}
