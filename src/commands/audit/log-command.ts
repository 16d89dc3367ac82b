import { err, ok, type Result } from '../../core/result.ts';
import type { ReadEntry } from '../../storage/audit/entry-reader.ts';
import { type EntryReader, openEntries } from '../../storage/audit/entry-reader.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { EXIT } from '../command.ts';
import { usage } from '../launch-commands.ts';
import type { LocalCommand, OptionSpec, ParsedWords, Surroundings } from '../local-command.ts';
import { type AuditFolder, auditFolder, FOLDER_OPTIONS } from './audit-folder.ts';

/** A command that looks at the entries of a log, found by `--data-dir`. */
export function logCommand(command: {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** @returns the exit code, or what is wrong with the words */
  run(log: OpenedLog, words: ParsedWords, around: Surroundings): number | string;
}): LocalCommand {
  const { name } = command;
  return {
    ...command,
    options: { ...FOLDER_OPTIONS, ...command.options },
    async run(words, around) {
      const log = openedLog(words, around);
      if (!log.ok) {
        around.terminal.err(`${name}: ${log.error}\n`);
        return EXIT.failed;
      }
      try {
        const outcome = command.run(log.value, words, around);
        return typeof outcome === 'number' ? outcome : usage(around, `${name}: ${outcome}`);
      } catch (thrown) {
        if (!(thrown instanceof UnreadableEntry)) throw thrown;
        around.terminal.err(`${name}: ${thrown.message}\n`);
        return EXIT.unverified;
      }
    },
  };
}

export interface OpenedLog extends AuditFolder {
  readonly reader: EntryReader;
}

/** Entries from the first one on; ends the command when one cannot be read. */
export function* entriesOf(reader: EntryReader): Generator<ReadEntry> {
  for (let index = 0; index < reader.size; index += 1) yield entryAt(reader, index);
}

/** One entry; ends the command when it cannot be read. */
export function entryAt(reader: EntryReader, index: number): ReadEntry {
  const read = reader.at(index);
  if (!read.ok) throw new UnreadableEntry(logFaultText(read.error));
  return read.value;
}

/** Passes up from the middle of an iteration. */
class UnreadableEntry extends Error {}

function openedLog(words: ParsedWords, around: Surroundings): Result<OpenedLog, string> {
  const folder = auditFolder(undefined, words, around);
  if (!folder.ok) return folder;
  const reader = openEntries(around.env.files, folder.value.log);
  if (!reader.ok) return err(logFaultText(reader.error));
  return ok({ ...folder.value, reader: reader.value });
}
