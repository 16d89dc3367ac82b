import { Packr } from 'msgpackr';
import { z } from 'zod';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';

/** Raised when a frame changes its meaning; both ends of a link must speak the same. */
export const LINK_PROTOCOL_VERSION = 1;
/** The most that one WebSocket message of a link may hold. */
export const PAYLOAD_BYTES_MAX = 1024 * 1024;
/** The most that one frame may hold, so that a batch of at least one always fits. */
export const LINK_FRAME_BYTES_MAX = 256 * 1024;
/** Arrays and maps within each other, in what arrives. */
export const NESTING_MAX = 32;
/** The same in a frame that leaves, so that it passes inside its batch. */
const FRAME_NESTING_MAX = NESTING_MAX - 4;

const count = z.int().nonnegative();
const path = z.string().min(1).max(1100);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const incarnation = z.string().regex(/^[0-9a-f]{16}$/);
const versions = z.record(path, count);
/** The life of one end of a link: its node's and, within that, its actor's. */
const life = z.strictObject({ incarnation, link: count });

/** May have keys that are not known yet; what another protocol says is not looked at at all. */
const hello = z.object({
  kind: z.literal('hello'),
  protocol: count,
  node: name,
  to: name,
  life,
  /** Schema versions by path: what the peer may send here, and what this node will send there. */
  exports: versions,
  imports: versions,
  /** The last command that came from an earlier connection, and from which life of the peer. */
  received: z.strictObject({ life, command: count }).nullable(),
});
const refused = z.object({ kind: z.literal('refused'), reason: z.string().max(500) });
const opening = z.discriminatedUnion('kind', [hello, refused]);

const ended = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['normal', 'killed', 'unknown', 'noconnection']) }),
  z.strictObject({
    kind: z.literal('shutdown'),
    why: z.enum(['requested', 'gave-up', 'children-done']),
  }),
  z.strictObject({ kind: z.literal('failed'), error: z.string(), isFatal: z.boolean() }),
]);
const failure = z.enum(['timeout', 'refused', 'died', 'too-many', 'asker-over', 'noconnection']);
const to = { path, uid: count };
const frame = z.discriminatedUnion('kind', [
  /** `command` counts the messages that are acknowledged; 0 is none of them. */
  z.strictObject({
    kind: z.literal('tell'),
    ...to,
    from: z.string(),
    command: count,
    message: z.unknown(),
  }),
  z.strictObject({
    kind: z.literal('ask'),
    ...to,
    from: z.string(),
    ask: count,
    limitMs: z.number().nonnegative(),
    message: z.unknown(),
  }),
  z.strictObject({ kind: z.literal('answer'), ask: count, message: z.unknown() }),
  z.strictObject({ kind: z.literal('failed'), ask: count, reason: failure, detail: z.string() }),
  z.strictObject({ kind: z.literal('watch'), ...to, watch: count }),
  z.strictObject({ kind: z.literal('unwatch'), watch: count }),
  z.strictObject({ kind: z.literal('ended'), watch: count, reason: ended }),
]);
/** Number of the batch on its connection, the last command received, and the frames in order. */
const batch = z.tuple([count.positive(), count]).rest(frame);

export type LinkHello = z.infer<typeof hello>;
export type LinkLife = z.infer<typeof life>;
export type LinkOpening = z.infer<typeof opening>;
export type LinkFrame = z.infer<typeof frame>;
export type LinkEnded = z.infer<typeof ended>;
export type LinkBatch = readonly [number, number, ...LinkFrame[]];

/** Records would let a frame define structures, for which msgpackr compiles code. */
const packr = new Packr({ useRecords: false, moreTypes: false });
const BATCH_HEADER_BYTES = 5;
const ARRAY_32 = 0xdd;

/** Encodes what begins a connection; the limits of contracts keep it well within one frame. */
export function encodeOpening(value: LinkOpening): Uint8Array {
  return packr.pack(value);
}

/** Encodes one frame; refuses what is not plain data, and what is too large. */
export function encodeLinkFrame(value: LinkFrame): Result<Uint8Array, string> {
  const strange = strangerIn(value, 0);
  if (strange !== null) return err(`only plain data crosses a link: found ${strange}`);
  let bytes: Uint8Array;
  try {
    bytes = packr.pack(value);
  } catch (thrown) {
    return err(`only plain data crosses a link: ${reasonOf(thrown)}`);
  }
  if (bytes.length > LINK_FRAME_BYTES_MAX) {
    return err(`found ${bytes.length} bytes, wanted at most ${LINK_FRAME_BYTES_MAX}`);
  }
  return ok(bytes);
}

