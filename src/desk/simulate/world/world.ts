import { actOnPanel, type PanelAction } from '../../../../hardware/gpio/panel.ts';
import { keysFolder } from '../../../commands/access/connect.ts';
import type { Config } from '../../../config/schema.ts';
import { GATE_LAYOUT, MODES } from '../../../control/gate.ts';
import { assert, reasonOf } from '../../../core/result.ts';
import { type Rng, rngOf } from '../../../core/rng.ts';
import { type LossyFiles, lossyFiles } from '../../../simulation/disk/lossy-files.ts';
import { type DiskSwitches, SOUND_DISK } from '../../../simulation/disk/process-files.ts';
import type { FaultTarget } from '../../../simulation/faults/fault.ts';
import { soundNet } from '../../../simulation/faults/process-net.ts';
import { SOUND_LATENCY } from '../../../simulation/faults/transport-faults.ts';
import { compareAtRest } from '../../../simulation/invariants/agreement.ts';
import { AuditWatch } from '../../../simulation/invariants/audit-watch.ts';
import { JournalWatch } from '../../../simulation/invariants/journal-watch.ts';
import { ModeWatch } from '../../../simulation/invariants/mode-watch.ts';
import { OrderWatch } from '../../../simulation/invariants/order-watch.ts';
import { RestWatch } from '../../../simulation/invariants/rest-watch.ts';
import { Verdicts, type Violation } from '../../../simulation/invariants/verdicts.ts';
import { WaitWatch } from '../../../simulation/invariants/wait-watch.ts';
import { loopbackNet } from '../../../simulation/server/loopback-net.ts';
import type { Venue } from '../../../simulation/server/venue.ts';
import { type VirtualTime, virtualTime } from '../../../simulation/virtual-time.ts';
import { VERIFIER_FILE } from '../../../storage/audit/drain/audit-keys.ts';
import { auditFolder } from '../../audit/open-audit.ts';
import { panelFile } from '../../hardware/open-hardware.ts';
import { accessAt, IN_PROCESS } from '../../run/in-process.ts';
import { guardKeyFile } from '../../venue/notice.ts';
import { ACCOUNT } from '../../venue/options.ts';
import { DeskProcess, FOLDER, type ProcessEnd, type ProcessHooks } from '../desk-process.ts';
import { Operator } from '../operator.ts';
import { ConfigFile, seedConfig } from '../seed-config.ts';
import { Trace } from '../trace.ts';
import { type GuardMaker, GuardYard } from './guard-yard.ts';
import { StoreShelf } from './store-shelf.ts';
import { flipTailBit } from './tail-flip.ts';
import { GUARD_KEY, openWorldVenue } from './world-venue.ts';

const START_MS = 1_700_000_000_000;
const HOST = 'in-process';
const ACCESS = accessAt(HOST, IN_PROCESS);
export const SEGMENTS = `${FOLDER}/journal/segments`;
const LATCH = `${FOLDER}/latch`;
/** What a start says that finds less than was signed. */
const DAMAGE = /damaged|is missing|its end is gone|is not the one that was audited/;
/** What a disk writes in one piece. */
const SECTOR_BYTES = 512;
/** Whoever starts a daemon again waits up to so long. */
const RESTART_MS_MAX = 2_000;
const OPERATOR_MS = 500;

const UNHEARD = {
  handled: () => {},
  declared: () => {},
  sent: () => {},
  asked: () => {},
  wrote: () => {},
  replaced: () => {},
  opened: () => {},
  torn: () => {},
};

/** Everything around one desk, and the desk: one seed makes one such world. */
export class World {
  readonly time: VirtualTime = virtualTime(START_MS);
  readonly random: Rng;
  readonly disk: LossyFiles = lossyFiles(SECTOR_BYTES);
  readonly diskSwitches: DiskSwitches = { ...SOUND_DISK };
  readonly netSwitches = soundNet();
  readonly latency: FaultTarget['latency'] = { ...SOUND_LATENCY };
  readonly venueClock = { aheadMs: 0 };
  readonly file: ConfigFile;
  readonly venue: Venue;
  readonly trace: Trace;
  readonly verdicts: Verdicts;
  readonly modes: ModeWatch;
  readonly orders: OrderWatch;
  readonly journal: JournalWatch;
  readonly audit: AuditWatch;
  readonly waits: WaitWatch;
  readonly rest: RestWatch;
  readonly guards: GuardYard;
  readonly operator: Operator;
  readonly symbol: string;
  process: DeskProcess;
  /** People want it to trade, and what has ended is started again. */
  isEager = false;
  isWanted = true;
  lastEnd: ProcessEnd | null = null;
  /** The desk rightly does not start again; what comes next is for people. */
  isRefused = false;
  starts = 0;
  /** When the market is one again that somebody would quote in. */
  calmMs = 0;
  readonly #shelf = new StoreShelf();
  #isTailFlipped = false;
  /** The medium has lost what was signed: then a desk may refuse to start at all. */
  #isEvidenceGone = false;
  /** What processes before this one stood still. */
  #stalledMs = 0;
  #wasClean = true;
  readonly #locks = new Set<string>();
  readonly #chance: Rng;

