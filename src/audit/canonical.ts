/** What an entry can hold. Numbers and bigints become decimal texts, doubles in a row base64. */
export type Canonical =
  | null
  | boolean
  | string
  | number
  | bigint
  | Float64Array
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

/** What JSON leaves as it is, though it ends lines, moves a cursor or turns text around. */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const STEERING_ALL = new RegExp(STEERING, 'g');

/** Nearly every text of an entry: it stands as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The one JSON text of a text. */
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
