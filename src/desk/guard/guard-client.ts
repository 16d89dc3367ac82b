import { type GuardedProcess, isAlive, processAt } from '../../control/guard/guarded-process.ts';
import type { GuardLink, GuardView, Signs } from '../../control/guard/link.ts';
import {
  frameText,
  GUARD_PROTOCOL,
  type GuardFrame,
  type GuardStatus,
  LineCutter,
  readGuardFrame,
  type Ward,
} from '../../control/guard/wire.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';
import type { GuardConnect, GuardLine } from './guard-line.ts';
import { WITNESS_MS_MAX, type Witness, type WitnessFault } from './witness.ts';

export interface ClientParts {
  readonly env: Pick<Env, 'clock' | 'timers' | 'files'>;
  readonly log: Log;
  readonly version: string;
  readonly ward: Ward;
  readonly connect: GuardConnect;
  /** How often a sign of life is due. */
  readonly beatMs: number;
  /** Nobody listens: sees to it that a guard is started, if that is ours to do. */
  readonly onAbsent: () => void;
}

/** Between two attempts to connect; a guard that is being started answers soon. */
const CONNECT_MS = 25;
/** Beats whose time of sending is remembered: 6 s at 25 ms. A later answer grants nothing. */
const BEATS_KEPT = 256;
/** A guard that does not read may owe so much; then the connection is given up. */
const BUFFERED_BYTES_MAX = 256 * 1024;
/** Longest wait for the guard to hear a goodbye, and again for it to end. */
const GOODBYE_MS_MAX = 1_000;
const END_POLL_MS = 10;
/** Requests for a cosignature that may be out at once. */
const COSIGN_MAX = 16;

const NOBODY: GuardView = { pid: 0, isArmed: false, silences: 0, trip: 0, cause: null };

type Cosigned = Result<string, WitnessFault>;

