import type { Lane, UnknownActor } from '../actors/runtime/lane.ts';
import type { ActorRef } from '../actors/runtime/ref.ts';
import { err, ok, type Result, reasonOf } from '../src/core/result.ts';
import type { Child, ChildPhase } from './child.ts';
import { type CheckedChild, type ChildSpec, checkChild, type SpecFault } from './child-spec.ts';
import type { Refusal } from './steps/step-queue.ts';
import { RtSupervisor } from './supervisor.ts';

/** Why a child was not started, stopped or deleted. Nothing has changed then. */
export type ChildFault =
  | SpecFault
  | { readonly kind: 'already-started'; readonly id: string; readonly ref: ActorRef<never> }
  | { readonly kind: 'already-present' | 'not-found' | 'restarting'; readonly id: string }
  | { readonly kind: 'start-failed'; readonly id: string; readonly reason: string }
  /** By-id operations on a dynamic supervisor, and instances of a static one. */
  | { readonly kind: 'wrong-strategy'; readonly strategy: string }
  | { readonly kind: Refusal };

export interface ChildInfo {
  readonly id: string;
  readonly type: 'worker' | 'supervisor';
  readonly phase: ChildPhase;
  /** Null while no incarnation is alive. */
  readonly ref: ActorRef<never> | null;
}

export interface ChildCounts {
  readonly specs: number;
  /** Children that are alive. */
  readonly active: number;
  /** Children of each type, alive or not. */
  readonly supervisors: number;
  readonly workers: number;
}

export interface NotASupervisor {
  readonly kind: 'not-a-supervisor';
  readonly path: string;
}

type Started = Result<ActorRef<never> | 'ignored', ChildFault>;
type Done = Result<null, ChildFault>;
type Strategies = 'dynamic' | 'static';

/** The children of the supervisor that holds `path` now. */
export function childrenOf(
  lane: Lane,
  path: string,
): Result<ChildAdministration, UnknownActor | NotASupervisor> {
  const found = lane.actorAt(path);
  if (!found.ok) return found;
  if (!(found.value instanceof RtSupervisor)) return err({ kind: 'not-a-supervisor', path });
  return ok(new ChildAdministration(found.value));
}

/**
 * What OTP lets one do to a running supervisor. Reading answers at once; changing waits for its
 * turn among the restarts, and spends none of their budget.
 */
export class ChildAdministration {
  readonly #supervisor: RtSupervisor;

  constructor(supervisor: RtSupervisor) {
    this.#supervisor = supervisor;
  }

