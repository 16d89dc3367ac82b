import { parseBigDecimal } from '../../core/decimal.ts';
import type { Clock, Timers } from '../../core/env.ts';
import type { RulesFault } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { AMOUNT_DECIMALS, amountOf, NO_AMOUNT } from '../../core/units.ts';
import {
  BinanceFacade,
  type Session,
  type VenueEdge,
  type VenueReply,
  type VenueRequest,
} from '../binance/facade.ts';
import { DEFAULT_LIMITS, type LimitOptions } from '../binance/limits.ts';
import type { ApiKey, Right } from '../binance/signing.ts';
import type { SocketPeer } from '../binance/streams/line.ts';
import { DEFAULT_RETENTION, type Retention } from '../exchange/clearing.ts';
import { type Exchange, openExchange } from '../exchange/exchange.ts';
import { DEFAULT_FEES, type FeeSchedule, scheduleFault } from '../exchange/fees.ts';
import {
  compileMarket,
  DEFAULT_MARKETS,
  type MarketOptions,
  type MarketRules,
} from '../exchange/market-rules.ts';
import type { RecordFault, RecordStore } from '../exchange/records.ts';
import { DEFAULT_FLOWS, type FlowProfile, profileFault } from '../flow/flow-profile.ts';
import { MarketFlow } from '../flow/market-flow.ts';
import { Admin } from './admin.ts';

export interface AccountOptions {
  readonly name: string;
  readonly keys: readonly {
    readonly apiKey: string;
    readonly secret: string;
    readonly right: Right;
  }[];
  /** What a new account begins with, decimal texts by asset. */
  readonly opening: Readonly<Record<string, string>>;
}

export interface VenueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Another stream of numbers, another market. */
  readonly random: Rng;
  readonly accounts: readonly AccountOptions[];
  /** Where the venue keeps what outlives its process; null for nowhere. */
  readonly records: RecordStore | null;
  /** Null: there is nothing for an administrator. */
  readonly adminToken: string | null;
  readonly markets?: readonly MarketOptions[];
  /** Generated markets by symbol; a market without one has an empty book until somebody quotes. */
  readonly flows?: Readonly<Record<string, FlowProfile>>;
  readonly fees?: FeeSchedule;
  readonly limits?: LimitOptions;
  readonly retention?: Retention;
}

export interface OptionFault {
  readonly kind: 'venue-option';
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

export type VenueFault = RulesFault | RecordFault | OptionFault;

/** Opens a venue with what an earlier process left. Nothing moves before `start`. */
export function openVenue(options: VenueOptions): Result<Venue, VenueFault> {
  const markets = [];
  for (const [index, market] of (options.markets ?? DEFAULT_MARKETS).entries()) {
    const compiled = compileMarket(market, 'simulated', index);
    if (!compiled.ok) return compiled;
    markets.push(compiled.value);
  }
  const wrong = optionFault(options, markets);
  if (wrong !== null) return err(wrong);
  const { clock, records } = options;
  const fees = options.fees ?? DEFAULT_FEES;
  const retention = options.retention ?? DEFAULT_RETENTION;
  const exchange = openExchange({ markets, fees, retention, records, clock });
  if (!exchange.ok) return exchange;
  for (const account of options.accounts) openAccount(exchange.value, account);
  return ok(new Venue(exchange.value, options));
}

/** An exchange, the market that moves it, and the protocol that it speaks. */
export class Venue implements VenueEdge {
  readonly exchange: Exchange;
  readonly facade: BinanceFacade;
  readonly #admin: Admin | null;
  readonly #flows: readonly MarketFlow[];

  constructor(exchange: Exchange, options: VenueOptions) {
    const { clock, timers, random, accounts, adminToken } = options;
    this.exchange = exchange;
    const keys: ApiKey[] = accounts.flatMap(({ name, keys: own }) =>
      own.map((key) => ({ ...key, account: name })),
    );
    const limits = options.limits ?? DEFAULT_LIMITS;
    const ids = random.fork('client ids');
    this.facade = new BinanceFacade({ exchange, keys, limits, clock, timers, random: ids });
    this.#admin = adminToken === null ? null : new Admin(this.facade, exchange, adminToken);
    const profiles = options.flows ?? DEFAULT_FLOWS;
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
    const answered = this.#admin?.handle(request) ?? null;
    if (answered !== null) done(answered);
    else this.facade.handleHttp(request, done);
  }

  connect(peer: SocketPeer, path: string, query: string): Session | null {
    return this.facade.connect(peer, path, query);
  }
}

/** The first option that makes no sense, with what would. */
function optionFault(options: VenueOptions, markets: readonly MarketRules[]): OptionFault | null {
  const fees = scheduleFault(options.fees ?? DEFAULT_FEES);
  if (fees !== null) return { kind: 'venue-option', ...fees, field: `fees.${fees.field}` };
  const flows = options.flows ?? DEFAULT_FLOWS;
  for (const { instrument } of markets) {
    const profile = flows[instrument.symbol];
    const fault = profile === undefined ? null : profileFault(profile, instrument);
    if (fault === null) continue;
    return { kind: 'venue-option', ...fault, field: `flows.${instrument.symbol}.${fault.field}` };
  }
  for (const { name, opening } of options.accounts) {
    for (const [asset, found] of Object.entries(opening)) {
      if ((parseBigDecimal(found, AMOUNT_DECIMALS) ?? -1n) >= 0n) continue;
      const wanted = 'a decimal of at most 8 places, not below 0';
      return { kind: 'venue-option', field: `accounts.${name}.opening.${asset}`, found, wanted };
    }
  }
  return null;
}

/** A new account gets its opening balances; one that is known keeps what it has. */
function openAccount(exchange: Exchange, { name, opening }: AccountOptions): void {
  if (exchange.account(name) !== null) return;
  exchange.openAccount(name);
  for (const [asset, found] of Object.entries(opening)) {
    exchange.transfer(name, asset, amountOf(parseBigDecimal(found, AMOUNT_DECIMALS) ?? NO_AMOUNT));
  }
}
