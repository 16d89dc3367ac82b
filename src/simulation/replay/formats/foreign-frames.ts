import { significantDecimals } from '../../../core/decimal.ts';
import { dictionaryOf } from '../../../storage/columns/dictionary.ts';
import { FACT_PRICE_UNITS, FUNDING_UNITS } from '../../../storage/columns/fact-records.ts';
import { KIND, type RecordBlock, SIDE } from '../../../storage/columns/record.ts';
import { wideDecimal } from '../../../venues/kraken/market/wide-decimal.ts';
import { ForeignReader, type ForeignVenue } from '../foreign/foreign-reader.ts';
import type { RecordedVenue } from '../foreign/foreign-venue.ts';
import type {
  Normalised,
  NormalisedDerivativeTicker,
  NormalisedLevel,
} from '../foreign/normalised.ts';
import { framesOf } from './frame-lines.ts';
import { FrameRecords } from './frame-records.ts';
import { BlockFiller, FormatFault, type MarketSource, Tally } from './market-source.ts';
import { type FrameTurner, type SeenMarket, type SeenMarkets, seenMarket } from './seen-markets.ts';
import { V1Records } from './v1-records.ts';

/**
 * Recorded frames of a venue that we do not trade on in that form. What no record can say is
 * counted by the name of its frame; a frame that cannot be read is counted as `malformed`.
 *
 * @throws FormatFault
 */
export async function readForeignFrames(
  path: string,
  dialect: RecordedVenue,
  venue: string,
): Promise<MarketSource> {
  const markets: SeenMarkets = new Map();
  const surveyor = turnerOf(dialect);
  for await (const { text, localUs } of framesOf(path)) {
    surveyor.survey(text, localUs / 1_000, markets);
  }
  if (markets.size === 0) throw new FormatFault(`${path}: no frame of ${dialect} names a market`);
  const dictionary = dictionaryOf(
    [venue],
    [...markets.values()].map((seen) => ({ ...seen, venue: 0, tickSteps: 1, lotSteps: 1 })),
  );
  const skipped = new Tally();
  const blocks = blocksOf(path, turnerOf(dialect), { markets, skipped });
  return { dictionary, blocks, skipped: skipped.counts };
}

function turnerOf(dialect: RecordedVenue): FrameTurner {
  return dialect === 'kraken-v1' ? new V1Records() : new NormalisedRecords(dialect);
}

async function* blocksOf(
  path: string,
  turner: FrameTurner,
  { markets, skipped }: { readonly markets: SeenMarkets; readonly skipped: Tally },
): AsyncGenerator<RecordBlock> {
  const filler = new BlockFiller();
  for await (const { text, localUs } of framesOf(path)) {
    for (const frame of turner.turn(text, localUs, markets, skipped)) {
      for (const record of frame.finished()) {
        const block = filler.push(record);
        if (block !== null) yield block;
      }
    }
  }
  const rest = filler.take();
  if (rest !== null) yield rest;
}

/** Frames that a dialect reads into normalised messages. */
class NormalisedRecords implements FrameTurner {
  readonly #reader: ForeignReader;

  constructor(venue: ForeignVenue) {
    this.#reader = new ForeignReader(venue);
  }

  survey(text: string, localMs: number, markets: SeenMarkets): void {
    for (const message of this.#reader.read(text, localMs)) {
      const market = seenMarket(markets, message.symbol);
      for (const [price, amount] of pairsIn(message)) {
        market.priceDecimals = Math.max(market.priceDecimals, significantDecimals(price));
        market.quantityDecimals = Math.max(market.quantityDecimals, significantDecimals(amount));
      }
    }
  }

