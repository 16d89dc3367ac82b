import type { Clock, HandshakeStatus, Timers } from '../../core/env.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { Session, VenueEdge, VenueReply, VenueRequest } from '../binance/facade.ts';
import { FaultPlan } from '../binance/faults.ts';
import { FuturesFacade } from '../binance/futures/facade.ts';
import type { LimitOptions } from '../binance/limits.ts';
import type { SocketPeer } from '../binance/streams/line.ts';
import { DEFAULT_RETENTION } from '../exchange/clearing.ts';
import { DEFAULT_FEES, type FeeSchedule } from '../exchange/fees.ts';
import { compileMarket, type MarketOptions } from '../exchange/market-rules.ts';
import type { RecordStore } from '../exchange/records.ts';
import { DEFAULT_FLOWS, type FlowProfile } from '../flow/flow-profile.ts';
import { MarketFlow } from '../flow/market-flow.ts';
import { FUNDING_PERIOD_MS, PerpetualClock } from '../perpetuals/perpetual-clock.ts';
import { openPerpetuals, type PerpetualExchange } from '../perpetuals/perpetual-exchange.ts';
import { type AccountOptions, keysOf, openAccounts } from './accounts.ts';
import { DEFAULT_PERPETUALS } from './usdm-front.ts';
import type { VenueFault } from './venue.ts';

/** USD-M: weight a minute, and orders in ten seconds and a minute (here: a day's worth of them). */
export const FUTURES_LIMITS: LimitOptions = {
  weightPerMinute: 2_400,
  ordersPerTenSeconds: 300,
  ordersPerDay: 1_728_000,
};

export interface FuturesVenueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  readonly accounts: readonly AccountOptions[];
  readonly records: RecordStore | null;
  readonly markets?: readonly MarketOptions[];
  readonly flows?: Readonly<Record<string, FlowProfile>>;
  readonly fees?: FeeSchedule;
  readonly limits?: LimitOptions;
  /** Time between two payments of funding. */
  readonly fundingPeriodMs?: number;
}

/** Opens a futures venue with what an earlier process left. Nothing moves before `start`. */
export function openFuturesVenue(options: FuturesVenueOptions): Result<FuturesVenue, VenueFault> {
  const markets = [];
  for (const [index, market] of (options.markets ?? DEFAULT_PERPETUALS).entries()) {
    const compiled = compileMarket(market, 'simulated-usdm', index);
    if (!compiled.ok) return compiled;
    markets.push(compiled.value);
  }
  const { clock, records } = options;
  const fees = options.fees ?? DEFAULT_FEES;
  const exchange = openPerpetuals({ markets, fees, retention: DEFAULT_RETENTION, records, clock });
  if (!exchange.ok) return exchange;
  openAccounts(exchange.value, options.accounts);
  return ok(new FuturesVenue(exchange.value, options));
}

/** A perpetuals exchange, the market that moves it, its clock, and the protocol that it speaks. */
export class FuturesVenue implements VenueEdge {
  readonly exchange: PerpetualExchange;
  readonly facade: FuturesFacade;
  readonly due: PerpetualClock;
  readonly flows: readonly MarketFlow[];

  constructor(exchange: PerpetualExchange, options: FuturesVenueOptions) {
    const { clock, timers, random } = options;
    this.exchange = exchange;
    const periodMs = options.fundingPeriodMs ?? FUNDING_PERIOD_MS;
    this.due = new PerpetualClock(exchange, { clock, timers, periodMs });
    this.facade = new FuturesFacade({
      exchange,
      due: this.due,
      faults: new FaultPlan(),
      keys: keysOf(options.accounts),
      limits: options.limits ?? FUTURES_LIMITS,
      clock,
      timers,
      random: random.fork('client ids'),
    });
    const profiles = options.flows ?? DEFAULT_FLOWS;
    this.flows = [...exchange.markets].flatMap(([symbol, market]) => {
      const profile = profiles[symbol];
      if (profile === undefined) return [];
      const chance = random.fork(symbol);
      return [new MarketFlow({ exchange, market, profile, random: chance, clock, timers })];
    });
  }

  start(): void {
    for (const flow of this.flows) flow.start();
    this.due.start();
  }

  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    this.facade.handleHttp(request, done);
  }

  get refusal(): HandshakeStatus | null {
    return this.facade.refusal;
  }

  connect(peer: SocketPeer, path: string, query: string): Session | null {
    return this.facade.connect(peer, path, query);
  }

  /** Ends connections, and leaves the state behind. */
  stop(): void {
    for (const flow of this.flows) flow.stop();
    this.due.stop();
    this.facade.close();
    this.exchange.close();
  }
}
