import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { EXIT } from '../../commands/command.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { VenueAccess } from '../../venues/kinds/venue-kind.ts';
import type { Accesses } from '../open-venues.ts';
import { accessAt } from '../run/in-process.ts';
import {
  readNotice,
  SIGN_OF_LIFE,
  signOfLifeUrl,
  type VenueAccount,
  type VenueNotice,
  venueAccount,
  venueFolder,
} from './notice.ts';
import type { VenueSection } from './options.ts';
import { STARTED_BY_DESK } from './process.ts';

/** A simulated venue that answers. */
export interface VenueLink {
  readonly notice: VenueNotice;
  /** Of the first front, whose administrator knows of the market. */
  readonly account: VenueAccount;
  readonly restUrl: string;
  /** Of all fronts, by name. */
  readonly accesses: Accesses;
  /** Ends the process if `start` began it. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface VenueWish {
  readonly dataFolder: string;
  /** Program and arguments that run the venue. */
  readonly command: readonly string[];
  /** What has to move its market. */
  readonly source: string;
  /** The venues that it has to serve. */
  readonly venues: readonly Pick<VenueSection, 'name' | 'kind'>[];
}

const PING_TIMEOUT_MS = 1_000;
const POLL_MS = 25;
const START_MS_MAX = 15_000;
const STOP_MS_MAX = 5_000;
const FOLDER_MODE = 0o700;

/**
 * Attaches to the venue of a data directory, and starts one when none answers: a venue outlives a
 * desk that is killed, as a real one does.
 */
export async function linkVenue(env: Env, wish: VenueWish): Promise<Result<VenueLink, string>> {
  const running = await answering(env, wish.dataFolder);
  if (running !== null) return attached(env, wish, running);
  env.files.ensureFolder(venueFolder(wish.dataFolder), FOLDER_MODE);
  const started = await start(env, wish);
  return started.ok ? attached(env, wish, started.value) : started;
}

function attached(env: Env, wish: VenueWish, notice: VenueNotice): Result<VenueLink, string> {
  const { pid, source, fronts } = notice;
  if (source !== wish.source) {
    return err(`a venue that plays ${source} runs as process ${pid}; wanted ${wish.source}`);
  }
  const missing = wish.venues.find(
    ({ name, kind }) => !fronts.some((front) => front.name === name && front.kind === kind),
  );
  if (missing === undefined) return ok(linkOf(env, wish, notice));
  const served = fronts.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  const wanted = `${missing.name} (${missing.kind})`;
  return err(`the venue of process ${pid} serves ${served}; wanted ${wanted} too`);
}

/** Ends a venue that an earlier start began and that outlived its desk; others are left alone. */
export async function endLeftVenue(env: Env, dataFolder: string): Promise<void> {
  const left = await answering(env, dataFolder);
  if (left?.startedBy === 'start') await end(env, left.pid);
}

/** The notice of a venue that answers now, or null. */
async function answering(env: Env, dataFolder: string): Promise<VenueNotice | null> {
  const notice = readNotice(env.files, dataFolder);
  if (notice === null) return null;
  const url = signOfLifeUrl(notice);
  return new Promise((resolve) => {
    env.net.http({ method: 'GET', url, headers: {}, timeoutMs: PING_TIMEOUT_MS }, (outcome) =>
      resolve(outcome.ok && outcome.value.status === SIGN_OF_LIFE ? notice : null),
    );
  });
}

/** Starts a venue in a session of its own, so that a Ctrl-C for the desk is not one for it. */
async function start(env: Env, wish: VenueWish): Promise<Result<VenueNotice, string>> {
  const logPath = `${venueFolder(wish.dataFolder)}/venue.log`;
  const log = openSync(logPath, 'w', 0o600);
  let exit: string | null = null;
  let isTaken = false;
  const [program, ...words] = wish.command;
  const child = spawn(program as string, words, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, [STARTED_BY_DESK]: '1' },
  });
  closeSync(log);
  child.on('error', (error) => {
    exit = error.message;
  });
  child.on('exit', (code, signal) => {
    exit = `it ended with ${signal ?? code}; see ${logPath}`;
    // A venue that a killed desk had begun has the folder, and is about to answer.
    isTaken = code === EXIT.refused;
  });
  child.unref();
  const deadlineNs = env.clock.mono() + START_MS_MAX * 1e6;
  for (;;) {
    const notice = await answering(env, wish.dataFolder);
    if (notice !== null && (isTaken || notice.pid === child.pid)) return ok(notice);
    if (exit !== null && !isTaken) return err(`the simulated venue did not start: ${exit}`);
    if (env.clock.mono() > deadlineNs) {
      child.kill('SIGKILL');
      return err(`the simulated venue does not answer after ${START_MS_MAX} ms; see ${logPath}`);
    }
    await pause(env, POLL_MS);
  }
}

function linkOf(env: Env, wish: VenueWish, notice: VenueNotice): VenueLink {
  const accesses = new Map<string, VenueAccess>();
  const accounts = wish.venues.map((venue) => {
    const account = venueAccount(env.files, wish.dataFolder, venue, env.entropy);
    const port = notice.fronts.find(({ name }) => name === venue.name)?.port;
    accesses.set(venue.name, accessAt(`127.0.0.1:${port}`, account));
    return account;
  });
  return {
    notice,
    account: accounts[0] as VenueAccount,
    restUrl: `http://127.0.0.1:${notice.port}`,
    accesses,
    stop: () => (notice.startedBy === 'start' ? end(env, notice.pid) : Promise.resolve()),
  };
}

async function end(env: Env, pid: number): Promise<void> {
  const deadlineNs = env.clock.mono() + STOP_MS_MAX * 1e6;
  if (!signal(pid, 'SIGTERM')) return;
  while (signal(pid, 0)) {
    if (env.clock.mono() > deadlineNs) {
      signal(pid, 'SIGKILL');
      return;
    }
    await pause(env, POLL_MS);
  }
}

/** @returns false when there is no such process */
function signal(pid: number, what: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, what);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw new Error(`process ${pid}: ${reasonOf(thrown)}`);
  }
}

function pause(env: Env, ms: number): Promise<void> {
  return new Promise((resolve) => void env.timers.after(ms, resolve));
}
