import { err, ok, type Result } from '../../../src/core/result.ts';
import type { BalanceDifference } from '../../../src/execution/ledger.ts';
import { isEnded, type OrderIntent } from '../../../src/execution/order.ts';
import { Portfolio } from '../../../src/execution/portfolio.ts';
import {
  COMPARISONS_MAX,
  type ReconcileOptions,
  type ReconcileOutcome,
  type ReconcilePort,
  reconcile,
  TRADES_PER_PAGE,
} from '../../../src/execution/reconciliation.ts';
import { aManager, type BookedEvent, recordsOf, type TestManager } from './managers.ts';
import { MODEL_MARKET, ModelVenue } from './model-venue.ts';

export const WINDOW_MS = 2_000;

/** What the outside does around a question: it may let the venue act, or keep the answer. */
export interface World {
  /** Called before the venue looks and again before its answer is heard. */
  turn(): void;
  /** Why this question is not answered, or null. */
  silence(what: string): string | null;
}

const QUIET: World = { turn: () => undefined, silence: () => null };

/** One venue, its order manager, its ledger and what reconciles them. */
export class Reconciler {
  readonly venue: ModelVenue;
  readonly tested: TestManager;
  readonly portfolio: Portfolio;
  readonly adjusted: BalanceDifference[] = [];
  /** Questions and deeds, in order: `order desk-1-mm-1`, `cancel desk-1-mm-1`. */
  readonly asked: string[] = [];
  marks: ReadonlyMap<number, string> = new Map([[0, '0']]);
  world: World = QUIET;
  isOfThisBoot = true;
  #booked = 0;

  constructor(venue = new ModelVenue(), earlier: readonly BookedEvent[] = []) {
    this.venue = venue;
    this.tested = aManager(earlier);
    const opening = new Map(new ModelVenue().balances);
    this.portfolio = new Portfolio([MODEL_MARKET], {
      positions: new Map(),
      balances: new Map([['v', opening]]),
    });
    this.#book();
  }

  get manager() {
    return this.tested.manager;
  }

  /** Journals an order and sends it, as order entry does. */
  place(order: OrderIntent, delayMs = 0): void {
    this.manager.submit(order);
    this.venue.send(order, delayMs, WINDOW_MS);
  }

  /** Gives up on the answers to orders that nothing was heard of, as order entry does. */
  doubt(): void {
    for (const { order, status } of [...this.manager.table.open()]) {
      if (status !== 'submitted') continue;
      const { clientId } = order;
      this.manager.record({ kind: 'order-outcome-unknown', clientId, reason: 'no answer' });
      this.manager.inquiries.open(clientId, this.venue.nowMs + WINDOW_MS, this.venue.nowMs * 1e6);
    }
  }

  /** Hears the oldest reports of the stream, each so often. */
  hear(count = this.venue.stream.length, times = 1): void {
    for (const report of this.venue.stream.splice(0, count)) {
      for (let time = 0; time < times; time += 1) this.manager.onReport(report);
    }
    this.#book();
  }

  async run(purpose: ReconcileOptions['purpose'], timeoutMs = 30_000): Promise<ReconcileOutcome> {
    const outcome = await reconcile(this.port, this.manager.inquiries, {
      purpose,
      timeoutMs,
      marks: this.marks,
    });
    if (outcome.kind === 'agreed') this.marks = outcome.marks;
    this.#book();
    return outcome;
  }

  get options(): ReconcileOptions {
    return { purpose: 'verify', timeoutMs: 30_000, marks: this.marks };
  }

  readonly port: ReconcilePort & { comparisonsMax: number } = {
    instruments: [MODEL_MARKET],
    receiveWindowMs: WINDOW_MS,
    comparisonsMax: COMPARISONS_MAX,
    isOwn: (clientId) => this.manager.isOwn(clientId),
    openRecords: () => [...this.manager.table.open()],
    recordOf: (clientId) => this.manager.recordOf(clientId),
    clientIdOf: (venueOrderId) => this.manager.table.clientIdOf(venueOrderId),
    openOrders: () => this.#answer('open orders', () => this.venue.open().map(copyOf)),
    order: (by) => {
      const id = 'clientId' in by ? by.clientId : by.venueOrderId;
      return this.#answer(`order ${id}`, () => {
        const order = [...this.venue.orders.values()].find((each) =>
          'clientId' in by ? each.clientId === id : each.venueOrderId === id,
        );
        return order === undefined
          ? ({ kind: 'not-found' } as const)
          : ({ kind: 'found', order: copyOf(order) } as const);
      });
    },
    latestTradeId: () =>
      this.#answer('latest trade', () => this.venue.history().at(-1)?.fill.tradeId ?? '-1'),
    trades: (_, after) =>
      this.#answer(`trades after ${after}`, () => {
        const from = Math.max(0, Number(after));
        return this.venue.history().slice(from, from + TRADES_PER_PAGE);
      }),
    balances: () => this.#answer('balances', () => this.venue.balances),
    cancel: (clientId) => {
      // As order entry does: what nobody knows, or what has ended, is not cancelled.
      const record = this.manager.recordOf(clientId);
      if (record === undefined || isEnded(record)) return;
      this.asked.push(`cancel ${clientId}`);
      this.manager.record({ kind: 'cancel-submitted', clientId });
      this.venue.cancel(clientId);
    },
    apply: (report) => this.manager.onReport(report),
    adopt: (order) => this.manager.adopt(order),
    learnTerms: (asked, found, isLate) => this.manager.learnTerms(asked, found, isLate),
    conclude: (clientId) => this.manager.conclude(clientId, this.isOfThisBoot),
    external: (trade) => this.manager.external(trade),
    compare: (balances) =>
      this.#answer('ledger', () => {
        this.#book();
        return this.portfolio.compare('v', balances);
      }),
    adjust: (differences) => void this.adjusted.push(...differences),
    fillCount: () => this.manager.fillCount,
    pause: async (ms) => {
      this.asked.push('pause');
      this.venue.wait(ms);
      this.world.turn();
    },
    nowNs: () => this.venue.nowMs * 1e6,
    venueMs: () => this.venue.nowMs,
  };

  async #answer<T>(what: string, look: () => T): Promise<Result<T, string>> {
    this.asked.push(what);
    this.venue.wait(1);
    this.world.turn();
    const silence = this.world.silence(what);
    if (silence !== null) return err(silence);
    const value = look();
    this.world.turn();
    return ok(value);
  }

  /** Books in the ledger what was journaled since it was last asked. */
  #book(): void {
    const { journal } = this.tested;
    const records = recordsOf(journal);
    for (const event of journal.slice(this.#booked)) {
      if (event.kind === 'order-filled') {
        const order = records.get(event.clientId)?.order as OrderIntent;
        this.portfolio.onFill(0, order.side, event.fill);
      } else if (event.kind === 'external-filled') {
        this.portfolio.onLedgerEvent(event);
      }
    }
    this.#booked = journal.length;
  }
}

function copyOf<T extends object>(thing: T): T {
  return { ...thing };
}
