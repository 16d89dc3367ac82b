/**
 * Every file that was ever recorded, whatever is in it: what `convert` makes of it, and what the
 * decoders of our own venues make of its frames. Nothing throws but a fault of the format, which
 * names the file; everything is counted.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatOf } from '../../src/commands/market-data/market-file.ts';
import {
  FormatFault,
  type MarketSource,
} from '../../src/simulation/replay/formats/market-source.ts';
import { readRaw } from '../../src/simulation/replay/formats/raw-frames.ts';
import { readTardis } from '../../src/simulation/replay/formats/tardis.ts';
import { readZip } from '../../src/simulation/replay/formats/zip.ts';
import { DerivativeDecoder } from '../../src/venues/binance/futures/derivative-decoder.ts';
import { MarketDecoder as BinanceDecoder } from '../../src/venues/binance/market-decoder.ts';
import { WireFault } from '../../src/venues/binance/wire.ts';
import { MarketDecoder as KrakenDecoder } from '../../src/venues/kraken/market/market-decoder.ts';
import { rareFrameIn } from '../../src/venues/kraken/market/rare-frame.ts';
import { recordings } from '../support/edge/recordings.ts';
import { aPair } from '../support/kraken/pairs.ts';
import { anInstrument } from '../support/trade/instruments.ts';

const recordedTest = recordings === null ? test.skip : test;
const FILES = 159;
/** Larger ones are read whole by the golden tests of their venue. */
const FILE_BYTES_MAX = 600_000;
/** Frames of a file that every decoder sees. */
const FRAMES_MAX = 400;
const UNZIPPED_BYTES_MAX = 1 << 26;

const files: readonly string[] = recordings === null ? [] : filesUnder(recordings);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

async function opened(path: string): Promise<MarketSource | string> {
  try {
    const format = await formatOf(path);
    if (format === 'raw') return await readRaw(path, null);
    if (format === 'tardis-book' || format === 'tardis-trades') return await readTardis(path);
    return 'not known';
  } catch (thrown) {
    if (thrown instanceof FormatFault) return thrown.message;
    throw thrown;
  }
}

recordedTest('each file is records, or is refused in a sentence that names it', async () => {
  assert.is(files.length, FILES);
  const read: Record<string, number> = {};
  let unknown = 0;
  for (const path of files) {
    if (statSync(path).size > FILE_BYTES_MAX) continue;
    const name = relative(recordings as string, path);
    const source = await opened(path);
    if (source === 'not known') unknown += 1;
    else if (typeof source === 'string') assert.match(source, path, name);
    else {
      read[name] = 0;
      for await (const { count } of source.blocks) read[name] += count;
    }
  }
  assert.equal(Object.keys(read).sort(), [
    'nautilus/tardis/bitmex_trades_XBTUSD.csv',
    'nautilus/tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv',
    'raw/binance-futures/BINANCE_FUTURES.http.0.0.gz',
    'raw/binance-futures/BINANCE_FUTURES.ws.1.0.gz',
    'raw/binance/BINANCE.http.0.0.gz',
    'raw/binance/BINANCE.ws.1.0.gz',
    'raw/coinbase/COINBASE.ws.28.0.gz',
    'raw/kraken-futures/KRAKEN_FUTURES.ws.1.0.gz',
    'raw/kraken/KRAKEN.ws.48.0.gz',
    'raw/kraken/KRAKEN.ws.49.0.gz',
    'raw/kraken/KRAKEN.ws.50.0.gz',
  ]);
  assert.ok(unknown > 100, `${unknown} are no market data that is converted`);
});

/** Frames, lines and whole documents of a file, and of what an archive holds. */
function* framesOf(path: string): Generator<Uint8Array> {
  const bytes = readFileSync(path);
  const parts = path.endsWith('.zip') ? unzipped(bytes) : [unpacked(path, bytes)];
  for (const part of parts) {
    yield part;
    const lines = new TextDecoder().decode(part.subarray(0, 1 << 20)).split('\n', FRAMES_MAX);
    for (const line of lines) {
      const brace = line.search(/[[{]/);
      yield new TextEncoder().encode(brace < 0 ? line : line.slice(brace));
    }
  }
}

function unpacked(path: string, bytes: Uint8Array): Uint8Array {
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** What an archive holds; the archive itself where it is of a form that npz files never have. */
function unzipped(archive: Uint8Array): readonly Uint8Array[] {
  try {
    return readZip(archive, UNZIPPED_BYTES_MAX).map((entry) => entry.bytes);
  } catch (thrown) {
    assert.instance(thrown, FormatFault);
    return [archive];
  }
}

recordedTest('no decoder throws over a frame of any file, and each is counted', () => {
  const instruments = [anInstrument({ venue: 'binance' })];
  const binance = new BinanceDecoder(instruments);
  const futures = new DerivativeDecoder(instruments);
  const kraken = new KrakenDecoder([aPair()]);
  const counts: Record<string, number> = {};
  const count = (decoder: string, kind: string): void => {
    counts[`${decoder} ${kind}`] = (counts[`${decoder} ${kind}`] ?? 0) + 1;
  };
  let frames = 0;
  for (const path of files) {
    for (const frame of framesOf(path)) {
      frames += 1;
      count('binance', binance.decode(frame));
      count('futures', futures.decode(frame));
      const kind = kraken.decode(frame);
      count('kraken', kind);
      if (kind !== 'rare') continue;
      const rare = rareFrameIn(frame);
      count('rare', rare instanceof WireFault ? 'malformed' : rare.kind);
    }
  }
  for (const decoder of ['binance', 'futures', 'kraken']) {
    const sum = Object.entries(counts)
      .filter(([name]) => name.startsWith(`${decoder} `))
      .reduce((all, [, some]) => all + some, 0);
    assert.is(sum, frames, decoder);
    assert.ok((counts[`${decoder} malformed`] ?? 0) > 0, JSON.stringify(counts));
  }
  assert.ok(frames > 10_000, `${frames} frames`);
});

test.run();
