/** What can be wrong with a log. */
export type FindingKind =
  /** There is no checkpoint, or it is none. */
  | 'checkpoint'
  /** The checkpoint is not signed by the key that is pinned, or that it handed over to. */
  | 'unknown-key'
  | 'bad-signature'
  | 'bad-rotation'
  | 'entry-missing'
  | 'entry-malformed'
  | 'entry-changed'
  | 'sequence'
  | 'boot-back'
  | 'epoch-back'
  | 'clock-back'
  /** A gap between two entries of a boot that heartbeats should have filled. */
  | 'silent'
  /** The entries are not those that the checkpoint was signed over. */
  | 'root'
  /** The log is smaller than somebody has seen it. */
  | 'rolled-back'
  /** Somebody has seen other entries. */
  | 'forked'
  /** No witness has signed the checkpoint lately. */
  | 'stale'
  /** The entries are right and a tile is not: it can be made again. */
  | 'tile-damaged'
  /** Bytes behind the last entry of a full bundle. */
  | 'stray-bytes'
  /** The journal no longer holds what its entries were made of. */
  | 'journal-cut'
  | 'journal-damaged'
  | 'journal-differs';

/** The first thing that is wrong with a log; a command that prints it exits with 6. */
export interface AuditFinding {
  readonly kind: 'audit-finding';
  readonly what: FindingKind;
  /** First entry that is bad, missing, or no longer vouched for; null when none is in question. */
  readonly index: number | null;
  /** File below the folder of the log. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/** One sentence for a person. */
export function findingText({ what, index, where, found, expected }: AuditFinding): string {
  const place = index === null ? where : `entry ${index} (${where})`;
  return `${place}: ${what}: found ${found}, expected ${expected}`;
}
