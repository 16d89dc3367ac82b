import { type DccPath, filterDcc, fitDcc } from '../../../../src/risk/volatility/dcc.ts';
import type { QuantAdapter, QuantInputs } from './adapter.ts';

export const dccFit: QuantAdapter = (from) => {
  const fit = fitDcc(columnsOf(from));
  if (!fit.ok) throw new Error(JSON.stringify(fit.error));
  const { variances, a, b } = fit.value.parameters;
  return {
    omega: variances.map(({ omega }) => omega),
    alpha: variances.map(({ alpha }) => alpha),
    beta: variances.map(({ beta }) => beta),
    a,
    b,
    ...answerOf(fit.value),
  };
};

export const dccFilter: QuantAdapter = (from) => {
  const { inputs } = from;
  const [omega, alpha, beta] = ['omega', 'alpha', 'beta'].map((name) => inputs[name]) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const variances = omega.map((level, at) => ({
    mu: 0,
    omega: level,
    alpha: alpha[at] as number,
    gamma: 0,
    beta: beta[at] as number,
    nu: null,
  }));
  const path = filterDcc(columnsOf(from), {
    variances,
    a: Number(inputs['a']),
    b: Number(inputs['b']),
  });
  if (!path.ok) throw new Error(JSON.stringify(path.error));
  return answerOf(path.value);
};

function columnsOf({ inputs, csv }: QuantInputs): (readonly number[])[] {
  return Object.values(csv(inputs['data'])) as (readonly number[])[];
}

function answerOf({ logLikelihood: loglik, last, mean }: DccPath): object {
  return { loglik, R_last: rowsOf(last), Qbar: rowsOf(mean) };
}

function rowsOf(square: Float64Array): number[][] {
  const size = Math.sqrt(square.length);
  return Array.from({ length: size }, (_, row) =>
    Array.from(square.subarray(row * size, (row + 1) * size)),
  );
}
