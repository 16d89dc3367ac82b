import { assert, err, ok, type Result } from '../../core/result.ts';
import { at, type Matrix } from '../../math/matrix.ts';
import { sampleCovariance } from '../covariance/sample-covariance.ts';
import { type AttributedPosition, attributed, type Dimension } from '../portfolio/attribution.ts';
import { type FactorModel, factorRisk, fitFactorModel } from '../portfolio/factor-model.ts';
import { type PortfolioSpread, portfolioSpread } from '../value-at-risk/portfolio-risk.ts';
import { assetClassOf, type Book, type MarketPosition } from './book.ts';
import { faultWords } from './fault-words.ts';
import { jointReturns, marketReturns, type PriceRows } from './price-history.ts';

/** What one market adds to the risk of the book. Losses in money, over one period. */
export interface ComponentRow {
  readonly market: string;
  readonly notional: number;
  /** Of the deviation of the book; together 1, a hedge has a negative one. */
  readonly share: number;
  /** The share of the value at risk. */
  readonly component: number;
  /** Value at risk less what it would be without the position. */
  readonly incremental: number;
}

export interface AttributionRow {
  readonly by: Dimension | 'factor';
  readonly name: string;
  /** Of the variance for factors, of the deviation for the others; together 1 in each. */
  readonly share: number;
}

export interface FactorReport {
  readonly factors: readonly string[];
  /** Deviation of each factor over one period. */
  readonly deviations: readonly number[];
  /** Markets × factors: what a market does when the factor moves by one. */
  readonly loadings: readonly { readonly market: string; readonly loadings: readonly number[] }[];
}

export interface Breakdown {
  /** Deviation of the book over one period, in money. */
  readonly deviation: number;
  /** What it would be if everything moved against us at once. */
  readonly undiversified: number;
  readonly components: readonly ComponentRow[];
  readonly attribution: readonly AttributionRow[];
  readonly factors: Result<FactorReport, string>;
}

/** Covariance over one period of what is held, by the whole history that it has in common. */
export function bookCovariance(
  { held }: Book,
  rows: PriceRows,
  returnsMin: number,
): Result<Matrix, string> {
  if (held.length === 0) return err('nothing is held');
  const { columns, endsMs } = jointReturns(
    rows,
    held.map(({ column }) => column),
  );
  const [found, wanted] = [endsMs.length, returnsMin];
  if (found < wanted) return err(faultWords({ kind: 'too-few', ...{ found, wanted } }));
  const covariance = sampleCovariance(columns);
  assert(covariance.ok, 'returns of the same periods, none of them missing');
  return covariance;
}

/**
 * Divides the risk of the book among markets, strategies, symbols, venues and factors.
 *
 * @param valueAtRisk of the book in money, which the shares are shares of; null leaves deviations
 */
export function breakdownOf(
  book: Book,
  rows: PriceRows,
  of: { readonly returnsMin: number; readonly valueAtRisk: number | null },
): Result<Breakdown, string> {
  const covariance = bookCovariance(book, rows, of.returnsMin);
  if (!covariance.ok) return covariance;
  const notionals = book.held.map(({ notional }) => notional);
  const spread = portfolioSpread(covariance.value, notionals);
  if (!spread.ok) return err(faultWords(spread.error));
  const { sd, undiversified } = spread.value;
  const model = factorModel(book, rows, of.returnsMin);
  return ok({
    deviation: sd,
    undiversified,
    components: componentsOf(book, spread.value, (of.valueAtRisk ?? sd) / sd),
    attribution: [
      ...attributionOf(book, covariance.value),
      ...(model.ok ? factorShares(model.value, notionals) : []),
    ],
    factors: model.ok ? ok(factorReport(book, model.value)) : model,
  });
}

