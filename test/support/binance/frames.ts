/** A text as a venue's frame. */
export function frameOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
