/**
 * A set of prices in whole ticks that finds the next price up or down. It is a tree with 32
 * children a node, one bit each, kept in sparse layers: layer 0 has a bit for every price, the
 * layer above a bit for every word below that is not empty. Each operation costs at most one
 * look-up per layer, up and down: log32 of the highest price (five layers for BTCUSDT).
 */
export class SortedTicks {
  readonly #layers: Map<number, number>[] = [];
  #size = 0;

  /** @param ticksMax the highest price that can be added; prices are whole and not negative */
  constructor(ticksMax: number) {
    for (let words = ticksMax + 1; ; words = Math.ceil(words / 32)) {
      this.#layers.push(new Map());
      if (words <= 32) break;
    }
  }

  get size(): number {
    return this.#size;
  }

  has(ticks: number): boolean {
    return ((this.#layers[0]?.get(Math.floor(ticks / 32)) ?? 0) & bitOf(ticks)) !== 0;
  }

  add(ticks: number): void {
    if (this.has(ticks)) return;
    this.#size += 1;
    let index = ticks;
    for (const layer of this.#layers) {
      const word = Math.floor(index / 32);
      const bits = layer.get(word) ?? 0;
      layer.set(word, bits | bitOf(index));
      if (bits !== 0) return;
      index = word;
    }
  }

  delete(ticks: number): void {
    if (!this.has(ticks)) return;
    this.#size -= 1;
    let index = ticks;
    for (const layer of this.#layers) {
      const word = Math.floor(index / 32);
      const bits = (layer.get(word) ?? 0) & ~bitOf(index);
      if (bits !== 0) {
        layer.set(word, bits);
        return;
      }
      layer.delete(word);
      index = word;
    }
  }

  /** The lowest price above `ticks`, or -1. */
  above(ticks: number): number {
    return this.#neighbour(ticks, (bits, bit) => (bit === 31 ? 0 : bits & (-1 << (bit + 1))), low);
  }

  /** The highest price below `ticks`, or -1. */
  below(ticks: number): number {
    return this.#neighbour(ticks, (bits, bit) => bits & ((1 << bit) - 1), high);
  }

  #neighbour(
    ticks: number,
    beyond: (bits: number, bit: number) => number,
    nearest: (bits: number) => number,
  ): number {
    let index = ticks;
    for (let height = 0; height < this.#layers.length; height += 1) {
      const word = Math.floor(index / 32);
      const bits = beyond(this.#layers[height]?.get(word) ?? 0, index % 32);
      if (bits !== 0) return this.#descend(height, word * 32 + nearest(bits), nearest);
      index = word;
    }
    return -1;
  }

  #descend(from: number, index: number, nearest: (bits: number) => number): number {
    let found = index;
    for (let height = from - 1; height >= 0; height -= 1) {
      found = found * 32 + nearest(this.#layers[height]?.get(found) ?? 0);
    }
    return found;
  }
}

function bitOf(index: number): number {
  return 1 << (index % 32);
}

/** Number of the lowest bit that is set. */
function low(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** Number of the highest bit that is set. */
function high(bits: number): number {
  return 31 - Math.clz32(bits);
}
