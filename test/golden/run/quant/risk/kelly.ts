import { assert } from '../../../../../src/core/result.ts';
import { put, zeros } from '../../../../../src/math/matrix.ts';
import {
  binaryGrowth,
  binaryKelly,
  empiricalKelly,
  growthKept,
} from '../../../../../src/risk/sizing/kelly.ts';
import {
  constrainedKelly,
  excessGrowth,
  kellyWeights,
  NO_LIMITS,
} from '../../../../../src/risk/sizing/kelly-portfolio.ts';
import { answered, numbersOf, type QuantAdapter } from '../adapter.ts';

export const binary: QuantAdapter = ({ inputs }) => {
  const [winChance, win, loss] = [inputs['p'], inputs['b'], inputs['a']].map(Number) as [
    number,
    number,
    number,
  ];
  const bet = { winChance, win, loss };
  const { notional } = answered(binaryKelly(bet));
  const part = notional * Number(inputs['fraction']);
  return {
    f_full: notional,
    f_quarter: part,
    growth_full: binaryGrowth(bet, notional),
    growth_quarter: binaryGrowth(bet, part),
  };
};

/** The vectors' own fraction of the optimum; the schema has no input for it. */
const QUARTER = 0.25;

export const multiAsset: QuantAdapter = ({ inputs }) => {
  const mean = inputs['mu'] as readonly number[];
  const sd = inputs['sigma'] as readonly number[];
  const correlation = inputs['corr'] as readonly (readonly number[])[];
  const rate = Number(inputs['r']);
  const covariance = zeros(mean.length, mean.length);
  correlation.forEach((line, row) => {
    line.forEach((cell, column) => {
      put(covariance, row, column, cell * (sd[row] as number) * (sd[column] as number));
    });
  });
  const model = { excess: mean.map((each) => each - rate), covariance };
  const full = answered(kellyWeights(model));
  const quarter = full.map((weight) => QUARTER * weight);
  const longOnly = answered(constrainedKelly(model, { ...NO_LIMITS, isLongOnly: true, sumMax: 1 }));
  const kept = excessGrowth(model, quarter) / excessGrowth(model, full);
  assert(Math.abs(kept - growthKept(QUARTER)) < 1e-9, 'a fraction c keeps 2c − c² of the growth');
  return {
    f_full: full,
    growth_full: rate + excessGrowth(model, full),
    f_quarter: quarter,
    growth_quarter: rate + excessGrowth(model, quarter),
    share_of_excess_growth_quarter: kept,
    f_long_only_sum_le_1: longOnly,
    growth_long_only: rate + excessGrowth(model, longOnly),
  };
};

export const empirical: QuantAdapter = ({ inputs, csv }) => {
  const returns = numbersOf(csv(inputs['data']), String(inputs['column']));
  const { optimum, meanOverVariance } = answered(empiricalKelly(returns));
  return { f_empirical: optimum, f_mean_over_var: meanOverVariance };
};
