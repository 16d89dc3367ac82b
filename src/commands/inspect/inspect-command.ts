import type { Action } from '../../control/authorisation.ts';
import type { Identity, RunResult } from '../../remote/server.ts';
import { type DaemonCommand, didYouMean, EXIT, failed } from '../command.ts';
import type { Desk } from '../desk.ts';
import { type OptionSpec, type ParsedWords, parseWords } from '../local-command.ts';

/** A daemon command whose words are parsed before it runs. */
export interface InspectCommand
  extends Pick<DaemonCommand, 'name' | 'usage' | 'summary' | 'examples' | 'show' | 'next'> {
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** How many words stand behind the name at least and at most; by default none. */
  readonly words?: readonly [number, number];
  /** By default it only looks. */
  readonly action?: (words: readonly string[]) => Action;
  /** Whether the first word is the path of an actor, which must be there. */
  readonly takesPath?: true;
  /** Whether Tab offers paths for the first word. */
  readonly completesPath?: true;
  run(desk: Desk, words: ParsedWords, who: Identity): RunResult | Promise<RunResult>;
}

/** What every command that only looks asks for. */
export const inspect = (): Action => 'inspect';

export function inspectCommand(command: InspectCommand): DaemonCommand {
  const { name, options = {}, action = inspect } = command;
  const [least, most] = command.words ?? (command.takesPath === true ? [1, 1] : [0, 0]);
  const usage = (found: string): RunResult =>
    failed(EXIT.usage, `${name}: ${found}; wanted \`${`${name} ${command.usage}`.trim()}\``);
  return {
    ...command,
    options,
    action,
    async run(desk, words, who) {
      const parsed = parseWords(options, words);
      if (!parsed.ok) return usage(parsed.error);
      const { positionals } = parsed.value;
      if (positionals.length < least) return usage(`found ${positionals.length || 'no'} words`);
      if (positionals.length > most) return usage(`found ${positionals[most]}`);
      if (command.takesPath === true) {
        const path = positionals[0] as string;
        if (!desk.inspector.has(path)) return noActor(desk, path);
      }
      return command.run(desk, parsed.value, who);
    },
    complete(words, known) {
      const flags = Object.keys(options).map((option) => `--${option}`);
      const isPath = (command.takesPath ?? command.completesPath) === true && words.length <= 1;
      return [...(isPath ? known.actors : []), ...flags];
    },
  };
}

export function noActor(desk: Desk, path: string): RunResult {
  const meant = didYouMean(
    desk.actors().map((actor) => actor.path),
    path,
  );
  const hint = meant === null ? '`actors` lists them' : `did you mean ${meant}?`;
  return failed(EXIT.failed, `no actor at ${path}: ${hint}`);
}

/**
 * A whole number of an option.
 *
 * @returns the fallback when it was not given; a sentence when it is none or out of range
 */
export function wholeOption(
  words: ParsedWords,
  name: string,
  range: { readonly fallback: number; readonly min: number; readonly max: number },
): number | string {
  const text = words.text(name);
  if (text === null) return range.fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  return `--${name}: found ${text}, wanted a whole number in ${range.min} … ${range.max}`;
}
