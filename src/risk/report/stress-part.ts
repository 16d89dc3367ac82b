import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Matrix } from '../../math/matrix.ts';
import { type ReverseStress, reverseStress, tailHedge } from '../stress/reverse-stress.ts';
import { SCENARIOS, type Scenario, stressTable } from '../stress/scenarios.ts';
import { propagatedShock } from '../stress/shock.ts';
import type { Book, HeldPosition } from './book.ts';
import { faultWords } from './fault-words.ts';
import type { BookReturns } from './loss-table.ts';
import type { RiskReportSettings } from './settings.ts';

/** What bitcoin is moved by where the other markets follow it as they usually do. */
const PROPAGATED = [-0.1, -0.2, -0.3] as const;
/** Periods of the longest move that is looked for in the own history. */
const DAY_MS = 86_400_000;

export interface StressRow {
  readonly scenario: string;
  /**
   * `historical`: an episode as it is commonly told, rounded; `measured`: what the own history did;
   * `propagated`: one market is moved and the others follow by their covariance.
   */
  readonly kind: Scenario['kind'] | 'measured' | 'propagated';
  /** Rounded from no recording: to be read as an order of magnitude. */
  readonly isApproximate: boolean;
  /** In money, positive; closing costs included where the scenario has any. */
  readonly loss: number;
  readonly lossFraction: number;
  /** Of the loss, what closing everything costs in it. */
  readonly closing: number;
}

export interface ReverseRow extends Pick<ReverseStress, 'distance' | 'normalChance'> {
  /** The loss that is looked for, in money. */
  readonly loss: number;
  /** The likeliest move of a day that loses it, as a fraction of each price. */
  readonly moves: readonly { readonly market: string; readonly move: number }[];
}

export interface HedgeRow {
  readonly scenario: string;
  /** Puts on one bitcoin. */
  readonly puts: number;
  readonly cost: number;
  /** Loss of the scenario without them, and with. */
  readonly loss: number;
  readonly residual: number;
  readonly rule: 'not-needed' | 'target' | 'budget';
}

export interface StressPart {
  /** The worst first. */
  readonly rows: readonly StressRow[];
  readonly lossMax: number;
  readonly reverse: Result<ReverseRow, string>;
  readonly hedge: Result<HedgeRow, string>;
}

type StressSettings = Pick<RiskReportSettings, 'stressLossMax' | 'hedge'>;

/**
 * What would be lost if something happened that no history holds, what the worst of the own history
 * did, and what would have to happen for the loss to reach its bound.
 *
 * @param covariance of what is held, over one period
 */
export function stressPart(
  book: Book,
  settings: StressSettings,
  known: {
    readonly returns: Result<BookReturns, string>;
    readonly covariance: Result<Matrix, string>;
    readonly periodMs: number;
    /** Of closing a position in a calm market, as a fraction of its notional. */
    readonly closingCost: number;
  },
): StressPart {
  const { equity, held } = book;
  const { closingCost } = known;
  const table = stressTable(
    held.map(({ quantity, price, assetClass }) => ({
      ...{ quantity, price, assetClass, gamma: 0, closingCost },
    })),
  );
  assert(table.ok, 'notionals are numbers, and no shock takes more than the price');
  const rowOf = (row: Omit<StressRow, 'lossFraction'>): StressRow => ({
    ...row,
    lossFraction: row.loss / equity,
  });
  const told = table.value.map(({ scenario, loss, closing }) => {
    const { kind } = scenarioOf(scenario);
    return rowOf({ scenario, kind, isApproximate: kind === 'historical', loss, closing });
  });
  const periodsADay = DAY_MS / known.periodMs;
  const measured = known.returns.ok ? measuredLosses(known.returns.value, periodsADay) : [];
  const propagated = known.covariance.ok ? propagatedLosses(held, known.covariance.value) : [];
  const rest = [
    ...measured.map(([scenario, fraction]) =>
      rowOf({ ...EXACT, scenario, kind: 'measured', loss: fraction * equity }),
    ),
    ...propagated.map(([scenario, loss]) =>
      rowOf({ ...EXACT, scenario, kind: 'propagated', loss }),
    ),
  ];
  return {
    rows: [...told, ...rest].sort((one, other) => other.loss - one.loss),
    lossMax: settings.stressLossMax * equity,
    reverse: known.covariance.ok
      ? reverseRow(held, known.covariance.value, settings.stressLossMax * equity, periodsADay)
      : known.covariance,
    hedge: hedgeRow(book, settings.hedge, told),
  };
}