  constructor(
    seed: number,
    base: Config,
    guard: GuardMaker,
    watch: {
      readonly show: ((line: string) => void) | null;
      readonly violated: (violation: Violation) => void;
    },
  ) {
    const { clock, timers } = this.time;
    this.random = rngOf(seed);
    this.#chance = this.random.fork('world');
    this.file = new ConfigFile(seedConfig(base, this.random.fork('config')));
    const settings = this.file.original.venues[0] as Config['venues'][number];
    this.symbol = settings.symbols[0] as string;
    this.trace = new Trace(() => clock.mono(), watch.show);
    this.verdicts = new Verdicts(
      () => ({ step: this.trace.step, atMs: this.nowMs }),
      watch.violated,
    );
    this.modes = new ModeWatch(this.verdicts);
    this.waits = new WaitWatch(this.verdicts);
    this.rest = new RestWatch(this.verdicts);
    this.journal = new JournalWatch(this.verdicts, SEGMENTS, (event) => {
      this.trace.note('journal', event.kind);
      this.audit.journaled(this.journal.head, event, this.#blamedMs);
    });
    this.audit = new AuditWatch({
      verdicts: this.verdicts,
      folder: auditFolder(FOLDER),
      keyFile: `${keysFolder(FOLDER)}/${VERIFIER_FILE}`,
      segments: SEGMENTS,
    });
    this.venue = openWorldVenue(
      this.time,
      this.venueClock,
      this.file.original,
      this.symbol,
      this.random.fork('venue'),
    );
    const market = this.venue.exchange.markets.get(this.symbol);
    assert(market !== undefined, 'the venue has the market of the desk');
    this.orders = new OrderWatch({
      verdicts: this.verdicts,
      journal: this.journal,
      account: ACCOUNT,
      instrument: market.rules.instrument,
      limits: () => ({
        notionalMax: this.file.notionalMax,
        bandBps: this.file.original.risk.priceBandBps,
      }),
    });
    this.venue.exchange.listen((events) => {
      this.orders.onVenue(events);
      for (const event of events) {
        if (event.kind !== 'executed') continue;
        this.trace.note('venue', `${event.execution} ${event.order.clientId}`);
      }
    });
    const people = this.random.fork('people');
    this.operator = new Operator(
      people,
      this.modes,
      this.waits,
      () => this.#blamedMs,
      (action) => this.panel(action),
    );
    this.guards = this.#openYard(guard);
    this.process = this.#newProcess();
    timers.after(OPERATOR_MS, () => this.#operate());
  }

  get nowMs(): number {
    return this.time.clock.mono() / 1e6;
  }

  /** Time that an actor can be blamed for: it stands still while the process is held up. */
  get #blamedMs(): number {
    return this.nowMs - this.#stalledMs - this.process.heldMs;
  }

  start(): void {
    this.venue.start();
    this.process.start();
  }

  /** Ends the process as `kill -9` does, or as a power cut does. */
  kill(isPowerCut: boolean): void {
    if (!this.process.isAlive) return;
    this.trace.note('kill', isPowerCut ? 'power' : 'process');
    this.process.die();
    if (isPowerCut) {
      this.guards.kill();
      this.disk.cutPower(this.#chance);
    }
    this.#wasClean = false;
    this.#gone();
  }

  loseStore(): void {
    this.#shelf.lose();
  }

  rollStoreBack(): void {
    this.#shelf.rollBack();
  }

  /** The medium has lost what it had vouched for: then a desk may refuse to start at all. */
  mediumWasFalse(): void {
    this.#isEvidenceGone = true;
    this.audit.mediumWasFalse();
  }

  flipTailBit(): void {
    this.#isTailFlipped = true;
  }

  /** A second daemon on the same data directory: it must see that the first one has it. */
  startTwice(): void {
    if (!this.process.isUp) return;
    const second = this.#newProcess({
      ...UNHEARD,
      ended: (_process, end) => {
        if (end.kind === 'not-opened') return;
        this.verdicts.report('contained', `a second daemon got as far as ${end.kind}`);
      },
    });
    second.start();
  }

