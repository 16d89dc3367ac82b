import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until, within } from '../process/until.ts';
import { root } from '../shared.ts';
import type { NodeSettings, Order } from './node-program.ts';

/** One thing that a node has said. */
export interface Said {
  readonly kind: string;
  readonly n?: number;
  readonly port?: number;
  readonly isIn?: boolean;
  readonly answer?: number;
  readonly reason?: string;
  readonly why?: string;
}

const PROGRAM = join(root, 'dist', 'test', 'support', 'links', 'node-program.js');

/** A node in a process of its own, perhaps in a network namespace of its own. */
export class NodeProcess {
  readonly said: Said[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #rest = '';
  #err = '';

  /** @param within words of a command that runs another one, such as `nsenter` */
  constructor(settings: NodeSettings, within: readonly string[] = []) {
    const words = [...within, process.execPath, '--enable-source-maps', PROGRAM];
    const [file, ...rest] = [...words, JSON.stringify(settings)];
    this.#child = spawn(file as string, rest);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
    });
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => void this.#child.on('close', () => resolve()));
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.said.push(JSON.parse(line));
  }

  order(order: Order): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** What it has said of a kind. */
  all(kind: string): Said[] {
    return this.said.filter((said) => said.kind === kind);
  }

  /** Waits for the n-th thing of a kind. */
  hears(kind: string, nth = 1): Promise<Said> {
    return until(
      `${nth} times ${kind}`,
      () => this.all(kind)[nth - 1],
      () => `${JSON.stringify(this.said)}\n${this.#err}`,
    );
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await within('the end of a node', this.#ended);
  }

  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return within('the end of a node', this.#ended);
  }
}
