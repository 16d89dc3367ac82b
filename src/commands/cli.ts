import { keyMakeCommand } from './access/key-make.ts';
import { attachCommand, DAEMON_FACES } from './attach.ts';
import { AUDIT_LOG_COMMANDS } from './audit/audit-commands.ts';
import { bookCheckCommand } from './book-check.ts';
import { didYouMean, EXIT, findCommand } from './command.ts';
import { CONFIG_COMMANDS } from './config-commands.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { measureCommand } from './estop/measure-command.ts';
import { panelCommand } from './estop/panel-command.ts';
import { commandHelp, listHelp } from './help.ts';
import { guardCommand, startCommand, usage, venueCommand } from './launch-commands.ts';
import { type LocalCommand, parseWords, type Surroundings } from './local-command.ts';
import { convertCommand } from './market-data/convert-command.ts';
import { historyCommand } from './market-data/history-command.ts';
import { recordCommand } from './market-data/record-command.ts';
import { replayCommand } from './market-data/replay-command.ts';
import { crashCommand } from './simulate/crash-command.ts';
import { simulateCommand } from './simulate/simulate-command.ts';
import { tuneBreakersCommand } from './tune/tune-command.ts';

/** Everything the command line knows. */
export const COMMANDS: readonly LocalCommand[] = [
  startCommand,
  attachCommand,
  ...AUDIT_LOG_COMMANDS,
  // A log on disk is verified where it lies, whether its desk runs or not.
  ...DAEMON_FACES.filter(({ name }) => !AUDIT_LOG_COMMANDS.some((each) => each.name === name)),
  panelCommand,
  measureCommand,
  venueCommand,
  guardCommand,
  simulateCommand,
  crashCommand,
  ...CONFIG_COMMANDS,
  bookCheckCommand,
  recordCommand,
  replayCommand,
  convertCommand,
  historyCommand,
  doctorCommand,
  tuneBreakersCommand,
  keyMakeCommand,
];

/** Runs one command line. @returns the exit code */
export async function runCommandLine(
  words: readonly string[],
  around: Surroundings,
): Promise<number> {
  const { terminal, version } = around;
  const [first] = words;
  if (first === '--version' || first === 'version') {
    terminal.out(`flyball ${version}\n`);
    return EXIT.done;
  }
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    return help(words.slice(1), around);
  }
  const found = findCommand(COMMANDS, words);
  if (found === null) return unknown(words, around);
  if (found.rest.includes('--help') || found.rest.includes('-h')) {
    terminal.out(commandHelp(found.command));
    return EXIT.done;
  }
  const parsed = parseWords(found.command.options, found.rest);
  if (!parsed.ok) return usage(around, `${found.command.name}: ${parsed.error}`);
  return found.command.run(parsed.value, around);
}

function help(words: readonly string[], around: Surroundings): number {
  const found = words.length === 0 ? null : findCommand(COMMANDS, words);
  if (words.length > 0 && found === null) return unknown(words, around);
  around.terminal.out(found === null ? listHelp(COMMANDS) : commandHelp(found.command));
  return EXIT.done;
}

function unknown(words: readonly string[], around: Surroundings): number {
  const names = COMMANDS.map(({ name }) => name);
  const meant =
    didYouMean(names, words.slice(0, 2).join(' ')) ?? didYouMean(names, words[0] as string);
  const hint = meant === null ? '' : `, did you mean \`flyball ${meant}\`?`;
  return usage(around, `unknown command ${words[0]}${hint}`);
}
