import {
  type GuardEffect,
  type GuardEvent,
  type GuardState,
  type GuardStep,
  guardAt,
  guardStep,
  isArmed,
} from '../control/guard/core.ts';
import { endProcess, type GuardedProcess, processAt } from '../control/guard/guarded-process.ts';
import type { LatchLog } from '../control/guard/latch-log.ts';
import {
  type DaemonFrame,
  GUARD_PROTOCOL,
  type GuardFrame,
  type Ward,
  type WardVenue,
} from '../control/guard/wire.ts';
import type { Env } from '../core/env.ts';
import { reasonOf } from '../core/result.ts';
import type { Log } from '../ops/log.ts';
import { doorOf } from './cancel-doors.ts';
import { Canceller } from './canceller.ts';
import type { Contacts } from './contacts.ts';
import type { Heads } from './heads.ts';
import { forgetWard, keyIn, readWard, writeWard } from './ward-file.ts';

/** How often the heads go to the medium, and the data directory is looked for. */
const SLOW_MS = 1_000;

export interface GuardParts {
  readonly env: Env;
  readonly log: Log;
  readonly folder: string;
  readonly latch: LatchLog;
  readonly heads: Heads;
  readonly contacts: Contacts;
  readonly send: (frame: GuardFrame) => void;
  readonly signal: (pid: number, name: 'SIGSTOP' | 'SIGKILL') => void;
  /** The number of this process. */
  readonly pid: number;
  /** How often the contacts are read, and the daemon's silence is measured. */
  readonly tickMs: number;
  /** Whether a desk has started this guard, which then ends when nobody needs it. */
  readonly isSpawned: boolean;
  readonly onEnd: (reason: string) => void;
}

/** Carries out what the core of the guard decides. Reads and writes the world; decides nothing. */
export class GuardProcess {
  readonly #parts: GuardParts;
  readonly #cancellers = new Map<string, Canceller>();
  #state: GuardState;
  #daemon: GuardedProcess | null = null;
  #beat = 0;
  #isOver = false;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    const left = readWard(parts.env.files, parts.folder);
    for (const venue of left?.venues ?? []) this.#know(venue);
    const { trip, cause } = parts.latch;
    const begun = guardAt(this.#nowMs(), { trip, cause }, left?.venues ?? []);
    this.#state = begun.state;
    for (const effect of begun.effects) this.#carryOut(effect);
    if (left !== null) parts.contacts.follow(left.contacts);
    this.#tick();
    this.#slowly();
  }

  /** A frame of the daemon's. */
  heard(frame: DaemonFrame): void {
    switch (frame.kind) {
      case 'hello':
        this.#onHello(frame);
        break;
      case 'beat':
        this.#beat = frame.beat;
        this.#go({ ...frame, nowMs: this.#nowMs() });
        break;
      case 'goodbye':
        this.#go({ kind: 'goodbye', nowMs: this.#nowMs() });
        forgetWard(this.#parts.env.files, this.#parts.folder);
        if (this.#parts.isSpawned) this.#end('the desk has ended in order');
        break;
      case 'cosign':
        this.#cosign(frame);
        break;
      default:
        frame satisfies never;
    }
  }

  connectionClosed(): void {
    this.#go({ kind: 'closed', nowMs: this.#nowMs() });
  }

  stop(): void {
    this.#isOver = true;
    this.#parts.contacts.close();
  }

  #onHello({ protocol, version, ward }: Extract<DaemonFrame, { kind: 'hello' }>): void {
    const { env, log, heads, contacts, send, isSpawned } = this.#parts;
    if (protocol !== GUARD_PROTOCOL) {
      const reason = `found protocol ${protocol}, wanted ${GUARD_PROTOCOL}`;
      log('error', 'guard', 'hello-refused', { reason, version });
      send({ kind: 'refused', reason });
      return;
    }
    this.#daemon = processAt(env.files, ward.pid);
    this.#beat = 0;
    this.#cancellers.clear();
    for (const venue of ward.venues) this.#know(venue);
    this.#keepWard(ward);
    contacts.follow(ward.contacts);
    const { pid } = this.#parts;
    send({ kind: 'welcome', protocol: GUARD_PROTOCOL, pid, witnessKey: heads.key, isSpawned });
    log('info', 'guard', 'hello', { pid: ward.pid, boot: ward.boot, version });
    const { policy, venues } = ward;
    this.#go({ kind: 'hello', nowMs: this.#nowMs(), policy, venues });
  }

  /** A ward that cannot be kept is watched all the same; a guard after this one would not know. */
  #keepWard(ward: Ward): void {
    const { env, folder, log } = this.#parts;
    try {
      writeWard(env.files, folder, ward);
    } catch (thrown) {
      log('error', 'guard', 'ward-not-kept', { reason: reasonOf(thrown) });
    }
  }

