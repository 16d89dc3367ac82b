import { rowsOf } from '../../../../../src/math/matrix.ts';
import { normalQuantile } from '../../../../../src/math/normal.ts';
import { momentsOf } from '../../../../../src/math/statistics/sample.ts';
import {
  correlationOf,
  EwmaCovariance,
} from '../../../../../src/risk/covariance/ewma-covariance.ts';
import { sampleCovariance } from '../../../../../src/risk/covariance/sample-covariance.ts';
import { cornishFisherRisk } from '../../../../../src/risk/value-at-risk/cornish-fisher.ts';
import {
  historicalRisk,
  portfolioReturns,
} from '../../../../../src/risk/value-at-risk/historical.ts';
import {
  normalRisk,
  STRESS_NU,
  studentLawRisk,
  studentRisk,
} from '../../../../../src/risk/value-at-risk/parametric.ts';
import { portfolioSpread } from '../../../../../src/risk/value-at-risk/portfolio-risk.ts';
import { fitStudent } from '../../../../../src/risk/value-at-risk/student-fit.ts';
import { answered, numbersOf, type QuantAdapter } from '../adapter.ts';

export const series: QuantAdapter = ({ inputs, csv }) => {
  const returns = numbersOf(csv(inputs['data']), String(inputs['column']));
  const level = Number(inputs['level']);
  const moments = answered(momentsOf(returns));
  const law = answered(fitStudent(returns));
  const historical = answered(historicalRisk(returns, level));
  const normal = answered(normalRisk(moments, level));
  const expanded = answered(cornishFisherRisk(moments, level));
  const fixed = answered(studentRisk(moments, STRESS_NU, level));
  const fitted = answered(studentLawRisk(law, level));
  return {
    mean: moments.mean,
    sd: moments.sd,
    skew_pop: moments.skewness,
    excess_kurt_pop: moments.excessKurtosis,
    VaR_hist_type7: historical.valueAtRisk,
    ES_hist_acerbi_tasche: historical.expectedShortfall,
    VaR_normal: normal.valueAtRisk,
    ES_normal: normal.expectedShortfall,
    VaR_cornish_fisher: expanded.valueAtRisk,
    ES_cornish_fisher_integral: expanded.expectedShortfall,
    VaR_t4_unit_variance: fixed.valueAtRisk,
    ES_t4_unit_variance: fixed.expectedShortfall,
    VaR_t_mle: fitted.valueAtRisk,
    ES_t_mle: fitted.expectedShortfall,
    t_mle: { nu: law.nu, loc: law.location, scale: law.scale },
    ...otherConventions(returns, level, historical.valueAtRisk),
  };
};

/** Two numbers of other conventions, which the code has no use for: evaluated here as defined. */
function otherConventions(returns: readonly number[], level: number, valueAtRisk: number): object {
  const sorted = [...returns].sort((one, other) => one - other);
  const beyond = sorted.filter((each) => each <= -valueAtRisk);
  const rank = Math.ceil(returns.length * (1 - level)) - 1;
  return {
    VaR_hist_order_stat_ceil: -(sorted[rank] as number),
    ES_hist_mean_beyond_type7: -beyond.reduce((sum, each) => sum + each, 0) / beyond.length,
  };
}

const DISPLAYED_DAYS = 10;

export const portfolio: QuantAdapter = ({ inputs, csv }) => {
  const columns = Object.values(csv(inputs['data'])) as readonly (readonly number[])[];
  const weights = inputs['weights'] as readonly number[];
  const value = Number(inputs['value']);
  const covariance = answered(sampleCovariance(columns));
  const spread = answered(portfolioSpread(covariance, weights));
  const [z95, z99] = [-normalQuantile(0.05), -normalQuantile(0.01)];
  const past = portfolioReturns(columns, weights);
  const historicalAt = (level: number): number =>
    answered(historicalRisk(past, level)).valueAtRisk * value;
  return {
    cov: rowsOf(covariance),
    corr: columns.map((_, one) =>
      columns.map((_unused, other) => correlationOf(covariance, one, other)),
    ),
    sd_p: spread.sd,
    VaR95_normal_zero_mean: z95 * spread.sd * value,
    VaR99_normal_zero_mean: z99 * spread.sd * value,
    marginal_sd: spread.marginal,
    component_sd: spread.component,
    component_pct: spread.share,
    undiversified_VaR95: z95 * spread.undiversified * value,
    VaR95_hist_type7: historicalAt(0.95),
    VaR99_hist_type7: historicalAt(0.99),
    incremental_VaR95_remove_each: spread.incremental.map((each) => z95 * each * value),
    diversification_ratio: spread.diversificationRatio,
    h10d_VaR99_sqrt: z99 * spread.sd * value * Math.sqrt(DISPLAYED_DAYS),
  };
};

export const ewma: QuantAdapter = ({ inputs, csv }) => {
  const columns = Object.values(csv(inputs['data'])) as readonly (readonly number[])[];
  const [lambda, seedRows] = [Number(inputs['lambda']), Number(inputs['seed_rows'])];
  const estimator = new EwmaCovariance({
    assets: columns.length,
    lambda,
    seedRows,
    returnMax: Number.POSITIVE_INFINITY,
  });
  let first: unknown = null;
  for (let row = 0; row < (columns[0] as readonly number[]).length; row += 1) {
    answered(estimator.update(columns.map((column) => column[row] as number)));
    if (row === seedRows) first = rowsOf(estimator.matrix);
  }
  return {
    cov_after_first_update: first,
    cov_last: rowsOf(estimator.matrix),
    corr_last_first_two: estimator.correlation(0, 1),
    effective_obs: estimator.effectiveRows,
  };
};
