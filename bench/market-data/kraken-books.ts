/**
 * Processor time of one book frame of Kraken: ours, every checksum verified, beside ccxt 4.5.84 on
 * the same frames, which verifies none. The frames are the recorded ones of 2021 in the form of the
 * v2 sockets: 4,269 updates of ten pairs, 1,000 levels a side, 1.4 changes each.
 *
 * A pass takes thousands of frames, for which as many books as needed are filled in front: short
 * ones mostly measure how cold the other's pass has left the caches.
 *
 * 2026-11-24, AMD EPYC, two shared cores, Node 20.20: 0.7 against 4.3 µs with the 1.4 changes of a
 * recorded update, 1.5 against 10.7 µs with eight; within one run 5.7 … 6.8 and 6.3 … 8.2 times
 * less, of nine runs, three of them beside three busy loops.
 */
import { performance } from 'node:perf_hooks';
import { KrakenStream } from '../../src/venues/kraken/stream.ts';
import { recordings } from '../../test/support/edge/recordings.ts';
import { RECORDED_DEPTH, recordedBooks } from '../../test/support/kraken/recorded.ts';
import { type Case, caseOf } from '../case.ts';

/** Frames that a pass takes at least. */
const PASS_FRAMES_MIN = 4_000;
/** Passes of each before the first that counts: the compiler is busy until then. */
const PASSES_WARM = 4;
/** Passes of each that count, at least. */
const PASSES_MIN = 9;
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
  const sets = Math.ceil(PASS_FRAMES_MIN / updates.length);
  const ourPass = (): number => {
    const options = { url, venue: 'kraken', instruments: pairs, hasTrades: false };
    const streams = repeated(sets, () => new KrakenStream({ ...options, depth: RECORDED_DEPTH }));
    const spentUs = passUs({ snapshots, updates, takers: streams }, (stream, frame) =>
      stream.onFrame(frame),
    );
    for (const { counts, mismatches } of streams) {
      if (counts.updates === frames.length && mismatches === 0) continue;
      throw new Error(`${counts.updates} of ${frames.length} frames, ${mismatches} mismatches`);
    }
    return spentUs;
  };
  const theirPass = (): number => {
    const clients = repeated(sets, () => new Kraken().client(url));
    return passUs({ snapshots, updates, takers: clients }, (client, frame) =>
      client.onMessage({ data: decoder.decode(frame) }),
    );
  };
  // In turns, so that a machine that slows down slows both.
  const ours: number[] = [];
  const theirs: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  for (let pass = -PASSES_WARM; pass < PASSES_MIN || performance.now() < endMs; pass += 1) {
    const both = [ourPass(), theirPass()] as const;
    if (pass < 0) continue;
    ours.push(both[0]);
    theirs.push(both[1]);
  }
  const [mine, peer] = [median(ours), median(theirs)];
  return caseOf({
    name,
    value: mine,
    unit: 'µs',
    peer: { name: 'ccxt 4.5.84', value: peer },
    target: peer / TIMES_LESS,
  });
}

function repeated<Taker>(times: number, taker: () => Taker): Taker[] {
  return Array.from({ length: times }, taker);
}

/** Processor time of an update, snapshots not counted. */
function passUs<Taker>(
  pass: {
    readonly snapshots: readonly Uint8Array[];
    readonly updates: readonly Uint8Array[];
    readonly takers: readonly Taker[];
  },
  take: (taker: Taker, frame: Uint8Array) => void,
): number {
  const { snapshots, updates, takers } = pass;
  for (const taker of takers) for (const frame of snapshots) take(taker, frame);
  const before = process.cpuUsage();
  for (const taker of takers) for (const frame of updates) take(taker, frame);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (updates.length * takers.length);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
