import { CONFIG, JSON_OUTPUT, PAPER_CONFIG, usage } from '../launch-commands.ts';
import { type LocalCommand, parseSeed } from '../local-command.ts';

const SEED_DEFAULT = '1';

export const crashCommand: LocalCommand = {
  name: 'crash',
  usage: '[NAME…]',
  summary: 'let the market crash under a whole desk, and show what it loses and who acts',
  examples: ['flyball crash', 'flyball crash drawdown --seed 7 --json'],
  options: {
    seed: { type: 'string', value: 'S', help: `seed of the market (default ${SEED_DEFAULT})` },
    config: CONFIG,
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const text = words.text('seed') ?? SEED_DEFAULT;
    const seed = parseSeed(text);
    if (seed === null) return usage(around, `crash: found seed ${text}, wanted a whole number`);
    const configFile = words.text('config') ?? PAPER_CONFIG;
    const isJson = words.flag('json');
    const options = { configFile, names: words.positionals, seed, isJson };
    return around.launch.crash(options, around.terminal);
  },
};
