import {
  CONFIG,
  DATA_DIR,
  dataDirectory,
  JSON_OUTPUT,
  PAPER_CONFIG,
  usage,
} from '../launch-commands.ts';
import type { LocalCommand } from '../local-command.ts';

export const doctorCommand: LocalCommand = {
  name: 'doctor',
  usage: '',
  summary: 'look whether this machine can carry a desk; exit code 1 when something fails',
  examples: ['flyball doctor', 'flyball doctor --config desk.yaml --json'],
  options: { config: CONFIG, 'data-dir': DATA_DIR, json: JSON_OUTPUT },
  async run(words, around) {
    const extra = words.positionals[0];
    if (extra !== undefined) return usage(around, `doctor: found ${extra}, wanted options only`);
    return around.launch.doctor(
      {
        configFile: words.text('config') ?? PAPER_CONFIG,
        dataDirectory: dataDirectory(words, around),
        isJson: words.flag('json'),
      },
      around,
    );
  },
};
