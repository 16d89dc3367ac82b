import type { Clock } from '../../../src/core/env.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { kindOf } from '../ref.ts';
import { HopLog, type HopOutcome } from './hop-log.ts';
import type { Tap } from './tap.ts';

/** What the probe needs of the lane: who it belongs to can take it away in the middle of a turn. */
export interface Probed {
  readonly clock: Clock;
  readonly queue: { readonly nowNs: number };
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
export const SAMPLE_EVERY = 16;
/** Actors that are tallied; further ones are not. */
export const TALLIES_MAX = 4_096;
/** Handlers that call each other while they are on the stack; deeper ones are not looked at. */
const NESTED_MAX = 64;
const NO_HOP = -1;
/** The cause of messages of an event that nobody follows. */
const NOT_FOLLOWED = -1;

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
  /** When the last handler was left. */
  #leftNs = 0;
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
    this.#depth = depth + 1;
    this.#paths[depth] = path;
    this.#causesBefore[depth] = lane.cause;
    this.#isSample[depth] = isSample ? 1 : 0;
    this.#slots[depth] = NO_HOP;
    if (isTracing) lane.cause = this.#causeOf(inbox);
    const isFollowed = isTracing && lane.cause !== NOT_FOLLOWED;
    if (!isFollowed && !isSample) return true;
    const nowNs = this.#now(inbox === null || isSample);
    this.#beganNs[depth] = nowNs;
    if (isFollowed) this.#slots[depth] = this.#note(path, message, inbox, nowNs);
    return true;
  }

  /**
   * The event that a message belongs to. One that begins is followed only while a tap may still
   * take a record: to follow costs several times what most messages cost, and what no tap may
   * take is not worth that.
   */
  #causeOf(inbox: Mailbox | null): number {
    const known = inbox === null ? this.#lane.cause : inbox.takenCause;
    if (known !== 0) return known;
    const { nowNs } = this.#lane.queue;
    for (const tap of this.#taps) {
      if (!tap.mayTake(nowNs)) continue;
      this.events += 1;
      return this.events;
    }
    return NOT_FOLLOWED;
  }

  /**
   * A read of the clock costs as much as a message. The end of one handler is the beginning of the
   * next, and the lane has just read the clock when it begins to work; a question comes in the
   * middle of a handler, and a sample is to be exact.
   */
  #now(isExact: boolean): number {
    const { clock, queue } = this.#lane;
    return isExact ? clock.mono() : Math.max(this.#leftNs, queue.nowNs);
  }

  #note(path: string, message: unknown, inbox: Mailbox | null, nowNs: number): number {
    const queuedNs = inbox?.takenQueuedNs ?? 0;
    const sender = inbox?.takenSender ?? '';
    const waitedNs = queuedNs === 0 ? 0 : Math.max(0, nowNs - queuedNs);
    return this.hops.begin(this.#lane.cause, path, kindOf(message), sender, nowNs, waitedNs);
  }

  /** The handler that was entered last has come to its end, or to its first `await`. */
  leave(outcome: HopOutcome): void {
    const depth = this.#depth - 1;
    this.#depth = depth;
    const path = this.#paths[depth] as string;
    const slot = this.#slots[depth] as number;
    const isSample = this.#isSample[depth] === 1;
    this.#lane.cause = this.#causesBefore[depth] as number;
    if (slot === NO_HOP && !isSample) {
      for (const tap of this.#taps) if (tap.path === path) tap.skipped += 1;
      return;
    }
    this.#leftNs = this.#lane.clock.mono();
    const tookNs = this.#leftNs - (this.#beganNs[depth] as number);
    if (isSample) this.#count(path, tookNs);
    if (slot === NO_HOP) return;
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
