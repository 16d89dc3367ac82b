import { err, ok, type Result } from '../../core/result.ts';
import { JSON_OUTPUT, usage } from '../launch-commands.ts';
import {
  type LocalCommand,
  type ParsedWords,
  parseSeed,
  type TuneOptions,
} from '../local-command.ts';

const EVALUATIONS_DEFAULT = '60';
const EVALUATIONS_MIN = 10;
const EVALUATIONS_MAX = 500;
const SEED_DEFAULT = '1';

export const tuneBreakersCommand: LocalCommand = {
  name: 'tune breakers',
  usage: '',
  summary: 'find the limits of the panic detectors that suit recorded markets',
  examples: [
    'flyball tune breakers --recording recordings/ --out tuned.yaml',
    'flyball tune breakers --recording btcusdt_20240808.gz --evaluations 100 --json',
  ],
  options: {
    recording: {
      type: 'string',
      value: 'PATH',
      help: 'recorded Binance frames, or a folder of them',
    },
    evaluations: {
      type: 'string',
      value: 'N',
      help: `points to try in each regime (default ${EVALUATIONS_DEFAULT})`,
    },
    seed: { type: 'string', value: 'N', help: `seed of the search (default ${SEED_DEFAULT})` },
    out: { type: 'string', value: 'F', help: 'where to write the section `breakers`, as YAML' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const options = optionsOf(words);
    if (!options.ok) return usage(around, `tune breakers: ${options.error}`);
    return around.launch.tune(options.value, around);
  },
};

function optionsOf(words: ParsedWords): Result<TuneOptions, string> {
  const extra = words.positionals[0];
  if (extra !== undefined) return err(`found ${extra}, wanted options only`);
  const recording = words.text('recording');
  if (recording === null) return err('wanted --recording FILE or --recording DIR');
  const text = words.text('evaluations') ?? EVALUATIONS_DEFAULT;
  const evaluations = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(evaluations >= EVALUATIONS_MIN && evaluations <= EVALUATIONS_MAX)) {
    const wanted = `${EVALUATIONS_MIN} to ${EVALUATIONS_MAX}`;
    return err(`--evaluations: found ${text}, wanted a whole number from ${wanted}`);
  }
  const seedText = words.text('seed') ?? SEED_DEFAULT;
  const seed = parseSeed(seedText);
  if (seed === null) return err(`--seed: found ${seedText}, wanted a whole number below 2^32`);
  return ok({
    recording,
    evaluations,
    seed,
    outFile: words.text('out'),
    isJson: words.flag('json'),
  });
}
