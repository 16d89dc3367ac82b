import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitVolatility, type VolatilityFit } from '../../src/risk/volatility/fit.ts';
import type { VolatilityModel } from '../../src/risk/volatility/model.ts';
import { root } from '../../test/support/shared.ts';
import { type Case, caseOf } from '../case.ts';
import { type GretlRun, gretlFits } from './gretl.ts';

const FILE = 'test/golden/quant/dem2gbp.csv';
/** What Fiorentini, Calzolari and Panattoni publish, with Bollerslev-Wooldridge errors. */
const PUBLISHED = [-0.0061904083799, 0.0107613978518, 0.15313406182, 0.805973670305];
const PUBLISHED_ERRORS = [0.008730924687, 0.00312363751, 0.027321934, 0.030150886];
const DIGITS_MIN = 6;
const ERROR_DIGITS_MIN = 3;
const RATIO_MIN = 5;
/** A fit of the harder models may take as long, in µs. */
const FIT_US_MAX = 10_000;
/** Fits in a row by each program, which then change places. */
const TURNS = 5;
const FITS_A_TURN = 20;
const WARM_UP_FITS = 50;

/**
 * Fits of the DEM/GBP series: GARCH(1,1) against gretl, which fits the same series in the same run,
 * and the harder models against their budget. All figures are medians, and include every standard
 * error.
 */
export function volatilityCases(): Case[] {
  const file = join(root, FILE);
  const returns = Float64Array.from(readFileSync(file, 'utf8').trim().split('\n').slice(1), Number);
  const garch = modelOf('garch', 'normal');
  for (let fit = 0; fit < WARM_UP_FITS; fit += 1) fitVolatility(returns, garch);
  const own: number[] = [];
  const gretl: GretlRun[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    own.push(...timesOf(returns, garch, FITS_A_TURN));
    const run = gretlFits(file, FITS_A_TURN);
    if (run !== null) gretl.push(run);
  }
  const fit = fitVolatility(returns, garch);
  if (!fit.ok) throw new Error(JSON.stringify(fit.error));
  return [
    ...againstGretl(median(own), gretl),
    ...exactness(fit.value, gretl[0]),
    ...(['normal', 't'] as const).flatMap((kind) =>
      (['garch', 'gjr', 'egarch'] as const)
        .filter((variance) => kind === 't' || variance !== 'garch')
        .map((variance) => fitCase(returns, modelOf(variance, kind))),
    ),
  ];
}

function modelOf(variance: VolatilityModel['variance'], kind: 'normal' | 't'): VolatilityModel {
  const innovations = kind === 't' ? ({ kind, nu: null } as const) : ({ kind } as const);
  return { variance, innovations, mean: 'constant' };
}

function againstGretl(own: number, runs: readonly GretlRun[]): Case[] {
  const name = 'GARCH(1,1) fit of DEM/GBP, standard errors included';
  const [first] = runs;
  if (first === undefined) {
    process.stderr.write('gretlcli is not here (Debian: gretl), so that nothing is compared\n');
    return [caseOf({ name, value: own, unit: 'µs' })];
  }
  const peer = median(runs.flatMap(({ fitMs }) => fitMs)) * 1_000;
  const whole = median(runs.map(({ wholeMs }) => wholeMs)) * 1_000;
  return [
    caseOf({ name, value: own, unit: 'µs', peer: { name: `gretl ${first.version}`, value: peer } }),
    caseOf({
      name: 'fits here in the time of one of gretl, its start left out',
      value: peer / own,
      unit: 'times',
      target: RATIO_MIN,
    }),
    caseOf({
      name: `gretl from its start to its end, ${FITS_A_TURN} fits and 5 before them`,
      value: whole,
      unit: 'µs',
    }),
  ];
}

function exactness({ parameters, errors }: VolatilityFit, gretl: GretlRun | undefined): Case[] {
  const { mu, omega, alpha, beta } = parameters;
  const digits = digitsOf([mu, omega, alpha, beta], PUBLISHED);
  const errorDigits = digitsOf(errors.bollerslevWooldridge ?? [], PUBLISHED_ERRORS);
  const peer = gretl && { name: 'gretl', value: digitsOf(gretl.parameters, PUBLISHED) };
  return [
    caseOf({
      name: 'digits of the worst parameter that are those published',
      value: digits,
      unit: 'count',
      ...(peer === undefined ? {} : { peer }),
    }),
    caseOf({
      name: `parameters of which fewer than ${DIGITS_MIN} digits are`,
      value: digits >= DIGITS_MIN ? 0 : 1,
      unit: 'count',
      target: 0,
    }),
    caseOf({
      name: `published standard errors not met to ${ERROR_DIGITS_MIN} digits`,
      value: errorDigits >= ERROR_DIGITS_MIN ? 0 : 1,
      unit: 'count',
      target: 0,
    }),
  ];
}

function fitCase(returns: Float64Array, model: VolatilityModel): Case {
  timesOf(returns, model, FITS_A_TURN);
  return caseOf({
    name: `${model.variance} fit, ${model.innovations.kind} shocks, of DEM/GBP`,
    value: median(timesOf(returns, model, FITS_A_TURN)),
    unit: 'µs',
    target: FIT_US_MAX,
  });
}

function timesOf(returns: Float64Array, model: VolatilityModel, fits: number): number[] {
  return Array.from({ length: fits }, () => {
    const began = performance.now();
    const fit = fitVolatility(returns, model);
    if (!fit.ok) throw new Error(JSON.stringify(fit.error));
    return (performance.now() - began) * 1_000;
  });
}

/** −log₁₀ of the largest relative error. */
function digitsOf(found: readonly (number | null)[], wanted: readonly number[]): number {
  const off = wanted.map((right, at) => Math.abs(((found[at] ?? Number.NaN) - right) / right));
  return -Math.log10(Math.max(...off));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}
