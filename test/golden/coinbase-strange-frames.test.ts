/** Every frame and document that was ever recorded, whosever it is, through our Coinbase codecs. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  FOREIGN_DIALECTS,
  ForeignReader,
  type ForeignVenue,
} from '../../src/simulation/replay/foreign/foreign-reader.ts';
import { MarketDecoder } from '../../src/venues/coinbase/market/market-decoder.ts';
import { BTC, ETH } from '../support/coinbase/frames.ts';
import { recordedPath, recordings } from '../support/edge/recordings.ts';

const recordedTest = recordings === null ? test.skip : test;
const NEWLINE = 0x0a;
const OPEN_BRACES: ReadonlySet<number> = new Set([0x7b, 0x5b]);
/** A line's stamp or address is shorter than this. */
const PREFIX_MAX = 400;
/** Larger files are frames of one kind that others of the kind show too. */
const FILE_BYTES_MAX = 1 << 20;
/** Of each file the dialects see so much. */
const DIALECT_BYTES_MAX = 1 << 16;

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (/\.(gz|json|jsonl|csv)$/.test(entry.name)) yield path;
  }
}

/** The lines of a file from their first brace on; a whole document when it is one. */
function* framesOf(path: string): Generator<Uint8Array> {
  const file = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(file) : file;
  if (path.endsWith('.json')) yield bytes;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    let from = start;
    const last = Math.min(end, start + PREFIX_MAX);
    while (from < last && !OPEN_BRACES.has(bytes[from] as number)) from += 1;
    yield bytes.subarray(from < last ? from : start, end);
    start = end + 1;
  }
}

recordedTest('no frame of any recorded file is thrown over, and each is counted', () => {
  const decoder = new MarketDecoder([BTC, ETH]);
  const counts: Record<string, number> = {};
  let frames = 0;
  for (const path of filesUnder(recordings as string)) {
    for (const frame of framesOf(path)) {
      frames += 1;
      let kind: string = decoder.decode(frame);
      for (let entry = decoder.next(); entry !== 'end'; entry = decoder.next()) {
        if (entry !== 'malformed') continue;
        kind = entry;
        break;
      }
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  assert.is(
    Object.values(counts).reduce((sum, count) => sum + count, 0),
    frames,
  );
  assert.ok(frames > 250_000, `${frames} frames`);
  assert.ok((counts['unknown'] ?? 0) > 250_000, JSON.stringify(counts));
  assert.equal([counts['trades'], counts['candles'], counts['heartbeats']], [1, 1, 1]);
});

recordedTest('no dialect of a recording throws over the frames of another', () => {
  for (const venue of Object.keys(FOREIGN_DIALECTS) as ForeignVenue[]) {
    const reader = new ForeignReader(venue);
    let frames = 0;
    let messages = 0;
    for (const path of filesUnder(recordings as string)) {
      if (statSync(path).size > FILE_BYTES_MAX) continue;
      let bytes = 0;
      for (const frame of framesOf(path)) {
        bytes += frame.length;
        if (bytes > DIALECT_BYTES_MAX) break;
        frames += 1;
        messages += reader.read(new TextDecoder().decode(frame), 0).length;
      }
    }
    const named = [...reader.names.values()].reduce((sum, count) => sum + count, 0);
    assert.is(named + reader.malformed, frames, venue);
    assert.ok(messages > 0 || venue === 'deribit', venue);
  }
});

recordedTest('the documented frames are what they are called', () => {
  for (const [name, kind, entry, entries] of [
    ['ws_market_trades', 'trades', 'trade', 2],
    ['ws_candles', 'candles', 'candle', 1],
    ['ws_heartbeats', 'heartbeats', 'heartbeat', 1],
  ] as const) {
    const decoder = new MarketDecoder([BTC]);
    const path = recordedPath(`fixtures/nautilus/coinbase/${name}.json`);
    assert.is(decoder.decode(readFileSync(path)), kind);
    for (let at = 0; at < entries; at += 1) assert.is(decoder.next(), entry);
    assert.is(decoder.next(), 'end');
  }
});

test.run();
