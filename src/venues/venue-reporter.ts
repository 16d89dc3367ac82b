import type { BalanceDifference } from '../execution/ledger.ts';
import type { VenueNews } from '../risk/watch/venue-watch.ts';
import type { QueryFault, RequestOutcome } from './port.ts';

/** Clocks that moved by less against each other are no news. */
const CLOCK_NEWS_MS = 25;
/** Beyond this the venue's clock is asked for more often: it is doubted, or about to be well. */
export const CLOCK_DOUBTED_MS = 250;

/** Tells risk how a venue answers, what its clock says and where its balances differ. */
export class VenueReporter {
  readonly #venue: number;
  readonly #tell: (news: VenueNews) => void;
  /** As it was told last; NaN before, for what a reporter before this one has told is not known. */
  #offsetMs = Number.NaN;
  #errorMs = Number.NaN;

  /** @param venue index of the venue */
  constructor(venue: number, tell: (news: VenueNews) => void) {
    this.#venue = venue;
    this.#tell = tell;
  }

  /** A reply on the order socket. */
  onReply(outcome: RequestOutcome): void {
    if (outcome.kind === 'done') this.#answered('ok');
    else if (outcome.kind === 'unknown') this.#answered('5xx');
    else if (outcome.retryAfterMs === 0) this.#answered('4xx');
    else this.#answered('429', outcome.isBan === true, outcome.retryAfterMs);
  }

  /** A request that was not answered in time. */
  onOverdue(): void {
    this.#answered('timeout');
  }

  /** A question over REST; null when it was answered. */
  onQuestion(fault: QueryFault | null): void {
    if (fault === null) this.#answered('ok');
    else if (fault.kind === 'refused') this.#answered('4xx');
    else if (fault.kind === 'no-answer') this.#answered('timeout');
    else this.#answered('429', fault.isBan === true, fault.retryAfterMs);
  }

  /**
   * How far the venue's clock is ahead of ours. What is wrong is told every time: whoever watches
   * may have crashed, and would take silence for a clock that is right.
   *
   * @param errorMs how wrong that may be: half of a round trip
   */
  onClock(offsetMs: number, errorMs: number): void {
    const hasMoved = !(Math.abs(offsetMs - this.#offsetMs) < CLOCK_NEWS_MS);
    const isNews = hasMoved || !(Math.abs(errorMs - this.#errorMs) < CLOCK_NEWS_MS);
    if (!isNews && !this.isClockDoubted) return;
    this.#offsetMs = offsetMs;
    this.#errorMs = errorMs;
    this.#tell({ kind: 'clock-measured', venue: this.#venue, offsetMs, errorMs });
  }

  get isClockDoubted(): boolean {
    return Math.abs(this.#offsetMs) > CLOCK_DOUBTED_MS;
  }

  /** Balances of which the ledger knows nothing, or knows more; in 10^-8. */
  onDifferences(found: readonly BalanceDifference[]): void {
    if (found.length === 0) return;
    const differences = found.map(({ asset, ours, venues }) => ({
      asset,
      units: Number(venues - ours),
    }));
    this.#tell({ kind: 'balances-differed', venue: this.#venue, differences });
  }

  #answered(
    outcome: Extract<VenueNews, { kind: 'api-answered' }>['outcome'],
    isBan = false,
    retryAfterMs = 0,
  ): void {
    this.#tell({ kind: 'api-answered', venue: this.#venue, outcome, isBan, retryAfterMs });
  }
}
