/**
 * The recording of market data, measured against its budgets; see docs/market-data.md.
 *
 *   npm run --silent bench:market-data -- [--json] [--check] [--seconds 60]
 */
import { runBench } from '../bench-program.ts';
import { binanceBookCases } from './binance-books.ts';
import { coinbaseBookCases } from './coinbase-book.ts';
import { ingestCases } from './ingest.ts';
import { krakenBookCases } from './kraken-books.ts';
import { playbackCases } from './playback.ts';

const SECONDS = 60;
const SECONDS_MAX = 3_600;
/** Processor time per frame settles within seconds. */
const BOOK_SECONDS_MAX = 10;

await runBench({ seconds: SECONDS, secondsMax: SECONDS_MAX }, async (seconds) => [
  ...(await playbackCases()),
  ...(await ingestCases(seconds)),
  ...(await binanceBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
  ...(await krakenBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
  ...(await coinbaseBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
]);
