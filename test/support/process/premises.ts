import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './daemon.ts';
import { livelyConfig } from './lively-config.ts';
import { type Ended, Program, Script } from './program.ts';
import { until } from './until.ts';
import { VenueAccount } from './venue-account.ts';
import { WrittenJournal } from './written-journal.ts';

/** What a running venue says of itself. */
export interface VenueNotice {
  readonly pid: number;
  readonly port: number;
  readonly startedBy: string;
  readonly fronts: readonly { readonly name: string; readonly port: number }[];
}

const PROGRAMS_TOLD = 2;
const STORY_CHARACTERS = 6_000;

/** A fresh data directory with a configuration file, and every process that runs on it. */
export class Premises {
  readonly root: string;
  readonly folder: string;
  readonly configFile: string;
  /** Where guards keep what must not lie in the data directory. */
  readonly guardFolder: string;
  readonly #programs: Script[] = [];

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'flyball-process-'));
    this.folder = join(this.root, 'data');
    this.guardFolder = join(this.root, 'guard');
    this.configFile = join(this.root, 'desk.yaml');
    writeFileSync(this.configFile, livelyConfig());
  }

  /** `flyball start` on this directory. */
  start(words: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Daemon {
    const all = ['start', '--config', this.configFile, ...words];
    const daemon = new Daemon(this, all, variables);
    this.#programs.push(daemon);
    return daemon;
  }

  /** Any other command on this directory. */
  program(...words: readonly string[]): Program {
    const program = new Program([...words, '--data-dir', this.folder]);
    this.#programs.push(program);
    return program;
  }

  /** A script of the tests that is told the folder among its words. */
  script(file: string, words: readonly string[]): Script {
    const script = new Script(`${file} ${words.join(' ')}`, [file, ...words]);
    this.#programs.push(script);
    return script;
  }

  /** A command on a terminal; null, with a notice, where there is no `script` to make one. */
  onTerminal(...words: readonly string[]): Program | null {
    if (spawnSync('script', ['--version']).status !== 0) {
      process.stdout.write('\nSKIPPED: no `script` of util-linux, so no terminal to test on\n');
      return null;
    }
    const program = new Program([...words, '--data-dir', this.folder], true);
    this.#programs.push(program);
    return program;
  }

  /** Runs a command to its end. */
  run(...words: readonly string[]): Promise<Ended> {
    return this.program(...words).end();
  }

  /** The venue, started by hand, so that no stop of a desk ends it. */
  async handVenue(port = 0): Promise<Program> {
    const words = ['--config', this.configFile, '--port', String(port)];
    const venue = this.program('venue', ...words);
    await venue.said(/simulated exchange on/);
    return venue;
  }

  notice(): VenueNotice {
    return JSON.parse(readFileSync(join(this.folder, 'run', 'venue.json'), 'utf8'));
  }

  /** The desk's account at the venue that runs now. */
  account(): VenueAccount {
    return new VenueAccount(this.folder, this.notice().port);
  }

  /** The same at one of several venues. */
  accountAt(venue: string): VenueAccount {
    const front = this.notice().fronts.find(({ name }) => name === venue);
    if (front === undefined) throw new Error(`no front of the venue process is called ${venue}`);
    return new VenueAccount(this.folder, front.port, venue);
  }

  /** The guard that watches this directory, by what it has written into its lock. */
  guardPid(): number {
    return Number(readFileSync(join(this.folder, 'run', 'guard.lock'), 'utf8'));
  }

  journal(): WrittenJournal {
    return new WrittenJournal(join(this.folder, 'journal', 'segments'));
  }

  /** Processes that run on this directory, the venue that a desk has begun among them. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid && this.#isOurs(pid))
      .sort((one, other) => one - other);
  }

  /** Waits until these run here and nobody else: what was told to end takes a moment. */
  async remain(what: string, ...pids: readonly number[]): Promise<void> {
    const wanted = [...pids].sort((one, other) => one - other).join();
    await until(
      what,
      () => this.processes().join() === wanted,
      () => `${this.processes().join()} run, wanted ${wanted}`,
    );
  }

  /** What the last programs have said, for the message of a test that fails. */
  story(): string {
    return this.#programs
      .slice(-PROGRAMS_TOLD)
      .map((program) => `\n${program.story().slice(-STORY_CHARACTERS)}`)
      .join('\n');
  }

  /** Ends what still runs and takes the folder away. */
  close(): void {
    // A desk may be about to begin a venue, so it is looked again until there is nobody.
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) {
      for (const pid of pids) end(pid);
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  #isOurs(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.root);
    } catch {
      return false;
    }
  }
}

/** Also when the runner gives up on a test, nothing is left behind. */
const open = new Set<Premises>();
process.on('exit', () => {
  for (const premises of open) premises.close();
});

/** A test on premises of its own. */
export function onPremises(use: (premises: Premises) => Promise<void>): () => Promise<void> {
  return async () => {
    const premises = new Premises();
    open.add(premises);
    try {
      await use(premises);
    } catch (thrown) {
      process.stdout.write(`${premises.story()}\n`);
      throw thrown;
    } finally {
      premises.close();
      open.delete(premises);
    }
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
