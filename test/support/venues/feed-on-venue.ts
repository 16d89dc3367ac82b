import type { HttpReply } from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { Ladder } from '../../../src/market/ladder.ts';
import type { QuoteMessage } from '../../../src/market/quote.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { MarketFlow } from '../../../src/simulation/flow/market-flow.ts';
import { FRONT_KINDS, type FrontKind } from '../../../src/simulation/server/front-kinds.ts';
import { DEFAULT_LATENCY, loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { openVenueAs } from '../../../src/simulation/server/venue.ts';
import type { VenueFacade } from '../../../src/simulation/server/venue-facade.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import type { StreamMaker } from '../../../src/venues/kinds/venue-kind.ts';
import { VENUE_KINDS, type VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { MarketRules } from '../../../src/venues/market/market-rules.ts';
import { SEC1 } from '../coinbase/keys.ts';
import { must, NEW_YEAR } from '../venue/fixtures.ts';
import { aDrivenFeed } from './driven-feed.ts';

export const MARKETS: Readonly<Record<VenueKindName, string>> = {
  binance: 'BTCUSDT',
  'binance-usdm': 'BTCUSDT',
  kraken: 'BTC/USD',
  coinbase: 'BTC-USD',
};
/** Levels a side that are compared: less than any venue tells of. */
const COMPARED = 50;
/** Whatever is on its way arrives within this. */
const QUIET_MS = 400;

export interface FeedWorldOptions {
  readonly kind: VenueKindName;
  readonly feeds?: 1 | 2;
  readonly onWay?: (line: number, frame: Uint8Array) => Uint8Array | null;
}

/**
 * A feed on the server of a venue of any kind, opened as a desk opens it, on virtual time: its one
 * market moves while `isMoving`, and every book can be held against the server's own state.
 */
export function aFeedOnVenue<F extends VenueFacade = VenueFacade>(options: FeedWorldOptions) {
  const { kind, feeds = 1, onWay } = options;
  const time = virtualTime(NEW_YEAR);
  const { clock, timers } = time;
  const front: FrontKind = FRONT_KINDS[kind];
  const symbol = MARKETS[kind];
  const venue = must(
    openVenueAs(front.facade, {
      ...{ clock, timers, random: rngOf(1), accounts: [], records: null, adminToken: null },
      markets: front.markets.filter((market) => market.symbol === symbol),
      flows: {},
      open: front.open,
    }),
  );
  const facade = venue.facade as unknown as F;
  const market = venue.exchange.markets.get(symbol) as MarketState;
  const flow = new MarketFlow({
    exchange: venue.exchange,
    market,
    profile: front.flows[symbol] as NonNullable<FrontKind['flows'][string]>,
    ...{ random: rngOf(7), clock, timers },
  });
  const net = loopbackNet({
    venues: new Map([['venue', venue]]),
    ...{ clock, timers, random: rngOf(3), latency: DEFAULT_LATENCY },
  });
  const run = (ms: number): void => time.runUntil(clock.now() + ms);
  const makers = streamsOf(kind, symbol, net, run);
  const quotes: QuoteMessage[] = [];
  const trades: TradePrinted[] = [];
  const [first, ...rest] = makers.map(({ open }, at) =>
    aDrivenFeed({
      ...{ clock, timers, net, random: rngOf(4 + at), stream: open, feeds },
      ...(onWay === undefined || at > 0 ? {} : { onWay }),
      onQuote: (message) => void quotes.push(message),
      onTrade: (trade) => void trades.push(trade),
    }),
  );
  const books = first as ReturnType<typeof aDrivenFeed>;
  const isLive = (): boolean => books.feed.stream.views.every(({ isLive }) => isLive);
  const move = (isMoving: boolean): void => (isMoving ? flow.start() : flow.stop());
  move(true);
  return {
    ...{ time, venue, facade, market, symbol, quotes, trades, books, rest, makers, net },
    ...{ run, isLive, move },
    /** Runs until it holds. @returns how long that took in ms; `mostMs` when it does not */
    until(holds: () => boolean, mostMs: number): number {
      const startMs = clock.now();
      while (!holds() && clock.now() - startMs < mostMs) run(10);
      return clock.now() - startMs;
    },
    /** Whether the live book is the server's own, once nothing is on its way any more. */
    isRight(): boolean {
      move(false);
      run(QUIET_MS);
      const book = books.feed.stream.views[0]?.book;
      const isSame = (ladder: Ladder | undefined, side: 'buy' | 'sell'): boolean => {
        const levels = market.depth(side, COMPARED);
        return levels.every(({ ticks, lots }, at) => {
          return ladder?.ticksAt(at) === ticks && ladder.lotsAt(at) === lots;
        });
      };
      const isRight = isLive() && isSame(book?.bids, 'buy') && isSame(book?.asks, 'sell');
      move(true);
      return isRight;
    },
    /** What an inspector sees of the lines. */
    lines: () => books.feed.summary()['lines'] as readonly Readonly<Record<string, unknown>>[],
    handovers: () => books.feed.summary()['handovers'] as number,
  };
}

function streamsOf(
  kind: VenueKindName,
  symbol: string,
  net: ReturnType<typeof loopbackNet>,
  run: (ms: number) => void,
): readonly StreamMaker[] {
  const account = { apiKey: 'key', secret: SEC1 };
  const access = {
    restUrl: 'http://venue',
    streamUrl: 'ws://venue',
    sessionUrl: 'ws://venue',
    account,
  };
  const settings = {
    ...{ name: kind, symbols: [symbol] },
    ...{ receiveWindowMs: 5_000, requestTimeoutMs: 5_000 },
  };
  const { request, decode } = VENUE_KINDS[kind].instruments(access, settings, 0);
  let rules: ReturnType<typeof decode> | null = null;
  net.http(request, (outcome: Result<HttpReply, never> | Parameters<typeof decode>[0]) => {
    rules = decode(outcome);
  });
  run(1_000);
  if (rules === null) throw new Error(`${kind} answers no question for its rules`);
  const instruments = must(rules as ReturnType<typeof decode>);
  const asked = VENUE_KINDS[kind].rules?.(access, instruments);
  const opened = {
    ...{ access, settings, instruments },
    rules: asked === undefined ? undefined : new MarketRules(instruments, asked),
  };
  return VENUE_KINDS[kind].streams(opened, { trades: true, options: false });
}
