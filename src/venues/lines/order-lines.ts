import type { HttpReply, HttpRequest, NetFault, Timer, Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Dial } from './dial.ts';
import { HttpLine, type LineEnd } from './http-line.ts';
import { requestText } from './request-text.ts';

/** Connections to one venue. */
export const LINES_MAX = 8;
/** So many of them are left to cancellations and questions, which may not wait behind orders. */
export const LINES_KEPT_FREE = 2;
/** Requests that may wait for a line. */
export const WAITING_MAX = 256;
/** An idle line of this many bytes takes an order whole: no system has a smaller send buffer. */
export const REQUEST_BYTES_MAX = 8 * 1024;
const TICK_MS = 1_000;
/** An idle line is made anew after this: what lies between forgets connections silently. */
const IDLE_MS_MAX = 30_000;
/** A line is given up so long before the venue would do it, perhaps under an order. */
const IDLE_MARGIN_MS = 1_500;
/** Longest time between two tries while the venue takes no connection. */
const PAUSE_TICKS_MAX = 16;

type Done = (outcome: Result<HttpReply, NetFault>) => void;

/** A request with its time limit. */
interface Errand {
  readonly text: string;
  readonly where: string;
  readonly timeoutMs: number;
  readonly done: Done;
  isDone: boolean;
  deadline: Timer | null;
  line: HttpLine | null;
}

/**
 * The connections to one venue that are kept for orders (decision 0034). They are opened before
 * they are needed. An order leaves in the call that brings it or not at all; what may wait does so
 * in order, and goes before any order once a line is free.
 */
export class OrderLines {
  readonly #dial: Dial;
  readonly #timers: Timers;
  readonly #lines = new Set<HttpLine>();
  /** The one that was used last comes last, and is used next: it is the least likely to be dead. */
  readonly #free: HttpLine[] = [];
  readonly #waiting: Errand[] = [];
  #tick: Timer;
  #failures = 0;
  #pauseTicks = 0;
  #isClosed = false;

  constructor(dial: Dial, timers: Timers) {
    this.#dial = dial;
    this.#timers = timers;
    this.#tick = timers.after(TICK_MS, () => this.#onTick());
    this.#fill();
  }

  /** `done` has been called with `refused` when this returns, or the bytes are with the system. */
  sendAtOnce(request: HttpRequest, done: Done): void {
    const text = requestText(request);
    const errand = errandOf(request, text, done);
    const free = this.#free.filter((line) => line.isFree).length;
    if (text.length > REQUEST_BYTES_MAX) {
      this.#refuse(errand, `an order of more than ${REQUEST_BYTES_MAX} bytes`);
    } else if (free <= LINES_KEPT_FREE) {
      this.#refuse(errand, `no free line: ${free} of ${this.#lines.size} are free`);
    } else {
      this.#start(errand);
      this.#give(errand, this.#takeFree() as HttpLine);
    }
  }

  /** Sends it on the first line that is free, within its time-out or not at all. */
  sendWhenFree(request: HttpRequest, done: Done): void {
    const errand = errandOf(request, requestText(request), done);
    const line = this.#takeFree();
    if (line !== undefined) {
      this.#start(errand);
      this.#give(errand, line);
    } else if (this.#isClosed) {
      this.#refuse(errand, 'the lines are closed');
    } else if (this.#waiting.length >= WAITING_MAX) {
      this.#refuse(errand, `${WAITING_MAX} requests are waiting already`);
    } else {
      this.#start(errand);
      this.#waiting.push(errand);
      // Who waits is reason enough to try, however often it has failed.
      if (this.#lines.size === 0) this.#open();
    }
  }

  /** Breaks what is under way and refuses what waits. */
  close(): void {
    this.#isClosed = true;
    this.#tick.cancel();
    for (const line of [...this.#lines]) line.close('closed by us');
  }

  #start(errand: Errand): void {
    errand.deadline = this.#timers.after(errand.timeoutMs, () => this.#onOverdue(errand));
  }

  #give(errand: Errand, line: HttpLine): void {
    errand.line = line;
    line.send(errand.text, (end) => finish(errand, end));
  }

  #refuse(errand: Errand, detail: string): void {
    finish(errand, { kind: 'refused', detail });
  }

