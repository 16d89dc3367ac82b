import { assert, type Result } from '../core/result.ts';
import type { LedgerEvent } from '../execution/ledger.ts';
import { OrderManager, type OrderUpdated } from '../execution/order-manager.ts';
import {
  inquire,
  type ReconcileOptions,
  type ReconcileOutcome,
  type ReconcilePort,
  reconcile,
} from '../execution/reconciliation.ts';
import type { Patience } from './connection/silence.ts';
import { Connection } from './connection.ts';
import { OrderEntry } from './order-entry.ts';
import type { HttpOutcome, QueryFault, RequestOutcome } from './port.ts';
import { Questions, reconcilePort } from './questions.ts';
import { RunSchedule } from './run-schedule.ts';
import { DeadManHolder } from './session/dead-man-holder.ts';
import { newQuiet, type VenueQuiet } from './session/quiet-time.ts';
import { TicketHolder } from './session/session-ticket.ts';
import { Throttle } from './session/throttle.ts';
import { VenueClock } from './venue-clock.ts';
import type { VenueDeskOptions, VenueDeskPort, VenueMemory } from './venue-desk-port.ts';
import { VenueReporter } from './venue-reporter.ts';

const RUN_TIMEOUT_MS = 30_000;
const INQUIRIES_AT_ONCE = 5;
const PROBES_AT_OPENING = 3;
const PROBE_EVERY_MS = 60_000;
/** The same while it is doubted. */
const PROBE_DOUBTED_MS = 5_000;
/** Orders leave and reports come on this socket, so its death must be noticed within seconds. */
const PATIENCE: Patience = { askAfterMs: 3_000, deadAfterMs: 10_000 };

/**
 * One venue from the socket inwards: order entry, reports, questions, reconciliation. Between a
 * disconnection, or a wish of control, and the end of a successful run the venue is paused.
 */
export class VenueDesk {
  readonly connection: Connection;
  readonly entry: OrderEntry;
  readonly #options: VenueDeskOptions;
  readonly #port: VenueDeskPort;
  readonly #manager: OrderManager;
  readonly #clock: VenueClock;
  readonly #questions: Questions;
  readonly #reporter: VenueReporter;
  readonly #reconcile: ReconcilePort;
  readonly #schedule: RunSchedule;
  readonly #throttle: Throttle;
  readonly #quiet: VenueQuiet;
  readonly #deadMan: DeadManHolder;
  readonly #tickets: TicketHolder;
  #marks: ReadonlyMap<number, string>;
  #subscription = '';
  #isSubscribed = false;
  #probedNs = 0;

