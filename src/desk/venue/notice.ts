import { z } from 'zod';
import { VENUES_MAX } from '../../config/schema.ts';
import type { Files } from '../../core/env.ts';
import { FRONT_KINDS } from '../../simulation/server/front-kinds.ts';
import type { VenueSection } from './options.ts';

/** What a running venue process leaves in the run folder, so that a desk finds it again. */
export interface VenueNotice {
  readonly pid: number;
  /** Of the first front. */
  readonly port: number;
  readonly fronts: readonly VenueFrontNotice[];
  /** What moves its market: `generated`, or the recording that it plays. */
  readonly source: string;
  /** A stop of the desk ends what `start` began, and leaves alone what was started by hand. */
  readonly startedBy: 'start' | 'hand';
}

/** One venue of the process. */
export interface VenueFrontNotice {
  readonly name: string;
  readonly kind: string;
  readonly port: number;
}

const port = z.int().positive();
const front = z.strictObject({ name: z.string(), kind: z.string(), port });

const notice = z.strictObject({
  pid: z.int().positive(),
  port,
  fronts: z.array(front).min(1).max(VENUES_MAX),
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

const TOKEN_BYTES = 32;
const FOLDER_MODE = 0o700;

export function noticePath(dataFolder: string): string {
  return `${dataFolder}/run/venue.json`;
}

/** Where the simulated venues keep what is theirs, each in a folder of its name. */
export function venueFolder(dataFolder: string): string {
  return `${dataFolder}/venue`;
}

export function frontFolder(dataFolder: string, venue: string): string {
  return `${venueFolder(dataFolder)}/${venue}`;
}

/** What every simulated venue answers to who has no key to its administration. */
export const SIGN_OF_LIFE = 403;

/** A question that a venue of every kind answers alike. */
export function signOfLifeUrl({ port: first }: VenueNotice): string {
  return `http://127.0.0.1:${first}/sim/progress`;
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
export function guardKeyFile(dataFolder: string, venue: string): string {
  return `${frontFolder(dataFolder, venue)}/guard-key.json`;
}

/**
 * The account of a data directory at one of its venues, made when there is none.
 *
 * @throws when a file is there and is not ours
 */
export function venueAccount(
  files: Files,
  dataFolder: string,
  venue: Pick<VenueSection, 'name' | 'kind'>,
  entropy: (bytes: number) => Uint8Array,
): VenueAccount {
  const folder = frontFolder(dataFolder, venue.name);
  files.ensureFolder(folder, FOLDER_MODE);
  const own = keptIn(files, `${folder}/account.json`, account, () => newAccount(venue, entropy));
  const guardFile = guardKeyFile(dataFolder, venue.name);
  const guardKey = keptIn(files, guardFile, keyPair, () => keyOf(venue, entropy));
  return { ...own, guardKey };
}

/** An account that nobody has yet. */
export function newAccount(
  venue: Pick<VenueSection, 'kind'>,
  entropy: (bytes: number) => Uint8Array,
): VenueAccount {
  const adminToken = Buffer.from(entropy(TOKEN_BYTES)).toString('hex');
  return { ...keyOf(venue, entropy), adminToken };
}

function keyOf(
  { kind }: Pick<VenueSection, 'kind'>,
  entropy: (bytes: number) => Uint8Array,
): ApiKeyPair {
  return FRONT_KINDS[kind].keyFrom(entropy);
}

/** What a file holds; made when there is none. */
function keptIn<T>(files: Files, path: string, schema: z.ZodType<T>, make: () => T): T {
  const bytes = files.read(path);
  if (bytes !== null) return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const made = make();
  files.replace(path, new TextEncoder().encode(`${JSON.stringify(made)}\n`));
  return made;
}
