import {
  expectedImprovement,
  probabilityOfImprovement,
} from '../../../../src/math/bayes/acquisition.ts';
import { GaussianProcess, memoryFor } from '../../../../src/math/bayes/gaussian-process.ts';
import { vectorKernels } from '../../../../src/math/kernels/vector-kernels.ts';
import type { QuantAdapter } from './adapter.ts';

const SHAPES = ['rbf', 'matern52', 'matern32'] as const;
type Case = readonly [mean: number, deviation: number, best: number, margin: number];

export const acquisition: QuantAdapter = ({ inputs }) => ({
  values: (inputs['cases'] as readonly Case[]).map(([mean, deviation, best, margin]) => {
    const prospect = { mean, deviation, best, margin };
    return { ei: expectedImprovement(prospect), pi: probabilityOfImprovement(prospect) };
  }),
});

/** The posterior of each covariance at the points that are asked for. */
export const gaussianProcess: QuantAdapter = ({ inputs }) => {
  const [seen, asked] = [inputs['X'], inputs['Xs']].map((points) =>
    (points as readonly number[][]).map((point) => Float64Array.from(point)),
  ) as [Float64Array[], Float64Array[]];
  const values = Float64Array.from(inputs['y'] as readonly number[]);
  const [variance, length, noise] = ['variance', 'length', 'noise'].map((name) =>
    Number(inputs[name]),
  ) as [number, number, number];
  const kernels = vectorKernels(memoryFor(seen.length));
  const posterior = (shape: (typeof SHAPES)[number]): unknown => {
    const process = new GaussianProcess(seen, values, { shape, variance, length, noise }, kernels);
    const found = asked.map((point) => {
      process.predict(point);
      return { mean: process.mean, sd: process.deviation };
    });
    return {
      mean: found.map(({ mean }) => mean),
      sd: found.map(({ sd }) => sd),
      log_marginal_likelihood: process.logLikelihood,
    };
  };
  return Object.fromEntries(SHAPES.map((shape) => [shape, posterior(shape)]));
};
