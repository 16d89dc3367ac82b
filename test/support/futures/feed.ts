import { rngOf } from '../../../src/core/rng.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import { DEFAULT_FLOWS } from '../../../src/simulation/flow/flow-profile.ts';
import { DEFAULT_LATENCY, loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { futuresStreams } from '../../../src/venues/binance/futures/futures-stream.ts';
import { anInstrument } from '../trade/instruments.ts';
import { aDrivenFeed } from '../venues/driven-feed.ts';
import { aFuturesVenue } from './venues.ts';

/** Levels a side that are compared: a snapshot has no more than a thousand. */
const COMPARED = 100;
const BTC = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });

type DrivenFeed = ReturnType<typeof aDrivenFeed>;

/** Feeds on a futures venue whose market moves, all of it in this process on virtual time. */
export function aFuturesFeed(feeds: 1 | 2 = 1) {
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
  const options = { streamUrl: 'ws://usdm', restUrl: 'http://usdm', instruments: [BTC] };
  const trades: TradePrinted[] = [];
  const [books, extras] = futuresStreams({ ...options, hasTrades: true, hasOptions: false }).map(
    (stream) =>
      aDrivenFeed({
        ...{ clock, timers, net, stream, feeds },
        random: rngOf(4),
        onTrade: (trade) => void trades.push(trade),
      }),
  ) as [DrivenFeed, DrivenFeed];
  venue.start();
  const run = (ms: number): void => time.runUntil(clock.now() + ms);
  const isLive = (): boolean => books.feed.stream.views.every((view) => view.isLive);
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
    const book = books.feed.stream.views[0]?.book;
    const areSame = (['buy', 'sell'] as const).every((side) => {
      const ladder = side === 'buy' ? book?.bids : book?.asks;
      return market.depth(side, COMPARED).every(({ ticks, lots }, at) => {
        return ladder?.ticksAt(at) === ticks && ladder.lotsAt(at) === lots;
      });
    });
    for (const flow of venue.flows) flow.start();
    return isLive() && areSame;
  };
  return {
    ...{ ...opened, market, books, extras, trades, run, until, isLive, isRight },
    get seen() {
      const { quotes, lost } = books.told;
      const connects = books.told.connects + extras.told.connects;
      return { quotes, lost, facts: extras.told.facts, trades: trades.length, connects };
    },
  };
}
