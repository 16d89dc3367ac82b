import { keysFolder } from '../../../commands/access/connect.ts';
import type { ModePolicy } from '../../../control/modes.ts';
import type { LossyFiles } from '../../../simulation/disk/lossy-files.ts';
import { type BookedAt, compareAtRest } from '../../../simulation/invariants/agreement.ts';
import { AuditWatch } from '../../../simulation/invariants/audit-watch.ts';
import { JournalWatch } from '../../../simulation/invariants/journal-watch.ts';
import { AMENDMENT_READERS } from '../../../simulation/invariants/leaving-amendment.ts';
import { ORDER_READERS } from '../../../simulation/invariants/leaving-order.ts';
import { ModeWatch } from '../../../simulation/invariants/mode-watch.ts';
import { OrderWatch } from '../../../simulation/invariants/order-watch.ts';
import { RestWatch } from '../../../simulation/invariants/rest-watch.ts';
import type { Verdicts } from '../../../simulation/invariants/verdicts.ts';
import { WaitWatch } from '../../../simulation/invariants/wait-watch.ts';
import { VERIFIER_FILE } from '../../../storage/audit/drain/audit-keys.ts';
import type { Outgoing } from '../../../venues/port.ts';
import { auditFolder } from '../../audit/open-audit.ts';
import { ACCOUNT } from '../../venue/options.ts';
import { type DeskProcess, FOLDER } from '../desk-process.ts';
import type { ConfigFile } from '../seed-config.ts';
import type { Trace } from '../trace.ts';
import { OrderWatches } from './order-watches.ts';
import type { WorldVenue } from './world-venues.ts';

export const SEGMENTS = `${FOLDER}/journal/segments`;
/** Whom a pet of the watchdog stands for, and how long one of them may be busy at most. */
const REQUIRED = ['safety/audit', 'safety/control', 'trading/risk', 'trading/execution'];
const PETTED_BUSY_MS_MAX = 2_000;

export interface LawOptions {
  readonly verdicts: Verdicts;
  readonly trace: Trace;
  readonly file: ConfigFile;
  /** In the order of the desk. */
  readonly venues: readonly WorldVenue[];
  readonly disk: LossyFiles;
  readonly nowMs: () => number;
  /** Time that an actor can be blamed for: it stands still while the process is held up. */
  readonly blamedMs: () => number;
  /** Why the contacts of the stop let no order leave; empty when they do. */
  readonly stopped: () => string;
}

/** How a process of the desk begins, as the laws have to know it. */
export interface Beginning {
  readonly policy: ModePolicy;
  readonly wasClean: boolean;
  readonly isLatched: boolean;
}

/** All laws of a world, and what each of them is told. */
export class Laws {
  readonly modes: ModeWatch;
  readonly waits: WaitWatch;
  readonly rest: RestWatch;
  readonly journal: JournalWatch;
  readonly audit: AuditWatch;
  readonly orders: OrderWatches;
  readonly #options: LawOptions;

  constructor(options: LawOptions) {
    const { verdicts, trace, file, venues, blamedMs, stopped } = options;
    this.#options = options;
    this.modes = new ModeWatch(verdicts);
    this.waits = new WaitWatch(verdicts);
    this.rest = new RestWatch(verdicts);
    this.journal = new JournalWatch(verdicts, SEGMENTS, (event) => {
      trace.note('journal', event.kind);
      this.audit.journaled(this.journal.head, event, blamedMs());
    });
    this.audit = new AuditWatch({
      verdicts,
      folder: auditFolder(FOLDER),
      keyFile: `${keysFolder(FOLDER)}/${VERIFIER_FILE}`,
      segments: SEGMENTS,
    });
    const { notionalMax, original } = file;
    const limits = { notionalMax, bandBps: original.risk.priceBandBps };
    const shared = { verdicts, stopped, journal: this.journal, account: ACCOUNT };
    this.orders = new OrderWatches(
      new Map(
        venues.map(({ name, kind, instrument }, venue) => {
          const read = ORDER_READERS[kind];
          const readAmendment = AMENDMENT_READERS[kind];
          const own = { instrument, venue, read, readAmendment, limits: () => limits };
          return [name, new OrderWatch({ ...shared, ...own })];
        }),
      ),
    );
  }

  /** The journal of a process is open, and its tree about to be spawned. */
  opened(words: Int32Array, { policy, wasClean, isLatched }: Beginning): void {
    const { disk, nowMs } = this.#options;
    this.modes.booted({ words, policy, wasClean, isLatched, nowMs: nowMs() });
    this.orders.booted(words);
    this.journal.recovered(disk);
    this.audit.opened(disk, this.journal.head);
    this.rest.attended();
  }

  /** Something is about to be handed to a socket towards a venue. */
  sent(venue: string, sent: Outgoing): void {
    const clientId = this.orders.onSent(venue, sent);
    if (clientId !== null) this.audit.orderLeaves(clientId, this.#options.blamedMs());
  }

  /** Compares journal, log and venues; for a desk that has ended in order. */
  compare(venues: readonly BookedAt[]): void {
    const { verdicts, disk } = this.#options;
    compareAtRest(verdicts, disk, SEGMENTS, venues);
    this.audit.verify(disk, this.journal.head);
  }

  /** A process is gone. */
  ended(wasClean: boolean): void {
    this.modes.ended();
    this.audit.ended();
    this.waits.forget();
    this.journal.recovering();
    if (!wasClean) this.rest.unattended(this.orders.resting, this.#options.nowMs());
  }

  /** Looks at the mailboxes and at who waits. */
  lookAtActors({ lane, isAlive }: DeskProcess): void {
    if (lane === null || !isAlive) return;
    const actors = lane.describe().map(({ path, uid, status, mailbox }) => ({
      path,
      uid,
      status,
      depth: mailbox.depth,
    }));
    this.waits.look(actors, this.#options.blamedMs());
  }

  /** Law `petted`: whoever a pet stands for has to be there. */
  petted(): void {
    const { verdicts, blamedMs } = this.#options;
    for (const path of REQUIRED) {
      const busyMs = this.waits.busyMs(path, blamedMs());
      if (busyMs <= PETTED_BUSY_MS_MAX) continue;
      verdicts.report('petted', `a pet, and ${path} does nothing for ${busyMs} ms`);
    }
  }
}
