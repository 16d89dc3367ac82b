import { join } from 'node:path';
import type { HardwareSettings } from '../config/hardware-section.ts';
import type { Config } from '../config/schema.ts';
import { Gate } from '../control/gate.ts';
import { latchAt, prepareLatch } from '../control/latch.ts';
import { openStateSeal } from '../control/mode/state-seal.ts';
import type { Env } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import { DeskMetrics } from '../ops/desk-metrics.ts';
import type { Log } from '../ops/log.ts';
import type { KekSources } from '../ops/secrets/key-encryption-key.ts';
import {
  type DataDirectory,
  directoryFaultText,
  openDataDirectory,
} from '../storage/data-directory.ts';
import type { Locker } from '../storage/directory-lock.ts';
import type { EventStore } from '../storage/event-store/event-store.ts';
import { journalFaultText } from '../storage/journal/faults.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { openJournal } from '../storage/journal/recover.ts';
import { openQuiet } from '../venues/session/quiet-time.ts';
import { openAlerts } from './alerts/open-alerts.ts';
import type { DeskAudit } from './audit/desk-audit.ts';
import { openAudit } from './audit/open-audit.ts';
import type { ConfigLoader, DeskParts } from './desk-parts.ts';
import { leaseFrom } from './guard/lease.ts';
import type { Guarded } from './guard/open-guard.ts';
import type { DeskHardware } from './hardware/desk-hardware.ts';
import { openHardware } from './hardware/open-hardware.ts';
import type { Pets } from './hardware/pets.ts';
import { openLinks } from './links/open-links.ts';
import { type Accesses, openVenues } from './open-venues.ts';
import { openShell } from './proof/open-shell.ts';
import { checkAccounts } from './venue/check-accounts.ts';
import { liveRefusal } from './venue/live.ts';
import { withPrime } from './venue/with-prime.ts';

export interface OpenOptions {
  readonly env: Env;
  readonly log: Log;
  readonly config: Config;
  readonly load: ConfigLoader;
  readonly folder: string;
  readonly version: string;
  readonly lock: Locker;
  readonly store: 'lmdb' | EventStore;
  readonly isClockReal: boolean;
  /** Whether a signed log follows the journal; default: on a real clock, with a store on disk. */
  readonly isAudited?: boolean;
  /** Whether people can attach, and other daemons be linked. */
  readonly hasShell: boolean;
  /** Attaches the guard, once there is something to guard; absent where none watches. */
  readonly guard?: (desk: Guarded) => DeskParts['guard'];
  /** Opens the stop of a desk that has no run folder of a real disk; default by configuration. */
  readonly hardware?: () => Promise<Result<DeskHardware, string>>;
  /** Default: nobody watches from outside. */
  readonly pets?: Pets | null;
  /** Where the key of the audit's keys may be; absent where nobody looks for one. */
  readonly secrets?: Pick<KekSources, 'variables' | 'modeOf'>;
  /** Brings up the venues once the data directory is ours. */
  readonly venues: () => Promise<Result<Accesses, string>>;
}

export interface OpenedDesk {
  readonly parts: DeskParts;
  readonly directory: DataDirectory;
}

const MIB = 1_048_576;

/**
 * Opens everything a desk stands on, in the order in which it must be: directory and lock, boot
 * number, journal, venue, instruments. What was opened before a failure is closed again.
 */
export async function openDesk(options: OpenOptions): Promise<Result<OpenedDesk, string>> {
  const { env, folder } = options;
  const refusal = liveRefusal(options.config);
  if (refusal !== null) return err(refusal);
  const opened = openDataDirectory(env, folder, options.lock);
  if (!opened.ok) return err(directoryFaultText(opened.error));
  const directory = opened.value;
  const started = await bootJournal(options, directory);
  if (!started.ok) {
    directory.release();
    return started;
  }
  const { journal, boot } = started.value;
  const parts = await auditedParts(options, directory, journal, boot);
  if (parts.ok) return ok({ parts: parts.value, directory });
  await journal.close();
  directory.release();
  return parts;
}

