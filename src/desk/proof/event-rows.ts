import type { ExplanationLink } from '../../commands/proof/proof-port.ts';
import type { JournalRecord } from '../../storage/journal/codec.ts';

type Rows = ExplanationLink['rows'];

/** A record in one line for people: its sequence and kind, and what it says. */
export function eventRows(records: readonly JournalRecord[]): Rows {
  return records.map((record) => [`${record.sequence} ${record.event.kind}`, eventText(record)]);
}

const FIELD_CHARS_MAX = 80;

/** Wall time and every field that is plain. */
export function eventText({ wallMs, event }: JournalRecord): string {
  const { kind: _, ...fields } = event;
  const words = Object.entries(fields).flatMap(([name, value]) => fieldWords(name, value));
  return [isoTime(wallMs), ...words].join(' ');
}

/** Whatever number a damaged clock left in the journal, this does not throw. */
export function isoTime(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? String(wallMs) : date.toISOString();
}

function fieldWords(name: string, value: unknown): string[] {
  if (value instanceof Float64Array) return [];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([inner, each]) => fieldWords(inner, each));
  }
  const text = String(value).replaceAll('\n', ' ');
  const short = text.length > FIELD_CHARS_MAX ? `${text.slice(0, FIELD_CHARS_MAX)}…` : text;
  return [`${name}=${short}`];
}