  turn(text: string, localUs: number, markets: SeenMarkets, skipped: Tally): FrameRecords[] {
    const reader = this.#reader;
    const { malformed, gaps } = reader;
    const messages = reader.read(text, localUs / 1_000);
    if (reader.malformed > malformed) skipped.add('malformed');
    else if (messages.length === 0) skipped.add(reader.lastName);
    return messages.map((message) => {
      const market = seenMarket(markets, message.symbol);
      const { venueMs, localMs } = message;
      // A dialect gives the collector's time where the frame tells none.
      const times = { venueMs: venueMs === localMs ? 0 : venueMs, localUs };
      const frame = new FrameRecords(market.instrument, times);
      // What is missing belongs to a book that is not to be believed until the next snapshot.
      if (reader.gaps > gaps) frame.add(KIND.clear, SIDE.none, 0, 0, 0);
      if (!addMessage(frame, message, market)) skipped.add(message.kind);
      return frame;
    });
  }
}

/** @returns whether records can say the message */
function addMessage(frame: FrameRecords, message: Normalised, market: SeenMarket): boolean {
  const { priceDecimals, quantityDecimals } = market;
  const put = (kind: number, side: number, level: NormalisedLevel, sequence = 0): void => {
    const ticks = wideDecimal(level[0], priceDecimals);
    const lots = wideDecimal(level[1], quantityDecimals);
    if (!Number.isNaN(ticks) && !Number.isNaN(lots)) frame.add(kind, side, ticks, lots, sequence);
  };
  switch (message.kind) {
    case 'trade':
    case 'liquidation': {
      const kind = message.kind === 'trade' ? KIND.trade : KIND.liquidation;
      const side = message.side === 'buy' ? SIDE.buy : SIDE.sell;
      put(kind, side, [message.price, message.amount], numberOf(message.id));
      return true;
    }
    case 'book-change': {
      const kind = message.isSnapshot ? KIND.snapshot : KIND.depth;
      if (message.isSnapshot) frame.add(KIND.clear, SIDE.none, 0, 0, 0);
      for (const level of message.bids) put(kind, SIDE.buy, level);
      for (const level of message.asks) put(kind, SIDE.sell, level);
      return true;
    }
    case 'book-ticker':
      for (const [side, price, amount] of [
        [SIDE.buy, message.bidPrice, message.bidAmount],
        [SIDE.sell, message.askPrice, message.askAmount],
      ] as const) {
        if (price !== null && amount !== null) put(KIND.bbo, side, [price, amount]);
      }
      return true;
    case 'derivative-ticker':
      addDerivative(frame, message, quantityDecimals);
      return true;
    case 'option-summary':
      return false;
  }
}

function addDerivative(
  frame: FrameRecords,
  message: NormalisedDerivativeTicker,
  quantityDecimals: number,
): void {
  const { markPrice, indexPrice, fundingRate, fundingMs, openInterest } = message;
  const add = (kind: number, price: number, quantity: number): void =>
    frame.add(kind, SIDE.none, Math.round(price), Math.round(quantity), 0);
  if (markPrice !== null) add(KIND.mark, markPrice * FACT_PRICE_UNITS, 0);
  if (indexPrice !== null) add(KIND.index, indexPrice * FACT_PRICE_UNITS, 0);
  if (fundingRate !== null) add(KIND.funding, fundingRate * FUNDING_UNITS, fundingMs ?? 0);
  if (openInterest !== null) add(KIND.openInterest, 0, openInterest * 10 ** quantityDecimals);
}

/** Prices and amounts of a message as texts. */
function pairsIn(message: Normalised): readonly NormalisedLevel[] {
  switch (message.kind) {
    case 'trade':
    case 'liquidation':
      return [[message.price, message.amount]];
    case 'book-change':
      return [...message.bids, ...message.asks];
    case 'book-ticker':
      return [
        [message.bidPrice ?? '', message.bidAmount ?? ''],
        [message.askPrice ?? '', message.askAmount ?? ''],
      ];
    default:
      return [];
  }
}

/** A number of a trade, where it is one that a record can hold. */
function numberOf(id: string | null): number {
  const number = Number(id ?? 0);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
