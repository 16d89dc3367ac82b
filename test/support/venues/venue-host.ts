import type { Clock, HttpRequest, Net, Timers } from '../../../src/core/env.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { LedgerEvent } from '../../../src/execution/ledger.ts';
import type { OrderEvent, OrderRecord } from '../../../src/execution/order.ts';
import type { OrderUpdated } from '../../../src/execution/order-manager.ts';
import type { ReconcileOutcome, VenueReconciled } from '../../../src/execution/reconciliation.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import type { Outgoing, Venue } from '../../../src/venues/port.ts';
import { VenueDesk } from '../../../src/venues/venue-desk.ts';
import type { VenueMemory } from '../../../src/venues/venue-desk-port.ts';
import { anApproved, anOpenGate } from '../edge/order-socket.ts';
import type { OrderParts } from '../trade/orders.ts';

const WATCH_MS = 250;
export const NO_MEMORY: VenueMemory = {
  order: () => undefined,
  isBooked: () => false,
  openOrders: [],
  marks: new Map(),
};

export interface HostOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Of the whole process; a venue of two connections makes one of them. */
  readonly net: Net;
  readonly venue: Venue;
  readonly instruments: readonly Instrument[];
  readonly deskId: string;
  readonly memory?: VenueMemory;
  readonly requestTimeoutMs?: number;
  /** What becomes of a frame on its way in; left out, it comes as it is. */
  readonly tamper?: (frame: string) => readonly string[];
}

/**
 * What stands around a venue desk in the place of its actor: socket, timers, and a control that
 * asks for a reconciliation whenever the venue is back.
 */
export function aVenueHost(options: HostOptions) {
  const { clock, timers, venue, instruments, deskId, memory = NO_MEMORY } = options;
  const net = venue.netOver?.(options) ?? options.net;
  const journal: (OrderEvent | LedgerEvent | VenueReconciled)[] = [];
  const told: (OrderUpdated | LedgerEvent)[] = [];
  const log: string[] = [];
  const news: string[] = [];
  const outcomes: ReconcileOutcome[] = [];
  const dropped: string[] = [];
  const sent: Outgoing[] = [];
  const gate = anOpenGate();
  let link = { send: (_: string): boolean => false, close: (): void => {} };
  let token = 0;
  let isAlive = true;
  /** Nothing of a host that is dead does anything any more. */
  const fenced =
    <A extends unknown[]>(callback: (...args: A) => void) =>
    (...args: A): void => {
      if (isAlive) callback(...args);
    };
  const later = (ms: number, run: () => void): void => void timers.after(ms, fenced(run));
  const over = (request: HttpRequest, requestId: string): true => {
    net.http(
      request,
      fenced((outcome) => desk.onAnswered(requestId, outcome)),
    );
    return true;
  };
  const desk = new VenueDesk(
    {
      venue,
      instruments,
      deskId,
      isOfThisBoot: () => true,
      net,
      gate,
      metrics: new DeskMetrics(),
      requestTimeoutMs: options.requestTimeoutMs ?? 2_000,
      isClockReal: false,
      journal: (event) => void journal.push(event),
      log: Object.assign(
        (level: string, _: string, kind: string, fields?: unknown) =>
          void log.push(`${level} ${kind} ${JSON.stringify(fields)}`),
        { setLevel: () => {} },
      ),
    },
    memory,
    {
      path: `trading/venues/venue:${venue.name}`,
      clock,
      random: rngOf(3),
      fenced,
      send(request, requestId) {
        const isSent = typeof request === 'string' ? link.send(request) : over(request, requestId);
        if (isSent) sent.push(request);
        return isSent;
      },
      open: (url) => open(url),
      notOpened: (why) => closed(why),
      told: (update) => void told.push(update),
      dropped: (_, { clientId }) => void dropped.push(clientId),
      compare: async () => ok([]),
      adjust: () => {},
      pause: (ms) => new Promise((resolve) => later(ms, resolve)),
      later: (what, ms) =>
        later(ms, () => (what === 'try-again' ? desk.run('restart') : desk.liftThrottle())),
      runEnded(outcome) {
        outcomes.push(outcome);
        desk.onRunEnded(outcome);
      },
      tellRisk: () => {},
      tellControl({ kind, ...rest }) {
        news.push([kind, ...Object.values(rest)].join(' '));
        if (kind !== 'venue-connected') return;
        token += 1;
        desk.reconcile(token);
      },
    },
  );
  const closed = (why: string): void => {
    log.push(`warn closed ${why}`);
    later(desk.onClosed(why), () => desk.connect());
  };
  const hear = (frame: Uint8Array): void => {
    if (desk.onFrame(frame, clock.mono()) === 'closing') link.close();
  };
  const open = (url: string): void => {
    let isHere = true;
    const { tamper } = options;
    const gone = fenced((why: string): void => {
      if (!isHere) return;
      isHere = false;
      closed(why);
    });
    const own = net.webSocket(
      url,
      {
        opened: fenced(() => desk.onOpened()),
        message: fenced((frame: Uint8Array) => {
          if (!isHere) return;
          if (tamper === undefined) hear(frame);
          else for (const text of tamper(Buffer.from(frame).toString())) hear(Buffer.from(text));
        }),
        closed: (_, why) => gone(why),
      },
      SOCKET_LIMITS,
    );
    link = {
      send: (text) => own.send(text),
      close() {
        own.close();
        gone('given up');
      },
    };
  };
  const watch = (): void => {
    const pulse = desk.connection.pulse();
    if (pulse === 'dead') link.close();
    if (pulse === 'ask') link.send(desk.ping() ?? '');
    desk.onTick();
    later(WATCH_MS, watch);
  };
  watch();
  desk.connect();
  let placed = 0;
  return {
    desk,
    gate,
    journal,
    told,
    log,
    news,
    outcomes,
    dropped,
    sent,
    /** Places an approved order. @returns its client id */
    place(parts: OrderParts): string {
      placed += 1;
      const clientId = parts.clientId ?? `${deskId}-1-momentum-${placed.toString(36)}`;
      desk.entry.place({ ...anApproved({ ...parts, clientId }), venue: venue.name });
      return clientId;
    },
    /** The order as it was told last. */
    record(clientId: string): OrderRecord | undefined {
      for (const update of [...told].reverse()) {
        if (update.kind !== 'order-updated') continue;
        if (update.record.order.clientId === clientId) return update.record;
      }
      return undefined;
    },
    /** Kinds of what the journal has of one order. */
    eventsOf: (clientId: string): string[] =>
      journal.flatMap((event) => {
        const own = 'order' in event ? event.order.clientId : 'clientId' in event && event.clientId;
        return own === clientId ? [event.kind] : [];
      }),
    /** `kill -9`: the system closes its sockets, and it does nothing more. */
    kill(): void {
      link.close();
      isAlive = false;
    },
  };
}

export type VenueHost = ReturnType<typeof aVenueHost>;