/** A journal that knows of a later boot than the counter makes the counter catch up. */
async function bootJournal(
  options: OpenOptions,
  directory: DataDirectory,
): Promise<Result<{ journal: Journal; boot: number }, string>> {
  const { env, config, log } = options;
  let journaled = 0;
  for (;;) {
    const boot = directory.nextBoot(journaled);
    if (!boot.ok) return err(directoryFaultText(boot.error));
    const opened = await openJournal(env, {
      folder: directory.journalFolder,
      boot: boot.value,
      store: options.store,
      segmentBytes: config.journal.segmentMiB * MIB,
      keepSegments: config.journal.keepSegments,
      budgetBytes: config.journal.budgetMiB * MIB,
      isAudited: isAudited(options),
    });
    if (opened.ok) {
      const { journal, recovered } = opened.value;
      const level = recovered.tornBytes > 0 ? 'warn' : 'info';
      log(level, 'desk', 'journal-opened', { boot: boot.value, ...recovered });
      return ok({ journal, boot: boot.value });
    }
    if (opened.error.kind !== 'boot-repeated' || journaled > 0) {
      return err(journalFaultText(opened.error));
    }
    journaled = opened.error.journaled;
  }
}

/** A rehearsal has nothing to prove. */
function isAudited(options: OpenOptions): boolean {
  return options.isAudited ?? (options.store === 'lmdb' && options.isClockReal);
}

/** What is open before the venue is asked for. */
interface Opened {
  readonly directory: DataDirectory;
  readonly journal: Journal;
  readonly boot: number;
  readonly audit: DeskAudit | null;
  readonly hardware: DeskHardware;
}

async function auditedParts(
  options: OpenOptions,
  directory: DataDirectory,
  journal: Journal,
  boot: number,
): Promise<Result<DeskParts, string>> {
  const { deskId, journalFolder, runFolder } = directory;
  const hardware = await (options.hardware?.() ??
    openHardware(stopSettings(options), runFolder, options.env));
  if (!hardware.ok) return hardware;
  const audit = isAudited(options)
    ? await openAudit({ ...options, deskId, journalFolder, journal })
    : ok(null);
  const parts = audit.ok
    ? await partsOf(options, {
        directory,
        journal,
        boot,
        audit: audit.value,
        hardware: hardware.value,
      })
    : audit;
  if (!parts.ok) hardware.value.backend.close();
  return parts;
}

/**
 * The real hardware is for the desk on the real clock: a rehearsal beside it would find it taken,
 * and children that watch pins know nothing of another clock.
 */
function stopSettings({ config, isClockReal }: OpenOptions): HardwareSettings {
  return isClockReal ? config.hardware : { ...config.hardware, driver: 'panel' };
}

async function partsOf(options: OpenOptions, opened: Opened): Promise<Result<DeskParts, string>> {
  const { directory, journal, boot, audit, hardware } = opened;
  const { env, log, config, load, folder, version, isClockReal } = options;
  const accesses = await options.venues();
  if (!accesses.ok) return accesses;
  const venues = await openVenues(env, config, accesses.value, (venue) =>
    openQuiet(env, join(directory.runFolder, `quiet-${venue}`)),
  );
  if (!venues.ok) return venues;
  const checked = await checkAccounts(env, config, accesses.value, venues.value);
  if (!checked.ok) return checked;
  const asked = withPrime(env.files, config, venues.value.venues);
  if (!asked.ok) return asked;
  const shell = options.hasShell ? openShell(env.files, folder, config) : ok(null);
  if (!shell.ok) return shell;
  const links = options.hasShell ? openLinks(env.files, folder, config) : ok(null);
  if (!links.ok) return links;
  const alerts = options.hasShell
    ? openAlerts(env.files, config.alerts, directory.deskId)
    : ok(null);
  if (!alerts.ok) return alerts;
  const seal = openStateSeal(env, join(folder, 'keys'));
  if (!seal.ok) return seal;
  const latchFile = join(folder, 'latch');
  try {
    prepareLatch(env.files, latchFile, env.clock.now());
  } catch (thrown) {
    return err(`${latchFile}: no spare could be laid aside: ${reasonOf(thrown)}`);
  }
  const gate = new Gate();
  if (audit !== null) audit.onFault = () => gate.close('journal');
  const guard = options.guard?.({ accesses: accesses.value, boot, hardware }) ?? null;
  if (guard !== null) leaseFrom(guard, { gate, log });
  if (guard !== null) audit?.witnessedBy(guard);
  return ok({
    env,
    folder,
    journalFolder: directory.journalFolder,
    log,
    config,
    load,
    journal,
    audit,
    gate,
    latch: latchAt(env.files, latchFile),
    faultLatch: latchAt(env.files, join(folder, 'estop-fault')),
    hardware,
    seal: seal.value,
    pets: options.pets ?? null,
    metrics: new DeskMetrics(),
    deskId: directory.deskId,
    boot,
    wasClean: journal.store.lastBoot()?.wasStopped ?? true,
    version,
    ...venues.value,
    venues: asked.value,
    isClockReal,
    shell: shell.value,
    alerts: alerts.value,
    links: links.value,
    guard,
  });
}
