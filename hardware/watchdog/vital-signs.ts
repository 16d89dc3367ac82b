/** What an inspector sees of an actor from outside. */
export interface VitalSign {
  readonly path: string;
  readonly status: string;
  /** Messages that wait. */
  readonly mailbox: number;
  /** Messages handled in all. */
  readonly handled: number;
}

/**
 * Finds out who lives without asking anybody: an actor lives that is running and has nothing to do,
 * or has handled something since the last look. One that hangs in a handler lets its mailbox grow.
 */
export class VitalSigns {
  readonly #handled = new Map<string, number>();

  /** @returns the paths of those that live, in the order in which they came */
  look(signs: readonly VitalSign[]): readonly string[] {
    return signs.filter((sign) => this.#lives(sign)).map(({ path }) => path);
  }

  #lives({ path, status, mailbox, handled }: VitalSign): boolean {
    const before = this.#handled.get(path);
    this.#handled.set(path, handled);
    return status === 'running' && (mailbox === 0 || handled !== before);
  }
}
