import { studentQuantile, unitVarianceScale } from '../../../../src/math/student-t.ts';
import { fitVolatility, type VolatilityFit } from '../../../../src/risk/volatility/fit.ts';
import { forecastVariances } from '../../../../src/risk/volatility/forecast.ts';
import { logLikelihood, SCORES } from '../../../../src/risk/volatility/likelihood/likelihood.ts';
import { VariancePath } from '../../../../src/risk/volatility/likelihood/recursion.ts';
import {
  type Innovations,
  longRunVariance,
  type VolatilityModel,
  type VolatilityParameters,
} from '../../../../src/risk/volatility/model.ts';
import type { Columns, QuantAdapter, QuantInputs } from './adapter.ts';

const AHEAD_OF_FIT = 5;
const AHEAD_OF_FILTER = 10;
const TRADING_DAYS = 252;

export const garchFit: QuantAdapter = (from) => {
  const fit = fitted(from, { kind: 'normal' }, 'garch');
  return { ...parametersOf(fit), ...variancesOf(fit), ...errorsOf(fit) };
};

export const garchTFit: QuantAdapter = (from) => {
  const fit = fitted(from, { kind: 't', nu: null }, 'garch');
  return { ...parametersOf(fit), ...variancesOf(fit), ...errorsOf(fit) };
};

export const garchTFixedFit: QuantAdapter = (from) => {
  const nu = Number(from.inputs['nu']);
  const fit = fitted(from, { kind: 't', nu }, 'garch');
  const next = fit.variances[fit.observations] as number;
  const loss = (level: number): number =>
    -(fit.parameters.mu + Math.sqrt(next) * unitVarianceScale(nu) * studentQuantile(1 - level, nu));
  return {
    ...parametersOf(fit),
    ...variancesOf(fit),
    next_day_VaR95: loss(0.95),
    next_day_VaR99: loss(0.99),
  };
};

export const garchFilter: QuantAdapter = ({ inputs, csv }) => {
  const parameters = parametersIn(inputs);
  const { path, loglik } = filtered('garch', parameters, firstColumn(csv(inputs['data'])));
  const model = { variance: 'garch', innovations: { kind: 'normal' }, mean: 'constant' } as const;
  const next = path.variances[path.returns.length] as number;
  const ahead = forecastVariances(model, parameters, next, AHEAD_OF_FILTER) as number[];
  const longRun = longRunVariance(model, parameters);
  return {
    loglik,
    ...endsOf(path),
    sigma2_forecast_1_to_10: ahead,
    unconditional_variance: longRun,
    annual_vol_252: longRun === null ? null : Math.sqrt(TRADING_DAYS * longRun),
    sum_forecast_10d: ahead.reduce((sum, h) => sum + h, 0),
  };
};

export const egarchFit: QuantAdapter = (from) => {
  const isT = from.inputs['dist'] === 't';
  const fit = fitted(from, isT ? { kind: 't', nu: null } : { kind: 'normal' }, 'egarch');
  const { observations, variances } = fit;
  const sigma2_last3 = Array.from(variances.slice(observations - 3, observations));
  return { ...parametersOf(fit), sigma2_last3, ...errorsOf(fit) };
};

export const egarchFilter: QuantAdapter = ({ inputs, csv }) => {
  const parameters = parametersIn(inputs['params'] as Readonly<Record<string, unknown>>);
  const { path, loglik } = filtered('egarch', parameters, firstColumn(csv(inputs['data'])));
  return { loglik, ...endsOf(path) };
};

function fitted(
  { inputs, csv }: QuantInputs,
  innovations: Innovations,
  variance: VolatilityModel['variance'],
): VolatilityFit {
  const returns = firstColumn(csv(inputs['data']));
  const fit = fitVolatility(returns, { variance, innovations, mean: 'constant' });
  if (!fit.ok) throw new Error(JSON.stringify(fit.error));
  return fit.value;
}

function parametersOf({ parameters, logLikelihood: loglik }: VolatilityFit): object {
  return { ...parameters, loglik };
}

function variancesOf({ model, parameters, variances, observations }: VolatilityFit): object {
  const next = variances[observations] as number;
  return {
    sigma2_last: variances[observations - 1],
    sigma2_forecast_1_to_5: forecastVariances(model, parameters, next, AHEAD_OF_FIT),
  };
}

function errorsOf({ errors }: VolatilityFit): object {
  return {
    se_hessian: errors.hessian,
    se_qmle: errors.robust,
    se_opg: errors.outerProduct,
    se_info: errors.information,
    se_bollerslev_wooldridge: errors.bollerslevWooldridge,
  };
}

function filtered(
  variance: VolatilityModel['variance'],
  parameters: VolatilityParameters,
  returns: readonly number[],
): { readonly path: VariancePath; readonly loglik: number } {
  const path = new VariancePath({ variance }, Float64Array.from(returns));
  return { path, loglik: logLikelihood(path, parameters, new Float64Array(SCORES)) };
}

function endsOf({ variances, returns }: VariancePath): object {
  const count = returns.length;
  return {
    sigma2_first3: Array.from(variances.slice(0, 3)),
    sigma2_last3: Array.from(variances.slice(count - 3, count)),
  };
}

function parametersIn(inputs: Readonly<Record<string, unknown>>): VolatilityParameters {
  const numberOf = (name: string): number => Number(inputs[name] ?? 0);
  return {
    mu: numberOf('mu'),
    omega: numberOf('omega'),
    alpha: numberOf('alpha'),
    gamma: numberOf('gamma'),
    beta: numberOf('beta'),
    nu: inputs['nu'] === undefined || inputs['nu'] === null ? null : Number(inputs['nu']),
  };
}

function firstColumn(columns: Columns): readonly number[] {
  return (Object.values(columns)[0] ?? []) as readonly number[];
}
