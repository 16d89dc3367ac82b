import { rngOf } from '../../../src/core/rng.ts';
import { type Quote, Script } from './script.ts';

/** Levels a side that always have a size. */
const LEVELS = 8;

/** One side of the script's market, in cents and hundredths of a coin. */
class ScriptSide {
  readonly #sizes = new Map<number, number>();
  #changed = new Set<number>();

  sizeOn(cents: number): number {
    return this.#sizes.get(cents) ?? 0;
  }

  set(cents: number, size: number): void {
    this.#sizes.set(cents, size);
    this.#changed.add(cents);
  }

  quote(cents: number): Quote {
    return [(cents / 100).toFixed(2), (this.sizeOn(cents) / 100).toFixed(2)];
  }

  /** Levels that changed since the last time. */
  takeChanges(): Quote[] {
    const changes = [...this.#changed].map((cents) => this.quote(cents));
    this.#changed = new Set();
    return changes;
  }
}

/**
 * Some seconds of a market that moves by chance around 100.00: diffs each 100 ms, a ticker after
 * each event, prints that take from the touch. Each diff tells what happened since the last.
 */
export function aLivelyScript(seconds: number, seed = 1): Script {
  const random = rngOf(seed);
  const script = new Script();
  const bids = new ScriptSide();
  const asks = new ScriptSide();
  let mid = 10_000;
  let id = 0;
  let told = 0;
  const size = (): number => 1 + random.below(400);
  const set = (side: ScriptSide, cents: number, to: number): void => {
    side.set(cents, to);
    id += 1;
  };
  /** Nothing at the middle and no gap near it. */
  const tidy = (): void => {
    for (const side of [bids, asks]) if (side.sizeOn(mid) > 0) set(side, mid, 0);
    for (let at = 1; at <= LEVELS; at += 1) {
      if (bids.sizeOn(mid - at) === 0) set(bids, mid - at, size());
      if (asks.sizeOn(mid + at) === 0) set(asks, mid + at, size());
    }
  };
  const print = (ms: number): void => {
    const isBuy = random.next() < 0.5;
    const [side, cents] = isBuy ? [asks, mid + 1] : [bids, mid - 1];
    const rest = side.sizeOn(cents);
    const taken = Math.min(rest, size());
    script.print(ms, isBuy ? 'buy' : 'sell', [side.quote(cents)[0], (taken / 100).toFixed(2)]);
    set(side, cents, rest - taken);
    if (rest === taken) mid = cents;
  };
  tidy();
  script.snapshot(50, id, bids.takeChanges(), asks.takeChanges());
  told = id;
  for (let ms = 60; ms < seconds * 1_000; ms += 10) {
    const draw = random.next();
    if (draw < 0.25) print(ms);
    else if (draw < 0.5) set(bids, mid - 1 - random.below(LEVELS), size());
    else if (draw < 0.75) set(asks, mid + 1 + random.below(LEVELS), size());
    tidy();
    script.ticker(ms + 1, id, bids.quote(mid - 1), asks.quote(mid + 1));
    if (ms % 100 > 0 || id === told) continue;
    script.diff(ms + 2, [told + 1, id], bids.takeChanges(), asks.takeChanges());
    told = id;
  }
  return script;
}
