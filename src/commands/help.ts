import type { Role } from '../control/authorisation.ts';
import type { DaemonCommand } from './command.ts';
import type { LocalCommand } from './local-command.ts';
import { table } from './terminal.ts';

type AnyCommand = Pick<DaemonCommand | LocalCommand, 'name' | 'usage' | 'summary' | 'examples'> & {
  /** The least role that it takes on a running desk. */
  readonly role?: Role;
};

/** One line for each command, with the least role that it takes. */
export function listHelp(commands: readonly AnyCommand[]): string {
  const rows = commands.map(({ name, usage, summary, role }) => [
    `${name} ${usage}`.trim(),
    summary,
    role ?? null,
  ]);
  return `${table(['command', 'what it does', 'role'], rows)}\n`;
}

/** Everything about one command, examples first. */
export function commandHelp(command: AnyCommand & Partial<Pick<LocalCommand, 'options'>>): string {
  const examples = command.examples.map((example) => `  ${example}`).join('\n');
  const options = Object.entries(command.options ?? {}).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.value === undefined ? '' : ` ${option.value}`;
    return [`  ${short}--${name}${value}`, option.help];
  });
  const optionText = options.length === 0 ? '' : `\noptions\n${aligned(options)}\n`;
  const title = `${command.name} ${command.usage}`.trim();
  const role = command.role === undefined ? '' : `\nleast role: ${command.role}\n`;
  return `${title}: ${command.summary}\n\nexamples\n${examples}\n${role}${optionText}`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map((row) => (row[0] as string).length));
  return rows.map((row) => `${(row[0] as string).padEnd(width)}  ${row[1]}`).join('\n');
}
