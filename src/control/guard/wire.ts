import { z } from 'zod';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { MODES } from '../gate.ts';
import { guardSection } from './settings.ts';

/** What daemon and guard say to one another: a JSON text a line, over a Unix socket. */

/** Raised when a frame changes its meaning. */
export const GUARD_PROTOCOL = 2;
/** A checkpoint and a proof of 64 hashes fit. */
export const GUARD_FRAME_BYTES_MAX = 64 * 1024;
/** The daemon gives a sign of life this often. */
export const BEAT_MS = 25;

/** Where the guard of a data directory listens. */
export function guardSocket(folder: string): string {
  return `${folder}/run/guard.sock`;
}

/** Set in the environment of a guard by the desk that starts it for itself. */
export const GUARD_STARTED_BY_DESK = 'FLYBALL_GUARD_STARTED_BY_DESK';

const count = z.int().nonnegative();
const hash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

/** A venue that the guard can cancel at, and where its key for that lies. */
const wardVenue = z.strictObject({
  name: z.string().min(1).max(16),
  /** Protocol that it speaks; Binance's when it is not said. */
  kind: z.string().max(16).optional(),
  restUrl: z.url({ protocol: /^https?$/ }).max(256),
  symbols: z.array(z.string().regex(/^[A-Z0-9]{2,20}([/-][A-Z0-9]{2,12})?$/)).max(64),
  receiveWindowMs: z.int().min(100).max(60_000),
  timeoutMs: z.int().min(100).max(60_000),
  /** A file with `apiKey` and `secret`; never the keys themselves. */
  keyFile: z.string().min(1).max(4_096),
  /** Whether that key may cancel and nothing more. */
  isCancelOnly: z.boolean(),
  /** Whether the venue itself cancels when the daemon falls silent. */
  hasDeadMan: z.boolean(),
});
export type WardVenue = z.infer<typeof wardVenue>;

const pin = z.int().min(0).max(511);
const pins = z.strictObject({ a: pin, b: pin, tamper: pin });
/** Where the guard reads the contacts of the stop, by the driver that the desk has opened. */
const contactSource = z.discriminatedUnion('driver', [
  z.strictObject({ driver: z.literal('panel'), file: z.string().min(1).max(4_096) }),
  z.strictObject({ driver: z.literal('rpio'), pins }),
  z.strictObject({
    driver: z.literal('gpiod'),
    chip: z.string().regex(/^gpiochip\d{1,3}$/),
    pins,
  }),
]);
export type ContactSource = z.infer<typeof contactSource>;

/** Whom the guard watches. It outlives the guard in a file, for a guard that is started anew. */
export const ward = z.strictObject({
  pid: z.int().positive(),
  boot: z.int().positive(),
  policy: guardSection,
  contacts: contactSource,
  venues: z.array(wardVenue).max(16),
});
export type Ward = z.infer<typeof ward>;

const daemonFrame = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hello'),
    protocol: z.int(),
    version: z.string().max(64),
    ward,
  }),
  z.strictObject({
    kind: z.literal('beat'),
    beat: count,
    isTrading: z.boolean(),
    isTripped: z.boolean(),
    tripSeen: count,
    epoch: z.int(),
    mode: z.enum(MODES),
    monoNs: z.number(),
  }),
  z.strictObject({ kind: z.literal('goodbye') }),
  z.strictObject({
    kind: z.literal('cosign'),
    id: count,
    checkpoint: z.string().max(GUARD_FRAME_BYTES_MAX / 2),
    fromSize: count,
    proof: z.array(hash).max(64),
  }),
]);
export type DaemonFrame = z.infer<typeof daemonFrame>;
export type Beat = Extract<DaemonFrame, { kind: 'beat' }>;

const guardFrame = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('welcome'),
    protocol: z.int(),
    pid: z.int().positive(),
    /** Verifier key of the witness. */
    witnessKey: z.string().max(512),
    /** Whether it ends when it is told goodbye. */
    isSpawned: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('status'),
    /** The last beat that was heard; 0 for none. */
    beat: count,
    /** Whether the daemon is watched and heard; what it may send beside that, its gate knows. */
    isWatching: z.boolean(),
    isArmed: z.boolean(),
    silences: count,
    trip: count,
    /** Cause of the trip while it stands. */
    cause: z.string().max(1_024).nullable(),
  }),
  z.strictObject({ kind: z.literal('refused'), reason: z.string().max(1_024) }),
  z.strictObject({ kind: z.literal('cosigned'), id: count, checkpoint: z.string() }),
  z.strictObject({ kind: z.literal('stale-proof'), id: count, seenSize: count }),
  z.strictObject({
    kind: z.literal('not-cosigned'),
    id: count,
    isInconsistent: z.boolean(),
    found: z.string().max(1_024),
    expected: z.string().max(1_024),
  }),
]);
export type GuardFrame = z.infer<typeof guardFrame>;
export type GuardStatus = Extract<GuardFrame, { kind: 'status' }>;

export const readDaemonFrame = (line: string): Result<DaemonFrame, string> =>
  decode(daemonFrame, line);
export const readGuardFrame = (line: string): Result<GuardFrame, string> =>
  decode(guardFrame, line);

export function frameText(frame: DaemonFrame | GuardFrame): string {
  return `${JSON.stringify(frame)}\n`;
}

/** Cuts what arrives into lines. A line that is too long is an error, and the end of it all. */
export class LineCutter {
  #rest = '';

  /** @returns the whole lines so far, or what is wrong */
  push(text: string): Result<readonly string[], string> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    const longest = Math.max(this.#rest.length, ...lines.map(({ length }) => length));
    if (longest <= GUARD_FRAME_BYTES_MAX) return ok(lines);
    this.#rest = '';
    return err(`found a line of ${longest} characters, wanted ${GUARD_FRAME_BYTES_MAX} at most`);
  }
}

function decode<T>(schema: z.ZodType<T>, line: string): Result<T, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
  const read = schema.safeParse(value);
  if (read.success) return ok(read.data);
  const issue = read.error.issues[0];
  return err(`${issue?.path.join('.') || 'frame'}: ${issue?.message}`);
}
