import { assert } from '../../../core/result.ts';

export interface CusumOptions {
  /** Of the level that is normal. */
  readonly mean: number;
  /** Its standard deviation, above 0. */
  readonly deviation: number;
  /** Slack in deviations: half the shift that matters. */
  readonly slack: number;
  /** Alarm above this many deviations. */
  readonly threshold: number;
}

/**
 * Two-sided tabular CUSUM: S⁺ = max(0, S⁺ + z − k), S⁻ = max(0, S⁻ − z − k), z in deviations; an
 * alarm above the threshold resets both. O(1) a point.
 *
 * @see Page 1954, "Continuous inspection schemes"
 */
export class Cusum {
  readonly #options: CusumOptions;
  up = 0;
  down = 0;

  constructor(options: CusumOptions) {
    assert(options.deviation > 0 && options.threshold > 0, 'a deviation and a threshold above 0');
    this.#options = options;
  }

  /** @returns the direction of an alarm, or null; a value that is not finite is left out */
  add(value: number): 'up' | 'down' | null {
    if (!Number.isFinite(value)) return null;
    const { mean, deviation, slack, threshold } = this.#options;
    const z = (value - mean) / deviation;
    this.up = Math.max(0, this.up + z - slack);
    this.down = Math.max(0, this.down - z - slack);
    const alarm = this.up > threshold ? 'up' : this.down > threshold ? 'down' : null;
    if (alarm !== null) {
      this.up = 0;
      this.down = 0;
    }
    return alarm;
  }
}
