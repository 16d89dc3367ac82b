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
export function canonicalText(
  value: Canonical,
  where: string,
  depth = 0,
): Result<string, CanonicalFault> {
  if (typeof value === 'string') return ok(quoted(value));
  if (value === null || typeof value === 'boolean') return ok(String(value));
  if (typeof value === 'number') return numberText(value, where);
  if (typeof value === 'bigint') return ok(`"${value}"`);
  if (typeof value !== 'object') return fault(where, typeof value, 'a JSON value');
  if (depth === DEPTH_MAX) return fault(where, `depth ${depth + 1}`, `at most ${DEPTH_MAX}`);
  const isList = Array.isArray(value);
  const names = isList ? Array.from(value.keys()) : Object.keys(value).sort();
  let text = '';
  for (const name of names) {
    const part = (value as Record<string | number, Canonical>)[name] as Canonical;
    const inner = canonicalText(part, `${where}.${name}`, depth + 1);
    if (!inner.ok) return inner;
    if (text !== '') text += ',';
    text += isList ? inner.value : `${quoted(String(name))}:${inner.value}`;
  }
  return ok(isList ? `[${text}]` : `{${text}}`);
}

/** What JSON leaves as it is, though it ends lines, moves a cursor or turns text around. */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const STEERING_ALL = new RegExp(STEERING, 'g');

export function quoted(text: string): string {
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

function numberText(value: number, where: string): Result<string, CanonicalFault> {
  if (!Number.isFinite(value)) return fault(where, String(value), 'a finite number');
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return fault(where, String(value), 'a safe integer; larger ones as bigint');
  }
  return ok(`"${value}"`);
}

function fault(where: string, found: string, expected: string) {
  return err<CanonicalFault>({ kind: 'not-canonical', where, found, expected });
}
