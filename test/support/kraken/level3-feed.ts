import { rngOf } from '../../../src/core/rng.ts';
import type { Side } from '../../../src/execution/order.ts';
import { orderIdText } from '../../../src/simulation/kraken/names.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { Level3Stream } from '../../../src/venues/kraken/level3/level3-stream.ts';
import { PairStates } from '../../../src/venues/kraken/market/pair-states.ts';
import { krakenKeyOf } from '../../../src/venues/kraken/sign.ts';
import { KrakenStream } from '../../../src/venues/kraken/stream.ts';
import { aDrivenFeed } from '../venues/driven-feed.ts';
import { anAccess } from './access.ts';
import { aKrakenFloor } from './floor.ts';
import { type KrakenKeyText, READER } from './venue.ts';

const DEPTH = 10;

/** A desk's two feeds on a Kraken in this process whose books come by order, on manual time. */
export function aLevel3Feed(
  over: Partial<KrakenVenueOptions> & {
    readonly key?: KrakenKeyText;
    readonly feeds?: 1 | 2;
    readonly timeoutMs?: number;
  } = {},
) {
  const { key = READER, feeds = 1, timeoutMs = 1_000, ...options } = over;
  const { env, venue, pairs, market, net, quotes, lost, onQuote, churn } = aKrakenFloor(options);
  const access = anAccess({
    url: 'http://kraken',
    key: krakenKeyOf(key.apiKey, key.secret),
    timeoutMs,
  });
  const states = new PairStates(pairs.map(({ symbol }) => symbol));
  const edges = { clock: env.clock, timers: env.timers, net, random: rngOf(3) };
  const venueName = { venue: 'kraken', instruments: pairs };
  const { feed, told } = aDrivenFeed({
    ...{ ...edges, feeds, onQuote },
    stream: () =>
      new Level3Stream({
        ...{ url: 'ws://kraken/l3/v2', ...venueName, access, states, depth: DEPTH },
      }),
  });
  const beside = aDrivenFeed({
    ...edges,
    stream: () =>
      new KrakenStream({ url: 'ws://kraken/v2', ...venueName, hasTrades: true, states }),
  });
  const streamNow = (): Level3Stream => feed.stream as Level3Stream;
  const viewNow = () => streamNow().views[0] as Level3Stream['views'][0];
  return {
    ...{ env, venue, market, feed, states, quotes, lost, told, churn, trades: beside.told },
    marketLinks: beside.links,
    get stream() {
      return streamNow();
    },
    get view() {
      return viewNow();
    },
    /** Whether the book is live and the venue's own: every level, every order, every place. */
    isRight(): boolean {
      const view = viewNow();
      const isSideRight = (which: Side): boolean => {
        const ladder = which === 'buy' ? view.book.bids : view.book.asks;
        const truth = market.depth(which, DEPTH);
        return (
          ladder.depth === truth.length &&
          truth.every(({ ticks, lots }, rank) => {
            if (ladder.ticksAt(rank) !== ticks || ladder.lotsAt(rank) !== lots) return false;
            let ahead = 0;
            return market.queue(which, ticks).every((order, orders) => {
              const place = view.queueOf(orderIdText(order.orderId));
              const isRight = place?.orders === orders && place.lots === ahead;
              ahead += order.lots;
              return isRight;
            });
          })
        );
      };
      return view.isLive && isSideRight('buy') && isSideRight('sell');
    },
  };
}
