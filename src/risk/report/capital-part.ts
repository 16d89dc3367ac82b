import { assert, err, ok, type Result } from '../../core/result.ts';
import { capitalCharge, LIQUIDITY_DAYS, liquidityShortfall } from '../regulatory/capital.ts';
import { historicalRisk } from '../value-at-risk/historical.ts';
import { type Book, bookReturns } from './book.ts';
import { faultWords } from './fault-words.ts';
import type { MethodForecast, ScoredForecast } from './forecasts.ts';
import type { BookReturns } from './loss-table.ts';
import type { PriceRows } from './price-history.ts';
import type { RiskReportSettings } from './settings.ts';

const DAY_MS = 86_400_000;
/** Horizon of both rules. */
const CAPITAL_DAYS = 10;
/** Days that the averages are taken over. */
const AVERAGE_DAYS = 60;
/** Stretches of the history that are tried overlap by three quarters. */
const STEPS_A_STRETCH = 4;
const BASEL_LEVEL = 0.99;
const FRTB_LEVEL = 0.975;

/** Ten-day figures in money: one period's times the square root of the periods in ten days. */
export interface BaselCapital {
  readonly valueAtRisk: number;
  readonly valueAtRiskAverage: number;
  readonly stressed: number;
  readonly stressedAverage: number;
  /** Days of forecasts that the averages are of; the rule wants 60. */
  readonly averageDays: number;
  readonly exceptions: number;
  readonly multiplier: number;
  readonly capital: number;
  readonly capitalFraction: number;
}

export interface FrtbCapital {
  /** Ten-day expected shortfall at 97.5 %, without and with the horizons of liquidity. */
  readonly shortfall: number;
  readonly adjusted: number;
  readonly multiplier: number;
  readonly capital: number;
  readonly capitalFraction: number;
}

export interface CapitalPart {
  readonly basel: Result<BaselCapital, string>;
  readonly frtb: Result<FrtbCapital, string>;
}

export interface CapitalInputs {
  readonly rows: PriceRows;
  /** Of the method that the settings name; an error says why it knows nothing. */
  readonly forecast: Result<MethodForecast, string>;
  /** In money, one period; null where the history is shorter than a stretch. */
  readonly stressed: number | null;
  readonly scored: readonly ScoredForecast[];
  /** Of that method in the last 250 periods. */
  readonly exceptions: number;
}

type CapitalSettings = Pick<
  RiskReportSettings,
  'method' | 'returnsMin' | 'stressedReturns' | 'liquidityDays'
>;

/** What a regulated desk would have to hold for the book, by the rules of Basel 2.5 and FRTB. */
export function capitalPart(
  book: Book,
  settings: CapitalSettings,
  inputs: CapitalInputs,
): CapitalPart {
  const scale = Math.sqrt((CAPITAL_DAYS * DAY_MS) / inputs.rows.periodMs);
  return {
    basel: baselCapital(book.equity, settings, inputs, scale),
    frtb: frtbCapital(book, settings, inputs, scale),
  };
}

/**
 * The largest value at risk of the book over any stretch of so many returns: what it would be if
 * the worst time of the own history came back. A fraction of equity; null for a shorter history.
 */
export function stressedLoss({ book }: BookReturns, stretch: number): number | null {
  let worst: number | null = null;
  const step = Math.max(1, Math.floor(stretch / STEPS_A_STRETCH));
  for (let end = book.length; end >= stretch; end -= step) {
    const risk = historicalRisk(book.subarray(end - stretch, end), BASEL_LEVEL);
    if (risk.ok) worst = Math.max(worst ?? 0, risk.value.valueAtRisk);
  }
  return worst;
}

function baselCapital(
  equity: number,
  settings: CapitalSettings,
  { rows, forecast, stressed, scored, exceptions }: CapitalInputs,
  scale: number,
): Result<BaselCapital, string> {
  if (!forecast.ok) return forecast;
  if (stressed === null) {
    return err(`no stretch of ${settings.stressedReturns} returns for the stressed value at risk`);
  }
  const lately = scored.slice(-Math.floor((AVERAGE_DAYS * DAY_MS) / rows.periodMs));
  const past = lately.flatMap(({ methods }) => methods[settings.method]?.valueAtRisk99 ?? []);
  const pastStressed = lately.flatMap((each) => each.stressed ?? []);
  // A book that gains even in its tail takes no capital, and gives none for others either.
  const charge = (loss: number): number => Math.max(0, loss * scale);
  const amounts = {
    valueAtRisk: charge(forecast.value.valueAtRisk99),
    valueAtRiskAverage: meanOf([...past, forecast.value.valueAtRisk99].map(charge)),
    stressed: charge(stressed),
    stressedAverage: meanOf([...pastStressed, stressed].map(charge)),
  };
  const found = capitalCharge({ ...amounts, exceptions });
  if (!found.ok) return err(faultWords(found.error));
  const { multiplier, capital } = found.value;
  return ok({
    ...amounts,
    averageDays: (past.length * rows.periodMs) / DAY_MS,
    ...{ exceptions, multiplier, capital, capitalFraction: capital / equity },
  });
}

/**
 * Shortfall of all positions over ten days, then of those that take 20 days and more to close, and
 * so on, as the cascade of MAR33 has it.
 */
function frtbCapital(
  book: Book,
  { liquidityDays, returnsMin }: CapitalSettings,
  { rows, exceptions }: CapitalInputs,
  scale: number,
): Result<FrtbCapital, string> {
  const { equity, held } = book;
  const shortfalls: number[] = [];
  for (const days of LIQUIDITY_DAYS) {
    const slow = held.filter(({ assetClass }) => liquidityDays[assetClass] >= days);
    if (slow.length === 0 && shortfalls.length > 0) break;
    const returns = bookReturns({ ...book, held: slow }, rows);
    if (!returns.ok) return returns;
    const [found, wanted] = [returns.value.book.length, returnsMin];
    if (found < wanted) return err(faultWords({ kind: 'too-few', ...{ found, wanted } }));
    const risk = historicalRisk(returns.value.book, FRTB_LEVEL);
    assert(risk.ok, 'enough returns, none of them missing');
    shortfalls.push(Math.max(0, risk.value.expectedShortfall * equity * scale));
  }
  const adjusted = liquidityShortfall(shortfalls);
  const charge = capitalCharge({ ...NOTHING, exceptions });
  assert(adjusted.ok, 'a shortfall of at least 0 for each horizon');
  if (!charge.ok) return err(faultWords(charge.error));
  const multiplier = charge.value.frtbMultiplier;
  const capital = multiplier * adjusted.value;
  return ok({
    shortfall: shortfalls[0] as number,
    ...{ adjusted: adjusted.value, multiplier, capital, capitalFraction: capital / equity },
  });
}

/** Amounts that only the multiplier is asked with. */
const NOTHING = { valueAtRisk: 0, valueAtRiskAverage: 0, stressed: 0, stressedAverage: 0 };

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
