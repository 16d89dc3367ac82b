/**
 * Processor time of one book frame of Kraken: ours, every checksum verified, beside ccxt 4.5.84 on
 * the same frames, which verifies none. The frames are the recorded ones of 2021 in the form of the
 * v2 sockets: 4,269 updates of ten pairs, 1,000 levels a side, 1.4 changes each.
 *
 * 2026-11-24, AMD EPYC, two shared cores, Node 20.20: 0.7 against 4.3 µs with the 1.4 changes of a
 * recorded update, 1.5 against 10.7 µs with eight; within one run 5.7 … 6.8 and 6.3 … 8.2 times
 * less, of nine runs, three of them beside three busy loops.
 */
import { KrakenStream } from '../../src/venues/kraken/stream.ts';
import { recordings } from '../../test/support/edge/recordings.ts';
import { RECORDED_DEPTH, recordedBooks } from '../../test/support/kraken/recorded.ts';
import type { Case } from '../case.ts';
import { besideCcxt } from './beside-ccxt.ts';

/** Recorded updates that make a frame of eight changes. */
const JOINED = 6;
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
  const options = { url, venue: 'kraken', instruments: pairs, hasTrades: false };
  return besideCcxt({
    name,
    seconds,
    updates,
    ours() {
      const stream = new KrakenStream({ ...options, depth: RECORDED_DEPTH });
      for (const frame of snapshots) stream.onFrame(frame);
      return stream;
    },
    takeOurs: (stream, frame) => void stream.onFrame(frame),
    theirs() {
      const client = new Kraken().client(url);
      for (const frame of snapshots) client.onMessage({ data: decoder.decode(frame) });
      return client;
    },
    takeTheirs: (client, frame) => client.onMessage({ data: decoder.decode(frame) }),
    check({ counts, mismatches }) {
      if (counts.updates === frames.length && mismatches === 0) return;
      throw new Error(`${counts.updates} of ${frames.length} frames, ${mismatches} mismatches`);
    },
  });
}
