import { assert } from '../../src/core/result.ts';

/**
 * Who has to answer before the watchdog is petted: gate, risk, audit and every required actor, in
 * each period anew. One that hangs starves the watchdog, however lively the event loop is.
 */
export class PettingRound {
  readonly #required: readonly string[];
  readonly #answered = new Set<string>();

  /** @param required at least one name, none twice */
  constructor(required: readonly string[]) {
    assert(required.length > 0, 'somebody has to answer before a watchdog is petted');
    assert(new Set(required).size === required.length, 'nobody is asked twice');
    this.#required = required;
  }

  answered(name: string): void {
    assert(this.#required.includes(name), `${name} is asked`);
    this.#answered.add(name);
  }

  /** Ends a period. @returns who has not answered in it; empty means: pet */
  close(): readonly string[] {
    const missing = this.#required.filter((name) => !this.#answered.has(name));
    this.#answered.clear();
    return missing;
  }
}
