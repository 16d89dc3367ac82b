import type { Spawnable } from '../../../actors/runtime/blueprint.ts';
import { type ProtectionOptions, protectionActor } from '../../../actors/trading/protection.ts';
import type { DeskParts } from '../desk-parts.ts';

export interface DeskProtection {
  readonly start: () => Spawnable;
  /** Whether a stop is kept for the position of an instrument. */
  readonly isKept: (instrument: number) => boolean;
}

/** What keeps stops at the venues; null where the configuration does not ask for any. */
export function deskProtection(
  { config, instruments, venues, gate, metrics, isClockReal }: DeskParts,
  edges: Pick<ProtectionOptions, 'clientId' | 'restore' | 'journal'>,
): DeskProtection | null {
  if (config.protection === undefined) return null;
  const wanted = config.protection.markets;
  const markets = instruments.flatMap((instrument) => {
    const { venue, symbol } = instrument;
    const market = wanted.find((each) => each.venue === venue && each.symbol === symbol);
    return market === undefined ? [] : [{ instrument, stopBps: market.stopBps }];
  });
  const indexes = new Map(venues.map(({ name, index }) => [name, index]));
  return {
    start: () =>
      protectionActor({
        ...edges,
        ...{ gate, markets, metrics, isClockReal },
        venueOf: ({ venue }) => indexes.get(venue) as number,
      }),
    isKept: (index) => markets.some(({ instrument }) => instrument.index === index),
  };
}
