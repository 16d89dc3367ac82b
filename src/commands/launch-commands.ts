import { join } from 'node:path';
import { err, ok, type Result } from '../core/result.ts';
import { EXIT } from './command.ts';
import {
  type LocalCommand,
  type OptionSpec,
  type ParsedWords,
  parseDuration,
  parsePace,
  parseSeed,
  type ReplayOptions,
  type Surroundings,
} from './local-command.ts';

/** The configuration that is used when none is named: paper trading. */
export const PAPER_CONFIG = new URL('../../../config/paper.yaml', import.meta.url).pathname;

/** Options of everything that touches a data directory. */
export const DATA_DIR: OptionSpec = {
  type: 'string',
  value: 'DIR',
  help: 'where state is kept (default $XDG_STATE_HOME/flyball)',
};
export const CONFIG: OptionSpec = {
  type: 'string',
  value: 'F',
  help: 'configuration file (default: the paper desk)',
};
export const JSON_OUTPUT: OptionSpec = { type: 'boolean', help: 'one JSON value on stdout' };

const REPLAY: Readonly<Record<string, OptionSpec>> = {
  replay: { type: 'string', value: 'PATH', help: 'trade on recorded Binance spot frames' },
  instruments: {
    type: 'string',
    value: 'F',
    help: 'rules of the recorded market, as exchangeInfo states them',
  },
  pace: { type: 'string', value: 'X', help: 'times the recorded pace, or max (default 1)' },
  seed: { type: 'string', value: 'N', help: 'seed of all chance, for a run that repeats' },
};

export const GUARD_DIR: OptionSpec = {
  type: 'string',
  value: 'DIR',
  help: "the guard's latch, heads and key (default $XDG_STATE_HOME/flyball-guard)",
};

/** The data directory that is used when none is named. */
export function dataDirectory(words: ParsedWords, around: Surroundings): string {
  return words.text('data-dir') ?? join(stateFolder(around), 'flyball');
}

/** Where guards keep what must not lie in the data directory, when no place is named. */
export function guardDirectory(words: ParsedWords, around: Surroundings): string {
  return words.text('guard-dir') ?? join(stateFolder(around), 'flyball-guard');
}

function stateFolder({ variables }: Surroundings): string {
  return variables['XDG_STATE_HOME'] || join(variables['HOME'] ?? '.', '.local', 'state');
}

export const startCommand: LocalCommand = {
  name: 'start',
  usage: '',
  summary: 'run the desk: paper trading on the simulated exchange, or on a recording',
  examples: [
    'flyball start',
    'flyball start --for 60s --json',
    'flyball start --replay btcusdt.gz --pace max --json',
  ],
  options: {
    paper: { type: 'boolean', help: 'paper trading (the default)' },
    config: CONFIG,
    'data-dir': DATA_DIR,
    'guard-dir': GUARD_DIR,
    'no-guard-spawn': { type: 'boolean', help: 'wait for a guard that something else runs' },
    ...REPLAY,
    for: { type: 'string', value: '60s', help: 'stop in order after so long' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const { terminal, launch } = around;
    const forText = words.text('for');
    const forMs = forText === null ? null : parseDuration(forText);
    if (forText !== null && forMs === null) {
      return usage(around, `--for: found ${forText}, wanted a duration such as 60s or 5m`);
    }
    const common = commonOptions(words, around);
    if (!common.ok) return usage(around, common.error);
    const spawnsGuard = !words.flag('no-guard-spawn');
    const guarded = { guardDirectory: guardDirectory(words, around), spawnsGuard };
    return launch.start({ ...common.value, ...guarded, forMs }, terminal);
  },
};

export const venueCommand: LocalCommand = {
  name: 'venue',
  usage: '',
  summary: 'run the simulated exchange alone; it speaks Binance spot on 127.0.0.1',
  examples: ['flyball venue', 'flyball venue --port 9443'],
  options: {
    config: CONFIG,
    'data-dir': DATA_DIR,
    ...REPLAY,
    port: { type: 'string', value: 'N', help: 'port to listen on (default: any that is free)' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const portText = words.text('port') ?? '0';
    const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
    if (!(port <= 65_535)) return usage(around, `--port: found ${portText}, wanted 0 to 65535`);
    const common = commonOptions(words, around);
    if (!common.ok) return usage(around, common.error);
    const { replay, ...rest } = common.value;
    const { pace } = replay ?? { pace: 1 };
    if (pace === 'max') {
      return usage(around, '--pace: max needs no venue of its own; wanted a number');
    }
    const paced = replay === null ? null : { ...replay, pace };
    return around.launch.venue({ ...rest, replay: paced, port }, around.terminal);
  },
};

export const guardCommand: LocalCommand = {
  name: 'guard',
  usage: '',
  summary: 'watch the daemon of a data directory, and cancel what rests when it falls silent',
  examples: ['flyball guard', 'flyball guard --data-dir /var/lib/flyball'],
  options: { 'data-dir': DATA_DIR, 'guard-dir': GUARD_DIR },
  async run(words, around) {
    const extra = words.positionals[0];
    if (extra !== undefined) return usage(around, `found ${extra}, wanted options only`);
    const options = {
      dataDirectory: dataDirectory(words, around),
      guardDirectory: guardDirectory(words, around),
    };
    return around.launch.guard(options, around.terminal);
  },
};

interface CommonOptions {
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly replay: ReplayOptions | null;
  readonly seed: number | null;
  readonly isJson: boolean;
}

function commonOptions(words: ParsedWords, around: Surroundings): Result<CommonOptions, string> {
  const extra = words.positionals[0];
  if (extra !== undefined) return err(`found ${extra}, wanted options only`);
  const paceText = words.text('pace');
  const pace = paceText === null ? 1 : parsePace(paceText);
  if (pace === null) return err(`--pace: found ${paceText}, wanted max or a number up to 1000`);
  const recording = words.text('replay');
  const needsReplay = ['pace', 'instruments'].find((name) => words.text(name) !== null);
  if (recording === null && needsReplay !== undefined) {
    return err(`--${needsReplay}: wanted together with --replay`);
  }
  const seedText = words.text('seed');
  const seed = seedText === null ? null : parseSeed(seedText);
  if (seedText !== null && seed === null) {
    return err(`--seed: found ${seedText}, wanted a whole number below 2^32`);
  }
  return ok({
    configFile: words.text('config') ?? PAPER_CONFIG,
    dataDirectory: dataDirectory(words, around),
    replay: recording === null ? null : { recording, instruments: words.text('instruments'), pace },
    seed,
    isJson: words.flag('json'),
  });
}

/** Says what was wrong with the words and where help is. */
export function usage(around: Surroundings, message: string): number {
  around.terminal.err(`${message}\n\`flyball help\` shows how it is used\n`);
  return EXIT.usage;
}
