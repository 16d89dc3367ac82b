import { address } from '../../actors/addresses.ts';
import { Lane } from '../../actors/runtime/lane.ts';
import type { Clock, Timers } from '../../src/core/env.ts';
import { rngOf } from '../../src/core/rng.ts';
import { tickPath } from '../../src/desk/run/tick-path.ts';
import { WarmVenue } from '../../src/desk/run/warm-venue.ts';
import { DeskMetrics } from '../../src/ops/desk-metrics.ts';
import type { JournalEvent } from '../../src/storage/journal/event-table.ts';
import { madeUpVenue } from '../../test/support/binance/made-up-venue.ts';
import { anInstrument } from '../../test/support/trade/instruments.ts';

/** One frame in so many moves the price, which replaces both quotes. */
const FRAMES_PER_PRICE = 100;

/** The way from a tick to an order, with everything on it, under a load. */
export interface DeskLoad {
  readonly lane: Lane;
  readonly metrics: DeskMetrics;
  /** One frame through the whole desk. */
  tick(): void;
  /** Messages that have been handled, restarts included. */
  handled(): number;
}

export async function deskLoad(env: {
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: (event: JournalEvent) => void;
}): Promise<DeskLoad> {
  const instrument = anInstrument();
  const net = new WarmVenue(instrument, FRAMES_PER_PRICE);
  const metrics = new DeskMetrics();
  const { name, clock, timers, journal } = env;
  const lane = new Lane({ name, clock, timers, random: rngOf(1) });
  const venue = madeUpVenue(instrument);
  const feed = address.feed(venue.name).path;
  lane.observe({
    // The venue takes the connection of each new incarnation of the feed.
    started: ({ path }) => void (path === feed && timers.turn(() => net.open())),
  });
  await lane.spawn(tickPath({ venue, instrument, net, timers, metrics, journal }), 'root');
  const byUid = new Map<number, number>();
  let ended = 0;
  const sum = (): number => [...byUid.values()].reduce((total, each) => total + each, ended);
  return {
    lane,
    metrics,
    tick: () => net.tick(),
    handled() {
      const alive = new Set<number>();
      for (const { uid, handled } of lane.describe()) {
        alive.add(uid);
        byUid.set(uid, handled);
      }
      for (const [uid, handled] of byUid) {
        if (alive.has(uid)) continue;
        ended += handled;
        byUid.delete(uid);
      }
      return sum();
    },
  };
}
