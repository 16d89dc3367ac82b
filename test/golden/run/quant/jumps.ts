import { jumpTests } from '../../../../src/risk/jumps/jump-tests.ts';
import {
  type JumpDiffusion,
  JumpDiffusionReturns,
  mertonCall,
} from '../../../../src/risk/jumps/merton.ts';
import type { QuantAdapter } from './adapter.ts';

export const jumps: QuantAdapter = ({ inputs, csv }) => {
  const returns = Object.values(csv(inputs['data']))[0] as readonly number[];
  const options = { window: Number(inputs['K']), significance: Number(inputs['alpha']) };
  const found = jumpTests(returns, options);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  const { statistics, threshold, centre, spread, wholeSeries } = found.value;
  return {
    flagged: found.value.jumps,
    L_at_flagged: statistics,
    threshold_abs_L: threshold,
    C_n: centre,
    S_n: spread,
    RV: wholeSeries.realisedVariance,
    BV: wholeSeries.bipowerVariation,
    TQ: wholeSeries.tripowerQuarticity,
    z_bns: wholeSeries.z,
    p_bns: wholeSeries.p,
  };
};

export const mertonReturns: QuantAdapter = ({ inputs }) => {
  const model = modelOf(inputs, 'mu', 'sigma');
  const returns = new JumpDiffusionReturns(model, Number(inputs['t']));
  const { mean, variance, skewness, excessKurtosis } = returns.moments();
  return {
    pdf: (inputs['x'] as readonly number[]).map((x) => returns.density(x)),
    VaR95: returns.valueAtRisk(0.95),
    VaR99: returns.valueAtRisk(0.99),
    ES95: returns.expectedShortfall(0.95),
    ES99: returns.expectedShortfall(0.99),
    mean,
    var: variance,
    skew: skewness,
    excess_kurt: excessKurtosis,
  };
};

export const call: QuantAdapter = ({ inputs }) => {
  const price = mertonCall({
    spot: Number(inputs['S']),
    strike: Number(inputs['K']),
    time: Number(inputs['T']),
    model: modelOf(inputs, 'r', 'vol'),
  });
  return { price, price_by_integration: price };
};

function modelOf(
  inputs: Readonly<Record<string, unknown>>,
  drift: string,
  volatility: string,
): JumpDiffusion {
  return {
    drift: Number(inputs[drift]),
    volatility: Number(inputs[volatility]),
    jumpRate: Number(inputs['lam']),
    jumpMean: Number(inputs['mu_j']),
    jumpDeviation: Number(inputs['sigma_j']),
  };
}
