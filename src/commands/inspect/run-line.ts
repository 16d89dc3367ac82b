import { resolve } from 'node:path';
import type { Timer, Timers } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import { type Runner, runWords } from '../access/run-words.ts';
import { type DaemonCommand, EXIT, findCommand, type NextRun, roleOf } from '../command.ts';
import { DAEMON_COMMANDS } from '../daemon-commands.ts';
import { commandHelp, listHelp } from '../help.ts';
import type { Surroundings } from '../local-command.ts';
import { answer } from '../terminal.ts';
import { inspect } from './inspect-command.ts';

/** Where a line is run, and how its answers are shown. */
export interface LineRunner {
  readonly session: Runner;
  readonly isJson: boolean;
  readonly around: Surroundings;
  /** What may be run here; by default what a running desk carries out. */
  readonly commands?: readonly ShellCommand[];
  /** Ends what goes on by itself; without it only its own limits do. */
  readonly stop?: Interrupt;
}

/** A command as the shell sees it: whoever answers the session runs it. */
export type ShellCommand = Omit<DaemonCommand, 'run'>;

/** Runs of one line that goes on by itself. */
export const RUNS_MAX = 100_000;
const WATCH_SECONDS = { min: 0.5, max: 3_600 };
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** Runs one line: a command of the daemon, `help`, or `watch`. @returns the exit code */
export async function runLine(runner: LineRunner, line: readonly string[]): Promise<number> {
  const isJson = runner.isJson || line.includes('--json');
  const words = line.filter((word) => word !== '--json');
  if (words[0] === 'help') return help(words.slice(1), runner);
  if (words[0] === 'watch') return watch({ ...runner, isJson }, words.slice(1));
  return repeat({ ...runner, isJson }, words, (data, run) => {
    const found = findCommand(tableOf(runner), run);
    return found?.command.next?.(found.rest, data) ?? null;
  });
}

/** Runs a line again and again, as long as `next` says what comes next and nobody interrupts. */
async function repeat(
  runner: LineRunner,
  line: readonly string[],
  next: (data: unknown, run: readonly string[], runs: number) => NextRun | null,
): Promise<number> {
  const { around, stop } = runner;
  let run: NextRun | null = { words: line, afterMs: 0, isFresh: false };
  stop?.begin();
  try {
    for (let runs = 1; run !== null && runs <= RUNS_MAX; runs += 1) {
      const { exitCode, data } = await runOnce(runner, run);
      if (exitCode !== EXIT.done) return exitCode;
      run = next(data, run.words, runs);
      if (run !== null) await pause(around.env.timers, run.afterMs, stop);
      if (stop?.isRaised) {
        if (run?.atEnd !== undefined) await runner.session.run(run.atEnd);
        return EXIT.interrupted;
      }
    }
    return EXIT.done;
  } finally {
    stop?.end();
  }
}

async function runOnce(
  runner: LineRunner,
  { words, isFresh }: NextRun,
): Promise<{ readonly exitCode: number; readonly data: unknown }> {
  const { session, isJson, around } = runner;
  const { terminal } = around;
  const { words: ran, outcome } = await runWords(session, words, terminal);
  if (!outcome.ok) {
    terminal.err(`${outcome.error}\n`);
    return { exitCode: EXIT.unreachable, data: null };
  }
  const { exitCode, data, error } = outcome.value;
  if (data !== null) {
    const show = findCommand(tableOf(runner), ran)?.command.show ?? String;
    if (isFresh && terminal.isInteractive && !isJson) terminal.out(CLEAR_SCREEN);
    // A trace or a feed that has nothing new has nothing to say.
    if (isJson || show(data) !== '') answer(terminal, isJson, data, show);
  }
  if (error !== null) terminal.err(`${error}\n`);
  if (exitCode === EXIT.done && !wroteFile(runner, ran, data)) {
    return { exitCode: EXIT.failed, data };
  }
  return { exitCode, data };
}