  #know(venue: WardVenue): void {
    const { env, log } = this.#parts;
    const { name, isCancelOnly } = venue;
    const key = keyIn(env.files, venue.keyFile);
    if (!key.ok) {
      log('fatal', 'guard', 'no-key', { venue: name, reason: key.error });
      return;
    }
    if (!isCancelOnly) {
      const detail = 'the venue has no key that may cancel and nothing more';
      log('warn', 'guard', 'key-may-trade', { venue: name, detail });
    }
    const door = doorOf(venue, key.value);
    if (!door.ok) {
      log('fatal', 'guard', 'no-key', { venue: name, reason: door.error });
      return;
    }
    const canceller = new Canceller(env, venue, door.value, log);
    this.#cancellers.set(name, canceller);
    canceller.probeIfDue();
  }

  #tick(): void {
    if (this.#isOver) return;
    const { env, contacts } = this.#parts;
    this.#go({ kind: 'tick', nowMs: this.#nowMs(), open: contacts.look() });
    env.timers.after(this.#parts.tickMs, () => this.#tick());
  }

  #slowly(): void {
    if (this.#isOver) return;
    const { env, log, heads, folder, isSpawned } = this.#parts;
    try {
      heads.sync();
    } catch (thrown) {
      log('error', 'guard', 'heads-not-synced', { reason: reasonOf(thrown) });
    }
    for (const canceller of this.#cancellers.values()) canceller.probeIfDue();
    // Without its directory a desk is no more, and nobody could ever connect.
    const isGone = env.files.read(`${folder}/run/guard.lock`) === null;
    if (isGone && isSpawned && !this.#state.isConnected) this.#end('the data directory is gone');
    env.timers.after(SLOW_MS, () => this.#slowly());
  }

  #go(event: GuardEvent): void {
    const step: GuardStep = guardStep(this.#state, event);
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #carryOut(effect: GuardEffect): void {
    const { log, isSpawned } = this.#parts;
    switch (effect.kind) {
      case 'cancel':
        void this.#sweep(effect.venue, effect.round);
        break;
      case 'tell':
        this.#tell();
        break;
      case 'latch':
      case 'unlatch':
        this.#latch(effect);
        break;
      case 'end-daemon':
        this.#endDaemon();
        break;
      case 'note':
        log('warn', 'guard', effect.what, { detail: effect.detail, monoMs: this.#nowMs() });
        break;
      case 'retire':
        if (isSpawned) this.#end('no daemon came back');
        break;
      default:
        effect satisfies never;
    }
  }

  #tell(): void {
    const { watch, silences, trip, cause } = this.#state;
    this.#parts.send({
      kind: 'status',
      beat: this.#beat,
      isWatching: watch === 'armed',
      isArmed: isArmed(this.#state),
      silences,
      trip,
      cause,
    });
  }

  /** Written now, on the medium in the next turn: the cancels do not wait for that. */
  #latch(effect: Extract<GuardEffect, { kind: 'latch' | 'unlatch' }>): void {
    const { env, latch, log } = this.#parts;
    const { trip } = effect;
    const line =
      effect.kind === 'latch'
        ? { kind: 'trip' as const, trip, cause: effect.cause }
        : { kind: 'reset' as const, trip };
    try {
      latch.append(line, env.clock.now());
    } catch (thrown) {
      log('fatal', 'guard', 'latch-not-written', { reason: reasonOf(thrown) });
      return;
    }
    env.timers.turn(() => {
      try {
        latch.sync();
      } catch (thrown) {
        log('fatal', 'guard', 'latch-not-synced', { reason: reasonOf(thrown) });
      }
    });
  }

  async #sweep(venue: string, round: number): Promise<void> {
    const canceller = this.#cancellers.get(venue);
    // Without a key nothing can be cancelled, and nothing is ever known to be.
    const open = await (canceller?.sweep() ?? null);
    this.#go({ kind: 'swept', nowMs: this.#nowMs(), venue, round, open });
  }

  #endDaemon(): void {
    const { env, log, signal } = this.#parts;
    const daemon = this.#daemon;
    if (daemon !== null) {
      const ended = endProcess(env.files, daemon, signal);
      if (!ended.ok) log('fatal', 'guard', 'daemon-not-ended', { reason: ended.error });
      else if (ended.value) log('warn', 'guard', 'daemon-killed', { pid: daemon.pid });
    }
    this.#go({ kind: 'daemon-ended', nowMs: this.#nowMs() });
  }

  #cosign({ id, checkpoint, fromSize, proof }: Extract<DaemonFrame, { kind: 'cosign' }>): void {
    const { heads, send, log } = this.#parts;
    const hashes = proof.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
    const note = heads.cosign({ checkpoint: Buffer.from(checkpoint), fromSize, proof: hashes });
    if (note.ok) {
      send({ kind: 'cosigned', id, checkpoint: note.value });
      return;
    }
    const { error } = note;
    if (error.kind === 'stale-proof') {
      send({ kind: 'stale-proof', id, seenSize: error.seenSize });
      return;
    }
    const isInconsistent = error.kind === 'inconsistent';
    log(isInconsistent ? 'fatal' : 'error', 'guard', 'not-cosigned', { ...error });
    const found = error.found.slice(0, 1_024);
    const expected = error.expected.slice(0, 1_024);
    send({ kind: 'not-cosigned', id, isInconsistent, found, expected });
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.stop();
    this.#parts.onEnd(reason);
  }

  #nowMs(): number {
    return this.#parts.env.clock.mono() / 1e6;
  }
}