  /** Something was thrown in a step where nobody catches it. */
  uncaught(thrown: unknown): void {
    this.verdicts.report('contained', reasonOf(thrown));
    this.process.uncaught(thrown);
  }

  /**
   * Trips from outside, as a signal does. Until the latch is synced a cut of the power may take it,
   * and the medium may still have the one before it, whose removal was not synced.
   */
  trip(): void {
    const { desk } = this.process;
    if (desk === null || !this.process.isAlive) return;
    desk.trip('operator', 'simulated');
    const [kept, latch] = [this.disk.onMedium(LATCH), this.disk.read(LATCH)];
    const isKept = kept !== null && latch !== null && Buffer.compare(kept, latch) === 0;
    if (this.process.isAlive && isKept) this.modes.locked(this.nowMs);
  }

  /** A hand on the panel, or a fault of it; before the first start there is none. */
  panel(action: PanelAction): void {
    actOnPanel(this.disk, panelFile(`${FOLDER}/run`), action);
  }

  /** Nothing is wrong with the gate and the desk trades by itself. */
  get isSteady(): boolean {
    const { desk, isUp } = this.process;
    if (!isUp || desk === null) return false;
    const words = new Int32Array(desk.parts.gate.shared);
    const isOpen = words[GATE_LAYOUT.halt] === 0 && words[GATE_LAYOUT.venues] === 0;
    return isOpen && words[GATE_LAYOUT.mode] === MODES.indexOf('full-auto');
  }

  /** The event loop of the desk is blocked; the rest of the world goes on. */
  stall(ms: number): void {
    if (!this.process.isAlive) return;
    this.process.hold(ms);
    this.rest.unattended(this.nowMs);
    this.time.timers.after(ms, () => {
      if (this.process.isAlive && !this.process.isHeld) this.rest.attended();
    });
  }

  killGuard(): void {
    this.guards.kill();
  }

  /** What can be seen of the venue, the guard and what rests. */
  lookAtRest(): void {
    const { isPartitioned, isRefusing } = this.netSwitches;
    const { fixedMs, jitterMs, bytesPerSecond } = this.latency;
    const isFast =
      fixedMs === SOUND_LATENCY.fixedMs &&
      jitterMs === SOUND_LATENCY.jitterMs &&
      bytesPerSecond === SOUND_LATENCY.bytesPerSecond;
    const isVenueReached = !isPartitioned && !isRefusing && isFast;
    const { resting } = this.orders;
    this.rest.look({ resting, isGuardUp: this.guards.isUp, isVenueReached }, this.nowMs);
  }

  /** Looks at the mailboxes and at who waits. */
  lookAtActors(): void {
    const { lane, isAlive } = this.process;
    if (lane === null || !isAlive) return;
    const actors = lane.describe().map(({ path, uid, status, mailbox }) => ({
      path,
      uid,
      status,
      depth: mailbox.depth,
    }));
    this.waits.look(actors, this.#blamedMs);
  }

  /** Compares journal and venue; for a desk that has ended in order. */
  compare(): void {
    const account = this.venue.exchange.account(ACCOUNT);
    assert(account !== null, 'the desk has an account at its venue');
    const { name } = this.file.original.venues[0] as Config['venues'][number];
    compareAtRest(this.verdicts, this.disk, SEGMENTS, { name, account });
  }

  #newProcess(hooks: ProcessHooks = this.#hooks()): DeskProcess {
    this.starts += 1;
    return new DeskProcess({
      time: this.time,
      random: this.random.fork(`process ${this.starts}`),
      disk: this.disk,
      diskSwitches: this.diskSwitches,
      net: this.#net(),
      netSwitches: this.netSwitches,
      locks: this.#locks,
      store: this.#shelf.open(),
      pid: this.starts,
      guards: this.guards,
      config: this.file.sound,
      load: this.file.load,
      access: ACCESS,
      hooks,
    });
  }

