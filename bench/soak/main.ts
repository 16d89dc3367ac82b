/**
 * What must not grow, however long the desk runs and however often it crashes; see
 * docs/benchmarks.md.
 *
 *   npm run --silent soak -- crashes  [--count 100000]     [--json] [--check]
 *   npm run --silent soak -- overload [--seconds 60]
 *   npm run --silent soak -- messages [--count 100000000]
 *   npm run --silent soak -- real     [--minutes 10]
 */
import { parseArgs } from 'node:util';
import { nodeClock } from '../../src/core/node-env.ts';
import { type Case, report } from '../case.ts';
import { crashes } from './crashes.ts';
import { messages } from './messages.ts';
import { overload } from './overload.ts';
import { type Progress, progressOf } from './progress.ts';
import { real } from './real.ts';

interface Soak {
  /** The option that says how much, and how much it is when nothing is said. */
  readonly option: 'count' | 'seconds' | 'minutes';
  readonly usual: number;
  readonly run: (amount: number, progress: Progress) => Promise<Case[]>;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  crashes: { option: 'count', usual: 100_000, run: crashes },
  overload: { option: 'seconds', usual: 60, run: overload },
  messages: { option: 'count', usual: 100_000_000, run: messages },
  real: { option: 'minutes', usual: 10, run: (minutes, progress) => real(minutes * 60, progress) },
};
const AMOUNT_MAX = 1e12;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    count: { type: 'string' },
    seconds: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const soak = SOAKS[positionals[0] ?? ''];
if (soak === undefined || positionals.length > 1) {
  refuse(`found ${positionals.join(' ') || 'nothing'}, wanted ${Object.keys(SOAKS).join(', ')}`);
}
const given = values[soak.option];
const amount = given === undefined ? soak.usual : Number(given);
if (!(amount > 0 && amount <= AMOUNT_MAX)) {
  refuse(`--${soak.option}: found ${given}, wanted a number above 0, at most ${AMOUNT_MAX}`);
}
if (globalThis.gc === undefined) refuse('start node with --expose-gc, as `npm run soak` does');
report(
  await soak.run(
    amount,
    progressOf(() => nodeClock.now()),
  ),
  values,
);

function refuse(why: string): never {
  process.stderr.write(`soak: ${why}\n`);
  process.exit(2);
}
