import type { Canonical } from '../canonical.ts';
import type { AuditEntry } from '../entry.ts';

/** Longer values are cut: a line is for people, the entry has all of it. */
const VALUE_CHARS_MAX = 160;
/** What machines read and nobody else. */
const UNREAD: ReadonlySet<string> = new Set(['record_sha256', 'evidence', 'machine']);
const NANOS_PER_MS = 1_000_000n;

/** Every field of an entry that people read, on one line; control characters stay escaped. */
export function entryText({ payload }: Pick<AuditEntry, 'payload'>): string {
  return fieldsOf(payload).join(' ');
}

/** When an entry was written by the wall clock, ISO 8601. */
export function timeText({ wallNs }: Pick<AuditEntry, 'wallNs'>): string {
  const date = new Date(Number(wallNs / NANOS_PER_MS));
  return Number.isNaN(date.getTime()) ? `${wallNs} ns` : date.toISOString();
}

/** A text of a payload as a line may show it: nothing in it ends the line or steers a terminal. */
export function plainText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '?');
}

/** A field of a payload as a text; empty when there is none. */
export function field(payload: AuditEntry['payload'], ...names: readonly string[]): string {
  let value: Canonical | undefined = payload;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    value = (value as Readonly<Record<string, Canonical>>)[name];
  }
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function fieldsOf(payload: Readonly<Record<string, Canonical>>): string[] {
  return Object.entries(payload).flatMap(([name, value]) => {
    if (UNREAD.has(name)) return [];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return fieldsOf(value as Readonly<Record<string, Canonical>>);
    }
    const text = plainText(Array.isArray(value) ? JSON.stringify(value) : String(value));
    const short = text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
    return [`${name}=${short}`];
  });
}
