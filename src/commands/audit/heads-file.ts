import type { TrustedHead } from '../../audit/check/log-walk.ts';
import { parseHead } from '../../audit/note/checkpoint.ts';
import { parseNote } from '../../audit/note/note.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** Heads of a file that are compared, the newest of them. */
const HEADS_MAX = 10_000;

/**
 * What somebody outside the directory remembers of a log: a checkpoint that was carried away, or
 * the `heads.log` of a guard, which has a line for each. Nobody's signature is asked for: whoever
 * names the file vouches for it.
 */
export function headsIn(files: Files, file: string): Result<readonly TrustedHead[], string> {
  try {
    const bytes = files.read(file);
    if (bytes === null) return err(`${file}: found no such file, wanted a checkpoint or heads.log`);
    const isHeadsLog = bytes[0] === '{'.charCodeAt(0);
    return isHeadsLog ? linesOf(bytes, file) : checkpointIn(bytes, file);
  } catch (thrown) {
    return err(`${file}: ${reasonOf(thrown)}`);
  }
}

function checkpointIn(bytes: Uint8Array, file: string): Result<readonly TrustedHead[], string> {
  const note = parseNote(bytes);
  const head = note.ok ? parseHead(note.value.text) : note;
  if (head.ok) return ok([{ size: head.value.size, root: head.value.root, by: file }]);
  return err(`${file}: found ${head.error.found}, wanted ${head.error.expected}`);
}

/** The last line may be half of one that was being written. */
function linesOf(bytes: Uint8Array, file: string): Result<readonly TrustedHead[], string> {
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1).slice(-HEADS_MAX);
  const heads: TrustedHead[] = [];
  for (const [at, line] of lines.entries()) {
    const { origin, size, root } = JSON.parse(line) as Record<string, unknown>;
    const head = parseHead(`${origin}\n${size}\n${root}\n`);
    if (!head.ok) {
      return err(`${file}, line ${at + 1}: found ${head.error.found}, wanted a head`);
    }
    heads.push({ size: head.value.size, root: head.value.root, by: `${file}, line ${at + 1}` });
  }
  return ok(heads);
}
