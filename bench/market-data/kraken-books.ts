/**
 * Processor time of one book frame of Kraken: ours, every checksum verified, beside ccxt 4.5.84 on
 * the same frames, which verifies none. The frames are the recorded ones of 2021 in the form of the
 * v2 sockets: 4,269 updates of ten pairs, 1,000 levels a side, 1.4 changes each.
 *
 * 2026-11-23, x86-64 with two shared cores under load, medians of three runs: 1.0 against 4.8 µs
 * with the 1.4 changes of a recorded update, 2.1 against 11.3 µs with eight; 4.9 … 5.4 times less.
 */
import { performance } from 'node:perf_hooks';
import { KrakenStream } from '../../src/venues/kraken/stream.ts';
import { recordings } from '../../test/support/edge/recordings.ts';
import { RECORDED_DEPTH, recordedBooks } from '../../test/support/kraken/recorded.ts';
import { type Case, caseOf } from '../case.ts';

/** Recorded updates that make a frame of eight changes. */
const JOINED = 6;
/** Ours costs at most a fifth of ccxt's. */
const TIMES_LESS = 5;

/** Bytes in which a frame has said whether it is a snapshot. */
const HEAD_BYTES = 40;

/** What takes the frames of a socket in ccxt: its own types leave this out. */
interface CcxtBooks {
  client(url: string): { onMessage(event: { readonly data: string }): void };
}

export async function krakenBookCases(seconds: number): Promise<readonly Case[]> {
  if (recordings === null) return [];
  const path = new URL('./src/pro/kraken.js', import.meta.resolve('ccxt')).href;
  const Kraken = (await import(path)).default as new () => CcxtBooks;
  return [
    bookCase(Kraken, seconds / 2, 1, 'processor time of a Kraken book frame, 1.4 changes'),
    bookCase(Kraken, seconds / 2, JOINED, 'processor time of a Kraken book frame, 8 changes'),
  ];
}

function bookCase(
  Kraken: new () => CcxtBooks,
  seconds: number,
  joined: number,
  name: string,
): Case {
  const { pairs, frames } = recordedBooks(joined);
  const decoder = new TextDecoder();
  const isSnapshot = (frame: Uint8Array): boolean =>
    decoder.decode(frame.subarray(0, HEAD_BYTES)).includes('snapshot');
  const snapshots = frames.filter(isSnapshot);
  const updates = frames.filter((frame) => !isSnapshot(frame));
  const url = 'wss://ws.kraken.com/v2';
  const ourPass = (): number => {
    const stream = new KrakenStream({
      url,
      venue: 'kraken',
      instruments: pairs,
      hasTrades: false,
      depth: RECORDED_DEPTH,
    });
    for (const frame of snapshots) stream.onFrame(frame);
    const spentUs = cpuUs(() => {
      for (const frame of updates) stream.onFrame(frame);
    });
    const { counts, mismatches } = stream;
    if (counts.updates !== frames.length || mismatches > 0) {
      throw new Error(`${counts.updates} of ${frames.length} frames, ${mismatches} mismatches`);
    }
    return spentUs / updates.length;
  };
  const theirPass = (): number => {
    const client = new Kraken().client(url);
    const take = (frame: Uint8Array): void => client.onMessage({ data: decoder.decode(frame) });
    for (const frame of snapshots) take(frame);
    return (
      cpuUs(() => {
        for (const frame of updates) take(frame);
      }) / updates.length
    );
  };
  // In turns, so that a machine that slows down slows both.
  const ours: number[] = [];
  const theirs: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  do {
    ours.push(ourPass());
    theirs.push(theirPass());
  } while (performance.now() < endMs);
  const [mine, peer] = [median(ours), median(theirs)];
  return caseOf({
    name,
    value: mine,
    unit: 'µs',
    peer: { name: 'ccxt 4.5.84', value: peer },
    target: peer / TIMES_LESS,
  });
}

function cpuUs(pass: () => void): number {
  const before = process.cpuUsage();
  pass();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
