import type { Amending } from '../../../src/execution/amend/amending.ts';
import type { LedgerEvent } from '../../../src/execution/ledger.ts';
import { type NativeOrders, NO_NATIVES } from '../../../src/execution/native/native-orders.ts';
import type { OrderEvent } from '../../../src/execution/order.ts';
import { OrderManager } from '../../../src/execution/order-manager.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { OrderEntry } from '../../../src/venues/order-entry.ts';
import type { RequestOutcome } from '../../../src/venues/port.ts';
import { manualEnv } from '../manual-env.ts';
import { anInstrument } from '../trade/instruments.ts';
import { anOpenGate, aVenue, type SentFrame, sentFrame } from './order-socket.ts';

export const REQUEST_TIMEOUT_MS = 2_000;
/** The client id of `anOrder`. */
const FIRST_ID = 'desk-1-mm-1';

export type TestEntry = ReturnType<typeof anEntry>;

/** Order entry of one venue with a socket that the test holds. */
export function anEntry(isClockReal = false) {
  const env = manualEnv();
  const instruments = [
    anInstrument(),
    anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH' }),
    anInstrument({ index: 2, symbol: 'XBTUSD', venue: 'elsewhere' }),
  ];
  const gate = anOpenGate();
  const metrics = new DeskMetrics();
  const journal: (OrderEvent | LedgerEvent)[] = [];
  const sent: SentFrame[] = [];
  const dropped: string[] = [];
  const throttled: number[] = [];
  const world = {
    isConnected: true,
    /** Runs in the middle of a placement, when the intent has just been journaled. */
    journaled: (_event: OrderEvent | LedgerEvent): void => {},
  };
  const manager = new OrderManager({
    venue: 'binance',
    deskId: 'desk',
    instruments,
    memory: { order: () => undefined, isBooked: () => false },
    sink: {
      journal(event) {
        journal.push(event);
        world.journaled(event);
      },
      told: () => {},
    },
  });
  const venue = aVenue(instruments);
  /** What the venue changes in place; a test may change it. */
  const natives: { -readonly [K in keyof NativeOrders]: NativeOrders[K] } = { ...NO_NATIVES };
  const amending: { -readonly [K in keyof Amending]: Amending[K] } = { ...venue.orders.amending };
  const entry = new OrderEntry({
    venue: { ...venue, orders: { ...venue.orders, amending, natives } },
    gate,
    manager,
    instruments,
    metrics,
    clock: env.clock,
    venueMs: () => env.nowMs,
    send(text) {
      if (world.isConnected) sent.push(sentFrame(text as string));
      return world.isConnected;
    },
    dropped: (_, order) => void dropped.push(order.clientId),
    throttled: (ms) => void throttled.push(ms),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    isClockReal,
  });
  return {
    env,
    gate,
    metrics,
    manager,
    entry,
    sent,
    dropped,
    throttled,
    world,
    amending,
    natives,
    kinds: () => journal.map(({ kind }) => kind),
    status: (clientId = FIRST_ID) => manager.recordOf(clientId)?.status,
    reason: (clientId = FIRST_ID) => manager.recordOf(clientId)?.reason,
    reply: (at: number, outcome: RequestOutcome) =>
      entry.onReply((sent[at] as SentFrame).id, outcome),
  };
}
