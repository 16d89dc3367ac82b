import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ROLES } from '../control/authorisation.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';

/** Raised when a frame changes its meaning; both sides must speak the same. */
export const PROTOCOL_VERSION = 1;
/** One frame is one JSON text of at most this size. */
export const FRAME_BYTES_MAX = 1024 * 1024;
const NONCE_BYTES = 32;
const CHALLENGE = 'flyball-shell-v1\0';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

/**
 * First frame, from the server. This and the next one may have keys that are not known yet, so
 * that another protocol is told as such and not as a malformed frame.
 */
const hello = z.object({
  kind: z.literal('hello'),
  protocol: z.int().positive(),
  version: z.string().max(64),
  nonce: base64,
});
/** Second frame, from the client: its signature over the challenge. */
const authenticate = z.object({
  kind: z.literal('authenticate'),
  protocol: z.int().positive(),
  key: z.string().max(64),
  signature: base64,
});
const welcome = z.strictObject({
  kind: z.literal('welcome'),
  user: z.string(),
  role: z.enum(ROLES),
  /** Why the role is less than the key's, when it is. */
  note: z.string().optional(),
});
const refused = z.strictObject({ kind: z.literal('refused'), reason: z.string() });
const run = z.strictObject({
  kind: z.literal('run'),
  id: z.int().nonnegative(),
  words: z.array(z.string().max(4096)).min(1).max(64),
});
const result = z.strictObject({
  kind: z.literal('result'),
  id: z.int().nonnegative(),
  exitCode: z.int().min(0).max(255),
  data: z.unknown(),
  /** One sentence when `exitCode` is not 0. */
  error: z.string().nullable(),
});

export const serverFrame = z.discriminatedUnion('kind', [hello, welcome, refused, result]);
export const clientFrame = z.discriminatedUnion('kind', [authenticate, run]);
export type ServerFrame = z.infer<typeof serverFrame>;
export type ClientFrame = z.infer<typeof clientFrame>;
export type Hello = z.infer<typeof hello>;

/** Decodes a frame; one sentence says what is wrong with it. */
export function decodeFrame<T>(schema: z.ZodType<T>, text: string): Result<T, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
  const checked = schema.safeParse(value);
  if (checked.success) return ok(checked.data);
  const issue = checked.error.issues[0];
  return err(`${issue?.path.join('.') || 'frame'}: ${issue?.message}`);
}

export function helloOf(version: string, entropy: (bytes: number) => Uint8Array): Hello {
  const nonce = Buffer.from(entropy(NONCE_BYTES)).toString('base64');
  return { kind: 'hello', protocol: PROTOCOL_VERSION, version, nonce };
}

/**
 * What a client signs: the nonce, a label of this use, and a hash that binds the signature to the
 * very greeting and transport it answers.
 */
export function challengeOf(greeting: Hello, transport: string): Buffer {
  const bound = createHash('sha256')
    .update(JSON.stringify([greeting.protocol, greeting.version, greeting.nonce, transport]))
    .digest();
  return Buffer.concat([Buffer.from(greeting.nonce, 'base64'), Buffer.from(CHALLENGE), bound]);
}
