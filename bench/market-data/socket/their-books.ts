import type { Exchange } from 'ccxt';
import type { Instrument } from '../../../src/core/instrument.ts';
import { aCcxtClient } from '../../../test/support/venues/ccxt-clients.ts';
import type { RecordedMarket, RecordedName } from '../recorded-market.ts';
import { type Follower, latch } from './our-books.ts';

/** A book of ccxt. */
interface TheirBook {
  readonly bids: readonly (readonly [price: number, size: number])[];
  readonly asks: readonly (readonly [price: number, size: number])[];
  readonly nonce?: number | undefined;
  readonly timestamp?: number | undefined;
}

/** Unmodified ccxt, each book watched by a loop of its own. */
export async function theirBooks(
  name: RecordedName,
  market: RecordedMarket,
  host: string,
): Promise<Follower> {
  const client: Exchange = await aCcxtClient(name, host, { apiKey: '', secret: '' });
  client.setMarkets(
    market.instruments.map((each) => client.safeMarketStructure(marketOf(name, each))),
  );
  const [ready, done] = [latch(), latch()];
  const books = new Map<string, TheirBook>();
  let isClosed = false;
  const follow = async (symbol: string): Promise<void> => {
    while (!isClosed) {
      const book = (await client.watchOrderBook(symbol)) as TheirBook;
      books.set(symbol, book);
      if (!ready.isOpen && books.size === market.instruments.length) ready.open();
      if (book.nonce === market.last || book.timestamp === market.last) done.open();
    }
  };
  const symbols = market.instruments.map((each) => symbolOf(name, each));
  const loops = symbols.map((symbol) =>
    follow(symbol).catch((error: unknown) => {
      if (!isClosed) throw error;
    }),
  );
  return {
    ready: Promise.race([ready.opened, ...loops]),
    done: Promise.race([done.opened, ...loops]),
    touches: () =>
      market.instruments.map(({ tickSize }, at) => {
        const { bids, asks } = books.get(symbols[at] as string) as TheirBook;
        return [bids[0], asks[0]].map((level) => Math.round((level?.[0] ?? 0) / tickSize));
      }),
    async close() {
      isClosed = true;
      await client.close();
      await Promise.all(loops);
    },
  };
}

/** What ccxt calls a market. */
export function symbolOf(name: RecordedName, { base, quote }: Instrument): string {
  return name === 'binance-usdm' ? `${base}/${quote}:${quote}` : `${base}/${quote}`;
}

/** What ccxt would have asked the venue for. */
export function marketOf(name: RecordedName, instrument: Instrument): object {
  const { symbol: id, base, quote, tickSize, lotSize } = instrument;
  const isFuture = name === 'binance-usdm';
  return {
    ...{ id, lowercaseId: id.toLowerCase(), symbol: symbolOf(name, instrument), base, quote },
    ...{ baseId: base, quoteId: quote, settle: isFuture ? quote : undefined },
    ...{ type: isFuture ? 'swap' : 'spot', spot: !isFuture, swap: isFuture, future: false },
    ...{ contract: isFuture, linear: isFuture || undefined, option: false, active: true },
    precision: { price: tickSize, amount: lotSize },
  };
}
