import { err, type Result } from '../../core/result.ts';
import type { ToSign } from '../../ops/access/mode-approvals.ts';
import { statementBytes } from '../../ops/access/mode-statement.ts';
import type { RunResult } from '../../remote/server.ts';
import type { Terminal } from '../terminal.ts';

/** What runs commands: a session with a daemon, or a recorded desk in this process. */
export interface Runner {
  run(words: readonly string[]): Promise<Result<RunResult, string>>;
  /** Null where there is nothing to sign. */
  readonly sign: ((statement: Uint8Array) => string) | null;
}

/**
 * Runs a command; a statement that comes back to be signed is shown, signed with the key of the
 * session, and handed in.
 */
export async function runWords(
  runner: Runner,
  words: readonly string[],
  terminal: Terminal,
): Promise<{ readonly words: readonly string[]; readonly outcome: Result<RunResult, string> }> {
  const outcome = await runner.run(words);
  const statement = outcome.ok ? toSign(outcome.value.data) : null;
  if (statement === null || runner.sign === null) return { words, outcome };
  const bytes = statementBytes(statement.statement);
  if (!bytes.ok) return { words, outcome: err(bytes.error) };
  if (!isWhatWasAsked(statement.statement, words)) {
    return { words, outcome: err('the daemon asks to sign something else than was asked for') };
  }
  terminal.err(`${statement.statement}\n`);
  const handedIn = ['mode', 'sign', statement.id, runner.sign(bytes.value)];
  return { words: handedIn, outcome: await runner.run(handedIn) };
}

/** A request is signed for the mode and the reason that were typed, and for no other. */
function isWhatWasAsked(statement: string, [, verb, mode, ...reason]: readonly string[]): boolean {
  if (verb !== 'request') return true;
  const lines = statement.split('\n');
  return lines.includes(`mode ${mode}`) && lines.at(-1) === `reason ${reason.join(' ')}`;
}

function toSign(data: unknown): ToSign | null {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return null;
  return data.kind === 'to-sign' ? (data as ToSign) : null;
}
