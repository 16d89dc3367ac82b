import { assert, err, ok, type Result } from '../core/result.ts';
import { mayRelease, type ReleaseRefusal, type Releaser } from './authorisation.ts';
import { type Gate, INSTRUMENTS_MAX, VENUES_MAX } from './gate.ts';
import {
  assertCause,
  causeId,
  isAtLeast,
  REDUCED_SCALE,
  type ResetClass,
  type SafetyCause,
  type SafetyScope,
  type Severity,
  scopeText,
  stricter,
  worse,
} from './safety-cause.ts';

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

/** What has become of a cause, with the whole list as it is then. */
export interface SafetyEvent {
  readonly kind: 'raised' | 'probed' | 'released';
  readonly cause: RaisedCause;
  readonly by: string;
  readonly reason: string;
}

/** A cause that stands. Plain data. */
export interface RaisedCause extends Required<SafetyCause> {
  readonly id: string;
  /** How often it was raised since it stands. */
  readonly count: number;
  /** Whether its owner tries, at reduced size, if it is gone. */
  readonly isProbing: boolean;
  /** Monotonic time before which its owner may take no step down. */
  readonly untilMs: number;
}

export interface SafetySummary {
  /** The worst of all scopes. */
  readonly severity: Severity;
  /** Worst first. */
  readonly causes: readonly RaisedCause[];
}

/** Causes that stand at once. What comes beyond halts the desk until a risk officer has looked. */
export const CAUSES_MAX = 256;
/** Classes that people release: they have to, whatever restarts meanwhile. */
const OUTLIVING: readonly ResetClass[] = ['O', 'R', '2P'];
const OVERFLOW = 'OVERFLOW';
const DESK: SafetyScope = { kind: 'desk' };

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
  readonly #strategyScales = new Map<string, number>();
  readonly #pausedStrategies = new Set<string>();
  readonly #venueScales = new Float64Array(VENUES_MAX).fill(1);
  readonly #instrumentScales = new Float64Array(INSTRUMENTS_MAX).fill(1);
  #deskScale = 1;

  constructor(options: SafetyKernelOptions) {
    this.#options = options;
    for (const cause of options.standing ?? []) {
      assertCause(cause);
      if (OUTLIVING.includes(cause.reset)) this.#stand(raised(null, cause));
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
    const change = this.#stand(after);
    if (cause.severity === 'emergency') {
      this.#options.emergency(cause.owner, `${cause.control}: ${cause.reason}`);
    }
    if (change !== null) this.#options.onScope(change);
    if (before !== null && isAsBad(before, after)) return;
    const { owner, reason } = cause;
    this.#options.record({ kind: 'raised', cause: after, by: owner, reason });
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
    this.#options.record({ kind: 'probed', cause: probing, by: owner, reason: by.reason });
    this.#tell(this.#stand(probing));
    return ok(undefined);
  }

  /** Takes a cause away, if whoever asks may. On record before the gate follows. */
  release(id: string, by: Releaser, nowMs: number): Result<void, ReleaseRefusal> {
    const cause = this.#causes.get(id);
    if (cause === undefined) return err(this.#unknown(id));
    const refusal = mayRelease(cause, by) ?? notYet(cause, by, nowMs);
    if (refusal !== null) return err(refusal);
    this.#options.record({ kind: 'released', cause, by: by.name, reason: by.reason });
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
    return Math.min(
      this.#deskScale,
      this.#venueScales[venue] as number,
      this.#instrumentScales[instrument] as number,
      this.#strategyScales.size === 0 ? 1 : (this.#strategyScales.get(strategy) ?? 1),
    );
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
    const hasRoom = this.#causes.has(id) || this.#causes.size < CAUSES_MAX;
    return hasRoom ? cause : overflowOf(cause, id);
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
    let isEmergency = false;
    for (const cause of this.#causes.values()) {
      isEmergency ||= cause.severity === 'emergency';
      if (scopeText(cause.scope) !== text) continue;
      after = worse(after, cause.severity);
      scale = Math.min(scale, scaleOf(cause));
    }
    if (after === 'normal') this.#levels.delete(text);
    else this.#levels.set(text, after);
    this.#setScale(scope, scale);
    this.#setGate(scope, isAtLeast(after, 'paused'), isEmergency);
    return before === after ? null : { scope, before, after, reason };
  }

  /** What was sized by a larger scale must not leave, so that begins a new epoch as well. */
  #setScale(scope: SafetyScope, scale: number): void {
    let before = 1;
    switch (scope.kind) {
      case 'desk':
        before = this.#deskScale;
        this.#deskScale = scale;
        break;
      case 'venue':
        before = this.#venueScales[scope.venue] as number;
        this.#venueScales[scope.venue] = scale;
        break;
      case 'instrument':
        before = this.#instrumentScales[scope.instrument] as number;
        this.#instrumentScales[scope.instrument] = scale;
        break;
      default:
        before = this.#strategyScales.get(scope.strategy) ?? 1;
        if (scale === 1) this.#strategyScales.delete(scope.strategy);
        else this.#strategyScales.set(scope.strategy, scale);
    }
    if (scale < before) this.#options.gate.beginEpoch();
  }

  #setGate(scope: SafetyScope, isPaused: boolean, isEmergency: boolean): void {
    const { gate } = this.#options;
    if (scope.kind === 'venue') {
      if (isPaused) gate.pauseVenue(scope.venue, 'breaker');
      else gate.resumeVenue(scope.venue, 'breaker');
    } else if (scope.kind === 'instrument') {
      if (isPaused) gate.pauseInstrument(scope.instrument, 'breaker');
      else gate.resumeInstrument(scope.instrument, 'breaker');
    }
    if (scope.kind === 'strategy') {
      if (isPaused) this.#pausedStrategies.add(scope.strategy);
      else this.#pausedStrategies.delete(scope.strategy);
    }
    const isDeskPaused = isAtLeast(this.severityOf(DESK), 'paused');
    if (isDeskPaused || isEmergency) {
      if (!gate.isClosedBy('breaker')) gate.close('breaker');
    } else {
      gate.open('breaker');
    }
  }

  #tell(change: ScopeChange | null): void {
    if (change !== null) this.#options.onScope(change);
  }

  #unknown(id: string): ReleaseRefusal {
    return { kind: 'not-raised', id, standing: [...this.#causes.keys()] };
  }
}