function componentsOf({ held }: Book, spread: PortfolioSpread, multiple: number): ComponentRow[] {
  return held.map(({ market, notional }, place) => ({
    ...{ market, notional },
    share: spread.share[place] as number,
    component: (spread.component[place] as number) * multiple,
    incremental: (spread.incremental[place] as number) * multiple,
  }));
}

const DIMENSIONS: readonly Dimension[] = ['strategy', 'symbol', 'venue'];

/** A symbol is an asset here: what it is called at each venue does not divide its risk. */
function attributionOf({ held }: Book, covariance: Matrix): AttributionRow[] {
  const positions = held.map(
    ({ strategy, base, venue, notional }, asset): AttributedPosition => ({
      ...{ strategy: strategy || 'none', symbol: base, venue, asset, notional },
    }),
  );
  return DIMENSIONS.flatMap((by) => {
    const found = attributed(covariance, positions, by);
    assert(found.ok, 'a book whose deviation is known');
    const { sd, parts } = found.value;
    return [...parts].map(([name, part]) => ({ by, name, share: part / sd }));
  });
}

interface NamedModel {
  readonly names: readonly string[];
  readonly model: FactorModel;
}

/**
 * Two factors at most: bitcoin, and how the other markets do against it. Without bitcoin it is the
 * mean of all markets alone.
 */
function factorModel(
  { held, markets }: Book,
  rows: PriceRows,
  returnsMin: number,
): Result<NamedModel, string> {
  const known = rows.markets
    .map((_, column) => column)
    .filter((column) => knownReturns(rows, column) >= returnsMin);
  const columns = [...new Set([...held.map(({ column }) => column), ...known])];
  const joint = jointReturns(rows, columns);
  const [found, wanted] = [joint.endsMs.length, returnsMin];
  if (found < wanted) return err(faultWords({ kind: 'too-few', ...{ found, wanted } }));
  const bitcoin = columns.filter((column) => isBitcoin(markets[column] as MarketPosition));
  const others = columns.filter((column) => !bitcoin.includes(column));
  const meanOf = (of: readonly number[]): number[] =>
    Array.from(joint.endsMs, (_, at) => {
      const series = of.map((column) => joint.columns[columns.indexOf(column)] as Float64Array);
      return series.reduce((sum, each) => sum + (each[at] as number), 0) / of.length;
    });
  const first = meanOf(bitcoin.length > 0 ? bitcoin : columns);
  const hasSecond = bitcoin.length > 0 && others.length >= 2;
  const second = hasSecond ? meanOf(others).map((each, at) => each - (first[at] as number)) : null;
  const assets = joint.columns.slice(0, held.length).map((column) => Array.from(column));
  const fitted = fitFactorModel(assets, second === null ? [first] : [first, second]);
  if (!fitted.ok) return err(faultWords(fitted.error));
  const market = bitcoin.length > 0 ? 'bitcoin' : 'market';
  return ok({
    names: second === null ? [market] : [market, 'others against bitcoin'],
    model: fitted.value,
  });
}

function knownReturns(rows: PriceRows, column: number): number {
  return marketReturns(rows, column).reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : 1), 0);
}

function isBitcoin({ base }: MarketPosition): boolean {
  return assetClassOf(base) === 'btc';
}

function factorShares({ names, model }: NamedModel, notionals: readonly number[]) {
  const { contributions, specific, variance } = factorRisk(model, notionals);
  const rowOf = (name: string, part: number): AttributionRow => ({
    ...{ by: 'factor', name },
    share: part / variance,
  });
  return [
    ...names.map((name, factor) => rowOf(name, contributions[factor] as number)),
    rowOf('specific', specific),
  ];
}

function factorReport({ held }: Book, { names, model }: NamedModel): FactorReport {
  const { loadings, factorCovariance } = model;
  return {
    factors: names,
    deviations: names.map((_, factor) => Math.sqrt(at(factorCovariance, factor, factor))),
    loadings: held.map(({ market }, row) => ({
      market,
      loadings: names.map((_, factor) => at(loadings, row, factor)),
    })),
  };
}
