/**
 * Seeded randomness: xoshiro128** seeded by splitmix32 (Blackman and Vigna 2018). Not for keys;
 * those come from `Env.entropy`.
 */
export interface Rng {
  /** A double in [0, 1) with 32 bits of resolution. */
  next(): number;
  /** A whole number in [0, bound). @throws RangeError unless bound is a whole number in 1 … 2^32 */
  below(bound: number): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /**
   * An independent stream, made from the seed and the label alone: whoever else draws or forks
   * does not shift it, and the same label gives the same stream again.
   */
  fork(label: string): Rng;
}

const TWO_32 = 4_294_967_296;

export function rngOf(seed: number): Rng {
  let s = seed >>> 0;
  const split = (): number => {
    s = (s + 0x9e3779b9) >>> 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const uint32 = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return scrambled;
  };
  let spare: number | null = null;
  const rng: Rng = {
    next: () => uint32() / TWO_32,
    below(bound) {
      if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
        throw new RangeError(`rng.below: ${bound} is not a whole number in 1 … 2^32`);
      }
      return Math.floor((uint32() / TWO_32) * bound);
    },
    normal() {
      if (spare !== null) {
        const kept = spare;
        spare = null;
        return kept;
      }
      for (;;) {
        const x = 2 * rng.next() - 1;
        const y = 2 * rng.next() - 1;
        const r = x * x + y * y;
        if (r > 0 && r < 1) {
          const scale = Math.sqrt((-2 * Math.log(r)) / r);
          spare = y * scale;
          return x * scale;
        }
      }
    },
    exponential: () => -Math.log(1 - rng.next()),
    fork: (label) => rngOf(hashOf(label, seed)),
  };
  return rng;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** FNV-1a of a label, mixed with a seed. */
function hashOf(label: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < label.length; at += 1) {
    hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
