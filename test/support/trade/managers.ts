import type { LedgerEvent } from '../../../src/execution/ledger.ts';
import { isEnded, type OrderEvent, type OrderRecord } from '../../../src/execution/order.ts';
import { OrderManager, type OrderUpdated } from '../../../src/execution/order-manager.ts';
import { aRecord } from './orders.ts';

export type BookedEvent = OrderEvent | LedgerEvent;

export const MARKETS = [
  { index: 0, symbol: 'BTCUSDT' },
  { index: 1, symbol: 'ETHUSDT' },
];

export interface TestManager {
  readonly manager: OrderManager;
  /** What was journaled, by this manager and by those before it. */
  readonly journal: BookedEvent[];
  /** What was told since this manager was made. */
  readonly told: (OrderUpdated | LedgerEvent)[];
}

/** The manager of venue `v` of desk `desk`, which remembers what an earlier one journaled. */
export function aManager(earlier: readonly BookedEvent[] = []): TestManager {
  const journal = [...earlier];
  const told: (OrderUpdated | LedgerEvent)[] = [];
  const remembered = recordsOf(earlier);
  const booked = new Set(bookedFills(earlier, remembered));
  const manager = new OrderManager({
    venue: 'v',
    deskId: 'desk',
    instruments: MARKETS,
    memory: {
      order: (clientId) => remembered.get(clientId),
      isBooked: (instrument, tradeId) => booked.has(`${instrument}|${tradeId}`),
    },
    sink: {
      journal: (event) => void journal.push(event),
      told: (update) => void told.push(update),
    },
  });
  manager.table.restore([...remembered.values()].filter((record) => !isEnded(record)));
  return { manager, journal, told };
}

/** The orders that a journal tells of. */
export function recordsOf(journal: readonly BookedEvent[]): Map<string, OrderRecord> {
  const records = new Map<string, OrderRecord>();
  for (const event of journal) {
    if (event.kind === 'order-submitted') records.set(event.order.clientId, aRecord(event.order));
    else if ('clientId' in event) {
      const { order } = records.get(event.clientId) as OrderRecord;
      const events = journal.filter(
        (each) => 'clientId' in each && each.clientId === order.clientId,
      );
      records.set(order.clientId, aRecord(order, ...(events as (typeof event)[])));
    }
  }
  return records;
}

/** Every fill that a journal tells of, as `instrument|trade`, in order and with repetitions. */
export function bookedFills(
  journal: readonly BookedEvent[],
  records = recordsOf(journal),
): string[] {
  return journal.flatMap((event) => {
    if (event.kind === 'order-filled') {
      return [`${records.get(event.clientId)?.order.instrument}|${event.fill.tradeId}`];
    }
    if (event.kind !== 'external-filled') return [];
    const market = MARKETS.find(({ symbol }) => symbol === event.symbol);
    return [`${market?.index}|${event.fill.tradeId}`];
  });
}
