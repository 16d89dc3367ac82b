import type { Clock } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import type { ReleaseRefusal, Releaser } from './authorisation.ts';
import type { ControlEvent } from './events.ts';
import { type Gate, MODES, type Mode } from './gate.ts';
import type { Latch } from './latch.ts';
import { awayFault, effectOf, isGateClosing, venueFault } from './mode/faults.ts';
import { MODE_MACHINE_VERSION, type RestoredMode } from './mode/restore.ts';
import type { StateSeal } from './mode/state-seal.ts';
import {
  type ModeEvent,
  type ModePolicy,
  type ModeState,
  nextMode,
  persistMode,
  type RequestableMode,
  sealMode,
} from './modes.ts';
import { isAtLeast } from './safety-cause.ts';
import type { SafetyKernel } from './safety-kernel.ts';
import { endCaution } from './severity/caution.ts';
import { faultsOf, type RaisedRow, raisedRows } from './severity/severity-faults.ts';
import {
  EmergencyStop,
  type FlattenPermit,
  STOP_AT_ONCE,
  type StopPolicy,
} from './stop/flatten-permit.ts';

export interface ControlDeskOptions {
  readonly gate: Gate;
  readonly latch: Latch;
  /** Authenticates the mode in the journal. */
  readonly seal: StateSeal;
  /** Through which everybody raises severity; it outlives this object. */
  readonly kernel: SafetyKernel;
  readonly clock: Clock;
  readonly venues: readonly string[];
  /** Durable on return. @throws when it cannot be journaled */
  readonly journal: (event: ControlEvent) => void;
  /** Asks a venue to cancel what rests and to agree with the journal. */
  readonly reconcile: (venue: string, token: number) => void;
  /** Asks a venue to cancel everything at once. */
  readonly cancelAll: (venue: string) => void;
  /** Strategies may trade no longer: their quotes are to be taken back. */
  readonly withdraw: () => void;
  /** How an emergency stops the desk; absent where it never flattens. */
  readonly stop?: () => StopPolicy;
  /** Positions may be flattened under this permit, or flattened further under a newer one. */
  readonly flatten?: (permit: FlattenPermit) => void;
  /** Flattening is over; what is left is to be told. */
  readonly cease?: () => void;
  readonly alert: (what: string, detail: string) => void;
}

export interface ControlSummary {
  readonly mode: Mode;
  readonly requested: Mode;
  readonly faults: readonly string[];
  readonly gate: readonly string[];
  /** Until the next step up is allowed; 0 when it is. */
  readonly cooldownMs: number;
  readonly latch: string | null;
  /** Scale of every size limit of the desk: the lesser of the mode's and of what is raised. */
  readonly riskScale: number;
  /** What has been raised and not released, worst first. */
  readonly raised: readonly RaisedRow[];
}

export interface ResetRefusal {
  readonly kind: 'not-tripped' | 'cooling';
  readonly waitMs: number;
}

/**
 * The one authority over mode and gate. Whatever lowers goes to the gate first and to the journal
 * after; whatever rises is durable before the gate follows.
 */
export class ControlDesk {
  readonly #options: ControlDeskOptions;
  #state: ModeState;
  /** Token of the run that each venue owes, and of the one that it reported done. */
  readonly #owed = new Map<string, number>();
  readonly #done = new Map<string, number>();
  readonly #stop: EmergencyStop;
  /** Whether the journal has the permit of the stop that stands. */
  #isPermitKnown = false;
  #isStarted = false;
  /** Trips of the gate that this object has taken note of. */
  #trips: number;
  #settled: (() => void)[] = [];

  constructor(options: ControlDeskOptions, { state, distrust }: RestoredMode) {
    this.#options = options;
    this.#state = state;
    const { gate } = options;
    if (state.mode === 'emergency') gate.close('emergency');
    gate.close('reconciling');
    gate.setMode(state.mode);
    this.#trips = gate.trips;
    this.#stop = new EmergencyStop(gate, state.mode === 'emergency');
    if (distrust !== null) this.emergency('control', distrust);
  }