  #onOverdue(errand: Errand): void {
    const { line, timeoutMs } = errand;
    if (line === null) {
      this.#waiting.splice(this.#waiting.indexOf(errand), 1);
      this.#refuse(errand, `no free line within ${timeoutMs} ms`);
      return;
    }
    finish(errand, { kind: 'timeout', detail: `no reply within ${timeoutMs} ms` });
    line.close('an answer is overdue');
  }

  /** Some of them may have died since: those are about to say so. */
  #takeFree(): HttpLine | undefined {
    for (;;) {
      const line = this.#free.pop();
      if (line === undefined || line.isFree) return line;
    }
  }

  #onFree(line: HttpLine): void {
    const isNew = !line.hasAnswered;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(line);
    else this.#give(next, line);
    if (!isNew) return;
    this.#failures = 0;
    this.#fill();
  }

  #onClosed(line: HttpLine, why: string, hadOpened: boolean): void {
    this.#lines.delete(line);
    const at = this.#free.indexOf(line);
    if (at >= 0) this.#free.splice(at, 1);
    // Lines that fail together have failed once.
    if (!hadOpened && this.#pauseTicks === 0) {
      this.#pauseTicks = Math.min(2 ** this.#failures, PAUSE_TICKS_MAX);
      this.#failures += 1;
    }
    // One that brought an answer is replaced at once: whoever answers is no reason to wait.
    if (line.hasAnswered && !this.#isClosed) this.#open();
    if (this.#lines.size > 0) return;
    for (const errand of this.#waiting.splice(0)) this.#refuse(errand, `no connection: ${why}`);
  }

  #onTick(): void {
    this.#tick = this.#timers.after(TICK_MS, () => this.#onTick());
    for (const line of this.#free) line.idleTicks += 1;
    // One at a time, so that the others are there meanwhile.
    this.#free.find(isStale)?.close('idle for too long');
    this.#pauseTicks = Math.max(0, this.#pauseTicks - 1);
    if (this.#pauseTicks === 0) this.#fill();
  }

  /** While nothing can be opened, one line tries for all. */
  #fill(): void {
    const wanted = this.#failures > 0 ? 1 : LINES_MAX;
    while (this.#lines.size < wanted && !this.#isClosed) this.#open();
  }

  #open(): void {
    const line = new HttpLine({
      dial: this.#dial,
      timers: this.#timers,
      free: (opened) => this.#onFree(opened),
      closed: (gone, why, hadOpened) => this.#onClosed(gone, why, hadOpened),
    });
    this.#lines.add(line);
  }
}

function errandOf({ url, timeoutMs }: HttpRequest, text: string, done: Done): Errand {
  const { origin, pathname } = new URL(url);
  return {
    text,
    where: `${origin}${pathname}`,
    timeoutMs,
    done,
    isDone: false,
    deadline: null,
    line: null,
  };
}

/** The first end counts: a line that is closed for a time-out also says that it broke. */
function finish(errand: Errand, end: LineEnd): void {
  if (errand.isDone) return;
  errand.isDone = true;
  errand.deadline?.cancel();
  if (end.kind === 'reply') errand.done(ok(end.reply));
  else errand.done(err({ kind: end.kind, url: errand.where, detail: end.detail }));
}

function isStale({ idleTicks, idleMs }: HttpLine): boolean {
  const limitMs = idleMs === null ? IDLE_MS_MAX : Math.min(IDLE_MS_MAX, idleMs - IDLE_MARGIN_MS);
  return idleTicks * TICK_MS >= Math.max(TICK_MS, limitMs);
}
