import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../../src/core/rng.ts';
import type { VolatilityModel, VolatilityParameters } from '../../../src/risk/volatility/model.ts';
import { simulateReturns } from '../../../src/risk/volatility/simulate.ts';
import { root } from '../../support/shared.ts';

/** The first column of a file of the vectors. */
export function seriesOf(name: string): number[] {
  const text = readFileSync(join(root, 'test/golden/quant', name), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]));
}

export const NORMAL = { kind: 'normal' } as const;
export const STUDENT = { kind: 't', nu: null } as const;

export function aModel(more: Partial<VolatilityModel> = {}): VolatilityModel {
  return { variance: 'garch', innovations: NORMAL, mean: 'constant', ...more };
}

export const MODELS: readonly VolatilityModel[] = (['garch', 'gjr', 'egarch'] as const).flatMap(
  (variance) => [NORMAL, STUDENT].map((innovations) => aModel({ variance, innovations })),
);

/** Usual parameters of each model, for returns of variance one. */
export function usual({ variance, innovations }: VolatilityModel): VolatilityParameters {
  const nu = innovations.kind === 't' ? 6 : null;
  if (variance === 'egarch')
    return { mu: 0.05, omega: 0, alpha: 0.2, gamma: -0.08, beta: 0.95, nu };
  const gamma = variance === 'gjr' ? 0.08 : 0;
  return { mu: 0.05, omega: 0.05, alpha: 0.06, gamma, beta: 0.85, nu };
}

export function simulated(model: VolatilityModel, periods: number, seed: number): Float64Array {
  return simulateReturns(model, usual(model), { periods, next: 1, random: rngOf(seed) }).returns;
}
