import { parseArgs } from 'node:util';
import { type Case, report } from './case.ts';

/**
 * The program of a bench, `[--json] [--check] [--seconds N]`: measures and prints what was found.
 * It ends with 2 where the seconds are none, and with 1 where `--check` finds a budget missed.
 *
 * @param usual.seconds of one measurement, where it is not said
 */
export async function runBench(
  usual: { readonly seconds: number; readonly secondsMax: number },
  measure: (seconds: number) => Promise<readonly Case[]>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      seconds: { type: 'string', default: String(usual.seconds) },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= usual.secondsMax)) {
    const wanted = `a number above 0, at most ${usual.secondsMax}`;
    process.stderr.write(`--seconds: found ${values.seconds}, wanted ${wanted}\n`);
    process.exit(2);
  }
  report(await measure(seconds), values);
}
