import { openLatchLog } from '../control/guard/latch-log.ts';
import { ok, type Result } from '../core/result.ts';
import { Contacts } from './contacts.ts';
import { type GuardParts, GuardProcess } from './guard-process.ts';
import { openHeads } from './heads.ts';

export interface GuardOpening extends Omit<GuardParts, 'latch' | 'heads' | 'contacts'> {
  /** The guard's own folder, outside the data directory; there already. */
  readonly own: string;
  readonly deskId: string;
}

/** Opens what a guard remembers, and the contacts, and lets it run; the locks are the caller's. */
export function openGuardProcess({
  own,
  deskId,
  ...parts
}: GuardOpening): Result<GuardProcess, string> {
  const { env, log, folder } = parts;
  const latch = openLatchLog(env.files, `${own}/latch.log`);
  if (!latch.ok) return latch;
  const heads = openHeads(env, own, `guard.${deskId}`);
  if (!heads.ok) return heads;
  const contacts = new Contacts({ env, log, runFolder: `${folder}/run` });
  return ok(new GuardProcess({ ...parts, latch: latch.value, heads: heads.value, contacts }));
}
