import type { Result } from '../core/result.ts';
import type { Inquiries } from './inquiries.ts';
import type { BalanceDifference, Balances } from './ledger.ts';
import { isEnded, type OrderRecord } from './order.ts';
import type { Report, VenueOrder, VenueTrade } from './report.ts';

/** `knownAs`: the venue's own id, once it has told it: some find an old order by that alone. */
export type OrderKey =
  | { readonly clientId: string; readonly knownAs?: string }
  | { readonly venueOrderId: string };

/** What a question about one order can find. */
export type OrderAnswer =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  | { readonly kind: 'not-found' };

/** A question that was not answered; one sentence says why. */
type Answer<T> = Promise<Result<T, string>>;

/**
 * What reconciliation asks of the venue and tells the order table. Every question has a time-out
 * behind the port, and every method rejects once the actor behind it is gone.
 */
export interface ReconcilePort {
  readonly instruments: readonly { readonly index: number; readonly symbol: string }[];
  /** How long after it was sent the venue may still act on a request. */
  readonly receiveWindowMs: number;
  /** How often balances that differ may be compared in one run, at least once. */
  readonly comparisonsMax: number;
  isOwn(clientId: string): boolean;
  /** Orders in our table that have not ended. */
  openRecords(): readonly OrderRecord[];
  recordOf(clientId: string): OrderRecord | undefined;
  clientIdOf(venueOrderId: string): string | undefined;
  openOrders(): Answer<readonly VenueOrder[]>;
  order(by: OrderKey, instrument: number): Answer<OrderAnswer>;
  /** The id of the account's latest trade, `-1` when there is none. */
  latestTradeId(instrument: number): Answer<string>;
  /** One page of trades after a trade id, oldest first. */
  trades(instrument: number, afterTradeId: string): Answer<readonly VenueTrade[]>;
  balances(): Answer<Balances>;
  cancel(clientId: string): void;
  /** Books a report if it is news. */
  apply(report: Report): void;
  /** Takes over an own order of which the journal knows nothing. */
  adopt(order: VenueOrder): void;
  /** Books what an open order's terms are; see `OrderManager.learnTerms`. */
  learnTerms(asked: OrderRecord, found: VenueOrder, isLate: boolean): boolean;
  /** Books the proof that an order never came to life. */
  conclude(clientId: string): void;
  /** Books a trade of an order that is not ours. */
  external(trade: VenueTrade): void;
  /** Asks the ledger what it makes of the venue's balances. */
  compare(balances: Balances): Answer<readonly BalanceDifference[]>;
  /** Books what could not be explained, so that the ledger agrees; alerted by whoever does it. */
  adjust(differences: readonly BalanceDifference[]): void;
  /** Counts the fills that were booked, so that a comparison can tell that it was raced. */
  fillCount(): number;
  pause(ms: number): Promise<void>;
  nowNs(): number;
  venueMs(): number;
}

export interface ReconcileOptions {
  /**
   * `restart`: nothing new is sent meanwhile, every own order is cancelled and differences are
   * booked. `verify`: beside normal trading; orders younger than the race guard are skipped and
   * differences are only told.
   */
  readonly purpose: 'restart' | 'verify';
  readonly timeoutMs: number;
  /** Last trade of each instrument, by index, that is known to have been booked with all before. */
  readonly marks: ReadonlyMap<number, string>;
}

export type ReconcileOutcome =
  | { readonly kind: 'agreed'; readonly marks: ReadonlyMap<number, string> }
  /** Fills kept coming in between: nothing can be said, and nothing is wrong. */
  | { readonly kind: 'raced' }
  | { readonly kind: 'differs'; readonly differences: readonly BalanceDifference[] }
  /** A question was not answered: try again later. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Everything was answered and it did not settle in time: the venue contradicts itself. */
  | { readonly kind: 'unsettled'; readonly reason: string };

/** The journal and the venue agree; written after each run that found so. */
export interface VenueReconciled {
  readonly kind: 'venue-reconciled';
  readonly venue: string;
  /** JSON object: by symbol, the last trade that is booked with all before it. */
  readonly marks: string;
}

