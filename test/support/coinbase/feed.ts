import { rngOf } from '../../../src/core/rng.ts';
import type { Ladder } from '../../../src/market/ladder.ts';
import type { Level } from '../../../src/simulation/book/order-book.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { DEFAULT_LATENCY, loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { CoinbaseStream } from '../../../src/venues/coinbase/market/stream.ts';
import { aDrivenFeed } from '../venues/driven-feed.ts';
import { BTC, ETH } from './frames.ts';
import { aCoinbaseVenue } from './venue.ts';

/** A feed on a venue whose markets move, all of it in this process and on virtual time. */
export function aCoinbaseFeed(feeds: 1 | 2 = 1) {
  const venue = aCoinbaseVenue();
  const { facade, time, exchange, flows } = venue;
  const { clock, timers } = time;
  const net = loopbackNet({
    venues: new Map([['venue.test', facade]]),
    clock,
    timers,
    random: rngOf(3),
    latency: DEFAULT_LATENCY,
  });
  const touches = touchesOf(exchange.markets.get('BTC-USD'));
  exchange.listen(() => touches.note());
  const { feed, told } = aDrivenFeed({
    ...{ clock, timers, net, feeds },
    random: rngOf(4),
    stream: () =>
      new CoinbaseStream({
        streamUrl: 'ws://venue.test/',
        instruments: [BTC, ETH],
        hasTrades: true,
      }),
    onQuote(message) {
      if (message.kind === 'quote-lost') return;
      const { instrument, bidTicks, bidLots, askTicks, askLots } = message;
      const touch = `${bidTicks} ${bidLots} ${askTicks} ${askLots}`;
      if (instrument === 0 && !touches.has(touch)) seen.wrong += 1;
    },
  });
  const seen = Object.assign(told, { wrong: 0 });
  for (const flow of flows) flow.start();
  const run = (ms: number): void => time.runUntil(clock.now() + ms);
  const streamNow = (): CoinbaseStream => feed.stream as CoinbaseStream;
  const isLive = (): boolean => streamNow().views.every((view) => view.isLive);
  /** Runs until it holds. @returns how long that took in milliseconds; `mostMs` when it does not */
  const until = (holds: () => boolean, mostMs: number): number => {
    const startMs = clock.now();
    while (!holds() && clock.now() - startMs < mostMs) run(10);
    return clock.now() - startMs;
  };
  /** Whether every live book is the venue's, once nothing is on its way any more. */
  const isRight = (): boolean => {
    for (const flow of flows) flow.stop();
    run(200);
    const areRight = streamNow().views.every((view) => {
      const market = exchange.markets.get(view.instrument.symbol);
      const { bids, asks } = view.book;
      const isSame = (ladder: Ladder, levels: readonly Level[]) =>
        ladder.depth === levels.length &&
        levels.every(({ ticks, lots }, at) => {
          return ladder.ticksAt(at) === ticks && ladder.lotsAt(at) === lots;
        });
      return (
        market !== undefined &&
        isSame(bids, market.depth('buy', 1e6)) &&
        isSame(asks, market.depth('sell', 1e6))
      );
    });
    for (const flow of flows) flow.start();
    return areRight;
  };
  return {
    ...{ ...venue, feed, seen, run, until, isLive, isRight },
    /** The one that is told. */
    get stream() {
      return streamNow();
    },
  };
}

/** Every best bid and ask that a market has ever had. */
function touchesOf(market: MarketState | undefined) {
  const touches = new Set<string>();
  const note = (): void => {
    const [bid, ask] = [market?.best('buy'), market?.best('sell')];
    touches.add(`${bid?.ticks ?? 0} ${bid?.lots ?? 0} ${ask?.ticks ?? 0} ${ask?.lots ?? 0}`);
  };
  return { note, has: (touch: string) => touches.has(touch) };
}
