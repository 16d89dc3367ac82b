import type { LoadedConfig } from '../../config/load.ts';
import { parseConfig } from '../../config/load.ts';
import { type Config, configSchema } from '../../config/schema.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { rngOf } from '../../core/rng.ts';
import { VENUE_KINDS, type VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { recordedVenueOf } from '../venue/floor.ts';

/** Small segments, which are quick to read; all of them stay, so that a store can be lost. */
const SEGMENT_MIB = 1;
const KEEP_SEGMENTS = 1_024;
/** Below what the strategy would hold, so that the limit is met. */
const POSITION_MAX = 4_000;
/** Never met: after it nothing is quoted, and a run would end in quiet. */
const LOSS_MAX = 1e9;
const COOLDOWN_SECONDS_MAX = 2;
/** About as long as people leave a desk tripped. */
const FLATTEN_SECONDS = 3;

/** The market that is traded at each kind of venue. */
const SYMBOLS: Readonly<Record<VenueKindName, string>> = {
  binance: 'BTCUSDT',
  'binance-usdm': 'BTCUSDT',
  kraken: 'BTC/USD',
  coinbase: 'BTC-USD',
};
/** What a seed draws from: each venue alone, and several that differ in their protocols. */
const MIXES: readonly (readonly VenueKindName[])[] = [
  ['binance'],
  ['kraken'],
  ['coinbase'],
  ['binance-usdm'],
  ['binance', 'kraken'],
  ['coinbase', 'binance-usdm'],
  ['kraken', 'coinbase'],
  ['binance', 'kraken', 'coinbase'],
];
const LABEL_LENGTH = 8;
/** What of a quote shows where part of it hides: several parts, each of a size to trade. */
const SHOWN_SHARE = 0.25;

/** The venues of a seed, unless somebody says which. */
export function venuesOf(seed: number): readonly VenueKindName[] {
  return MIXES[rngOf(seed).fork('venues').below(MIXES.length)] as readonly VenueKindName[];
}

/**
 * The configuration of one seed: the given one at the venues of these kinds, with limits that bind
 * and policies that differ.
 */
export function seedConfig(base: Config, random: Rng, kinds: readonly VenueKindName[]): Config {
  const climbs = random.below(2) === 0;
  // Sizes bind long before the limit of the position does: half of the seeds go without.
  const isSized = random.fork('sizing').below(2) === 0;
  // Icebergs cannot be amended: half of the seeds quote without.
  const shownShare = random.fork('shown').below(2) === 0 ? SHOWN_SHARE : 1;
  const venue = recordedVenueOf(base);
  const strategy = base.strategies.find((each) => each.venue === venue.name);
  const at = kinds.map((kind) => ({ kind, name: kind, symbol: SYMBOLS[kind] }));
  return configSchema.parse({
    ...base,
    venues: at.map(({ symbol, ...named }) => ({ ...venue, ...named, symbols: [symbol] })),
    strategies: at.map(({ name, symbol, kind }) => ({
      ...strategy,
      settings: { ...strategy?.settings, shownShare: keepsIcebergs(kind) ? shownShare : 1 },
      label: name.replaceAll('-', '').slice(0, LABEL_LENGTH),
      venue: name,
      symbol,
    })),
    simulation: { ...base.simulation, balances: { USD: '100000', ...base.simulation.balances } },
    control: {
      ...base.control,
      climbsAfterFault: climbs,
      semiCooldownSeconds: random.below(COOLDOWN_SECONDS_MAX + 1),
      fullCooldownSeconds: random.below(COOLDOWN_SECONDS_MAX + 1),
      stopCategory: random.fork('stop').below(2) === 0 ? 0 : 1,
      flattenSeconds: FLATTEN_SECONDS,
    },
    risk: { ...base.risk, maxPositionNotional: POSITION_MAX, maxDailyLoss: LOSS_MAX },
    sizing: { ...base.sizing, enabled: isSized },
    journal: { ...base.journal, segmentMiB: SEGMENT_MIB, keepSegments: KEEP_SEGMENTS },
  });
}

function keepsIcebergs(kind: VenueKindName): boolean {
  return VENUE_KINDS[kind].capabilities.keepsIcebergs;
}

/** What the configuration file of a simulated desk says now. */
export class ConfigFile {
  readonly original: Config;
  #config: Config;
  #broken: 'invalid' | 'half-written' | null = null;
  #changes = 0;

  constructor(config: Config) {
    this.original = config;
    this.#config = config;
  }

  /** Largest position limit that any text of the file has named. */
  get notionalMax(): number {
    return this.original.risk.maxPositionNotional;
  }

  write(what: 'same' | 'limits' | 'invalid' | 'half-written'): void {
    this.#broken = what === 'invalid' || what === 'half-written' ? what : null;
    if (what !== 'limits') return;
    this.#changes += 1;
    const maxOrderNotional = this.original.risk.maxOrderNotional - (this.#changes % 7) * 100;
    const maxPositionNotional = this.notionalMax - (this.#changes % 5) * 200;
    const risk = { ...this.#config.risk, maxOrderNotional, maxPositionNotional };
    this.#config = { ...this.#config, risk };
  }

  /** What a start reads: nobody starts a desk with a broken file. */
  get sound(): Config {
    return this.#config;
  }

  readonly load: ConfigLoader = (): Result<LoadedConfig, readonly never[]> | Broken => {
    if (this.#broken === 'half-written') return parsedFault('control:\n  initialMode: full-');
    if (this.#broken === 'invalid') return parsedFault('control: {}\n');
    return ok({ config: this.#config, file: 'simulated.yaml', digest: String(this.#changes) });
  };
}

type Broken = ReturnType<ConfigLoader>;

function parsedFault(text: string): Broken {
  const parsed = parseConfig(text, 'simulated.yaml');
  return parsed.ok ? err([]) : parsed;
}