/** Too many to tell apart is at least as bad as what cannot be kept. */
function overflowOf(cause: SafetyCause, id: string): SafetyCause {
  const isEmergency = cause.severity === 'emergency';
  return {
    control: OVERFLOW,
    scope: DESK,
    severity: isEmergency ? 'emergency' : 'halted',
    reset: isEmergency ? '2P' : 'R',
    owner: cause.owner,
    reason: `${CAUSES_MAX} causes stand; the next is ${id}: ${cause.reason}`,
    nowMs: cause.nowMs,
  };
}

/** What stands after a raise: never less than what stood before it. */
function raised(before: RaisedCause | null, cause: SafetyCause): RaisedCause {
  const { control, scope, severity, reset, owner, reason, nowMs } = cause;
  const { coolMs = 0, probationMs = 0 } = cause;
  const { sizeScale = severity === 'reduced' ? REDUCED_SCALE : 1 } = cause;
  const id = causeId(control, scope);
  const untilMs = nowMs + coolMs;
  const fresh = { control, scope, owner, reason, nowMs, coolMs, probationMs, id, untilMs };
  if (before === null) {
    return { ...fresh, severity, reset, sizeScale, count: 1, isProbing: false };
  }
  // The owner and the reason are those of the worse, which is what has to be released.
  const isWorse = isAtLeast(severity, before.severity);
  const longestMs = Math.max(before.coolMs, coolMs);
  return {
    ...fresh,
    ...(isWorse ? {} : { owner: before.owner, reason: before.reason }),
    severity: worse(before.severity, severity),
    reset: stricter(before.reset, reset),
    sizeScale: Math.min(before.sizeScale, sizeScale),
    nowMs: before.nowMs,
    coolMs: longestMs,
    untilMs: nowMs + longestMs,
    probationMs: Math.max(before.probationMs, probationMs),
    count: before.count + 1,
    isProbing: false,
  };
}

/** Whether a raise has changed nothing that has to be on record. */
function isAsBad(before: RaisedCause, after: RaisedCause): boolean {
  return (
    !before.isProbing &&
    before.severity === after.severity &&
    before.reset === after.reset &&
    before.sizeScale === after.sizeScale
  );
}

function scaleOf({ severity, sizeScale }: RaisedCause): number {
  if (isAtLeast(severity, 'paused')) return 0;
  return severity === 'reduced' ? sizeScale : 1;
}

/** An owner waits for the end of the probation; people have looked themselves. */
function notYet(cause: RaisedCause, by: Releaser, nowMs: number): ReleaseRefusal | null {
  if (by.kind !== 'owner' || cause.reset === '-') return null;
  const { id, untilMs, isProbing, probationMs } = cause;
  if (!isProbing && probationMs > 0) return { kind: 'not-probed', id, probationMs };
  return nowMs >= untilMs ? null : { kind: 'too-early', id, waitMs: waitFor(untilMs, nowMs) };
}

/** A time that is no number is never late enough. */
function waitFor(untilMs: number, nowMs: number): number {
  return Number.isFinite(nowMs) ? untilMs - nowMs : Number.POSITIVE_INFINITY;
}