  get mode(): Mode {
    return this.#state.mode;
  }

  /** The tree is up: from here on faults can be cleared. */
  started(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.reconcileAll();
    this.#options.gate.open('starting');
    this.#apply({ type: 'clear', fault: 'starting', nowMs: this.#nowMs() }, 'system', 'started');
  }

  /**
   * Something is wrong. When orders depend on it, nothing leaves until every venue agrees again;
   * otherwise it only takes modes away, as `mode/faults.ts` says.
   */
  fault(fault: string, reason: string): void {
    const { closesGate } = effectOf(fault);
    if (closesGate) this.#options.gate.close('reconciling');
    if (fault === 'guard') this.#options.gate.close('guard');
    this.#apply({ type: 'fault', fault, nowMs: this.#nowMs() }, 'system', reason);
    if (!closesGate) return;
    this.#options.withdraw();
    if (this.#isStarted) this.reconcileAll();
  }

  cleared(fault: string): void {
    if (fault === 'journal') this.#options.gate.open('journal');
    if (fault === 'guard') this.#guarded();
    if (!this.#state.context.faults.includes(fault)) return;
    this.#apply({ type: 'clear', fault, nowMs: this.#nowMs() }, 'system', `${fault} is back`);
    this.#openIfSettled();
  }

  /**
   * A desk that has settled goes on at its other venues. This one has paused itself, until it has
   * been reconciled; what was meant for it before does not leave after.
   */
  venueLost(venue: string, reason: string): void {
    if (!this.#goesOnWithout(venue)) {
      this.fault(venueFault(venue), reason);
      return;
    }
    const { gate } = this.#options;
    gate.beginEpoch();
    // What it was asked before says nothing of what happened since, so it owes a run from here on.
    this.#ask(venue);
    this.fault(awayFault(venue), reason);
  }

  /** It may come without a loss before it: the gate does not rely on having been told. */
  venueConnected(venue: string): void {
    if (!this.#isStarted) return;
    const { gate } = this.#options;
    if (!this.#isAway(venue) || gate.isClosedBy('reconciling')) gate.close('reconciling');
    else gate.beginEpoch();
    this.#ask(venue);
  }

  /** A report of a run that was not the latest asked for says nothing of what came since. */
  venueReconciled(venue: string, token: number): void {
    if (token !== this.#owed.get(venue)) return;
    this.#done.set(venue, token);
    this.cleared(venueFault(venue));
    this.cleared(awayFault(venue));
    this.#openIfSettled();
  }

  /** Closes the gate and asks every venue to reconcile, each under a token of its own from now. */
  reconcileAll(): void {
    const { gate, venues } = this.#options;
    gate.close('reconciling');
    for (const venue of venues) {
      gate.beginEpoch();
      this.#ask(venue);
    }
  }

  /**
   * Cancels everything at every venue, and calls back once each has been reconciled by a run that
   * begins after this. A venue that may not be asked anything for a while can still be told.
   */
  settle(done: () => void): void {
    const { venues, cancelAll } = this.#options;
    for (const venue of venues) cancelAll(venue);
    this.reconcileAll();
    this.#settled.push(done);
  }

  request(mode: RequestableMode, by: string, reason: string): void {
    this.#apply({ type: 'request', mode, nowMs: this.#nowMs() }, by, reason);
    this.evaluate();
  }

  /** Takes every step up that is due; none is before every venue agrees with the journal. */
  evaluate(): void {
    if (this.#stop.onTime(this.#options.clock.mono())) this.#cease('its time is over');
    this.#heedKernel();
    endCaution(this.#options.kernel, this.#nowMs());
    const { gate } = this.#options;
    if (gate.isClosedBy('reconciling')) return;
    // A breaker that opens beside an emergency, or closes, has ended the permit with its epoch.
    if (!gate.isFlatteningPermitted) this.#flatten();
    let before: Mode;
    do {
      before = this.#state.mode;
      this.#apply({ type: 'evaluate', nowMs: this.#nowMs() }, 'policy', 'nothing is wrong');
    } while (this.#state.mode !== before);
  }

  /**
   * Emergency stop: gate and latch first, then everything else. Never refused. While one stands it
   * only makes the cool-down longer, unless it is of a lower category.
   *
   * @param asked how to stop; as configured when it is not said
   */
  emergency(by: string, reason: string, asked?: StopPolicy): void {
    const { gate, latch, clock, venues } = this.#options;
    gate.close('emergency');
    this.#trips = gate.trips;
    gate.setMode('emergency');
    try {
      latch.set(`${by}: ${reason}`, clock.now());
    } catch (thrown) {
      // The stop goes on without its file; the journal still has it, and people must know.
      this.#options.alert('latch-not-written', reasonOf(thrown));
    }
    const policy = asked ?? this.#options.stop?.() ?? STOP_AT_ONCE;
    const before = this.#stop.category;
    const goesOn = this.#stop.trip(policy, clock.mono());
    if (before === null) this.#isPermitKnown = false;
    if (before === 1 && !goesOn) this.#cease('a stop of category 0 was asked for');
    // Another reconciliation would only keep the flattening of the stop that stands from its time.
    const isFlattening = goesOn && before === 1;
    if (!isFlattening) {
      for (const venue of venues) this.#options.cancelAll(venue);
      this.#options.withdraw();
      this.reconcileAll();
    }
    this.#apply({ type: 'emergency', nowMs: this.#nowMs() }, by, reason);
    this.#flatten();
  }

  /** Nothing is left to flatten but what is said; the stop is of category 0 from here on. */
  flattened(left: string): void {
    this.#stop.onFlat();
    this.#note('flattening-ended', left === '' ? 'every position is flat' : `left: ${left}`);
  }

  /** Leaves Emergency for Manual. Trading needs a `mode` command after it. */
  reset(by: string, reason: string): Result<void, ResetRefusal> {
    const { gate, latch, kernel } = this.#options;
    if (this.#state.mode !== 'emergency') return err({ kind: 'not-tripped', waitMs: 0 });
    // Gate and latch are tripped before the message of it arrives: that trip must not be undone.
    const isTrippedAnew = gate.trips !== this.#trips;
    const leftMs = this.#state.context.untilMs - this.#nowMs();
    const waitMs = isTrippedAnew ? this.#state.context.policy.resetCooldownMs : leftMs;
    if (waitMs > 0) return err({ kind: 'cooling', waitMs });
    this.#apply({ type: 'reset', nowMs: this.#nowMs() }, by, reason);
    if (this.#stop.reset() === 1) this.#cease('the emergency was reset');
    kernel.releaseAfterReset(by, reason, this.#nowMs());
    latch.clear();
    gate.open('emergency');
    return ok(undefined);
  }

  /** Takes a raised severity away, if whoever asks may; a halt opens once the venues agree. */
  release(id: string, by: Releaser): Result<void, ReleaseRefusal> {
    const { kernel } = this.#options;
    const cause = kernel.summary().causes.find((each) => each.id === id);
    const released = kernel.release(id, by, this.#nowMs());
    if (!released.ok) return released;
    if (cause !== undefined && isAtLeast(cause.severity, 'halted')) this.reconcileAll();
    this.evaluate();
    return released;
  }

  adopt(policy: ModePolicy): void {
    this.#apply({ type: 'policy', policy, nowMs: this.#nowMs() }, 'settings', 'new policy');
  }

  summary(): ControlSummary {
    const { mode, context } = this.#state;
    const { gate, latch, kernel } = this.#options;
    return {
      mode,
      requested: context.requested,
      faults: context.faults,
      gate: gate.causes(),
      cooldownMs: Math.max(0, context.untilMs - this.#nowMs()),
      latch: latch.cause(),
      riskScale: Math.min(gate.permissions.riskScale, kernel.deskScale),
      raised: raisedRows(kernel.summary(), this.#nowMs()),
    };
  }

  /** The guard may have cancelled what rested, so the venues are asked before the gate opens. */
  #guarded(): void {
    if (this.#isStarted) this.reconcileAll();
    this.#options.gate.open('guard');
  }

  /** What is paused bars steps up, and a paused desk comes down. */
  #heedKernel(): void {
    const { faults } = this.#state.context;
    for (const [fault, reason] of faultsOf(this.#options.kernel)) {
      const stands = faults.includes(fault);
      if (reason !== null && !stands) this.fault(fault, reason);
      else if (reason === null && stands) this.cleared(fault);
    }
  }

  #openIfSettled(): void {
    const { venues, gate } = this.#options;
    const isAgreed = venues.every((venue) => this.#done.get(venue) === this.#owed.get(venue));
    if (!this.#isStarted || !isAgreed) return;
    // Who waits for an empty book need not wait for a guard, or for a journal that is slow.
    for (const done of this.#settled.splice(0)) done();
    if (isGateClosing(this.#state.context.faults)) return;
    gate.open('reconciling');
    this.#flatten();
    this.evaluate();
  }

  /**
   * Lets positions be flattened once every venue agrees with the journal: before that nobody knows
   * what there is to flatten, nor whether anything still rests.
   */
  #flatten(): void {
    if (!this.#stop.mayFlatten(this.#options.clock.mono())) return;
    if (!this.#isPermitKnown) this.#note('flattening-permitted', 'reduce-only, until flat or late');
    this.#isPermitKnown = true;
    this.#options.flatten?.(this.#stop.mint());
  }

  #cease(why: string): void {
    this.#note('flattening-over', why);
    this.#options.cease?.();
  }

  #note(what: string, detail: string): void {
    this.#options.journal({ kind: 'incident', what, where: 'control', detail });
  }

  #apply(event: ModeEvent, by: string, reason: string): void {
    const before = this.#state;
    const after = nextMode(before, event);
    this.#state = after;
    // Each cause of an emergency is on record, also one that changes nothing any more.
    const isSame = persistMode(after) === persistMode(before);
    if (isSame && event.type !== 'emergency') return;
    const { gate, seal } = this.#options;
    const isRise = MODES.indexOf(after.mode) > MODES.indexOf(before.mode);
    const mustComeFirst = after.mode === 'emergency' || !isRise;
    if (mustComeFirst && gate.mode !== after.mode) gate.setMode(after.mode);
    this.#options.journal({
      kind: 'mode-changed',
      from: before.mode,
      to: after.mode,
      requested: after.context.requested,
      by,
      reason,
      epoch: gate.epoch,
      machine: sealMode(after, seal),
      machineVersion: MODE_MACHINE_VERSION,
    });
    if (!mustComeFirst) gate.setMode(after.mode);
    else if (after.mode !== before.mode) this.#options.withdraw();
  }

  /**
   * The token is the epoch of the gate, which outlives this object: a run that was asked for before
   * a crash of control must not pass for one that was asked for after it.
   */
  #ask(venue: string): void {
    const { gate } = this.#options;
    this.#owed.set(venue, gate.epoch);
    this.#options.reconcile(venue, gate.epoch);
  }

  #isAway(venue: string): boolean {
    return this.#state.context.faults.includes(awayFault(venue));
  }

  /** Whether nothing else is wrong with the venues, and another one is there to trade at. */
  #goesOnWithout(venue: string): boolean {
    const { gate, venues } = this.#options;
    const isSettled = this.#isStarted && !gate.isClosedBy('reconciling');
    return isSettled && venues.some((other) => other !== venue && !this.#isAway(other));
  }

  #nowMs(): number {
    return this.#options.clock.mono() / 1e6;
  }
}
