import { type Action, leastRole, type Role } from '../control/authorisation.ts';
import type { Identity, RunResult } from '../remote/server.ts';
import type { Desk } from './desk.ts';
import type { OptionSpec } from './local-command.ts';
import type { Look } from './terminal.ts';

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  config: 3,
  unreachable: 4,
  refused: 5,
  /** The record is not what it should be. */
  unverified: 6,
  crashed: 70,
  interrupted: 130,
} as const;

/** A command that a running daemon carries out, from the shell or the command line. */
export interface DaemonCommand {
  /** One or two words: `status`, `actor kill`. */
  readonly name: string;
  /** Arguments as the help shows them: `PATH`. Empty when there are none. */
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /**
   * What the one who asks must be allowed to do, given the arguments and the desk. Without
   * arguments it is the least that any use of the command takes, and the desk is not asked.
   */
  action(words: readonly string[], desk: Desk): Action;
  /** @param words what stands behind the name */
  run(desk: Desk, words: readonly string[], who: Identity): Promise<RunResult>;
  /** The answer for people; plain when it is not said how it may look. */
  show(data: unknown, look?: Look): string;
  /** A file to write where the command was given, from its answer; null for none. */
  file?(words: readonly string[], data: unknown): WantedFile | null;
  /** How it goes on by itself, as a watch or a trace does; null when this was all. */
  next?(words: readonly string[], data: unknown): NextRun | null;
  /** Words that may stand at the cursor. */
  complete?(words: readonly string[], known: { readonly actors: readonly string[] }): string[];
}

/** The path is that of the one who asks. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
}

/** The least role that a use of the command takes, for the help. */
export function roleOf(command: Pick<DaemonCommand, 'action'>): Role {
  return leastRole(command.action([], NOBODY));
}

/** A desk that nobody has, for questions that do not ask it. */
const NOBODY = {} as Desk;

/** The next run of a command that goes on until it is over or somebody ends it. */
export interface NextRun {
  readonly words: readonly string[];
  readonly afterMs: number;
  /** Whether its answer replaces the last one on a screen, and is not written below it. */
  readonly isFresh: boolean;
  /** What to run when somebody ends it before it is over. */
  readonly atEnd?: readonly string[];
}

export function done(data: unknown): RunResult {
  return { exitCode: EXIT.done, data, error: null };
}

export function failed(exitCode: number, error: string): RunResult {
  return { exitCode, data: null, error };
}

/** The entry whose name begins the words, the longest first, and the words behind it. */
export function findCommand<C extends { readonly name: string }>(
  commands: readonly C[],
  words: readonly string[],
): { readonly command: C; readonly rest: readonly string[] } | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = commands.find((candidate) => candidate.name === name);
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  return null;
}

/** The name nearest to a misspelt word, if it is near enough to be meant. */
export function didYouMean(names: readonly string[], word: string): string | null {
  const nearest = names
    .map((name) => ({ name, far: distance(name, word) }))
    .sort((left, right) => left.far - right.far)[0];
  return nearest !== undefined && nearest.far <= Math.max(1, word.length / 3) ? nearest.name : null;
}

/** Levenshtein distance. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
