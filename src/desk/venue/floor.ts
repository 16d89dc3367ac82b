import type { Config } from '../../config/schema.ts';
import type { Clock, Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { RecordStore } from '../../simulation/exchange/records.ts';
import type { CrowdPrice } from '../../simulation/flow/fair-price.ts';
import { FRONT_KINDS, type FrontKind } from '../../simulation/server/front-kinds.ts';
import { openVenueAs, type Venue } from '../../simulation/server/venue.ts';
import type { VenueFacade } from '../../simulation/server/venue-facade.ts';
import { simulatedOf } from './live.ts';
import type { VenueAccount } from './notice.ts';
import { generatedVenue, type VenueSection } from './options.ts';

/** A simulated venue of whatever protocol. */
export type FloorVenue = Venue<VenueFacade>;

export interface FloorParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  readonly accountOf: (venue: VenueSection) => VenueAccount;
  /** Where a venue keeps what outlives its process; null for nowhere. */
  readonly recordsOf: (venue: VenueSection) => Result<RecordStore | null, string>;
}

/**
 * Opens every venue of a configuration, by name and in its order. Each has its own exchange and
 * accounts; what the crowd believes an asset is worth is one thing, and each venue strays from it.
 * Nothing moves before they are started. When one cannot be opened, those before it are stopped.
 */
export function openFloor(
  config: Config,
  parts: FloorParts,
): Result<ReadonlyMap<string, FloorVenue>, string> {
  const { clock, timers, accountOf, recordsOf } = parts;
  const floor = new Map<string, FloorVenue>();
  const leaders = new Map<string, CrowdPrice>();
  for (const section of simulatedOf(config)) {
    const records = recordsOf(section);
    const random = floor.size === 0 ? parts.random : parts.random.fork(section.name);
    const front: FrontKind = FRONT_KINDS[section.kind];
    const opened = records.ok
      ? openVenueAs(front.facade, {
          ...generatedVenue(config.simulation, section, {
            clock,
            timers,
            random,
            account: accountOf(section),
            records: records.value,
          }),
          leaders,
        })
      : records;
    if (!opened.ok) {
      for (const venue of floor.values()) venue.stop();
      const { error } = opened;
      return err(`${section.name}: ${typeof error === 'string' ? error : JSON.stringify(error)}`);
    }
    floor.set(section.name, opened.value);
  }
  return ok(floor);
}

/** The venue of a configuration that a recording is played at: recordings are of Binance. */
export function recordedVenueOf({ venues }: Config): VenueSection {
  const [first] = venues;
  return venues.find(({ kind }) => kind === 'binance') ?? (first as VenueSection);
}

/** A configuration with one venue, and the strategies that trade there. */
export function withOnly(config: Config, { name }: VenueSection): Config {
  return {
    ...config,
    venues: config.venues.filter((venue) => venue.name === name),
    strategies: config.strategies.filter(({ venue }) => venue === name),
  };
}