/** Pause between two looks at what the venue has not finished yet; after some, each one doubles. */
const LOOK_AGAIN_MS = 100;
const LOOKS_QUICK = 10;
/** A look at all open orders is dear: ten a second would have the venue ban this address. */
const LOOK_AGAIN_MS_MAX = 2_000;
/** An order this young may be ahead of a list that was made before it. */
export const RACE_GUARD_MS = 5_000;
/**
 * Balances that differ are compared this often, where the venue takes so many questions: a fill may
 * have come in between.
 */
export const COMPARISONS_MAX = 5;
/** Between two comparisons: a history may be some tenths of a second behind the balances. */
const COMPARE_AGAIN_MS = 250;
/** Pages of trades per instrument in one run: 100,000 trades. */
const TRADE_PAGES_MAX = 100;
export const TRADES_PER_PAGE = 1_000;

/** Why a run stops; thrown inside a run and caught at its edge. */
class Unfinished extends Error {
  readonly outcome: ReconcileOutcome;

  constructor(kind: 'no-answer' | 'unsettled', reason: string) {
    super(reason);
    this.outcome = { kind, reason };
  }
}

/**
 * Brings order table, journal and ledger into agreement with the venue: its open orders first,
 * then each of ours that it should know, then the trades, then the balances. Nothing is concluded
 * from a question that was not answered.
 */
export function reconcile(
  port: ReconcilePort,
  inquiries: Inquiries,
  options: ReconcileOptions,
): Promise<ReconcileOutcome> {
  return finished(new Run(port, inquiries, options).everything());
}

/** Asks once about each of some orders whose outcome is unknown, and books what was found. */
export async function inquire(
  port: ReconcilePort,
  inquiries: Inquiries,
  options: ReconcileOptions,
  clientIds: readonly string[],
): Promise<ReconcileOutcome> {
  return finished(new Run(port, inquiries, options).some(clientIds));
}

async function finished(run: Promise<ReconcileOutcome>): Promise<ReconcileOutcome> {
  try {
    return await run;
  } catch (thrown) {
    if (thrown instanceof Unfinished) return thrown.outcome;
    throw thrown;
  }
}

class Run {
  readonly #port: ReconcilePort;
  readonly #inquiries: Inquiries;
  readonly #isRestart: boolean;
  readonly #timeoutMs: number;
  readonly #deadlineNs: number;
  readonly #marks: Map<number, string>;
  /** What the venue told of orders that ended; it waits until the trades before are booked. */
  readonly #ends: VenueOrder[] = [];
  /** How often was looked for the same thing in vain. */
  #looks = 0;
  #waitingFor = '';

  constructor(port: ReconcilePort, inquiries: Inquiries, options: ReconcileOptions) {
    this.#port = port;
    this.#inquiries = inquiries;
    this.#isRestart = options.purpose === 'restart';
    this.#timeoutMs = options.timeoutMs;
    this.#deadlineNs = port.nowNs() + options.timeoutMs * 1e6;
    this.#marks = new Map(options.marks);
  }

