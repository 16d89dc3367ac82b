import { nodeClock } from '../src/core/node-env.ts';
import { Aggregation } from '../src/market/aggregation/aggregation.ts';
import { aggregationSection } from '../src/market/aggregation/settings.ts';
import { Book } from '../src/market/book.ts';
import { BookShelf } from '../src/market/consolidated/book-shelf.ts';
import type { QuoteUpdated } from '../src/market/quote.ts';
import { anInstrument } from '../test/support/trade/instruments.ts';
import { type Case, caseOf } from './case.ts';
import { medians, ROUNDS } from './open-loop.ts';

const VENUES = ['a', 'b', 'c'];
const LEVELS = 500;
const MID_TICKS = 6_000_000;
const QUOTES_PER_TURN = 10_000;
const SWEEPS_PER_TURN = 20;
/** Distinct quotes, so that nothing is the same twice in a row. */
const QUOTES = 1_024;
const MILLISECOND_NS = 1e6;
/** A quote that costs more would be felt where ten thousand a second come. */
const QUOTE_BUDGET_US = 2;

/**
 * What one quote costs the aggregation behind the tick path, and what it costs to price a size over
 * three books when somebody asks. Measured on 2 shared cores at a load of 10 to 16 from others,
 * AMD EPYC, Node 20.20, 2026-11-23: the figures are in the commit and in docs/market-data.md.
 */
export async function aggregationCases(seconds: number): Promise<Case[]> {
  const shelf = new BookShelf();
  const markets = VENUES.map((venue, index) => ({
    instrument: anInstrument({ index, venue }),
    ...{ venue: index, contract: 'spot' as const, takerFeeFraction: 0.0004 },
  }));
  for (const { instrument } of markets) {
    const book = new Book();
    for (let level = 1; level <= LEVELS; level += 1) {
      book.bids.set(MID_TICKS - level, 100);
      book.asks.set(MID_TICKS + level, 100);
    }
    shelf.follow({ instrument, book, isLive: true, eventMs: 0, queueOf: () => null });
  }
  const aggregation = new Aggregation(
    {
      ...{ markets, venues: VENUES, shelf, settings: aggregationSection.parse({}) },
      ...{ staleMs: () => Number.POSITIVE_INFINITY, onUnsound: () => {}, onBar: () => {} },
      ...{ wantsBuckets: () => false, onBucket: () => {} },
    },
    0,
  );
  const quotes = Array.from({ length: QUOTES }, (_, at): QuoteUpdated => {
    const bidTicks = MID_TICKS - 1 - (at % 7);
    return {
      ...{ kind: 'quote-updated', instrument: at % VENUES.length, bidTicks, bidLots: 100 },
      ...{ askTicks: bidTicks + 2, askLots: 100, updateId: at, receivedNs: at * MILLISECOND_NS },
    };
  });
  let told = 0;
  const tell = (): void => {
    for (let at = 0; at < QUOTES_PER_TURN; at += 1) {
      told += 1;
      aggregation.onQuote(quotes[told % QUOTES] as QuoteUpdated, told);
    }
  };
  const price = (): void => {
    for (let at = 0; at < SWEEPS_PER_TURN; at += 1) {
      const found = aggregation.execution('BTC/USDT', { side: 'buy', quantity: 0.5 }, told);
      if (!found.ok || found.value.unfilled > 0) throw new Error('the books have that much');
    }
  };
  const each = (work: () => void, count: number) => medians(() => meanUs(work, count, seconds));
  await meanUs(tell, QUOTES_PER_TURN, seconds);
  const [quote] = await each(tell, QUOTES_PER_TURN);
  const [sweep] = await each(price, SWEEPS_PER_TURN);
  return [
    caseOf({
      ...{ name: 'one quote in the aggregation, mean', value: quote as number, unit: 'µs' },
      target: QUOTE_BUDGET_US,
    }),
    caseOf({ name: 'a size priced over three books, mean', value: sweep as number, unit: 'µs' }),
  ];
}

async function meanUs(work: () => void, count: number, seconds: number): Promise<number[]> {
  const beganNs = nodeClock.mono();
  const untilNs = beganNs + (seconds / 4 / ROUNDS) * 1e9;
  let [spentNs, done] = [0, 0];
  while (nodeClock.mono() < untilNs) {
    const startNs = nodeClock.mono();
    work();
    spentNs += nodeClock.mono() - startNs;
    done += count;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [spentNs / done / 1_000];
}
