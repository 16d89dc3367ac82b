import { actOnPanel, type PanelAction } from '../../../../hardware/gpio/panel.ts';
import type { Config } from '../../../config/schema.ts';
import { GATE_LAYOUT, MODES } from '../../../control/gate.ts';
import { assert, reasonOf } from '../../../core/result.ts';
import { type Rng, rngOf } from '../../../core/rng.ts';
import { type LossyFiles, lossyFiles } from '../../../simulation/disk/lossy-files.ts';
import { type DiskSwitches, SOUND_DISK } from '../../../simulation/disk/process-files.ts';
import type { FaultTarget } from '../../../simulation/faults/fault.ts';
import { soundNet } from '../../../simulation/faults/process-net.ts';
import { isReached, SOUND_LATENCY } from '../../../simulation/faults/transport-faults.ts';
import { Verdicts, type Violation } from '../../../simulation/invariants/verdicts.ts';
import { loopbackNet } from '../../../simulation/server/loopback-net.ts';
import { type VirtualTime, virtualTime } from '../../../simulation/virtual-time.ts';
import { panelFile } from '../../hardware/open-hardware.ts';
import { DeskProcess, FOLDER, type ProcessEnd, type ProcessHooks } from '../desk-process.ts';
import { Operator } from '../operator.ts';
import { ConfigFile } from '../seed-config.ts';
import { Trace } from '../trace.ts';
import type { GuardMaker, GuardYard } from './guard-yard.ts';
import { HostWatchdog } from './host-watchdog.ts';
import { Laws, SEGMENTS } from './laws.ts';
import { openYard } from './open-yard.ts';
import { PanelView } from './panel-view.ts';
import { StoreShelf } from './store-shelf.ts';
import { flipTailBit } from './tail-flip.ts';
import { bookedAt, openWorldVenues, type WorldVenue } from './world-venues.ts';