  async everything(): Promise<ReconcileOutcome> {
    await this.#openOrders();
    await this.#ourOrders();
    let comparisons = 0;
    let raced = 0;
    for (;;) {
      comparisons += 1;
      await this.#trades();
      this.#bookEnds();
      const fillsBefore = this.#port.fillCount();
      const balances = await this.#must(this.#port.balances(), 'balances');
      const differences = await this.#must(this.#port.compare(balances), 'ledger');
      const isComplete = this.#ends.length === 0;
      if (differences.length === 0 && isComplete) return { kind: 'agreed', marks: this.#marks };
      const isLast = comparisons >= this.#port.comparisonsMax && isComplete;
      // What traded in between explains a difference, and nobody may have told of it yet.
      if (isLast) await this.#trades();
      const isRaced = this.#port.fillCount() !== fillsBefore;
      if (isRaced) raced += 1;
      if (isLast && !this.#isRestart) {
        return raced > 0 ? { kind: 'raced' } : { kind: 'differs', differences };
      }
      if (isLast && !isRaced) {
        this.#port.adjust(differences);
        return { kind: 'agreed', marks: this.#marks };
      }
      const waitingFor = isComplete ? 'balances to agree' : 'fills of ended orders';
      await this.#lookAgain(waitingFor, COMPARE_AGAIN_MS);
    }
  }

  async some(clientIds: readonly string[]): Promise<ReconcileOutcome> {
    for (const clientId of clientIds) {
      const record = this.#port.recordOf(clientId);
      if (record === undefined || isEnded(record)) this.#inquiries.close(clientId);
      else await this.#askOnce(record);
    }
    await this.#trades();
    this.#bookEnds();
    return { kind: 'agreed', marks: this.#marks };
  }

  /** Looks at the venue's list once, or at a restart until no own order is on it. */
  async #openOrders(): Promise<void> {
    for (;;) {
      const orders = await this.#must(this.#port.openOrders(), 'open orders');
      const own = orders.filter((order) => this.#port.isOwn(order.clientId));
      for (const order of own) this.#meet(order);
      if (!this.#isRestart || own.length === 0) return;
      for (const { clientId } of own) this.#port.cancel(clientId);
      await this.#lookAgain(`${own.length} open orders to end`);
    }
  }

  #meet(order: VenueOrder): void {
    const { clientId, venueOrderId } = order;
    const isOrphan = this.#port.recordOf(clientId) === undefined;
    if (isOrphan) this.#port.adopt(order);
    this.#port.apply({ kind: 'accepted', clientId, venueOrderId });
    this.#wake(order);
    if (isOrphan) this.#port.cancel(clientId);
  }

  /** Nobody may have told that it has woken. What has ended as it waited never has. */
  #wake({ clientId, venueOrderId, isWaiting, filledLots, state }: VenueOrder): void {
    const hasWoken = isWaiting === false && (state === 'open' || filledLots > 0);
    if (hasWoken) this.#port.apply({ kind: 'triggered', clientId, venueOrderId });
  }

  /** Asks about each order of ours that has not ended. Unknown ones have their own inquiry. */
  async #ourOrders(): Promise<void> {
    for (const record of this.#port.openRecords()) {
      if (this.#isRestart) {
        while (!(await this.#askOnce(record))) {
          await this.#lookAgain(`the outcome of ${record.order.clientId}`);
        }
      } else {
        const ageMs = (this.#port.nowNs() - record.order.decidedNs) / 1e6;
        const isWatched = this.#inquiries.has(record.order.clientId);
        if (ageMs > RACE_GUARD_MS && !isWatched) await this.#askOnce(record);
      }
    }
  }

  /** @returns whether the order's outcome is settled */
  async #askOnce(record: OrderRecord): Promise<boolean> {
    const { clientId, instrument } = record.order;
    const askedAtMs = this.#port.venueMs();
    const key = { clientId, knownAs: record.venueOrderId };
    const answer = await this.#port.order(key, instrument);
    const nowNs = this.#port.nowNs();
    if (!answer.ok) {
      this.#inquiries.onSilence(clientId, nowNs);
      throw new Unfinished('no-answer', `${clientId}: ${answer.error}`);
    }
    if (answer.value.kind === 'found')
      return this.#foundOurs(record, answer.value.order, askedAtMs);
    // Nobody remembers when it was sent, but it was not after it was first asked about.
    this.#inquiries.open(clientId, askedAtMs + this.#port.receiveWindowMs, nowNs);
    const isProven = this.#inquiries.onNotFound(clientId, askedAtMs, nowNs);
    if (isProven) {
      this.#inquiries.close(clientId);
      this.#port.conclude(clientId);
    }
    return isProven;
  }

  /** @param asked the record when the venue was asked for it */
  #foundOurs(asked: OrderRecord, order: VenueOrder, askedAtMs: number): boolean {
    // What has ended has its last terms, and full by them may be full for good.
    const isLate =
      order.state !== 'open' || this.#inquiries.isTooLateToAmend(order.clientId, askedAtMs);
    return this.#found(order, this.#port.learnTerms(asked, order, isLate));
  }

  /** @param areTermsKnown whether nothing is in doubt but that it is open */
  #found(order: VenueOrder, areTermsKnown = true): boolean {
    const { clientId, venueOrderId } = order;
    this.#port.apply({ kind: 'accepted', clientId, venueOrderId });
    this.#wake(order);
    if (order.state !== 'open') {
      this.#inquiries.onFound(clientId, this.#port.nowNs());
      this.#ends.push(order);
      return true;
    }
    if (areTermsKnown) this.#inquiries.close(clientId);
    else this.#inquiries.onFound(clientId, this.#port.nowNs());
    const wantsCancel = this.#isRestart || this.#port.recordOf(clientId)?.isCancelRequested;
    if (wantsCancel) this.#port.cancel(clientId);
    return !this.#isRestart;
  }