  #hooks(): ProcessHooks {
    return {
      handled: (path, kind) => this.trace.note('handle', `${path} ${kind}`),
      declared: (path, capacity) => this.waits.declared(path, capacity),
      sent: (text) => {
        this.trace.note('send', /"method":"([^"]+)"/.exec(text)?.[1] ?? '');
        const clientId = this.orders.onSent(text);
        if (clientId !== null) this.audit.orderLeaves(clientId, this.#blamedMs);
      },
      asked: ({ method, url }) => this.trace.note('ask', `${method} ${new URL(url).pathname}`),
      wrote: (path, bytes, position) => this.journal.wrote(path, bytes, position),
      replaced: (path, bytes) => this.audit.replaced(path, bytes),
      opened: (process) => this.#opened(process),
      ended: (_process, end) => this.#ended(end),
      torn: () => {
        this.trace.note('kill', 'torn');
        this.diskSwitches.isTearing = false;
        this.#wasClean = false;
        this.#gone();
      },
    };
  }

  #opened(process: DeskProcess): void {
    const { desk } = process;
    assert(desk !== null, 'a process that has opened has a desk');
    this.trace.note('opened', String(desk.parts.boot));
    const words = new Int32Array(desk.parts.gate.shared);
    const isLatched = this.disk.read(LATCH) !== null;
    this.modes.booted({
      words,
      policy: process.policy,
      wasClean: this.#wasClean,
      isLatched,
      nowMs: this.nowMs,
    });
    this.orders.booted(words);
    this.journal.recovered(this.disk);
    this.audit.opened(this.disk, this.journal.head);
    this.rest.attended();
  }

  #ended(end: ProcessEnd): void {
    this.trace.note('ended', `${end.kind} ${end.reason}`);
    this.lastEnd = end;
    const isDamaged = end.kind === 'not-opened' && DAMAGE.test(end.reason);
    this.isRefused = isDamaged && this.#isEvidenceGone;
    this.#wasClean = end.kind === 'clean' || end.kind === 'unsettled';
    if (end.kind === 'clean') {
      this.compare();
      this.audit.verify(this.disk, this.journal.head);
    }
    this.#gone();
  }

  /** Nobody is there any more; the system starts the desk again in a while. */
  #gone(): void {
    this.modes.ended();
    this.audit.ended();
    if (!this.#wasClean) this.rest.unattended(this.nowMs);
    this.waits.forget();
    this.operator.forget();
    this.#shelf.passOn();
    // A record of which the signed log has an entry is no torn tail that may be dropped.
    if (this.#isTailFlipped && flipTailBit(this.disk, SEGMENTS)) {
      this.#isEvidenceGone ||= this.audit.covered === this.journal.head;
    }
    this.#isTailFlipped = false;
    this.journal.recovering();
    this.time.timers.after(1 + this.#chance.next() * RESTART_MS_MAX, () => {
      if (!this.isWanted) return;
      this.#stalledMs += this.process.heldMs;
      this.process = this.#newProcess();
      this.process.start();
    });
  }

  #openYard(make: GuardMaker): GuardYard {
    const key = new TextEncoder().encode(JSON.stringify(GUARD_KEY));
    const { name } = this.file.original.venues[0] as Config['venues'][number];
    this.disk.replace(guardKeyFile(FOLDER, name), key);
    return new GuardYard({
      make,
      time: this.time,
      random: this.random.fork('guards'),
      disk: this.disk,
      net: this.#net(),
      netSwitches: this.netSwitches,
      folder: FOLDER,
      isDesk: (pid) => pid === this.process.pid && this.process.isAlive,
      killDesk: (pid) => {
        if (pid === this.process.pid) this.kill(false);
      },
      asked: ({ method, url }) => {
        this.trace.note('guard-ask', `${method} ${new URL(url).pathname}`);
        this.rest.asked(this.nowMs);
      },
      answered: (_request, outcome) => {
        const isServed = outcome.ok && outcome.value.status < 418;
        this.rest.answered(isServed, this.nowMs);
      },
      ended: () => this.rest.guardGone(this.nowMs),
      note: (what, detail) => this.trace.note(what, detail),
    });
  }

  #operate(): void {
    void this.operator.look(this.process, this.isEager);
    this.time.timers.after(OPERATOR_MS, () => this.#operate());
  }

  #net() {
    return loopbackNet({
      venues: new Map([[HOST, this.venue]]),
      clock: this.time.clock,
      timers: this.time.timers,
      random: this.random.fork(`net ${this.starts}`),
      latency: this.latency,
    });
  }
}
