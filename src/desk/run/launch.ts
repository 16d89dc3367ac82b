import { rpioPresence } from '../../../hardware/rpio.ts';
import { EXIT } from '../../commands/command.ts';
import type { StartOptions } from '../../commands/local-command.ts';
import type { Terminal } from '../../commands/terminal.ts';
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
  const presence = rpioPresence();
  if (presence !== null) terminal.err(`${presence}\n`);
  const { dataDirectory: folder, configFile } = options;
  const seed = options.seed === null ? [] : ['--seed', String(options.seed)];
  const venueWords = ['--config', configFile, ...seed];
  const source = { folder, config, name: 'generated', venueWords };
  return runDesk(options, source, program, version, terminal);
}