const EXACT = { isApproximate: false, closing: 0 } as const;

function scenarioOf(name: string): Scenario {
  return SCENARIOS.find((each) => each.name === name) as Scenario;
}

/** The worst period and the worst day that the own history would have done to the book of now. */
function measuredLosses(
  { book }: BookReturns,
  periodsADay: number,
): readonly (readonly [name: string, lossFraction: number])[] {
  if (book.length === 0) return [];
  const names: [string, number][] = [['the worst period of the own history', 1]];
  if (periodsADay > 1 && book.length >= periodsADay) {
    names.push(['the worst day of the own history', periodsADay]);
  }
  return names.map(([name, periods]) => [name, worstSum(book, periods)] as const);
}

/** The largest loss over so many returns in a row. */
function worstSum(returns: Float64Array, count: number): number {
  let sum = 0;
  let worst = Number.POSITIVE_INFINITY;
  for (let at = 0; at < returns.length; at += 1) {
    sum += (returns[at] as number) - (at >= count ? (returns[at - count] as number) : 0);
    if (at >= count - 1) worst = Math.min(worst, sum);
  }
  return -worst;
}

/** Moves the first bitcoin market that is held; the others follow by their covariance. */
function propagatedLosses(
  held: readonly HeldPosition[],
  covariance: Matrix,
): readonly (readonly [name: string, loss: number])[] {
  const factor = held.findIndex(({ assetClass }) => assetClass === 'btc');
  if (factor === -1 || held.length < 2) return [];
  return PROPAGATED.flatMap((shock) => {
    const moved = propagatedShock(covariance, factor, shock);
    if (!moved.ok) return [];
    const moves = [...moved.value.expected];
    moves.splice(factor, 0, shock);
    // No price falls below nothing, whatever a covariance says of so large a move.
    const loss = held.reduce(
      (sum, { notional }, place) => sum - notional * Math.max(-1, moves[place] as number),
      0,
    );
    const name = `BTC falls by ${-shock * 100} %, the others follow as they usually do`;
    return [[name, loss] as const];
  });
}

function reverseRow(
  held: readonly HeldPosition[],
  covariance: Matrix,
  loss: number,
  periodsADay: number,
): Result<ReverseRow, string> {
  const daily = { ...covariance, cells: covariance.cells.map((cell) => cell * periodsADay) };
  const found = reverseStress(
    daily,
    held.map(({ notional }) => notional),
    loss,
  );
  if (!found.ok) return err(faultWords(found.error));
  const { moves, distance, normalChance } = found.value;
  if (moves.some((move) => move <= -1)) {
    return err('the likeliest move that loses as much would take a price below nothing');
  }
  return ok({
    ...{ loss, distance, normalChance },
    moves: held.map(({ market }, place) => ({ market, move: moves[place] as number })),
  });
}

/** Puts against the worst of the scenarios in which they pay. */
function hedgeRow(
  { equity, markets }: Book,
  hedge: RiskReportSettings['hedge'],
  told: readonly StressRow[],
): Result<HedgeRow, string> {
  if (hedge === undefined) return err('the configuration has no `riskReport.hedge`');
  const bitcoin = markets.find(({ base, price }) => base === 'BTC' && price > 0);
  if (bitcoin === undefined) return err('no market of bitcoin has a price');
  const payoffOf = (scenario: string): number =>
    bitcoin.price * (hedge.strike - 1 - scenarioOf(scenario).shocks.btc);
  const worst = told.find(({ scenario }) => payoffOf(scenario) > 0);
  if (worst === undefined) return err('the puts pay in no scenario');
  const sized = tailHedge({
    loss: worst.loss,
    bearable: hedge.bearableLoss * equity,
    payoff: payoffOf(worst.scenario),
    price: bitcoin.price * hedge.premium,
    budget: hedge.budget * equity,
  });
  assert(sized.ok, 'a put that pays and costs something');
  const { units, cost, residual, rule } = sized.value;
  const { scenario, loss } = worst;
  return ok({ scenario, puts: units, cost, loss, residual, rule });
}
