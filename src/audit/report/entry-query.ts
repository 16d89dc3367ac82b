import type { AuditEntry } from '../entry.ts';
import { entryText, field } from './entry-text.ts';

/** Which entries are wanted: all that is said must hold. */
export interface EntryQuery {
  /** Types; empty for any. */
  readonly kinds: readonly string[];
  /** Part of the actor, and of what the entry says; empty for any. */
  readonly actor: string;
  readonly text: string;
  /** Client order id that the entry is about. */
  readonly clientId: string;
  readonly interval: Interval;
}

/** By the wall clock of the desk, milliseconds since the Unix epoch; both ends included. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export const ALWAYS: Interval = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
export const ANY_ENTRY: EntryQuery = {
  kinds: [],
  actor: '',
  text: '',
  clientId: '',
  interval: ALWAYS,
};

export function isWithin({ fromMs, toMs }: Interval, { wallNs }: AuditEntry): boolean {
  const ms = Number(wallNs / 1_000_000n);
  return ms >= fromMs && ms <= toMs;
}

/** Texts are compared without regard to case. */
export function isWanted(query: EntryQuery, entry: AuditEntry): boolean {
  const { kinds, actor, text, clientId, interval } = query;
  if (kinds.length > 0 && !kinds.includes(entry.type)) return false;
  if (!isWithin(interval, entry)) return false;
  if (clientId !== '' && clientOf(entry) !== clientId) return false;
  if (!isPart(actor, entry.actor)) return false;
  return text === '' || isPart(text, `${entry.type} ${entryText(entry)}`);
}

/** The client order id that an entry is about; empty when it is about no order. */
export function clientOf({ payload }: AuditEntry): string {
  return field(payload, 'clientId') || field(payload, 'order', 'clientId');
}

function isPart(part: string, whole: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}
