import { join } from 'node:path';
import { parseVerifierKey, type VerifierKey } from '../../audit/note/keys.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { keysFolder } from '../access/connect.ts';
import { DATA_DIR, dataDirectory, JSON_OUTPUT } from '../launch-commands.ts';
import type { OptionSpec, ParsedWords, Surroundings } from '../local-command.ts';

/** Where an audit log and what belongs to it lie. */
export interface AuditFolder {
  /** As it was named. */
  readonly path: string;
  readonly log: string;
  /** Segments of the journal; null for a log that stands alone. */
  readonly segments: string | null;
  /** File of the verifier key that the directory itself offers. */
  readonly keyFile: string;
}

/** Options of every command on a log. */
export const FOLDER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  'data-dir': DATA_DIR,
  json: JSON_OUTPUT,
};

/** The option by which the key of a log is pinned. */
export const KEY_OPTION: OptionSpec = {
  type: 'string',
  value: 'F',
  help: 'verifier key, or a file of it, kept outside this host (default: the one beside the log)',
};

/**
 * Finds a log: in a data directory, in what `audit export` made, or by itself.
 *
 * @param path as it stands on the command line; without one, the data directory
 */
export function auditFolder(
  path: string | undefined,
  words: ParsedWords,
  around: Surroundings,
): Result<AuditFolder, string> {
  const { files } = around.env;
  const folder = path ?? dataDirectory(words, around);
  try {
    const names = files.list(folder);
    if (names.length === 0) {
      return err(`${folder}: found nothing there, wanted a data directory or an audit log`);
    }
    if (names.includes('checkpoint')) {
      const keyFile = join(folder, VERIFIER_FILE);
      return ok({ path: folder, log: folder, segments: null, keyFile });
    }
    const hasJournal = names.includes('journal');
    return ok({
      path: folder,
      log: join(folder, 'audit'),
      segments: hasJournal ? join(folder, 'journal', 'segments') : null,
      keyFile: join(keysFolder(folder), VERIFIER_FILE),
    });
  } catch (thrown) {
    return err(`${folder}: ${reasonOf(thrown)}`);
  }
}

/** A verifier key from a text or from the file that a text names. */
export function verifierKeyIn(files: Files, text: string): Result<VerifierKey, string> {
  const direct = parseVerifierKey(text);
  if (direct.ok) return direct;
  try {
    const bytes = files.read(text);
    if (bytes === null) {
      return err(`${text}: found no such file and no verifier key, wanted name+id+base64`);
    }
    const key = parseVerifierKey(Buffer.from(bytes).toString('utf8').trim());
    return key.ok ? key : err(`${text}: found ${key.error.found}, wanted ${key.error.expected}`);
  } catch (thrown) {
    return err(`${text}: ${reasonOf(thrown)}`);
  }
}

const VERIFIER_FILE = 'audit.vkey';
