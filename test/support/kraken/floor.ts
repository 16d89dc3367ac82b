import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { QuoteLost, QuoteUpdated } from '../../../src/market/quote.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { KrakenVenueOptions } from '../../../src/simulation/kraken/venue.ts';
import { loopbackNet } from '../../../src/simulation/server/loopback-net.ts';
import { manualEnv } from '../manual-env.ts';
import { aKraken } from './venue.ts';

/** A Kraken in this process on manual time, a millisecond away, and what its book is watched by. */
export function aKrakenFloor(over: Partial<KrakenVenueOptions> = {}) {
  const env = manualEnv();
  const { clock, timers } = env;
  const { venue, pairs } = aKraken({ clock, timers, ...over });
  const market = venue.exchange.markets.get('BTC/USD') as MarketState;
  const net = loopbackNet({
    ...{ venues: new Map([['kraken', venue]]), clock, timers },
    random: rngOf(2),
    latency: { fixedMs: 1, jitterMs: 0 },
  });
  const quotes: QuoteUpdated[] = [];
  const lost: (QuoteLost & { atMs: number })[] = [];
  const crowd = aCrowd(venue.exchange, market, rngOf(4));
  return {
    ...{ env, venue, pairs, market, net, quotes, lost },
    onQuote(message: QuoteUpdated | QuoteLost): void {
      if (message.kind === 'quote-updated') quotes.push(message);
      else lost.push({ ...message, atMs: env.nowMs });
    },
    /** The market moves every 50 ms for so long. */
    async churn(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 50) {
        crowd();
        await env.advance(50);
      }
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
