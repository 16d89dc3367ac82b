import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { Files } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { assert, type Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { accessAt } from '../../../src/desk/run/in-process.ts';
import { type Rehearsed, rehearse } from '../../../src/desk/run/rehearsal.ts';
import type { RunningDesk } from '../../../src/desk/running-desk.ts';
import { ACCOUNT, generatedVenue } from '../../../src/desk/venue/options.ts';
import type { Log, LogLevel } from '../../../src/ops/log.ts';
import type { Account } from '../../../src/simulation/exchange/clearing.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { openVenue, type Venue } from '../../../src/simulation/server/venue.ts';
import { type VirtualTime, virtualEnv, virtualTime } from '../../../src/simulation/virtual-time.ts';
import { lockFile } from '../../../src/storage/directory-lock.ts';
import type { JournalRecord } from '../../../src/storage/journal/codec.ts';
import { WireTap } from './wire-tap.ts';

export interface LogLine {
  readonly atNs: number;
  readonly level: LogLevel;
  readonly actor: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A whole desk on virtual time with its venue in process, as a test's script sees it. */
export interface Stage {
  readonly desk: RunningDesk;
  readonly venue: Venue;
  /** The desk's account at the venue: the truth. */
  readonly account: Account;
  readonly wire: WireTap;
  readonly log: readonly LogLine[];
  /** Calls back, in the middle of whatever the desk does, for each line of its log. */
  onLog(look: (line: LogLine) => void): void;
  readonly config: Config;
  nowNs(): number;
  sleep(ms: number): Promise<void>;
  /** Looks every millisecond. @throws when it has not become true in time */
  until(what: string, isTrue: () => boolean, withinMs?: number): Promise<void>;
}

export interface Ended extends Omit<Stage, 'sleep' | 'until'> {
  /** Why the next start comes up in Emergency; null when it does not. */
  readonly latch: string | null;
  readonly outcome: Result<Rehearsed, string>;
  /** Everything that was journaled, oldest first. */
  readonly journal: readonly JournalRecord[];
}

export interface StageOptions {
  readonly seed?: number;
  readonly change?: (config: Config) => void;
  /** Where the desk keeps its data; by default real files that are quick. */
  readonly files?: Files;
  readonly script: (stage: Stage) => Promise<void>;
}

const START_MS = 1_700_000_000_000;
const CONFIG_FILE = 'config/paper.yaml';
const UNTIL_MS = 30_000;
const ACCOUNT_KEYS = { apiKey: 'key', secret: 'secret', adminToken: 'token' };

/** Files that do not wait for the medium: nothing here loses power. */
export const HASTY_FILES: Files = {
  ...nodeFiles,
  open: (path, mode) => ({ ...nodeFiles.open(path, mode), sync: () => {} }),
  syncFolder: () => {},
};

/** Runs the paper desk, lets a script do its worst, and stops in order. */
export async function rehearsed(options: StageOptions): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-desk-'));
  try {
    return await run(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, options: StageOptions): Promise<Ended> {
  const { seed = 1, files = HASTY_FILES, script } = options;
  const loaded = loadConfig(CONFIG_FILE);
  assert(loaded.ok, 'the paper configuration is sound');
  const { config } = loaded.value;
  options.change?.(config);
  const time = virtualTime(START_MS);
  const { clock, timers } = time;
  const venue = aVenue(config, time, seed);
  const plain = loopbackNet({
    venues: new Map([['venue', venue]]),
    clock,
    timers,
    random: rngOf(seed).fork('net'),
    latency: { fixedMs: 5, jitterMs: 2 },
  });
  const wire = new WireTap(plain, () => clock.mono());
  const log: LogLine[] = [];
  const looks: ((line: LogLine) => void)[] = [];
  const noted = (level: LogLevel, actor: string, kind: string, fields = {}): void => {
    const line = { atNs: clock.mono(), level, actor, kind, fields };
    log.push(line);
    for (const look of looks) look(line);
  };
  const onLog = (look: (line: LogLine) => void): void => void looks.push(look);
  const account = venue.exchange.account(ACCOUNT);
  assert(account !== null, 'the desk has an account at its venue');
  const common = { venue, account, wire, log, onLog, config };
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void timers.after(ms, resolve));
  const nowNs = (): number => clock.mono();
  let desk: RunningDesk | null = null;
  // The desk is stopped all the same, so that the next test finds a free place.
  let failure: { readonly thrown: unknown } | null = null;
  const outcome = await rehearse({
    time,
    env: virtualEnv(time, { seed, files, net: wire.net }),
    log: Object.assign(noted, { setLevel: () => {} }) satisfies Log,
    config,
    load: () => loadConfig(CONFIG_FILE),
    player: null,
    folder,
    lock: lockFile,
    version: '0.0.0',
    accesses: new Map([['binance', accessAt('venue', ACCOUNT_KEYS)]]),
    async end(running) {
      desk = running;
      const until: Stage['until'] = async (what, isTrue, withinMs = UNTIL_MS) => {
        const endNs = nowNs() + withinMs * 1e6;
        while (!isTrue()) {
          assert(nowNs() < endNs, `within ${withinMs} ms: ${what}`);
          await sleep(1);
        }
      };
      try {
        await script({ ...common, desk: running, nowNs, sleep, until });
      } catch (thrown) {
        failure = { thrown };
      }
      return 'the script is over';
    },
  });
  venue.stop();
  if (failure !== null) throw (failure as { thrown: unknown }).thrown;
  assert(desk !== null, 'the desk came up');
  const { journal, latch } = (desk as RunningDesk).parts;
  const events = [...journal.store.readAll(1)];
  return { ...common, desk, nowNs, outcome, journal: events, latch: latch.cause() };
}

const BTCUSDT_ONLY = { kind: 'binance' as const, symbols: ['BTCUSDT'] };

function aVenue(config: Config, { clock, timers }: VirtualTime, seed: number): Venue {
  const random = rngOf(seed).fork('venue');
  const parts = { clock, timers, random, account: ACCOUNT_KEYS, records: null };
  const opened = openVenue(generatedVenue(config.simulation, BTCUSDT_ONLY, parts));
  assert(opened.ok, 'the simulated venue opens');
  opened.value.start();
  return opened.value;
}
