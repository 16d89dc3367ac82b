import type { DaemonFrame, GuardFrame } from '../../../control/guard/wire.ts';
import { frameText, readDaemonFrame } from '../../../control/guard/wire.ts';
import type { Env, Files, HttpReply, HttpRequest, NetFault } from '../../../core/env.ts';
import { assert, type Result } from '../../../core/result.ts';
import type { Rng } from '../../../core/rng.ts';
import { type Log, silentLog } from '../../../ops/log.ts';
import type { LossyFiles } from '../../../simulation/disk/lossy-files.ts';
import { processFiles, SOUND_DISK } from '../../../simulation/disk/process-files.ts';
import { type NetSwitches, ProcessNet, soundNet } from '../../../simulation/faults/process-net.ts';
import { ProcessTime } from '../../../simulation/faults/process-time.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';
import type { GuardConnect, GuardLine, GuardLineHandlers } from '../../guard/guard-line.ts';

/** A guard as its makers give it: the one that runs beside a real desk. */
export interface RunningGuard {
  heard(frame: DaemonFrame): void;
  connectionClosed(): void;
  stop(): void;
}

export interface GuardWanted {
  readonly env: Env;
  readonly log: Log;
  /** The data directory, and the guard's own folder. */
  readonly folder: string;
  readonly own: string;
  readonly deskId: string;
  readonly pid: number;
  readonly tickMs: number;
  readonly isSpawned: boolean;
  readonly send: (frame: GuardFrame) => void;
  readonly signal: (pid: number, name: 'SIGSTOP' | 'SIGKILL') => void;
  readonly onEnd: (reason: string) => void;
}

/** Opens a guard and lets it run; a sentence says why it cannot be had. */
export type GuardMaker = (wanted: GuardWanted) => Result<RunningGuard, string>;

/** A process of the desk, as the host sees it. */
export interface Tenant {
  readonly pid: number;
  readonly isAlive: boolean;
  /** Runs when the process runs: at once, when it is held up no more, or never. */
  whenAwake(run: () => void): void;
}

export interface YardOptions {
  readonly make: GuardMaker;
  readonly time: VirtualTime;
  readonly random: Rng;
  readonly disk: LossyFiles;
  readonly net: Env['net'];
  /** Those of the host; a guard suffers its partitions. */
  readonly netSwitches: NetSwitches;
  readonly folder: string;
  /** Whether a process of the desk has a number now. */
  readonly isDesk: (pid: number) => boolean;
  readonly killDesk: (pid: number) => void;
  /** Told of what guards ask of the venue, and of the answers. */
  readonly asked: (request: HttpRequest) => void;
  readonly answered: (outcome: Result<HttpReply, NetFault>) => void;
  /** A guard is gone, whatever ended it. */
  readonly ended: () => void;
  readonly note: (what: string, detail: string) => void;
}

/** Folder of the guard's own files: on the host, and outside the data directory. */
export const GUARD_FOLDER = '/guard';
/** A real guard looks every 2 ms; each look is a step here. */
const TICK_MS = 25;
/** What a Unix socket takes. */
const LINE_MS = 0.1;
/** A process is there after so long, and up to as much again. */
const START_MS = 100;
const FIRST_PID = 20_000;
/** Age of the heads that take the place of newer ones. */
const ROLL_BACK_MS_MAX = 5_000;

interface Guard {
  readonly running: RunningGuard;
  readonly net: ProcessNet;
  isAlive: boolean;
  peer: Line | null;
}

/**
 * The guards of a simulated desk: one at a time, each a process with clocks, sockets and files of
 * its own, on the disk of the same host. It connects them with the processes of the desk, and lets
 * them die.
 */
export class GuardYard {
  readonly #options: YardOptions;
  readonly #lines = new Set<Line>();
  #guard: Guard | null = null;
  #isStarting = false;
  starts = 0;

  constructor(options: YardOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#guard !== null;
  }

  /** Starts a guard as a desk does that finds none. */
  startIfDue(): void {
    if (this.#guard !== null || this.#isStarting) return;
    const { time, random } = this.#options;
    this.#isStarting = true;
    time.timers.after(START_MS * (1 + random.next()), () => {
      this.#isStarting = false;
      this.#start();
    });
  }

  /** `kill -9`: nothing of it does anything any more. */
  kill(): void {
    if (this.#guard === null) return;
    this.#options.note('guard-killed', '');
    this.#end(this.#guard);
  }

  /** The guard dies a while from now, and the next one finds the heads as they are now. */
  rollBack(): void {
    const { disk, time, random } = this.#options;
    const path = `${GUARD_FOLDER}/heads.log`;
    const heads = disk.read(path);
    if (heads === null) return;
    time.timers.after(random.next() * ROLL_BACK_MS_MAX, () => {
      this.kill();
      disk.replace(path, heads);
    });
  }

  /** How a process of the desk connects. */
  connectFrom(tenant: Tenant): GuardConnect {
    return (handlers) => {
      const line = new Line(this.#options.time, tenant, handlers, (to, text) => {
        this.#hear(to, text);
      });
      this.#later(() => {
        if (this.#guard === null) line.close();
        else {
          line.guard = this.#guard;
          this.#lines.add(line);
          line.open();
        }
      });
      return line;
    };
  }

