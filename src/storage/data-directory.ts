import type { Env, Files } from '../core/env.ts';
import { deskIdOf } from '../core/ids.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type HeldLock, type Locker, type LockFault, lockFaultText } from './directory-lock.ts';
import { type LogFault, logFaultText, systemFault } from './log-fault.ts';

/**
 * A data directory, held by one daemon:
 *
 *   version.json   schema of this layout, desk id, creation; written last, so it marks a whole one
 *   boot.json      counter of starts
 *   run/           0700: lock, sockets, latch file
 *   journal/       segments/ and store/
 */
export interface DataDirectory {
  readonly path: string;
  /** Lasting name of this desk, part of every client order id. */
  readonly deskId: string;
  readonly createdMs: number;
  readonly runFolder: string;
  readonly journalFolder: string;
  /**
   * Number of this start, from 1; durable when it returns. Asked once in a start.
   *
   * @param journaled the last boot that a journal knows of, so that a counter restored from an old
   *   backup does not repeat one
   */
  nextBoot(journaled?: number): Result<number, DirectoryFault>;
  /** Gives the lock back. */
  release(): void;
}

export type DirectoryFault =
  | LockFault
  | LogFault
  | {
      readonly kind: 'directory-version';
      readonly path: string;
      readonly found: number;
      readonly supported: number;
    }
  | {
      readonly kind: 'directory-foreign';
      readonly path: string;
      /** Names that do not belong there. */
      readonly found: readonly string[];
    }
  | {
      readonly kind: 'directory-damaged';
      readonly file: string;
      readonly found: string;
      readonly wanted: string;
    };

/** Raised when a program of today could not read what one of tomorrow writes, or the reverse. */
export const DIRECTORY_VERSION = 1;
const FOLDER_MODE = 0o700;

/**
 * Opens a data directory and makes it when there is none. Looks before it touches: a directory of
 * another version, or with something else in it, stays as it is.
 */
export function openDataDirectory(
  env: Pick<Env, 'files' | 'clock' | 'entropy'>,
  path: string,
  lock: Locker,
): Result<DataDirectory, DirectoryFault> {
  const { files } = env;
  try {
    const seen = readIdentity(files, path);
    if (!seen.ok) return seen;
    const runFolder = `${path}/run`;
    files.ensureFolder(path, FOLDER_MODE);
    files.ensureFolder(runFolder, FOLDER_MODE);
    const held = lock(`${runFolder}/lock`);
    if (!held.ok) return held;
    const identity = identify(env, path);
    if (!identity.ok) {
      held.value.release();
      return identity;
    }
    return ok(directoryOf(files, path, identity.value, held.value));
  } catch (thrown) {
    return err(systemFault(thrown, path, 'opening the data directory'));
  }
}

/** Name of the desk whose directory this is; null while there is none, or none that can be read. */
export function deskIdIn(files: Files, path: string): string | null {
  const seen = readIdentity(files, path);
  return seen.ok ? (seen.value?.deskId ?? null) : null;
}

interface Identity {
  readonly deskId: string;
  readonly createdMs: number;
}

/** What is there, read again now that nobody else can be writing it; made when there is nothing. */
function identify(
  env: Pick<Env, 'files' | 'clock' | 'entropy'>,
  path: string,
): Result<Identity, DirectoryFault> {
  const seen = readIdentity(env.files, path);
  if (!seen.ok) return seen;
  if (seen.value !== null) return ok(seen.value);
  const identity = { deskId: deskIdOf(env.entropy), createdMs: env.clock.now() };
  writeBoot(env.files, path, 0);
  writeJson(env.files, versionFile(path), { version: DIRECTORY_VERSION, ...identity });
  return ok(identity);
}

/** What an empty file system has in it. */
const MOUNTED = 'lost+found';
/**
 * What may be there before the directory is one: the leavings of a crash in its creation, and the
 * simulated venue, which may have been started first.
 */
