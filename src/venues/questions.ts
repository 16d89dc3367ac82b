import type { Clock, HttpReply, Net, NetFault } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import { err, type Result } from '../core/result.ts';
import type { BalanceDifference, Balances } from '../execution/ledger.ts';
import type { OrderManager } from '../execution/order-manager.ts';
import { COMPARISONS_MAX, type ReconcilePort } from '../execution/reconciliation.ts';
import type { Query, QueryFault, Venue } from './port.ts';
import { KeyTurns, type Turn, WAITING_MAX } from './session/key-turns.ts';
import type { QuietTime } from './session/quiet-time.ts';
import { wholeAnswer } from './session/whole-answer.ts';
import type { VenueClock } from './venue-clock.ts';

export interface QuestionsOptions {
  readonly venue: Venue;
  readonly net: Net;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  /** Wraps a callback so that it does nothing once the actor behind it is gone. */
  readonly fenced: <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void;
  /** Told what became of every question that was sent: null when it was answered. */
  readonly heard?: (fault: QueryFault | null) => void;
  /** How long the venue wants no questions. */
  readonly quiet: QuietTime;
}

/**
 * Asks a venue over REST, in turn with others who use its key. While the venue wants to be left
 * alone nothing that it counts is sent, and every such question is answered with that.
 */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #turns: KeyTurns;
  #isAskingTime = false;

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#turns = options.venue.turns ?? new KeyTurns();
  }

  ask<T>(query: Query<T>): Promise<Result<T, string>> {
    const isPlain = query.isOneAtATime === undefined && query.followUp === undefined;
    return isPlain ? this.#askOnce(query) : this.#askOn(query);
  }

  #askOn<T>(query: Query<T>): Promise<Result<T, string>> {
    const ask = (each: Query<T>) => (each.isOneAtATime ? this.#inTurn(each) : this.#askOnce(each));
    return wholeAnswer(query, ask, (sentence) => sentence);
  }

  /** Who is gone when its turn comes lets the next one go, and so does one whose question broke. */
  #inTurn<T>(query: Query<T>): Promise<Result<T, string>> {
    return new Promise((resolve) => {
      const turn: Turn = (leave) => {
        let isSent = false;
        this.#options.fenced(() => {
          this.#send(query, resolve, leave);
          isSent = true;
        })();
        if (!isSent) leave();
      };
      if (!this.#turns.enter(turn)) resolve(err(`${WAITING_MAX} questions are waiting already`));
    });
  }

  /** How long the venue still wants not to be asked, in whole milliseconds. */
  get quietMs(): number {
    return this.#options.quiet.leftMs;
  }

  #askOnce<T>(query: Query<T>): Promise<Result<T, string>> {
    return new Promise((resolve) => this.#send(query, resolve, () => {}));
  }

  /** @param left told when the venue has answered and the answer was taken, or nothing was sent */
  #send<T>(query: Query<T>, resolve: (answer: Result<T, string>) => void, left: () => void): void {
    const { net, fenced } = this.#options;
    const quietMs = query.isUncounted === true ? 0 : this.quietMs;
    if (quietMs > 0) {
      resolve(err(`the venue is not to be asked for ${quietMs} ms`));
      left();
      return;
    }
    const heard = fenced((outcome: Result<HttpReply, NetFault>) => {
      const answer = query.decode(outcome);
      this.#options.heard?.(answer.ok ? null : answer.error);
      resolve(answer.ok ? answer : err(this.#heed(answer.error)));
    });
    net.http(query.request, (outcome) => {
      heard(outcome);
      left();
    });
  }

  /** Probes the venue's clock once. */
  async probeClock(): Promise<Result<number, string>> {
    const { clock, venue, venueClock } = this.#options;
    const sentNs = clock.mono();
    const answer = await this.ask(venue.queries.serverTime());
    if (answer.ok) venueClock.onProbe(answer.value, sentNs, clock.mono());
    return answer;
  }

  /** A refusal for its time stamp means that one of the two clocks was set: it is asked anew. */
  heedRefusal(code: number): void {
    const { venue, venueClock } = this.#options;
    if (code !== venue.session.clockRefusedCode || this.#isAskingTime) return;
    this.#isAskingTime = true;
    venueClock.doubt();
    void this.probeClock().then(() => {
      this.#isAskingTime = false;
    });
  }

  #heed(fault: QueryFault): string {
    if (fault.kind === 'refused') this.heedRefusal(fault.code);
    if (fault.kind === 'throttled') this.#options.quiet.hold(fault.retryAfterMs);
    return fault.kind === 'refused' ? `${fault.code}: ${fault.detail}` : fault.detail;
  }
}

export interface ReconcilePortOptions {
  readonly venue: Venue;
  readonly instruments: readonly Instrument[];
  readonly questions: Questions;
  readonly manager: OrderManager;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly cancel: (clientId: string) => void;
  readonly isOfThisBoot: (clientId: string) => boolean;
  readonly compare: (balances: Balances) => Promise<Result<readonly BalanceDifference[], string>>;
  readonly adjust: (differences: readonly BalanceDifference[]) => void;
  readonly pause: (ms: number) => Promise<void>;
}

/** Binds reconciliation to one venue, its order manager and the ledger. */
export function reconcilePort(options: ReconcilePortOptions): ReconcilePort {
  const { venue, questions, manager, venueClock } = options;
  const instruments = options.instruments.filter((each) => each.venue === venue.name);
  const at = (index: number): Instrument => options.instruments[index] as Instrument;
  const nowMs = (): number => venueClock.nowMs();
  return {
    instruments,
    receiveWindowMs: venue.session.receiveWindowMs,
    comparisonsMax: venue.queries.comparisonsMax ?? COMPARISONS_MAX,
    isOwn: (clientId) => manager.isOwn(clientId),
    openRecords: () => [...manager.table.open()],
    recordOf: (clientId) => manager.recordOf(clientId),
    clientIdOf: (venueOrderId) => manager.table.clientIdOf(venueOrderId),
    openOrders: () => questions.ask(venue.queries.openOrders(nowMs())),
    order: (by, index) => questions.ask(venue.queries.order(by, at(index), nowMs())),
    async latestTradeId(index) {
      const answer = await questions.ask(venue.queries.trades(at(index), null, nowMs()));
      return answer.ok ? { ok: true, value: answer.value.at(-1)?.fill.tradeId ?? '-1' } : answer;
    },
    trades: (index, after) => questions.ask(venue.queries.trades(at(index), after, nowMs())),
    balances: () => questions.ask(venue.queries.balances(nowMs())),
    cancel: options.cancel,
    apply: (report) => manager.onReport(report),
    adopt: (order) => manager.adopt(order),
    learnTerms: (asked, found, isLate) => manager.learnTerms(asked, found, isLate),
    conclude: (clientId) => manager.conclude(clientId, options.isOfThisBoot(clientId)),
    external: (trade) => manager.external(trade),
    compare: options.compare,
    adjust: options.adjust,
    fillCount: () => manager.fillCount,
    pause: options.pause,
    nowNs: () => options.clock.mono(),
    venueMs: nowMs,
  };
}
