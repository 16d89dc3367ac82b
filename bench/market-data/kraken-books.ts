/**
 * Processor time of one book frame of Kraken: ours, every checksum verified, beside ccxt 4.5.84 on
 * the same frames, which verifies none. The frames are the recorded ones of 2021 in the form of the
 * v2 sockets: 4,269 updates of ten pairs, 1,000 levels a side, 1.4 changes each.
 */
import { performance } from 'node:perf_hooks';
import { KrakenStream } from '../../src/venues/kraken/stream.ts';
import { recordings } from '../../test/support/edge/recordings.ts';
import { RECORDED_DEPTH, recordedBooks } from '../../test/support/kraken/recorded.ts';
import { type Case, caseOf } from '../case.ts';

/** Ours costs at most a fifth of ccxt's. */
const TIMES_LESS = 5;

/** Books of ccxt, as far as they are needed: its own types leave this out. */
interface CcxtBooks {
  handleMessage(client: unknown, message: unknown): void;
}

export async function krakenBookCases(seconds: number): Promise<readonly Case[]> {
  if (recordings === null) return [];
  const { pairs, frames, updates } = recordedBooks();
  const url = 'wss://ws.kraken.com/v2';
  const ourPass = (): void => {
    const stream = new KrakenStream({
      url,
      venue: 'kraken',
      instruments: pairs,
      hasTrades: false,
      depth: RECORDED_DEPTH,
    });
    for (const frame of frames) stream.onFrame(frame);
    const { counts, mismatches } = stream;
    if (counts.updates !== frames.length || mismatches > 0) {
      throw new Error(`${counts.updates} of ${frames.length} frames, ${mismatches} mismatches`);
    }
  };
  const path = new URL('./src/pro/kraken.js', import.meta.resolve('ccxt')).href;
  const Kraken = (await import(path)).default as new () => CcxtBooks;
  const decoder = new TextDecoder();
  const client = { url, subscriptions: {}, resolve() {}, reject() {} };
  const theirPass = (): void => {
    const exchange = new Kraken();
    for (const frame of frames) exchange.handleMessage(client, JSON.parse(decoder.decode(frame)));
  };
  // In turns, so that a machine that slows down slows both.
  const ours: number[] = [];
  const theirs: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  do {
    ours.push(cpuUs(ourPass) / updates);
    theirs.push(cpuUs(theirPass) / updates);
  } while (performance.now() < endMs);
  const [mine, peer] = [median(ours), median(theirs)];
  return [
    caseOf({
      name: 'processor time of a Kraken book frame',
      value: mine,
      unit: 'µs',
      peer: { name: 'ccxt 4.5.84', value: peer },
      target: peer / TIMES_LESS,
    }),
  ];
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
