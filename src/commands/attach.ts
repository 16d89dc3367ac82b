import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { RemoteSession } from '../remote/client.ts';
import { CONNECT_OPTIONS, connect } from './access/connect.ts';
import { type DaemonCommand, EXIT, findCommand, roleOf } from './command.ts';
import { DAEMON_COMMANDS } from './daemon-commands.ts';
import type { ActorRow, DeskStatus } from './desk.ts';
import { Interrupt, runLine, type ShellCommand } from './inspect/run-line.ts';
import { DATA_DIR, dataDirectory, JSON_OUTPUT } from './launch-commands.ts';
import type { LocalCommand, ParsedWords, Surroundings } from './local-command.ts';
import { RECORDED_COMMANDS } from './proof/recorded-commands.ts';
import { recordedSession } from './proof/recorded-session.ts';
import { coloured } from './terminal.ts';

const HISTORY_MAX = 1_000;
/** How long the actors that Tab offers are taken for those that are there. */
const ACTORS_KNOWN_MS = 5_000;
/** How long to wait for a daemon that was told to stop. */
const STOP_MS_MAX = 100_000;

export const attachCommand: LocalCommand = {
  name: 'attach',
  usage: '',
  summary: 'shell on a running desk, or on the journal of a dead one; detaching stops nothing',
  examples: [
    'flyball attach',
    "flyball attach -c 'mode' -c 'orders'",
    'flyball attach --as ann --identity ann.pem',
    "flyball attach --replay copy/ -c 'explain abcdefgh-1-mm-1a'",
  ],
  options: {
    command: {
      type: 'string',
      short: 'c',
      multiple: true,
      value: 'CMD',
      help: 'run a command and leave; may be given more than once',
    },
    'data-dir': DATA_DIR,
    ...CONNECT_OPTIONS,
    replay: {
      type: 'string',
      value: 'DIR',
      help: 'look into the data directory of a desk that does not run; nothing there is changed',
    },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const folder = dataDirectory(words, around);
    const replay = words.text('replay');
    const session =
      replay === null ? await connect(words, folder, around) : await openRecording(replay, around);
    if (session === null) return EXIT.unreachable;
    const face = replay === null ? live(folder) : RECORDED;
    const isJson = words.flag('json');
    const commands = words.texts('command');
    try {
      if (commands.length === 0) return await new Shell(session, face, isJson, around).run();
      for (const line of commands) {
        const runner = { session, isJson, around, commands: face.commands };
        const exitCode = await runLine(runner, splitLine(line));
        if (exitCode !== EXIT.done) return exitCode;
      }
      return EXIT.done;
    } finally {
      session.close();
    }
  },
};

async function openRecording(folder: string, around: Surroundings): Promise<RemoteSession | null> {
  const recorded = await around.launch.recorded(folder, around.env);
  if (recorded.ok) return recordedSession(recorded.value);
  around.terminal.err(`${recorded.error}\n`);
  return null;
}

/** What tells a shell on a running desk from one on a journal. */
interface Face {
  readonly commands: readonly ShellCommand[];
  /** What stands before the mode in the prompt. */
  readonly label: string;
  /** Null where nothing may be written. */
  readonly historyFile: string | null;
}

const RECORDED: Face = { commands: RECORDED_COMMANDS, label: 'recorded', historyFile: null };

function live(folder: string): Face {
  const historyFile = join(folder, 'shell-history');
  return { commands: DAEMON_COMMANDS, label: 'paper', historyFile };
}

/** The same commands straight from the command line: `flyball status`. */
export const DAEMON_FACES: readonly LocalCommand[] = DAEMON_COMMANDS.map((command) => ({
  name: command.name,
  usage: command.usage,
  summary: command.summary,
  examples: command.examples.map((example) => `flyball ${example}`),
  role: roleOf(command),
  options: { ...command.options, 'data-dir': DATA_DIR, ...CONNECT_OPTIONS, json: JSON_OUTPUT },
  async run(words, around) {
    const session = await connect(words, dataDirectory(words, around), around);
    if (session === null) return EXIT.unreachable;
    const isJson = words.flag('json');
    const line = [...command.name.split(' '), ...optionWords(command, words), ...words.positionals];
    const exitCode = await runLine({ session, isJson, around }, line);
    if (command.name === 'stop' && exitCode === EXIT.done) await ended(session, around);
    session.close();
    return exitCode;
  },
}));

function ended(session: RemoteSession, around: Surroundings): Promise<void> {
  return new Promise((resolve) => {
    const deadline = around.env.timers.after(STOP_MS_MAX, resolve);
    session.onClosed(() => {
      deadline.cancel();
      resolve();
    });
  });
}

/** Words of a line; single or double quotes keep blanks together. */
export function splitLine(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? (match[3] as string),
  );
}

