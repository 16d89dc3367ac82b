import { isPrintable } from '../../control/authorisation.ts';
import type { RequestableMode } from '../../control/modes.ts';
import { err, ok, type Result } from '../../core/result.ts';

/** What two people sign to raise a mode, each over the same bytes. */
export interface ModeStatement {
  readonly deskId: string;
  readonly mode: RequestableMode;
  readonly requestedBy: string;
  /** Sequence of the journal when it was asked for. */
  readonly head: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresMs: number;
  /** Hexadecimal; never the same twice. */
  readonly nonce: string;
  readonly reason: string;
}

/** Separates these signatures from every other use of the keys; a login has a NUL in it. */
const LABEL = 'flyball-mode-v1';
/** The one text of a statement: a line for each part, in this order. */
export function statementText(statement: ModeStatement): string {
  return [
    LABEL,
    `desk ${statement.deskId}`,
    `mode ${statement.mode}`,
    `requested by ${statement.requestedBy}`,
    `journal head ${statement.head}`,
    `expires ${new Date(statement.expiresMs).toISOString()}`,
    `nonce ${statement.nonce}`,
    `reason ${statement.reason}`,
  ].join('\n');
}

/** Bytes to sign; a program signs nothing that is not a statement. */
export function statementBytes(text: string): Result<Uint8Array, string> {
  const lines = text.split('\n');
  const isStatement = lines.length === 8 && lines[0] === LABEL && lines.every(isPrintable);
  return isStatement
    ? ok(new TextEncoder().encode(text))
    : err('the daemon asks to sign something that is no statement about a mode');
}
