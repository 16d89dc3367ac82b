import { Lane, type LaneOptions } from '../../../actors/runtime/lane.ts';
import type { Config } from '../../config/schema.ts';
import { modePolicyOf } from '../../control/settings.ts';
import type { Env, HttpRequest } from '../../core/env.ts';
import { err, ok, reasonOf } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { silentLog } from '../../ops/log.ts';
import type { LossyFiles } from '../../simulation/disk/lossy-files.ts';
import { type DiskSwitches, processFiles } from '../../simulation/disk/process-files.ts';
import { type NetSwitches, ProcessNet } from '../../simulation/faults/process-net.ts';
import { ProcessTime } from '../../simulation/faults/process-time.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';
import type { Locker } from '../../storage/directory-lock.ts';
import type { EventStore } from '../../storage/event-store/event-store.ts';
import type { ConfigLoader } from '../desk-parts.ts';
import { GuardClient } from '../guard/guard-client.ts';
import { type Guarded, wardOf } from '../guard/open-guard.ts';
import { openHardware } from '../hardware/open-hardware.ts';
import type { Pets } from '../hardware/pets.ts';
import { openDesk } from '../open-desk.ts';
import type { Accesses } from '../open-venues.ts';
import { abandonDesk } from '../run/abandon.ts';
import { RunningDesk } from '../running-desk.ts';
import { stopPlan } from '../stop-plan.ts';
import { HandlerFaults } from './handler-faults.ts';
import { SteppedQueue } from './stepped-queue.ts';
import type { GuardYard, Tenant } from './world/guard-yard.ts';

export const FOLDER = '/data';
/** A beat of a real desk comes every 25 ms; each is a step here. */
const BEAT_MS = 100;

/**
 * How a process ended by itself. `clean`: in order, and nothing rests; `behind`: the same, and it
 * says that the signed log lacks the end of the journal, which the next start takes over.
 */
export interface ProcessEnd {
  readonly kind: 'clean' | 'behind' | 'unsettled' | 'fatal' | 'not-opened';
  readonly reason: string;
}

export interface ProcessOptions {
  readonly time: VirtualTime;
  readonly random: Rng;
  readonly disk: LossyFiles;
  readonly diskSwitches: DiskSwitches;
  readonly net: Env['net'];
  readonly netSwitches: NetSwitches;
  readonly locks: Set<string>;
  readonly store: EventStore;
  readonly config: Config;
  readonly load: ConfigLoader;
  readonly accesses: Accesses;
  readonly pid: number;
  readonly guards: GuardYard;
  /** The watchdog of the host. */
  readonly pets: Pets;
  readonly hooks: ProcessHooks;
}

export interface ProcessHooks {
  readonly handled: (path: string, kind: string) => void;
  readonly declared: (path: string, capacity: number) => void;
  readonly sent: (text: string, url: string) => void;
  readonly asked: (request: HttpRequest) => void;
  readonly wrote: (path: string, bytes: Uint8Array, position: number) => void;
  readonly replaced: (path: string, bytes: Uint8Array) => void;
  /** The journal is open and the desk is about to spawn its tree. */
  readonly opened: (process: DeskProcess) => void;
  /** It ended by itself; the caller takes it away as the system would. */
  readonly ended: (process: DeskProcess, end: ProcessEnd) => void;
  /** It stopped in the middle of a write. */
  readonly torn: (process: DeskProcess) => void;
}

/** One process of the desk: the whole of it, on a disk and sockets that outlive it. */
export class DeskProcess implements Tenant {
  readonly pid: number;
  readonly clock: ProcessTime;
  readonly queue: SteppedQueue;
  readonly handlers: HandlerFaults;
  desk: RunningDesk | null = null;
  lane: Lane | null = null;
  /** Whether its tree is up. */
  isUp = false;
  isStopping = false;
  readonly #options: ProcessOptions;
  readonly #net: ProcessNet;
  readonly #env: Env;
  /** Locks that the system gives back with the process. */
  readonly #held = new Set<string>();
  #isAlive = true;
  /** Monotonic time at which it was held up, and at which it goes on; 0 when it never was. */
  #heldNs = 0;
  #wakesNs = 0;
  #pastHeldMs = 0;
  #end: (why: { readonly reason: string; readonly isFatal: boolean }) => void = () => {};