  /** A process of the desk is gone, and the system closes its connection. */
  tenantGone(tenant: Tenant): void {
    for (const line of [...this.#lines]) if (line.tenant === tenant) this.#lost(line);
  }

  #start(): void {
    const { make, time, random, disk, net, netSwitches, folder, killDesk, note } = this.#options;
    this.starts += 1;
    const pid = FIRST_PID + this.starts;
    let guard: Guard | null = null;
    let isOver = false;
    const isAlive = (): boolean => !isOver && guard?.isAlive !== false;
    const own = new ProcessTime(time.clock, time.timers, isAlive);
    const chance = random.fork(`guard ${this.starts}`);
    const sockets = new ProcessNet(net, hostSwitches(netSwitches), {
      isAlive,
      sent: () => {},
      asked: this.#options.asked,
      random: chance,
      after: (ms, run) => void time.timers.after(ms, run),
      awake: (run) => run(),
    });
    // The lock of a guard, which is how it sees that its data directory is there.
    disk.replace(`${folder}/run/guard.lock`, new Uint8Array());
    const entropy = chance.fork('entropy');
    const made = make({
      env: {
        clock: own.clock,
        timers: own.timers,
        random: chance,
        entropy: (length) => Uint8Array.from({ length }, () => entropy.below(256)),
        files: this.#files(isAlive),
        net: {
          webSocket: sockets.webSocket.bind(sockets),
          http: (request, done) =>
            sockets.http(request, (outcome) => {
              this.#options.answered(outcome);
              done(outcome);
            }),
        },
      },
      log: silentLog(),
      folder,
      own: GUARD_FOLDER,
      deskId: 'simulated',
      pid,
      tickMs: TICK_MS,
      isSpawned: true,
      send: (frame) => guard?.peer?.toTenant(frameText(frame)),
      signal: (daemon, name) => {
        if (name === 'SIGKILL') killDesk(daemon);
      },
      onEnd: (reason) => {
        isOver = true;
        note('guard-ended', reason);
        if (guard !== null) this.#end(guard);
      },
    });
    if (!made.ok) {
      isOver = true;
      note('guard-not-opened', made.error);
      return;
    }
    guard = { running: made.value, net: sockets, isAlive: true, peer: null };
    this.#guard = guard;
    note('guard-opened', String(this.starts));
  }

  #files(isAlive: () => boolean): Files {
    const files = processFiles(
      this.#options.disk,
      { ...SOUND_DISK },
      { isAlive, wrote() {}, replaced() {}, torn() {}, stalled() {} },
    );
    return {
      ...files,
      read: (path) => (path.startsWith('/proc/') ? this.#stat(path) : files.read(path)),
    };
  }

  /** `/proc/PID/stat`: number, name, state, and the start time in field 22. */
  #stat(path: string): Uint8Array | null {
    const pid = Number(path.split('/')[2]);
    if (!this.#options.isDesk(pid)) return null;
    return new TextEncoder().encode(`${pid} (flyball) S ${'0 '.repeat(18)}${pid}`);
  }

  #hear(line: Line, text: string): void {
    const { guard } = line;
    if (guard === null || !guard.isAlive) return;
    const frame = readDaemonFrame(text.trimEnd());
    assert(frame.ok, 'a daemon says what a guard understands');
    if (frame.value.kind === 'hello') {
      if (guard.peer !== null && guard.peer !== line) guard.running.connectionClosed();
      guard.peer = line;
    }
    if (guard.peer === line) guard.running.heard(frame.value);
  }

  /** The daemon's end is closed: the guard sees it, if it is the one that it talks with. */
  #lost(line: Line): void {
    this.#lines.delete(line);
    line.isOpen = false;
    this.#later(() => {
      const { guard } = line;
      if (guard === null || !guard.isAlive || guard.peer !== line) return;
      guard.peer = null;
      guard.running.connectionClosed();
    });
  }

  #end(guard: Guard): void {
    if (!guard.isAlive) return;
    guard.isAlive = false;
    guard.running.stop();
    guard.net.closeAll();
    this.#options.ended();
    if (this.#guard === guard) this.#guard = null;
    for (const line of [...this.#lines]) {
      if (line.guard !== guard) continue;
      this.#lines.delete(line);
      this.#later(() => line.close());
    }
  }

  #later(run: () => void): void {
    this.#options.time.timers.after(LINE_MS, run);
  }
}

/** One connection between a process of the desk and a guard. What goes in first comes out first. */
class Line implements GuardLine {
  readonly waitingBytes = 0;
  readonly tenant: Tenant;
  guard: Guard | null = null;
  isOpen = false;
  readonly #time: VirtualTime;
  readonly #handlers: GuardLineHandlers;
  readonly #heard: (line: Line, text: string) => void;
  #isOver = false;

  constructor(
    time: VirtualTime,
    tenant: Tenant,
    handlers: GuardLineHandlers,
    heard: (line: Line, text: string) => void,
  ) {
    this.#time = time;
    this.tenant = tenant;
    this.#handlers = handlers;
    this.#heard = heard;
  }

  open(): void {
    this.isOpen = true;
    this.tenant.whenAwake(() => this.#handlers.opened());
  }

  /** The other end is gone, or never was there. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.isOpen = false;
    this.tenant.whenAwake(() => this.#handlers.closed());
  }

  write(text: string): void {
    if (!this.isOpen || !this.tenant.isAlive) return;
    this.#time.timers.after(LINE_MS, () => this.#heard(this, text));
  }

  end(text: string): void {
    this.write(text);
    this.#time.timers.after(2 * LINE_MS, () => this.close());
  }

  destroy(): void {
    this.#time.timers.after(LINE_MS, () => this.close());
  }

  toTenant(text: string): void {
    if (!this.isOpen) return;
    this.#time.timers.after(LINE_MS, () => {
      if (this.isOpen) this.tenant.whenAwake(() => this.#handlers.text(text));
    });
  }
}

/** A guard shares the host's way to the venue, and neither the desk's key nor its frames. */
function hostSwitches(host: NetSwitches): NetSwitches {
  return {
    ...soundNet(),
    get isPartitioned() {
      return host.isPartitioned;
    },
    get isRefusing() {
      return host.isRefusing;
    },
  };
}
