/** Kraken's books against the checksums that came with them, in a recording of the v1 sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { V1Book } from '../../src/simulation/replay/kraken-v1/book.ts';
import { v1FrameIn } from '../../src/simulation/replay/kraken-v1/frame.ts';
import { bookChecksum } from '../../src/venues/kraken/market/checksum.ts';
import { KrakenStream } from '../../src/venues/kraken/stream.ts';
import { recording, recordings } from '../support/edge/recordings.ts';
import { RECORDED_DEPTH, recordedBooks } from '../support/kraken/recorded.ts';

const recordedTest = recordings === null ? test.skip : test;
const LINE = /^\d+\.\d+: (.*)$/;

function framesIn(path: string, sha256: string) {
  const lines = new TextDecoder().decode(recording(path, sha256)).split('\n');
  return lines.flatMap((line) => {
    const text = LINE.exec(line)?.[1];
    return text === undefined ? [] : [v1FrameIn(text)];
  });
}

recordedTest('4,269 of 4,269 checksums of the recorded v1 books agree', () => {
  const books = new Map<string, V1Book>();
  const kinds: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  for (const frame of framesIn('raw/kraken/KRAKEN.ws.50.0.gz', 'e52b6bec40a3')) {
    kinds[frame.kind] = (kinds[frame.kind] ?? 0) + 1;
    if (frame.kind !== 'book-snapshot' && frame.kind !== 'book-update') continue;
    const book = books.get(frame.pair) ?? new V1Book(1_000);
    books.set(frame.pair, book);
    const outcome = `${frame.kind} ${book.onFrame(frame)}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  assert.equal(outcomes, { 'book-snapshot applied': 10, 'book-update applied': 4_269 });
  assert.equal([kinds['malformed'], kinds['other']], [undefined, undefined]);
  assert.is(books.size, 10);
  assert.ok([...books.values()].every(({ isLive, book }) => isLive && !book.isCrossed));
});

recordedTest('with the decimals of the pairs instead of the wire only 573 would agree', () => {
  const [rules = ''] = new TextDecoder()
    .decode(recording('raw/kraken/KRAKEN.0.gz', 'edc1faba466c'))
    .split('\n')
    .flatMap((line) => /^.*?-> \d+\.\d+: (\{.*)$/.exec(line)?.[1] ?? []);
  const pairs = Object.values(JSON.parse(rules).result) as {
    wsname?: string;
    pair_decimals: number;
  }[];
  const decimals = new Map(pairs.map((pair) => [pair.wsname ?? '', pair.pair_decimals]));
  const books = new Map<string, V1Book>();
  let agreed = 0;
  for (const frame of framesIn('raw/kraken/KRAKEN.ws.50.0.gz', 'e52b6bec40a3')) {
    if (frame.kind !== 'book-snapshot' && frame.kind !== 'book-update') continue;
    const book = books.get(frame.pair) ?? new V1Book(1_000);
    books.set(frame.pair, book);
    book.onFrame(frame);
    if (frame.kind !== 'book-update') continue;
    const cut = book.priceDecimals - (decimals.get(frame.pair) ?? 0);
    const scale = { price: 10 ** -cut, quantity: 1 };
    if (bookChecksum(book.book, scale) === frame.checksum) agreed += 1;
  }
  assert.is(agreed, 573);
});

recordedTest('in the form of v2 the stream takes every recorded frame and quotes each', () => {
  const { pairs, frames, updates } = recordedBooks();
  const stream = new KrakenStream({
    url: 'wss://venue',
    venue: 'kraken',
    instruments: pairs,
    hasTrades: false,
    depth: RECORDED_DEPTH,
  });
  const outcomes: Record<string, number> = {};
  for (const frame of frames) {
    const outcome = stream.onFrame(frame);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  assert.equal(outcomes, { quote: frames.length });
  assert.equal([updates, stream.mismatches, stream.counts.malformed], [4_269, 0, 0]);
});

recordedTest('trades, tickers and events of the recorded v1 sockets are all understood', () => {
  const count = (path: string, sha256: string) => {
    const kinds: Record<string, number> = {};
    for (const frame of framesIn(path, sha256)) {
      const name = frame.kind === 'event' ? frame.name : frame.kind;
      kinds[name] = (kinds[name] ?? 0) + 1;
    }
    return kinds;
  };
  assert.equal(count('raw/kraken/KRAKEN.ws.48.0.gz', '76555bfcb98b'), {
    systemStatus: 1,
    subscriptionStatus: 10,
    heartbeat: 30,
    trades: 8,
  });
  assert.equal(count('raw/kraken/KRAKEN.ws.49.0.gz', '1a5e65e52344'), {
    systemStatus: 1,
    subscriptionStatus: 10,
    heartbeat: 31,
    ticker: 18,
  });
});

test.run();
