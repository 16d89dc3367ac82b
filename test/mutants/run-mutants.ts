import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant, MutantFile } from './mutant.ts';

/** What has become of a mutant. `stale`: its text is not there exactly once, so it says nothing. */
export interface Verdict {
  readonly file: string;
  readonly what: string;
  readonly verdict: 'killed' | 'survived' | 'stale';
  /** The part of the tests that noticed, or what was found in place of the text. */
  readonly by: string;
}

/** A mutant may make a test wait for ever, which is noticed too. */
const TEST_MS_MAX = 60_000;
/** What tests read beside the compiled files. */
const BESIDE = [
  ...['src', 'actors', 'supervisors', 'hardware', 'test'],
  ...['config', 'docs', 'node_modules', 'package.json'],
];

/** A copy of the compiled program and its tests that is broken in one place at a time. */
export class MutantRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'flyball-mutants-'));

  /** @param root of the repository, built */
  constructor(root: string) {
    cpSync(join(root, 'dist'), join(this.#folder, 'dist'), { recursive: true });
    for (const name of BESIDE) symlinkSync(join(root, name), join(this.#folder, name));
  }

  /** Tests that fail without any mutant would notice whatever they are shown. */
  soundness({ file, tests }: MutantFile): string | null {
    const red = tests.find((part) => !this.#passes(part));
    return red === undefined ? null : `the tests ${red} of ${file} fail without any mutant`;
  }

  judge({ file, tests }: MutantFile, { what, from, to }: Mutant): Verdict {
    const path = join(this.#folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(from).length - 1;
    if (times !== 1) {
      return { file, what, verdict: 'stale', by: `found ${times} times, wanted once: ${from}` };
    }
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    try {
      const by = tests.find((part) => !this.#passes(part));
      return { file, what, verdict: by === undefined ? 'survived' : 'killed', by: by ?? '' };
    } finally {
      writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #passes(part: string): boolean {
    const words = [join('dist', 'test', 'run.js'), part];
    const { status } = spawnSync(process.execPath, words, {
      cwd: this.#folder,
      stdio: 'ignore',
      timeout: TEST_MS_MAX,
    });
    return status === 0;
  }
}
