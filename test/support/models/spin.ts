import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A property of a model, as `ltl NAME { … }` of its text. */
export interface Property {
  readonly name: string;
  /** Whether something has to happen some day: searched with weak fairness, for endless runs. */
  readonly isLiveness: boolean;
}

export interface Searched {
  readonly errors: number;
  /** Whether every state that can be reached was visited: nothing was cut off. */
  readonly isComplete: boolean;
  readonly states: number;
  /** What the search printed. */
  readonly report: string;
}

/** Far above what is reached: a search that gets there says so, and is not complete. */
const DEPTH_MAX = 1_000_000;
const STEP_MS_MAX = 300_000;

/** Whether a model can be searched here. */
export function hasSpin(): boolean {
  return ['spin', 'cc'].every((name) => spawnSync(name, ['--version']).error === undefined);
}

/** A model made into a program that searches it. */
export class ModelCheck {
  readonly #folder = mkdtempSync(join(tmpdir(), 'model-'));

  /** @param isSmall whether compiling costs more than searching, and only safety is asked for */
  constructor(model: string, { isSmall }: { readonly isSmall: boolean }) {
    writeFileSync(join(this.#folder, 'model.pml'), model);
    this.#run('spin', ['-a', 'model.pml']);
    // NFAIR: fairness keeps a bit for each process, 32 to a word.
    const kind = isSmall ? ['-O0', '-DNOFAIR'] : ['-O1', '-DNFAIR=3'];
    this.#run('cc', [...kind, '-w', '-o', 'pan', 'pan.c']);
  }

  search({ name, isLiveness }: Property): Searched {
    const fairness = isLiveness ? ['-f'] : [];
    const report = this.#run('./pan', ['-a', ...fairness, `-m${DEPTH_MAX}`, '-N', name]);
    const errors = /errors: (\d+)/.exec(report)?.[1];
    const states = /(\d+(?:\.\d+e\+\d+)?) states, stored/.exec(report)?.[1];
    if (errors === undefined || states === undefined) throw new Error(`no search: ${report}`);
    const isCut = /Search not completed|max search depth too small|out of memory/.test(report);
    return { errors: Number(errors), states: Number(states), isComplete: !isCut, report };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #run(command: string, words: readonly string[]): string {
    const options = { cwd: this.#folder, encoding: 'utf8', timeout: STEP_MS_MAX } as const;
    const { error, status, stdout, stderr } = spawnSync(command, words, options);
    if (error !== undefined) throw error;
    // spin tells a bad model on its output and may go on.
    if (status !== 0 || /Error:/.test(stdout)) throw new Error(`${command}: ${stdout}${stderr}`);
    return stdout;
  }
}
