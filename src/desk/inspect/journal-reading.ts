import { createHash } from 'node:crypto';
import type { AuditReport, AuditRow } from '../../commands/inspect/inspector.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { codecFaultText, decodeRecord, type JournalRecord } from '../../storage/journal/codec.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { type LogRecord, LogTail } from '../../storage/record-reader.ts';
import { segmentFirsts } from '../../storage/segment-files.ts';
import { isoText } from './event-feed.ts';
import { TURN_BUDGET_NS } from './over-turns.ts';

/** Records that are read between two looks at the clock: some 50 µs of work. */
const RECORDS_AT_ONCE = 32;
/** Longer than this the asker does not wait; what was read until then is the answer. */
const VERIFY_MS_MAX = 45_000;
const DETAIL_CHARACTERS_MAX = 120;

type Place = Pick<Env, 'clock' | 'timers' | 'files'>;

/** The last records as they are on disk. @param head sequence of the last one that is written */
export async function journalTail(
  env: Place,
  journalFolder: string,
  head: number,
  count: number,
): Promise<Result<readonly AuditRow[], string>> {
  const rows: AuditRow[] = [];
  const from = Math.max(1, head - count + 1);
  const read = await readJournal(env, journalFolder, from, head, (record) => {
    const { kind, ...fields } = record.event;
    const detail = JSON.stringify(fields, bigintText).slice(0, DETAIL_CHARACTERS_MAX);
    const { sequence, boot, wallMs } = record;
    rows.push({ sequence, at: isoText(wallMs), boot, kind, detail });
  });
  return read.ok ? ok(rows) : read;
}

/**
 * Reads everything that is on disk up to `head`, in pieces that leave the lane its turns: each
 * frame's CRC-32, that the sequence has no gap and goes on over the segments, and that every
 * record is one that this program reads. Nothing is written, so the daemon may run.
 */
export async function verifyJournal(
  env: Place,
  journalFolder: string,
  head: number,
): Promise<Result<AuditReport, string>> {
  const firsts = segmentFirsts(env.files, segmentsFolder(journalFolder));
  const [from] = firsts;
  if (from === undefined) return err(`${journalFolder}: there are no segments`);
  const hash = createHash('sha256');
  const sequenceBytes = new DataView(new ArrayBuffer(8));
  let records = 0;
  const read = await readJournal(env, journalFolder, from, head, ({ sequence }, payload) => {
    sequenceBytes.setBigUint64(0, BigInt(sequence), true);
    hash.update(new Uint8Array(sequenceBytes.buffer)).update(payload);
    records += 1;
  });
  if (!read.ok) return read;
  const to = read.value;
  const segments = firsts.filter((first) => first <= to).length;
  return ok({ from, to, records, segments, isWhole: to === head, hash: hash.digest('hex') });
}

/** @returns the sequence of the last record that was read before the time was over */
async function readJournal(
  env: Place,
  journalFolder: string,
  from: number,
  head: number,
  use: (record: JournalRecord, payload: Uint8Array) => void,
): Promise<Result<number, string>> {
  const { clock, timers, files } = env;
  const tail = new LogTail(files, segmentsFolder(journalFolder), from);
  const endNs = clock.mono() + VERIFY_MS_MAX * 1e6;
  let last = from - 1;
  try {
    while (last < head && clock.mono() < endNs) {
      const turnEndNs = clock.mono() + TURN_BUDGET_NS;
      do {
        const batch = tail.read(head, RECORDS_AT_ONCE);
        if (!batch.ok) return err(logFaultText(batch.error));
        const fault = useAll(batch.value, use);
        if (fault !== null) return err(fault);
        last = batch.value.at(-1)?.sequence ?? head;
      } while (last < head && clock.mono() < turnEndNs);
      await new Promise<void>((resolve) => timers.turn(resolve));
    }
    return ok(last);
  } finally {
    tail.close();
  }
}

function useAll(
  records: readonly LogRecord[],
  use: (record: JournalRecord, payload: Uint8Array) => void,
): string | null {
  for (const { sequence, payload } of records) {
    const decoded = decodeRecord(sequence, payload);
    if (!decoded.ok) return codecFaultText(decoded.error);
    use(decoded.value, payload);
  }
  return null;
}

function segmentsFolder(journalFolder: string): string {
  return `${journalFolder}/segments`;
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
