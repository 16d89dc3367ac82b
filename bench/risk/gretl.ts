import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIMEOUT_MS = 120_000;
/** Before the first figure: what a program does once is no fit. */
const WARM_UP_FITS = 5;

export interface GretlRun {
  /** Milliseconds of each fit by gretl's own stopwatch, which leaves its start out. */
  readonly fitMs: readonly number[];
  /** From the call of the program to its end, all fits included. */
  readonly wholeMs: number;
  /** mu, omega, alpha, beta. */
  readonly parameters: readonly number[];
  readonly version: string;
}

/**
 * Lets gretl fit GARCH(1,1) to the first column of a file so many times.
 *
 * @returns null where there is no `gretlcli` (Debian: `apt-get install gretl`)
 */
export function gretlFits(file: string, fits: number): GretlRun | null {
  if (spawnSync('gretlcli', ['--version']).error !== undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'flyball-gretl-'));
  try {
    const script = join(folder, 'fit.inp');
    writeFileSync(script, scriptOf(file, fits));
    const began = performance.now();
    const ran = spawnSync('gretlcli', ['-b', script], { encoding: 'utf8', timeout: TIMEOUT_MS });
    const wholeMs = performance.now() - began;
    const numbersOf = (name: string): number[] =>
      [...ran.stdout.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, text]) => Number(text));
    const fitMs = numbersOf('seconds').map((seconds) => seconds * 1_000);
    const parameters = numbersOf('parameter');
    if (fitMs.length !== fits || parameters.length !== 4) {
      throw new Error(`gretl answered what is no fit:\n${ran.stdout}${ran.stderr}`);
    }
    const version = /version (\S+)/.exec(ran.stdout)?.[1] ?? 'of no version';
    return { fitMs, wholeMs, parameters, version };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scriptOf(file: string, fits: number): string {
  const [column] = readFileSync(file, 'utf8').split(/[\r\n,]/, 1);
  return `set verbose off
open "${file}" --quiet
setobs 1 1 --time-series
loop ${WARM_UP_FITS} --quiet
  garch 1 1 ; ${column} --quiet
endloop
loop ${fits} --quiet
  set stopwatch
  garch 1 1 ; ${column} --quiet
  printf "seconds %.9f\\n", $stopwatch
endloop
loop i=1..4 --quiet
  printf "parameter %.15g\\n", $coeff[i]
endloop
`;
}
