import type { HttpRequest } from '../../core/env.ts';
import { amountText, type Instrument } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Standing } from '../../market/market-stood.ts';
import type { HttpOutcome } from '../port.ts';

/** Rules are asked for so often while nothing speaks for a change. */
export const RULES_EVERY_MS = 60_000;
/** How far the time between two questions strays, as a fraction. */
const JITTER = 0.1;
/** The same after a question that was not answered. */
const RULES_AGAIN_MS = 10_000;
/** Longer than any question takes, so that one whose answer got lost keeps nobody from asking. */
const LOST_AFTER_MS = 15_000;
/** Orders that are refused have the venue asked at once: three times, then each twenty seconds. */
const DOUBTS = { ratePerSecond: 1 / 20, burst: 3 };

/** What a venue says of one market when it is asked. */
export interface MarketSaid {
  /** Empty while it trades, else why nobody can. */
  readonly halt: string;
  /** Its rules, or what of them makes no sense. */
  readonly rules: Result<Instrument, string>;
}

/** How the rules of some markets are asked for where no frame tells of a change. */
export interface RulesQuestion {
  /** Made anew whenever it is read. */
  readonly request: HttpRequest;
  /** In the order of the markets; a sentence where the question was not answered. */
  readonly read: (outcome: HttpOutcome) => Result<readonly MarketSaid[], string>;
  /** Whether this is how the venue refuses an order that its rules of now forbid. */
  readonly isRefusal: (code: number, reason: string) => boolean;
}

interface Stand {
  readonly standing: Standing;
  readonly detail: string;
}

const TRADING: Stand = { standing: 'trading', detail: '' };

/**
 * How the markets of a venue stand, by what it says when it is asked: a market that is halted, or
 * whose rules are not those that the desk was opened with, is not to be priced from until the venue
 * takes it back. It outlives the actors that ask, so that a crash forgets no halt.
 *
 * A change is known after {@link RULES_EVERY_MS}, a tenth more and the time-out of the question at
 * the latest while the venue answers, and at once where an order is refused for it.
 */
export class MarketRules {
  readonly #instruments: readonly Instrument[];
  readonly #question: RulesQuestion;
  /** By the index of the instrument. */
  readonly #stands: Stand[] = [];
  #doubts: RateBudget | null = null;
  #isDoubted = false;
  /** Monotonic; NaN before the first look. */
  #dueMs = Number.NaN;

  constructor(instruments: readonly Instrument[], question: RulesQuestion) {
    this.#instruments = instruments;
    this.#question = question;
    for (const { index } of instruments) this.#stands[index] = TRADING;
  }

  /** @throws for an instrument of another venue */
  standOf({ index }: Instrument): Stand {
    return this.#stands[index] as Stand;
  }

  isTrading({ index }: Instrument): boolean {
    return this.#stands[index] === TRADING;
  }

  /** An order was refused: if for rules, the venue is asked what they are now. */
  onRefusal({ code, reason }: { readonly code: number; readonly reason: string }): void {
    if (this.#question.isRefusal(code, reason)) this.doubt();
  }

  /** Something speaks for a change. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** What to ask, where it is due. Whoever takes it asks, and hands in the outcome. */
  wants(nowMs: number, random: Rng): HttpRequest | null {
    this.#doubts ??= new RateBudget(DOUBTS, nowMs);
    if (Number.isNaN(this.#dueMs)) this.#dueMs = nowMs + strayed(RULES_EVERY_MS, random);
    const isDue = nowMs >= this.#dueMs;
    if (!isDue && !(this.#isDoubted && this.#doubts.take(nowMs))) return null;
    this.#isDoubted = false;
    this.#dueMs = nowMs + LOST_AFTER_MS;
    return this.#question.request;
  }

  /** @returns why nothing is known by it, or null */
  onAnswer(outcome: HttpOutcome, nowMs: number, random: Rng): string | null {
    const said = this.#question.read(outcome);
    this.#dueMs = nowMs + strayed(said.ok ? RULES_EVERY_MS : RULES_AGAIN_MS, random);
    if (!said.ok) return said.error;
    for (const [at, instrument] of this.#instruments.entries()) {
      this.#stands[instrument.index] = standBy(instrument, said.value[at] as MarketSaid);
    }
    return null;
  }
}

function strayed(ms: number, random: Rng): number {
  return ms * (1 + JITTER * (2 * random.next() - 1));
}

function standBy(ours: Instrument, { halt, rules }: MarketSaid): Stand {
  if (halt !== '') return { standing: 'halted', detail: halt };
  const detail = rules.ok ? changeOf(ours, rules.value) : rules.error;
  return detail === '' ? TRADING : { standing: 'rules-changed', detail };
}

/**
 * What makes orders of our rules wrong by those of now, or fills off our grid: one at a finer price
 * could not be booked. What only bounds an order from above is not among it: venues move that with
 * the market, and refuse the order.
 */
export function changeOf(ours: Instrument, now: Instrument): string {
  if (ours.tickSteps !== now.tickSteps || ours.priceDecimals !== now.priceDecimals) {
    return `tick: ours is ${ours.tickSize}, the venue's is ${now.tickSize}`;
  }
  if (ours.lotSteps !== now.lotSteps || ours.quantityDecimals !== now.quantityDecimals) {
    return `lot: ours is ${ours.lotSize}, the venue's is ${now.lotSize}`;
  }
  if (now.lotsMin > ours.lotsMin) {
    return `smallest quantity: ours is ${ours.lotsMin} lots, the venue's is ${now.lotsMin}`;
  }
  if (now.notionalMin > ours.notionalMin) {
    const [least, most] = [amountText(ours.notionalMin), amountText(now.notionalMin)];
    return `smallest notional: ours is ${least}, the venue's is ${most}`;
  }
  return '';
}
