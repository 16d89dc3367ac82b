import { entryFaultText } from '../../../audit/entry.ts';
import { type CodecFault, codecFaultText } from '../../journal/codec.ts';
import { logFaultText } from '../../log-fault.ts';
import type { AppendFault } from '../audit-log.ts';

/** Why the audit log does not follow the journal. None of them is retried in the same process. */
export type AuditFault =
  | AppendFault
  | CodecFault
  /** The log has entries of records that the journal does not have: the journal was cut. */
  | { readonly kind: 'journal-behind'; readonly audited: number; readonly head: number }
  /** The last record that both have is not the same: they are of different histories. */
  | { readonly kind: 'journal-differs'; readonly sequence: number }
  /** There is a key and a journal, and the log that must be there is not. */
  | { readonly kind: 'log-gone'; readonly folder: string }
  | { readonly kind: 'audit-key'; readonly detail: string }
  | { readonly kind: 'audit-died'; readonly detail: string };

const APART = 'verify both with `flyball audit verify`, and bring them together from one backup';

/** One sentence for a person: what was found, and what would be right. */
export function auditFaultText(fault: AuditFault): string {
  switch (fault.kind) {
    case 'full':
    case 'io':
    case 'corrupt':
      return logFaultText(fault);
    case 'unknown-event':
    case 'malformed-event':
      return codecFaultText(fault);
    case 'bad-entry':
      return entryFaultText(fault);
    case 'staged-full':
      return `${fault.entries} entries wait for a commit and none may be added`;
    case 'journal-behind':
      return (
        `the audit log has an entry of record ${fault.audited}, the journal ends at ` +
        `${fault.head}: its end is gone; ${APART}`
      );
    case 'journal-differs':
      return `record ${fault.sequence} of the journal is not the one that was audited; ${APART}`;
    case 'log-gone':
      return (
        `${fault.folder}: found no audit log, though the journal and the key of one are there: ` +
        'restore it from a backup; whoever removes the key as well begins another log'
      );
    case 'audit-key':
      return `the key of the audit log: ${fault.detail}`;
    case 'audit-died':
      return `the thread of the audit log has ended: ${fault.detail}`;
    default:
      return `the next entry of the audit log: found ${fault.found}, expected ${fault.expected}`;
  }
}
