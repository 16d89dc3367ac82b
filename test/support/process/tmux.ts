import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../shared.ts';
import { until } from './until.ts';

const MAIN = join(root, 'dist', 'src', 'main.js');
const COLUMNS = 160;
const ROWS = 50;

/** A terminal of tmux on a server of its own, with one program in it. */
export class Tmux {
  readonly #server: string;

  /** @param words of the command line of flyball */
  constructor(words: readonly string[]) {
    this.#server = `flyball-${process.pid}`;
    const program = [process.execPath, '--enable-source-maps', MAIN, ...words].join(' ');
    const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
    this.#run('-f', '/dev/null', 'new-session', '-d', ...size, `NO_COLOR=1 ${program}`);
  }

  /** Whether there is a tmux to test with; says so when there is none. */
  static isThere(): boolean {
    if (spawnSync('tmux', ['-V']).status === 0) return true;
    process.stdout.write('\nSKIPPED: no `tmux`, so no session in a real terminal\n');
    return false;
  }

  /** Types text, or presses keys by tmux's names for them: `Enter`, `Tab`, `C-c`. */
  type(text: string): void {
    this.#run('send-keys', '-l', text);
  }

  press(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  /** What stands on the screen. */
  screen(): string {
    return this.#run('capture-pane', '-p').stdout;
  }

  clear(): void {
    this.press('C-l');
  }

  /** Waits until the screen shows it. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(
      `${pattern} on the screen`,
      () => pattern.exec(this.screen().trimEnd()),
      () => this.screen(),
    );
  }

  /** Whether the program still runs. */
  get isRunning(): boolean {
    return this.#run('has-session').status === 0;
  }

  end(): void {
    this.#run('kill-server');
  }

  #run(...words: readonly string[]) {
    return spawnSync('tmux', ['-L', this.#server, ...words], { encoding: 'utf8' });
  }
}
