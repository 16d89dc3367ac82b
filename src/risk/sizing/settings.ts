import { z } from 'zod';

const fraction = z.number().positive().max(1);
const share = z.number().min(0).max(1);

/** Section `sizing` of the configuration. `{}` is the cautious form that every desk has. */
export const sizingSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe('false lifts every size that is worked out here'),
    everySeconds: z
      .number()
      .min(1)
      .max(60)
      .default(5)
      .describe('how often the sizes are worked out anew'),
    staleSeconds: z
      .number()
      .min(2)
      .max(600)
      .default(30)
      .describe('age at which a size counts for nothing: only what reduces passes then'),
    kellyFraction: fraction
      .default(0.25)
      .describe('share of the growth-optimal size that is taken'),
    startingFraction: fraction
      .default(0.025)
      .describe('notional of a strategy of which nothing is proven yet, of equity'),
    evidenceHalfLifeHours: z
      .number()
      .min(0.25)
      .max(8_760)
      .default(24)
      .describe('how long it takes until what a strategy earned counts half'),
    volatilityTarget: fraction
      .default(0.01)
      .describe('daily volatility that one position may bring to the equity, as a fraction'),
    valueAtRisk95Max: fraction
      .default(0.02)
      .describe('largest daily value at risk at 95 %, of a position and of all, of equity'),
    valueAtRisk99Max: fraction
      .default(0.03)
      .describe('largest daily value at risk at 99 %, of a position and of all, of equity'),
    leverageMax: z
      .number()
      .positive()
      .max(3)
      .default(3)
      .describe('largest notional of all positions together, over equity'),
    symbolMax: z
      .number()
      .positive()
      .max(3)
      .default(0.05)
      .describe('largest notional of one position, over equity'),
    orderFraction: fraction.default(0.5).describe('largest order, of the largest position'),
    notionalMin: z
      .number()
      .nonnegative()
      .max(1)
      .default(0.005)
      .describe('a position below it is not taken at all, of equity'),
    liquidationMinutes: z
      .number()
      .min(1)
      .max(1_440)
      .default(60)
      .describe('time in which a position must be closed without moving the market'),
    participation: z
      .number()
      .positive()
      .max(0.5)
      .default(0.1)
      .describe('share of all volume that we may be meanwhile'),
    regimeScale: z
      .strictObject({
        calm: share.default(1).describe('in a calm market'),
        volatile: share.default(0.5).describe('in a volatile one'),
        turbulent: share.default(0.25).describe('in a turbulent one'),
      })
      .prefault({})
      .describe('factor of the size in each regime of the market'),
  })
  .superRefine(({ everySeconds, staleSeconds, startingFraction, symbolMax }, context) => {
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (staleSeconds < 2 * everySeconds) wrong('staleSeconds', 'wanted twice everySeconds or more');
    if (startingFraction > symbolMax) wrong('startingFraction', 'wanted at most symbolMax');
  })
  .describe('how large positions become: the Kelly fraction and what caps it');

export type SizingSettings = z.infer<typeof sizingSection>;

/** A larger number is a larger size, or one that is trusted for longer. */
const LOOSER_UP = [
  'staleSeconds',
  'kellyFraction',
  'startingFraction',
  'volatilityTarget',
  'valueAtRisk95Max',
  'valueAtRisk99Max',
  'leverageMax',
  'symbolMax',
  'orderFraction',
  'liquidationMinutes',
  'participation',
] as const;
/** A smaller number lets smaller positions be, or forgets a loss sooner. */
const LOOSER_DOWN = ['notionalMin', 'evidenceHalfLifeHours'] as const;

/** Everything that other settings of the sizes take back, `path: from → to`, as `looserLimits`. */
export function looserSizing(from: SizingSettings, to: SizingSettings): readonly string[] {
  const found: string[] = [];
  const compare = (path: string, was: number, is: number): void => {
    if (is > was) found.push(path);
  };
  const told = (path: string, was: unknown, is: unknown): string =>
    `sizing.${path}: ${was} → ${is}`;
  if (from.enabled && !to.enabled) found.push(told('enabled', true, false));
  for (const key of LOOSER_UP) compare(told(key, from[key], to[key]), from[key], to[key]);
  for (const key of LOOSER_DOWN) compare(told(key, from[key], to[key]), to[key], from[key]);
  for (const [regime, was] of Object.entries(from.regimeScale)) {
    const is = to.regimeScale[regime as keyof typeof to.regimeScale];
    compare(told(`regimeScale.${regime}`, was, is), was, is);
  }
  return found;
}
