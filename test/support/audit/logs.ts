import type { AuditEntry } from '../../../src/audit/entry.ts';
import type { Signer } from '../../../src/audit/note/keys.ts';
import type { Files } from '../../../src/core/env.ts';
import {
  type AuditLog,
  type OpenAuditLog,
  openAuditLog,
} from '../../../src/storage/audit/audit-log.ts';
import { logFaultText } from '../../../src/storage/log-fault.ts';
import { anEntry } from './entries.ts';
import { aLogKey } from './keys.ts';

export function openedLog(files: Files, path: string, signer: Signer = aLogKey()): OpenAuditLog {
  const result = openAuditLog(files, path, { signer });
  if (!result.ok) throw new Error(logFaultText(result.error));
  return result.value;
}

/** Stages entries that follow what is there, each with what `over` says of its index. */
export function stage(
  log: AuditLog,
  count: number,
  over: (index: number) => Partial<AuditEntry> = () => ({}),
): void {
  for (let left = count; left > 0; left -= 1) {
    const index = log.size;
    const { prev: _, ...event } = anEntry({ seq: index + 1, ...over(index) });
    const appended = log.append(event);
    if (!appended.ok) throw new Error(JSON.stringify(appended.error));
  }
}

export function commit(log: AuditLog): void {
  const committed = log.commit();
  if (!committed.ok) throw new Error(logFaultText(committed.error));
}

/** A log written in commits of these sizes, and closed. */
export function writtenLog(files: Files, path: string, commits: readonly number[]): string {
  const { log } = openedLog(files, path);
  for (const count of commits) {
    stage(log, count);
    commit(log);
  }
  log.close();
  return log.checkpoint;
}

/** Paths of the files in a folder and its folders. */
export function filesBelow(files: Files, path: string): string[] {
  if (files.read(path) !== null) return [path];
  return files.list(path).flatMap((name) => filesBelow(files, `${path}/${name}`));
}
