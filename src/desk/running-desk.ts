import { address } from '../../actors/addresses.ts';
import type { ReloadOutcome, SettingsMessage } from '../../actors/edge/settings.ts';
import { Lane, type LaneOptions } from '../../actors/runtime/lane.ts';
import { type ActorRef, type Reply, refByPath } from '../../actors/runtime/ref.ts';
import type { StopCause } from '../../hardware/estop/signals.ts';
import type { AccessPort } from '../commands/access/access-port.ts';
import type { AlertsPort } from '../commands/alerts/alerts-port.ts';
import type {
  ActorAction,
  ActorRow,
  Desk,
  DeskStatus,
  MarketRow,
  OrderRow,
  PositionRow,
} from '../commands/desk.ts';
import type { MarketPort } from '../commands/market-data/market-port.ts';
import type { PeersPort } from '../commands/peers/peers-port.ts';
import type { ProofPort } from '../commands/proof/proof-port.ts';
import type { RiskPort } from '../commands/risk/risk-port.ts';
import {
  type ReleaseRefusal,
  type Releaser,
  type Role,
  releaseRefusalText,
} from '../control/authorisation.ts';
import type { ControlSummary } from '../control/control-desk.ts';
import type { RequestableMode } from '../control/modes.ts';
import { STOP_AT_ONCE, type StopPolicy } from '../control/stop/flatten-permit.ts';
import { amountText, type Instrument } from '../core/instrument.ts';
import { err, ok, type Result } from '../core/result.ts';
import { isSameDefinition } from '../execution/definitions.ts';
import type { OrderRecord } from '../execution/order.ts';
import type { PortfolioReport, Touch } from '../execution/portfolio.ts';
import { journalFaultText } from '../storage/journal/faults.ts';
import { deskAlerts } from './alerts/desk-alerts.ts';
import type { DeskParts } from './desk-parts.ts';
import { actorRow, marketRow, orderRow, positionRow } from './desk-view.ts';
import { EstopDesk } from './hardware/estop-desk.ts';
import { resetDesk } from './hardware/reset-desk.ts';
import { StopWiring } from './hardware/stop-wiring.ts';
import { DeskInspector } from './inspect/desk-inspector.ts';
import type { DeskHealth } from './inspect/health.ts';
import { DeskLinks, NO_PEERS } from './links/desk-links.ts';
import { deskMarket } from './market/desk-market.ts';
import { plainOf } from './plain.ts';
import { deskAccess } from './proof/desk-access.ts';
import { journalProof } from './proof/journal-proof.ts';
import { deskRisk } from './risk-report/desk-risk.ts';
import { controlIsDown } from './safety/control-is-down.ts';
import { type DeskKernel, deskKernel } from './safety/desk-kernel.ts';
import { settleVenues } from './safety/settle-venues.ts';
import { deskTree } from './tree.ts';
import { VenuesWatch } from './venues-watch.ts';
import { endText, ROOT, Watchman } from './watchman.ts';

const ASK_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 10_000;

const settings: ActorRef<SettingsMessage> = refByPath('edge/settings');

export interface DeskHooks {
  /** Somebody asked for an orderly stop. */
  readonly onStop: (by: string) => void;
  /** The tree cannot go on: emergency has been set, the process must end. */
  readonly onFatal: (reason: string) => void;
  /** Makes the lane of a simulated desk, which somebody else steps. */
  readonly laneOf?: (options: LaneOptions) => Lane;
}

/** A desk that runs: its lane, its tree, and the port through which people see it. */
export class RunningDesk implements Desk {
  readonly parts: DeskParts;
  readonly access: AccessPort;
  readonly alerts: AlertsPort;
  readonly proof: ProofPort;
  readonly market: MarketPort;
  readonly risk: RiskPort;
  readonly inspector: DeskInspector;
  /** Through which every layer raises severity. */
  readonly severity: DeskKernel;
  readonly estop: EstopDesk;
  readonly #links: DeskLinks | null;
  readonly #hooks: DeskHooks;
  readonly #lane: Lane;
  readonly #watchman: Watchman;
  readonly #stop: StopWiring;
  readonly #startedNs: number;
  #isTreeUp = false;
  #isOver = false;

