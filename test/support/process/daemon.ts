import { join } from 'node:path';
import { keysFolder, shellSocket } from '../../../src/commands/access/connect.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { attach, type RemoteSession } from '../../../src/remote/client.ts';
import { operatorKey } from '../../../src/remote/keys.ts';
import type { RunResult } from '../../../src/remote/server.ts';
import type { Premises } from './premises.ts';
import { Program } from './program.ts';
import { until } from './until.ts';

/** A desk that runs, with a session of the operator's on it. */
export class Daemon extends Program {
  readonly #folder: string;
  #session: RemoteSession | null = null;

  constructor(
    premises: Premises,
    words: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ) {
    const folders = ['--data-dir', premises.folder, '--guard-dir', premises.guardFolder];
    super([...words, ...folders], false, variables);
    this.#folder = premises.folder;
  }

  /** What a command answers, whatever its exit code; the daemon takes ten of them a second. */
  async run(line: string): Promise<RunResult> {
    const session = await this.#attached();
    return until(`an answer to ${line}`, async () => {
      const answer = await session.run(line.split(' '));
      if (!answer.ok) throw new Error(`${line}: ${answer.error}`);
      return answer.value.error?.endsWith('commands a second') ? null : answer.value;
    });
  }

  /** The data that a command answers. @throws when it is refused */
  async ask<T>(line: string): Promise<T> {
    const { exitCode, data, error } = await this.run(line);
    if (exitCode !== 0) throw new Error(`${line}: exit code ${exitCode}, ${error}`);
    return data as T;
  }

  /** Ends an emergency once control and the stop, each for itself, have cooled down. */
  reset(): Promise<ControlSummary> {
    return until('a reset', async () => {
      const { exitCode, data, error } = await this.run('reset the test goes on');
      if (exitCode === 0) return data as ControlSummary;
      if (error?.includes('cooling down') === true) return null;
      throw new Error(`reset: exit code ${exitCode}, ${error}`);
    });
  }

  async #attached(): Promise<RemoteSession> {
    this.#session ??= await until(
      `a session with process ${this.pid}`,
      () => this.#attach(),
      () => `${this.out}\n${this.err}`,
    );
    return this.#session;
  }

  async #attach(): Promise<RemoteSession | null> {
    if (!this.isRunning) throw new Error(`the daemon has ended\n${this.err}`);
    const key = operatorKey(nodeFiles, keysFolder(this.#folder));
    if (!key.ok) return null;
    const session = await attach(shellSocket(this.#folder), key.value, nodeTimers);
    if (!session.ok) return null;
    // The shell's actor may be restarted, and its sessions end with it.
    session.value.onClosed(() => {
      this.#session = null;
    });
    return session.value;
  }
}

/** Where the latch of a data directory lies. */
export function latchFile(folder: string): string {
  return join(folder, 'latch');
}
