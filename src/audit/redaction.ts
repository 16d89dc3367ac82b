const REDACTED = '(redacted)';

/** Words behind which a secret stands, in what people type, files hold and programs complain of. */
const NAMES =
  'secret|password|passphrase|passwd|token|api[-_ ]?key|api[-_ ]?secret|private[-_ ]?key|signature';

/** A name, what ties it to its value, and the value: quoted, or up to the next blank. */
const NAMED = new RegExp(
  `((?:${NAMES})["']?(?:\\s*[=:]\\s*|\\s+(?==)|(?<=--[a-z-]*)\\s+))("[^"]*"|'[^']*'|[^\\s,;&}]+)`,
  'gi',
);
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** Name and password before the host of an address. */
const USER_INFO = /(:\/\/)[^\s/@:]+:[^\s/@]+@/g;

/** Whether a text may have one of these in it; nearly none has. */
const SUSPECT = new RegExp(`${NAMES}|PRIVATE KEY|:\\/\\/`, 'i');

/**
 * A text without the secrets that somebody has typed into it, or that a message repeats. It knows
 * them by what stands before them; a bare secret looks like any other word.
 */
export function redacted(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(PEM, REDACTED)
    .replace(USER_INFO, `$1${REDACTED}@`)
    .replace(NAMED, `$1${REDACTED}`);
}
