import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { QuoteLost, QuoteUpdated } from '../../../src/market/quote.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { KrakenStream } from '../../../src/venues/kraken/stream.ts';
import { manualEnv } from '../manual-env.ts';
import { aDrivenFeed } from '../venues/driven-feed.ts';
import { aKraken } from './venue.ts';

const SYMBOL = 'BTC/USD';
/** Levels that are compared. */
const DEPTH = 10;

/** A desk's feed on a Kraken in this process, on manual time: frames take a millisecond. */
export function aKrakenFeed(over: Partial<KrakenVenueOptions> = {}, feeds: 1 | 2 = 1) {
  const env = manualEnv();
  const { venue, pairs } = aKraken({ clock: env.clock, timers: env.timers, ...over });
  const market = venue.exchange.markets.get(SYMBOL) as MarketState;
  const net = loopbackNet({
    venues: new Map([['kraken', venue]]),
    clock: env.clock,
    timers: env.timers,
    random: rngOf(2),
    latency: { fixedMs: 1, jitterMs: 0 },
  });
  const quotes: QuoteUpdated[] = [];
  const lost: (QuoteLost & { atMs: number })[] = [];
  const trades: TradePrinted[] = [];
  const { feed, told } = aDrivenFeed({
    ...{ clock: env.clock, timers: env.timers, net, feeds },
    random: rngOf(3),
    stream: () =>
      new KrakenStream({
        url: 'ws://kraken/v2',
        venue: 'kraken',
        instruments: pairs,
        hasTrades: true,
        depth: DEPTH,
      }),
    onQuote(message) {
      if (message.kind === 'quote-updated') quotes.push(message);
      else lost.push({ ...message, atMs: env.nowMs });
    },
    onTrade: (trade) => void trades.push(trade),
  });
  const streamNow = (): KrakenStream => feed.stream as KrakenStream;
  const viewNow = () => streamNow().views[0] as KrakenStream['views'][0];
  const crowd = aCrowd(venue.exchange, market, rngOf(4));
  return {
    env,
    venue,
    market,
    feed,
    told: { ...{ quotes, lost, trades }, ...{ facts: told.facts, log: told.log, sent: told.sent } },
    /** How many sockets were opened. */
    openings: () => told.connects,
    /** The one that is told. */
    get stream() {
      return streamNow();
    },
    get view() {
      return viewNow();
    },
    /** The market moves every 50 ms for so long. */
    async churn(ms: number) {
      for (let passed = 0; passed < ms; passed += 50) {
        crowd();
        await env.advance(50);
      }
    },
    /** Whether the book is live and the venue's own, to the last level of the depth. */
    isRight(): boolean {
      const view = viewNow();
      const side = (ladder: typeof view.book.bids): string =>
        Array.from({ length: ladder.depth }, (_, at) => [
          ladder.ticksAt(at),
          ladder.lotsAt(at),
        ]).join(' ');
      const truth = (which: 'buy' | 'sell'): string =>
        market
          .depth(which, DEPTH)
          .map(({ ticks, lots }) => [ticks, lots])
          .join(' ');
      return (
        view.isLive &&
        side(view.book.bids) === truth('buy') &&
        side(view.book.asks) === truth('sell')
      );
    },
  };
}

/** A crowd that changes the ten best levels of a side, and sometimes trades. */
export function aCrowd(exchange: Exchange, market: MarketState, random: Rng): () => void {
  const resting: number[] = [];
  return () => {
    for (let act = 0; act < 6; act += 1) {
      const side = random.below(2) === 0 ? 'buy' : 'sell';
      const offset = 1 + random.below(30);
      const ticks = (600_000 + (side === 'buy' ? -offset : offset)) as Ticks;
      const lots = (1_000_000 * (1 + random.below(50))) as Lots;
      const chance = random.below(10);
      if (chance < 7 || resting.length < 30) {
        const id = exchange.crowdRest(market, side, ticks, lots);
        if (id > 0) resting.push(id);
      } else if (chance < 9) {
        exchange.crowdCancel(market, resting.splice(random.below(resting.length), 1)[0] as number);
      } else {
        exchange.crowdTake(market, side, lots, null);
      }
    }
  };
}
