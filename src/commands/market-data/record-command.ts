import {
  CONFIG,
  DATA_DIR,
  dataDirectory,
  JSON_OUTPUT,
  PAPER_CONFIG,
  usage,
} from '../launch-commands.ts';
import { type LocalCommand, parseDuration, parseSeed } from '../local-command.ts';

export const recordCommand: LocalCommand = {
  name: 'record',
  usage: '',
  summary: 'follow the markets of a configuration and record them; trades nothing',
  examples: [
    'flyball record --for 10m',
    'flyball record --config desk.yaml --data-dir recordings --for 1h --json',
  ],
  options: {
    config: CONFIG,
    'data-dir': DATA_DIR,
    seed: { type: 'string', value: 'N', help: 'seed of the simulated venue' },
    for: { type: 'string', value: '60s', help: 'end after so long (default: when interrupted)' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const extra = words.positionals[0];
    if (extra !== undefined) return usage(around, `record: found ${extra}, wanted options only`);
    const forText = words.text('for');
    const forMs = forText === null ? null : parseDuration(forText);
    if (forText !== null && forMs === null) {
      return usage(around, `--for: found ${forText}, wanted a duration such as 60s or 5m`);
    }
    const seedText = words.text('seed');
    const seed = seedText === null ? null : parseSeed(seedText);
    if (seedText !== null && seed === null) {
      return usage(around, `--seed: found ${seedText}, wanted a whole number below 2^32`);
    }
    const options = {
      configFile: words.text('config') ?? PAPER_CONFIG,
      dataDirectory: dataDirectory(words, around),
      seed,
      forMs,
      isJson: words.flag('json'),
    };
    return around.launch.record(options, around.terminal);
  },
};
