import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../shared.ts';
import { until, within } from './until.ts';

/** What a program left behind. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** One line of a daemon's log. */
export interface LogLine {
  readonly level: string;
  readonly actor: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Ends what is left of a test run that was killed. */
const WATCH_RUN = join(root, 'dist', 'test', 'support', 'process', 'watch-run.js');
const MAIN = join(root, 'dist', 'src', 'main.js');

/** A script of ours with its words as a process of its own. */
export class Script {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #title: string;

  /**
   * @param title what it is called in messages
   * @param isOnTerminal on a terminal of its own, by way of `script` of util-linux
   * @param variables of the environment, besides those of this process
   */
  constructor(
    title: string,
    words: readonly string[],
    isOnTerminal = false,
    variables: Readonly<Record<string, string>> = {},
  ) {
    this.#title = title;
    const command = [process.execPath, '--enable-source-maps', ...words];
    const [file, ...rest] = isOnTerminal
      ? ['script', '--quiet', '--return', '--command', `exec ${command.join(' ')}`, '/dev/null']
      : command;
    this.#child = spawn(file as string, rest, {
      env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', ...watched(variables) },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    // A program that has ended does not read any more.
    this.#child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        resolve({ code, signal, out: this.out, err: this.err });
      });
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** What it reads on its standard input. */
  say(text: string): void {
    this.#child.stdin.write(text);
  }

  hangUp(): void {
    this.#child.stdin.end();
  }

  /** Waits for its end. */
  end(): Promise<Ended> {
    return within(`the end of ${this.#title}`, this.ended, () => this.story());
  }

  /** Ends it as a power cut would; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Log lines so far, from whichever stream they go to. */
  log(): LogLine[] {
    return `${this.out}\n${this.err}`
      .split('\n')
      .filter((line) => line.startsWith('{"level"') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  }

  /** Waits for the n-th log line of a kind. */
  logged(kind: string, actor = '', nth = 1): Promise<LogLine> {
    return until(
      `${kind} in the log of ${this.#title}`,
      () => {
        const found = this.log().filter((line) => line.kind === kind && line.actor.includes(actor));
        if (found.length < nth && !this.isRunning) throw new Error(`it ended\n${this.story()}`);
        return found[nth - 1];
      },
      () => this.story(),
    );
  }

  /** Waits until it has said something, on whichever stream. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return until(
      `${pattern} from ${this.#title}`,
      () => pattern.exec(this.out) ?? pattern.exec(this.err),
      () => this.story(),
    );
  }

  /** Everything that it has said. */
  story(): string {
    const { exitCode, signalCode } = this.#child;
    const state = `process ${this.pid}, ${signalCode ?? exitCode ?? 'running'}`;
    return `${this.#title}, ${state}, stdout:\n${this.out}\nstderr:\n${this.err}`;
  }
}

/** With the preload that watches this run, before those of the test. */
function watched(variables: Readonly<Record<string, string>>): Record<string, string> {
  const { NODE_OPTIONS = process.env['NODE_OPTIONS'] ?? '', ...rest } = variables;
  return {
    FLYBALL_TEST_RUN: String(process.pid),
    ...rest,
    NODE_OPTIONS: `--import ${WATCH_RUN} ${NODE_OPTIONS}`.trimEnd(),
  };
}

/** `flyball WORDS` as a process of its own. */
export class Program extends Script {
  constructor(
    words: readonly string[],
    isOnTerminal = false,
    variables: Readonly<Record<string, string>> = {},
  ) {
    super(`flyball ${words.join(' ')}`, [MAIN, ...words], isOnTerminal, variables);
  }
}
