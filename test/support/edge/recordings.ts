import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedPath } from '../shared.ts';

const SPACE = 0x20;
const NEWLINE = 0x0a;

/** The recorded data beside the checkout, or null; then tests on it are to be skipped. */
export const recordings = sharedPath('data', 'market');

/**
 * A gzipped recording, unpacked.
 *
 * @param sha256 its first twelve hexadecimal digits: figures are only claimed of that very file
 */
export function recording(path: string, sha256: string): Uint8Array {
  const packed = readFileSync(recordedPath(path));
  const digest = createHash('sha256').update(packed).digest('hex');
  if (!digest.startsWith(sha256)) throw new Error(`${path}: digest ${digest} is not ${sha256}…`);
  return gunzipSync(packed);
}

/** Where a recorded file is. */
export function recordedPath(path: string): string {
  if (recordings === null) throw new Error(`${path}: a test without recordings asks for it`);
  return join(recordings, path);
}

/** The frames of lines of the form `<stamp> <frame>`, as views of the recording. */
export function* framesOf(recorded: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < recorded.length; ) {
    const newline = recorded.indexOf(NEWLINE, start);
    const end = newline < 0 ? recorded.length : newline;
    const space = recorded.indexOf(SPACE, start);
    if (space >= 0 && space < end) yield recorded.subarray(space + 1, end);
    start = end + 1;
  }
}
