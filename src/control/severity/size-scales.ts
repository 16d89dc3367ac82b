import { INSTRUMENTS_MAX, VENUES_MAX } from '../gate.ts';
import type { SafetyScope } from '../safety-cause.ts';

/** What is left of the size of an order, by scope, 0 … 1. Read before every order. */
export class SizeScales {
  #desk = 1;
  readonly #venues = new Float64Array(VENUES_MAX).fill(1);
  readonly #instruments = new Float64Array(INSTRUMENTS_MAX).fill(1);
  /** Only those that are not whole. */
  readonly #strategies = new Map<string, number>();

  get desk(): number {
    return this.#desk;
  }

  /** The least of all that an order is under. Constant time, no allocation. */
  of(venue: number, instrument: number, strategy: string): number {
    return Math.min(
      this.#desk,
      this.#venues[venue] as number,
      this.#instruments[instrument] as number,
      this.#strategies.get(strategy) ?? 1,
    );
  }

  /** @returns what it was before */
  set(scope: SafetyScope, scale: number): number {
    let before: number;
    switch (scope.kind) {
      case 'desk':
        before = this.#desk;
        this.#desk = scale;
        return before;
      case 'venue':
        before = this.#venues[scope.venue] as number;
        this.#venues[scope.venue] = scale;
        return before;
      case 'instrument':
        before = this.#instruments[scope.instrument] as number;
        this.#instruments[scope.instrument] = scale;
        return before;
      default:
        before = this.#strategies.get(scope.strategy) ?? 1;
        if (scale === 1) this.#strategies.delete(scope.strategy);
        else this.#strategies.set(scope.strategy, scale);
        return before;
    }
  }
}
