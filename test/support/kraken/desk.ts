import { ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { LedgerEvent } from '../../../src/execution/ledger.ts';
import type { OrderEvent } from '../../../src/execution/order.ts';
import type { OrderUpdated } from '../../../src/execution/order-manager.ts';
import type { ReconcileOutcome, VenueReconciled } from '../../../src/execution/reconciliation.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { krakenKeyOf } from '../../../src/venues/kraken/sign.ts';
import { krakenVenue } from '../../../src/venues/kraken/venue.ts';
import { VenueDesk } from '../../../src/venues/venue-desk.ts';
import { anApproved, anOpenGate } from '../edge/order-socket.ts';
import { manualEnv } from '../manual-env.ts';
import type { OrderParts } from '../trade/orders.ts';
import { ALICE, aKraken } from './venue.ts';

const WATCH_MS = 250;
const DESK = 'kraken22';

/** A venue desk on a Kraken in this process: our session, orders and questions over its wire. */
export function aKrakenDesk(over: Partial<KrakenVenueOptions> = {}) {
  const env = manualEnv();
  const { venue, pairs } = aKraken({ clock: env.clock, timers: env.timers, ...over });
  const net = loopbackNet({
    venues: new Map([['kraken', venue]]),
    clock: env.clock,
    timers: env.timers,
    random: rngOf(2),
    latency: { fixedMs: 1, jitterMs: 0 },
  });
  const access = {
    url: 'http://kraken',
    key: krakenKeyOf(ALICE.apiKey, ALICE.secret),
    receiveWindowMs: 5_000,
    timeoutMs: 2_000,
  };
  const socketUrl = 'ws://kraken/auth/v2';
  const adapter = krakenVenue({ name: 'kraken', index: 0, socketUrl, access, instruments: pairs });
  const journal: (OrderEvent | LedgerEvent | VenueReconciled)[] = [];
  const told: (OrderUpdated | LedgerEvent)[] = [];
  const log: string[] = [];
  const news: string[] = [];
  const outcomes: ReconcileOutcome[] = [];
  const gate = anOpenGate();
  let link = { send: (_: string): boolean => false, close: (): void => {} };
  let token = 0;
  const desk = new VenueDesk(
    {
      venue: adapter,
      instruments: pairs,
      deskId: DESK,
      isOfThisBoot: () => true,
      net,
      gate,
      metrics: new DeskMetrics(),
      requestTimeoutMs: 2_000,
      isClockReal: false,
      journal: (event) => void journal.push(event),
      log: Object.assign(
        (level: string, _: string, kind: string, fields?: unknown) =>
          void log.push(`${level} ${kind} ${JSON.stringify(fields)}`),
        { setLevel: () => {} },
      ),
    },
    {
      order: () => undefined,
      isBooked: () => false,
      openOrders: [],
      marks: new Map(),
    },
    {
      path: 'trading/venues/venue:kraken',
      clock: env.clock,
      random: rngOf(3),
      fenced: (callback) => callback,
      send: (text) => typeof text === 'string' && link.send(text),
      open: (url) => open(url),
      notOpened: (why) => closed(why),
      told: (update) => void told.push(update),
      dropped: () => {},
      compare: async () => ok([]),
      adjust: () => {},
      pause: (ms) => new Promise((resolve) => void env.timers.after(ms, resolve)),
      later: (what, ms) =>
        void env.timers.after(ms, () =>
          what === 'try-again' ? desk.run('restart') : desk.liftThrottle(),
        ),
      runEnded(outcome) {
        outcomes.push(outcome);
        desk.onRunEnded(outcome);
      },
      tellRisk: () => {},
      tellControl({ kind, ...rest }) {
        news.push([kind, ...Object.values(rest)].join(' '));
        // Control asks for a reconciliation whenever a venue is back.
        if (kind === 'venue-connected') {
          token += 1;
          desk.reconcile(token);
        }
      },
    },
  );
  const closed = (why: string): void => {
    log.push(`warn closed ${why}`);
    env.timers.after(desk.onClosed(why), () => desk.connect());
  };
  const open = (url: string): void => {
    let isHere = true;
    const own = net.webSocket(
      url,
      {
        opened: () => desk.onOpened(),
        message(frame) {
          if (isHere && desk.onFrame(frame, env.clock.mono()) === 'closing') link.close();
        },
        closed(_, why) {
          if (!isHere) return;
          isHere = false;
          closed(why);
        },
      },
      SOCKET_LIMITS,
    );
    link = {
      send: (text) => own.send(text),
      close() {
        own.close();
        if (!isHere) return;
        isHere = false;
        closed('given up');
      },
    };
  };
  const watch = (): void => {
    const pulse = desk.connection.pulse();
    if (pulse === 'dead') link.close();
    if (pulse === 'ask') link.send(desk.ping() ?? '');
    desk.onTick();
    env.timers.after(WATCH_MS, watch);
  };
  watch();
  desk.connect();
  let placed = 0;
  return {
    env,
    venue,
    pairs,
    market: venue.exchange.markets.get('BTC/USD') as MarketState,
    desk,
    gate,
    journal,
    told,
    log,
    news,
    outcomes,
    /** Places an order of 0.01 BTC at 50,000 unless told otherwise. @returns its client id */
    place(parts: OrderParts = {}): string {
      placed += 1;
      const clientId = parts.clientId ?? `${DESK}-1-momentum-${placed.toString(36)}`;
      const order = anApproved({ ticks: 500_000, lots: 1_000_000, ...parts, clientId });
      desk.entry.place({ ...order, venue: 'kraken' });
      return clientId;
    },
    /** Kinds of what the journal has of one order. */
    eventsOf: (clientId: string): string[] =>
      journal.flatMap((event) => {
        const own = 'order' in event ? event.order.clientId : 'clientId' in event && event.clientId;
        return own === clientId ? [event.kind] : [];
      }),
    /** Somebody rests an order for ours to meet. */
    crowd(side: 'buy' | 'sell', ticks: number, lots: number): void {
      const market = venue.exchange.markets.get('BTC/USD') as MarketState;
      venue.exchange.crowdRest(market, side, ticks as Ticks, lots as Lots);
    },
  };
}
