import { type RestartBudget, RtActor } from '../actors/runtime/actor.ts';
import {
  type AnyActorSpec,
  isFatalError,
  REQUESTED,
  StartFailed,
  type StopReason,
} from '../actors/runtime/actor-spec.ts';
import { type Blueprint, incarnate, type OptionalBlueprint } from '../actors/runtime/blueprint.ts';
import { Mailbox } from '../actors/runtime/mail/mailbox.ts';
import type { Mortal } from '../actors/runtime/mortal.ts';
import { type Place, type Seat, takeSeat } from '../actors/runtime/place.ts';
import { childPath } from '../actors/runtime/ref.ts';
import { assert, reasonOf } from '../src/core/result.ts';
import type { Nanos } from '../src/core/units.ts';
import { Child } from './child.ts';
import {
  type CheckedChild,
  type CheckedSupervisor,
  makeSpec,
  type SupervisorInit,
  type SupervisorSpec,
} from './child-spec.ts';
import { admitRestart, isRestarted, restartGroup } from './restart-policy.ts';
import { type Refusal, STEPS_MAX, type Step, StepQueue, step } from './steps/step-queue.ts';

/**
 * An actor that starts its children left to right, restarts them as their specs say, and stops
 * them right to left. It is spawned like any other actor, at the top or as somebody's child; a
 * spec that makes no sense fails its start and names the field.
 */
export function supervisor(spec: SupervisorSpec): Blueprint {
  return blueprint(() => spec);
}

/** The same with a spec that is made when it starts, on each restart again, or not at all. */
export function optionalSupervisor(init: SupervisorInit): OptionalBlueprint {
  return blueprint(init) as OptionalBlueprint;
}

function blueprint(init: SupervisorInit): Blueprint {
  return {
    incarnate(seat, predecessor) {
      takeSeat(seat, predecessor);
      return new RtSupervisor(seat, init, predecessor);
    },
  };
}

const nothing = (): null => null;
const SUPERVISOR: AnyActorSpec = { kind: 'supervisor', start: nothing, receive: nothing };

/** How an attempt to start a child went. */
type Failure = { readonly error: unknown } | null;