/** Something that would arrive as something else: a function, an instance of a class; or null. */
function strangerIn(value: unknown, depth: number): string | null {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  if (depth > FRAME_NESTING_MAX) return `more than ${FRAME_NESTING_MAX} levels`;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return `an instance of ${prototype.constructor?.name ?? 'a class'}`;
  }
  for (const part of Object.values(value)) {
    const found = strangerIn(part, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** Puts frames that are encoded already into one batch, without touching them again. */
export function batchOf(number: number, ack: number, frames: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(BATCH_HEADER_BYTES);
  header[0] = ARRAY_32;
  header.writeUInt32BE(frames.length + 2, 1);
  return Buffer.concat([header, Buffer.from(packr.pack(number)), packr.pack(ack), ...frames]);
}

export function decodeOpening(bytes: Uint8Array): Result<LinkOpening, string> {
  const spoken = decode(z.looseObject({ protocol: count }), bytes);
  if (spoken.ok && spoken.value.protocol !== LINK_PROTOCOL_VERSION) {
    const found = `the peer speaks link protocol ${spoken.value.protocol}`;
    return err(`${found}, this node ${LINK_PROTOCOL_VERSION}: use the same version of flyball`);
  }
  return decode(opening, bytes);
}

export function decodeBatch(bytes: Uint8Array): Result<LinkBatch, string> {
  return decode(batch, bytes) as Result<LinkBatch, string>;
}

function decode<T>(schema: z.ZodType<T>, bytes: Uint8Array): Result<T, string> {
  const fault = shapeFault(bytes);
  if (fault !== null) return err(fault);
  const checked = schema.safeParse(packr.unpack(bytes));
  if (checked.success) return ok(checked.data);
  const issue = checked.error.issues[0];
  return err(`${issue?.path.join('.') || 'frame'}: ${issue?.message}`);
}

/** The bytes that a token's length, or number, takes up after it. */
const WIDTHS: Readonly<Record<number, number>> = {
  196: 1,
  197: 2,
  198: 4,
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  217: 1,
  218: 2,
  219: 4,
  220: 2,
  221: 4,
  222: 2,
  223: 4,
};
const isText = (token: number): boolean => token >= 217 && token <= 219;
const isBytes = (token: number): boolean => token >= 196 && token <= 198;

/**
 * What is wrong with bytes as one MessagePack value of plain data, or null: looked at before they
 * are decoded, because a decoder takes room for an array of any length that it is told of, and
 * extensions reach code that nobody here needs. The extension for `undefined` alone is let pass.
 */
export function shapeFault(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** How many values are wanted still, at each depth. */
  const wanted = [1];
  let at = 0;
  while (wanted.length > 0) {
    const depth = wanted.length - 1;
    const left = wanted[depth] as number;
    if (left === 0) {
      wanted.pop();
      continue;
    }
    wanted[depth] = left - 1;
    const token = bytes[at];
    if (token === undefined) return `ends after ${at} bytes in the middle of a value`;
    at += 1;
    const width = WIDTHS[token] ?? 0;
    if (at + width > bytes.length) return `ends after ${at} bytes in the middle of a value`;
    const children = childrenOf(token, width, view, at);
    if (children === null) {
      if (token !== 0xd4 || bytes[at] !== 0 || bytes[at + 1] !== 0) {
        return `byte ${at - 1}: found the extension or token ${token}, wanted plain data`;
      }
      at += 2;
      continue;
    }
    at += width + skipOf(token, width, view, at);
    if (children > bytes.length - at) return `byte ${at}: ${children} values cannot follow`;
    if (children > 0) wanted.push(children);
    if (wanted.length > NESTING_MAX) return `byte ${at}: nested deeper than ${NESTING_MAX}`;
  }
  return at === bytes.length ? null : `${bytes.length - at} bytes follow the value`;
}

/** Values inside this one; null for a token that is none of plain data. */
function childrenOf(token: number, width: number, view: DataView, at: number): number | null {
  if (token <= 0x7f || token >= 0xe0) return 0;
  if (token <= 0x8f) return (token & 0x0f) * 2;
  if (token <= 0x9f) return token & 0x0f;
  if (token <= 0xbf || token === 0xc0 || token === 0xc2 || token === 0xc3) return 0;
  if (width === 0) return null;
  if (token === 220 || token === 221) return lengthAt(view, at, width);
  if (token === 222 || token === 223) return lengthAt(view, at, width) * 2;
  return 0;
}

/** Bytes of text or binary after the length. */
function skipOf(token: number, width: number, view: DataView, at: number): number {
  if (token >= 0xa0 && token <= 0xbf) return token & 0x1f;
  return isText(token) || isBytes(token) ? lengthAt(view, at, width) : 0;
}

function lengthAt(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  return width === 2 ? view.getUint16(at) : view.getUint32(at);
}
