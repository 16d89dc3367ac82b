import { at, rowsOf } from '../../../../../src/math/matrix.ts';
import { sampleCovariance } from '../../../../../src/risk/covariance/sample-covariance.ts';
import {
  constantCorrelation,
  ledoitWolf,
  oracleApproximating,
} from '../../../../../src/risk/covariance/shrinkage.ts';
import {
  leastVarianceWeights,
  riskBudgetWeights,
  riskContributions,
} from '../../../../../src/risk/portfolio/risk-budget.ts';
import { christoffersenTest, kupiecTest } from '../../../../../src/risk/regulatory/backtest.ts';
import {
  capitalCharge,
  liquidityShortfall,
  trafficLight,
} from '../../../../../src/risk/regulatory/capital.ts';
import { propagatedShock, shocked } from '../../../../../src/risk/stress/shock.ts';
import { answered, type QuantAdapter } from '../adapter.ts';

export const shrinkage: QuantAdapter = ({ inputs, csv }) => {
  const columns = (Object.values(csv(inputs['data'])) as number[][]).map((column) =>
    column.slice(0, Number(inputs['rows'])),
  );
  const identity = answered(ledoitWolf(columns));
  const oracle = answered(oracleApproximating(columns));
  const alike = answered(constantCorrelation(columns));
  return {
    lw_delta: identity.intensity,
    lw_cov: rowsOf(identity.covariance),
    oas_delta: oracle.intensity,
    oas_cov: rowsOf(oracle.covariance),
    cc_delta: alike.intensity,
    cc_rbar: alike.meanCorrelation,
    cc_cov: rowsOf(alike.covariance),
  };
};

export const allocation: QuantAdapter = ({ inputs, csv }) => {
  const columns = Object.values(csv(inputs['data'])) as number[][];
  const covariance = answered(sampleCovariance(columns));
  const weights = answered(riskBudgetWeights(covariance, inputs['budget'] as readonly number[]));
  const inverses = columns.map((_, row) => 1 / Math.sqrt(at(covariance, row, row)));
  const total = inverses.reduce((sum, each) => sum + each, 0);
  return {
    w_risk_parity: weights,
    rc: riskContributions(covariance, weights),
    w_min_var: answered(leastVarianceWeights(covariance, { isLongOnly: false })),
    w_min_var_long_only: answered(leastVarianceWeights(covariance, { isLongOnly: true })),
    w_inv_vol: inverses.map((each) => each / total),
  };
};

export const backtest: QuantAdapter = ({ inputs }) => {
  const hits = (inputs['hits'] as readonly number[]).map((hit) => hit === 1);
  const often = answered(kupiecTest(Number(inputs['T']), Number(inputs['x']), Number(inputs['p'])));
  const tested = christoffersenTest(hits);
  const counts = tested.ok
    ? tested.value.transitions
    : tested.error.kind === 'one-kind'
      ? tested.error.transitions
      : null;
  return {
    LR_uc: often.statistic,
    p_uc: often.p,
    counts: counts === null ? null : [counts.n00, counts.n01, counts.n10, counts.n11],
    LR_ind: tested.ok ? tested.value.statistic : null,
    p_ind: tested.ok ? tested.value.p : null,
  };
};

/** Rows of the published table: up to ten exceptions. */
const EXCEPTIONS = 11;

export const trafficLights: QuantAdapter = ({ inputs }) => {
  const window = { observations: Number(inputs['T']), chance: Number(inputs['p']) };
  const rows = Array.from({ length: EXCEPTIONS }, (_, exceptions) =>
    answered(trafficLight(exceptions, window)),
  );
  return {
    cumulative: rows.map(({ cumulative }) => cumulative),
    addon_basel2_5: rows.map(({ baselAddon }) => baselAddon),
    addon_frtb: rows.map(({ frtbAddon }) => frtbAddon),
    zone: rows.map(({ zone }) => zone),
  };
};

export const capital: QuantAdapter = ({ inputs }) => {
  const charge = answered(
    capitalCharge({
      valueAtRisk: Number(inputs['VaR']),
      valueAtRiskAverage: Number(inputs['avg60']),
      stressed: Number(inputs['sVaR']),
      stressedAverage: Number(inputs['savg60']),
      exceptions: Number(inputs['exceptions']),
    }),
  );
  return {
    m: charge.multiplier,
    capital: charge.capital,
    frtb_multiplier: charge.frtbMultiplier,
    ES_liquidity: answered(liquidityShortfall(inputs['ES_by_LH'] as readonly number[])),
  };
};

export const shock: QuantAdapter = ({ inputs }) => {
  const [quantity, price, gamma] = [inputs['qty'], inputs['price'], inputs['gamma']] as number[][];
  const holdings = (quantity as number[]).map((each, at) => ({
    quantity: each,
    price: price?.[at] as number,
    gamma: gamma?.[at] as number,
  }));
  const { profits, total } = answered(shocked(holdings, inputs['shock'] as readonly number[]));
  return { pnl: profits, total };
};

export const conditional: QuantAdapter = ({ inputs, csv }) => {
  const columns = csv(inputs['data']);
  const covariance = answered(sampleCovariance(Object.values(columns) as number[][]));
  const factor = Object.keys(columns).indexOf(String(inputs['column']));
  const moved = answered(propagatedShock(covariance, factor, Number(inputs['shock'])));
  return { expected_others: moved.expected, cond_cov: rowsOf(moved.covariance) };
};
