import type { Rng } from '../../core/rng.ts';

/** What befalls the frames that come in, each with its chance. */
export interface FrameSwitches {
  lost: number;
  doubled: number;
  /** Overtaken by the next. */
  reordered: number;
  /** Held up for up to a second, while others pass. */
  delayed: number;
  /** Cut off somewhere. */
  torn: number;
  /** A price becomes zero, negative, no number, or one of another world. */
  priced: number;
  /** Comes this many times in one moment; 1 when nothing floods. */
  times: number;
}

export const SOUND_FRAMES: Readonly<FrameSwitches> = {
  lost: 0,
  doubled: 0,
  reordered: 0,
  delayed: 0,
  torn: 0,
  priced: 0,
  times: 1,
};

export interface FrameRoad {
  readonly random: Rng;
  readonly arrive: (frame: Uint8Array) => void;
  readonly later: (ms: number, run: () => void) => void;
}

const DELAY_MS_MAX = 1_000;
const STRANGE_PRICES = ['0.00000000', '-1.00000000', 'NaN', '99999999.00000000', ''];
const PRICE = /"\d{3,8}\.\d+"/;

/** The frames of one connection on their way in. */
export class FaultyFrameRoad {
  readonly #switches: FrameSwitches;
  readonly #road: FrameRoad;
  #held: Uint8Array | null = null;

  constructor(switches: FrameSwitches, road: FrameRoad) {
    this.#switches = switches;
    this.#road = road;
  }

  pass(frame: Uint8Array): void {
    const { lost, doubled, reordered, delayed, torn, priced, times } = this.#switches;
    const { random, arrive, later } = this.#road;
    const happens = (chance: number): boolean => chance > 0 && random.next() < chance;
    if (happens(lost)) return;
    if (happens(delayed)) {
      later(random.next() * DELAY_MS_MAX, () => arrive(frame));
      return;
    }
    if (this.#held === null && happens(reordered)) {
      this.#held = frame;
      return;
    }
    let sent = frame;
    if (happens(torn)) sent = frame.subarray(0, random.below(frame.length));
    else if (happens(priced)) sent = strange(frame, random);
    const copies = times > 1 ? times : happens(doubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) arrive(copy === 0 ? sent : sent.slice());
    const held = this.#held;
    this.#held = null;
    if (held !== null) arrive(held);
  }
}

function strange(frame: Uint8Array, random: Rng): Uint8Array {
  const text = new TextDecoder().decode(frame);
  const price = STRANGE_PRICES[random.below(STRANGE_PRICES.length)];
  return new TextEncoder().encode(text.replace(PRICE, `"${price}"`));
}
