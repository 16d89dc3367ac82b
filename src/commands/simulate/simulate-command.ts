import { err, ok, type Result } from '../../core/result.ts';
import { VENUE_KIND_NAMES, type VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import { CONFIG, JSON_OUTPUT, PAPER_CONFIG, usage } from '../launch-commands.ts';
import {
  type LocalCommand,
  type ParsedWords,
  parseSeed,
  type SimulateOptions,
} from '../local-command.ts';

const STEPS_MAX = 100_000_000;
const STEPS_DEFAULT = '20000';
const SEEDS_DEFAULT = '1..20';
const SIMULATED_VENUES_MAX = 3;

export const simulateCommand: LocalCommand = {
  name: 'simulate',
  usage: '',
  summary: 'run the whole desk under a seeded scheduler, with faults, and check what must hold',
  examples: [
    'flyball simulate --seeds 1..200 --steps 20000 --json',
    'flyball simulate --seed 17 --steps 20000 --trace',
    'flyball simulate --seeds 1..50 --faults F01,F15',
    'flyball simulate --seeds 1..50 --venues binance,kraken,coinbase',
  ],
  options: {
    seeds: { type: 'string', value: 'A..B', help: `seeds to run (default ${SEEDS_DEFAULT})` },
    seed: { type: 'string', value: 'S', help: 'one seed alone' },
    steps: {
      type: 'string',
      value: 'M',
      help: `steps with faults; recovery and stop come on top (default ${STEPS_DEFAULT})`,
    },
    faults: { type: 'string', value: 'IDS', help: 'faults to draw from (default: all)' },
    venues: {
      type: 'string',
      value: 'KINDS',
      help: `venues to trade at, of ${VENUE_KIND_NAMES.join()} (default: drawn by the seed)`,
    },
    trace: { type: 'boolean', help: 'print the steps of the one seed' },
    'fail-fast': { type: 'boolean', help: 'end at the first violation' },
    config: CONFIG,
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const options = optionsOf(words);
    if (!options.ok) return usage(around, `simulate: ${options.error}`);
    return around.launch.simulate(options.value, around.terminal);
  },
};

function optionsOf(words: ParsedWords): Result<SimulateOptions, string> {
  const one = words.text('seed');
  if (one !== null && words.text('seeds') !== null)
    return err('wanted --seed or --seeds, not both');
  const seeds = seedsOf(one ?? words.text('seeds') ?? SEEDS_DEFAULT);
  if (seeds === null) {
    return err(`found seeds ${one ?? words.text('seeds')}, wanted N or A..B of whole numbers`);
  }
  const stepsText = words.text('steps') ?? STEPS_DEFAULT;
  const steps = /^\d{1,9}$/.test(stepsText) ? Number(stepsText) : Number.NaN;
  if (!(steps >= 1 && steps <= STEPS_MAX)) {
    return err(`--steps: found ${stepsText}, wanted 1 to ${STEPS_MAX}`);
  }
  const isTraced = words.flag('trace');
  if (isTraced && seeds.first !== seeds.last) return err('--trace wants one seed: --seed S');
  const faults = words.text('faults');
  const venues = venuesOf(words.text('venues'));
  if (!venues.ok) return venues;
  return ok({
    configFile: words.text('config') ?? PAPER_CONFIG,
    seeds,
    steps,
    faults: faults === null ? [] : faults.split(','),
    venues: venues.value,
    isTraced,
    stopsEarly: words.flag('fail-fast'),
    isJson: words.flag('json'),
  });
}

/** `7` or `1..200`; null when it is neither, or runs backwards. */
function seedsOf(text: string): SimulateOptions['seeds'] | null {
  const [from = '', to = from, ...rest] = text.split('..');
  const [first, last] = [parseSeed(from), parseSeed(to)];
  if (first === null || last === null || rest.length > 0 || last < first) return null;
  return { first, last };
}

/** Up to three kinds of venues, each once; null when none are named. */
function venuesOf(text: string | null): Result<readonly VenueKindName[] | null, string> {
  if (text === null) return ok(null);
  const names = text.split(',');
  const kinds = VENUE_KIND_NAMES.filter((kind) => names.includes(kind));
  const isGood = kinds.length === names.length && kinds.length <= SIMULATED_VENUES_MAX;
  if (isGood) return ok(kinds);
  const wanted = `1 to ${SIMULATED_VENUES_MAX} of ${VENUE_KIND_NAMES.join()}, each once`;
  return err(`--venues: found ${text}, wanted ${wanted}`);
}
