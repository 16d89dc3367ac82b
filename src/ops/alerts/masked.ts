const TEXT_MAX = 500;
/** Long runs of letters and digits as keys and signatures have them, in hex or base64. */
const SECRET = /[A-Za-z0-9+/_-]{40,}={0,2}/g;
/** What a terminal would obey, and what would make one line look like two. */
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A text of somebody else as it may leave the house: without secrets, on one line, bounded. */
export function masked(text: string): string {
  // Cut first, so that the rest costs the same however long a text is; a cut secret is masked too.
  const cut = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return cut.replaceAll(CONTROL, ' ').replaceAll(SECRET, '(masked)');
}
