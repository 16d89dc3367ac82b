import { assert, err, ok, type Result } from '../../core/result.ts';
import { type Rng, rngOf } from '../../core/rng.ts';
import { momentsOf } from '../../math/statistics/sample.ts';
import { constantCorrelation } from '../covariance/shrinkage.ts';
import { correlationMatrix, fitCopulaNu } from '../value-at-risk/copula-fit.ts';
import { guardedCornishFisher } from '../value-at-risk/cornish-fisher.ts';
import { ewmaVolatilities, filteredHistoricalRisk } from '../value-at-risk/filtered-historical.ts';
import { historicalRisk } from '../value-at-risk/historical.ts';
import { fitJumpDiffusion } from '../value-at-risk/jump-risk.ts';
import { copulaReturns } from '../value-at-risk/monte-carlo.ts';
import { normalRisk, type StudentLaw, studentLawRisk } from '../value-at-risk/parametric.ts';
import { fitStudent } from '../value-at-risk/student-fit.ts';
import type { TailRisk } from '../value-at-risk/tail-risk.ts';
import { faultWords, type TaggedFault } from './fault-words.ts';
import { METHODS, type Method, type RiskReportSettings } from './settings.ts';

export const LEVELS = [0.95, 0.975, 0.99] as const;
export type Level = (typeof LEVELS)[number];

/** Memory of the volatility that history is filtered by: (1 + λ)/(1 − λ) = 66 periods. */
const LAMBDA = 0.97;
const LAMBDA_SEED = 30;

/** What the markets have done to the book that is held now. */
export interface BookReturns {
  /** Wall clock at the end of each return, oldest first. */
  readonly endsMs: Float64Array;
  /** Profit of the book as a fraction of equity, revalued at each return: Σ w (eʳ − 1). */
  readonly book: Float64Array;
  /** Log returns of what is held, a column each. */
  readonly columns: readonly Float64Array[];
  /** Money in each of them over equity, signed. */
  readonly weights: readonly number[];
}

/** One method at one level, as fractions of equity over one period; losses are positive. */
export interface LossRow {
  readonly method: Method;
  readonly level: Level;
  /** Null where it is not known, and `note` says why. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  /** Empty when there is nothing to say. */
  readonly note: string;
}

/** What a method makes of the history, asked once for each level. */
interface Law {
  readonly risk: (level: number) => Result<TailRisk, TaggedFault>;
  readonly note: string;
}

type Fitted = Result<Law, TaggedFault>;

/**
 * Value at risk and expected shortfall of the book over its next period by every method. One that
 * cannot say anything says why; nothing is ever NaN.
 */
export function lossTable(
  returns: BookReturns,
  settings: Pick<RiskReportSettings, 'returnsMin' | 'paths' | 'seed'>,
): readonly LossRow[] {
  const found = returns.book.length;
  const wanted = settings.returnsMin;
  return METHODS.flatMap((method) => {
    const law: Fitted =
      found < wanted
        ? err({ kind: 'too-few', found, wanted })
        : FITS[method](returns, settings.paths, rngOf(settings.seed));
    return LEVELS.map((level) => rowOf(method, level, law));
  });
}

function rowOf(method: Method, level: Level, law: Fitted): LossRow {
  const unknown = { method, level, valueAtRisk: null, expectedShortfall: null };
  if (!law.ok) return { ...unknown, note: faultWords(law.error) };
  const risk = law.value.risk(level);
  if (!risk.ok) return { ...unknown, note: faultWords(risk.error) };
  const { valueAtRisk, expectedShortfall } = risk.value;
  return { method, level, valueAtRisk, expectedShortfall, note: law.value.note };
}

const FITS: Readonly<Record<Method, (returns: BookReturns, paths: number, rng: Rng) => Fitted>> = {
  historical: ({ book }) => ok({ risk: (level) => historicalRisk(book, level), note: '' }),
  normal({ book }) {
    const moments = momentsOf(book);
    if (!moments.ok) return moments;
    return ok({ risk: (level) => normalRisk(moments.value, level), note: '' });
  },
  student({ book }) {
    const law = fitStudent(book);
    if (!law.ok) return law;
    const note = `nu ${law.value.nu.toFixed(1)}`;
    return ok({ risk: (level) => studentLawRisk(law.value, level), note });
  },
  'cornish-fisher'({ book }) {
    // The guard does not depend on the level.
    const guarded = guardedCornishFisher(book, LEVELS[0]);
    if (!guarded.ok) return guarded;
    const isExpanded = guarded.value.method === 'cornish-fisher';
    const note = isExpanded ? '' : 'historical: the expansion is no quantile at these moments';
    return ok({ risk: (level) => guardedCornishFisher(book, level), note });
  },
  'filtered-historical'({ book }) {
    const path = ewmaVolatilities(book, LAMBDA, LAMBDA_SEED);
    if (!path.ok) return path;
    const note = `volatility ${(path.value.forecast * 100).toPrecision(3)} % of equity`;
    return ok({ risk: (level) => filteredHistoricalRisk(book, path.value, level), note });
  },
  copula: ({ columns, weights }, paths, rng) => copulaLaw(columns, weights, { paths, rng }),
  'jump-diffusion'({ book, endsMs }) {
    const fit = fitJumpDiffusion(book, endsMs);
    if (!fit.ok) return fit;
    const { returns, jumps } = fit.value;
    const risk = (level: number): Result<TailRisk, TaggedFault> =>
      ok({
        valueAtRisk: returns.valueAtRisk(level),
        expectedShortfall: returns.expectedShortfall(level),
      });
    return ok({ risk, note: `${jumps} jumps` });
  },
};

/** Each asset's own t, joined by a t copula on a correlation that is shrunk to be definite. */
function copulaLaw(
  columns: readonly Float64Array[],
  weights: readonly number[],
  how: { readonly paths: number; readonly rng: Rng },
): Fitted {
  const margins: StudentLaw[] = [];
  for (const column of columns) {
    const margin = fitStudent(column);
    if (!margin.ok) return margin;
    margins.push(margin.value);
  }
  const shrunk = constantCorrelation(columns);
  assert(shrunk.ok, 'columns that a t was fitted to vary');
  const correlation = correlationMatrix(shrunk.value.covariance);
  const nu = fitCopulaNu(columns, correlation);
  if (!nu.ok) return nu;
  const drawn = copulaReturns({ correlation, nu: nu.value, margins, weights }, how);
  assert(drawn.ok, 'degrees of freedom and a correlation that were just fitted');
  const note = `nu ${nu.value}, ${how.paths} paths`;
  return ok({ risk: (level) => historicalRisk(drawn.value, level), note });
}
