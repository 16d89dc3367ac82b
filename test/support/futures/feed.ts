import type { HttpReply, NetFault, WebSocketLink } from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import { DEFAULT_FLOWS } from '../../../src/simulation/flow/flow-profile.ts';
import { DEFAULT_LATENCY, loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { futuresStreams } from '../../../src/venues/binance/futures/futures-stream.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { MarketFeed } from '../../../src/venues/market/market-feed.ts';
import type { MarketStream } from '../../../src/venues/market/market-stream.ts';
import { anInstrument } from '../trade/instruments.ts';
import { aFuturesVenue } from './venues.ts';

const WATCH_MS = 500;
/** Levels a side that are compared: a snapshot has no more than a thousand. */
const COMPARED = 100;
const BTC = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });

/** Feeds on a futures venue whose market moves, all of it in this process on virtual time. */
export function aFuturesFeed() {
  const { BTCUSDT } = DEFAULT_FLOWS;
  const opened = aFuturesVenue({ flows: BTCUSDT === undefined ? {} : { BTCUSDT } });
  const { venue, time } = opened;
  const { clock, timers } = time;
  const net = loopbackNet({
    venues: new Map([['usdm', venue]]),
    ...{ clock, timers, random: rngOf(3), latency: DEFAULT_LATENCY },
  });
  const market = venue.exchange.market('BTCUSDT');
  if (market === null) throw new Error('the venue has BTCUSDT');
  const seen = {
    quotes: 0,
    trades: 0,
    lost: [] as string[],
    facts: [] as MarketFact[],
    connects: 0,
  };

  const open = (stream: MarketStream) => {
    let link: WebSocketLink;
    const later = new Map<string, { cancel(): void }>();
    const after = (what: string, ms: number, run: () => void): void => {
      later.get(what)?.cancel();
      later.set(what, timers.after(ms, run));
    };
    const feed: MarketFeed = new MarketFeed(stream, {
      clock,
      random: rngOf(4),
      tellQuote(message) {
        if (message.kind === 'quote-lost') seen.lost.push(message.reason);
        else seen.quotes += 1;
      },
      tellTrade: () => {
        seen.trades += 1;
      },
      tellFact: (fact) => void seen.facts.push(fact),
      send: (frame) => void link.send(frame),
      close: () => link.close(),
      ask(request, view) {
        net.http(request, (outcome: Result<HttpReply, NetFault>) => feed.onSnapshot(view, outcome));
      },
      askLater: (view, ms) => after(`snapshot-${view}`, ms, () => feed.askSnapshot(view)),
      later: (what, ms) => after(what, ms, () => (what === 'flush' ? feed.flush() : connect())),
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
      const pulse = feed.connection.pulse();
      if (pulse === 'ask' && stream.ping !== null) link.send(stream.ping);
      if (pulse === 'dead') link.close();
      timers.after(WATCH_MS, watch);
    };
    connect();
    watch();
    return feed;
  };

  const options = { streamUrl: 'ws://usdm', restUrl: 'http://usdm', instruments: [BTC] };
  const feeds = futuresStreams({ ...options, hasTrades: true }).map((make) => open(make()));
  const books = feeds[0] as MarketFeed;
  venue.start();
  const run = (ms: number): void => time.runUntil(clock.now() + ms);
  const isLive = (): boolean => books.stream.views.every((view) => view.isLive);
  /** Runs until it holds. @returns how long that took in milliseconds; `mostMs` when it does not */
  const until = (holds: () => boolean, mostMs: number): number => {
    const startMs = clock.now();
    while (!holds() && clock.now() - startMs < mostMs) run(10);
    return clock.now() - startMs;
  };
  /** Whether the live book is the venue's, once nothing is on its way any more. */
  const isRight = (): boolean => {
    for (const flow of venue.flows) flow.stop();
    run(300);
    const book = books.stream.views[0]?.book;
    const areSame = (['buy', 'sell'] as const).every((side) => {
      const ladder = side === 'buy' ? book?.bids : book?.asks;
      return market.depth(side, COMPARED).every(({ ticks, lots }, at) => {
        return ladder?.ticksAt(at) === ticks && ladder.lotsAt(at) === lots;
      });
    });
    for (const flow of venue.flows) flow.start();
    return isLive() && areSame;
  };
  return { ...opened, market, books, feeds, seen, run, until, isLive, isRight };
}
