import { rngOf } from '../../../src/core/rng.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { KrakenStream } from '../../../src/venues/kraken/stream.ts';
import { aDrivenFeed } from '../venues/driven-feed.ts';
import { aKrakenFloor } from './floor.ts';

/** Levels that are compared. */
const DEPTH = 10;

/** A desk's feed on a Kraken in this process, on manual time: frames take a millisecond. */
export function aKrakenFeed(over: Partial<KrakenVenueOptions> = {}, feeds: 1 | 2 = 1) {
  const { env, venue, pairs, market, net, quotes, lost, onQuote, churn } = aKrakenFloor(over);
  const trades: TradePrinted[] = [];
  const { feed, told } = aDrivenFeed({
    ...{ clock: env.clock, timers: env.timers, net, feeds, onQuote },
    random: rngOf(3),
    stream: () =>
      new KrakenStream({
        url: 'ws://kraken/v2',
        venue: 'kraken',
        instruments: pairs,
        hasTrades: true,
        depth: DEPTH,
      }),
    onTrade: (trade) => void trades.push(trade),
  });
  const streamNow = (): KrakenStream => feed.stream as KrakenStream;
  const viewNow = () => streamNow().views[0] as KrakenStream['views'][0];
  return {
    ...{ env, venue, market, feed, churn },
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
