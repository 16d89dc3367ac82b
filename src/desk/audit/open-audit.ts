import { keysFolder } from '../../commands/access/connect.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';
import { findKek, type KekSources } from '../../ops/secrets/key-encryption-key.ts';
import { type AuditFault, auditFaultText } from '../../storage/audit/drain/audit-fault.ts';
import { openAuditKeys } from '../../storage/audit/drain/audit-keys.ts';
import { startInlineAudit } from '../../storage/audit/drain/inline-audit.ts';
import { startWorkerAudit } from '../../storage/audit/drain/worker-audit.ts';
import type { Journal } from '../../storage/journal/journal.ts';
import { DeskAudit } from './desk-audit.ts';

/** Folder of the audit log in a data directory. */
export function auditFolder(dataFolder: string): string {
  return `${dataFolder}/audit`;
}

/** Name of the log of a desk and of its keys. */
export function auditName(deskId: string): string {
  return `flyball/${deskId}`;
}

/**
 * Puts the audit log behind a journal that has just been opened: in a thread of its own or, where
 * the clock is not that of a thread, on the lane.
 */
export async function openAudit(parts: {
  readonly env: Env;
  readonly log: Log;
  readonly config: Config;
  readonly folder: string;
  readonly journalFolder: string;
  readonly deskId: string;
  readonly journal: Journal;
  readonly isClockReal: boolean;
  /** Where the key of the keys may be; absent where nobody looks for one. */
  readonly secrets?: Pick<KekSources, 'variables' | 'modeOf'>;
}): Promise<Result<DeskAudit, string>> {
  const { env, log, config, folder, journalFolder, deskId, journal, secrets } = parts;
  const name = auditName(deskId);
  const keys = keysFolder(folder);
  const { keyDays, keyFile = null } = config.audit;
  const sources = secrets && { ...secrets, keyFile, dataFolder: folder };
  const found = sources === undefined ? ok(null) : findKek(env, keys, sources);
  if (!found.ok) return err(`the key-encryption key: ${found.error}`);
  const kek = found.value;
  const kept = openAuditKeys(env, keys, name, kek);
  if (!kept.ok) return err(`the key of the audit log: ${kept.error}`);
  const audit = new DeskAudit({
    ...{ env, log, keys, kek, name, journal, keyDays },
    madeMs: (kept.value.next ?? kept.value.current).madeMs,
  });
  const { words } = journal;
  const job = {
    segments: `${journalFolder}/segments`,
    folder: auditFolder(folder),
    ...{ keys, kek, name, mayBegin: kept.value.isNew },
  };
  const onFault = (fault: AuditFault): void => audit.fail(auditFaultText(fault));
  const started = parts.isClockReal
    ? await startWorkerAudit({ ...job, shared: words.shared }, env.timers, onFault)
    : startInlineAudit({ ...job, words, files: env.files, clock: env.clock }, onFault);
  if (!started.ok) return err(auditFaultText(started.error));
  const { recovered } = started.value;
  const level = recovered.droppedBytes + recovered.repairedTiles > 0 ? 'warn' : 'info';
  log(level, 'desk', 'audit-opened', {
    ...recovered,
    verifierKey: audit.verifierKey(env.files),
    keySealed: kek !== null,
  });
  audit.follow(started.value);
  return ok(audit);
}
