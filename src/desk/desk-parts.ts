import type { ConfigFault, LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Gate } from '../control/gate.ts';
import type { GuardLink } from '../control/guard/link.ts';
import type { DiskLatch, Latch } from '../control/latch.ts';
import type { StateSeal } from '../control/mode/state-seal.ts';
import type { Env } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Result } from '../core/result.ts';
import type { KeyRing } from '../ops/access/key-ring.ts';
import type { DeskMetrics } from '../ops/desk-metrics.ts';
import type { Log } from '../ops/log.ts';
import type { TlsListener } from '../remote/tls.ts';
import type { Journal } from '../storage/journal/journal.ts';
import type { OpenedAlerts } from './alerts/open-alerts.ts';
import type { DeskAudit } from './audit/desk-audit.ts';
import type { Witness } from './guard/witness.ts';
import type { DeskHardware } from './hardware/desk-hardware.ts';
import type { Pets } from './hardware/pets.ts';
import type { OpenedLinks } from './links/open-links.ts';
import type { DeskVenue } from './open-venues.ts';

/** Reads and checks the configuration of this run. */
export type ConfigLoader = () => Result<LoadedConfig, readonly ConfigFault[]>;

/** Everything a desk is put together from; what a rehearsal swaps is in `env` and `venue`. */
export interface DeskParts {
  readonly env: Env;
  /** The data directory, and the journal's folder in it. */
  readonly folder: string;
  readonly journalFolder: string;
  readonly log: Log;
  /** What is in force; `reload` replaces it. */
  config: Config;
  /** Reads the configuration anew, for a reload. */
  readonly load: ConfigLoader;
  readonly journal: Journal;
  /** Null in a rehearsal, whose record nobody has to prove. */
  readonly audit: DeskAudit | null;
  readonly gate: Gate;
  readonly latch: DiskLatch;
  /** Set while the channels of the stop are known to disagree. */
  readonly faultLatch: Latch;
  /** The stop that a hand can press. */
  readonly hardware: DeskHardware;
  /** Authenticates what control writes down. */
  readonly seal: StateSeal;
  /** Whoever watches this process from outside; null when nobody does. */
  readonly pets: Pets | null;
  readonly metrics: DeskMetrics;
  readonly deskId: string;
  readonly boot: number;
  /** Whether the run before this one ended by an orderly stop. */
  readonly wasClean: boolean;
  readonly version: string;
  /** By index, in the order of the configuration; at least one. */
  readonly venues: readonly DeskVenue[];
  readonly instruments: readonly Instrument[];
  /** Whether latencies mean anything: not under a virtual clock. */
  readonly isClockReal: boolean;
  /** Null in a rehearsal, which nobody attaches to. */
  readonly shell: {
    readonly socketPath: string;
    readonly tls: TlsListener | null;
    readonly keyRing: KeyRing;
  } | null;
  /** Null in a rehearsal, which nobody is told about. */
  readonly alerts: OpenedAlerts | null;
  /** Null without `remote.links`, and in a rehearsal, which nobody is linked to. */
  readonly links: OpenedLinks | null;
  /** Null where no guard watches: in a rehearsal and in a simulation. */
  readonly guard: (GuardLink & Witness) | null;
}
