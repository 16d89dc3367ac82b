import type { WebSocketLink } from '../../../src/core/env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { Ladder } from '../../../src/market/ladder.ts';
import type { Level } from '../../../src/simulation/book/order-book.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { DEFAULT_LATENCY, loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { CoinbaseStream } from '../../../src/venues/coinbase/market/stream.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { MarketFeed } from '../../../src/venues/market/market-feed.ts';
import { BTC, ETH } from './frames.ts';
import { aCoinbaseVenue } from './venue.ts';

const WATCH_MS = 500;

/** A feed on a venue whose markets move, all of it in this process and on virtual time. */
export function aCoinbaseFeed() {
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
  const stream = new CoinbaseStream({
    streamUrl: 'ws://venue.test/',
    instruments: [BTC, ETH],
    hasTrades: true,
  });
  const seen = { quotes: 0, trades: 0, lost: [] as string[], wrong: 0, connects: 0 };
  const touches = touchesOf(exchange.markets.get('BTC-USD'));
  exchange.listen(() => touches.note());
  let link: WebSocketLink;
  const later = new Map<string, { cancel(): void }>();
  const feed: MarketFeed = new MarketFeed(stream, {
    clock,
    random: rngOf(4),
    tellQuote(message) {
      if (message.kind === 'quote-lost') seen.lost.push(message.reason);
      else {
        seen.quotes += 1;
        const { instrument, bidTicks, bidLots, askTicks, askLots } = message;
        const touch = `${bidTicks} ${bidLots} ${askTicks} ${askLots}`;
        if (instrument === 0 && !touches.has(touch)) seen.wrong += 1;
      }
    },
    tellTrade: () => {
      seen.trades += 1;
    },
    tellFact: () => {},
    send: (frame) => void link.send(frame),
    close: () => link.close(),
    ask: () => {
      throw new Error('Coinbase sends its snapshots by the socket');
    },
    askLater: () => {},
    later(what, ms) {
      later.get(what)?.cancel();
      later.set(
        what,
        timers.after(ms, () => (what === 'flush' ? feed.flush() : connect())),
      );
    },
    log: () => {},
  });
  const connect = (): void => {
    seen.connects += 1;
    link = net.webSocket(
      stream.url,
      {
        opened: () => feed.onOpened(),
        message: (frame) => feed.onFrame(frame, clock.mono()),
        closed: (code, reason) => feed.onClosed(`${code} ${reason}`),
      },
      SOCKET_LIMITS,
    );
  };
  const watch = (): void => {
    if (feed.connection.pulse() === 'dead') link.close();
    timers.after(WATCH_MS, watch);
  };
  connect();
  watch();
  for (const flow of flows) flow.start();
  const run = (ms: number): void => time.runUntil(clock.now() + ms);
  const isLive = (): boolean => stream.views.every((view) => view.isLive);
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
    const areRight = stream.views.every((view) => {
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
  return { ...venue, stream, feed, seen, run, until, isLive, isRight };
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
