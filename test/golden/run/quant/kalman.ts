import { KalmanFilter, type StateSpace, steadyState } from '../../../../src/math/kalman.ts';
import { type SmoothedStep, smoothed } from '../../../../src/math/kalman-smoother.ts';
import { type Columns, numbersOf, type QuantAdapter } from './adapter.ts';

const FIRST = 3;
const ROW = 30;
const SMOOTHED_ROW = 5;
/** χ² with one degree of freedom, 99 %. */
const SURPRISE_MAX = 6.635;

export const steady: QuantAdapter = ({ inputs }) => {
  const { predictedVariance, gain } = steadyState(Number(inputs['q']), Number(inputs['h']));
  return { P: predictedVariance, K: gain };
};

export const localLevel: QuantAdapter = ({ inputs, csv }) => {
  const model: StateSpace = {
    transition: [1],
    stateNoise: [Number(inputs['q'])],
    observationNoise: Number(inputs['h']),
    start: [Number(inputs['a1'])],
    startCovariance: [Number(inputs['P1'])],
  };
  const [from, to] = (inputs['missing_rows'] ?? [0, 0]) as readonly [number, number];
  const series = column(csv(inputs['data']), 0).map((value, at) =>
    at >= from && at < to ? Number.NaN : value,
  );
  const filter = new KalmanFilter(model);
  const steps = series.map((value) => {
    const before = filter.logLikelihood;
    filter.step(value, [1]);
    const [level, variance] = [filter.state[0], filter.covariance[0]];
    return { level, variance, added: filter.logLikelihood - before };
  });
  const whole = stepsOf(model, series, () => [1]);
  const last = steps[steps.length - 1];
  return {
    loglik: filter.logLikelihood,
    loglik_first3: steps.slice(0, FIRST).map(({ added }) => added),
    filtered_first3: steps.slice(0, FIRST).map(({ level }) => level),
    filtered_var_first3: steps.slice(0, FIRST).map(({ variance }) => variance),
    filtered_at_30: steps[ROW]?.level,
    filtered_var_at_30: steps[ROW]?.variance,
    filtered_last: last?.level,
    filtered_var_last: last?.variance,
    smoothed_first3: whole.slice(0, FIRST).map(({ state }) => state[0]),
    smoothed_var_first3: whole.slice(0, FIRST).map(({ covariance }) => covariance[0]?.[0]),
    smoothed_at_30: whole[ROW]?.state[0],
    smoothed_var_at_30: whole[ROW]?.covariance[0]?.[0],
    smoothed_last: whole[whole.length - 1]?.state[0],
    smoothed_var_last: whole[whole.length - 1]?.covariance[0]?.[0],
    innovation_last: filter.innovation,
    innovation_var_last: filter.innovationVariance,
  };
};

export const constantVelocity: QuantAdapter = ({ inputs, csv }) => {
  const dt = Number(inputs['dt']);
  const q = Number(inputs['Q']);
  const model: StateSpace = {
    transition: [1, dt, 0, 1],
    // White acceleration over a step.
    stateNoise: [(q * dt ** 4) / 4, (q * dt ** 3) / 2, (q * dt ** 3) / 2, q * dt ** 2],
    observationNoise: Number(inputs['R']),
    start: inputs['a1'] as readonly number[],
    startCovariance: [Number(inputs['P1']), 0, 0, Number(inputs['P1'])],
  };
  const series = column(csv(inputs['data']), 0);
  const filter = new KalmanFilter(model);
  const nis = series.map((value) => {
    filter.step(value, [1, 0]);
    return filter.surprise;
  });
  const [p00, p01, p10, p11] = filter.covariance;
  return {
    loglik: filter.logLikelihood,
    filtered_last: [...filter.state],
    cov_last: [
      [p00, p01],
      [p10, p11],
    ],
    smoothed_5: stepsOf(model, series, () => [1, 0])[SMOOTHED_ROW]?.state,
    nis,
    flagged_rows: nis.flatMap((value, at) => (value > SURPRISE_MAX ? [at] : [])),
  };
};

/** y on a constant and x, both random walks. */
export const hedgeRatio: QuantAdapter = ({ inputs, csv }) => {
  const columns = csv(inputs['data']);
  const rows = Number(inputs['rows']);
  const [y, x] = [column(columns, 0).slice(0, rows), column(columns, 1)];
  const q = Number(inputs['Q']);
  const filter = new KalmanFilter({
    transition: [1, 0, 0, 1],
    stateNoise: [q, 0, 0, q],
    observationNoise: Number(inputs['R']),
    start: [0, 0],
    startCovariance: [1, 0, 0, 1],
  });
  const states = y.map((value, at) => {
    filter.step(value, [1, x[at] as number]);
    return [...filter.state];
  });
  return {
    state_row0: states[0],
    state_last: states[states.length - 1],
    innov_last: filter.innovation,
    innov_sd_last: Math.sqrt(filter.innovationVariance),
    loglik: filter.logLikelihood,
  };
};

function stepsOf(
  model: StateSpace,
  series: readonly number[],
  loading: () => readonly number[],
): readonly SmoothedStep[] {
  const steps = smoothed(model, series, loading);
  return steps.ok ? steps.value : [];
}

function column(columns: Columns, at: number): readonly number[] {
  return numbersOf(columns, Object.keys(columns)[at] as string);
}
