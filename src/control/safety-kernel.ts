import { assert, err, ok, type Result } from '../core/result.ts';
import { mayRelease, type ReleaseRefusal, type Releaser } from './authorisation.ts';
import type { Gate } from './gate.ts';
import {
  assertCause,
  causeId,
  isAtLeast,
  REDUCED_SCALE,
  type SafetyCause,
  type SafetyScope,
  type Severity,
  scopeText,
  worse,
} from './safety-cause.ts';
import {
  isAsBad,
  isKept,
  notYet,
  overflowOf,
  type RaisedCause,
  raised,
  scaleOf,
  waitFor,
} from './severity/raised-cause.ts';
import { SizeScales } from './severity/size-scales.ts';

export interface SafetyKernelOptions {
  readonly gate: Gate;
  /** The emergency stop; returns once gate and latch are closed. */
  readonly emergency: (by: string, reason: string) => void;
  /** The severity of a scope has changed; the gate has been set already. */
  readonly onScope: (change: ScopeChange) => void;
  /** Durable on return where it lowers. @throws when it cannot be journaled */
  readonly record: (event: SafetyEvent) => void;
  /** What stood when the process before this one ended; class A and `-` are measured anew. */
  readonly standing?: readonly SafetyCause[];
}

export interface ScopeChange {
  readonly scope: SafetyScope;
  readonly before: Severity;
  readonly after: Severity;
  readonly reason: string;
}

/** What has become of a cause. */
export interface SafetyEvent {
  readonly kind: 'raised' | 'probed' | 'released';
  /** As it is after a raise or a probe, and as it was before a release. */
  readonly cause: RaisedCause;
  /** All that outlive this process once it has happened. */
  readonly kept: readonly RaisedCause[];
  readonly by: string;
  readonly reason: string;
}

export interface SafetySummary {
  /** The worst of all scopes. */
  readonly severity: Severity;
  /** Worst first. */
  readonly causes: readonly RaisedCause[];
}

/**
 * Causes that stand at once, and those of them that outlive the process. What comes beyond halts
 * the desk until a risk officer has looked.
 */
export const CAUSES_MAX = 512;
export const KEPT_MAX = 64;
const PAUSING: readonly Severity[] = ['paused', 'halted'];

/**
 * The one object through which every layer raises severity. Raising closes the gate before it
 * returns, takes no permission and cannot fail; a severity falls only by `release` and `probe`,
 * which ask who wants it. Several causes may stand on one scope: it is as bad as the worst of them.
 * It outlives the actors, so a crash of control or of an owner lowers nothing.
 */
export class SafetyKernel {
  readonly #options: SafetyKernelOptions;
  readonly #causes = new Map<string, RaisedCause>();
  /** Severity by the text of the scope; a scope that is normal is not in it. */
  readonly #levels = new Map<string, Severity>();
  readonly #scales = new SizeScales();
  readonly #pausedStrategies = new Set<string>();

  constructor(options: SafetyKernelOptions) {
    this.#options = options;
    for (const cause of options.standing ?? []) {
      assertCause(cause);
      if (isKept(cause)) this.#stand(raised(null, cause));
      if (cause.severity === 'emergency') options.gate.close('emergency');
    }
  }

  /**
   * Raises a cause, or makes one that stands worse; never better. Gate and epoch first, then the
   * emergency stop if it is one, then everybody else.
   * @throws BrokenInvariant for a cause that makes no sense
   */
  raise(found: SafetyCause): void {
    assertCause(found);
    const cause = this.#fitting(found);
    const before = this.#causes.get(causeId(cause.control, cause.scope)) ?? null;
    const after = raised(before, cause);
    if (cause.severity === 'emergency') this.#options.gate.close('emergency');
    const change = this.#stand(after);
    if (cause.severity === 'emergency') {
      this.#options.emergency(cause.owner, `${cause.control}: ${cause.reason}`);
    }
    this.#tell(change);
    if (before !== null && isAsBad(before, after)) return;
    this.#record('raised', after, cause.owner, cause.reason);
  }