  constructor(options: ProcessOptions) {
    const { time, random, hooks } = options;
    this.#options = options;
    this.pid = options.pid;
    const isAlive = (): boolean => this.#isAlive;
    const awake = (run: () => void): void => this.whenAwake(run);
    this.clock = new ProcessTime(time.clock, time.timers, isAlive, awake);
    this.queue = new SteppedQueue(this.clock.clock);
    this.handlers = new HandlerFaults(hooks.handled, hooks.declared);
    this.#net = new ProcessNet(options.net, options.netSwitches, {
      isAlive,
      sent: hooks.sent,
      asked: hooks.asked,
      random: random.fork('frames'),
      after: (ms, run) => void time.timers.after(ms, run),
      awake,
    });
    const entropy = random.fork('entropy');
    this.#env = {
      clock: this.clock.clock,
      timers: this.clock.timers,
      random: random.fork('desk'),
      entropy: (length) => Uint8Array.from({ length }, () => entropy.below(256)),
      files: processFiles(options.disk, options.diskSwitches, {
        isAlive,
        wrote: hooks.wrote,
        replaced: hooks.replaced,
        torn: () => {
          this.die();
          hooks.torn(this);
        },
        stalled: (ms) => time.stall(ms),
      }),
      net: this.#net,
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Whether it stands still while the rest of the world goes on. */
  get isHeld(): boolean {
    return this.#nowNs < this.#wakesNs;
  }

  /** How long it has stood still so far. */
  get heldMs(): number {
    if (this.#wakesNs === 0) return this.#pastHeldMs;
    return this.#pastHeldMs + (Math.min(this.#nowNs, this.#wakesNs) - this.#heldNs) / 1e6;
  }

  /** Its event loop is blocked. */
  hold(ms: number): void {
    this.#pastHeldMs = this.heldMs;
    this.#heldNs = this.#nowNs;
    this.#wakesNs = Math.max(this.#wakesNs, this.#nowNs + ms * 1e6);
  }

  whenAwake(run: () => void): void {
    if (!this.#isAlive) return;
    if (!this.isHeld) {
      run();
      return;
    }
    const waitMs = (this.#wakesNs - this.#nowNs) / 1e6;
    this.#options.time.timers.after(waitMs, () => this.whenAwake(run));
  }

  /** Begins to run. What becomes of it is told to the hooks. */
  start(): void {
    this.#live().then(
      (end) => this.#over(end),
      (thrown) => this.#over({ kind: 'fatal', reason: `uncaught: ${reasonOf(thrown)}` }),
    );
  }

  /** Asks for an orderly stop. */
  stop(reason: string): void {
    this.#end({ reason, isFatal: false });
  }

  /** Something was thrown where nobody catches it. */
  uncaught(thrown: unknown): void {
    this.#end({ reason: reasonOf(thrown), isFatal: true });
  }

  healNet(): void {
    this.#net.heal();
  }

  /** Nothing of it does anything any more: its sockets, files, timers and messages are gone. */
  die(): void {
    if (!this.#isAlive) return;
    this.#pastHeldMs = this.heldMs;
    this.#wakesNs = 0;
    this.#isAlive = false;
    this.isUp = false;
    this.#options.guards.tenantGone(this);
    this.#net.closeAll();
    for (const path of this.#held) this.#options.locks.delete(path);
    this.lane?.abandon();
  }

  get #nowNs(): number {
    return this.#options.time.clock.mono();
  }

  #over(end: ProcessEnd): void {
    if (!this.#isAlive) return;
    this.die();
    this.#options.hooks.ended(this, end);
  }

  async #live(): Promise<ProcessEnd> {
    const { config, load, store, accesses, hooks } = this.#options;
    const opened = await openDesk({
      env: this.#env,
      log: silentLog(),
      config,
      load,
      folder: FOLDER,
      version: '0.0.0',
      lock: this.#lock,
      store,
      isClockReal: false,
      isAudited: true,
      hasShell: false,
      // The panel is no disk: it suffers none of its faults.
      hardware: () =>
        openHardware({ ...config.hardware, driver: 'panel' }, `${FOLDER}/run`, {
          ...this.#env,
          files: this.#options.disk,
        }),
      venues: async () => ok(accesses),
      guard: (desk) => this.#guardClient(desk),
      pets: {
        pet: () => {
          if (this.#isAlive) this.#options.pets.pet();
        },
        rest: () => {
          if (this.#isAlive) this.#options.pets.rest();
        },
      },
    });
    if (!opened.ok) return { kind: 'not-opened', reason: opened.error };
    const { parts, directory } = opened.value;
    const ended = new Promise<{ reason: string; isFatal: boolean }>((resolve) => {
      this.#end = resolve;
    });
    const desk = new RunningDesk(parts, {
      onStop: (by) => this.stop(`asked for by ${by}`),
      onFatal: (reason) => this.#end({ reason, isFatal: true }),
      laneOf: (options) => this.#laneOf(options),
    });
    this.desk = desk;
    hooks.opened(this);
    try {
      await desk.start();
      this.isUp = true;
    } catch (thrown) {
      this.#end({ reason: reasonOf(thrown), isFatal: true });
    }
    const { reason, isFatal } = await ended;
    this.isStopping = true;
    if (isFatal) {
      await abandonDesk(desk, reason);
      return { kind: 'fatal', reason };
    }
    const { plan, outcome } = stopPlan(desk, async () => {
      await parts.journal.settled();
    });
    await plan.run(reason);
    await parts.journal.close();
    directory.release();
    if (outcome.unsettled !== '') return { kind: 'unsettled', reason: outcome.unsettled };
    const behind = parts.audit?.fault ?? null;
    return behind === null ? { kind: 'clean', reason } : { kind: 'behind', reason: behind };
  }

  #guardClient(desk: Guarded): GuardClient {
    const { config, guards, pid } = this.#options;
    return new GuardClient({
      env: this.#env,
      log: silentLog(),
      version: '0.0.0',
      ward: wardOf(config, desk, { folder: FOLDER, pid }),
      connect: guards.connectFrom(this),
      beatMs: BEAT_MS,
      onAbsent: () => guards.startIfDue(),
    });
  }

  #laneOf(options: LaneOptions): Lane {
    this.lane = new Lane({ ...options, queue: this.queue, wrap: this.handlers.wrap });
    return this.lane;
  }

  readonly #lock: Locker = (path) => {
    const { locks } = this.#options;
    if (locks.has(path)) return err({ kind: 'directory-held', path, holder: 'another process' });
    locks.add(path);
    this.#held.add(path);
    return ok({
      release: () => {
        if (this.#held.delete(path)) locks.delete(path);
      },
    });
  };

  get policy() {
    return modePolicyOf(this.#options.config.control);
  }
}
