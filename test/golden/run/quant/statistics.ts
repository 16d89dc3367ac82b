import { equilibria } from '../../../../src/math/nash.ts';
import {
  detrendedFluctuation,
  laggedDeviationSlope,
  rescaledRange,
} from '../../../../src/math/time-series/hurst.ts';
import { fitOrnsteinUhlenbeck } from '../../../../src/math/time-series/ornstein-uhlenbeck.ts';
import { answered, numbersOf, type QuantAdapter } from './adapter.ts';

export const nash: QuantAdapter = ({ inputs }) => {
  const [A, B] = [inputs['A'], inputs['B']] as readonly (readonly (readonly number[])[])[];
  const found = equilibria(
    A as readonly (readonly number[])[],
    B as readonly (readonly number[])[],
  );
  return {
    equilibria: found.map(({ x, y, rowValue, columnValue }) => ({
      x,
      y,
      value_row: rowValue,
      value_col: columnValue,
    })),
  };
};

export const ornsteinUhlenbeck: QuantAdapter = ({ inputs, csv }) => {
  const [series] = Object.values(csv(inputs['data'])) as readonly (readonly number[])[];
  const fit = fitOrnsteinUhlenbeck(series as readonly number[], Number(inputs['dt']));
  if (!fit.ok && fit.error.kind === 'not-mean-reverting') {
    return { theta: null, mu: null, sigma: null, loglik: null, half_life_time: null, ...NO_STEPS };
  }
  const found = answered(fit);
  return {
    theta: found.theta,
    mu: found.mu,
    sigma: found.sigma,
    loglik: found.logLikelihood,
    half_life_time: found.halfLife,
    half_life_steps_exact: found.halfLifeSteps,
    half_life_steps_regression: found.halfLifeStepsRegression,
    stationary_sd: found.stationarySd,
    b: found.persistence,
  };
};

const NO_STEPS = {
  half_life_steps_exact: null,
  half_life_steps_regression: null,
  stationary_sd: null,
  b: null,
};

export const hurst: QuantAdapter = ({ inputs, csv }) => {
  const levels = numbersOf(csv(inputs['data']), String(inputs['column']));
  const isChange = inputs['transform'] === 'abs-diff';
  const changes = levels.slice(1).map((each, at) => Math.abs(each - (levels[at] as number)));
  const series = isChange ? changes : levels;
  const { simple, halving, empirical, corrected, theoretical } = answered(rescaledRange(series));
  const { alpha, fluctuations } = answered(detrendedFluctuation(series));
  return {
    pracma: { Hs: simple, Hrs: halving, He: empirical, Hal: corrected, Ht: theoretical },
    dfa1_alpha: alpha,
    dfa1_F: fluctuations,
    hurst_lagged_std_of_log_price_lags_2_20: answered(laggedDeviationSlope(levels)),
  };
};
