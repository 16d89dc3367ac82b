import { type BackoffPolicy, backoffMs } from '../../core/backoff.ts';
import type { Clock, Timer, Timers } from '../../core/env.ts';
import { RateBudget, type RateLimits } from '../../core/rate-budget.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type {
  AnswerTo,
  ReferenceAnswers,
  ReferenceFault,
  ReferenceQuestion,
} from './reference-data.ts';
import type { SpawnThread, Thread, ThreadAnswer } from './thread.ts';

/** Questions that wait or are out; more are refused. */
export const QUESTIONS_MAX = 64;
/** Metadata changes rarely, and asking for it weighs most. */
const MARKETS_FRESH_MS = 3_600_000;
/** The first use imports and compiles the class, so a thread is given longer than a question. */
const RESTART: BackoffPolicy = {
  minMs: 500,
  maxMs: 60_000,
  jitterFraction: 0.5,
  resetAfterMs: 60_000,
};

export interface CcxtDeskOptions {
  readonly spawn: SpawnThread;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  /** How long an answer may take, from the question on, waiting included. */
  readonly timeoutMs: number;
  /** How often the venue may be asked: ccxt's own limiter does not see what others use. */
  readonly rate: RateLimits;
  /** Told of every end of the thread that was not asked for. */
  readonly crashed: (detail: string, againMs: number) => void;
}

interface Waiting {
  readonly id: number;
  readonly question: ReferenceQuestion;
  readonly askedNs: number;
  readonly done: (answer: Result<unknown, ReferenceFault>) => void;
  readonly deadline: Timer;
  isOut: boolean;
}

/**
 * The owner of the thread in which ccxt lives: what waits is bounded, every answer has a time-out,
 * and a thread that ends or hangs is replaced. Nothing runs before the first question.
 */
export class CcxtDesk {
  readonly #options: CcxtDeskOptions;
  readonly #budget: RateBudget;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Thread | null = null;
  #ids = 0;
  #restarts = 0;
  #startedNs = 0;
  #heardNs = 0;
  #again: Timer | null = null;
  #paced: Timer | null = null;
  #markets: { readonly value: ReferenceAnswers['markets']; readonly untilNs: number } | null = null;
  #isClosed = false;

  constructor(options: CcxtDeskOptions) {
    this.#options = options;
    this.#budget = new RateBudget(options.rate, options.clock.mono() / 1e6);
  }

  ask<Q extends ReferenceQuestion>(question: Q): Promise<Result<AnswerTo<Q>, ReferenceFault>> {
    const kept = this.#markets;
    if (question.kind === 'markets' && kept !== null && this.#nowNs() < kept.untilNs) {
      return Promise.resolve(ok(kept.value as AnswerTo<Q>));
    }
    if (this.#isClosed) return Promise.resolve(err({ kind: 'closed' }));
    const waiting = this.#waiting.size;
    if (waiting >= QUESTIONS_MAX) {
      return Promise.resolve(err({ kind: 'busy', waiting, most: QUESTIONS_MAX }));
    }
    return new Promise((resolve) => {
      const done = (answer: Result<unknown, ReferenceFault>): void =>
        resolve(answer as Result<AnswerTo<Q>, ReferenceFault>);
      this.#take(question, done);
    });
  }

  /** Forgets metadata, as when something differs that may be a rule which the venue has changed. */
  forgetMarkets(): void {
    this.#markets = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.cancel();
    this.#paced?.cancel();
    this.#thread?.stop();
    for (const id of [...this.#waiting.keys()]) this.#finish(id, err({ kind: 'closed' }));
  }

  /** What an inspector sees of it. */
  summary() {
    return {
      isRunning: this.#thread !== null,
      waiting: this.#waiting.size,
      restarts: this.#restarts,
    };
  }

  #take(question: ReferenceQuestion, done: Waiting['done']): void {
    const { timers, timeoutMs } = this.#options;
    this.#ids += 1;
    const id = this.#ids;
    const deadline = timers.after(timeoutMs, () => this.#onLate(id));
    const askedNs = this.#nowNs();
    this.#waiting.set(id, { id, question, askedNs, done, deadline, isOut: false });
    this.#flush();
  }

  /** Sends what waits, as far as the budget goes. */
  #flush(): void {
    if (this.#thread === null) this.#start();
    if (this.#thread === null) return;
    for (const waiting of this.#waiting.values()) {
      if (waiting.isOut) continue;
      const nowMs = this.#nowNs() / 1e6;
      if (!this.#budget.take(nowMs)) {
        this.#paced ??= this.#options.timers.after(Math.ceil(this.#budget.waitMs(nowMs)), () => {
          this.#paced = null;
          this.#flush();
        });
        return;
      }
      waiting.isOut = true;
      this.#thread.ask({ id: waiting.id, question: waiting.question });
    }
  }

  #start(): void {
    // While a thread that ended is waited out, questions wait too.
    if (this.#again !== null || this.#isClosed) return;
    this.#startedNs = this.#nowNs();
    this.#heardNs = Number.NEGATIVE_INFINITY;
    const thread = this.#options.spawn({
      answered: (answer) => {
        if (this.#thread === thread) this.#onAnswer(answer);
      },
      ended: (detail) => {
        if (this.#thread === thread) this.#onEnded(detail);
      },
    });
    this.#thread = thread;
  }

  #onAnswer(answer: ThreadAnswer): void {
    this.#heardNs = this.#nowNs();
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if ('fault' in answer) {
      this.#finish(answer.id, err({ kind: 'refused', ...answer.fault }));
      return;
    }
    if (waiting.question.kind === 'markets') {
      const value = answer.value as ReferenceAnswers['markets'];
      this.#markets = { value, untilNs: this.#nowNs() + MARKETS_FRESH_MS * 1e6 };
    }
    this.#finish(answer.id, ok(answer.value));
  }

  /** What was out may have been asked of the venue, so it is not asked again by itself. */
  #onEnded(detail: string): void {
    this.#thread = null;
    if (this.#isClosed) return;
    const { clock, timers, random, crashed } = this.#options;
    if ((clock.mono() - this.#startedNs) / 1e6 > RESTART.resetAfterMs) this.#restarts = 0;
    const againMs = Math.round(backoffMs(RESTART, this.#restarts, random));
    this.#restarts += 1;
    crashed(detail, againMs);
    for (const { id, isOut } of [...this.#waiting.values()]) {
      if (isOut) this.#finish(id, err({ kind: 'crashed', detail }));
    }
    this.#again = timers.after(againMs, () => {
      this.#again = null;
      if (this.#waiting.size > 0) this.#flush();
    });
  }

  /** A thread that has said nothing since the question left is taken to hang, and replaced. */
  #onLate(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#finish(id, err({ kind: 'timeout', ms: this.#options.timeoutMs }));
    if (waiting.isOut && this.#heardNs <= waiting.askedNs) this.#thread?.stop();
  }

  #finish(id: number, answer: Result<unknown, ReferenceFault>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.deadline.cancel();
    waiting.done(answer);
  }

  #nowNs(): number {
    return this.#options.clock.mono();
  }
}
