import { address } from '../../actors/addresses.ts';
import { alertsActor } from '../../actors/edge/alerts.ts';
import { settingsActor } from '../../actors/edge/settings.ts';
import { shellActor } from '../../actors/edge/shell.ts';
import { type FeedListeners, feedActor } from '../../actors/market-data/feed.ts';
import { qualityActor } from '../../actors/market-data/quality.ts';
import type { SupervisorGaveUp } from '../../actors/runtime/observers.ts';
import { auditActor } from '../../actors/safety/audit.ts';
import { controlActor } from '../../actors/safety/control.ts';
import { guardActor } from '../../actors/safety/guard.ts';
import { indicatorActor } from '../../actors/safety/indicator.ts';
import { killSwitchActor } from '../../actors/safety/kill-switch.ts';
import { watchdogActor } from '../../actors/safety/watchdog.ts';
import { executionActor } from '../../actors/trading/execution.ts';
import { portfolioActor } from '../../actors/trading/portfolio.ts';
import { riskActor } from '../../actors/trading/risk.ts';
import { strategyActor } from '../../actors/trading/strategy.ts';
import { venueActor } from '../../actors/trading/venue.ts';
import type { StopCause } from '../../hardware/estop/signals.ts';
import type { VitalSign } from '../../hardware/watchdog/vital-signs.ts';
import type { LinksBranch } from '../../supervisors/edge.ts';
import { rootSupervisor } from '../../supervisors/root.ts';
import type { Desk } from '../commands/desk.ts';
import type { StrategySettings } from '../config/schema.ts';
import type { SafetyKernel } from '../control/safety-kernel.ts';
import { modePolicyOf, stopPolicyOf } from '../control/settings.ts';
import { clientIdsOf } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Amending } from '../execution/amend/amending.ts';
import type { NativeOrders } from '../execution/native/native-orders.ts';
import { EvidenceTrail } from '../execution/proof/evidence.ts';
import { booksOf } from '../risk/breakers/limit-book.ts';
import { auditHealth } from '../risk/controls/process.ts';
import type { JournalEvent } from '../storage/journal/event-table.ts';
import { StrategyRecord } from '../strategies/decision-record.ts';
import { quietNet } from '../venues/session/quiet-net.ts';
import { alertListener, alertMemory } from './alerts/alert-memory.ts';
import { crossChecksOf } from './audit/cross-checks.ts';
import type { DeskParts } from './desk-parts.ts';
import { beatMsOf, REFRESH_MS } from './hardware/desk-hardware.ts';
import { lastProofMs } from './hardware/estop-desk.ts';
import { deskAggregation } from './market/desk-aggregation.ts';
import { deskBackfill } from './market/desk-backfill.ts';
import { DeskMemory } from './memory.ts';
import { marginedOf } from './open-venues.ts';
import { factsOf } from './record/desk-facts.ts';
import { deskRecording } from './record/desk-recording.ts';
import { deskRiskReport } from './risk-report/desk-risk-report.ts';
import { standingConditions } from './safety/conditions.ts';
import { severitiesOf } from './safety/desk-kernel.ts';
import { deskProtection } from './safety/desk-protection.ts';
import { freeFractionOf } from './safety/free-space.ts';
import { riskSafety } from './safety/risk-safety.ts';
import { deskSizing } from './sizing/desk-sizing.ts';
import { deskVolatility } from './volatility/desk-volatility.ts';

export interface TreeHooks {
  readonly desk: Desk;
  readonly links: LinksBranch | null;
  /** Through which every part of the tree raises severity. */
  readonly kernel: SafetyKernel;
  readonly isTreeUp: () => boolean;
  readonly openOrders: () => number;
  /** Closes gate and latch at once. */
  readonly trip: (by: string, reason: string, cause: StopCause) => void;
  readonly signs: () => readonly VitalSign[];
  readonly onGiveUp: (event: SupervisorGaveUp) => void;
}

