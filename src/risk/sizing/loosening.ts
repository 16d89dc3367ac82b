import type { SizingSettings } from './settings.ts';

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
