import { loadConfig } from '../../../src/config/load.ts';
import type { Clock, Timers } from '../../../src/core/env.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { assert } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { newAccount } from '../../../src/desk/venue/notice.ts';
import { ACCOUNT, generatedVenue } from '../../../src/desk/venue/options.ts';
import {
  applyOrderEvent,
  type OrderRecord,
  type Side,
  submitted,
} from '../../../src/execution/order.ts';
import type { ApprovedAmendment } from '../../../src/risk/approved-order.ts';
import type { Account } from '../../../src/simulation/exchange/clearing.ts';
import { FRONT_KINDS, type FrontKind } from '../../../src/simulation/server/front-kinds.ts';
import { openVenueAs } from '../../../src/simulation/server/venue.ts';
import { serveVenue } from '../../../src/simulation/server/venue-server.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { VENUE_KINDS } from '../../../src/venues/kinds/venue-kinds.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import type { Outgoing, Venue } from '../../../src/venues/port.ts';
import type { VenueMemory } from '../../../src/venues/venue-desk-port.ts';
import type { OrderParts } from '../trade/orders.ts';
import { must, NEW_YEAR } from '../venue/fixtures.ts';
import type { ScenarioVenue } from './scenario-venues.ts';
import { aVenueHost, type VenueHost } from './venue-host.ts';

const DESK = 'scenario';
/** The touch of every market in quote currency, and what one unit of an order is in base. */
const PRICE = 60_000;
const UNIT = 0.01;
/** What passes between two looks, while frames are on real sockets. */
const STEP_MS = 10;
/** Turns of the event loop in which a frame and its answer pass. */
const TURNS = 6;

/** A venue of the kind on a free port; its book is empty until somebody quotes. */
export async function aScenarioServer(
  { kind, symbol }: ScenarioVenue,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
) {
  const random = rngOf(7);
  const keys = random.fork('keys');
  const entropy = (bytes: number) => Uint8Array.from({ length: bytes }, () => keys.below(256));
  const account = newAccount({ kind }, entropy);
  const loaded = loadConfig('config/three-venues.yaml');
  assert(loaded.ok, 'the configuration that is shipped is sound');
  const { simulation } = loaded.value.config;
  const front: FrontKind = FRONT_KINDS[kind];
  const parts = { clock, timers, random, account, records: null };
  const options = generatedVenue(simulation, { kind, symbols: [symbol] }, parts);
  const venue = must(openVenueAs(front.facade, { ...options, flows: {} }));
  const server = must(await serveVenue(venue, { port: 0, note: () => {}, timers: nodeTimers }));
  return { venue, server, account };
}

/**
 * A venue's server and our desk on it, over sockets of the loopback interface. Both have a clock
 * that goes on only while the test waits, by a little for every few turns of the event loop: a
 * machine that stalls stalls it too, so that no bound depends on the machine.
 */
