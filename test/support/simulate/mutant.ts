import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SeedReport } from '../../../src/desk/simulate/run-seed.ts';
import type { Mutation } from './mutations.ts';

const SEEDS = '1..200';
const STEPS = '4000';

/** A copy of the compiled program that may be broken on purpose. */
export class Mutant {
  readonly #folder = mkdtempSync(join(tmpdir(), 'flyball-mutant-'));

  constructor() {
    for (const part of ['dist/src', 'dist/actors', 'dist/supervisors', 'dist/hardware', 'config']) {
      cpSync(part, join(this.#folder, part), { recursive: true });
    }
    cpSync('package.json', join(this.#folder, 'package.json'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /**
   * Runs the simulation with a bug in place, up to the first seed in which the law is broken.
   *
   * @throws when the text that is to be replaced is not there exactly once
   */
  async find({ file, from, to, invariant, faults }: Mutation): Promise<SeedReport | null> {
    const path = join(this.#folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(from).length - 1;
    if (times !== 1) throw new Error(`${file}: found ${times} times, wanted once: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    try {
      const chosen = faults === undefined ? [] : ['--faults', faults];
      return await this.#simulate(chosen, (report) =>
        report.violations.some((violation) => violation.invariant === invariant),
      );
    } finally {
      writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #simulate(
    chosen: readonly string[],
    isFound: (report: SeedReport) => boolean,
  ): Promise<SeedReport | null> {
    const main = join(this.#folder, 'dist', 'src', 'main.js');
    // Where most of the broken code is: the protocol that has been simulated the longest.
    const venues = ['--venues', 'binance'];
    const words = ['simulate', '--seeds', SEEDS, '--steps', STEPS, ...venues, ...chosen, '--json'];
    const child = spawn(process.execPath, [main, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const report = JSON.parse(line) as SeedReport;
      if (report.violations === undefined || !isFound(report)) continue;
      child.kill('SIGKILL');
      return report;
    }
    return null;
  }
}
