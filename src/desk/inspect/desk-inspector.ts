import type { Lane } from '../../../actors/runtime/lane.ts';
import { proveFaultText } from '../../commands/audit/prove-command.ts';
import type {
  ActorView,
  DeadLetterRow,
  FeedBatch,
  HealthReport,
  HopRow,
  Inspector,
  TopRow,
  TraceBatch,
  TraceLimits,
  TreeRow,
} from '../../commands/inspect/inspector.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type EntryProof, proveSequence } from '../../storage/audit/prove.ts';
import { auditFolder } from '../audit/open-audit.ts';
import type { DeskParts } from '../desk-parts.ts';
import { allowedActions } from './actor-policy.ts';
import { activityRow, actorView, hopRow, treeRow } from './actor-rows.ts';
import { Administration } from './administration.ts';
import { EventFeed, isoText } from './event-feed.ts';
import { type DeskHealth, healthOf } from './health.ts';
import { journalTail, verifyJournal } from './journal-reading.ts';
import { overTurns } from './over-turns.ts';
import { type ProcessFigures, processFigures } from './process-figures.ts';
import { stateView } from './state-view.ts';

/** What the inspector asks of the desk that it belongs to. */
export interface Inspected {
  readonly parts: DeskParts;
  readonly lane: Lane;
  readonly health: () => DeskHealth;
  /** How many orders may still trade. */
  readonly openOrders: () => number;
}

/** The desk as people look at it in depth. It observes the lane from its construction on. */
export class DeskInspector implements Inspector {
  readonly administration: Administration;
  readonly #of: Inspected;
  readonly #feed: EventFeed;
  readonly #process: ProcessFigures;

  constructor(of: Inspected) {
    const { lane, parts } = of;
    const { gate, log, env, folder } = parts;
    const venues = parts.venues.map(({ name }) => name);
    this.#of = of;
    this.#feed = new EventFeed(env.clock);
    this.#process = processFigures(env, folder);
    this.administration = new Administration({ lane, gate, log, venues });
    lane.observe(this.#feed);
    lane.observe(this.administration);
  }

  async tree(): Promise<readonly TreeRow[]> {
    const { lane, parts } = this.#of;
    const { clock } = parts.env;
    const rows: TreeRow[] = [];
    const restarts = this.#feed.restarts();
    await overTurns(parts.env, lane.inspection.walk(), (actor) => {
      rows.push(treeRow(actor, restarts, clock.mono()));
    });
    return rows;
  }

  async top(windowMs: number): Promise<readonly TopRow[]> {
    const { lane, parts } = this.#of;
    const { env } = parts;
    const handledBefore = new Map<number, number>();
    await overTurns(env, lane.inspection.walk(), (actor) => {
      handledBefore.set(actor.uid, actor.describe().handled);
    });
    const sampling = lane.inspection.sample();
    const beganNs = env.clock.mono();
    await new Promise<void>((resolve) => void env.timers.after(windowMs, resolve));
    const tallies = sampling.tallies();
    const windowNs = env.clock.mono() - beganNs;
    sampling.end();
    const rows: TopRow[] = [];
    await overTurns(env, lane.inspection.walk(), (actor) => {
      const info = actor.describe();
      // A new incarnation has handled all that it has within the window.
      const handled = info.handled - (handledBefore.get(info.uid) ?? 0);
      rows.push(activityRow(info, handled, tallies.get(info.path), windowNs));
    });
    return rows;
  }

  has(path: string): boolean {
    return this.#of.lane.actorAt(path).ok;
  }

  detail(path: string): ActorView | null {
    const { lane, parts } = this.#of;
    const found = lane.actorAt(path);
    const detail = lane.inspection.detail(path);
    if (!found.ok || detail === null) return null;
    const nowNs = parts.env.clock.mono();
    const row = treeRow(found.value, this.#feed.restarts(), nowNs);
    return actorView(row, detail, allowedActions(path), nowNs);
  }

  state(path: string, jsonPath: string | null): Result<unknown, string> {
    const view = this.#of.lane.view(path);
    if (view.ok) {
      return view.value === undefined
        ? err(`${path} shows nothing of its state`)
        : stateView(view.value, jsonPath);
    }
    const { error } = view;
    return err(error.kind === 'view-failed' ? `${path}: ${error.reason}` : `no actor at ${path}`);
  }

  trace(path: string, kind: string | null, limits: TraceLimits): Result<number, string> {
    const begun = this.#of.lane.inspection.trace(path, kind, limits);
    return begun.ok ? begun : err(begun.error.detail);
  }

  fetchTrace(id: number): TraceBatch | null {
    const report = this.#of.lane.inspection.fetchTrace(id);
    return report === null ? null : { ...report, records: report.records.map(hopRow) };
  }

  endTrace(id: number): void {
    this.#of.lane.inspection.endTrace(id);
  }

  hops(event: number): readonly HopRow[] {
    return this.#of.lane.inspection.hopsOf(event).map(hopRow);
  }

  caughtEvents(): readonly number[] {
    return this.#of.lane.inspection.caughtEvents;
  }

  events(since: number, max: number) {
    return this.#feed.read(since, max);
  }

  deadLetters(since: number, max: number): FeedBatch<DeadLetterRow> {
    const { deadLetters } = this.#of.lane;
    const latest = deadLetters.latest();
    const first = deadLetters.count - latest.length + 1;
    const rows = latest
      .map(({ atMs, path, kind, sender, reason }, at) => {
        return { n: first + at, at: isoText(atMs), path, kind, sender, reason };
      })
      .filter(({ n }) => n > since);
    return { rows: rows.slice(-max), next: deadLetters.count };
  }

  cancelAll(by: string): number {
    const { parts, openOrders } = this.#of;
    const asked = openOrders();
    parts.log('warn', 'desk', 'cancel-all', { by, asked });
    this.administration.cancelAll();
    return asked;
  }

  auditTail(count: number) {
    const { env, journal, journalFolder } = this.#of.parts;
    return journalTail(env, journalFolder, journal.head, count);
  }

  auditVerify() {
    const { env, journal, journalFolder } = this.#of.parts;
    return verifyJournal(env, journalFolder, journal.head);
  }

  auditProve(sequence: number): Result<EntryProof, string> {
    const { env, folder } = this.#of.parts;
    const proven = proveSequence(env.files, auditFolder(folder), sequence);
    return proven.ok ? ok(proven.value) : err(proveFaultText(proven.error));
  }

  async health(): Promise<HealthReport> {
    return healthOf(await this.tree(), this.#of.health(), this.administration.suspended);
  }

  lag(windowMs: number) {
    return this.#process.lag(windowMs);
  }

  heap() {
    return this.#process.heap();
  }

  heapSnapshot(): Result<string, string> {
    const { mode } = this.#of.parts.gate;
    if (mode === 'semi-auto' || mode === 'full-auto') {
      return err(
        `it holds the lane up for seconds, and the mode is ${mode}: \`mode manual\` first`,
      );
    }
    return this.#process.heapSnapshot();
  }

  cpuProfile(durationMs: number) {
    return this.#process.cpuProfile(durationMs);
  }
}
