/** `2026-04-07T14:30:02` without a fraction. */
const WHOLE_LENGTH = 19;
const ZERO = 0x30;
const DOT = 0x2e;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/**
 * Reads an RFC 3339 time in UTC (`2026-04-07T14:30:02.789012Z`) from ASCII bytes. Nothing is
 * allocated.
 *
 * @returns milliseconds since the Unix epoch with up to nanoseconds as the fraction, exact to
 *   0.3 µs; NaN for anything else
 */
export function parseTimeStamp(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= WHOLE_LENGTH || bytes[end - 1] !== LETTER_Z) return Number.NaN;
  if (!hasSeparators(bytes, start)) return Number.NaN;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDate || !(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  let fractionMs = 0;
  const dot = start + WHOLE_LENGTH;
  if (bytes[dot] === DOT && dot + 2 < end) {
    let weightMs = 100;
    for (let at = dot + 1; at < end - 1; at += 1) {
      const digit = (bytes[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      fractionMs += digit * weightMs;
      weightMs /= 10;
    }
  } else if (dot !== end - 1) {
    return Number.NaN;
  }
  const seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return seconds * 1_000 + fractionMs;
}

function hasSeparators(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start + 4] === HYPHEN &&
    bytes[start + 7] === HYPHEN &&
    bytes[start + 10] === LETTER_T &&
    bytes[start + 13] === COLON &&
    bytes[start + 16] === COLON
  );
}

const encoder = new TextEncoder();

/** The same for a string; for cold paths. */
export function timeStampMs(text: string): number {
  const bytes = encoder.encode(text);
  return parseTimeStamp(bytes, 0, bytes.length);
}

function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Days of the proleptic Gregorian calendar: years begin in March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const monthsSinceMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthsSinceMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}
