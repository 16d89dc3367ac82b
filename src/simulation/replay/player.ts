import type { Clock, Timer, Timers } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import { type RecordedFrame, RecordingFault } from '../recording.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** Frames and bytes that are read ahead of the clock, whichever comes first. */
const AHEAD_FRAMES_MAX = 4_096;
const AHEAD_BYTES_MAX = 8 * 1024 * 1024;

export interface PlayerOptions {
  readonly path: string;
  readonly frames: AsyncIterator<RecordedFrame>;
  /** The venue's clock less the collector's, in milliseconds. */
  readonly offsetMs: number;
  /** Shows the venue's time, at whatever pace. */
  readonly clock: Clock;
  readonly timers: Timers;
  /** Plays one frame. @returns why it cannot be played; null when it was */
  readonly play: (frame: Uint8Array) => string | null;
}

/** What was played, and the most by which a frame came late, in milliseconds of the venue. */
export interface PlayedCounts {
  frames: number;
  lateMsMax: number;
}

/**
 * Plays the frames of a recording when the venue's clock comes to them, in their order: the time of
 * a frame is the collector's stamp, corrected, and never before that of the frame ahead of it. The
 * file is read ahead without regard to the clock. Each frame is a task of its own, so how far the
 * reading has come decides neither when a frame is played nor what else happens at that time.
 */
export class Player {
  readonly counts: PlayedCounts = { frames: 0, lateMsMax: 0 };
  /** How it ended: at the end of the file, by `stop`, or at a line that cannot be played. */
  readonly ended: Promise<Result<PlayedCounts, RecordingFault>>;
  readonly #options: PlayerOptions;
  readonly #settle: (outcome: Result<PlayedCounts, RecordingFault>) => void;
  /** Frames that were read and not played; those before `#at` are gone. */
  #ahead: RecordedFrame[] = [];
  #at = 0;
  #aheadBytes = 0;
  #reading: Promise<void> | null = null;
  #isRead = false;
  #fault: RecordingFault | null = null;
  #timer: Timer | null = null;
  #isStarted = false;
  #isOver = false;
  /** Monotonic clock when the venue's clock shows 0, in milliseconds. */
  #originMs = 0;
  #lastMs = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    let settle: (outcome: Result<PlayedCounts, RecordingFault>) => void = () => {};
    this.ended = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
  }

  /** Why it ended before the end of the file; null when it did not. */
  get fault(): RecordingFault | null {
    return this.#isOver ? this.#fault : null;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next frame has not been read: whoever moves the clock awaits `readAhead` first. */
  get isHungry(): boolean {
    return this.#isStarted && !this.#isOver && this.#timer === null;
  }

  /** Begins. Frames that the clock has passed already are played at once. */
  start(): void {
    assert(!this.#isStarted, 'a recording is played once');
    this.#isStarted = true;
    const { clock } = this.#options;
    this.#originMs = clock.mono() / 1e6 - clock.now();
    void this.readAhead();
  }

  /** Ends the playing; nothing is played afterwards. */
  stop(): void {
    this.#end(ok(this.counts));
  }

  /** Reads until enough is there, and then goes on playing. */
  readAhead(): Promise<void> {
    this.#reading ??= this.#read().then(() => {
      this.#reading = null;
      this.#arm();
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#isRead && !this.#isOver && this.#hasRoom) {
      try {
        const next = await this.#options.frames.next();
        if (next.done === true) this.#isRead = true;
        else this.#take(next.value);
      } catch (thrown) {
        if (!(thrown instanceof RecordingFault)) throw thrown;
        this.#fault = thrown;
        this.#isRead = true;
      }
    }
  }

  get #hasRoom(): boolean {
    return this.#left < AHEAD_FRAMES_MAX && this.#aheadBytes < AHEAD_BYTES_MAX;
  }

  get #left(): number {
    return this.#ahead.length - this.#at;
  }

  #take(frame: RecordedFrame): void {
    this.#ahead.push(frame);
    this.#aheadBytes += frame.frame.length;
  }

  /** Waits for the time of the next frame, if it is known. */
  #arm(): void {
    if (this.#timer !== null || this.#isOver || !this.#isStarted) return;
    const next = this.#ahead[this.#at];
    if (next === undefined) {
      if (this.#isRead) this.#end(this.#fault === null ? ok(this.counts) : err(this.#fault));
      else void this.readAhead();
      return;
    }
    const { clock, timers, offsetMs } = this.#options;
    const dueMs = Math.max(this.#lastMs, next.localNs / 1e6 + offsetMs);
    this.#lastMs = dueMs;
    const waitMs = dueMs + this.#originMs - clock.mono() / 1e6;
    if (waitMs > 0) {
      this.#timer = timers.after(waitMs, () => this.#play(next));
      return;
    }
    this.counts.lateMsMax = Math.max(this.counts.lateMsMax, -waitMs);
    // A turn cannot be taken back; a player that was stopped meanwhile plays nothing.
    this.#timer = { cancel: () => {} };
    timers.turn(() => this.#play(next));
  }

  #play({ frame, line }: RecordedFrame): void {
    if (this.#isOver) return;
    this.#timer = null;
    this.#drop(frame.length);
    const reason = this.#options.play(frame);
    if (reason !== null) {
      this.#fault = new RecordingFault(`${this.#options.path}:${line}: ${reason}`);
      this.#end(err(this.#fault));
      return;
    }
    this.counts.frames += 1;
    if (!this.#isRead && this.#left < AHEAD_FRAMES_MAX / 2) void this.readAhead();
    this.#arm();
  }

  #drop(bytes: number): void {
    this.#aheadBytes -= bytes;
    this.#at += 1;
    if (this.#at < AHEAD_FRAMES_MAX) return;
    this.#ahead = this.#ahead.slice(this.#at);
    this.#at = 0;
  }

  #end(outcome: Result<PlayedCounts, RecordingFault>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#ahead = [];
    this.#settle(outcome);
    void this.#options.frames.return?.();
  }
}

/**
 * Lets virtual time run until a recording is over. The file is read while time stands still, so a
 * run is the same however fast the disk is.
 */
export async function playThrough(time: VirtualTime, player: Player): Promise<void> {
  while (!player.isOver) {
    if (player.isHungry) await player.readAhead();
    else assert(time.runNext(), 'a recording that is not over has a frame to come');
  }
}
