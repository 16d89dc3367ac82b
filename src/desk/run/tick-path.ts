import { address } from '../../../actors/addresses.ts';
import { feedActor } from '../../../actors/market-data/feed.ts';
import { qualityActor } from '../../../actors/market-data/quality.ts';
import { executionActor } from '../../../actors/trading/execution.ts';
import { portfolioActor } from '../../../actors/trading/portfolio.ts';
import { riskActor } from '../../../actors/trading/risk.ts';
import { strategyActor } from '../../../actors/trading/strategy.ts';
import { venueActor } from '../../../actors/trading/venue.ts';
import { marketDataBranch } from '../../../supervisors/market-data.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { tradingBranch } from '../../../supervisors/trading.ts';
import { Gate } from '../../control/gate.ts';
import { SafetyKernel } from '../../control/safety-kernel.ts';
import type { Net, Timers } from '../../core/env.ts';
import { clientIdsOf } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import { amountOf } from '../../core/units.ts';
import { EvidenceTrail } from '../../execution/proof/evidence.ts';
import { qualitySection } from '../../market/quality/settings.ts';
import type { DeskMetrics } from '../../ops/desk-metrics.ts';
import { silentLog } from '../../ops/log.ts';
import { breakersSection } from '../../risk/breakers/settings.ts';
import { LIFTED_LOTS, SizeBoard } from '../../risk/sizing/board.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import { StrategyRecord } from '../../strategies/decision-record.ts';
import { BinanceStream } from '../../venues/binance/stream.ts';
import { rulesQuestion } from '../../venues/kinds/binance-kind.ts';
import { MarketRules } from '../../venues/market/market-rules.ts';
import type { Venue } from '../../venues/port.ts';

export interface TickPathOptions {
  readonly venue: Venue;
  readonly instrument: Instrument;
  readonly net: Net;
  readonly timers: Timers;
  readonly metrics: DeskMetrics;
  /** @throws when it cannot be journaled */
  readonly journal: (event: JournalEvent) => void;
}

const LABEL = 'warm';
const WARM_URLS = { streamUrl: 'warm:stream', restUrl: 'warm:rest' };
const DESK_ID = 'warmwarm';
/** Its sizes are of a time to come, so that they never grow old. */
const SIZED_MS = 1;

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

/** What the desk is worth, so that every limit of it is looked at and none binds. */
const RICHES = amountOf(10n ** 24n);

/** The made-up market stands still between loads, and jumps as no real one does. */
const BREAKERS = breakersSection.parse({
  limits: {
    C12: { warnMs: 60_000, haltMs: 60_000, hardHaltMs: 60_000 },
    C14: { zMax: 1_000, mediansMax: 1_000 },
    C17: { ofiZ: 1_000 },
  },
});

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
 * The way from a tick to an order, and nothing around it: the desk's own actors under the desk's
 * own branches, with a gate that stands open and a strategy that answers every change of price. No
 * control and no reconciliation, so it must never be given a socket to a real venue.
 */
export function tickPath(options: TickPathOptions) {
  const { venue, instrument, net, timers, metrics, journal } = options;
  const log = silentLog();
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const instruments = [instrument];
  const board = new SizeBoard({ instruments: 1, staleMs: SIZED_MS, bornNs: 0 });
  board.write(0, LIFTED_LOTS, LIFTED_LOTS, Number.MAX_SAFE_INTEGER);
  const unasked = rulesQuestion(WARM_URLS.restUrl, instruments, () => false);
  const rules = new MarketRules(instruments, unasked);
  const evidence = new EvidenceTrail();
  const ignore = (): void => {};
  const kernel = new SafetyKernel({ gate, emergency: ignore, onScope: ignore, record: ignore });
  const shared = { kernel, venues: [venue.name], warned: ignore, loop: null };
  const safety = { ...shared, settings: () => BREAKERS };
  // One for all incarnations of execution, so that none uses an id a second time.
  const clientId = clientIdsOf(DESK_ID, 1);
  const balances = new Map([[venue.name, new Map([[instrument.quote, RICHES]])]]);
  const nothing = { positions: new Map(), balances: new Map(), openOrders: [], day: null };
  const branches = {
    'market-data': marketDataBranch({
      quality: () =>
        qualityActor({ instruments, kernel, settings: qualitySection.parse({}), record: ignore }),
      feeds: [
        {
          venue: venue.name,
          start: () =>
            feedActor({
              // With rules, as a real desk looks at them at every frame.
              stream: () =>
                new BinanceStream({ ...WARM_URLS, instruments, rules, hasTrades: false }),
              net,
              listeners: {
                quotes: () => [address.risk, address.strategy(LABEL), address.quality],
                trades: () => [],
                facts: [],
              },
              log,
            }),
        },
      ],
    }),
    trading: tradingBranch({
      portfolio: () =>
        portfolioActor({
          instruments,
          margined: new Set(),
          restore: async () => ({ ...nothing, balances }),
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
              evidence,
              log,
            }),
        },
      ],
      risk: () =>
        riskActor({
          instruments,
          gate,
          severities: { sizeScale: () => 1, isStrategyPaused: () => false },
          safety,
          sizing: board,
          limits: () => LIMITS,
          restore: async () => nothing,
          journal,
          evidence,
        }),
      execution: () =>
        executionActor({
          instruments,
          gate,
          clientId,
          amendingOf: () => venue.orders.amending,
          metrics,
          isClockReal: true,
        }),
      strategies: [
        {
          label: LABEL,
          start: () =>
            strategyActor({
              label: LABEL,
              instrument,
              settings: () => SETTINGS,
              staleMs: () => 60_000,
              hold(nowNs, size) {
                size.positionLots = board.positionLots(instrument.index, nowNs);
                size.orderLots = board.orderLots(instrument.index, nowNs);
              },
              record: new StrategyRecord(LABEL, evidence, journal),
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