  async #trades(): Promise<void> {
    for (const { index } of this.#port.instruments) {
      let after = this.#marks.get(index);
      if (after === undefined) {
        // The first run of a desk on this account: what was traded before is in the balances.
        after = await this.#must(this.#port.latestTradeId(index), 'the latest trade');
      } else {
        after = await this.#tradesAfter(after, index);
      }
      this.#marks.set(index, after);
    }
  }

  async #tradesAfter(mark: string, instrument: number): Promise<string> {
    let after = mark;
    for (let page = 0; page < TRADE_PAGES_MAX; page += 1) {
      const trades = await this.#must(this.#port.trades(instrument, after), 'trades');
      for (const trade of trades) await this.#book(trade, instrument);
      const news = trades.filter(({ isOld }) => isOld === undefined);
      after = news.at(-1)?.fill.tradeId ?? after;
      if (news.length < TRADES_PER_PAGE) return after;
    }
    throw new Unfinished('unsettled', `more than ${TRADE_PAGES_MAX} pages of trades`);
  }

  async #book(trade: VenueTrade, instrument: number): Promise<void> {
    const { venueOrderId, symbol, side, fill } = trade;
    let clientId = this.#port.clientIdOf(venueOrderId);
    if (clientId === undefined) {
      if (trade.isOld) return;
      const asked = this.#port.order({ venueOrderId }, instrument);
      const answer = await this.#must(asked, `order ${venueOrderId}`);
      if (answer.kind === 'not-found' || !this.#port.isOwn(answer.order.clientId)) {
        this.#port.external(trade);
        return;
      }
      ({ clientId } = answer.order);
      if (this.#port.recordOf(clientId) === undefined) this.#port.adopt(answer.order);
      this.#found(answer.order);
    }
    this.#port.apply({ kind: 'filled', clientId, venueOrderId, symbol, side, fill });
  }

  /** Books the ends whose fills are complete; the others wait for the next round of trades. */
  #bookEnds(): void {
    for (const order of this.#ends.splice(0)) {
      const { clientId, state } = order;
      const { filledLots } = this.#port.recordOf(clientId) as OrderRecord;
      if (filledLots < order.filledLots) {
        this.#ends.push(order);
        continue;
      }
      this.#inquiries.close(clientId);
      if (state === 'open' || state === 'filled') continue;
      this.#port.apply({ kind: 'ended', clientId, how: state, reason: `found ${state}` });
    }
  }

  async #must<T>(asked: Answer<T>, what: string): Promise<T> {
    const answer = await asked;
    if (answer.ok) return answer.value;
    throw new Unfinished('no-answer', `${what}: ${answer.error}`);
  }

  async #lookAgain(waitingFor: string, pauseMs = LOOK_AGAIN_MS): Promise<void> {
    if (this.#port.nowNs() > this.#deadlineNs) {
      const waited = `${this.#timeoutMs} ms`;
      throw new Unfinished('unsettled', `waited ${waited} for ${waitingFor}`);
    }
    this.#looks = waitingFor === this.#waitingFor ? this.#looks + 1 : 0;
    this.#waitingFor = waitingFor;
    const doublings = Math.max(0, this.#looks - LOOKS_QUICK);
    await this.#port.pause(Math.min(pauseMs * 2 ** doublings, LOOK_AGAIN_MS_MAX));
  }
}