  constructor(options: VenueDeskOptions, memory: VenueMemory, port: VenueDeskPort) {
    const { clock } = port;
    const { venue, instruments, gate, metrics, net, quiet = newQuiet(clock) } = options;
    this.#quiet = quiet;
    this.#options = options;
    this.#port = port;
    this.#marks = memory.marks;
    this.connection = new Connection(clock, port.random, PATIENCE);
    this.#schedule = new RunSchedule(port.random);
    const venueClock = new VenueClock(clock);
    this.#clock = venueClock;
    const reporter = new VenueReporter(venue.index, (news) => port.tellRisk(news));
    this.#reporter = reporter;
    this.#questions = new Questions({
      venue,
      net,
      clock,
      venueClock,
      fenced: (callback) => port.fenced(callback),
      heard: (fault) => this.#onQuestion(fault),
      quiet: quiet.questions,
    });
    const manager = new OrderManager({
      venue: venue.name,
      deskId: options.deskId,
      instruments: instruments.filter((each) => each.venue === venue.name),
      memory,
      sink: { journal: options.journal, told: (update) => this.#tell(update) },
    });
    manager.table.restore(memory.openOrders);
    this.#manager = manager;
    this.entry = new OrderEntry({
      venue,
      gate,
      manager,
      instruments,
      metrics,
      clock,
      venueMs: () => venueClock.nowMs(),
      send: (request, requestId) => port.send(request, requestId),
      dropped: (kind, order) => port.dropped(kind, order),
      throttled: (ms) => this.#holdOrders(ms),
      overdue: () => reporter.onOverdue(),
      requestTimeoutMs: options.requestTimeoutMs,
      isClockReal: options.isClockReal,
      evidence: options.evidence,
    });
    this.#reconcile = reconcilePort({
      venue,
      instruments,
      questions: this.#questions,
      manager,
      clock,
      venueClock,
      cancel: (clientId) => this.entry.cancel(clientId),
      isOfThisBoot: options.isOfThisBoot,
      compare: (balances) => port.compare(balances),
      adjust: (differences) => {
        reporter.onDifferences(differences);
        port.adjust(differences);
      },
      pause: (ms) => port.pause(ms),
    });
    gate.pauseVenue(venue.index, 'disconnected');
    this.#throttle = new Throttle(gate, venue.index, quiet.orders, (ms) =>
      port.later('lift-throttle', ms),
    );
    this.#deadMan = new DeadManHolder({
      held:
        venue.deadMan?.({
          ask: (query) => this.#questions.ask(query),
          venueMs: () => venueClock.nowMs(),
        }) ?? null,
      gate,
      venue: venue.index,
      clock,
      fenced: (callback) => port.fenced(callback),
      cancelAll: () => this.entry.cancelAll(),
    });
    this.#tickets = new TicketHolder({
      ticket: venue.session.ticket,
      questions: this.#questions,
      clock,
      venueMs: () => venueClock.nowMs(),
      failed: (reason) => this.#log('warn', 'ticket-not-renewed', { reason }),
    });
  }

  /** Connects, once what the session needs for it is there. */
  connect(): void {
    const begin = this.#port.fenced((ticket: Result<string, string>) => {
      if (ticket.ok) this.#port.open(this.#options.venue.session.begin(ticket.value));
      else this.#port.notOpened(`no ticket: ${ticket.error}`);
    });
    this.#tickets.fetch(begin);
  }

  onOpened(): void {
    this.connection.onOpened();
    this.#probe(PROBES_AT_OPENING);
    this.#subscription = this.entry.nextRequestId();
    const { session } = this.#options.venue;
    for (const frame of session.subscribe(this.#subscription, this.#clock.nowMs())) {
      this.#port.send(frame, this.#subscription);
    }
  }

  /** What to send for a sign of life. */
  ping(): string | null {
    return this.#options.venue.session.ping(this.entry.nextRequestId());
  }

  /** @returns how long to wait before connecting again, in milliseconds */
  onClosed(reason: string): number {
    const { gate, venue } = this.#options;
    gate.pauseVenue(venue.index, 'disconnected');
    this.#isSubscribed = false;
    this.entry.onDisconnected();
    this.#port.tellControl({ kind: 'venue-lost', reason });
    return Math.round(this.connection.onClosed());
  }

  /** @returns `closing` when nothing more is to be had from this connection */
  onFrame(frame: Uint8Array, receivedNs: number): 'ok' | 'closing' {
    const decoded = this.#options.venue.session.decode(frame);
    if (decoded.kind === 'reports') {
      for (const report of decoded.reports) this.#manager.onReport(report);
      // A venue that only tells how far orders have come is asked for their trades at once.
      if (this.#isSubscribed) this.#inquire(receivedNs);
    } else if (decoded.kind === 'reply' && decoded.requestId === this.#subscription) {
      return this.#onSubscribed(decoded.outcome);
    } else if (decoded.kind === 'reply') {
      this.#onReply(decoded.requestId, decoded.outcome);
    } else if (decoded.kind === 'alarm') {
      this.#log('error', decoded.what, { detail: decoded.detail });
    } else if (decoded.kind === 'malformed') {
      this.#log('error', 'malformed-frame', { fault: decoded.fault });
    }
    // A socket that brings no reports is as good as dead, however lively it answers.
    if (this.#isSubscribed) this.connection.onHeard(receivedNs);
    return decoded.kind === 'closing' ? 'closing' : 'ok';
  }

  /** What a request that left over HTTP came to. */
  onAnswered(requestId: string, outcome: HttpOutcome): void {
    const { replyIn } = this.#options.venue;
    assert(replyIn !== null, 'a venue that sends over HTTP reads its replies');
    this.#onReply(requestId, replyIn(outcome));
  }

  /** A few times a second: overdue answers, orders to ask about, the venue's clock. */
  onTick(): void {
    this.entry.expire();
    this.#deadMan.onTick();
    this.#throttle.watch();
    if (!this.connection.isOpen) return;
    this.#tickets.onTick();
    const nowNs = this.#port.clock.mono();
    const aheadMs = this.#clock.aheadMs();
    if (aheadMs !== null) this.#reporter.onClock(aheadMs, this.#clock.errorMs);
    const everyMs = this.#reporter.isClockDoubted ? PROBE_DOUBTED_MS : PROBE_EVERY_MS;
    if ((nowNs - this.#probedNs) / 1e6 > everyMs) {
      // An offset that nobody may trade on is measured from new: an old probe may be the quickest.
      if (this.#reporter.isClockDoubted) this.#clock.doubt();
      this.#probe(1);
    }
    if (this.#isSubscribed) this.#inquire(nowNs);
  }

  /** Control wants everything reconciled, by a run that begins after this. */
  reconcile(token: number): void {
    this.#schedule.want(token);
    this.#options.gate.pauseVenue(this.#options.venue.index, 'reconciling');
    this.run('restart');
  }

  /** Begins a run unless another is under way or the venue cannot be heard. */
  run(purpose: 'restart' | 'verify'): void {
    if (!this.#isSubscribed || !this.#schedule.begin(purpose)) return;
    const { inquiries } = this.#manager;
    this.#start(purpose, (options) => reconcile(this.#reconcile, inquiries, options));
  }

  onRunEnded(outcome: ReconcileOutcome): void {
    if (outcome.kind === 'agreed') {
      this.#marks = outcome.marks;
      const marks = Object.fromEntries(
        [...outcome.marks].map(([index, tradeId]) => [
          this.#options.instruments[index]?.symbol,
          tradeId,
        ]),
      );
      const { name } = this.#options.venue;
      this.#options.journal({
        kind: 'venue-reconciled',
        venue: name,
        marks: JSON.stringify(marks),
      });
    }
    const verdict = this.#schedule.end(outcome);
    if (verdict.kind === 'reconciled') this.#onReconciled(verdict.token);
    else if (verdict.kind === 'try-again') this.#tryAgain(verdict.againMs, verdict.reason);
    else if (verdict.kind === 'stuck') this.#stuck(verdict.againMs, verdict.reason);
    else if (verdict.kind === 'differs') this.#differ(outcome);
    if (this.#schedule.isOwed && !('againMs' in verdict)) this.run('restart');
  }

  liftThrottle(): void {
    this.#throttle.lift();
  }

  /** What an inspector sees of it. */
  summary() {
    const [manager, clock] = [this.#manager, this.#clock];
    return {
      isOpen: this.connection.isOpen,
      isSubscribed: this.#isSubscribed,
      losses: this.connection.losses,
      clockAheadMs: clock.aheadMs(),
      clockErrorMs: clock.aheadMs() === null ? null : clock.errorMs,
      inquiries: manager.inquiries.size,
      quietMs: this.#questions.quietMs,
      orders: [...manager.table.open()],
    };
  }

  /** Asks about orders whose outcome has been unknown for long enough. */
  #inquire(nowNs: number): void {
    if (this.#schedule.isRunning || this.#schedule.isOwed) return;
    const { inquiries } = this.#manager;
    const due = inquiries.due(nowNs, INQUIRIES_AT_ONCE);
    if (due.length === 0 || !this.#schedule.begin('inquire')) return;
    this.#start('verify', (options) => inquire(this.#reconcile, inquiries, options, due));
  }

  /**
   * A refusal ends the connection: when it was our clock, the next one is signed by the venue's,
   * which has been asked for meanwhile.
   */
  #onSubscribed(outcome: RequestOutcome): 'ok' | 'closing' {
    this.#heed(outcome);
    if (outcome.kind !== 'done') {
      this.#log('error', 'subscription-refused', { outcome });
      return 'closing';
    }
    this.#isSubscribed = true;
    this.#deadMan.onConnected();
    this.#log('info', 'connected', {});
    this.#port.tellControl({ kind: 'venue-connected' });
    this.run('restart');
    return 'ok';
  }

  /** A ban means orders too. */
  #onQuestion(fault: QueryFault | null): void {
    this.#reporter.onQuestion(fault);
    if (fault?.kind === 'throttled' && fault.isBan === true) this.#holdOrders(fault.retryAfterMs);
  }

  #holdOrders(ms: number): void {
    if (this.#throttle.hold(ms)) this.#log('warn', 'throttled', { ms });
  }

  #onReply(requestId: string, outcome: RequestOutcome): void {
    this.#heed(outcome);
    this.#reporter.onReply(outcome);
    this.entry.onReply(requestId, outcome);
  }

  #heed(outcome: RequestOutcome): void {
    if (outcome.kind !== 'refused') return;
    this.#options.venue.rules?.onRefusal(outcome);
    this.#questions.heedRefusal(outcome.code);
    if (outcome.isBan === true) this.#quiet.questions.hold(outcome.retryAfterMs);
  }

  #onReconciled(token: number): void {
    const { gate, venue } = this.#options;
    if (!this.#isSubscribed || this.#schedule.isOwed) return;
    gate.resumeVenue(venue.index, 'reconciling');
    gate.resumeVenue(venue.index, 'disconnected');
    this.#log('info', 'reconciled', { token });
    this.#port.tellControl({ kind: 'venue-reconciled', token });
  }

  /** A venue that wants to be left alone is asked when that is over: not before, and not later. */
  #tryAgain(pauseMs: number, reason: string): void {
    const { quietMs } = this.#questions;
    const againMs = quietMs > 0 ? quietMs : pauseMs;
    this.#log('warn', 'not-reconciled', { reason, againMs });
    this.#port.later('try-again', againMs);
  }

  /** People are called, and the venue is asked on: it may come to its senses. */
  #stuck(againMs: number, reason: string): void {
    this.#log('error', 'reconciliation-stuck', { reason, againMs });
    this.#port.later('try-again', againMs);
    this.#port.tellControl({ kind: 'venue-stuck', reason });
  }

  #differ(outcome: ReconcileOutcome): void {
    this.#log('error', 'balances-differ', { outcome });
    if (outcome.kind === 'differs') this.#reporter.onDifferences(outcome.differences);
    this.#port.tellControl({ kind: 'venue-lost', reason: 'balances differ' });
    this.#port.tellControl({ kind: 'venue-connected' });
  }

  #start(
    purpose: 'restart' | 'verify',
    run: (options: ReconcileOptions) => Promise<ReconcileOutcome>,
  ): void {
    const options = { purpose, timeoutMs: RUN_TIMEOUT_MS, marks: this.#marks };
    const ended = this.#port.fenced((outcome: ReconcileOutcome) => this.#port.runEnded(outcome));
    const broken = this.#port.fenced((thrown: unknown) => {
      throw thrown;
    });
    void run(options).then(ended, broken);
  }

  #probe(times: number): void {
    this.#probedNs = this.#port.clock.mono();
    for (let probe = 0; probe < times; probe += 1) void this.#questions.probeClock();
  }

  /** First of all those who count it are told: it is in the journal, so nobody else ever will. */
  #tell(update: OrderUpdated | LedgerEvent): void {
    this.#port.told(update);
    if (update.kind !== 'order-updated') return;
    const { event, incident, record } = update;
    if (event.kind === 'order-filled') this.#options.metrics.fills += 1;
    if (event.kind === 'order-accepted') this.entry.onNamed(event.clientId);
    if (incident === null) return;
    const { clientId } = record.order;
    this.#log('error', incident, { clientId, event: event.kind });
    // Whoever sent it took it for ended, so nobody would ever take it back.
    if (incident === 'alive-after-end') this.entry.cancel(clientId);
  }

  #log(level: 'info' | 'warn' | 'error', kind: string, fields: Record<string, unknown>): void {
    this.#options.log(level, this.#port.path, kind, fields);
  }
}
