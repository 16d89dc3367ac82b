/** One thing that a supervisor does; it is done before the next thing begins. */
export interface Step {
  run(done: () => void): void;
  /** The supervisor ends before this step's turn. */
  cancel(): void;
}

/** Why the administration was not let in. */
export type Refusal = 'stopping' | 'too-many-requests';

/** What may wait for its turn before the administration is refused. */
export const STEPS_MAX = 16_384;

/** What a supervisor does, one thing at a time, though each may take its time. */
export class StepQueue {
  #steps: Step[] = [];
  #isBusy = false;
  #isAdvancing = false;
  readonly #mayRun: () => boolean;
  readonly #askTurn: () => void;

  /**
   * @param mayRun whether the next step may begin
   * @param askTurn called when a step ends later, so that `advance` is called again
   */
  constructor(mayRun: () => boolean, askTurn: () => void) {
    this.#mayRun = mayRun;
    this.#askTurn = askTurn;
  }

  /** Steps that wait for their turn. */
  get size(): number {
    return this.#steps.length;
  }

  /** Adds steps after all others. */
  add(...steps: readonly Step[]): void {
    this.#steps.push(...steps);
  }

  /** Puts steps before all others. */
  putFirst(...steps: readonly Step[]): void {
    this.#steps.unshift(...steps);
  }

  /** Works off the steps while it may. One that ends later goes on in a turn of its own. */
  advance(): void {
    this.#isAdvancing = true;
    while (!this.#isBusy && this.#mayRun()) {
      const next = this.#steps.shift();
      if (next === undefined) break;
      this.#isBusy = true;
      next.run(() => {
        this.#isBusy = false;
        if (!this.#isAdvancing) this.#askTurn();
      });
    }
    this.#isAdvancing = false;
  }

  cancelAll(): void {
    const cancelled = this.#steps;
    this.#steps = [];
    for (const { cancel } of cancelled) cancel();
  }
}

/** A step that nobody waits for. */
export function step(run: (done: () => void) => void): Step {
  return { run, cancel: () => undefined };
}