const UNFINISHED = new Set([
  'run',
  'boot.json',
  'boot.json.draft',
  'version.json.draft',
  'venue',
  MOUNTED,
]);

/** Null when the directory is absent, empty, or was never finished. */
function readIdentity(files: Files, path: string): Result<Identity | null, DirectoryFault> {
  const file = versionFile(path);
  const bytes = files.read(file);
  if (bytes === null) {
    const found = files.list(path).filter((name) => !UNFINISHED.has(name));
    return found.length === 0 ? ok(null) : err({ kind: 'directory-foreign', path, found });
  }
  const value = parsed(bytes);
  const found = value?.['version'];
  if (typeof found === 'number' && found !== DIRECTORY_VERSION) {
    return err({ kind: 'directory-version', path, found, supported: DIRECTORY_VERSION });
  }
  const { deskId, createdMs } = value ?? {};
  const isWhole = found === DIRECTORY_VERSION && typeof createdMs === 'number';
  if (isWhole && typeof deskId === 'string' && DESK_ID.test(deskId)) {
    return ok({ deskId, createdMs });
  }
  const wanted = 'version, deskId and createdMs as this program wrote them';
  return err({ kind: 'directory-damaged', file, found: quoted(bytes), wanted });
}

const DESK_ID = /^[a-z2-7]{8}$/;

function directoryOf(
  files: Files,
  path: string,
  identity: Identity,
  held: HeldLock,
): DataDirectory {
  return {
    path,
    ...identity,
    runFolder: `${path}/run`,
    journalFolder: `${path}/journal`,
    nextBoot(journaled = 0) {
      try {
        const last = readBoot(files, path);
        if (!last.ok) return last;
        const boot = Math.max(last.value, journaled) + 1;
        writeBoot(files, path, boot);
        return ok(boot);
      } catch (thrown) {
        return err(systemFault(thrown, bootFile(path), 'counting this start'));
      }
    },
    release: () => held.release(),
  };
}

/** A counter that cannot be read is not begun anew: client order ids would repeat. */
function readBoot(files: Files, path: string): Result<number, DirectoryFault> {
  const file = bootFile(path);
  const bytes = files.read(file);
  const boot = bytes === null ? undefined : parsed(bytes)?.['boot'];
  if (typeof boot === 'number' && Number.isSafeInteger(boot) && boot >= 0) return ok(boot);
  return err({
    kind: 'directory-damaged',
    file,
    found: bytes === null ? 'no such file' : quoted(bytes),
    wanted: '{"boot": N} with N not below the last boot of this desk',
  });
}

function writeBoot(files: Files, path: string, boot: number): void {
  writeJson(files, bootFile(path), { boot });
}

function versionFile(path: string): string {
  return `${path}/version.json`;
}

function bootFile(path: string): string {
  return `${path}/boot.json`;
}

function writeJson(files: Files, file: string, value: object): void {
  files.replace(file, Buffer.from(`${JSON.stringify(value)}\n`));
}

/** The object that the bytes say, or null when they say none. */
function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** The beginning of a small file, for a message. */
function quoted(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 80)).toString('utf8'));
}

export function directoryFaultText(fault: DirectoryFault): string {
  switch (fault.kind) {
    case 'directory-held':
    case 'lock-unavailable':
      return lockFaultText(fault);
    case 'full':
    case 'io':
    case 'corrupt':
      return logFaultText(fault);
    case 'directory-version':
      return (
        `${fault.path} has version ${fault.found}, this program supports ${fault.supported}: ` +
        'start the program that made it, or choose another data directory'
      );
    case 'directory-foreign':
      return (
        `${fault.path} is no data directory and holds ${fault.found.slice(0, 5).join(', ')}: ` +
        'choose an empty or a new one'
      );
    case 'directory-damaged':
      return `${fault.file}: found ${fault.found}, wanted ${fault.wanted}`;
  }
}
