import type { Clock, Timer, Timers } from '../../core/env.ts';
import type { Result } from '../../core/result.ts';
import type { Nanos } from '../../core/units.ts';
import type { Log } from '../../ops/log.ts';
import type { HeadProof } from '../../storage/audit/drain/worker-audit.ts';

/** Somebody outside the data directory who signs what has grown out of what it saw before. */
export interface HeadWitness {
  cosign(
    checkpoint: string,
    proof: readonly Uint8Array[],
    fromSize: number,
  ): Promise<Result<string, WitnessRefusal>>;
}

export type WitnessRefusal =
  | { readonly kind: 'no-witness'; readonly detail: string }
  | { readonly kind: 'stale-proof'; readonly seenSize: number }
  | {
      readonly kind: 'inconsistent' | 'refused';
      readonly found: string;
      readonly expected: string;
    };

/** A witness is asked this often at most. */
const PERIOD_MS = 1_000;
/** Without a cosignature for this long the witness counts as gone. */
export const WITNESS_SILENT_MS = 10_000;

/**
 * Has the heads of the log cosigned, one a second. A witness that is gone is asked again for as
 * long as the desk runs; one that has seen another log has found a rollback or a fork, and no later
 * answer takes that back.
 */
export class Witnessing {
  readonly #parts: WitnessingParts;
  #seenSize = 0;
  #signedNs: Nanos;
  #reason = 'it has not been heard yet';
  /** What the witness has found; it stands until somebody has looked at the log. */
  #found: string | null = null;
  #timer: Timer | null = null;
  #isOver = false;

  constructor(parts: WitnessingParts) {
    this.#parts = parts;
    this.#signedNs = parts.clock.mono();
  }

  start(): void {
    this.#arm();
  }

  stop(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /** Why the log is without a witness; null while there is one. */
  get fault(): string | null {
    if (this.#found !== null) return this.#found;
    const silentMs = (this.#parts.clock.mono() - this.#signedNs) / 1e6;
    if (silentMs < WITNESS_SILENT_MS) return null;
    return `no witness has signed for ${Math.round(silentMs / 1_000)} s: ${this.#reason}`;
  }

  #arm(): void {
    if (this.#isOver || this.#found !== null) return;
    this.#timer = this.#parts.timers.after(PERIOD_MS, () => {
      void this.#round().then(() => this.#arm());
    });
  }

  /** One head; asked a second time when the witness has seen another one than was thought. */
  async #round(): Promise<void> {
    const isStale = await this.#ask();
    if (isStale) await this.#ask();
  }

  async #ask(): Promise<boolean> {
    const { runner, witness, clock, log } = this.#parts;
    const head = await runner.prove(this.#seenSize);
    if (!head.ok) {
      this.#reason = head.error;
      return false;
    }
    const { checkpoint, proof, size } = head.value;
    const answer = await witness.cosign(checkpoint, proof, this.#seenSize);
    if (answer.ok) {
      this.#seenSize = size;
      this.#signedNs = clock.mono();
      runner.keepWitnessed(answer.value);
      return false;
    }
    const refusal = answer.error;
    if (refusal.kind === 'stale-proof') {
      this.#seenSize = refusal.seenSize;
      this.#reason = `it has seen ${refusal.seenSize} entries`;
      return true;
    }
    if (refusal.kind === 'no-witness') {
      this.#reason = refusal.detail;
      return false;
    }
    this.#reason = `found ${refusal.found}, expected ${refusal.expected}`;
    if (refusal.kind === 'inconsistent') {
      this.#found = `the witness has seen another log: ${this.#reason}`;
      log('fatal', 'desk', 'audit-log-contradicted', { reason: this.#reason });
    }
    return false;
  }
}

interface WitnessingParts {
  readonly witness: HeadWitness;
  readonly runner: {
    /** The newest head, and the proof that it has grown out of a smaller one. */
    prove(fromSize: number): Promise<Result<HeadProof, string>>;
    /** Puts a cosigned head beside the log. */
    keepWitnessed(checkpoint: string): void;
  };
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}
