import type { Clock } from '../../../src/core/env.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { kindOf } from '../ref.ts';
import { HopLog, type HopOutcome } from './hop-log.ts';
import type { Tap } from './tap.ts';

/** What the probe needs of the lane: who it belongs to can take it away in the middle of a turn. */
export interface Probed {
  readonly clock: Clock;
  /** The event that the message in hand belongs to. */
  cause: number;
}

/** Time in the handlers of one actor, from one message in about `SAMPLE_EVERY`. */
export interface Tally {
  readonly path: string;
  samples: number;
  sumNs: number;
  maxNs: number;
}

/**
 * One message in so many is timed for `top`. Between two samples lie 1 … 2 × this − 1 messages, so
 * that no regular pattern of messages hides from it or is met by every sample.
 */
export const SAMPLE_EVERY = 8;
/** Actors that are tallied; further ones are not. */
export const TALLIES_MAX = 4_096;
/** Handlers that call each other while they are on the stack; deeper ones are not looked at. */
const NESTED_MAX = 64;
const NOT_TIMED = -1;

/**
 * Looks at messages while they are handled: times some of them for `top`, and, while a trace is
 * on, gives every event from outside a number that its messages carry from actor to actor. A lane
 * has none while nobody looks; then all that is left of it is one comparison a message.
 */
export class Probe {
  readonly hops = new HopLog();
  /** Events numbered so far. */
  events = 0;
  readonly #lane: Probed;
  readonly #tallies = new Map<string, Tally>();
  #taps: readonly Tap[] = [];
  #isSampling = false;
  #untilSample = SAMPLE_EVERY;
  #chance = 1;
  /** One entry for each handler on the stack. */
  #depth = 0;
  readonly #paths: string[] = new Array(NESTED_MAX).fill('');
  readonly #causesBefore = new Float64Array(NESTED_MAX);
  readonly #beganNs = new Float64Array(NESTED_MAX);
  readonly #isSample = new Uint8Array(NESTED_MAX);
  readonly #slots = new Int32Array(NESTED_MAX);

  constructor(lane: Probed) {
    this.#lane = lane;
  }

  set taps(taps: readonly Tap[]) {
    this.#taps = taps;
  }

  get taps(): readonly Tap[] {
    return this.#taps;
  }

  /** Times of handlers are gathered from now on, or no longer. */
  set isSampling(isOn: boolean) {
    this.#isSampling = isOn;
    if (!isOn) this.#tallies.clear();
  }

  /** The tallies so far; they go on growing. */
  tallies(): ReadonlyMap<string, Tally> {
    return this.#tallies;
  }

  /**
   * A handler begins.
   *
   * @param inbox what the message was taken from last; null for a question, which is a call
   * @returns whether it is looked at; then `leave` must follow
   */
  enter(path: string, message: unknown, inbox: Mailbox | null): boolean {
    const isTracing = this.#taps.length > 0;
    const isSample = this.#isSampling && this.#isDue();
    const depth = this.#depth;
    if (!(isTracing || isSample) || depth === NESTED_MAX) return false;
    const lane = this.#lane;
    const nowNs = lane.clock.mono();
    this.#depth = depth + 1;
    this.#paths[depth] = path;
    this.#causesBefore[depth] = lane.cause;
    this.#beganNs[depth] = nowNs;
    this.#isSample[depth] = isSample ? 1 : 0;
    this.#slots[depth] = isTracing ? this.#note(path, message, inbox, nowNs) : NOT_TIMED;
    return true;
  }

  #note(path: string, message: unknown, inbox: Mailbox | null, nowNs: number): number {
    const lane = this.#lane;
    let cause = inbox === null ? lane.cause : inbox.takenCause;
    if (cause === 0) {
      this.events += 1;
      cause = this.events;
    }
    lane.cause = cause;
    const queuedNs = inbox?.takenQueuedNs ?? 0;
    const sender = inbox?.takenSender ?? '';
    const waitedNs = queuedNs === 0 ? 0 : Math.max(0, nowNs - queuedNs);
    return this.hops.begin({ cause, path, kind: kindOf(message), sender, atNs: nowNs, waitedNs });
  }

  /** The handler that was entered last has come to its end, or to its first `await`. */
  leave(outcome: HopOutcome): void {
    const depth = this.#depth - 1;
    this.#depth = depth;
    const lane = this.#lane;
    const tookNs = lane.clock.mono() - (this.#beganNs[depth] as number);
    const path = this.#paths[depth] as string;
    lane.cause = this.#causesBefore[depth] as number;
    if (this.#isSample[depth] === 1) this.#count(path, tookNs);
    const slot = this.#slots[depth] as number;
    if (slot === NOT_TIMED) return;
    const hop = this.hops.end(slot, tookNs, outcome);
    for (const tap of this.#taps) {
      if (tap.path === path && tap.take(hop)) this.hops.keep(hop.cause);
    }
  }

  #isDue(): boolean {
    this.#untilSample -= 1;
    if (this.#untilSample > 0) return false;
    // A linear congruential generator (Numerical Recipes, "quick and dirty") is chance enough.
    this.#chance = (Math.imul(this.#chance, 1_664_525) + 1_013_904_223) >>> 0;
    this.#untilSample = 1 + ((this.#chance >>> 8) % (2 * SAMPLE_EVERY - 1));
    return true;
  }

  #count(path: string, tookNs: number): void {
    let tally = this.#tallies.get(path);
    if (tally === undefined) {
      if (this.#tallies.size >= TALLIES_MAX) return;
      tally = { path, samples: 0, sumNs: 0, maxNs: 0 };
      this.#tallies.set(path, tally);
    }
    tally.samples += 1;
    tally.sumNs += tookNs;
    if (tookNs > tally.maxNs) tally.maxNs = tookNs;
  }
}
