import { z } from 'zod';
import { CONTROLS } from '../controls/catalogue.ts';
import type { AnyControl, Limit } from '../controls/control.ts';

/** How restless the market is; each symbol is in one of them. */
export const REGIMES = ['calm', 'volatile', 'turbulent'] as const;
export type Regime = (typeof REGIMES)[number];

/** Raised when the meaning of the section changes; another one is refused. */
export const BREAKERS_VERSION = 1;

const tuned = z
  .strictObject({
    data: z.string().max(200).describe('digest of the recordings that the numbers were tuned on'),
    seed: z.number().int().describe('seed of the search'),
    evaluations: z.number().int().positive().describe('points that the search looked at'),
    objective: z.number().describe('what the best point came to'),
  })
  .describe('where the numbers come from, as `tune breakers` writes it');

/** Numbers of controls by id, where they differ. */
export type LimitOverrides = Readonly<
  Record<string, Readonly<Record<string, number | undefined>> | undefined>
>;

/** Its type is that of what it checks: the catalogue is no longer known to the compiler. */
const limits = z
  .strictObject(
    Object.fromEntries(
      CONTROLS.filter(hasOwnLimits).map((control) => [
        control.id,
        limitsOfControl(control).optional(),
      ]),
    ),
  )
  .describe(
    'numbers of the controls that differ from the catalogue, by id',
  ) as unknown as z.ZodType<LimitOverrides>;

/** Section `breakers` of the configuration. `{}` is the catalogue as it stands. */
export const breakersSection = z
  .strictObject({
    version: z
      .literal(BREAKERS_VERSION)
      .default(BREAKERS_VERSION)
      .describe('layout of this section; this program knows 1'),
    tuned: tuned.optional(),
    probeScale: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.5)
      .describe('size of orders while a breaker probes, as a fraction'),
    probeSeconds: z
      .number()
      .min(0)
      .max(3_600)
      .default(5)
      .describe('how long a breaker probes before it closes'),
    coolSecondsMax: z
      .number()
      .min(1)
      .max(86_400)
      .default(600)
      .describe('longest wait before a breaker probes, however often it has opened again'),
    forgetSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(300)
      .describe('a breaker that opens again so soon after it closed waits twice as long'),
    volatileQuantile: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe('quantile of the volatility in its own past from which a market is volatile'),
    turbulentQuantile: z
      .number()
      .min(0)
      .max(1)
      .default(0.98)
      .describe('quantile from which a market is turbulent'),
    limits: limits.default({}),
    volatile: limits.default({}),
    turbulent: limits.default({}),
  })
  .refine(({ volatileQuantile, turbulentQuantile }) => volatileQuantile <= turbulentQuantile, {
    path: ['turbulentQuantile'],
    message: 'wanted at least volatileQuantile',
  })
  .describe('circuit breakers and the numbers of the controls');

export type BreakerSettings = z.infer<typeof breakersSection>;

export function defaultBreakerSettings(): BreakerSettings {
  return breakersSection.parse({});
}

/** Whether a number of it is set here and nowhere else. */
function hasOwnLimits({ limits: table }: AnyControl): boolean {
  return Object.values(table).some(({ setBy }) => setBy === null);
}

function limitsOfControl({ limits: table, name }: AnyControl) {
  const entries = Object.entries(table)
    .filter(([, { setBy }]) => setBy === null)
    .map(([key, each]) => [key, numberOf(each).optional()]);
  return z.strictObject(Object.fromEntries(entries)).describe(name);
}

function numberOf({ value, unit, min, max }: Limit) {
  return z.number().min(min).max(max).describe(`${unit}; ${value} unless set`);
}
