import { err, ok, type Result } from '../core/result.ts';

/** What an entry can hold. Numbers and bigints become decimal texts. */
export type Canonical =
  | null
  | boolean
  | string
  | number
  | bigint
  | readonly Canonical[]
  | { readonly [name: string]: Canonical };

export interface CanonicalFault {
  readonly kind: 'not-canonical';
  /** Names down to the fault, as in `payload.order.ticks`. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/** Deeper nesting is an attack on whoever reads it. */
export const DEPTH_MAX = 16;

/**
 * The one JSON text of a value: names sorted by UTF-16 code units, no spaces, every number a
 * decimal text, every character escaped that could end a line or steer a terminal.
 *
 * Whole numbers must be safe integers; others take their shortest decimal form.
 */
export function canonicalText(value: Canonical, where: string): Result<string, CanonicalFault> {
  const refusal: Refusal = { fault: null };
  const text = textOf(value, 0, refusal);
  if (refusal.fault === null) return ok(text);
  return err({ ...refusal.fault, where: `${where}${refusal.fault.where}` });
}

/** Set by whatever cannot be said; the names above are put before it on the way out. */
interface Refusal {
  fault: CanonicalFault | null;
}

function textOf(value: Canonical, depth: number, refusal: Refusal): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value, refusal);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value !== 'object') return refuse(refusal, typeof value, 'a JSON value');
  if (depth === DEPTH_MAX) return refuse(refusal, `depth ${depth + 1}`, `at most ${DEPTH_MAX}`);
  let text = '';
  const isList = Array.isArray(value);
  const names = isList ? Array.from(value, (_, at) => String(at)) : Object.keys(value).sort();
  for (const name of names) {
    const part = textOf(
      (value as Record<string, Canonical>)[name] as Canonical,
      depth + 1,
      refusal,
    );
    if (refusal.fault !== null) {
      refusal.fault = { ...refusal.fault, where: `.${name}${refusal.fault.where}` };
      return '';
    }
    if (text !== '') text += ',';
    text += isList ? part : `${quoted(name)}:${part}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}

/** What JSON leaves as it is, though it ends lines, moves a cursor or turns text around. */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const STEERING_ALL = new RegExp(STEERING, 'g');

/** Nearly every text of an entry: it stands as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  return STEERING.test(json) ? json.replace(STEERING_ALL, escaped) : json;
}

const SHOWN_MAX = 160;

/** A value from outside as a message may repeat it: short, on one line, steering nothing. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string' ? quoted(value) : quoted(JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function numberText(value: number, refusal: Refusal): string {
  if (!Number.isFinite(value)) return refuse(refusal, String(value), 'a finite number');
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return refuse(refusal, String(value), 'a safe integer; larger ones as bigint');
  }
  return `"${value}"`;
}

function refuse(refusal: Refusal, found: string, expected: string): string {
  refusal.fault = { kind: 'not-canonical', where: '', found, expected };
  return '';
}