/** Writes the file that an answer makes, where it makes one. @returns false when it could not */
function wroteFile(runner: LineRunner, line: readonly string[], data: unknown): boolean {
  const { terminal, env } = runner.around;
  const found = findCommand(tableOf(runner), line);
  const file = found?.command.file?.(found.rest, data) ?? null;
  if (file === null) return true;
  try {
    env.files.replace(resolve(file.path), Buffer.from(file.text));
  } catch (thrown) {
    terminal.err(`${file.path}: ${reasonOf(thrown)}\n`);
    return false;
  }
  terminal.err(`wrote ${file.path}\n`);
  return true;
}

/** `watch N CMD`: the command again every N seconds, `--times` limits how often. */
function watch(runner: LineRunner, words: readonly string[]): Promise<number> | number {
  const [every, ...rest] = words;
  const hasTimes = rest[0] === '--times';
  const times = hasTimes ? Number(rest[1]) : RUNS_MAX;
  const command = hasTimes ? rest.slice(2) : rest;
  const seconds = Number(every);
  const { min, max } = WATCH_SECONDS;
  const found = findCommand(tableOf(runner), command);
  const fault = !(seconds >= min && seconds <= max)
    ? `found ${every ?? 'nothing'}, wanted ${min} … ${max} seconds`
    : !(Number.isInteger(times) && times >= 1 && times <= RUNS_MAX)
      ? `--times: found ${rest[1] ?? 'nothing'}, wanted 1 … ${RUNS_MAX}`
      : found?.command.action !== inspect
        ? `${command.join(' ') || 'nothing'}: only commands that look can be watched`
        : null;
  if (fault !== null) {
    runner.around.terminal.err(`watch: ${fault}; as in \`watch 2 status\`\n`);
    return EXIT.usage;
  }
  return repeat(runner, command, (_data, _run, runs) =>
    runs < times ? { words: command, afterMs: seconds * 1_000, isFresh: true } : null,
  );
}

/** What the shell does itself. */
const BUILT_IN = [
  {
    name: 'watch',
    usage: 'N [--times K] CMD',
    summary: 'a command that looks, again every N seconds until Ctrl-C',
    examples: ['watch 2 status', 'watch 1 --times 10 health'],
  },
  {
    name: 'help',
    usage: '[CMD]',
    summary: 'what there is, or everything about one command',
    examples: ['help', 'help trace'],
  },
  { name: 'quit', usage: '', summary: 'leave; the desk goes on', examples: ['quit'] },
];

function help(words: readonly string[], runner: LineRunner): number {
  const all = [...tableOf(runner).map(withRole), ...BUILT_IN];
  const found = words.length === 0 ? null : findCommand(all, words);
  runner.around.terminal.out(found === null ? listHelp(all) : commandHelp(found.command));
  return EXIT.done;
}

function tableOf({ commands }: LineRunner): readonly ShellCommand[] {
  return commands ?? DAEMON_COMMANDS;
}

function withRole(command: ShellCommand) {
  return { ...command, role: roleOf(command) };
}

/** Somebody's Ctrl-C, for what goes on by itself. */
export class Interrupt {
  isRaised = false;
  #isOn = false;
  #wake: (() => void) | null = null;

  begin(): void {
    this.isRaised = false;
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
  }

  /** @returns whether there was anything to interrupt */
  raise(): boolean {
    const wasOn = this.#isOn;
    this.isRaised = wasOn;
    this.#isOn = false;
    this.#wake?.();
    return wasOn;
  }

  /** Calls back when it is raised; null takes that back. */
  set onRaised(wake: (() => void) | null) {
    this.#wake = wake;
  }
}

function pause(timers: Timers, ms: number, stop: Interrupt | undefined): Promise<void> {
  return new Promise((resolve) => {
    let timer: Timer | null = null;
    const done = (): void => {
      timer?.cancel();
      if (stop !== undefined) stop.onRaised = null;
      resolve();
    };
    if (stop !== undefined) stop.onRaised = done;
    timer = timers.after(ms, done);
    if (stop?.isRaised) done();
  });
}
