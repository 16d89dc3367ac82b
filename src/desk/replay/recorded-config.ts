import type { Config } from '../../config/schema.ts';
import { defaultBreakerSettings } from '../../risk/breakers/settings.ts';
import { recordedVenueOf } from '../venue/floor.ts';

/** The recorded time goes by in two processes that start apart, and their clocks mean nothing. */
const ANY_CLOCK = { warnMs: 3_600_000, haltMs: 3_600_000 };

/**
 * The configuration of a run on a recording: one venue and one market, that of the recording.
 * Strategies of other markets are left out; when none is left, the first one trades the recorded
 * market instead.
 */
export function recordedConfig(config: Config, symbol: string): Config {
  const venue = recordedVenueOf(config);
  const own = config.strategies.filter(
    (each) => each.venue === venue.name && each.symbol === symbol,
  );
  const strategies = own.length > 0 ? own : config.strategies.slice(0, 1);
  const breakers = config.breakers ?? defaultBreakerSettings();
  return {
    ...config,
    breakers: { ...breakers, limits: { ...breakers.limits, C16: ANY_CLOCK } },
    venues: [{ ...venue, symbols: [symbol] }],
    strategies: strategies.map((strategy) => ({ ...strategy, venue: venue.name, symbol })),
  };
}

/** What a run on a recording changes in the configuration, for an operator; null for nothing. */
export function changeSentence(config: Config, symbol: string): string | null {
  const kept = recordedConfig(config, symbol).strategies.map(({ label }) => label);
  const named = config.strategies.map((strategy) => `${strategy.label} on ${strategy.symbol}`);
  if (config.strategies.every((strategy) => strategy.symbol === symbol)) return null;
  return `configured is ${named.join(', ')}; on this recording ${kept.join(', ')} trades ${symbol}`;
}
