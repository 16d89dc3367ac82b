/** Bayesian optimisation against the reference numbers. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  expectedImprovement,
  probabilityOfImprovement,
} from '../../../src/math/bayes/acquisition.ts';
import { GaussianProcess, memoryFor } from '../../../src/math/bayes/gaussian-process.ts';
import { vectorKernels } from '../../../src/math/kernels/vector-kernels.ts';
import { assertVector, quantVectors } from '../../support/quant/vectors.ts';

interface AcquisitionInputs {
  readonly cases: readonly (readonly [mu: number, s: number, best: number, xi: number])[];
}

const acquisitions = quantVectors<AcquisitionInputs, unknown>('bayes_opt', 'acquisition');
for (const vector of acquisitions) {
  test(`bayes_opt/acquisition: ${vector.name}`, () => {
    const values = vector.inputs.cases.map(([mean, deviation, best, margin]) => {
      const prospect = { mean, deviation, best, margin };
      return { ei: expectedImprovement(prospect), pi: probabilityOfImprovement(prospect) };
    });
    assertVector(vector, { values });
  });
}

interface ProcessInputs {
  readonly X: readonly number[][];
  readonly y: readonly number[];
  readonly Xs: readonly number[][];
  readonly variance: number;
  readonly length: number;
  readonly noise: number;
}

const SHAPES = ['rbf', 'matern52', 'matern32'] as const;
const processes = quantVectors<ProcessInputs, unknown>('bayes_opt', 'gaussian-process');
for (const vector of processes) {
  test(`bayes_opt/gaussian-process: ${vector.name}`, () => {
    const { X, y, Xs, variance, length, noise } = vector.inputs;
    const kernels = vectorKernels(memoryFor(X.length));
    const points = X.map((point) => Float64Array.from(point));
    const found = SHAPES.map((shape) => {
      const options = { shape, variance, length, noise };
      const process = new GaussianProcess(points, Float64Array.from(y), options, kernels);
      const seen = Xs.map((point) => {
        process.predict(Float64Array.from(point));
        return { mean: process.mean, sd: process.deviation };
      });
      return {
        mean: seen.map(({ mean }) => mean),
        sd: seen.map(({ sd }) => sd),
        log_marginal_likelihood: process.logLikelihood,
      };
    });
    assertVector(vector, Object.fromEntries(SHAPES.map((shape, at) => [shape, found[at]])));
  });
}

test('there is a vector of each item', () => {
  assert.equal([acquisitions.length, processes.length], [1, 1]);
});

test.run();
