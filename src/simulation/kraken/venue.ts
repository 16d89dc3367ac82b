import type { Clock, Timers } from '../../core/env.ts';
import type { RulesFault } from '../../core/instrument.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { amountOf } from '../../core/units.ts';
import type { Session, VenueEdge, VenueReply, VenueRequest } from '../binance/facade.ts';
import { FaultPlan } from '../binance/faults.ts';
import type { SocketPeer } from '../binance/streams/line.ts';
import { DEFAULT_RETENTION, type Retention } from '../exchange/clearing.ts';
import { type Exchange, openExchange } from '../exchange/exchange.ts';
import type { FeeSchedule } from '../exchange/fees.ts';
import {
  compileMarket,
  type MarketOptions,
  type NativeRules,
  OPEN_ORDERS_MAX,
} from '../exchange/market-rules.ts';
import type { RecordFault, RecordStore } from '../exchange/records.ts';
import type { FlowProfile } from '../flow/flow-profile.ts';
import { MarketFlow } from '../flow/market-flow.ts';
import { type AccountOptions, keysOf, openAccounts } from '../server/accounts.ts';
import { KrakenFacade } from './facade.ts';
import { type CallLimits, DEFAULT_CALLS } from './keys.ts';
import type { Tier } from './orders/rate-counter.ts';

/**
 * What a pair takes of orders that wait or hide. The venue counts them with all others, and names
 * no bounds of a trail; a stop that the price has passed already is executed at once.
 *
 * @see Kraken, "Iceberg orders", "Stop loss orders"
 */
const NATIVE: NativeRules = {
  algoOrdersMax: OPEN_ORDERS_MAX,
  icebergPartsMax: 15,
  trailBipsMin: 1,
  trailBipsMax: 9_999,
  wakesAtOnce: true,
};

/** The markets of a venue that is told nothing else. */
export const KRAKEN_MARKETS: readonly MarketOptions[] = [
  {
    symbol: 'BTC/USD',
    base: 'BTC',
    quote: 'USD',
    tick: '0.1',
    lot: '0.00000001',
    priceMax: '1000000.0',
    quantityMax: '9000',
    marketQuantityMax: '120',
    notionalMin: '0.5',
    notionalMax: '9000000',
    native: NATIVE,
  },
  {
    symbol: 'ETH/USD',
    base: 'ETH',
    quote: 'USD',
    tick: '0.01',
    lot: '0.00000001',
    priceMax: '1000000.00',
    quantityMax: '9000',
    marketQuantityMax: '3000',
    notionalMin: '0.5',
    notionalMax: '9000000',
    native: NATIVE,
  },
];

export const KRAKEN_FLOWS: Readonly<Record<string, FlowProfile>> = {
  'BTC/USD': {
    priceStart: '60000.0',
    eventsPerSecond: 40,
    halfSpreadBps: 2,
    volatilityAnnual: 0.5,
    quantityMedian: 0.02,
  },
  'ETH/USD': {
    priceStart: '2600.00',
    eventsPerSecond: 30,
    halfSpreadBps: 2.4,
    volatilityAnnual: 0.65,
    quantityMedian: 0.4,
  },
};

/**
 * Fees of a beginner, 25 and 40 bps, paid in quote currency: orders prefer it, and an account that
 * lacks it pays in what it receives.
 */
export const KRAKEN_FEES: FeeSchedule = {
  makerPpm: 2_500,
  takerPpm: 4_000,
  discount: {
    asset: 'USD',
    keptPpm: 1_000_000,
    prices: new Map([['USD', amountOf(100_000_000n)]]),
  },
};

export interface KrakenVenueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Another stream of numbers, another run. */
  readonly random: Rng;
  /** Secrets of keys are base64. */
  readonly accounts: readonly AccountOptions[];
  /** Where the venue keeps what outlives its process; null for nowhere. */
  readonly records: RecordStore | null;
  readonly markets?: readonly MarketOptions[];
  /** Generated markets by symbol; a market without one has an empty book until somebody quotes. */
  readonly flows?: Readonly<Record<string, FlowProfile>>;
  readonly fees?: FeeSchedule;
  readonly calls?: CallLimits;
  readonly tier?: Tier;
  readonly retention?: Retention;
}

/** Opens a Kraken with what an earlier process left. Nothing moves before `start`. */
export function openKrakenVenue(
  options: KrakenVenueOptions,
): Result<KrakenVenue, RulesFault | RecordFault> {
  const markets = [];
  for (const [index, market] of (options.markets ?? KRAKEN_MARKETS).entries()) {
    const compiled = compileMarket(market, 'kraken', index);
    if (!compiled.ok) return compiled;
    markets.push(compiled.value);
  }
  const { clock, records } = options;
  const fees = options.fees ?? KRAKEN_FEES;
  const retention = options.retention ?? DEFAULT_RETENTION;
  const exchange = openExchange({ markets, fees, retention, records, clock });
  if (!exchange.ok) return exchange;
  openAccounts(exchange.value, options.accounts);
  return ok(new KrakenVenue(exchange.value, options));
}

/** An exchange, the market that moves it, and the protocol that it speaks. */
export class KrakenVenue implements VenueEdge {
  readonly exchange: Exchange;
  readonly facade: KrakenFacade;
  readonly #flows: readonly MarketFlow[];

  constructor(exchange: Exchange, options: KrakenVenueOptions) {
    const { clock, timers, random, accounts } = options;
    this.exchange = exchange;
    this.facade = new KrakenFacade({
      exchange,
      faults: new FaultPlan(),
      keys: keysOf(accounts),
      calls: options.calls ?? DEFAULT_CALLS,
      tier: options.tier ?? 'starter',
      clock,
      timers,
      random: random.fork('tokens'),
    });
    const profiles = options.flows ?? KRAKEN_FLOWS;
    this.#flows = [...exchange.markets].flatMap(([symbol, market]) => {
      const profile = profiles[symbol];
      if (profile === undefined) return [];
      const chance = random.fork(symbol);
      return [new MarketFlow({ exchange, market, profile, random: chance, clock, timers })];
    });
  }

  start(): void {
    for (const flow of this.#flows) flow.start();
  }

  /** Ends connections, and leaves the state behind. */
  stop(): void {
    for (const flow of this.#flows) flow.stop();
    this.facade.close();
    this.exchange.close();
  }

  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    this.facade.handleHttp(request, done);
  }

  connect(peer: SocketPeer, path: string): Session | null {
    return this.facade.connect(peer, path);
  }
}
