import { type Instrument, priceAt } from '../../../core/instrument.ts';
import { RateBudget } from '../../../core/rate-budget.ts';
import type { MarketFact } from '../../../market/fact.ts';
import type { TradePrinted } from '../../../market/trade.ts';
import { type FrameOutcome, type MarketStream, noCounts } from '../../market/market-stream.ts';
import { MarketView } from '../../market/market-view.ts';
import {
  type BinanceBooks,
  BinanceStream,
  type BinanceStreamOptions,
  CONNECTION_LIFE_MS,
  countStray,
  printedTrade,
  STREAM_PING,
} from '../stream.ts';
import { DerivativeDecoder, RATE_DECIMALS } from './derivative-decoder.ts';
import { optionTradeIn, optionTradeStream } from './option-flow.ts';

/** A snapshot weighs 20 of the 2,400 a minute that the address has for everything. */
export const FUTURES_BOOKS: BinanceBooks = {
  rule: 'futures',
  streamPath: '/public',
  depthPath: '/fapi/v1/depth',
  snapshotLevels: 1_000,
  snapshotRate: { ratePerSecond: 0.5, burst: 10 },
};

/** The venue tells a mark price each second. */
const PATIENCE = { askAfterMs: 2_000, deadAfterMs: 8_000 };
/** More control frames than ten a second, pings among them, and the venue hangs up. */
const PACE = { ratePerSecond: 4, burst: 4 };
const RATE_UNIT = 10 ** RATE_DECIMALS;

export interface FuturesStreamOptions extends BinanceStreamOptions {
  /** Whether trades in options on the markets are wanted too. */
  readonly hasOptions: boolean;
}

/**
 * The streams of some futures, one connection each: books, and what else a market tells. Trades
 * come with the second, as the venue documents them.
 */
export function futuresStreams(
  options: FuturesStreamOptions,
): readonly [books: () => MarketStream, market: () => MarketStream] {
  const snapshots = new RateBudget(FUTURES_BOOKS.snapshotRate, 0);
  const books = { ...options, hasTrades: false, books: FUTURES_BOOKS, snapshots };
  return [() => new BinanceStream(books), () => new FuturesMarketStream(options)];
}

/**
 * Marks with funding, samples of forced orders and, where they are wanted, aggregated trades and
 * those in options.
 */
export class FuturesMarketStream implements MarketStream {
  readonly name = 'market';
  readonly url: string;
  readonly patience = PATIENCE;
  readonly ping = STREAM_PING;
  readonly pace = PACE;
  readonly reconnectMsMin = 0;
  readonly lifeMs = CONNECTION_LIFE_MS;
  readonly hasVenueIds = true;
  readonly views: readonly MarketView[] = [];
  readonly counts = noCounts();
  readonly quoted: MarketView;
  readonly lostBy = '';
  readonly frames: readonly string[] = [];
  readonly snapshots = null;
  fact: MarketFact | null = null;
  readonly #decoder: DerivativeDecoder;
  /** Markets whose options are followed. */
  readonly #underlyings: readonly Instrument[];
  #optionFault = '';

  constructor({ streamUrl, instruments, hasTrades, hasOptions }: FuturesStreamOptions) {
    const streams = instruments.flatMap(({ symbol }) => {
      const name = symbol.toLowerCase();
      return [
        ...[`${name}@markPrice@1s`, `${name}@forceOrder`],
        ...(hasTrades ? [`${name}@aggTrade`] : []),
        ...(hasOptions ? [optionTradeStream(symbol)] : []),
      ];
    });
    this.#underlyings = hasOptions ? instruments : [];
    this.url = `${streamUrl}/market/stream?streams=${streams.join('/')}`;
    this.#decoder = new DerivativeDecoder(instruments);
    this.quoted = new NoBook(instruments[0] as Instrument);
  }

  get fault(): string {
    return this.#optionFault || this.#decoder.fault;
  }

  /** Opening the url has subscribed. */
  subscribe(): readonly string[] {
    return [];
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.counts.frames += 1;
    this.#optionFault = '';
    const kind = this.#decoder.decode(frame);
    switch (kind) {
      case 'mark-price':
        this.counts.updates += 1;
        this.fact = markOf(this.#decoder);
        return 'fact';
      case 'liquidation':
        this.counts.updates += 1;
        this.fact = liquidationOf(this.#decoder);
        return 'fact';
      case 'aggregate-trade':
        this.counts.updates += 1;
        return 'trade';
      case 'ending':
        return 'ending';
      case 'malformed':
      case 'unknown-symbol':
        return countStray(this.counts, kind);
      default:
        return this.#underlyings.length === 0 ? 'nothing' : this.#onOption(frame);
    }
  }

  /** What is none of the others may be a trade in an option: they are rare, and named by texts. */
  #onOption(frame: Uint8Array): FrameOutcome {
    const read = optionTradeIn(frame);
    if (!read.ok) {
      this.counts.malformed += 1;
      this.#optionFault = read.error;
      return 'malformed';
    }
    const trade = read.value;
    if (trade === null) return 'nothing';
    const { contract, takerSide, price, quantity, venueMs } = trade;
    const market = this.#underlyings.find(({ base }) => base === contract.underlying);
    if (market === undefined) return 'nothing';
    this.counts.updates += 1;
    this.fact = {
      ...{ kind: 'option-traded', instrument: market.index, right: contract.right },
      ...{ takerSide, price, quantity, venueMs },
    };
    return 'fact';
  }

  /** A frame of Binance is about one thing. */
  next(): FrameOutcome {
    return 'nothing';
  }

  trade(receivedNs: number): TradePrinted {
    return printedTrade(this.#decoder, this.#decoder.isSale, receivedNs);
  }

  /** There is nothing to forget: each frame stands for itself. */
  reset(): void {}

  /** What an inspector sees of it. */
  summary() {
    return { ...this.counts };
  }
}

/** A connection without books has nothing to price from. */
class NoBook extends MarketView {
  readonly isLive = false;
}

function markOf(decoder: DerivativeDecoder): MarketFact {
  const { instrument, markTicks, indexTicks, fundingRate, nextFundingMs, eventMs } = decoder;
  return {
    kind: 'mark-priced',
    instrument: instrument.index,
    mark: priceAt(instrument, markTicks),
    index: priceAt(instrument, indexTicks),
    fundingFraction: fundingRate / RATE_UNIT,
    nextFundingMs,
    venueMs: eventMs,
  };
}

function liquidationOf(decoder: DerivativeDecoder): MarketFact {
  const { instrument, isSale, tradeTicks, tradeLots, tradeMs } = decoder;
  return {
    kind: 'liquidation-sampled',
    instrument: instrument.index,
    side: isSale ? 'sell' : 'buy',
    ticks: tradeTicks,
    lots: tradeLots,
    venueMs: tradeMs,
  };
}
