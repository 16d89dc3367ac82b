import type { Gate } from '../gate.ts';
import { onFlat, onStopTime, type Stopping, stopping } from './category.ts';

declare const minted: unique symbol;

/**
 * Leave to flatten during an emergency. Plain data; what counts is the word in the gate that stands
 * as long as it does. Only control makes one.
 */
export interface FlattenPermit {
  /** Orders of this epoch pass, none of an earlier and none of a later one. */
  readonly epoch: number;
  /** Monotonic time after which no order may leave, whatever is left. */
  readonly deadlineNs: number;
  readonly [minted]: true;
}

/** What a trip asks for, from the configuration in force when it comes. */
export interface StopPolicy {
  readonly category: 0 | 1;
  /** How long category 1 may flatten. */
  readonly flattenMs: number;
}

/** Nothing leaves any more: what a desk does that is told nothing else. */
export const STOP_AT_ONCE: StopPolicy = { category: 0, flattenMs: 0 };

/**
 * The stop that an emergency stands for, and the one place where permits are made and withdrawn. It
 * does not outlive its process: after a crash the stop is of category 0, as an escalation may be.
 */
export class EmergencyStop {
  readonly #gate: Gate;
  #standing: Stopping | null;

  /** @param isTripped whether an emergency stands from before this object */
  constructor(gate: Gate, isTripped: boolean) {
    this.#gate = gate;
    this.#standing = isTripped ? stopping(null, { category: 0, atUs: 0, flattenUs: 0 }) : null;
    gate.withdrawPermit();
  }

  /** The category of the stop that stands; null when none does. */
  get category(): 0 | 1 | null {
    return (this.#standing?.category ?? null) as 0 | 1 | null;
  }

  /**
   * An emergency, or another while one stands: then the category only falls and the deadline stays.
   *
   * @returns whether the stop goes on as it was
   */
  trip({ category, flattenMs }: StopPolicy, nowNs: number): boolean {
    const before = this.#standing;
    this.#take(stopping(before, { category, atUs: nowNs / 1e3, flattenUs: flattenMs * 1e3 }));
    return before?.category === this.category;
  }

  /** Whether a permit made now would let orders pass: nothing else may be wrong. */
  mayFlatten(nowNs: number): boolean {
    const isInTime = nowNs / 1e3 < (this.#standing?.deadlineUs ?? 0);
    return isInTime && this.#gate.isFlatteningPossible;
  }

  /** Makes the permit for the epoch of this moment. For when `mayFlatten`. */
  mint(): FlattenPermit {
    const deadlineNs = (this.#standing?.deadlineUs as number) * 1e3;
    return { epoch: this.#gate.permitFlattening(), deadlineNs } as FlattenPermit;
  }

  /** Time has passed. @returns whether the deadline has just ended category 1 */
  onTime(nowNs: number): boolean {
    return this.#fall((standing) => onStopTime(standing, nowNs / 1e3));
  }

  /** There is nothing left to flatten, or nothing that can be. @returns whether that ended it */
  onFlat(): boolean {
    return this.#fall(onFlat);
  }

  /** The emergency is over. @returns the category that its stop had */
  reset(): 0 | 1 | null {
    const before = this.category;
    this.#take(null);
    return before;
  }

  #fall(step: (standing: Stopping) => Stopping): boolean {
    if (this.#standing === null) return false;
    const before = this.category;
    this.#take(step(this.#standing));
    return before !== this.category;
  }

  #take(standing: Stopping | null): void {
    this.#standing = standing;
    if (this.category !== 1) this.#gate.withdrawPermit();
  }
}
