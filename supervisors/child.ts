import type { RtActor } from '../actors/runtime/actor.ts';
import type { StopReason } from '../actors/runtime/actor-spec.ts';
import { type BackoffPolicy, backoffMs } from '../src/core/backoff.ts';
import type { Timer } from '../src/core/env.ts';
import type { Rng } from '../src/core/rng.ts';
import type { Nanos } from '../src/core/units.ts';
import type { CheckedChild } from './child-spec.ts';
import { isRestarted } from './restart-policy.ts';

/**
 * `ended`: on its own, and nothing has been done about it yet. `waiting`: to be started by a
 * restart that is under way. `stopped`: nobody will start it but an operator.
 */
export type ChildPhase = 'waiting' | 'starting' | 'running' | 'stopping' | 'ended' | 'stopped';

/** What a supervisor knows of one child, over all its incarnations. */
export class Child {
  readonly id: string;
  readonly spec: CheckedChild;
  /** What a dynamic supervisor starts it with. */
  readonly argument: unknown;
  phase: ChildPhase = 'waiting';
  /** The incarnation that runs, or whose place and mailbox wait for a successor. */
  actor: RtActor | null = null;
  /** How the latest incarnation ended. */
  exit: StopReason | null = null;
  #restartTimer: Timer | null = null;
  /** Restarts since the last quiet time, for each back-off on its own. */
  readonly #attempts = new Map<BackoffPolicy, number>();
  #upSinceNs: Nanos | null = null;

  constructor(id: string, spec: CheckedChild, argument: unknown) {
    this.id = id;
    this.spec = spec;
    this.argument = argument;
  }

  isUp(nowNs: Nanos): void {
    this.phase = 'running';
    this.#upSinceNs = nowNs;
  }

  /** Delay before the next restart; a run that was long enough makes it the first again. */
  nextDelayMs(nowNs: Nanos, random: Rng, error: unknown): number {
    const backoff = this.#backoffFor(error);
    if (backoff === null) return 0;
    const upMs = this.#upSinceNs === null ? 0 : (nowNs - this.#upSinceNs) / 1e6;
    if (this.#upSinceNs !== null && upMs >= backoff.resetAfterMs) this.#attempts.delete(backoff);
    this.#upSinceNs = null;
    const attempt = this.#attempts.get(backoff) ?? 0;
    this.#attempts.set(backoff, attempt + 1);
    return backoffMs(backoff, attempt, random);
  }

  /** The first rule that names the class of the error decides, else the child's own back-off. */
  #backoffFor(error: unknown): BackoffPolicy | null {
    const rule = this.spec.backoffRules.find((candidate) => error instanceof candidate.error);
    return rule?.backoff ?? this.spec.backoff;
  }

  /** Whether it ended in a way after which it is not restarted. */
  get isGoneForGood(): boolean {
    if (this.phase !== 'ended' || this.exit === null) return false;
    return !isRestarted(this.spec.restart, this.exit);
  }

  get isBackingOff(): boolean {
    return this.#restartTimer !== null;
  }

  /** The timer that ends its back-off; a new one replaces it. */
  setRestartTimer(timer: Timer | null): void {
    this.#restartTimer?.cancel();
    this.#restartTimer = timer;
  }

  /** Gives up its place in the tree, and with it the messages of its last incarnation. */
  leave(): void {
    this.setRestartTimer(null);
    this.phase = 'stopped';
    this.actor?.retire();
    this.actor = null;
  }
}
