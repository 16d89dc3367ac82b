import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { RemoteSession } from '../remote/client.ts';
import { CONNECT_OPTIONS, connect } from './access/connect.ts';
import { runWords } from './access/run-words.ts';
import { type DaemonCommand, EXIT, findCommand, roleOf } from './command.ts';
import { DAEMON_COMMANDS } from './daemon-commands.ts';
import type { ActorRow, DeskStatus } from './desk.ts';
import { commandHelp, listHelp } from './help.ts';
import { DATA_DIR, dataDirectory, JSON_OUTPUT } from './launch-commands.ts';
import type { LocalCommand, Surroundings } from './local-command.ts';
import { RECORDED_COMMANDS } from './proof/recorded-commands.ts';
import { recordedSession } from './proof/recorded-session.ts';
import { answer, coloured } from './terminal.ts';

const HISTORY_MAX = 1_000;
/** How long to wait for a daemon that was told to stop. */
const STOP_MS_MAX = 60_000;

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
        const exitCode = await runLine(session, splitLine(line), isJson, around, face.commands);
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

type ShellCommand = Omit<DaemonCommand, 'run'>;

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
  options: { 'data-dir': DATA_DIR, ...CONNECT_OPTIONS, json: JSON_OUTPUT },
  async run(words, around) {
    const session = await connect(words, dataDirectory(words, around), around);
    if (session === null) return EXIT.unreachable;
    const line = [...command.name.split(' '), ...words.positionals];
    const exitCode = await runLine(session, line, words.flag('json'), around);
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

async function runLine(
  session: RemoteSession,
  words: readonly string[],
  isJson: boolean,
  around: Surroundings,
  commands: readonly ShellCommand[] = DAEMON_COMMANDS,
): Promise<number> {
  const { terminal } = around;
  if (words[0] === 'help') return help(words.slice(1), around, commands);
  const { words: ran, outcome } = await runWords(session, words, terminal);
  if (!outcome.ok) {
    terminal.err(`${outcome.error}\n`);
    return EXIT.unreachable;
  }
  const { exitCode, data, error } = outcome.value;
  if (exitCode !== EXIT.done) {
    terminal.err(`${error}\n`);
    return exitCode;
  }
  const found = findCommand(commands, ran);
  answer(terminal, isJson, data, found?.command.show ?? String);
  return EXIT.done;
}

function help(
  words: readonly string[],
  around: Surroundings,
  commands: readonly ShellCommand[],
): number {
  const found = words.length === 0 ? null : findCommand(commands, words);
  around.terminal.out(
    found === null ? listHelp(commands.map(withRole)) : commandHelp(withRole(found.command)),
  );
  return EXIT.done;
}

function withRole(command: ShellCommand) {
  return { ...command, role: roleOf(command) };
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
  const text = isHelp ? line.slice(5) : line;
  const found = findCommand(commands, splitLine(text));
  const isBehindName = found !== null && text.length > found.command.name.length;
  const candidates = isBehindName
    ? (found.command.complete?.(found.rest, { actors }) ?? [])
    : [...commands.map(({ name }) => name), ...(isHelp ? [] : ['help', 'quit'])];
  const word = isBehindName ? (text.split(' ').at(-1) ?? '') : text;
  const hits = candidates.filter((candidate) => candidate.startsWith(word));
  return [hits.length > 0 ? hits : candidates, word];
}

class Shell {
  readonly #session: RemoteSession;
  readonly #isJson: boolean;
  readonly #around: Surroundings;
  readonly #face: Face;
  #actors: readonly string[] = [];

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
    this.#session.onClosed((reason) => {
      terminal.err(`${reason}\n`);
      lines.close();
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
        const { commands } = this.#face;
        exitCode = await runLine(this.#session, words, this.#isJson, this.#around, commands);
      }
      if (terminal.isInteractive) await this.#prompt(lines);
      else if (exitCode !== EXIT.done) break;
    }
    lines.close();
    return terminal.isInteractive ? EXIT.done : exitCode;
  }

  async #prompt(lines: Interface): Promise<void> {
    const status = await this.#ask<DeskStatus>('status');
    const actors = await this.#ask<readonly ActorRow[]>('actors');
    if (actors !== null) this.#actors = actors.map(({ path }) => path);
    const mode = status?.mode ?? 'unknown';
    const colour = mode === 'full-auto' ? 'green' : mode === 'emergency' ? 'red' : 'yellow';
    lines.setPrompt(
      `flyball[${this.#face.label} ${coloured(this.#around.terminal, colour, mode)}]> `,
    );
    lines.prompt();
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