/** Candidates for the word under the cursor, and that word. */
export function completeLine(
  line: string,
  commands: readonly ShellCommand[],
  actors: readonly string[],
): [string[], string] {
  const isHelp = line.startsWith('help ');
  // Behind `help` and `watch N` comes a command.
  const text = line.replace(/^(help|watch \S+( --times \S+)?) /, '');
  const found = findCommand(commands, splitLine(text));
  const isBehindName = found !== null && text.length > found.command.name.length;
  const candidates = isBehindName
    ? (found.command.complete?.(found.rest, { actors }) ?? [])
    : [...commands.map(({ name }) => name), ...(isHelp ? [] : ['help', 'watch', 'quit'])];
  const word = isBehindName ? (text.split(' ').at(-1) ?? '') : text;
  const hits = candidates.filter((candidate) => candidate.startsWith(word));
  return [hits.length > 0 ? hits : candidates, word];
}

/** The options of a daemon's command as words again. */
function optionWords(command: DaemonCommand, words: ParsedWords): string[] {
  return Object.entries(command.options ?? {}).flatMap(([name, { type }]) => {
    if (type === 'boolean') return words.flag(name) ? [`--${name}`] : [];
    const text = words.text(name);
    return text === null ? [] : [`--${name}`, text];
  });
}

class Shell {
  readonly #session: RemoteSession;
  readonly #isJson: boolean;
  readonly #around: Surroundings;
  readonly #face: Face;
  #actors: readonly string[] = [];
  #actorsAgainNs = Number.NEGATIVE_INFINITY;

  constructor(session: RemoteSession, face: Face, isJson: boolean, around: Surroundings) {
    this.#session = session;
    this.#isJson = isJson;
    this.#around = around;
    this.#face = face;
  }

  async run(): Promise<number> {
    const { terminal, input, output } = this.#around;
    const lines = createInterface({
      input,
      output: terminal.isInteractive ? output : undefined,
      history: this.#history(),
      historySize: HISTORY_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string) => completeLine(line, this.#face.commands, this.#actors),
    });
    // From here on lines are kept, so that what is typed before the first prompt is not lost.
    const typed = lines[Symbol.asyncIterator]();
    let exitCode: number = EXIT.done;
    const stop = new Interrupt();
    this.#session.onClosed((reason) => {
      terminal.err(`${reason}\n`);
      stop.raise();
      lines.close();
    });
    // Ctrl-C ends what goes on by itself, and the shell when nothing does.
    lines.on('SIGINT', () => {
      if (!stop.raise()) lines.close();
    });
    lines.on('history', (history) => this.#remember(history));
    if (terminal.isInteractive) {
      const { user, role, version } = this.#session;
      terminal.out(`flyball ${version}, logged in as ${user} (${role}); \`help\` lists commands\n`);
      await this.#prompt(lines);
    }
    for await (const line of typed) {
      const words = splitLine(line);
      if (words[0] === 'quit' || words[0] === 'exit') break;
      if (words.length > 0) {
        const [session, isJson, around] = [this.#session, this.#isJson, this.#around];
        const { commands } = this.#face;
        exitCode = await runLine({ session, isJson, around, stop, commands }, words);
      }
      if (terminal.isInteractive) await this.#prompt(lines);
      else if (exitCode !== EXIT.done) break;
    }
    lines.close();
    return terminal.isInteractive ? EXIT.done : exitCode;
  }

  async #prompt(lines: Interface): Promise<void> {
    const status = await this.#ask<DeskStatus>('status');
    await this.#learnActors();
    const mode = status?.mode ?? 'unknown';
    const colour = mode === 'full-auto' ? 'green' : mode === 'emergency' ? 'red' : 'yellow';
    lines.setPrompt(
      `flyball[${this.#face.label} ${coloured(this.#around.terminal, colour, mode)}]> `,
    );
    lines.prompt();
  }

  /** For Tab. Not at every prompt: what is asked for counts as a command of the session's. */
  async #learnActors(): Promise<void> {
    const nowNs = this.#around.env.clock.mono();
    if (nowNs < this.#actorsAgainNs) return;
    const actors = await this.#ask<readonly ActorRow[]>('actors');
    if (actors === null) return;
    this.#actors = actors.map(({ path }) => path);
    this.#actorsAgainNs = nowNs + ACTORS_KNOWN_MS * 1e6;
  }

  /** @returns null when it was not answered or refused, as too many commands a second are */
  async #ask<T>(command: string): Promise<T | null> {
    const answer = await this.#session.run([command]);
    return answer.ok && answer.value.exitCode === EXIT.done ? (answer.value.data as T) : null;
  }

  #history(): string[] {
    const { historyFile } = this.#face;
    const bytes = historyFile === null ? null : this.#around.env.files.read(historyFile);
    if (bytes === null) return [];
    return new TextDecoder().decode(bytes).split('\n').filter(Boolean);
  }

  #remember(history: readonly string[]): void {
    const { historyFile } = this.#face;
    if (historyFile === null) return;
    const text = `${history.slice(0, HISTORY_MAX).join('\n')}\n`;
    this.#around.env.files.replace(historyFile, new TextEncoder().encode(text));
  }
}
