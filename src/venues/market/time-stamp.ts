import { isAt } from './frame-bytes.ts';

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
  const ms = isAt(bytes, start, lastSecond) ? lastSecondMs : wholeSecondMs(bytes, start);
  const dot = start + WHOLE_LENGTH;
  return dot === end - 1 ? ms : ms + fractionMs(bytes, dot, end - 1);
}

/** The last second that was read: the next stamp is nearly always of the same. */
const lastSecond = new Uint8Array(WHOLE_LENGTH);
let lastSecondMs = Number.NaN;

function wholeSecondMs(bytes: Uint8Array, start: number): number {
  if (!hasSeparators(bytes, start)) return Number.NaN;
  const day = dayOf(yearMonthDay(bytes, start));
  const hour = pair(bytes, start + 11);
  const minute = pair(bytes, start + 14);
  const second = pair(bytes, start + 17);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  const ms = (day * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000;
  for (let at = 0; at < WHOLE_LENGTH; at += 1) lastSecond[at] = bytes[start + at] as number;
  lastSecondMs = ms;
  return ms;
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

function yearMonthDay(bytes: Uint8Array, start: number): number {
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2);
  return year * 10_000 + pair(bytes, start + 5) * 100 + pair(bytes, start + 8);
}

/** Days since the epoch; NaN when there is no such date. */
function dayOf(date: number): number {
  const year = Math.floor(date / 10_000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  return daysSinceEpoch(year, month, day);
}

/** Of the digits behind a dot; NaN when there is none, or something else. */
function fractionMs(bytes: Uint8Array, dot: number, end: number): number {
  if (bytes[dot] !== DOT || dot + 1 >= end) return Number.NaN;
  let digits = 0;
  let scale = 1;
  for (let at = dot + 1; at < end; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    digits = digits * 10 + digit;
    scale *= 10;
  }
  return (digits * 1_000) / scale;
}

/** Two digits; NaN when they are none. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  const areDigits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  return areDigits ? tens * 10 + ones : Number.NaN;
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