  constructor(parts: DeskParts, hooks: DeskHooks) {
    const { env, log, gate, latch, journal } = parts;
    this.parts = parts;
    this.access = deskAccess(parts, this);
    const store = async () => {
      const settled = await journal.settled();
      return settled.ok ? ok(journal.store) : err(journalFaultText(settled.error));
    };
    this.proof = journalProof(store);
    this.#hooks = hooks;
    this.#startedNs = env.clock.mono();
    const laneOf = hooks.laneOf ?? ((options: LaneOptions) => new Lane(options));
    this.#lane = laneOf({
      name: `desk-${parts.deskId}-${parts.boot}`,
      clock: env.clock,
      timers: env.timers,
      random: env.random.fork('lane'),
      log: ({ level, path, kind, detail }) => log(level, path, kind, { detail }),
    });
    const onFatal = (reason: string): void => this.#giveUp(reason);
    this.#watchman = new Watchman({ lane: this.#lane, gate, journal, log, onFatal });
    this.#lane.observe(this.#watchman);
    this.#lane.observe(
      new VenuesWatch({
        clock: env.clock,
        timers: env.timers,
        isPatient: latch.cause() !== null,
        onHopeless: (reason) => {
          if (!gate.isClosedBy('stopping')) this.#giveUp(reason);
        },
      }),
    );
    this.#stop = new StopWiring(parts, this.#lane);
    this.alerts = deskAlerts(this.#lane);
    this.market = deskMarket(this.#lane, parts.instruments);
    this.risk = deskRisk(this.#lane);
    this.estop = new EstopDesk(parts, this.#lane, store);
    this.inspector = new DeskInspector({
      parts,
      lane: this.#lane,
      health: () => this.#health(),
      openOrders: () => this.orders().length,
    });
    const trip = (by: string, reason: string): void => this.trip(by, reason);
    this.severity = deskKernel(parts, this.#lane, trip);
    const linked = { parts, lane: this.#lane, desk: this, trip };
    this.#links = parts.links === null ? null : new DeskLinks(parts.links, linked);
  }

  /** Journals the start and brings up the tree. Trading begins when control lets it. */
  async start(): Promise<void> {
    const { journal, boot, deskId, version, wasClean, instruments } = this.parts;
    journal.appendDurable({ kind: 'booted', boot, deskId, version, wasClean });
    for (const instrument of instruments) {
      const known = journal.store.instrumentAt(instrument.index);
      if (known !== null && isSameDefinition(known, instrument)) continue;
      journal.appendDurable({ kind: 'instrument-defined', instrument });
    }
    this.severity.begin();
    const tree = deskTree(this.parts, {
      desk: this,
      kernel: this.severity.kernel,
      links: this.#links?.branch() ?? null,
      trip: (by, reason, cause) => this.trip(by, reason, cause),
      signs: () => this.actors(),
      isTreeUp: () => this.#isTreeUp,
      openOrders: () => this.orders().length,
      onGiveUp: ({ child, reason }) => this.#giveUp(`${child} ended: ${endText(reason)}`),
    });
    await this.#lane.spawn(tree, ROOT);
    this.#isTreeUp = true;
    this.#lane.send(address.control, { kind: 'started' });
  }

  /** Closes the gate, cancels what rests and waits until journal and venue agree. */
  async settle(): Promise<Result<void, string>> {
    this.parts.gate.close('stopping');
    this.inspector.administration.resumeAll();
    return settleVenues(
      this.#lane,
      this.parts.venues.map(({ name }) => name),
    );
  }

  /** Journals an orderly stop, and stops the actors. */
  async close(reason: string): Promise<void> {
    this.parts.journal.appendDurable({ kind: 'stopped', reason });
    await this.stopActors();
  }

  /** Stops the actors, last first. */
  async stopActors(): Promise<void> {
    await this.#lane.stopAll(CLOSE_TIMEOUT_MS);
    this.parts.pets?.rest();
    this.parts.hardware.backend.close();
  }

  /** Closes gate and latch at once, whatever state the actors are in; they follow. */
  trip(by: string, reason: string, cause: StopCause = 'software', how?: StopPolicy): void {
    this.#stop.trip(by, reason, cause, how);
  }

  get peers(): PeersPort {
    return this.#links ?? NO_PEERS;
  }

  /** The tree as lines of text, for the log. */
  describe(): readonly ActorRow[] {
    return this.#lane.describe().map(actorRow);
  }

  actors(): readonly ActorRow[] {
    return this.describe();
  }

  actorState(path: string): unknown {
    const view = this.#lane.view(path);
    return view.ok ? plainOf(view.value) : null;
  }

  administer(action: ActorAction, path: string, by: string): Promise<Result<string, string>> {
    return this.inspector.administration.act(action, path, by);
  }

  async positions(): Promise<readonly PositionRow[]> {
    const { holdings } = await this.#report();
    return holdings.map((holding) => {
      const instrument = this.parts.instruments[holding.instrument] as Instrument;
      return positionRow(instrument, holding, this.#touch(holding.instrument));
    });
  }

  orders(): readonly OrderRow[] {
    return this.parts.venues.flatMap(({ name }) => {
      const view = this.#lane.view(address.venue(name).path);
      // An actor that has not started yet has no state to show.
      const venue = view.ok ? (view.value as { orders: OrderRecord[] } | undefined) : undefined;
      return (venue?.orders ?? []).map((record) => {
        const instrument = this.parts.instruments[record.order.instrument] as Instrument;
        return orderRow(instrument, record);
      });
    });
  }

  mode(): ControlSummary {
    const view = this.#lane.view('safety/control');
    if (!view.ok || view.value === undefined) {
      return controlIsDown(this.parts, this.severity.kernel);
    }
    // A reset waits for both, so the longer one is what people have to know.
    const control = view.value as ControlSummary;
    const cooldownMs = Math.max(control.cooldownMs, this.estop.cooldownMs());
    return { ...control, cooldownMs };
  }

  requestMode(mode: RequestableMode, by: string, reason: string): Promise<ControlSummary> {
    return this.#lane.ask(
      address.control,
      (reply: Reply<ControlSummary>) => ({
        kind: 'request-mode' as const,
        mode,
        by,
        reason,
        reply,
      }),
      ASK_TIMEOUT_MS,
    );
  }

  async emergency(by: string, reason: string): Promise<ControlSummary> {
    this.trip(by, reason, 'shell');
    // The gate is closed already; the answer shows what control has made of it.
    await new Promise<void>((resolve) => this.parts.env.timers.turn(resolve));
    return this.mode();
  }

  async reset(by: string, reason: string): Promise<Result<ControlSummary, string>> {
    const modeBefore = this.parts.gate.mode;
    const outcome = await resetDesk(this.#lane, { by, reason, modeBefore });
    return outcome.ok ? ok(this.mode()) : outcome;
  }

  async release(
    id: string,
    who: { readonly user: string; readonly role: Role },
    reason: string,
  ): Promise<Result<ControlSummary, string>> {
    const by: Releaser = { kind: 'person', name: who.user, role: who.role, reason };
    const released = await this.#lane.ask(
      address.control,
      (reply: Reply<Result<void, ReleaseRefusal>>) => ({ kind: 'release' as const, id, by, reply }),
      ASK_TIMEOUT_MS,
    );
    return released.ok ? ok(this.mode()) : err(releaseRefusalText(released.error));
  }

  reload(by: string, role: Role | null): Promise<ReloadOutcome> {
    return this.#lane.ask(
      settings,
      (reply: Reply<ReloadOutcome>) => ({ kind: 'reload' as const, by, role, reply }),
      ASK_TIMEOUT_MS,
    );
  }

  stop(by: string): void {
    this.#hooks.onStop(by);
  }

  recordCommand(by: string, command: string): Result<void, string> {
    const sequence = this.parts.journal.appendDurable({ kind: 'command-given', by, command });
    return sequence > 0 ? ok(undefined) : err('the journal takes no events');
  }

  async status(): Promise<DeskStatus> {
    const { metrics, instruments, version, env, journal } = this.parts;
    const { profit, fees, holdings } = await this.#report();
    const markets = instruments.map((each) => {
      const holding = holdings.find(({ instrument }) => instrument === each.index);
      return marketRow(each, holding, this.#touch(each.index));
    });
    const [{ symbol, bid, ask, position }] = markets as [MarketRow];
    const counts = this.#bookCounts();
    return {
      ...this.mode(),
      version,
      pid: process.pid,
      uptimeSeconds: Math.round((env.clock.mono() - this.#startedNs) / 1e9),
      ...{ symbol, bid, ask, position, markets },
      pnl: profit === null ? null : amountText(profit.net),
      fees: amountText(fees),
      orders: metrics.orders,
      fills: metrics.fills,
      rejects: metrics.rejects,
      refusals: Object.fromEntries(metrics.refusals),
      restarts: this.#watchman.restarts,
      ...counts,
      latencyP99Us: metrics.decision.percentileUs(99),
      submissionP99Us: metrics.submission.percentileUs(99),
      journalSequence: journal.head,
    };
  }

  /** What the books of all venues have gone through. */
  #bookCounts(): { gaps: number; crossed: number } {
    const sum = { gaps: 0, crossed: 0 };
    for (const { name } of this.parts.venues) {
      const feed = this.#lane.view(address.feed(name).path);
      if (!feed.ok || feed.value === undefined) continue;
      const { gaps, crossed } = feed.value as typeof sum;
      sum.gaps += gaps;
      sum.crossed += crossed;
    }
    return sum;
  }

  #health(): DeskHealth {
    const { journal } = this.parts;
    const { fault, storeFault } = journal;
    const overBudget = journal.overBudget();
    return {
      control: this.mode(),
      journalFault: fault === null ? null : journalFaultText(fault),
      storeFault: storeFault === null ? null : journalFaultText(storeFault),
      overBudget: overBudget === null ? null : journalFaultText(overBudget),
      journalSequence: journal.head,
      journalBehind: journal.lag().recordsBehind,
      restarts: this.#watchman.restarts,
      deadLetters: this.#lane.deadLetters.count,
    };
  }

  #report(): Promise<PortfolioReport> {
    const touches = this.#touches();
    return this.#lane.ask(
      address.portfolio,
      (reply: Reply<PortfolioReport>) => ({ kind: 'report' as const, touches, reply }),
      ASK_TIMEOUT_MS,
    );
  }

  #touch(instrument: number): Touch {
    return this.#touches()[instrument] ?? null;
  }

  #touches(): readonly Touch[] {
    const view = this.#lane.view('trading/risk');
    return view.ok && view.value !== undefined
      ? (view.value as { touches: readonly Touch[] }).touches
      : [];
  }

  /** Emergency first, while the process still can; whoever started the desk ends it. */
  #giveUp(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Who is about to end cannot flatten to an end.
    this.trip('supervision', reason, 'software', STOP_AT_ONCE);
    this.#hooks.onFatal(reason);
  }
}
