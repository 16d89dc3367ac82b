import type { Clock } from '../../core/env.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { Query } from '../port.ts';
import type { FactSource, FactTopic } from './fact-source.ts';
import type { FactsSettings } from './settings.ts';

/** The first questions of a start are spread over so much time. */
const SPREAD_MS = 10_000;
/** How far the time between two questions strays from what was asked for, as a fraction. */
const JITTER = 0.1;
/** A question that fails is asked less often: each failure in a row doubles its time, so far. */
const SLOWER_MAX = 8;
/** Of what went wrong, so much is shown. */
const FAULT_CHARACTERS = 200;

export interface FactPollerOptions {
  readonly venue: string;
  readonly sources: readonly FactSource[];
  readonly settings: FactsSettings;
  readonly clock: Clock;
  readonly random: Rng;
  readonly venueMs: () => number;
  readonly ask: (
    query: Query<readonly MarketFact[]>,
  ) => Promise<Result<readonly MarketFact[], string>>;
  /** Wraps a callback so that it does nothing once the actor behind it is gone. */
  readonly fenced: <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void;
  readonly told: (fact: MarketFact) => void;
}

/** One question as people see it. */
export interface SourceRow {
  readonly venue: string;
  readonly topic: FactTopic;
  readonly subject: string;
  readonly asked: number;
  readonly failed: number;
  /** Empty when the last answer was good, or none was waited for yet. */
  readonly fault: string;
}

interface Planned {
  readonly source: FactSource;
  readonly everyMs: number;
  dueMs: number;
  asked: number;
  failed: number;
  failedInARow: number;
  fault: string;
}

/**
 * Asks one venue what is rare, one question at a time and each as often as the configuration says,
 * within a share of the venue's limits. What fails is asked less often until it is answered again.
 */
export class FactPoller {
  readonly #options: FactPollerOptions;
  readonly #planned: readonly Planned[];
  readonly #budget: RateBudget;
  #isOut = false;

  constructor(options: FactPollerOptions) {
    const { sources, settings, clock, random } = options;
    const nowMs = clock.mono() / 1e6;
    this.#options = options;
    const perMinute = settings.requestsPerMinute;
    const burst = Math.max(...sources.map(({ requests = 1 }) => requests), 1);
    this.#budget = new RateBudget({ ratePerSecond: perMinute / 60, burst }, nowMs);
    this.#planned = sources.flatMap((source) => {
      const everySeconds = settings.everySeconds[source.topic];
      if (everySeconds === undefined) return [];
      const everyMs = everySeconds * 1_000;
      const dueMs = nowMs + random.next() * Math.min(everyMs, SPREAD_MS);
      const plan = { source, everyMs, dueMs, asked: 0, failed: 0, failedInARow: 0, fault: '' };
      return [plan];
    });
  }

  /** Asks what has been due for longest, if anything is and nothing is out. */
  tick(): void {
    if (this.#isOut) return;
    const nowMs = this.#options.clock.mono() / 1e6;
    let next: Planned | null = null;
    for (const plan of this.#planned) {
      if (plan.dueMs <= nowMs && (next === null || plan.dueMs < next.dueMs)) next = plan;
    }
    if (next === null || !this.#budget.take(nowMs, next.source.requests ?? 1)) return;
    this.#ask(next);
  }

  rows(): readonly SourceRow[] {
    const { venue } = this.#options;
    return this.#planned.map(({ source: { topic, subject }, asked, failed, fault }) => {
      return { venue, topic, subject, asked, failed, fault };
    });
  }

  #ask(plan: Planned): void {
    const { ask, fenced, venueMs } = this.#options;
    this.#isOut = true;
    plan.asked += 1;
    const answered = fenced((answer: Result<readonly MarketFact[], string>) => {
      this.#onAnswer(plan, answer);
    });
    const broken = fenced((thrown: unknown) => {
      throw thrown;
    });
    ask(plan.source.query(venueMs())).then(answered, broken);
  }

  #onAnswer(plan: Planned, answer: Result<readonly MarketFact[], string>): void {
    const { clock, random, told } = this.#options;
    this.#isOut = false;
    plan.failedInARow = answer.ok ? 0 : plan.failedInARow + 1;
    plan.fault = answer.ok ? '' : answer.error.slice(0, FAULT_CHARACTERS);
    if (!answer.ok) plan.failed += 1;
    const slower = Math.min(2 ** plan.failedInARow, SLOWER_MAX);
    const strays = 1 + JITTER * (2 * random.next() - 1);
    plan.dueMs = clock.mono() / 1e6 + plan.everyMs * slower * strays;
    if (!answer.ok) return;
    for (const fact of answer.value) told(fact);
  }
}
