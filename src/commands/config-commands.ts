import { configText, describeFault, loadConfig } from '../config/load.ts';
import { configJsonSchema } from '../config/schema.ts';
import { EXIT } from './command.ts';
import { CONFIG, JSON_OUTPUT, PAPER_CONFIG } from './launch-commands.ts';
import type { LocalCommand } from './local-command.ts';
import { answer } from './terminal.ts';

const options = { config: CONFIG, json: JSON_OUTPUT };

/** `config check`: is the file right, and if not, where not. */
const check: LocalCommand = {
  name: 'config check',
  usage: '[FILE]',
  summary: 'check a configuration file; every fault with file:line:column',
  examples: ['flyball config check desk.yaml'],
  options,
  async run(words, { terminal }) {
    const file = words.positionals[0] ?? words.text('config') ?? PAPER_CONFIG;
    const loaded = loadConfig(file);
    const faults = loaded.ok ? [] : loaded.error;
    if (words.flag('json')) {
      answer(terminal, true, { file, isRight: loaded.ok, faults }, String);
    } else if (loaded.ok) {
      terminal.out(`${file} is right\n`);
    } else {
      for (const fault of faults) terminal.err(`${describeFault(fault)}\n`);
    }
    return loaded.ok ? EXIT.done : EXIT.config;
  },
};

/** `config show`: what would be in force. */
const show: LocalCommand = {
  name: 'config show',
  usage: '[FILE]',
  summary: 'show the configuration that a file puts in force',
  examples: ['flyball config show', 'flyball config show desk.yaml --json'],
  options,
  async run(words, { terminal }) {
    const loaded = loadConfig(words.positionals[0] ?? words.text('config') ?? PAPER_CONFIG);
    if (!loaded.ok) {
      for (const fault of loaded.error) terminal.err(`${describeFault(fault)}\n`);
      return EXIT.config;
    }
    const { config } = loaded.value;
    answer(terminal, words.flag('json'), config, () => configText(config).trimEnd());
    return EXIT.done;
  },
};

/** `config schema`: for editors. */
const schema: LocalCommand = {
  name: 'config schema',
  usage: '',
  summary: 'JSON Schema of the configuration, for editors',
  examples: ['flyball config schema > flyball.schema.json'],
  options: { json: JSON_OUTPUT },
  async run(words, { terminal }) {
    answer(terminal, words.flag('json'), configJsonSchema(), (data) =>
      JSON.stringify(data, null, 2),
    );
    return EXIT.done;
  },
};

export const CONFIG_COMMANDS: readonly LocalCommand[] = [check, show, schema];
