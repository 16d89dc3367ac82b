import { address } from '../../../actors/addresses.ts';
import { feedActor } from '../../../actors/market-data/feed.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import { executionActor } from '../../../actors/trading/execution.ts';
import { portfolioActor } from '../../../actors/trading/portfolio.ts';
import { riskActor } from '../../../actors/trading/risk.ts';
import { strategyActor } from '../../../actors/trading/strategy.ts';
import { venueActor } from '../../../actors/trading/venue.ts';
import { marketDataBranch } from '../../../supervisors/market-data.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { tradingBranch } from '../../../supervisors/trading.ts';
import { Gate } from '../../control/gate.ts';
import type { Env } from '../../core/env.ts';
import { clientIdsOf } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import { assert } from '../../core/result.ts';
import { DeskMetrics } from '../../ops/desk-metrics.ts';
import { silentLog } from '../../ops/log.ts';
import { EventEncoder } from '../../storage/journal/codec.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import type { Venue } from '../../venues/port.ts';
import { WarmVenue } from './warm-venue.ts';

/** Frames before the desk opens: enough for the compiler to have settled. */
const FRAMES_FIRST = 20_000;
/** Frames in one piece while opening, so that the event loop is not blocked for long. */
const FRAMES_AT_ONCE = 500;
/** Pause between two frames while the desk runs. */
const EVERY_MS = 1;
const LABEL = 'warm';
const DESK_ID = 'warmwarm';

/** Limits that no made-up order meets, so that every frame travels the whole way. */
const LIMITS = {
  maxOrderNotional: 1e12,
  maxPositionNotional: 1e12,
  priceBandBps: 5_000,
  staleBookMs: 60_000,
  ordersPerSecond: 1e9,
  ordersBurst: 1e9,
  strategyOrdersPerSecond: 1e9,
  maxDailyLoss: 1e12,
};

const SETTINGS = {
  kind: 'market-making' as const,
  halfSpreadBps: 10,
  volatilityWidening: 0,
  skewBps: 0,
  requoteBps: 0,
  smoothingSeconds: 0,
  quoteNotional: 1e6,
  maxInventoryNotional: 1e12,
};

/**
 * Keeps the way from tick to order hot. A processor that has slept for some milliseconds runs the
 * same code many times slower (measured on 2 cores of a shared machine: a frame decodes in 0.5 µs
 * in a loop, in 18 µs after 20 ms of idling), so between real frames made-up ones travel the same
 * code on a lane of their own, with their own gate, venue and books. Nothing of it reaches the
 * desk, its journal or a real venue.
 */
export class WarmLane {
  readonly #env: Env;
  readonly #lane: Lane;
  readonly #venue: WarmVenue;
  readonly #tree: ReturnType<typeof supervisor>;
  #isEnded = false;

  constructor(env: Env, venue: Venue, instrument: Instrument) {
    this.#env = env;
    this.#lane = new Lane({ ...env, name: `warm-${env.clock.mono()}` });
    this.#venue = new WarmVenue(instrument);
    this.#tree = this.#treeOf(venue, instrument);
  }

  /** Runs until the compiler has settled, then goes on beside the desk until `end`. */
  async start(): Promise<void> {
    await this.#lane.spawn(this.#tree, 'root');
    this.#venue.open();
    for (let sent = 0; sent < FRAMES_FIRST; sent += FRAMES_AT_ONCE) {
      for (let frame = 0; frame < FRAMES_AT_ONCE; frame += 1) this.#venue.tick();
      await new Promise<void>((resolve) => this.#env.timers.turn(resolve));
    }
    this.#keepWarm();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#lane.stopAll(0);
  }

  #keepWarm(): void {
    if (this.#isEnded) return;
    this.#venue.tick();
    this.#env.timers.after(EVERY_MS, () => this.#keepWarm());
  }

  #treeOf(venue: Venue, instrument: Instrument) {
    const { timers } = this.#env;
    const net = this.#venue;
    const log = silentLog();
    const gate = new Gate();
    gate.open('starting');
    gate.setMode('full-auto');
    const metrics = new DeskMetrics();
    const instruments = [instrument];
    const encoder = new EventEncoder();
    const { clock } = this.#env;
    const journal = (event: JournalEvent): void => {
      assert(encoder.encode(event, 1, clock.mono(), clock.now()) > 0, 'an event has bytes');
    };
    const nothing = { positions: new Map(), balances: new Map(), openOrders: [], day: null };
    const branches = {
      'market-data': marketDataBranch({
        feeds: [
          {
            venue: venue.name,
            start: () =>
              feedActor({
                streamUrl: 'warm:stream',
                restUrl: 'warm:rest',
                instruments,
                net,
                listeners: () => [address.risk, address.strategy(LABEL)],
                log,
              }),
          },
        ],
      }),
      trading: tradingBranch({
        portfolio: () =>
          portfolioActor({
            instruments,
            restore: async () => nothing,
            journal,
            strategies: () => [],
            log,
          }),
        venues: [
          {
            name: venue.name,
            start: () =>
              venueActor({
                venue,
                instruments,
                deskId: DESK_ID,
                isOfThisBoot: () => true,
                net,
                timers,
                gate,
                metrics,
                requestTimeoutMs: 60_000,
                isClockReal: true,
                restore: async () => {
                  // The actor pauses its venue when it starts; here nobody reconciles.
                  timers.turn(() => gate.resumeVenue(venue.index, 'disconnected'));
                  return {
                    openOrders: [],
                    marks: new Map(),
                    order: () => undefined,
                    isBooked: () => false,
                  };
                },
                journal,
                log,
              }),
          },
        ],
        risk: () =>
          riskActor({
            instruments,
            gate,
            limits: () => LIMITS,
            restore: async () => nothing,
            journal,
          }),
        execution: () =>
          executionActor({
            instruments,
            gate,
            clientId: clientIdsOf(DESK_ID, 1),
            metrics,
            isClockReal: true,
          }),
        strategies: [
          {
            label: LABEL,
            start: () =>
              strategyActor({
                label: LABEL,
                instrument: instruments[0] as Instrument,
                settings: () => SETTINGS,
                staleMs: () => 60_000,
              }),
          },
        ],
      }),
    };
    return supervisor({
      children: Object.entries(branches).map(([id, spec]) => ({
        id,
        type: 'supervisor',
        start: () => supervisor(spec),
      })),
    });
  }
}
