import { assertDelay, type Clock, type Timers } from '../../src/core/env.ts';
import { err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import type { Rng } from '../../src/core/rng.ts';
import { RtActor } from './actor.ts';
import {
  type ActorSpec,
  type AnyActorSpec,
  quiet,
  REQUESTED,
  SHUTDOWN_MS,
  StartFailed,
  type StopReason,
} from './actor-spec.ts';
import { type Blueprint, incarnate, type OptionalBlueprint, type Spawnable } from './blueprint.ts';
import { type EventClass, EventStream } from './bus/event-stream.ts';
import { publishTo } from './bus/lane-events.ts';
import { Registry, type ServiceKey } from './bus/registry.ts';
import type { Engine } from './context.ts';
import { Inspection } from './inspection/inspection.ts';
import { DeadLetters } from './mail/dead-letters.ts';
import { type LaneLogEntry, type LaneObserver, Observers } from './observers.ts';
import type { ActorInfo, Superior } from './place.ts';
import { type ActorRef, childPath, type Reply } from './ref.ts';
import { RunQueue, type WorkQueue } from './run-queue.ts';
import { Switchboard } from './switchboard.ts';

export interface LaneOptions {
  /** Unique among the lanes of the process that have not been stopped. */
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  /** For tests: every message is frozen through and through, so that sharing one shows. */
  readonly freezeMessages?: boolean;
  readonly log?: (entry: LaneLogEntry) => void;
  /** For fault simulation: who picks the next actor, message by message. */
  readonly queue?: WorkQueue;
  /** For fault simulation: what stands between an actor and its spec. */
  readonly wrap?: (spec: AnyActorSpec) => AnyActorSpec;
}

export interface UnknownActor {
  readonly kind: 'unknown-actor';
  readonly path: string;
}

export interface ViewFailed {
  readonly kind: 'view-failed';
  readonly path: string;
  readonly reason: string;
}

/** How a lane was stopped: the paths of its top-level actors in the order in which they ended. */
export interface StopReport {
  readonly ended: readonly { readonly path: string; readonly reason: StopReason }[];
}

/**
 * One thread of actors that take turns: their addresses, their run queue, their clock. Several
 * lanes live side by side in one process; nothing of a lane is global but its name.
 */
export class Lane {
  readonly deadLetters: DeadLetters;
  readonly inspection: Inspection;
  readonly #engine: Engine;
  #stopping: Promise<StopReport> | null = null;

  /** @throws RangeError when a lane of that name runs */
  constructor(options: LaneOptions) {
    const { clock, timers, random } = options;
    const observers = new Observers(clock, options.log ?? (() => undefined));
    this.deadLetters = new DeadLetters(
      { clock, timers },
      (letter) => observers.tell('deadLetter', letter),
      observers.write,
    );
    const stop = (): void => void this.stopAll(SHUTDOWN_MS);
    this.#engine = {
      clock,
      timers,
      random,
      observers,
      events: new EventStream(),
      registry: new Registry(),
      deadLetters: this.deadLetters,
      board: new Switchboard(options.name, timers, this.deadLetters, stop),
      queue: options.queue ?? new RunQueue(clock, timers),
      wrap: options.wrap ?? ((spec) => spec),
      freezesMessages: options.freezeMessages === true,
      spawn: (parent, spawnable, name) => this.#spawn(parent, spawnable, name),
      probe: null,
      cause: 0,
      uids: 0,
      lateEffects: 0,
    };
    observers.add(publishTo(this.#engine.events));
    this.inspection = new Inspection(this.#engine);
  }

  /** @returns false when the recipient refused it, which is a dead letter; never throws */
  send<M>(to: ActorRef<M>, message: M): boolean {
    return this.#engine.board.deliver(to, message, '');
  }

  /**
   * For socket callbacks: queues the message, then works the lane's queue before returning, within
   * one turn's budget; what exceeds it goes on in the next turn. Inside a handler it only queues.
   */
  ingest<M>(to: ActorRef<M>, message: M): boolean {
    const { board, queue } = this.#engine;
    const isOutermost = queue.hold();
    try {
      return board.deliver(to, message, '');
    } finally {
      if (isOutermost) queue.drain();
    }
  }

  /** Sends a question and waits for the answer; see `Context.ask`. */
  ask<M, R>(to: ActorRef<M>, make: (reply: Reply<R>) => M, timeoutMs: number): Promise<R> {
    return this.#engine.board.ask(to, make, timeoutMs);
  }

  /** Starts an actor at the top, where nobody restarts it. Rejects with `StartFailed`. */
  spawn(blueprint: OptionalBlueprint, name: string): Promise<ActorRef<never> | 'ignored'>;
  spawn(blueprint: Blueprint, name: string): Promise<ActorRef<never>>;
  spawn<S, M>(spec: ActorSpec<S, M>, name: string): Promise<ActorRef<M>>;
  spawn(spawnable: Spawnable, name: string): Promise<ActorRef<never> | 'ignored'> {
    return this.#spawn(this.#engine.board, spawnable, name);
  }

  #spawn<M>(parent: Superior, spawnable: Spawnable, name: string): Promise<ActorRef<M>> {
    const seat = {
      engine: this.#engine,
      parent,
      name,
      shutdown: 'incarnate' in spawnable ? ('unlimited' as const) : SHUTDOWN_MS,
      mailboxOnRestart: null,
      stashMax: 0,
      keepsChildren: false,
    };
    return quiet(
      new Promise((resolve, reject) => {
        const failed = (cause: unknown): void =>
          reject(new StartFailed(childPath(parent.text, name), cause));
        if (this.#stopping !== null) {
          failed('the lane stops, or has stopped');
          return;
        }
        try {
          const actor = incarnate(spawnable, seat);
          actor.begin((outcome) => {
            if (!outcome.ok) failed(outcome.error);
            // Only an optional blueprint ignores its start, and its `spawn` says so.
            else resolve((outcome.isIgnored ? 'ignored' : actor.ref) as ActorRef<M>);
          });
        } catch (thrown) {
          failed(thrown);
        }
      }),
    );
  }

  /** Publishes an event that comes from outside the actors. */
  publish<E>(of: EventClass<E>, event: E): void {
    this.#engine.events.publish(of, event, '');
  }

  /** Who offers a service now. */
  find<M>(service: ServiceKey<M>): readonly ActorRef<M>[] {
    return this.#engine.registry.find(service);
  }

  /** @returns takes the observer away again */
  observe(observer: LaneObserver): () => void {
    return this.#engine.observers.add(observer);
  }

  /** The whole tree, parents before their children, children in the order of their start. */
  describe(): ActorInfo[] {
    return [...this.inspection.walk()].map((actor) => actor.describe());
  }

  /** Effects that handlers asked for after their incarnation was over. None of them happened. */
  get lateEffects(): number {
    return this.#engine.lateEffects;
  }

  /** The lane's address space, for links to other nodes. */
  get board(): Switchboard {
    return this.#engine.board;
  }

  /** Questions that wait for their answer. */
  get openAsks(): number {
    return this.#engine.board.openAsks;
  }

  /** Who holds a path now, for administration. */
  actorAt(path: string): Result<RtActor, UnknownActor> {
    const actor = this.#engine.board.recipientAt(path);
    return actor instanceof RtActor ? ok(actor) : err({ kind: 'unknown-actor', path });
  }

  /** What the spec of an actor lets an inspector see of its state; it never harms the actor. */
  view(path: string): Result<unknown, UnknownActor | ViewFailed> {
    const found = this.actorAt(path);
    if (!found.ok) return found;
    try {
      return ok(found.value.view());
    } catch (thrown) {
      return err({ kind: 'view-failed', path, reason: reasonOf(thrown) });
    }
  }

  /** The actor keeps queueing and handles nothing until it is resumed. */
  suspend(path: string): Result<ActorRef<never>, UnknownActor> {
    return this.#with(path, (actor) => actor.setSuspended(true));
  }

  resume(path: string): Result<ActorRef<never>, UnknownActor> {
    return this.#with(path, (actor) => actor.setSuspended(false));
  }

  /** The actor fails at its next message boundary, as if its handler had thrown `error`. */
  inject(path: string, error: unknown): Result<ActorRef<never>, UnknownActor> {
    return this.#with(path, (actor) => actor.inject(error));
  }

  /**
   * Stops an actor in order once it has handled what is queued by now. Gives up after `limitMs`;
   * the actor then goes on as if nothing had been asked.
   *
   * @returns whether it was drained
   */
  async drain(path: string, limitMs: number): Promise<Result<boolean, UnknownActor>> {
    const found = this.actorAt(path);
    if (!found.ok) return found;
    return new Promise((resolve) => {
      const limit = this.#engine.timers.after(limitMs, () => {
        takeBack();
        resolve(ok(false));
      });
      const takeBack = found.value.drain(() => {
        limit.cancel();
        resolve(ok(true));
      });
    });
  }

  #with(path: string, act: (actor: RtActor) => void): Result<ActorRef<never>, UnknownActor> {
    const found = this.actorAt(path);
    if (!found.ok) return found;
    act(found.value);
    return ok(found.value.ref);
  }

  /**
   * Stops an actor in order, and tells how it ended. Its supervisor starts a permanent one again;
   * to stop that for good, terminate it there.
   */
  async stop(path: string): Promise<Result<StopReason, UnknownActor>> {
    const found = this.actorAt(path);
    if (!found.ok) return found;
    return new Promise((resolve) => {
      found.value.shutdown(REQUESTED, (reason) => resolve(ok(reason)));
    });
  }

  /** Ends an actor and all below it at once, with no stop hook. Its supervisor may restart it. */
  async kill(path: string): Promise<Result<StopReason, UnknownActor>> {
    const found = this.actorAt(path);
    if (!found.ok) return found;
    return new Promise((resolve) => {
      found.value.shutdown(REQUESTED, (reason) => resolve(ok(reason)));
      found.value.kill();
    });
  }

  /**
   * Stops the lane: top-level actors one after the other, last first. After `deadlineMs` the rest
   * is killed. From the call on nobody can be spawned, and in the end the lane's name is free.
   *
   * @throws RangeError for a deadline that is no delay
   */
  stopAll(deadlineMs: number): Promise<StopReport> {
    assertDelay(deadlineMs);
    this.#stopping ??= new Promise((resolve) => {
      const ended: { path: string; reason: StopReason }[] = [];
      const left = this.#topLevel();
      const limit = this.#engine.timers.after(deadlineMs, () => {
        for (const actor of this.#topLevel().reverse()) actor.kill();
      });
      const stopNext = (): void => {
        const actor = left.pop();
        if (actor !== undefined) {
          actor.shutdown(REQUESTED, (reason) => {
            ended.push({ path: actor.text, reason });
            stopNext();
          });
          return;
        }
        limit.cancel();
        this.#engine.board.close();
        this.deadLetters.close();
        resolve({ ended });
      };
      stopNext();
    });
    return this.#stopping;
  }

  /**
   * Frees the name of a lane whose process was killed in a simulation: nobody is told and nothing
   * is stopped. Its clock and its queue must be still for good.
   */
  abandon(): void {
    this.#engine.board.close();
  }

  #topLevel(): RtActor[] {
    return [...this.#engine.board.children.values()] as RtActor[];
  }
}
