import type { Config } from '../../config/schema.ts';
import type { Gate } from '../../control/gate.ts';
import type { Rng } from '../../core/rng.ts';
import { SOUND_DISK } from '../../simulation/disk/process-files.ts';
import type { PresentFault } from '../../simulation/faults/fault.ts';
import { SOUND_FRAMES } from '../../simulation/faults/frame-faults.ts';
import type { Violation } from '../../simulation/invariants/verdicts.ts';
import type { VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import { STOP_MS_MAX } from '../stop-plan.ts';
import { targetOf } from './fault-target.ts';
import { seedConfig, venuesOf } from './seed-config.ts';
import { Stepper } from './stepper.ts';
import type { GuardMaker } from './world/guard-yard.ts';
import { World } from './world/world.ts';
import type { WorldVenue } from './world/world-venues.ts';

/** Steps between two faults, on average. */
const STEPS_PER_FAULT = 1_000;
/** I10: the desk must be steady so long after the last fault. */
const LIVENESS_MS = 60_000;
/** A handler that hangs as the faults end is found out within its time-out. */
const HANGOVER_MS = 6_000;
/** Bans that are waited out after the last fault; what brings more of them is no crash loop. */
const BANS_WAITED_MAX = 3;

/** Ends of a stop after which nothing rests. */
const HAS_SETTLED: ReadonlySet<string> = new Set(['clean', 'behind']);

export interface SeedOptions {
  readonly seed: number;
  readonly steps: number;
  /** Kinds of the venues that the desk trades at; null draws some by the seed. */
  readonly venues: readonly VenueKindName[] | null;
  readonly config: Config;
  readonly faults: readonly PresentFault[];
  readonly guard: GuardMaker;
  /** Ends the run at the first violation. */
  readonly stopsEarly: boolean;
  /** Told of each line of the trace; null when nobody reads along. */
  readonly show: ((line: string) => void) | null;
}

export interface SeedReport {
  readonly seed: number;
  readonly venues: readonly VenueKindName[];
  readonly digest: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly starts: number;
  readonly orders: number;
  readonly amends: number;
  readonly fills: number;
  readonly records: number;
  /** How often a guard has brought down what a desk had left resting. */
  readonly relieved: number;
  /** How often the watchdog has reset the host. */
  readonly hostResets: number;
  /** How often venues have banned the desk for asking too much. */
  readonly bans: number;
  /** Why the desk rightly did not start again; null when it recovered. */
  readonly refused: string | null;
  readonly violations: readonly Violation[];
}

/** Runs one seed: faults, then a time without them in which the desk must recover, then a stop. */
export async function runSeed(options: SeedOptions): Promise<SeedReport> {
  return new SeedRun(options).run();
}

class SeedRun {
  readonly #options: SeedOptions;
  readonly #world: World;
  readonly #chance: Rng;
  readonly #stepper: Stepper;
  readonly #plan: Rng;
  readonly #counts: Record<string, number> = {};
  readonly #healing: { readonly atMs: number; readonly heal: () => void }[] = [];
  #isViolated = false;

  constructor(options: SeedOptions) {
    this.#options = options;
    const kinds = options.venues ?? venuesOf(options.seed);
    this.#world = new World(
      options.seed,
      (random) => seedConfig(options.config, random, kinds),
      options.guard,
      {
        show: options.show,
        violated: () => {
          this.#isViolated = true;
        },
      },
    );
    this.#chance = this.#world.random.fork('faults');
    this.#stepper = new Stepper(this.#world);
    this.#plan = this.#world.random.fork('plan');
  }

  async run(): Promise<SeedReport> {
    const world = this.#world;
    const { steps } = this.#options;
    world.start();
    let nextFault = this.#gap();
    while (world.trace.step < steps && !this.#isOver) {
      if (world.trace.step >= nextFault) {
        this.#inject();
        nextFault += this.#gap();
      }
      this.#healDue();
      await this.#stepper.step();
    }
    this.#healAll();
    await this.#settle();
    await this.#stop();
    world.isWanted = false;
    world.kill(false);
    for (const { front } of world.venues) front.stop();
    return {
      seed: this.#options.seed,
      venues: world.venues.map(({ kind }) => kind),
      digest: world.trace.digest(),
      steps: world.trace.step,
      virtualMs: Math.round(world.nowMs),
      faults: this.#counts,
      starts: world.starts,
      orders: world.laws.orders.sent,
      amends: world.laws.orders.amends,
      fills: world.laws.orders.fills,
      records: world.laws.journal.records,
      relieved: world.laws.rest.relieved,
      hostResets: world.watchdog.resets,
      bans: world.venues.reduce((sum, { front }) => sum + (front.facade.bans?.count ?? 0), 0),
      refused: world.isRefused ? (world.lastEnd?.reason ?? null) : null,
      violations: world.verdicts.violations,
    };
  }

  get #isOver(): boolean {
    return this.#world.isRefused || (this.#isViolated && this.#options.stopsEarly);
  }

  #gap(): number {
    return 1 + Math.floor(this.#plan.exponential() * STEPS_PER_FAULT);
  }

  #inject(): void {
    const { faults } = this.#options;
    if (faults.length === 0) return;
    const fault = faults[this.#plan.below(faults.length)] as PresentFault;
    const world = this.#world;
    world.trace.note('fault', fault.id);
    this.#counts[fault.id] = (this.#counts[fault.id] ?? 0) + 1;
    const venue = world.venues[this.#chance.below(world.venues.length)] as WorldVenue;
    const heal = fault.start(targetOf(world, this.#chance, venue));
    const atMs = world.nowMs + fault.lastsMs * this.#plan.next();
    // What strikes once may still wait for its victim; it is taken back at the end.
    this.#healing.push({ atMs: fault.lastsMs > 0 ? atMs : Number.POSITIVE_INFINITY, heal });
  }

  #healDue(): void {
    if (this.#healing.length === 0) return;
    const nowMs = this.#world.nowMs;
    for (let at = this.#healing.length - 1; at >= 0; at -= 1) {
      const due = this.#healing[at] as { readonly atMs: number; readonly heal: () => void };
      if (due.atMs > nowMs) continue;
      this.#healing.splice(at, 1);
      due.heal();
    }
  }

  /** The end of all faults. */
  #healAll(): void {
    const world = this.#world;
    world.trace.note('heal', 'all');
    for (const { heal } of this.#healing.splice(0)) heal();
    Object.assign(world.diskSwitches, SOUND_DISK);
    Object.assign(world.netSwitches.frames.market, SOUND_FRAMES);
    Object.assign(world.netSwitches.frames.orders, SOUND_FRAMES);
    for (const { front } of world.venues) front.facade.faults.clear();
    world.process.handlers.clear();
    world.isEager = true;
  }

  /** I10: the desk trades again, at every venue, and goes on doing so. */
  async #settle(): Promise<void> {
    const world = this.#world;
    const before = world.laws.orders.accepted;
    const calmMs = world.nowMs + HANGOVER_MS;
    const idle = (): readonly string[] => {
      const now = world.laws.orders.accepted;
      return [...before].flatMap(([name, taken]) => (now.get(name) === taken ? [name] : []));
    };
    const isWell = (): boolean => world.isSteady && world.nowMs >= calmMs && idle().length === 0;
    if (await this.#recovers(isWell)) {
      await this.#callTheRoll();
      return;
    }
    const { process, lastEnd } = world;
    const words = process.desk?.parts.gate;
    const causes = process.desk?.severity.kernel.summary().causes ?? [];
    const found =
      process.isUp && words !== undefined
        ? `mode ${words.mode}, halted by ${words.causes().join() || 'nothing'}, ` +
          `venues paused by ${pausesOf(world, words) || 'nothing'}, ` +
          `causes ${causes.map(causeText).join() || 'none'}, ` +
          `no orders taken by ${idle().join() || 'none'}`
        : `no desk is up; the last one ended: ${lastEnd?.reason ?? 'killed'}`;
    if (!this.#isOver) world.verdicts.report('I10', found);
  }

  /** The time to recover begins when the market is calm, and anew when a ban has ended. */
  async #recovers(isWell: () => boolean): Promise<boolean> {
    const world = this.#world;
    if (await this.#until(isWell, world.calmMs)) return true;
    for (let waited = 0; ; waited += 1) {
      if (await this.#until(isWell, world.nowMs + LIVENESS_MS)) return true;
      const untilMs = world.venues.map(({ front }) => front.facade.bans?.untilMs ?? 0);
      const leftMs = Math.max(...untilMs) - world.time.clock.now();
      if (leftMs <= 0 || waited === BANS_WAITED_MAX || this.#isOver) return false;
      await this.#until(() => false, world.nowMs + leftMs);
    }
  }

  async #callTheRoll(): Promise<void> {
    const world = this.#world;
    let isOver = false;
    void world.operator.callTheRoll(world.process).then(() => {
      isOver = true;
    });
    if (await this.#until(() => isOver, world.nowMs + LIVENESS_MS)) return;
    if (!this.#isOver) world.verdicts.report('answered', 'the roll call has no end');
  }

  async #stop(): Promise<void> {
    const world = this.#world;
    if (this.#isOver) return;
    const { process } = world;
    world.isWanted = false;
    process.stop('the simulation is over');
    if (!(await this.#until(() => !process.isAlive, world.nowMs + STOP_MS_MAX))) {
      world.verdicts.report('stuck', `an orderly stop takes more than ${STOP_MS_MAX} ms`);
    } else if (!HAS_SETTLED.has(world.lastEnd?.kind ?? '') && !this.#isOver) {
      world.verdicts.report('I8', `the stop did not settle: ${world.lastEnd?.reason}`);
    }
  }

  /** The same, and no longer than anybody wants the run to go on. */
  async #until(isDone: () => boolean, endMs: number): Promise<boolean> {
    await this.#stepper.until(() => isDone() || this.#isOver, endMs);
    return isDone();
  }
}

function pausesOf({ venues }: World, gate: Gate): string {
  return venues
    .map(({ name }, venue) => [name, ...gate.venuePauses(venue)])
    .filter(({ length }) => length > 1)
    .map((words) => words.join(' '))
    .join();
}

function causeText({ id, reason }: { readonly id: string; readonly reason: string }): string {
  return `${id} (${reason})`;
}