const START_MS = 1_700_000_000_000;
const LATCH = `${FOLDER}/latch`;
/** What a start says that finds less than was signed. */
const DAMAGE = /stop here|bring them together|restore it from a backup/;
/** What a disk writes in one piece. */
const SECTOR_BYTES = 512;
/** Whoever starts a daemon again waits up to so long. */
const RESTART_MS_MAX = 2_000;
/** One start in so many takes five times as long: then the guard is alone. */
const LATE_STARTS = 4;
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
  /** At least one, in the order of the desk. */
  readonly venues: readonly WorldVenue[];
  readonly trace: Trace;
  readonly verdicts: Verdicts;
  readonly laws: Laws;
  readonly guards: GuardYard;
  readonly panelView: PanelView;
  readonly watchdog: HostWatchdog;
  readonly operator: Operator;
  process: DeskProcess;
  /** People want it to trade, and what has ended is started again. */
  isEager = false;
  isWanted = true;
  /** Nobody looks in: whatever happens, the desk is alone with it. */
  areAllAsleep = false;
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
  /** Whether the last process that was made has found the desk latched. */
  #isLatched = false;
  readonly #locks = new Set<string>();
  readonly #chance: Rng;

  constructor(
    seed: number,
    configOf: (random: Rng) => Config,
    guard: GuardMaker,
    watch: {
      readonly show: ((line: string) => void) | null;
      readonly violated: (violation: Violation) => void;
    },
  ) {
    const { clock, timers } = this.time;
    this.random = rngOf(seed);
    this.#chance = this.random.fork('world');
    this.file = new ConfigFile(configOf(this.random.fork('config')));
    this.trace = new Trace(() => clock.mono(), watch.show);
    this.verdicts = new Verdicts(
      () => ({ step: this.trace.step, atMs: this.nowMs }),
      watch.violated,
    );
    const chance = this.random.fork('venue');
    this.venues = openWorldVenues(this.time, this.venueClock, this.file.original, chance);
    this.panelView = new PanelView(this.disk, panelFile(`${FOLDER}/run`), () => this.nowMs);
    this.laws = new Laws({
      ...{ verdicts: this.verdicts, trace: this.trace, file: this.file, disk: this.disk },
      venues: this.venues,
      nowMs: () => this.nowMs,
      blamedMs: () => this.#blamedMs,
      stopped: () => this.panelView.fault(),
    });
    for (const { name, front } of this.venues) {
      front.exchange.listen((events) => {
        this.laws.orders.at.get(name)?.onVenue(events);
        for (const event of events) {
          if (event.kind !== 'executed') continue;
          this.trace.note('venue', `${name} ${event.execution} ${event.order.clientId}`);
        }
      });
    }
    const people = this.random.fork('people');
    this.operator = new Operator(
      people,
      this.laws.modes,
      this.laws.waits,
      () => this.#blamedMs,
      (action) => this.panel(action),
    );
    this.watchdog = new HostWatchdog({
      time: this.time,
      reset: () => this.resetHost(),
      petted: () => this.laws.petted(),
    });
    this.guards = openYard(this, guard, this.#net());
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
    for (const { front } of this.venues) front.start();
    this.process.start();
  }

  /** Ends the process as `kill -9` does, or as a power cut does. */
  kill(isPowerCut: boolean): void {
    if (!this.process.isAlive) return;
    this.trace.note('kill', isPowerCut ? 'power' : 'process');
    this.process.die();
    if (isPowerCut) this.#cutPower();
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
    this.laws.audit.mediumWasFalse();
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
    if (this.process.isAlive && isKept) this.laws.modes.locked(this.nowMs);
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
    const isPaused = this.venues.some((_, venue) => words[GATE_LAYOUT.venues + venue] !== 0);
    const isOpen = words[GATE_LAYOUT.halt] === 0 && !isPaused;
    return isOpen && words[GATE_LAYOUT.mode] === MODES.indexOf('full-auto');
  }

  /** The event loop of the desk is blocked; the rest of the world goes on. */
  stall(ms: number): void {
    if (!this.process.isAlive) return;
    this.process.hold(ms);
    this.laws.rest.unattended(this.laws.orders.resting, this.nowMs);
    this.time.timers.after(ms, () => {
      if (this.process.isAlive && !this.process.isHeld) this.laws.rest.attended();
    });
  }

  /** The watchdog resets the host, whatever runs there. */
  resetHost(): void {
    this.trace.note('host-reset', '');
    if (this.process.isAlive) this.kill(true);
    else this.#cutPower();
  }

  /** What can be seen of the venue, the guard and what rests. */
  lookAtRest(): void {
    const isVenueReached = isReached(this.netSwitches, this.latency);
    const { resting } = this.laws.orders;
    this.laws.rest.look({ resting, isGuardUp: this.guards.isUp, isVenueReached }, this.nowMs);
  }

  #newProcess(hooks: ProcessHooks = this.#hooks()): DeskProcess {
    this.starts += 1;
    // Before anything of it runs: what a start does to the latch is what the law is about.
    this.#isLatched = this.disk.read(LATCH) !== null;
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
      pets: this.watchdog.pets,
      config: this.file.sound,
      load: this.file.load,
      accesses: new Map(this.venues.map(({ name, access }) => [name, access])),
      hooks,
    });
  }

  /** The guard lives on the same host. */
  #cutPower(): void {
    this.guards.kill();
    this.disk.cutPower(this.#chance);
  }

  #hooks(): ProcessHooks {
    return {
      handled: (path, kind) => this.trace.note('handle', `${path} ${kind}`),
      declared: (path, capacity) => this.laws.waits.declared(path, capacity),
      sent: (text, url) => {
        const { host } = new URL(url);
        this.trace.note('send', `${host} ${/"method":"([^"]+)"/.exec(text)?.[1] ?? ''}`);
        this.laws.sent(host, text);
      },
      asked: (request) => {
        const { host, pathname } = new URL(request.url);
        this.trace.note('ask', `${host} ${request.method} ${pathname}`);
        this.laws.sent(host, request);
      },
      wrote: (path, bytes, position) => this.laws.journal.wrote(path, bytes, position),
      replaced: (path, bytes) => this.laws.audit.replaced(path, bytes),
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
    const { policy } = process;
    const [wasClean, isLatched] = [this.#wasClean, this.#isLatched];
    this.laws.opened(words, { policy, wasClean, isLatched });
  }

  #ended(end: ProcessEnd): void {
    this.trace.note('ended', `${end.kind} ${end.reason}`);
    this.lastEnd = end;
    const isDamaged = end.kind === 'not-opened' && DAMAGE.test(end.reason);
    this.isRefused = isDamaged && this.#isEvidenceGone;
    this.#wasClean = end.kind !== 'fatal' && end.kind !== 'not-opened';
    if (end.kind === 'clean') this.laws.compare(this.venues.map(bookedAt));
    this.#gone();
  }

  /** Nobody is there any more; the system starts the desk again in a while. */
  #gone(): void {
    this.laws.ended(this.#wasClean);
    this.operator.forget();
    this.#shelf.passOn();
    // A record of which the signed log has an entry is no torn tail that may be dropped.
    if (this.#isTailFlipped && flipTailBit(this.disk, SEGMENTS)) {
      this.#isEvidenceGone ||= this.laws.audit.covered === this.laws.journal.head;
    }
    this.#isTailFlipped = false;
    const isLate = this.#chance.below(LATE_STARTS) === 0;
    const restartMs = this.#chance.next() * RESTART_MS_MAX * (isLate ? 5 : 1);
    this.time.timers.after(1 + restartMs, () => {
      if (!this.isWanted) return;
      this.#stalledMs += this.process.heldMs;
      this.process = this.#newProcess();
      this.process.start();
    });
  }

  #operate(): void {
    if (!this.areAllAsleep) void this.operator.look(this.process, this.isEager);
    this.time.timers.after(OPERATOR_MS, () => this.#operate());
  }

  #net() {
    return loopbackNet({
      venues: new Map(this.venues.map(({ name, front }) => [name, front])),
      clock: this.time.clock,
      timers: this.time.timers,
      random: this.random.fork(`net ${this.starts}`),
      latency: this.latency,
    });
  }
}