  /**
   * Lets the owner of a class A cause try at reduced size whether it is gone. A raise ends it.
   */
  probe(id: string, owner: string, nowMs: number): Result<void, ReleaseRefusal> {
    const cause = this.#causes.get(id);
    if (cause === undefined) return err(this.#unknown(id));
    const by: Releaser = { kind: 'owner', name: owner, reason: 'probing' };
    const refusal = mayRelease(cause, by);
    if (refusal !== null) return err(refusal);
    if (!(nowMs >= cause.untilMs)) {
      return err({ kind: 'too-early', id, waitMs: waitFor(cause.untilMs, nowMs) });
    }
    if (cause.isProbing) return ok(undefined);
    const probing: RaisedCause = {
      ...cause,
      isProbing: true,
      severity: isAtLeast(cause.severity, 'reduced') ? 'reduced' : cause.severity,
      sizeScale: Math.min(cause.sizeScale, REDUCED_SCALE),
      untilMs: nowMs + cause.probationMs,
    };
    this.#record('probed', probing, owner, by.reason);
    this.#tell(this.#stand(probing));
    return ok(undefined);
  }

  /** Takes a cause away, if whoever asks may. On record before the gate follows. */
  release(id: string, by: Releaser, nowMs: number): Result<void, ReleaseRefusal> {
    const cause = this.#causes.get(id);
    if (cause === undefined) return err(this.#unknown(id));
    const refusal = mayRelease(cause, by) ?? notYet(cause, by, nowMs);
    if (refusal !== null) return err(refusal);
    this.#record('released', cause, by.name, by.reason);
    this.#causes.delete(id);
    this.#tell(this.#level(cause.scope, `${id} is released by ${by.name}: ${by.reason}`));
    return ok(undefined);
  }

  /** Emergency has been left by its own procedure: what only that could release is gone. */
  releaseAfterReset(name: string, reason: string, nowMs: number): void {
    for (const { id, reset } of [...this.#causes.values()]) {
      if (reset !== '2P') continue;
      const released = this.release(id, { kind: 'reset', name, reason }, nowMs);
      assert(released.ok, 'the way out of Emergency releases what it is for');
    }
  }

  /**
   * What is left of the size of an order, 0 … 1: the least of desk, venue, instrument and strategy.
   * 0 where only what reduces may leave. Constant time, no allocation.
   */
  sizeScale(venue: number, instrument: number, strategy: string): number {
    return this.#scales.of(venue, instrument, strategy);
  }

  /** The scale of the desk as a whole, whatever the order. */
  get deskScale(): number {
    return this.#scales.desk;
  }

  /** Texts of the scopes of which nothing may leave. */
  get pausedScopes(): readonly string[] {
    return [...this.#levels].flatMap(([scope, level]) => (isAtLeast(level, 'paused') ? scope : []));
  }

  isRaised(id: string): boolean {
    return this.#causes.has(id);
  }

  /** How bad it is there; the desk's own severity counts for nobody else here. */
  severityOf(scope: SafetyScope): Severity {
    return this.#levels.get(scopeText(scope)) ?? 'normal';
  }

  /** Whether nothing of a strategy may leave. Constant time, no allocation. */
  isStrategyPaused(strategy: string): boolean {
    return this.#pausedStrategies.has(strategy);
  }

  summary(): SafetySummary {
    const causes = [...this.#causes.values()].sort((one, other) =>
      one.severity === other.severity
        ? one.id.localeCompare(other.id)
        : isAtLeast(one.severity, other.severity)
          ? -1
          : 1,
    );
    return { severity: causes[0]?.severity ?? 'normal', causes };
  }

  /** The cause itself while the table has room for it, and the overflow when it has not. */
  #fitting(cause: SafetyCause): SafetyCause {
    const id = causeId(cause.control, cause.scope);
    const before = this.#causes.get(id);
    const fits = before !== undefined || this.#causes.size < CAUSES_MAX;
    const isMoreToKeep = isKept(cause) && (before === undefined || !isKept(before));
    const fitsKept = !isMoreToKeep || this.#kept().length < KEPT_MAX;
    return fits && fitsKept ? cause : overflowOf(cause, id);
  }

  #kept(): readonly RaisedCause[] {
    return [...this.#causes.values()].filter(isKept);
  }

  #record(kind: SafetyEvent['kind'], cause: RaisedCause, by: string, reason: string): void {
    const others = this.#kept().filter(({ id }) => id !== cause.id);
    const kept = kind === 'released' || !isKept(cause) ? others : [...others, cause];
    this.#options.record({ kind, cause, kept, by, reason });
  }

  /** Puts a cause in the table and the gate as it must be then. */
  #stand(cause: RaisedCause): ScopeChange | null {
    this.#causes.set(cause.id, cause);
    return this.#level(cause.scope, `${cause.id}: ${cause.reason}`);
  }

  /** Works out a scope from its causes; a scope that gets worse begins a new epoch. */
  #level(scope: SafetyScope, reason: string): ScopeChange | null {
    const text = scopeText(scope);
    const before = this.#levels.get(text) ?? 'normal';
    let after: Severity = 'normal';
    let scale = 1;
    const paused = { byHard: false, bySoft: false };
    for (const cause of this.#causes.values()) {
      if (scopeText(cause.scope) !== text) continue;
      after = worse(after, cause.severity);
      scale = Math.min(scale, scaleOf(cause));
      if (!PAUSING.includes(cause.severity)) continue;
      if (cause.letsFlatten) paused.bySoft = true;
      else paused.byHard = true;
    }
    if (after === 'normal') this.#levels.delete(text);
    else this.#levels.set(text, after);
    const isSmaller = scale < this.#scales.set(scope, scale);
    // What was sized by a larger scale must not leave. During an emergency nothing leaves but what
    // flattens, and leaving it begins a new epoch.
    const { gate } = this.#options;
    if (isSmaller && !gate.isClosedBy('emergency')) gate.beginEpoch();
    this.#setGate(scope, 'breaker', paused.byHard);
    this.#setGate(scope, 'soft-breaker', paused.bySoft);
    if (scope.kind === 'strategy') {
      if (paused.byHard || paused.bySoft) this.#pausedStrategies.add(scope.strategy);
      else this.#pausedStrategies.delete(scope.strategy);
    }
    return before === after ? null : { scope, before, after, reason };
  }

  /** A bit of a scope. An emergency sets none of them: the stop may have to flatten there. */
  #setGate(scope: SafetyScope, cause: 'breaker' | 'soft-breaker', isPaused: boolean): void {
    const { gate } = this.#options;
    if (scope.kind === 'desk') {
      if (!isPaused) gate.open(cause);
      else if (!gate.isClosedBy(cause)) gate.close(cause);
    } else if (scope.kind === 'venue') {
      if (isPaused) gate.pauseVenue(scope.venue, cause);
      else gate.resumeVenue(scope.venue, cause);
    } else if (scope.kind === 'instrument') {
      if (isPaused) gate.pauseInstrument(scope.instrument, cause);
      else gate.resumeInstrument(scope.instrument, cause);
    }
  }

  #tell(change: ScopeChange | null): void {
    if (change !== null) this.#options.onScope(change);
  }

  #unknown(id: string): ReleaseRefusal {
    return { kind: 'not-raised', id, standing: [...this.#causes.keys()] };
  }
}
