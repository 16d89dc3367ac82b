import { z } from 'zod';
import { NU_MAX, NU_MIN } from '../coordinates.ts';
import type { Innovations, VolatilityModel } from '../model.ts';
import { OBSERVATIONS_MIN } from '../returns.ts';
import { DAY_MS } from './seasonality.ts';

/** Returns that an instrument keeps at most: 16 bytes each. */
const RETURNS_MAX = 50_000;

export const volatilitySection = z
  .strictObject({
    periodSeconds: z
      .number()
      .int()
      .min(1)
      .max(3_600)
      .default(60)
      .describe('how far apart the prices are whose returns are followed'),
    returns: z
      .number()
      .int()
      .min(OBSERVATIONS_MIN)
      .max(RETURNS_MAX)
      .default(10_080)
      .describe('how many of the last returns a model is fitted to'),
    returnsMin: z
      .number()
      .int()
      .min(OBSERVATIONS_MIN)
      .max(RETURNS_MAX)
      .default(500)
      .describe('how many there are at least before the first fit'),
    refitMinutes: z
      .number()
      .int()
      .min(1)
      .max(10_080)
      .default(60)
      .describe('how long a fit is used before the next'),
    seasonMinutes: z
      .number()
      .int()
      .min(1)
      .max(1_440)
      .refine((minutes) => DAY_MS % (minutes * 60_000) === 0, 'wanted minutes that divide a day')
      .default(30)
      .describe('parts of the day whose usual size of returns is told apart'),
    warmStart: z
      .boolean()
      .default(true)
      .describe('begin with minute candles of the venue; for periods of whole minutes'),
    staleSeconds: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(180)
      .describe('age at which a volatility is not known any more'),
    variance: z.enum(['garch', 'gjr', 'egarch']).default('garch').describe('model of the variance'),
    shocks: z.enum(['normal', 't']).default('t').describe('distribution of the shocks'),
    nu: z
      .number()
      .min(NU_MIN)
      .max(NU_MAX)
      .optional()
      .describe('degrees of freedom of t shocks; left out: they are estimated'),
    correlation: z
      .enum(['average', 'dynamic'])
      .default('average')
      .describe(
        'correlations of a book: an exponential average, or a fitted model (2 … 16 markets)',
      ),
    ewmaLambda: z
      .number()
      .min(0.5)
      .max(0.999)
      .default(0.97)
      .describe('weight of the past in the average that stands in until the first fit'),
  })
  .superRefine(({ periodSeconds, staleSeconds, returns, returnsMin, shocks, nu }, context) => {
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (staleSeconds < periodSeconds) wrong('staleSeconds', 'wanted periodSeconds or more');
    if (returnsMin > returns) wrong('returnsMin', 'wanted at most as many as `returns`');
    if (nu !== undefined && shocks === 'normal') wrong('nu', 'wanted `shocks: t` with it');
  })
  .describe('volatility of each market, followed live and fitted anew from time to time');

export type VolatilitySettings = z.infer<typeof volatilitySection>;

export function modelOf({ variance, shocks, nu }: VolatilitySettings): VolatilityModel {
  const innovations: Innovations =
    shocks === 't' ? { kind: 't', nu: nu ?? null } : { kind: 'normal' };
  return { variance, innovations, mean: 'constant' };
}
