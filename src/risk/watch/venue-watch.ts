import type { SafetyScope } from '../../control/safety-cause.ts';
import { verdict } from '../controls/control.ts';
import { clockOffset } from '../controls/market.ts';
import { apiErrors, reconciliationDifference, throttled } from '../controls/orders-and-venue.ts';
import { ApiErrors, type CallOutcome } from '../panic/api-errors.ts';
import { Occurrences } from './occurrences.ts';
import type { WatchPort } from './watch-port.ts';

/** What a venue actor tells of its venue, by the venue's index. Frozen. */
export type VenueNews =
  | {
      readonly kind: 'api-answered';
      readonly venue: number;
      readonly outcome: CallOutcome;
      /** A 418: the venue has banned this address. */
      readonly isBan: boolean;
      /** How long the venue wants nothing more; 0 = no such wish. */
      readonly retryAfterMs: number;
    }
  /** The venue's clock against our wall clock. */
  | {
      readonly kind: 'clock-measured';
      readonly venue: number;
      readonly offsetMs: number;
      /** How wrong that may be: half of a round trip to the venue. */
      readonly errorMs: number;
    }
  | {
      readonly kind: 'balances-differed';
      readonly venue: number;
      readonly differences: readonly { readonly asset: string; readonly units: number }[];
    };

/** Replies 429 that are remembered; more than any limit on their count. */
const THROTTLES_MAX = 128;

/** C16, C25, C28 and C29: what a venue says about itself. */
export class VenueWatch {
  readonly #port: WatchPort;
  readonly #venues: readonly VenueState[];
  readonly #errors: ApiErrors;
  /** What a difference comes to: lots of the coarsest market of the asset, and of the equity. */
  readonly #sizeOf: (venue: number, asset: string, units: number) => Difference;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(
    port: WatchPort,
    venues: number,
    sizeOf: (venue: number, asset: string, units: number) => Difference,
  ) {
    this.#port = port;
    this.#errors = new ApiErrors(venues);
    this.#sizeOf = sizeOf;
    this.#venues = Array.from({ length: venues }, (_, venue) => ({
      scope: { kind: 'venue', venue },
      throttles: new Occurrences(THROTTLES_MAX),
      quietUntilMs: Number.NEGATIVE_INFINITY,
      offsetMs: 0,
      differedMs: Number.NEGATIVE_INFINITY,
    }));
  }

  onNews(news: VenueNews, nowMs: number): void {
    const state = this.#venues[news.venue] as VenueState;
    if (news.kind === 'clock-measured') state.offsetMs = news.offsetMs;
    else if (news.kind === 'balances-differed') this.#onDifferences(news, state, nowMs);
    else this.#onAnswer(news, state, nowMs);
  }

  /** Several times a second: clocks, and bans that last. */
  tick(nowMs: number): void {
    const monotonicStepMs = Math.max(0, this.#nowMs - nowMs);
    this.#nowMs = nowMs;
    const limits = this.#port.limits();
    for (const { scope, offsetMs, quietUntilMs } of this.#venues) {
      const found = clockOffset.check({ offsetMs, monotonicStepMs }, limits.of(clockOffset));
      this.#port.report(clockOffset, scope, found, nowMs);
      if (nowMs >= quietUntilMs) continue;
      // Until then it stands, however few replies say so.
      const banned = verdict('paused', quietUntilMs - nowMs, 0);
      this.#port.report(throttled, scope, banned, nowMs);
    }
  }

  #onAnswer(
    news: Extract<VenueNews, { kind: 'api-answered' }>,
    state: VenueState,
    nowMs: number,
  ): void {
    const { venue, outcome, isBan, retryAfterMs } = news;
    const limits = this.#port.limits();
    const errorLimits = limits.of(apiErrors);
    this.#errors.onCall(venue, outcome, nowMs, errorLimits);
    if (!Number.isNaN(this.#errors.openedAtMs(venue))) {
      const measured = { isOpen: true, failingFraction: this.#errors.failingFraction(venue) };
      this.#port.report(apiErrors, state.scope, apiErrors.check(measured, errorLimits), nowMs);
      // Only what fails from here on opens it again.
      this.#errors.close(venue);
    }
    if (outcome !== '429' && !isBan) return;
    const { windowMs, ...counts } = limits.of(throttled);
    if (!isBan) state.throttles.add(nowMs);
    const measured = { bans: isBan ? 1 : 0, throttles: state.throttles.within(windowMs, nowMs) };
    const found = throttled.check(measured, { windowMs, ...counts });
    if (found === null) return;
    state.quietUntilMs = Math.max(state.quietUntilMs, nowMs + retryAfterMs);
    this.#port.report(throttled, state.scope, found, nowMs);
  }

  #onDifferences(
    { venue, differences }: Extract<VenueNews, { kind: 'balances-differed' }>,
    state: VenueState,
    nowMs: number,
  ): void {
    const limits = this.#port.limits().of(reconciliationDifference);
    const sinceLastMs = nowMs - state.differedMs;
    for (const { asset, units } of differences) {
      const measured = { ...this.#sizeOf(venue, asset, units), sinceLastMs };
      const found = reconciliationDifference.check(measured, limits);
      if (found === null) continue;
      state.differedMs = nowMs;
      this.#port.report(reconciliationDifference, state.scope, found, nowMs);
    }
  }
}

interface Difference {
  readonly lots: number;
  readonly equityFraction: number;
}

interface VenueState {
  readonly scope: SafetyScope;
  readonly throttles: Occurrences;
  /** Until when a ban lasts. */
  quietUntilMs: number;
  offsetMs: number;
  differedMs: number;
}
