import { type Boot, type RestoredMode, restoreMode } from '../control/mode/restore.ts';
import type { StateSeal } from '../control/mode/state-seal.ts';
import type { ModePolicy } from '../control/modes.ts';
import type { Instrument } from '../core/instrument.ts';
import type { OrderRecord } from '../execution/order.ts';
import type { PortfolioState } from '../execution/portfolio.ts';
import type { Position } from '../execution/positions.ts';
import { isProtection } from '../execution/protection/intent.ts';
import type { BackfillJob } from '../market/quality/backfill.ts';
import { drawdown } from '../risk/controls/money.ts';
import { valueAtRisk } from '../risk/controls/portfolio.ts';
import type { RiskState } from '../risk/risk-desk.ts';
import type { StoredOrder } from '../storage/event-store/projections.ts';
import { journalFaultText } from '../storage/journal/faults.ts';
import type { Journal } from '../storage/journal/journal.ts';
import type { VenueMemory } from '../venues/venue-desk-port.ts';

/** Those that stand on a rung of the ladder of de-risking. */
const LADDER_CONTROLS = [drawdown, valueAtRisk];
/** Each look waits for what is written at its begin; a quiet moment comes long before. */
const LOOKS_MAX = 1_000;

/**
 * What actors take over from the journal when they start: always after everything that was written
 * has been applied, so that nothing is booked twice or lost in a restart. Instruments are looked up
 * by symbol, because an index may have meant another one before.
 */
export class DeskMemory {
  readonly #journal: Journal;
  readonly #instruments: readonly Instrument[];

  constructor(journal: Journal, instruments: readonly Instrument[]) {
    this.#journal = journal;
    this.#instruments = instruments;
  }

  async portfolio(): Promise<PortfolioState> {
    await this.#settled();
    const venues = new Set(this.#instruments.map(({ venue }) => venue));
    const balances = new Map(
      [...venues].flatMap((venue) => {
        const held = this.#journal.store.balances(venue);
        return held.size === 0 ? [] : [[venue, held] as const];
      }),
    );
    return { positions: this.#positions(), balances };
  }

  /** What of the market data is still to be fetched again. */
  async backfill(): Promise<readonly BackfillJob[]> {
    await this.#settled();
    return this.#journal.store.backfillJobs();
  }

  async risk(): Promise<RiskState> {
    await this.#settled();
    const { store } = this.#journal;
    const peak = store.profitPeak()?.event.profit;
    const marketDay = store.marketDay()?.event;
    return {
      positions: this.#positions(),
      openOrders: this.#openOrders(() => true),
      day: store.riskDay()?.event ?? null,
      ...(marketDay === undefined ? {} : { marketDay }),
      rungs: new Map(
        LADDER_CONTROLS.flatMap(({ id }) => {
          const to = store.rung(id)?.event.to;
          return to === undefined ? [] : [[id, to] as const];
        }),
      ),
      ...(peak === undefined ? {} : { peak }),
    };
  }

  /** The protective stops that have not ended. */
  async protection(): Promise<readonly OrderRecord[]> {
    await this.#settled();
    return this.#openOrders(() => true).filter(({ order }) => isProtection(order));
  }

  async venue(name: string): Promise<VenueMemory> {
    await this.#settled();
    const { store } = this.#journal;
    const marks = new Map<number, string>();
    const reconciled = store.lastReconciled(name);
    if (reconciled !== null) {
      const bySymbol: Record<string, string> = JSON.parse(reconciled.event.marks);
      for (const [symbol, tradeId] of Object.entries(bySymbol)) {
        const index = this.#indexOf(name, symbol);
        if (index !== null) marks.set(index, tradeId);
      }
    }
    return {
      marks,
      openOrders: this.#openOrders((venue) => venue === name),
      order: (clientId) => {
        const stored = store.order(clientId);
        return stored === null ? undefined : this.#recordOf(stored);
      },
      isBooked: (instrument, tradeId) => {
        const symbol = this.#instruments[instrument]?.symbol ?? '';
        return store.hasFill(name, symbol, tradeId);
      },
    };
  }

  async mode(
    seal: StateSeal,
    boot: Boot,
    policy: ModePolicy,
    nowMs: number,
  ): Promise<RestoredMode> {
    await this.#settled();
    return restoreMode(this.#journal.store.mode()?.event ?? null, seal, boot, policy, nowMs);
  }

  #positions(): ReadonlyMap<number, Position> {
    const positions = new Map<number, Position>();
    for (const { venue, symbol, position } of this.#journal.store.positions()) {
      const index = this.#indexOf(venue, symbol);
      if (index !== null) positions.set(index, position);
    }
    return positions;
  }

  #openOrders(isWanted: (venue: string) => boolean): readonly OrderRecord[] {
    return this.#journal.store
      .openOrders()
      .filter(({ record }) => isWanted(record.order.venue))
      .flatMap((stored) => this.#recordOf(stored) ?? []);
  }

  /** Undefined for an order of a market that is no longer followed. */
  #recordOf({ symbol, record }: StoredOrder): OrderRecord | undefined {
    const instrument = this.#indexOf(record.order.venue, symbol);
    if (instrument === null) return undefined;
    return { ...record, order: { ...record.order, instrument } };
  }

  #indexOf(venue: string, symbol: string): number | null {
    const found = this.#instruments.find((each) => each.venue === venue && each.symbol === symbol);
    return found?.index ?? null;
  }

  /**
   * Until the store has everything that has been written by then: others go on writing meanwhile,
   * and tell what they wrote to whoever restores now.
   */
  async #settled(): Promise<void> {
    const journal = this.#journal;
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const settled = await journal.settled();
      if (!settled.ok) throw new Error(`the journal: ${journalFaultText(settled.error)}`);
      if (journal.store.head() >= journal.head) return;
    }
    throw new Error(`the journal: the store is behind after ${LOOKS_MAX} looks`);
  }
}
