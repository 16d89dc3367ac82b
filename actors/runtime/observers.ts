import type { Clock } from '../../src/core/env.ts';
import { reasonOf } from '../../src/core/result.ts';
import type { Millis } from '../../src/core/units.ts';
import type { StopReason } from './actor-spec.ts';
import type { DeadLetter } from './mail/dead-letters.ts';

/**
 * Hooks that are called synchronously, before the runtime does anything else about what happened:
 * the desk closes its gate in `failed`, while nothing has been restarted yet. A hook that throws
 * is logged and hurts neither the runtime nor the other observers.
 */
export interface LaneObserver {
  started?(event: ActorStarted): void;
  failed?(event: ActorFailed): void;
  /** A stack overflow or memory that ran out; `failed` is called first. */
  fatal?(event: ActorFailed): void;
  /** An error that its actor survives, because its spec names the class; nothing else is told. */
  resumed?(event: ActorFailed): void;
  restarting?(event: ActorRestarting): void;
  stopped?(event: ActorStopped): void;
  gaveUp?(event: SupervisorGaveUp): void;
  deadLetter?(letter: DeadLetter): void;
}

export interface ActorStarted {
  readonly path: string;
  readonly uid: number;
  readonly kind: string;
  readonly restarts: number;
}

/** What an actor was doing when it failed. */
export type FailedDuring =
  | 'start'
  | 'message'
  | 'answer'
  | 'callback'
  | 'overflow'
  | 'injection'
  | 'supervision'
  | 'stop';

export interface ActorFailed {
  readonly path: string;
  readonly uid: number;
  readonly kind: string;
  readonly error: unknown;
  readonly isFatal: boolean;
  readonly during: FailedDuring;
  /** What the message in hand is called; empty when there was none. */
  readonly messageKind: string;
}

export interface ActorRestarting {
  readonly path: string;
  /** Of the incarnation that ended. */
  readonly uid: number;
  readonly delayMs: number;
  readonly reason: StopReason;
}

export interface ActorStopped {
  readonly path: string;
  readonly uid: number;
  readonly kind: string;
  readonly reason: StopReason;
}

export interface SupervisorGaveUp {
  readonly path: string;
  readonly uid: number;
  /** The child whose end could not be mended, and how it ended. */
  readonly child: string;
  readonly reason: StopReason;
  readonly isFatal: boolean;
}

export interface LaneLogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly kind: string;
  readonly path: string;
  readonly detail: string;
  readonly atMs: Millis;
}

type Hook = keyof LaneObserver;
type EventOf<H extends Hook> = Parameters<NonNullable<LaneObserver[H]>>[0];

export class Observers {
  readonly #clock: Clock;
  readonly #log: (entry: LaneLogEntry) => void;
  #observers: readonly LaneObserver[] = [];

  constructor(clock: Clock, log: (entry: LaneLogEntry) => void) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @returns takes the observer away again */
  add(observer: LaneObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  tell<H extends Hook>(hook: H, event: EventOf<H>): void {
    for (const observer of this.#observers) {
      try {
        (observer[hook] as ((event: EventOf<H>) => void) | undefined)?.call(observer, event);
      } catch (thrown) {
        this.log('error', 'observer-failed', '', `${hook}: ${reasonOf(thrown)}`);
      }
    }
  }

  log(level: LaneLogEntry['level'], kind: string, path: string, detail: string): void {
    this.write({ level, kind, path, detail, atMs: this.#clock.now() });
  }

  /** A log that throws is the log's fault; nothing here may stop for it. */
  readonly write = (entry: LaneLogEntry): void => {
    try {
      this.#log(entry);
    } catch {
      this.linesLost += 1;
    }
  };

  /** Log lines that the log itself did not take. */
  linesLost = 0;
}
