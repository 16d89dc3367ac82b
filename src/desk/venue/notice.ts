import { z } from 'zod';
import type { Files } from '../../core/env.ts';

/** What a running venue process leaves in the run folder, so that a desk finds it again. */
export interface VenueNotice {
  readonly pid: number;
  readonly port: number;
  /** What moves its market: `generated`, or the recording that it plays. */
  readonly source: string;
  /** A stop of the desk ends what `start` began, and leaves alone what was started by hand. */
  readonly startedBy: 'start' | 'hand';
}

const notice = z.strictObject({
  pid: z.int().positive(),
  port: z.int().positive(),
  source: z.string(),
  startedBy: z.enum(['start', 'hand']),
});

/** The desk's account at the simulated venue. Made once; readable by the owner alone. */
export interface VenueAccount {
  readonly apiKey: string;
  readonly secret: string;
  readonly adminToken: string;
  /** The guard's key: it cancels and asks, and places nothing. Absent where there is no guard. */
  readonly guardKey?: ApiKeyPair;
}

interface ApiKeyPair {
  readonly apiKey: string;
  readonly secret: string;
}

const account = z.strictObject({
  apiKey: z.string(),
  secret: z.string(),
  adminToken: z.string(),
});

const keyPair = z.strictObject({ apiKey: z.string(), secret: z.string() });

const KEY_BYTES = 32;

export function noticePath(dataFolder: string): string {
  return `${dataFolder}/run/venue.json`;
}

export function venueFolder(dataFolder: string): string {
  return `${dataFolder}/venue`;
}

/** The notice of the venue that runs, or ran last; null when there is none that can be read. */
export function readNotice(files: Files, dataFolder: string): VenueNotice | null {
  const bytes = files.read(noticePath(dataFolder));
  if (bytes === null) return null;
  try {
    return notice.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

export function writeNotice(files: Files, dataFolder: string, value: VenueNotice): void {
  files.replace(noticePath(dataFolder), new TextEncoder().encode(JSON.stringify(value)));
}

/** In a file of its own, so that the guard reads no key that could place an order. */
export function guardKeyFile(dataFolder: string): string {
  return `${venueFolder(dataFolder)}/guard-key.json`;
}

/**
 * The account of a data directory, made when there is none.
 *
 * @throws when a file is there and is not ours
 */
export function venueAccount(
  files: Files,
  dataFolder: string,
  entropy: (bytes: number) => Uint8Array,
): VenueAccount {
  const secret = (): string => Buffer.from(entropy(KEY_BYTES)).toString('hex');
  const own = keptIn(files, `${venueFolder(dataFolder)}/account.json`, account, () => ({
    apiKey: secret(),
    secret: secret(),
    adminToken: secret(),
  }));
  const guardKey = keptIn(files, guardKeyFile(dataFolder), keyPair, () => ({
    apiKey: secret(),
    secret: secret(),
  }));
  return { ...own, guardKey };
}

/** What a file holds; made when there is none. */
function keptIn<T>(files: Files, path: string, schema: z.ZodType<T>, make: () => T): T {
  const bytes = files.read(path);
  if (bytes !== null) return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const made = make();
  files.replace(path, new TextEncoder().encode(`${JSON.stringify(made)}\n`));
  return made;
}
