import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { assert, ok, type Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { reachInProcess } from '../../../src/desk/run/in-process.ts';
import { type Rehearsed, rehearse } from '../../../src/desk/run/rehearsal.ts';
import type { RunningDesk } from '../../../src/desk/running-desk.ts';
import { type FloorVenue, openFloor } from '../../../src/desk/venue/floor.ts';
import { newAccount, type VenueAccount } from '../../../src/desk/venue/notice.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import type { Log } from '../../../src/ops/log.ts';
import type { Account } from '../../../src/simulation/exchange/clearing.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { lockFile } from '../../../src/storage/directory-lock.ts';

export const CONFIG_FILE = 'config/paper.yaml';
const START_MS = 1_700_000_000_000;

/** The paper desk with a second venue like the first, and a strategy on each. */
export function twoVenues(change: (config: Config) => void = () => {}): Config {
  const loaded = loadConfig(CONFIG_FILE);
  assert(loaded.ok, 'the paper configuration is sound');
  const { config } = loaded.value;
  const [venue] = config.venues;
  const [strategy] = config.strategies;
  const two = configSchema.parse({
    ...config,
    venues: [venue, { ...venue, name: 'binance-b' }],
    strategies: [strategy, { ...strategy, label: 'mmb', venue: 'binance-b' }],
  });
  change(two);
  return two;
}

/** The paper desk at one venue of each kind, and a strategy on each. */
export function threeVenues(): Config {
  const loaded = loadConfig(CONFIG_FILE);
  assert(loaded.ok, 'the paper configuration is sound');
  const { config } = loaded.value;
  const [venue] = config.venues;
  const [strategy] = config.strategies;
  const at = [
    { kind: 'binance', symbol: 'BTCUSDT' },
    { kind: 'kraken', symbol: 'BTC/USD' },
    { kind: 'coinbase', symbol: 'BTC-USD' },
  ];
  return configSchema.parse({
    ...config,
    venues: at.map(({ kind, symbol }) => ({ ...venue, name: kind, kind, symbols: [symbol] })),
    strategies: at.map(({ kind, symbol }) => ({
      ...strategy,
      label: kind.slice(0, 8),
      venue: kind,
      symbol,
    })),
    simulation: { ...config.simulation, balances: { USD: '100000', USDT: '100000', BTC: '1' } },
  });
}

export interface TwoVenueStage {
  readonly desk: RunningDesk;
  readonly floor: ReadonlyMap<string, FloorVenue>;
  readonly account: (venue: string) => Account;
  /** Virtual. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly until: (what: string, isTrue: () => boolean, withinMs?: number) => Promise<void>;
  readonly log: readonly string[];
}

/** Runs a script on a whole desk at two venues, on virtual time. @returns how the stop went */
export async function atTwoVenues(
  script: (stage: TwoVenueStage) => Promise<void>,
  config: Config = twoVenues(),
  seed = 1,
): Promise<Result<Rehearsed, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-two-'));
  const time = virtualTime(START_MS);
  const { clock, timers } = time;
  const chance = rngOf(seed).fork('keys');
  const entropy = (bytes: number) => Uint8Array.from({ length: bytes }, () => chance.below(256));
  const accounts = new Map(
    config.venues.map((venue) => [venue.name, newAccount(venue, entropy)] as const),
  );
  const opened = openFloor(config, {
    clock,
    timers,
    random: rngOf(seed).fork('venue'),
    accountOf: ({ name }) => accounts.get(name) as VenueAccount,
    recordsOf: () => ok(null),
  });
  assert(opened.ok, 'the venues open');
  const floor = opened.value;
  for (const venue of floor.values()) venue.start();
  const log: string[] = [];
  const noted: Log = Object.assign(
    (level: string, actor: string, kind: string, fields = {}) =>
      void log.push(`${level} ${actor} ${kind} ${JSON.stringify(fields)}`),
    { setLevel: () => {} },
  );
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void timers.after(ms, resolve));
  const until: TwoVenueStage['until'] = async (what, isTrue, withinMs = 60_000) => {
    const endNs = clock.mono() + withinMs * 1e6;
    while (!isTrue()) {
      assert(clock.mono() < endNs, `within ${withinMs} ms: ${what}`);
      await sleep(5);
    }
  };
  const account = (venue: string): Account => {
    const found = floor.get(venue)?.exchange.account(ACCOUNT) ?? null;
    assert(found !== null, `the desk has an account at ${venue}`);
    return found;
  };
  let failure: { readonly thrown: unknown } | null = null;
  try {
    const outcome = await rehearse({
      time,
      ...reachInProcess(floor, accounts, time, config.simulation, seed),
      log: noted,
      config,
      load: () => loadConfig(CONFIG_FILE),
      folder,
      lock: lockFile,
      version: '0.0.0',
      player: null,
      async end(desk) {
        try {
          await script({ desk, floor, account, sleep, until, log });
        } catch (thrown) {
          failure = { thrown };
        }
        return 'the script is over';
      },
    });
    for (const venue of floor.values()) venue.stop();
    if (failure !== null) throw (failure as { thrown: unknown }).thrown;
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