/** The daemon's end: connects again and again, and keeps what the guard has said last. */
export class GuardClient implements GuardLink, Witness {
  view: GuardView = NOBODY;
  /** Text of the verifier key of the witness; empty before it was heard. */
  witnessKey = '';
  readonly #parts: ClientParts;
  readonly #sentNs = new Float64Array(BEATS_KEPT);
  readonly #asked = new Map<number, (answer: Cosigned) => void>();
  #line: GuardLine | null = null;
  #beats = 0;
  #asks = 0;
  #isLeaving = false;
  #endsWithUs = false;
  #leaseUntilNs = 0;
  #told: (what: 'beat' | 'heard') => void = () => {};
  #gone: () => void = () => {};

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#connect();
    this.#pulse();
  }

  get isLeased(): boolean {
    return this.#parts.env.clock.mono() <= this.#leaseUntilNs;
  }

  listen(told: (what: 'beat' | 'heard') => void): void {
    this.#told = told;
  }

  beat(signs: Signs): void {
    const line = this.#line;
    if (line === null || this.view.pid === 0) return;
    if (line.waitingBytes > BUFFERED_BYTES_MAX) {
      line.destroy();
      return;
    }
    this.#beats += 1;
    const monoNs = this.#parts.env.clock.mono();
    this.#sentNs[this.#beats % BEATS_KEPT] = monoNs;
    line.write(frameText({ kind: 'beat', beat: this.#beats, ...signs, monoNs }));
  }

  cosign(
    checkpoint: string,
    proof: readonly Uint8Array[],
    fromSize: number,
  ): Promise<Result<string, WitnessFault>> {
    const absent = (detail: string) => err({ kind: 'no-witness' as const, detail });
    const line = this.#line;
    if (line === null || this.view.pid === 0) return Promise.resolve(absent('no guard is heard'));
    if (this.#asked.size >= COSIGN_MAX) {
      return Promise.resolve(absent(`${COSIGN_MAX} requests are out`));
    }
    this.#asks += 1;
    const id = this.#asks;
    const hashes = proof.map((hash) => Buffer.from(hash).toString('base64'));
    return new Promise((resolve) => {
      const answer = (outcome: Cosigned): void => {
        deadline.cancel();
        this.#asked.delete(id);
        resolve(outcome);
      };
      const deadline = this.#parts.env.timers.after(WITNESS_MS_MAX, () =>
        answer(absent(`no answer within ${WITNESS_MS_MAX} ms`)),
      );
      this.#asked.set(id, answer);
      line.write(frameText({ kind: 'cosign', id, checkpoint, fromSize, proof: hashes }));
    });
  }

  async goodbye(): Promise<void> {
    this.#isLeaving = true;
    const line = this.#line;
    if (line === null) return;
    const guard = processAt(this.#parts.env.files, this.view.pid);
    await new Promise<void>((resolve) => {
      const deadline = this.#parts.env.timers.after(GOODBYE_MS_MAX, resolve);
      this.#gone = () => {
        deadline.cancel();
        resolve();
      };
      line.end(frameText({ kind: 'goodbye' }));
    });
    line.destroy();
    if (this.#endsWithUs && guard !== null) await this.#awaitEnd(guard);
  }

  /** What comes after a stop finds no guard of this desk that is still about to end. */
  async #awaitEnd(guard: GuardedProcess): Promise<void> {
    const { clock, timers, files } = this.#parts.env;
    const deadlineNs = clock.mono() + GOODBYE_MS_MAX * 1e6;
    while (clock.mono() < deadlineNs && isAlive(files, guard)) {
      await new Promise<void>((resolve) => void timers.after(END_POLL_MS, resolve));
    }
  }

  #pulse(): void {
    if (this.#isLeaving) return;
    this.#told('beat');
    this.#parts.env.timers.after(this.#parts.beatMs, () => this.#pulse());
  }

  #connect(): void {
    if (this.#isLeaving) return;
    const { connect, version, ward } = this.#parts;
    const cutter = new LineCutter();
    const line = connect({
      opened: () => {
        this.#line = line;
        line.write(frameText({ kind: 'hello', protocol: GUARD_PROTOCOL, version, ward }));
      },
      text: (text) => {
        const lines = cutter.push(text);
        if (lines.ok) for (const each of lines.value) this.#read(each);
        else this.#distrust(lines.error);
      },
      closed: () => {
        if (this.#line === line) this.#lost();
        else this.#parts.onAbsent();
        this.#parts.env.timers.after(CONNECT_MS, () => this.#connect());
      },
    });
  }

  #lost(): void {
    this.#line = null;
    this.#leaseUntilNs = 0;
    this.view = { ...NOBODY, trip: this.view.trip };
    for (const answer of [...this.#asked.values()]) {
      answer(err({ kind: 'no-witness', detail: 'the guard is gone' }));
    }
    this.#gone();
    this.#told('heard');
  }

  #read(line: string): void {
    const frame = readGuardFrame(line);
    if (!frame.ok) this.#distrust(frame.error);
    else this.#take(frame.value);
  }

  #take(frame: GuardFrame): void {
    const { log } = this.#parts;
    switch (frame.kind) {
      case 'welcome':
        this.witnessKey = frame.witnessKey;
        this.view = { ...this.view, pid: frame.pid };
        this.#endsWithUs = frame.isSpawned;
        log('info', 'guard', 'guard-heard', { pid: frame.pid });
        break;
      case 'status':
        this.#onStatus(frame);
        break;
      case 'refused':
        this.#distrust(frame.reason);
        break;
      case 'cosigned':
        this.#asked.get(frame.id)?.(ok(frame.checkpoint));
        break;
      case 'stale-proof':
        this.#asked.get(frame.id)?.(err({ kind: 'stale-proof', seenSize: frame.seenSize }));
        break;
      case 'not-cosigned': {
        const { found, expected } = frame;
        const kind = frame.isInconsistent ? 'inconsistent' : 'refused';
        this.#asked.get(frame.id)?.(err({ kind, found, expected }));
        break;
      }
      default:
        frame satisfies never;
    }
  }

  /** A lease is granted by an answer to a beat of this connection, and taken by any status. */
  #onStatus({ beat, isWatching, isArmed, silences, trip, cause }: GuardStatus): void {
    this.view = { pid: this.view.pid, isArmed, silences, trip, cause };
    const { silentMs } = this.#parts.ward.policy;
    if (!isWatching) this.#leaseUntilNs = 0;
    else if (beat > this.#beats - BEATS_KEPT && beat <= this.#beats) {
      this.#leaseUntilNs = (this.#sentNs[beat % BEATS_KEPT] as number) + silentMs * 1e6;
    }
    this.#told('heard');
  }

  #distrust(reason: string): void {
    this.#parts.log('error', 'guard', 'guard-distrusted', { reason });
    this.#line?.destroy();
  }
}
