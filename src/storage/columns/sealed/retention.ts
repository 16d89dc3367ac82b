import type { SealedFile } from './sealed-file.ts';

/** How long market data is kept, and how much of the disk it may take. */
export interface RetentionPolicy {
  readonly keepDays: number;
  /** Log and sealed files together. */
  readonly budgetBytes: number;
}

/** A segment of the log, and whether its records are sealed. */
export interface KeptSegment {
  readonly first: number;
  readonly bytes: number;
  readonly isSealed: boolean;
}

export interface Holdings {
  readonly files: readonly SealedFile[];
  /** Oldest first; the newest, which is being written, among them. */
  readonly segments: readonly KeptSegment[];
}

/** Something that goes, and why. */
export type Removal =
  | {
      readonly kind: 'file';
      readonly file: SealedFile;
      readonly why: 'age' | 'budget';
    }
  | {
      readonly kind: 'segment';
      readonly segment: KeptSegment;
      /** `sink`: sealed, and somebody has still to read it. `unsealed`: its records are lost. */
      readonly why: 'sink' | 'unsealed';
    };

/** Journaled for each removal, and for each that a dry run would have made. */
export interface MarketDataRemoved {
  readonly kind: 'market-data-removed';
  /** A `why` of a removal, or `dry-run`. */
  readonly why: string;
  readonly what: string;
}

const DAY_US = 86_400_000_000;

/**
 * What has to go now, in the order in which it goes: files past their age; then, over the budget,
 * sealed segments that only a sink holds, the oldest files, and as the last resort the oldest
 * segments that nobody has sealed. The newest segment stays, it is being written.
 */
export function planRetention(
  { files, segments }: Holdings,
  policy: RetentionPolicy,
  nowUs: number,
): readonly Removal[] {
  const oldestUs = nowUs - policy.keepDays * DAY_US;
  const aged = files.filter(({ toUs }) => toUs < oldestUs);
  const plan: Removal[] = aged.map((file) => ({ kind: 'file', file, why: 'age' }));
  const bytesOf = (parts: readonly { readonly bytes: number }[]): number =>
    parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let over = bytesOf(files) - bytesOf(aged) + bytesOf(segments) - policy.budgetBytes;
  const older = segments.slice(0, -1);
  const candidates: readonly Removal[] = [
    ...older
      .filter(({ isSealed }) => isSealed)
      .map((segment) => ({ kind: 'segment', segment, why: 'sink' }) as const),
    ...files
      .filter((file) => !aged.includes(file))
      .map((file) => ({ kind: 'file', file, why: 'budget' }) as const),
    ...older
      .filter(({ isSealed }) => !isSealed)
      .map((segment) => ({ kind: 'segment', segment, why: 'unsealed' }) as const),
  ];
  for (const removal of candidates) {
    if (over <= 0) break;
    plan.push(removal);
    over -= removal.kind === 'file' ? removal.file.bytes : removal.segment.bytes;
  }
  return plan;
}

/** One sentence about a removal, for the journal and for people. */
export function removalText(removal: Removal): string {
  if (removal.kind === 'file') {
    const { file, records, bytes } = removal.file;
    const because = removal.why === 'age' ? 'older than is kept' : 'the disk budget is used up';
    return `${file}: ${records} records, ${bytes} bytes: ${because}`;
  }
  const { first, bytes } = removal.segment;
  const because =
    removal.why === 'sink'
      ? 'sealed, but a sink had not read it yet, and the disk budget is used up'
      : 'not sealed yet, so its records are lost: the disk budget is used up';
  return `segment of position ${first}, ${bytes} bytes: ${because}`;
}
