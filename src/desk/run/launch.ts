import { EXIT } from '../../commands/command.ts';
import type { StartOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
import { loadConfig } from '../../config/load.ts';
import type { Env } from '../../core/env.ts';
import { startReplay } from '../replay/start-replay.ts';
import { configOf, runDesk } from './start.ts';

/** `flyball start`. @returns the exit code */
export async function startDesk(
  options: StartOptions,
  program: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  const config = configOf(options, terminal);
  if (config === null) return EXIT.config;
  const { dataDirectory: folder, configFile, replay } = options;
  if (replay !== null) {
    return startReplay({ ...options, replay }, config, { program, version, terminal });
  }
  if (terminal.isInteractive) {
    terminal.err(`paper desk on a simulated exchange; state in ${folder}; Ctrl-C stops in order\n`);
  }
  const seed = options.seed === null ? [] : ['--seed', String(options.seed)];
  const source = {
    folder,
    config,
    load: () => loadConfig(configFile),
    name: 'generated',
    venueWords: ['--config', configFile, ...seed],
    time: ({ clock, timers }: Pick<Env, 'clock' | 'timers'>) => ({ clock, timers, isReal: true }),
    over: () => new Promise<never>(() => {}),
  };
  return runDesk(options, source, program, version, terminal);
}
