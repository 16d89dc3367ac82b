import { SortedWindow } from '../../math/sorted-window.ts';

/** Makes the median absolute deviation of normal data estimate their standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** A spread that never moves has no deviation; less than this is taken for this much, in bps. */
const MAD_BPS_MIN = 0.1;

/** When a spread counts as blown out; the configuration may set other numbers for each regime. */
export interface SpreadLimits {
  readonly zMax: number;
  readonly mediansMax: number;
  readonly runToHalt: number;
}

export const SPREAD_LIMITS: SpreadLimits = { zMax: 8, mediansMax: 5, runToHalt: 3 };

/** `warming`: too few samples to judge by, so nothing is known to be well. */
export type SpreadState = 'warming' | 'ok' | 'blowout' | 'halt';

/**
 * Control C14: a spread that explodes against its own recent past. Robust z of the last sample
 * against the window before it, `z = (last − median) / (1.4826 MAD)`; blow-out from z = 8 or from
 * five medians on, halt from the third in a row. Bounded; an event allocates nothing and costs
 * O(window).
 */
export class SpreadBlowout {
  readonly #window: SortedWindow;
  readonly #samplesMin: number;
  #run = 0;
  #state: SpreadState = 'warming';
  /** Of the window before the last sample, in bps; NaN before there was one. */
  medianBps = Number.NaN;
  /** As `medianBps`, before the floor. */
  madBps = Number.NaN;
  z = Number.NaN;

  /** @param samplesMin how many samples the window needs before it judges, at least 1 */
  constructor(options: { readonly window: number; readonly samplesMin: number }) {
    this.#window = new SortedWindow(options.window);
    this.#samplesMin = options.samplesMin;
  }

  get state(): SpreadState {
    return this.#state;
  }

  /**
   * Judges a relative spread and takes it into the window. What is no spread (NaN, infinite,
   * negative) is a blow-out and is not taken in.
   */
  onSpread(spreadBps: number, limits: SpreadLimits = SPREAD_LIMITS): SpreadState {
    const window = this.#window;
    const isSpread = Number.isFinite(spreadBps) && spreadBps >= 0;
    if (window.size < this.#samplesMin) {
      if (isSpread) window.add(spreadBps);
      return this.#state;
    }
    this.medianBps = window.median();
    this.madBps = window.medianDistance(this.medianBps);
    const sigma = MAD_TO_SIGMA * Math.max(this.madBps, MAD_BPS_MIN);
    this.z = (spreadBps - this.medianBps) / sigma;
    const isNormal = this.z < limits.zMax && spreadBps < limits.mediansMax * this.medianBps;
    this.#run = isSpread && isNormal ? 0 : this.#run + 1;
    if (isSpread) window.add(spreadBps);
    this.#state = this.#run === 0 ? 'ok' : this.#run < limits.runToHalt ? 'blowout' : 'halt';
    return this.#state;
  }
}
