import { Lane } from '../../../actors/runtime/lane.ts';
import type { Env } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { DeskMetrics } from '../../ops/desk-metrics.ts';
import { EventEncoder } from '../../storage/journal/codec.ts';
import type { Venue } from '../../venues/port.ts';
import { tickPath } from './tick-path.ts';
import { WarmVenue } from './warm-venue.ts';

/** Frames of each round before the desk opens: enough for the compiler to have settled. */
const FRAMES_FIRST = 4_000;
/**
 * Rounds, each on a lane of its own: code that was compiled for the first instance of a class is
 * thrown away when a second one of another shape comes along, and the desk's own is one more.
 */
const ROUNDS = 3;
/** Frames in one piece while opening, so that the event loop is not blocked for long. */
const FRAMES_AT_ONCE = 500;
/** Pause between two frames while the desk runs. */
const EVERY_MS = 1;

/**
 * Keeps the way from tick to order hot. A processor that has slept for some milliseconds runs the
 * same code many times slower (measured on 2 cores of a shared machine: a frame decodes in 0.5 µs
 * in a loop, in 18 µs after 20 ms of idling), so between real frames made-up ones travel the same
 * code on a lane of their own, with their own gate, venue and books. Nothing of it reaches the
 * desk, its journal or a real venue.
 */
export class WarmLane {
  readonly #env: Env;
  readonly #venue: Venue;
  readonly #instrument: Instrument;
  #path: WarmPath | null = null;
  #isEnded = false;

  constructor(env: Env, venue: Venue, instrument: Instrument) {
    this.#env = env;
    this.#venue = venue;
    this.#instrument = instrument;
  }

  /**
   * Runs until the compiler has settled, then goes on beside the desk until `end`.
   *
   * @param rehearse shows the compiler what is to come, before the last rounds
   */
  async start(rehearse: () => Promise<void>): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.#path?.lane.stopAll(0);
      if (round === 1) await rehearse();
      this.#path = new WarmPath(this.#env, this.#venue, this.#instrument, round);
      await this.#path.run(FRAMES_FIRST);
    }
    this.#keepWarm();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#path?.lane.stopAll(0);
  }

  #keepWarm(): void {
    if (this.#isEnded) return;
    this.#path?.venue.tick();
    this.#env.timers.after(EVERY_MS, () => this.#keepWarm());
  }
}

/** One lane with the way from tick to order, and the venue that drives it. */
class WarmPath {
  readonly lane: Lane;
  readonly venue: WarmVenue;
  readonly #env: Env;
  readonly #tree: ReturnType<typeof tickPath>;

  constructor(env: Env, venue: Venue, instrument: Instrument, round: number) {
    this.#env = env;
    this.lane = new Lane({ ...env, name: `warm-${env.clock.mono()}-${round}` });
    this.venue = new WarmVenue(instrument);
    const encoder = new EventEncoder();
    this.#tree = tickPath({
      venue,
      instrument,
      net: this.venue,
      timers: env.timers,
      metrics: new DeskMetrics(),
      journal(event) {
        const length = encoder.encode(event, 1, env.clock.mono(), env.clock.now());
        assert(length > 0, 'an event has bytes');
      },
    });
  }

  async run(frames: number): Promise<void> {
    await this.lane.spawn(this.#tree, 'root');
    this.venue.open();
    for (let sent = 0; sent < frames; sent += FRAMES_AT_ONCE) {
      for (let frame = 0; frame < FRAMES_AT_ONCE; frame += 1) this.venue.tick();
      await new Promise<void>((resolve) => this.#env.timers.turn(resolve));
    }
  }
}
