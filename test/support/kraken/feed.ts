import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import type { QuoteLost, QuoteUpdated } from '../../../src/market/quote.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { KrakenStream } from '../../../src/venues/kraken/stream.ts';
import { MarketFeed } from '../../../src/venues/market/market-feed.ts';
import { manualEnv } from '../manual-env.ts';
import { aKraken } from './venue.ts';

const WATCH_MS = 250;
const SYMBOL = 'BTC/USD';
/** Levels that are compared. */
const DEPTH = 10;

/** A desk's feed on a Kraken in this process, on manual time: frames take a millisecond. */
export function aKrakenFeed(over: Partial<KrakenVenueOptions> = {}) {
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
  const stream = new KrakenStream({
    url: 'ws://kraken/v2',
    venue: 'kraken',
    instruments: pairs,
    hasTrades: true,
    depth: DEPTH,
  });
  const told = {
    quotes: [] as QuoteUpdated[],
    lost: [] as (QuoteLost & { atMs: number })[],
    trades: [] as TradePrinted[],
    facts: [] as MarketFact[],
    log: [] as string[],
    sent: [] as string[],
    openings: 0,
  };
  let link = { send: (_: string): boolean => false, close: (): void => {} };
  const feed = new MarketFeed(stream, {
    clock: env.clock,
    random: rngOf(3),
    tellQuote(message) {
      if (message.kind === 'quote-updated') told.quotes.push(message);
      else told.lost.push({ ...message, atMs: env.nowMs });
    },
    tellTrade: (message) => void told.trades.push(message),
    tellFact: (message) => void told.facts.push(message),
    send(frame) {
      told.sent.push(frame);
      link.send(frame);
    },
    close: () => link.close(),
    ask: () => {
      throw new Error('books of Kraken come by the socket');
    },
    later: (what, ms) =>
      void env.timers.after(ms, () => (what === 'connect' ? open() : feed.flush())),
    askLater: () => {},
    log: (level, event, data) => void told.log.push(`${level} ${event} ${JSON.stringify(data)}`),
  });
  const open = (): void => {
    told.openings += 1;
    let isHere = true;
    const own = net.webSocket(
      stream.url,
      {
        opened: () => feed.onOpened(),
        message(frame) {
          if (isHere) feed.onFrame(frame, env.clock.mono());
        },
        closed(code, why) {
          if (!isHere) return;
          isHere = false;
          feed.onClosed(`${code} ${why}`);
        },
      },
      SOCKET_LIMITS,
    );
    link = {
      send: (text) => own.send(text),
      close() {
        own.close();
        // The actor does not wait for a dead peer to agree.
        if (isHere) {
          isHere = false;
          feed.onClosed('given up');
        }
      },
    };
  };
  const watch = (): void => {
    if (feed.connection.pulse() === 'dead') link.close();
    env.timers.after(WATCH_MS, watch);
  };
  watch();
  open();
  const crowd = aCrowd(venue.exchange, market, rngOf(4));
  return {
    env,
    venue,
    market,
    stream,
    feed,
    told,
    view: stream.views[0] as KrakenStream['views'][0],
    /** The market moves every 50 ms for so long. */
    async churn(ms: number) {
      for (let passed = 0; passed < ms; passed += 50) {
        crowd();
        await env.advance(50);
      }
    },
    /** Whether the book is live and the venue's own, to the last level of the depth. */
    isRight(): boolean {
      const view = stream.views[0] as KrakenStream['views'][0];
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
function aCrowd(exchange: Exchange, market: MarketState, random: Rng): () => void {
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
