const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether a text stands at a place. */
export function isAt(bytes: Uint8Array, from: number, piece: Uint8Array): boolean {
  const { length } = piece;
  if (from + length > bytes.length) return false;
  // One look at the end: a branch for each byte costs more than what it could save.
  const whole = length & ~3;
  let differs = 0;
  for (let at = 0; at < whole; at += 4) {
    differs |=
      ((bytes[from + at] as number) ^ (piece[at] as number)) |
      ((bytes[from + at + 1] as number) ^ (piece[at + 1] as number)) |
      ((bytes[from + at + 2] as number) ^ (piece[at + 2] as number)) |
      ((bytes[from + at + 3] as number) ^ (piece[at + 3] as number));
  }
  for (let at = whole; at < length; at += 1) {
    differs |= (bytes[from + at] as number) ^ (piece[at] as number);
  }
  return differs === 0;
}

/** Where a text without escapes ends; −1 when there is no such. */
export function endOfText(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) return -1;
  }
  return -1;
}