/** The actors of a desk under their supervisors. Each restart reads what is in force then. */
export function deskTree(parts: DeskParts, hooks: TreeHooks) {
  const { env, log, journal, audit, gate, latch } = parts;
  const { metrics, instruments, venues, isClockReal } = parts;
  const { kernel } = hooks;
  const memory = new DeskMemory(journal, instruments);
  const clientId = clientIdsOf(parts.deskId, parts.boot);
  const bootPrefix = `${parts.deskId}-${parts.boot.toString(36)}-`;
  const evidence = new EvidenceTrail();
  const amendings = new Map(venues.map(({ name, orders }) => [name, orders.amending]));
  const amendingOf = (venue: string) => amendings.get(venue) as Amending;
  const natives = new Map(venues.map(({ name, orders }) => [name, orders.natives]));
  const nativesOf = (venue: string) => natives.get(venue) as NativeOrders;
  const beatMs = beatMsOf(isClockReal);
  const proof = { lastMs: lastProofMs(journal.store) };
  let controlStarts = 0;

  const append = (event: JournalEvent): void => assertWritten(journal.append(event));
  const appendDurable = (event: JournalEvent): void => assertWritten(journal.appendDurable(event));
  const assertWritten = (sequence: number): void => {
    if (sequence > 0) return;
    gate.close('journal');
    throw new Error(`the journal takes no events: ${JSON.stringify(journal.fault)}`);
  };
  const strategiesOn = (instrument: number): readonly StrategySettings[] =>
    parts.config.strategies.filter((each) => instrumentOf(instruments, each)?.index === instrument);
  const volatility = deskVolatility(parts, append);
  const sizing = deskSizing(parts, kernel, append);
  const safety = { ...riskSafety(parts, kernel), volatility: volatility?.board ?? null };
  const limits = booksOf(safety.settings);
  const quoteListeners = instruments.map(({ index }) => [
    address.risk,
    ...strategiesOn(index).map(({ label }) => address.strategy(label)),
    address.quality,
    address.aggregator,
    ...(volatility === null ? [] : [address.volatility]),
  ]);
  const trades = [address.risk, address.quality, address.aggregator];
  const listeners: FeedListeners = {
    quotes: (index) => quoteListeners[index] ?? [],
    trades: () => trades,
    facts: [address.aggregator, ...(parts.config.facts === undefined ? [] : [address.facts])],
  };
  const restoreStops = () => memory.protection();
  const protection = deskProtection(parts, { clientId, restore: restoreStops, journal: append });
  const positionListeners = instruments.map(({ index }) => [
    ...strategiesOn(index).map(({ label }) => address.strategy(label)),
    ...(protection?.isKept(index) ? [address.protection] : []),
  ]);

  const restoreControl = () => {
    controlStarts += 1;
    const isFirst = controlStarts === 1;
    return memory.mode(
      parts.seal,
      {
        wasClean: isFirst && parts.wasClean,
        isLatched: latch.cause() !== null || kernel.summary().severity === 'emergency',
        conditions: standingConditions(parts.guard !== null),
      },
      modePolicyOf(parts.config.control),
      env.clock.mono() / 1e6,
    );
  };
  const { alerts, shell, guard } = parts;
  const recording = deskRecording(parts, append);
  const tape = recording?.relay ?? null;
  const aggregated = deskAggregation(parts, append);
  return rootSupervisor({
    onGiveUp: hooks.onGiveUp,
    safety: {
      audit: () =>
        auditActor({
          ...{ journal, audit, gate, log },
          limits: () => limits().of(auditHealth),
          freeFraction: freeFractionOf(env.files, parts.journalFolder, log),
        }),
      control: () =>
        controlActor({
          gate,
          latch,
          seal: parts.seal,
          kernel,
          venues: venues.map(({ name }) => name),
          restore: restoreControl,
          journal: appendDurable,
          stop: () => stopPolicyOf(parts.config.control),
          isTreeUp: hooks.isTreeUp,
          log,
        }),
      guard:
        guard === null
          ? null
          : () =>
              guardActor({
                link: guard,
                gate,
                isTreeUp: hooks.isTreeUp,
                trip: (by, reason) => hooks.trip(by, reason, 'guard'),
                journal: append,
                log,
              }),
      killSwitch: () =>
        killSwitchActor({
          ...parts.hardware,
          env,
          gate,
          latch,
          faultLatch: parts.faultLatch,
          proof,
          beatMs,
          openOrders: hooks.openOrders,
          journal: appendDurable,
          log,
        }),
      watchdog: () =>
        watchdogActor({
          beatMs,
          trip: (reason) => hooks.trip('the watchdog', reason, 'watcher'),
          pets: parts.pets,
          required: ['safety/audit', 'safety/control', 'trading/risk', 'trading/execution'],
          signs: hooks.signs,
          log,
        }),
      indicator: () =>
        indicatorActor({
          ...parts.hardware,
          gate,
          beatMs,
          refreshMs: Math.max(beatMs, REFRESH_MS),
        }),
    },
    marketData: {
      quality: () =>
        qualityActor({
          ...{ instruments, kernel },
          settings: parts.config.quality,
          record: append,
        }),
      aggregator: aggregated.start,
      backfill: deskBackfill(parts, tape, append, () => memory.backfill()),
      facts: factsOf(parts, listeners.facts, tape),
      feeds: venues.flatMap(({ name, streams, feeds, quiet, turns }) =>
        streams.map((stream) => ({
          venue: stream.name === '' ? name : `${name}:${stream.name}`,
          start: () =>
            feedActor({
              ...{ stream: aggregated.shelved(stream.open), feeds, net: quietNet(env, quiet) },
              ...{ turns, listeners, tape, log, journal: append },
            }),
        })),
      ),
      volatility: volatility?.start ?? null,
      recorder: recording?.start ?? null,
    },
    trading: {
      portfolio: () =>
        portfolioActor({
          instruments,
          margined: marginedOf(venues),
          restore: () => memory.portfolio(),
          journal: append,
          strategies: (index) => positionListeners[index] ?? [],
          log,
        }),
      venues: venues.map((venue) => ({
        name: venue.name,
        start: () =>
          venueActor({
            venue,
            instruments,
            deskId: parts.deskId,
            isOfThisBoot: (id) => id.startsWith(bootPrefix),
            net: venue.netOver?.(env) ?? env.net,
            quiet: venue.quiet,
            timers: env.timers,
            gate,
            metrics,
            requestTimeoutMs: venue.requestTimeoutMs,
            isClockReal,
            restore: () => memory.venue(venue.name),
            evidence,
            journal: append,
            log,
          }),
      })),
      risk: () =>
        riskActor({
          instruments,
          gate,
          severities: severitiesOf(parts, kernel),
          safety,
          sizing: sizing.board,
          nativesOf,
          limits: () => parts.config.risk,
          restore: () => memory.risk(),
          evidence,
          journal: append,
        }),
      sizing: sizing.start,
      protection: protection?.start ?? null,
      execution: () =>
        executionActor({ instruments, gate, clientId, amendingOf, metrics, isClockReal }),
      strategies: parts.config.strategies.map(({ label }, at) => ({
        label,
        start: () => {
          const settings = () => parts.config.strategies[at] as StrategySettings;
          const instrument = instrumentOf(instruments, settings()) as Instrument;
          return strategyActor({
            label,
            instrument,
            settings: () => settings().settings,
            staleMs: () => parts.config.risk.staleBookMs,
            hold: sizing.holdOf(label, instrument.index),
            record: new StrategyRecord(label, evidence, append),
          });
        },
      })),
    },
    edge: {
      settings: () =>
        settingsActor({
          current: () => parts.config,
          adopt: (config) => {
            parts.config = config;
          },
          load: () => parts.load(),
          journal: appendDurable,
          log,
        }),
      alerts:
        alerts === null
          ? null
          : () =>
              alertsActor({
                ...alerts,
                restore: () => alertMemory(journal),
                listen: (tell) => journal.listen(alertListener(tell, env.clock)),
                journal: append,
                mode: () => gate.mode,
                net: env.net,
                log,
              }),
      shell:
        shell === null
          ? null
          : () =>
              shellActor({
                ...shell,
                keys: () => shell.keyRing.list(),
                version: parts.version,
                desk: hooks.desk,
                env,
                log,
              }),
      riskReport: deskRiskReport(parts, limits, append),
      crossChecks: crossChecksOf(parts, append),
      links: hooks.links,
    },
  });
}

function instrumentOf(
  instruments: readonly Instrument[],
  wanted: { readonly venue: string; readonly symbol: string },
): Instrument | undefined {
  return instruments.find(
    ({ venue, symbol }) => venue === wanted.venue && symbol === wanted.symbol,
  );
}
