import { amountOf, type Lots, lotsOf, ticksOf } from '../../core/units.ts';
import type { RequestFault } from '../binance/faults.ts';
import type { MarketState } from '../exchange/market-state.ts';
import type { FaultTarget, PresentFault } from './fault.ts';

const NOTHING = (): void => {};
const SKEW_MS = 2_000;
/** In units of the base: more than a book holds, so that a sweep takes all of it. */
const SWEEP = 5;
/** The same: what somebody takes while our orders are being cancelled. */
const PART_MAX = 2;
const FLASH_FRACTION = 0.3;
const FLASH_STEPS = 10;
const FLASH_EVERY_MS = 100;
/** Quotes come back into the price band after ten half-lives of the volatility estimate. */
const UNREST_MS = 300_000;
const DEPOSIT = 12_345_678n;

/** Answers that go wrong, a few times. */
function answers(
  id: string,
  fault: string,
  operation: 'place' | '*',
  faultOf: (target: FaultTarget) => RequestFault,
): PresentFault {
  return {
    id,
    fault,
    family: 'venue',
    lastsMs: 5_000,
    start(target) {
      const { faults } = target.venue.facade;
      const name = operation === '*' ? operation : target.operations[operation];
      faults.planRequests(name, faultOf(target), 1 + target.random.below(5));
      return () => faults.clear();
    },
  };
}

/** The crowd takes one side of the book away. */
function sweep(target: FaultTarget, side: 'buy' | 'sell', quantity: number): void {
  const { exchange } = target.venue;
  const market = exchange.markets.get(target.symbol);
  if (market !== undefined) exchange.crowdTake(market, side, lotsFor(market, quantity), null);
}

function lotsFor({ rules }: MarketState, quantity: number): Lots {
  return lotsOf(Math.max(1, Math.round(quantity / rules.instrument.lotSize)));
}

/**
 * Somebody sells into every bid down to a price that falls step by step to 30 % below the first,
 * offers there whatever anybody wants, and then goes away, while another one buys it all back.
 */
function flash(target: FaultTarget): () => void {
  const { venue, symbol, after } = target;
  const market = venue.exchange.markets.get(symbol);
  const best = market?.best('buy') ?? null;
  if (market === undefined || best === null) return NOTHING;
  const all = lotsFor(market, SWEEP);
  let offered = 0;
  let isOver = false;
  const fall = (step: number): void => {
    if (isOver) return;
    const fallen = 1 - (FLASH_FRACTION * step) / FLASH_STEPS;
    const ticks = ticksOf(Math.round(best.ticks * fallen));
    if (offered !== 0) venue.exchange.crowdCancel(market, offered);
    venue.exchange.crowdTake(market, 'sell', all, ticks);
    offered = venue.exchange.crowdRest(market, 'sell', ticks, all);
    if (step < FLASH_STEPS) after(FLASH_EVERY_MS, () => fall(step + 1));
    else after(FLASH_EVERY_MS, recover);
  };
  const recover = (): void => {
    if (isOver) return;
    isOver = true;
    if (offered !== 0) venue.exchange.crowdCancel(market, offered);
    sweep(target, 'buy', SWEEP);
  };
  target.unsettleMarket(UNREST_MS);
  fall(1);
  return recover;
}

/** Faults of the venue: what it answers, what it forgets, what it tells. */
export const VENUE_FAULTS: readonly PresentFault[] = [
  answers('F14', 'answers with 500, 503, 429, 418, no JSON, or none', '*', ({ random }) => {
    const isExecuted = random.below(2) === 0;
    const statuses = [500, 503, 429, 418];
    const which = random.below(statuses.length + 2);
    const status = statuses[which];
    if (status !== undefined) {
      // Who is told to come back later has not been served: 429 and 418 are definite.
      const isServed = isExecuted && status >= 500;
      const retryAfterSeconds = 1 + random.below(3);
      return { kind: 'status', status, retryAfterSeconds, isExecuted: isServed };
    }
    return { kind: which === statuses.length ? 'garbage' : 'lost', isExecuted };
  }),
  answers('F15', 'an order is taken and the answer is lost', 'place', () => ({
    kind: 'lost',
    isExecuted: true,
  })),
  {
    id: 'F16',
    fault: 'fills come before the answer to the order, and twice',
    family: 'venue',
    lastsMs: 5_000,
    start(target) {
      const { faults } = target.venue.facade;
      faults.planRequests(target.operations.place, { kind: 'slow-reply', delayMs: 500 }, 5);
      target.net.frames.orders.doubled = 1;
      return () => {
        faults.clear();
        target.net.frames.orders.doubled = 0;
      };
    },
  },
  {
    id: 'F17',
    fault: 'orders fill in part while their cancels are on the way',
    family: 'venue',
    lastsMs: 3_000,
    start(target) {
      const { faults } = target.venue.facade;
      faults.planRequests(target.operations.cancel, { kind: 'slow-request', delayMs: 300 }, 5);
      const { random } = target;
      const side = random.below(2) === 0 ? 'buy' : 'sell';
      target.after(100, () => sweep(target, side, random.next() * PART_MAX));
      return () => faults.clear();
    },
  },
  {
    id: 'F18',
    fault: 'the venue restarts: connections end, and our orders have vanished',
    partly: 'orders that have ended at this exchange do not come back to life',
    family: 'venue',
    lastsMs: 2_000,
    start({ venue, net, account, symbol }) {
      net.isRefusing = true;
      venue.facade.goDumb();
      venue.exchange.cancelAll(account, symbol);
      venue.facade.dropAll();
      return () => {
        net.isRefusing = false;
      };
    },
  },
  {
    id: 'F19',
    fault: 'money comes in that nobody told of, or the balances have a minus',
    partly:
      'no change of precision: the rules of this market are fixed while it runs; those of Kraken ' +
      'and Coinbase change in their fault matrices',
    family: 'venue',
    lastsMs: 4_000,
    start({ venue, net, account, symbol, random }) {
      if (random.below(2) === 0) {
        net.isBalanceFalse = true;
        return () => {
          net.isBalanceFalse = false;
        };
      }
      const quote = venue.exchange.markets.get(symbol)?.rules.instrument.quote;
      if (quote !== undefined) venue.exchange.transfer(account, quote, amountOf(DEPOSIT));
      return NOTHING;
    },
  },
  {
    id: 'F20',
    fault: "the venue's clock is two seconds off",
    partly:
      'no nonce is refused: this venue has time stamps instead; the server of Kraken refuses ' +
      'some in test/simulation/kraken',
    family: 'venue',
    lastsMs: 20_000,
    start({ venueClock, random }) {
      venueClock.aheadMs = random.below(2) === 0 ? SKEW_MS : -SKEW_MS;
      return () => {
        venueClock.aheadMs = 0;
      };
    },
  },
  {
    id: 'F42',
    fault: 'the key is refused while connected',
    partly: 'no key is rotated: the desk would have to read another one',
    family: 'venue',
    lastsMs: 5_000,
    start({ net }) {
      net.isKeyRefused = true;
      return () => {
        net.isKeyRefused = false;
      };
    },
  },
  {
    id: 'F44',
    fault: 'the price falls by 30 % within a second and comes back; prices of 0, below 0 and NaN',
    family: 'venue',
    lastsMs: 2 * FLASH_STEPS * FLASH_EVERY_MS,
    start(target) {
      const { net, random } = target;
      if (random.below(2) === 0) {
        const line = random.below(4) === 0 ? 'orders' : 'market';
        net.frames[line].priced = 0.2;
        return () => {
          net.frames[line].priced = 0;
        };
      }
      return flash(target);
    },
  },
];