  /** Adds a child at the end and starts it. Its spec is kept only if that succeeds. */
  async startChild(spec: ChildSpec): Promise<Started> {
    const checked = checkChild(spec, this.#supervisor.spec.autoShutdown);
    if (!checked.ok) return checked;
    return this.#change<ActorRef<never> | 'ignored'>('static', (settle) => {
      const { id } = checked.value;
      const present = this.#supervisor.childrenById.get(id);
      if (present === undefined) this.#startNew(id, checked.value, undefined, settle);
      else settle(err(presentFault(present)));
    });
  }

  /** Starts one more child of a dynamic supervisor's template. */
  startInstance(argument: unknown): Promise<Started> {
    return this.#change<ActorRef<never> | 'ignored'>('dynamic', (settle) => {
      const template = this.#supervisor.spec.children[0] as CheckedChild;
      this.#startNew(this.#supervisor.nextInstanceId(template), template, argument, settle);
    });
  }

  /** Stops a child for good and keeps its spec; a temporary one's is dropped. */
  terminateChild(id: string): Promise<Done> {
    return this.#change<null>('static', (settle) => {
      const child = this.#supervisor.childrenById.get(id);
      if (child === undefined) settle(notFound(id));
      else this.#terminate(child, child.spec.restart === 'temporary', settle);
    });
  }

  /** Stops one child of a dynamic supervisor; a reference to anything else is not found. */
  terminateInstance(ref: ActorRef<never>): Promise<Done> {
    return this.#change<null>('dynamic', (settle) => {
      const child = this.#childOf(ref);
      if (child === undefined) settle(notFound(ref.path));
      else this.#terminate(child, true, settle);
    });
  }

  /** Starts a child that is stopped. */
  restartChild(id: string): Promise<Started> {
    return this.#change<ActorRef<never> | 'ignored'>('static', (settle) => {
      const child = this.#supervisor.childrenById.get(id);
      if (child === undefined) settle(notFound(id));
      else if (child.phase !== 'stopped') settle(err(presentFault(child)));
      else this.#start(child, () => child.leave(), settle);
    });
  }

  /** Drops the spec of a child that is stopped. */
  deleteChild(id: string): Promise<Done> {
    return this.#change<null>('static', (settle) => {
      const child = this.#supervisor.childrenById.get(id);
      if (child === undefined) settle(notFound(id));
      else if (child.phase !== 'stopped') settle(err(presentFault(child)));
      else {
        this.#supervisor.drop(child);
        settle(ok(null));
      }
    });
  }

  /** In the order of their start. */
  list(): ChildInfo[] {
    return [...this.#supervisor.childrenById.values()].map((child) => ({
      id: child.id,
      type: child.spec.type,
      phase: child.phase,
      ref: refOf(child),
    }));
  }

  count(): ChildCounts {
    const children = [...this.#supervisor.childrenById.values()];
    const supervisors = children.filter(({ spec }) => spec.type === 'supervisor').length;
    return {
      specs: this.#supervisor.spec.strategy === 'dynamic' ? 1 : children.length,
      active: children.filter(isAlive).length,
      supervisors,
      workers: children.length - supervisors,
    };
  }

  /** The spec of a child with nothing left out; of a dynamic supervisor's template by its id. */
  specOf(id: string): Result<CheckedChild, ChildFault> {
    const { spec, childrenById } = this.#supervisor;
    const found =
      spec.strategy === 'dynamic'
        ? spec.children.find((template) => template.id === id)
        : childrenById.get(id)?.spec;
    return found === undefined ? notFound(id) : ok(found);
  }

  /** Takes its turn between restarts; settles with a fault if the supervisor ends before. */
  #change<T>(
    wanted: Strategies,
    change: (settle: (outcome: Result<T, ChildFault>) => void) => void,
  ): Promise<Result<T, ChildFault>> {
    return new Promise((resolve) => {
      const { strategy } = this.#supervisor.spec;
      if ((strategy === 'dynamic') !== (wanted === 'dynamic')) {
        resolve(err({ kind: 'wrong-strategy', strategy }));
        return;
      }
      this.#supervisor.perform(
        (done) =>
          change((outcome) => {
            resolve(outcome);
            done();
          }),
        (why) => resolve(err({ kind: why })),
      );
    });
  }

  #startNew(
    id: string,
    spec: CheckedChild,
    argument: unknown,
    settle: (outcome: Started) => void,
  ): void {
    const child = this.#supervisor.addChild(id, spec, argument);
    this.#start(child, () => this.#supervisor.drop(child), settle);
  }

  #start(child: Child, undo: () => void, settle: (outcome: Started) => void): void {
    this.#supervisor.startChild(child, (failure) => {
      if (failure === null) {
        settle(ok(refOf(child) ?? 'ignored'));
        return;
      }
      undo();
      settle(err({ kind: 'start-failed', id: child.id, reason: reasonOf(failure.error) }));
    });
  }

  #terminate(child: Child, isDropped: boolean, settle: (outcome: Done) => void): void {
    this.#supervisor.abandonRestart(child);
    const leave = (): void => {
      if (isDropped) this.#supervisor.drop(child);
      else child.leave();
      settle(ok(null));
    };
    if (child.actor === null) leave();
    else this.#supervisor.stopChild(child, leave);
  }

  #childOf(ref: ActorRef<never>): Child | undefined {
    const child = this.#supervisor.childrenById.get(ref.path.slice(ref.path.lastIndexOf('/') + 1));
    const actor = child?.actor;
    const isSame = actor?.text === ref.path && (ref.uid === 0 || ref.uid === actor.uid);
    return isSame ? child : undefined;
  }
}

function isAlive(child: Child): boolean {
  return child.actor !== null && !child.actor.isEnded;
}

function refOf(child: Child): ActorRef<never> | null {
  return isAlive(child) && child.actor !== null ? child.actor.ref : null;
}

function presentFault(child: Child): ChildFault {
  const ref = refOf(child);
  if (ref !== null) return { kind: 'already-started', id: child.id, ref };
  return { kind: child.phase === 'stopped' ? 'already-present' : 'restarting', id: child.id };
}

function notFound(id: string): { readonly ok: false; readonly error: ChildFault } {
  return err({ kind: 'not-found', id });
}
