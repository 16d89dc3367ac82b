import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { recordedPath } from '../edge/recordings.ts';

/** A frame of a venue beside the messages that it means. */
export interface Pair {
  readonly snap: number;
  readonly exchange: string;
  readonly message: object;
  readonly localMs: number;
  readonly expected: readonly Record<string, unknown>[];
}

/** What the figures of the pairs are claimed of: the first digits of each file's sha256. */
const DIGESTS: Readonly<Record<string, string>> = {
  binance: '187d9d91fdb0',
  coinbase: '0bf91bc61ce1',
  cryptofacilities: '45d3b7e28771',
  deribit: '182306b38199',
};

/** The rows of one venue in the order in which they belong. */
export function pairsOf(venue: string): readonly Pair[] {
  const text = readFileSync(recordedPath(`pairs/tardis-node/${venue}.jsonl`), 'utf8');
  assert.is(createHash('sha256').update(text).digest('hex').slice(0, 12), DIGESTS[venue], venue);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map((row) => ({ ...row, localMs: Date.parse(row.localTimestamp) }))
    .sort((one, other) => one.snap - other.snap);
}
