import type { Config } from '../../config/schema.ts';
import { BEAT_MS, guardSocket, type Ward } from '../../control/guard/wire.ts';
import type { Env } from '../../core/env.ts';
import type { Log } from '../../ops/log.ts';
import type { VenueAccess } from '../../venues/kinds/venue-kind.ts';
import { VENUE_KINDS } from '../../venues/kinds/venue-kinds.ts';
import type { DeskHardware } from '../hardware/desk-hardware.ts';
import type { Accesses } from '../open-venues.ts';
import { guardKeyFile } from '../venue/notice.ts';
import { GuardClient } from './guard-client.ts';
import { unixLine } from './guard-line.ts';
import { GuardSpawner } from './spawn-guard.ts';

export interface GuardWish {
  /** On the real clock: a guard does not live in the time of a recording. */
  readonly env: Env;
  readonly log: Log;
  readonly folder: string;
  readonly guardDirectory: string;
  readonly program: readonly string[];
  readonly version: string;
  readonly config: Config;
  /** Whether it is ours to start a guard; otherwise one is waited for. */
  readonly spawns: boolean;
}

/** What there is to guard. */
export interface Guarded {
  readonly accesses: Accesses;
  readonly boot: number;
  readonly hardware: DeskHardware;
}

/** Attaches to the guard of a data directory, and has one started where there is none. */
export function openGuard(wish: GuardWish, desk: Guarded): GuardClient {
  const { env, log, folder, guardDirectory, program, version, config } = wish;
  const words = ['guard', '--data-dir', folder, '--guard-dir', guardDirectory];
  const spawner = new GuardSpawner(env, log, [...program, ...words], `${folder}/run/guard.log`);
  const mayStart = wish.spawns && config.guard.spawn;
  if (!mayStart) log('warn', 'guard', 'guard-awaited', { detail: 'nothing trades without one' });
  return new GuardClient({
    env,
    log,
    version,
    ward: wardOf(config, desk, { folder, pid: process.pid }),
    connect: unixLine(guardSocket(folder)),
    beatMs: BEAT_MS,
    onAbsent: () => {
      if (mayStart) spawner.startIfDue();
    },
  });
}

/** What a guard is told to watch, for the process that has a number. */
export function wardOf(
  config: Config,
  { accesses, boot, hardware }: Guarded,
  { folder, pid }: { readonly folder: string; readonly pid: number },
): Ward {
  return {
    pid,
    boot,
    policy: config.guard,
    contacts: hardware.guardContacts,
    venues: config.venues.map(({ name, kind, symbols, receiveWindowMs, requestTimeoutMs }) => ({
      name,
      kind,
      restUrl: (accesses.get(name) as VenueAccess).restUrl,
      symbols,
      receiveWindowMs,
      timeoutMs: requestTimeoutMs,
      keyFile: guardKeyFile(folder, name),
      isCancelOnly: true,
      hasDeadMan: VENUE_KINDS[kind].capabilities.hasDeadMan,
    })),
  };
}