export class RtSupervisor extends RtActor {
  declare readonly children: Map<string, RtActor>;
  readonly #init: SupervisorInit;
  #spec: CheckedSupervisor | null = null;
  /** In the order of their start, which is also the order of their specs. */
  readonly #childrenById = new Map<string, Child>();
  #restarts: readonly Nanos[] = [];
  readonly #steps = new StepQueue(
    () => this.isActive && this.stopAsked === null,
    () => this.makeUrgent(),
  );
  #instances = 0;

  constructor(seat: Seat, init: SupervisorInit, predecessor: Place | null) {
    super(seat, SUPERVISOR, new Mailbox({ capacity: 1 }), predecessor);
    this.#init = init;
  }

  /** What it was given, with nothing left out. */
  get spec(): CheckedSupervisor {
    assert(this.#spec !== null, `${this.text}: a supervisor that runs has a checked spec`);
    return this.#spec;
  }

  get childrenById(): ReadonlyMap<string, Child> {
    return this.#childrenById;
  }

  protected override boot(): void {
    const made = makeSpec(this.#init);
    if (!made.ok) {
      this.fail(made.error, 'start');
      return;
    }
    if (made.value === 'ignore') {
      this.ignoreStart();
      return;
    }
    this.#spec = made.value;
    const first = this.spec.strategy === 'dynamic' ? [] : this.spec.children;
    for (const spec of first) {
      this.#steps.add(this.#bootStep(this.addChild(spec.id, spec, undefined)));
    }
    this.#steps.add(
      step((done) => {
        super.boot();
        done();
      }),
    );
    this.#steps.advance();
  }

  #bootStep(child: Child): Step {
    return step((done) =>
      this.startChild(child, (failure) => {
        if (failure !== null) this.#bootAgain(child, failure.error);
        done();
      }),
    );
  }

  /** After a first start that failed: once more within the budget if its spec says so. */
  #bootAgain(child: Child, error: unknown): void {
    const nowNs = this.engine.clock.mono();
    const mayRetry = child.spec.retriesFirstStart && !isFatalError(error);
    const admitted = mayRetry ? admitRestart(this.#restarts, nowNs, this.spec) : null;
    if (admitted === null) {
      this.fail(new StartFailed(childPath(this.text, child.id), error), 'start');
      return;
    }
    this.#restarts = admitted;
    const delayMs = child.nextDelayMs(nowNs, this.random, error);
    // What comes after it needs it, so the others wait as well.
    const wait = step((done) => child.setRestartTimer(this.engine.timers.after(delayMs, done)));
    this.#steps.putFirst(wait, this.#bootStep(child));
  }

  /** Its messages are its children's ends; everything else is for the administration. */
  override accept(message: unknown, uid: number, sender: string): boolean {
    return this.bury({ message, uid, sender }, 'not-addressable');
  }

  /** It can also be stopped while its children are still starting. */
  protected override get canEndNow(): boolean {
    return this.status === 'starting' || super.canEndNow;
  }

  override childEnded(actor: Place, reason: StopReason): void {
    const child = this.#childrenById.get(actor.name) as Child;
    if (!this.isActive) child.leave();
    if (child.phase !== 'running') return;
    child.phase = 'ended';
    child.exit = reason;
    this.#steps.add(
      step((done) => {
        this.#react(child, reason);
        done();
      }),
    );
    this.makeUrgent();
  }

  protected override attendChildren(): void {
    if (this.isActive) this.#steps.advance();
  }

  override replaces(actor: Place, reason: StopReason): boolean {
    const child = this.#childrenById.get(actor.name);
    if (!this.isActive || this.stopAsked !== null || child?.phase !== 'running') return false;
    if (reason.kind === 'failed' && reason.isFatal) return false;
    const nowNs = this.engine.clock.mono();
    return (
      isRestarted(child.spec.restart, reason) &&
      admitRestart(this.#restarts, nowNs, this.spec) !== null
    );
  }

  #react(child: Child, reason: StopReason): void {
    // A restart of its group may have seen to it already.
    if (child.phase !== 'ended') return;
    if (reason.kind === 'failed' && reason.isFatal) this.#giveUp(child, reason);
    else if (isRestarted(child.spec.restart, reason)) this.#restart(child, reason, false);
    else this.#letGo(child);
  }

  /** A child ended and stays away. */
  #letGo(child: Child): void {
    if (child.spec.restart === 'temporary' || this.spec.strategy === 'dynamic') this.drop(child);
    else child.leave();
    if (!child.spec.significant) return;
    const others = [...this.#childrenById.values()].filter(({ spec }) => spec.significant);
    const isLast = others.every(({ phase }) => phase === 'stopped');
    if (this.spec.autoShutdown === 'any-significant' || isLast) {
      this.shutdown({ kind: 'shutdown', why: 'children-done' });
    }
  }

  /** Stops the child's group at once, and starts it after the back-off. */
  #restart(child: Child, reason: StopReason, isRetry: boolean): void {
    const nowNs = this.engine.clock.mono();
    const admitted = admitRestart(this.#restarts, nowNs, this.spec);
    if (admitted === null) {
      this.#giveUp(child, reason);
      return;
    }
    this.#restarts = admitted;
    const error = reason.kind === 'failed' ? reason.error : null;
    const delayMs = child.nextDelayMs(nowNs, this.random, error);
    assert(child.actor !== null, `${child.id}: only a child that was up is restarted`);
    const { text: path, uid } = child.actor;
    this.engine.observers.tell('restarting', { path, uid, delayMs, reason });
    const group = restartGroup(this.spec.strategy, this.#childrenById.keys(), child.id)
      .map((id) => this.#childrenById.get(id) as Child)
      .filter(({ phase }) => phase !== 'stopped');
    const steps = [...group].reverse().flatMap((member) => this.#stepsAside(member));
    const start = (): readonly Step[] => this.#stepsToStart(group);
    const wait = step((done) => {
      child.setRestartTimer(this.engine.timers.after(delayMs, () => this.#resume(start())));
      done();
    });
    this.#steps.putFirst(...steps, ...(delayMs === 0 && !isRetry ? start() : [wait]));
  }

  /** Takes a member of the group down, unless it is down; its place is kept for a successor. */
  #stepsAside(child: Child): readonly Step[] {
    child.setRestartTimer(null);
    // One that ended for good at the same time is left to what follows from that.
    if (child.isGoneForGood) return [];
    if (child.phase !== 'running') {
      child.phase = 'waiting';
      return [];
    }
    return [
      step((done) =>
        this.stopChild(child, () => {
          child.phase = 'waiting';
          // As in OTP: a temporary child that was stopped with its group does not come back.
          if (child.spec.restart === 'temporary') this.drop(child);
          done();
        }),
      ),
    ];
  }

  #stepsToStart(group: readonly Child[]): readonly Step[] {
    let isOver = false;
    return group.map((child) =>
      step((done) => {
        if (isOver || child.phase !== 'waiting') {
          done();
          return;
        }
        this.startChild(child, (failure) => {
          if (failure !== null && this.isActive) {
            isOver = true;
            const isFatal = isFatalError(failure.error);
            const reason: StopReason = { kind: 'failed', error: failure.error, isFatal };
            if (isFatal) this.#giveUp(child, reason);
            else this.#restart(child, reason, true);
          }
          done();
        });
      }),
    );
  }

  #resume(steps: readonly Step[]): void {
    this.#steps.add(...steps);
    this.makeUrgent();
  }

  #giveUp(child: Child, reason: StopReason): void {
    const { text: path, uid } = this;
    const isFatal = reason.kind === 'failed' && reason.isFatal;
    const event = { path, uid, child: child.id, reason, isFatal };
    this.engine.observers.tell('gaveUp', event);
    this.engine.observers.log('error', 'supervisor-gave-up', path, `over ${child.id}`);
    let failure: Failure = isFatal ? { error: reason.error } : null;
    try {
      this.spec.onGiveUp(event);
    } catch (thrown) {
      this.engine.observers.log('error', 'give-up-failed', path, reasonOf(thrown));
      failure ??= { error: thrown };
    }
    if (failure === null) this.shutdown({ kind: 'shutdown', why: 'gave-up' });
    else this.fail(failure.error, 'supervision');
  }

  /** Adds a child at the end; it is not started. */
  addChild(id: string, spec: CheckedChild, argument: unknown): Child {
    const child = new Child(id, spec, argument);
    this.#childrenById.set(id, child);
    return child;
  }

  /** Forgets a child that has ended, spec and all. */
  drop(child: Child): void {
    child.leave();
    this.#childrenById.delete(child.id);
  }

  /**
   * Gives up the restart that waits for this child's back-off. Those that were stopped with it
   * depend on it, so they stay down until an operator starts them.
   */
  abandonRestart(child: Child): void {
    if (!child.isBackingOff) return;
    for (const id of restartGroup(this.spec.strategy, this.#childrenById.keys(), child.id)) {
      const member = this.#childrenById.get(id);
      if (member?.phase === 'waiting') member.leave();
    }
  }

  /** An id for one more child of the template. */
  nextInstanceId(template: CheckedChild): string {
    this.#instances += 1;
    return `${template.id}:${this.#instances}`;
  }

  /** Starts a child in a place of its own, or in that of its last incarnation. */
  startChild(child: Child, done: (failure: Failure) => void): void {
    child.phase = 'starting';
    child.setRestartTimer(null);
    try {
      const spawnable = child.spec.start(child.argument);
      if (spawnable === 'ignore') {
        child.leave();
        done(null);
        return;
      }
      child.actor = incarnate(spawnable, this.#seatOf(child), child.actor);
    } catch (thrown) {
      child.phase = 'waiting';
      done({ error: thrown });
      return;
    }
    child.actor.begin((outcome) => {
      if (!outcome.ok) child.phase = 'waiting';
      else if (outcome.isIgnored) child.leave();
      else child.isUp(this.engine.clock.mono());
      done(outcome.ok ? null : { error: outcome.error });
    });
  }

  #seatOf(child: Child): Seat {
    return {
      engine: this.engine,
      parent: this,
      name: child.id,
      shutdown: child.spec.shutdownMs,
      mailboxOnRestart: child.spec.mailboxOnRestart,
      stashMax: child.spec.stashMax,
      keepsChildren: child.spec.keepsChildren,
    };
  }

  /** Stops a child that has an actor. */
  stopChild(child: Child, done: () => void): void {
    assert(child.actor !== null, `${child.id}: only a child with an actor is stopped`);
    child.phase = 'stopping';
    child.actor.shutdown(REQUESTED, done);
  }

  /** Does something between other things; `refuse` is called instead if it cannot. */
  perform(run: (done: () => void) => void, refuse: (why: Refusal) => void): void {
    if (!this.isActive) refuse('stopping');
    else if (this.#steps.size >= STEPS_MAX) refuse('too-many-requests');
    else this.#resume([{ run, cancel: () => refuse('stopping') }]);
  }

  protected override closeHandler(): void {
    super.closeHandler();
    this.#steps.cancelAll();
    for (const child of this.#childrenById.values()) child.setRestartTimer(null);
  }

  override restartBudget(): RestartBudget | null {
    if (this.#spec === null) return null;
    const { intensity, periodMs } = this.#spec;
    const since = this.engine.clock.mono() - periodMs * 1e6;
    const admitted = this.#restarts.filter((atNs) => atNs >= since).length;
    return { admitted, intensity, periodMs };
  }

  override childrenInOrder(): RtActor[] {
    return [...this.#childrenById.values()].flatMap(({ actor }) => (actor === null ? [] : [actor]));
  }

  /** The children of a dynamic supervisor have no order among them and end side by side. */
  protected override stopChildren(children: Mortal[], done: () => void): void {
    if (children.length === 0 || this.spec.strategy !== 'dynamic') {
      super.stopChildren(children, done);
      return;
    }
    let left = children.length;
    const ended = (): void => {
      left -= 1;
      if (left === 0) done();
    };
    for (const child of children) child.shutdown(REQUESTED, ended);
  }
}
