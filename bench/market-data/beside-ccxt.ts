import { nodeClock } from '../../src/core/node-env.ts';
import { type Case, caseOf } from '../case.ts';

/** Frames that a pass takes at least, so that it does not mostly measure how cold caches are. */
const PASS_FRAMES_MIN = 4_000;
/** Passes of each before the first that counts: the compiler is busy until then. */
const PASSES_WARM = 4;
/** Passes of each that count, at least. */
const PASSES_MIN = 9;
/** Issue 5: ours costs at most a fifth of ccxt's. */
const TIMES_LESS = 5;

export interface BesideCcxt<Mine, Theirs> {
  readonly name: string;
  readonly seconds: number;
  readonly updates: readonly Uint8Array[];
  /** A book, or some, filled. */
  readonly ours: () => Mine;
  readonly theirs: () => Theirs;
  readonly takeOurs: (mine: Mine, update: Uint8Array) => void;
  readonly takeTheirs: (theirs: Theirs, update: Uint8Array) => void;
  /** @throws when the books after all updates are not as they should be */
  readonly check: (mine: Mine, theirs: Theirs) => void;
}

/**
 * Processor time of an update, ours beside ccxt's: the median of passes that take turns, so that a
 * machine that slows down slows both.
 */
export function besideCcxt<Mine, Theirs>(of: BesideCcxt<Mine, Theirs>): Case {
  const { name, seconds, updates } = of;
  const sets = Math.ceil(PASS_FRAMES_MIN / updates.length);
  const ours: number[] = [];
  const theirs: number[] = [];
  const endNs = nodeClock.mono() + seconds * 1e9;
  for (let pass = -PASSES_WARM; pass < PASSES_MIN || nodeClock.mono() < endNs; pass += 1) {
    const mine = passOf(Array.from({ length: sets }, of.ours), updates, of.takeOurs);
    const other = passOf(Array.from({ length: sets }, of.theirs), updates, of.takeTheirs);
    mine.takers.forEach((each, at) => void of.check(each, other.takers[at] as Theirs));
    if (pass < 0) continue;
    ours.push(mine.updateUs);
    theirs.push(other.updateUs);
  }
  const peer = median(theirs);
  return caseOf({
    name,
    value: median(ours),
    unit: 'µs',
    peer: { name: 'ccxt 4.5.84', value: peer },
    target: peer / TIMES_LESS,
  });
}

function passOf<Taker>(
  takers: readonly Taker[],
  updates: readonly Uint8Array[],
  take: (taker: Taker, update: Uint8Array) => void,
): { readonly takers: readonly Taker[]; readonly updateUs: number } {
  const before = process.cpuUsage();
  for (const taker of takers) for (const update of updates) take(taker, update);
  const { user, system } = process.cpuUsage(before);
  return { takers, updateUs: (user + system) / (updates.length * takers.length) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
