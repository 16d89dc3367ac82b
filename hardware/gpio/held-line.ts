import type { ChildProcess } from 'node:child_process';
import type { Level } from './port.ts';

/**
 * An output that a child holds for as long as it lives. Another level needs another child, and it
 * can only have the line once the one before has ended; of levels asked for meanwhile the last
 * counts.
 */
export class HeldLine {
  readonly #start: (level: Level) => ChildProcess;
  readonly #lost: (why: string) => void;
  #child: ChildProcess | null = null;
  #held: Level | null = null;
  #wanted: Level | null = null;
  /** Whether the child was told to end. The tools of 1.x then end with 0, as if by themselves. */
  #isEnding = false;

  /** @param lost is told why when a child ends that nobody has ended */
  constructor(start: (level: Level) => ChildProcess, lost: (why: string) => void) {
    this.#start = start;
    this.#lost = lost;
  }

  hold(level: Level): void {
    this.#wanted = level;
    if (this.#child === null) this.#startWanted(level);
    else if (this.#held !== level) this.#end('SIGTERM');
  }

  release(): void {
    this.#wanted = null;
    this.#end('SIGKILL');
  }

  #end(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#isEnding = true;
    this.#child?.kill(signal);
  }

  #startWanted(level: Level): void {
    const child = this.#start(level);
    this.#child = child;
    this.#held = level;
    this.#isEnding = false;
    child.once('error', ({ message }) => this.#lost(message));
    child.once('exit', (code, signal) => {
      this.#child = null;
      if (!this.#isEnding) this.#lost(`ended with ${code ?? signal}`);
      else if (this.#wanted !== null) this.#startWanted(this.#wanted);
    });
  }
}
