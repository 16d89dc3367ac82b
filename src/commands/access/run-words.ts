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
  terminal.err(`${statement.statement}\n`);
  const handedIn = ['mode', 'sign', statement.id, runner.sign(bytes.value)];
  return { words: handedIn, outcome: await runner.run(handedIn) };
}

function toSign(data: unknown): ToSign | null {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return null;
  return data.kind === 'to-sign' ? (data as ToSign) : null;
}
