/** Where the digits of `2023-10-06T17:35:55.440295Z` stand, and what stands between them. */
const LENGTH_MIN = 20;
const SEPARATORS = [
  [4, 0x2d],
  [7, 0x2d],
  [10, 0x54],
  [13, 0x3a],
  [16, 0x3a],
] as const;
const DOT = 0x2e;
const ZULU = 0x5a;
const SECOND_ENDS = 19;

/**
 * Milliseconds since the Unix epoch, with a fraction down to the digits that are there.
 *
 * @returns NaN for anything but RFC 3339 in UTC
 */
export function timestampMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LENGTH_MIN || bytes[end - 1] !== ZULU) return Number.NaN;
  for (const [at, wanted] of SEPARATORS) if (bytes[start + at] !== wanted) return Number.NaN;
  const year = digits(bytes, start, start + 4);
  const month = digits(bytes, start + 5, start + 7);
  const day = digits(bytes, start + 8, start + 10);
  const hour = digits(bytes, start + 11, start + 13);
  const minute = digits(bytes, start + 14, start + 16);
  const second = digits(bytes, start + 17, start + SECOND_ENDS);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const fractionAt = start + SECOND_ENDS;
  if (fractionAt === end - 1) return ms;
  if (bytes[fractionAt] !== DOT || fractionAt + 2 > end - 1) return Number.NaN;
  const fraction = digits(bytes, fractionAt + 1, end - 1);
  return ms + (fraction * 1_000) / 10 ** (end - 2 - fractionAt);
}

const encoder = new TextEncoder();

/** The same for a text. */
export function textMs(text: string): number {
  const bytes = encoder.encode(text);
  return timestampMs(bytes, 0, bytes.length);
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
