import type { WardVenue } from '../control/guard/wire.ts';
import type { Env } from '../core/env.ts';
import { err, type Result } from '../core/result.ts';
import type { Log } from '../ops/log.ts';
import type { Query, QueryFault } from '../venues/port.ts';
import { wholeAnswer } from '../venues/session/whole-answer.ts';
import { VenueClock } from '../venues/venue-clock.ts';
import type { CancelDoor } from './cancel-doors.ts';

/** How often the venue is asked for its time, which also keeps a connection open to it. */
const PROBE_MS = 5_000;
/** Handles of what was found open, beside those that are always cancelled. */
const HANDLES_MAX = 1_024;

/** What the guard may do at one venue: cancel everything, and ask what is open. */
export class Canceller {
  readonly name: string;
  readonly #env: Env;
  readonly #log: Log;
  readonly #door: CancelDoor;
  readonly #clock: VenueClock;
  readonly #handles: Set<string>;
  #probedNs = Number.NEGATIVE_INFINITY;

  constructor(env: Env, { name }: Pick<WardVenue, 'name'>, door: CancelDoor, log: Log) {
    this.name = name;
    this.#env = env;
    this.#log = log;
    this.#door = door;
    this.#clock = new VenueClock(env.clock);
    this.#handles = new Set(door.known);
  }

  /** Asks for the venue's time if it was not asked for some while. */
  probeIfDue(): void {
    const nowNs = this.#env.clock.mono();
    if (nowNs - this.#probedNs > PROBE_MS * 1e6) void this.#probe();
  }

  /**
   * Cancels what is known at once, then asks what is open anywhere. What is found beside it is
   * cancelled in the next round.
   *
   * @returns how many orders are open, null when that is not known for certain
   */
  async sweep(): Promise<number | null> {
    const cancelled = await Promise.all([...this.#handles].map((handle) => this.#cancel(handle)));
    const open = await this.#ask((nowMs) => this.#door.open(nowMs));
    const fault = [...cancelled, open].find((each) => !each.ok);
    const gone = cancelled.reduce((sum, each) => sum + (each.ok ? each.value : 0), 0);
    if (!open.ok || fault !== undefined) {
      this.#log('error', 'guard', 'not-swept', { venue: this.name, gone, fault });
      return null;
    }
    if (!this.#door.keepsFound) this.#forgetFound();
    for (const handle of open.value) {
      if (this.#handles.size < HANDLES_MAX) this.#handles.add(handle);
    }
    this.#log('warn', 'guard', 'swept', { venue: this.name, gone, open: open.value.length });
    return open.value.length;
  }

  #forgetFound(): void {
    this.#handles.clear();
    for (const handle of this.#door.known) this.#handles.add(handle);
  }

  #cancel(handle: string): Promise<Result<number, QueryFault>> {
    return this.#ask((nowMs) => this.#door.cancel(handle, nowMs));
  }

  /** Once more, with the venue's time asked anew, when the venue takes ours for wrong. */
  async #ask<T>(query: (nowMs: number) => Query<T>): Promise<Result<T, QueryFault>> {
    const answer = await this.#send(query(this.#clock.nowMs()));
    const isClockWrong =
      !answer.ok &&
      answer.error.kind === 'refused' &&
      answer.error.code === this.#door.clockRefusedCode;
    if (!isClockWrong) return answer;
    this.#clock.doubt();
    await this.#probe();
    return this.#send(query(this.#clock.nowMs()));
  }

  async #probe(): Promise<void> {
    const sentNs = this.#env.clock.mono();
    this.#probedNs = sentNs;
    const answer = await this.#send(this.#door.serverTime());
    if (answer.ok) this.#clock.onProbe(answer.value, sentNs, this.#env.clock.mono());
  }

  #send<T>(query: Query<T>): Promise<Result<T, QueryFault>> {
    const endless = (detail: string): QueryFault => ({ kind: 'no-answer', detail });
    return wholeAnswer(query, (each) => this.#sendOnce(each), endless);
  }

  #sendOnce<T>({ request, decode }: Query<T>): Promise<Result<T, QueryFault>> {
    return new Promise((resolve) => {
      try {
        this.#env.net.http(request, (outcome) => resolve(decode(outcome)));
      } catch (thrown) {
        resolve(err({ kind: 'no-answer', detail: String(thrown) }));
      }
    });
  }
}