export async function aStage(spec: ScenarioVenue, tampers = false) {
  const { kind, symbol } = spec;
  const time = virtualTime(NEW_YEAR);
  const { clock, timers } = time;
  const { venue, server, account } = await aScenarioServer(spec, { clock, timers });
  const host = `127.0.0.1:${server.port}`;
  const urls = { restUrl: `http://${host}`, streamUrl: `ws://${host}`, sessionUrl: `ws://${host}` };
  const access = { ...urls, account };
  const settings = {
    name: kind,
    symbols: [symbol],
    receiveWindowMs: 2_000,
    requestTimeoutMs: 2_000,
  };
  const sockets = nodeNet(timers);
  const net = tampers ? spec.tamper.net(sockets) : sockets;
  const rules = VENUE_KINDS[kind].instruments(access, settings, 0);
  let instruments: readonly Instrument[] = [];
  net.http(rules.request, (outcome) => {
    instruments = must(rules.decode(outcome));
  });
  const market = venue.exchange.markets.get(symbol);
  assert(market !== undefined, 'the venue has the market');

  const advance = async (ms: number): Promise<void> => {
    const endMs = clock.now() + ms;
    while (clock.now() < endMs) {
      for (let turn = 0; turn < TURNS; turn += 1) {
        await new Promise<void>((resolve) => nodeTimers.turn(resolve));
      }
      time.runUntil(Math.min(endMs, clock.now() + STEP_MS));
    }
  };
  /** Waits for something that comes within so much virtual time. */
  const until = async (what: string, isTrue: () => boolean, withinMs = 60_000): Promise<void> => {
    const endMs = clock.now() + withinMs;
    while (!isTrue()) {
      assert(clock.now() < endMs, `${kind}: within ${withinMs} ms: ${what}`);
      await advance(STEP_MS);
    }
  };
  await until('the rules of the market', () => instruments.length > 0);
  const instrument = instruments[0] as Instrument;
  const adapter = (): Venue => ({
    name: kind,
    index: 0,
    ...VENUE_KINDS[kind].trading({ access, settings, instruments }),
  });
  const ticks = (price: number): number => Math.round(price / instrument.tickSize);
  const lots = (units: number): number => Math.round((units * UNIT) / instrument.lotSize);

  const begin = async (memory?: VenueMemory): Promise<VenueHost> => {
    const tamper = tampers ? spec.tamper.frames : undefined;
    const made = aVenueHost({
      ...{ clock, timers, net, instruments, deskId: DESK, venue: adapter() },
      ...(memory === undefined ? {} : { memory }),
      ...(tamper === undefined ? {} : { tamper }),
    });
    await until('orders may leave', () => made.gate.venuePauses(0).length === 0);
    return made;
  };
  const desk = await begin();
  /** Orders of ours that the venue has taken, and what it has done since. */
  const seen = { accepted: 0, trades: 0, canceled: [] as number[] };
  venue.exchange.listen((events) => {
    for (const event of events) {
      if (event.kind !== 'executed' || event.order.account !== ACCOUNT) continue;
      if (event.execution === 'new') seen.accepted += 1;
      if (event.trade !== null) seen.trades += 1;
      if (event.execution === 'canceled') seen.canceled.push(clock.now());
    }
  });
  return {
    ...{ spec, desk, venue, instrument, clock, seen, advance, until, begin, lots, ticks },
    /** How long the venue acts on an order after its time stamp. */
    windowMs: adapter().session.receiveWindowMs,
    get account(): Account {
      return venue.exchange.account(ACCOUNT) as Account;
    },
    /** Somebody offers, or bids for, so many units at the touch or so far from it. */
    crowd(side: Side, units: number, away = 0): void {
      const price = ticksOf(ticks(PRICE + away));
      venue.exchange.crowdRest(market, side, price, lotsOf(lots(units)));
    },
    /** Somebody takes so many units at any price. */
    take(side: Side, units: number): void {
      venue.exchange.crowdTake(market, side, lotsOf(lots(units)), null);
    },
    /** A limit order of one unit at the touch unless told otherwise. @returns its client id */
    place({ away = 0, ...parts }: OrderParts & { readonly away?: number } = {}): string {
      return desk.place({ ticks: ticks(PRICE + away), lots: lots(1), ...parts });
    },
    /** Asks the venue for other terms of an order: where the price is to be, units in all. */
    amend(clientId: string, { away = 0, units = 1 }: { away?: number; units?: number }): void {
      const { order, filledLots } = desk.record(clientId) as OrderRecord;
      const inAll = lotsOf(lots(units));
      const open = lotsOf(inAll - filledLots);
      const wanted = { ...order, ticks: ticksOf(ticks(PRICE + away)), lots: open };
      desk.desk.entry.amend({ wanted, lots: inAll } as ApprovedAmendment);
    },
    /** How many requests that place an order have left. */
    posts: (): number => desk.sent.filter((request) => spec.isPlacement(textOf(request))).length,
    /** The next requests of an order's kind go wrong. */
    fault(
      which: 'place' | 'cancel' | 'amend',
      fault: Parameters<typeof venue.facade.faults.planRequests>[1],
    ): void {
      venue.facade.faults.planRequests(spec.operations[which], fault, 1);
    },
    /** What a later process finds in the journal of this one, with marks from before its orders. */
    memory(): VenueMemory {
      return memoryOf(desk, instrument);
    },
    async end(): Promise<void> {
      desk.kill();
      sockets.close();
      const stopped = server.stop();
      // Its farewell waits on the clock of the venue.
      await advance(1_000);
      await stopped;
    },
  };
}

export type Stage = Awaited<ReturnType<typeof aStage>>;

function textOf(request: Outgoing): string {
  return typeof request === 'string'
    ? request
    : `${request.method} ${new URL(request.url).pathname}`;
}

function memoryOf({ journal }: VenueHost, { index, symbol }: Instrument): VenueMemory {
  const records = new Map<string, OrderRecord>();
  const booked = new Set<string>();
  let marks = new Map<number, string>();
  for (const event of journal) {
    if (event.kind === 'order-submitted') {
      records.set(event.order.clientId, submitted(event.order));
    } else if (event.kind === 'venue-reconciled' && marks.size === 0) {
      const bySymbol = JSON.parse(event.marks) as Record<string, string>;
      marks = new Map([[index, bySymbol[symbol] as string]]);
    } else if ('clientId' in event) {
      if (event.kind === 'order-filled') booked.add(event.fill.tradeId);
      const { record } = applyOrderEvent(records.get(event.clientId) as OrderRecord, event);
      records.set(event.clientId, record);
    }
  }
  const open = new Set(['submitted', 'unknown', 'open', 'partially-filled']);
  return {
    order: (clientId) => records.get(clientId),
    isBooked: (_, tradeId) => booked.has(tradeId),
    openOrders: [...records.values()].filter(({ status }) => open.has(status)),
    marks,
  };
}
