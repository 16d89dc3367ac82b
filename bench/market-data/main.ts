/**
 * The recording of market data, measured against its budgets; see docs/market-data.md.
 *
 *   npm run --silent bench:market-data -- [--json] [--check] [--seconds 60]
 */
import { parseArgs } from 'node:util';
import { type Case, report } from '../case.ts';
import { binanceBookCases } from './binance-books.ts';
import { coinbaseBookCases } from './coinbase-book.ts';
import { ingestCases } from './ingest.ts';
import { krakenBookCases } from './kraken-books.ts';
import { playbackCases } from './playback.ts';

const SECONDS = 60;
const SECONDS_MAX = 3_600;
/** Processor time per frame settles within seconds. */
const BOOK_SECONDS_MAX = 10;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    seconds: { type: 'string', default: String(SECONDS) },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
  const wanted = `a number above 0, at most ${SECONDS_MAX}`;
  process.stderr.write(`--seconds: found ${values.seconds}, wanted ${wanted}\n`);
  process.exit(2);
}
const cases: Case[] = [
  ...(await playbackCases()),
  ...(await ingestCases(seconds)),
  ...(await binanceBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
  ...(await krakenBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
  ...(await coinbaseBookCases(Math.min(seconds, BOOK_SECONDS_MAX))),
];
report(cases, values);
