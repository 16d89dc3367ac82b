import { setFlagsFromString as setFlag } from 'node:v8';
import { nodeClock } from '../../src/core/node-env.ts';
import { theilSen } from '../../test/support/soak/theil-sen.ts';
import { type Case, caseOf } from '../case.ts';

const MIB = 1_048_576;
const MB = 1_000_000;
/** What a heap may gain in an hour before it is a leak. */
const LEAK_MB_PER_HOUR = 1;
/**
 * What the compiler and the collector leave lying about differs by this much from one look to the
 * next. Where the leak that is looked for would be smaller than this over the whole run, the run is
 * too short to judge its slope.
 */
const NOISE_BYTES = 262_144;
/** Looks at the beginning that do not count: code is still being compiled. */
const WARM_UP_SHARE = 0.2;
/**
 * The compiler goes on for thousands of crashes with what only crashes run, and what it makes is on
 * the heap too. After the warm-up it compiles nothing more, so that what still grows is data.
 */
const COMPILE_NO_MORE = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];

/** Fewer have no trend; more take time and tell nothing new. */
const LOOKS_MIN = 12;
const LOOKS_MAX = 100;

/** How often to look at the heap in a run of so much, with a look for each `perLook`. */
export function looksFor(amount: number, perLook: number): number {
  return Math.max(LOOKS_MIN, Math.min(LOOKS_MAX, Math.ceil(amount / perLook)));
}

/** The heap as it is after forced collections, over time. */
export class HeapWatch {
  /** Of their final size from the beginning: what is noted here must not grow the heap either. */
  readonly #hours: Float64Array;
  readonly #bytes: Float64Array;
  #looked = 0;
  readonly #warmUp: number;

  /** @param looks how many there will be */
  constructor(looks: number) {
    this.#hours = new Float64Array(looks);
    this.#bytes = new Float64Array(looks);
    this.#warmUp = Math.ceil(looks * WARM_UP_SHARE);
  }

  /** @param atHours since the beginning of the run, on the clock that the run lives by */
  look(atHours: number): void {
    if (this.#looked === this.#warmUp) for (const flag of COMPILE_NO_MORE) setFlag(flag);
    collect();
    this.#hours[this.#looked] = atHours;
    this.#bytes[this.#looked] = process.memoryUsage().heapUsed;
    this.#looked += 1;
  }

  /** The heap at the latest look, for progress. */
  get latestText(): string {
    const bytes = this.#bytes[this.#looked - 1] ?? 0;
    return `${(bytes / MIB).toFixed(3)} MiB`;
  }

  get highestBytes(): number {
    return Math.max(...this.#bytes);
  }

  /** Its growth and its trend, when it has been looked at often enough. */
  cases(): Case[] {
    const hours = [...this.#hours.subarray(this.#warmUp, this.#looked)];
    const bytes = [...this.#bytes.subarray(this.#warmUp, this.#looked)];
    const { slope, low, high } = theilSen(hours, bytes);
    const span = (hours.at(-1) as number) - (hours[0] as number);
    const isJudged = LEAK_MB_PER_HOUR * MB * span >= NOISE_BYTES;
    const growth = { value: (slope * span) / MIB, target: NOISE_BYTES / MIB };
    return [
      caseOf({ name: 'heap at the end', value: (bytes.at(-1) as number) / MIB, unit: 'MiB' }),
      // The trend once more as what it comes to: this can be judged however short the run is.
      caseOf({ name: 'heap growth by its trend', ...growth, unit: 'MiB', isJudged: !isJudged }),
      caseOf({ name: 'heap slope', value: slope / MB, unit: 'MB/h' }),
      caseOf({
        name: 'heap slope, low end of 95 %',
        value: low / MB,
        unit: 'MB/h',
        target: 0,
        isJudged,
      }),
      caseOf({
        name: 'heap slope, high end of 95 %',
        value: high / MB,
        unit: 'MB/h',
        target: LEAK_MB_PER_HOUR,
        isJudged,
      }),
    ];
  }
}

/** Real time since then. */
export function hoursSince(startedNs: number): number {
  return (nodeClock.mono() - startedNs) / 3.6e12;
}

/** Collects all garbage. @throws when the process was started without `--expose-gc` */
export function collect(): void {
  if (globalThis.gc === undefined) throw new Error('start node with --expose-gc');
  globalThis.gc();
}
