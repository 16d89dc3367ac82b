import type { RulesFault } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { BinanceFacade } from '../binance/facade.ts';
import { DEFAULT_RETENTION } from '../exchange/clearing.ts';
import { type Exchange, openExchange } from '../exchange/exchange.ts';
import { DEFAULT_FEES } from '../exchange/fees.ts';
import {
  compileMarket,
  DEFAULT_MARKETS,
  type MarketOptions,
  type MarketRules,
} from '../exchange/market-rules.ts';
import type { RecordFault } from '../exchange/records.ts';
import type { CrowdPrice } from '../flow/fair-price.ts';
import { DEFAULT_FLOWS, type FlowProfile, profileFault } from '../flow/flow-profile.ts';
import { MarketFlow } from '../flow/market-flow.ts';
import type { MarketShock } from '../flow/market-shock.ts';
import { accountsFault, type OptionFault, openAccounts } from './accounts.ts';
import { binanceFront } from './binance-front.ts';
import type { FacadeMaker, VenueFacade } from './venue-facade.ts';
import { type FrontOptions, VenueFront } from './venue-front.ts';

export interface VenueOptions extends FrontOptions {
  readonly markets?: readonly MarketOptions[];
  /** Generated markets by symbol; a market without one has an empty book until somebody quotes. */
  readonly flows?: Readonly<Record<string, FlowProfile>>;
  /**
   * Prices that markets of other venues lead, by base asset; a market that finds its asset follows,
   * one that does not leads from then on. Left out where a venue stands alone.
   */
  readonly leaders?: Map<string, CrowdPrice>;
  /** The exchange behind it; left out: spot. */
  readonly open?: typeof openExchange;
}

export type VenueFault = RulesFault | RecordFault | OptionFault;

/** Opens a venue of Binance's kind with what an earlier process left; see `openVenueAs`. */
export function openVenue(options: VenueOptions): Result<Venue, VenueFault> {
  return openVenueAs(binanceFront, options);
}

/** Opens a venue with what an earlier process left. Nothing moves before `start`. */
export function openVenueAs<F extends VenueFacade>(
  facade: FacadeMaker<F>,
  options: VenueOptions,
): Result<Venue<F>, VenueFault> {
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
  const exchange = (options.open ?? openExchange)({ markets, fees, retention, records, clock });
  if (!exchange.ok) return exchange;
  openAccounts(exchange.value, options.accounts);
  return ok(new Venue(exchange.value, facade, options));
}

/** An exchange, the market that moves it, and the protocol that it speaks. */
export class Venue<F extends VenueFacade = BinanceFacade> extends VenueFront<F> {
  readonly exchange: Exchange;
  readonly #flows: ReadonlyMap<string, MarketFlow>;

  constructor(exchange: Exchange, facade: FacadeMaker<F>, options: VenueOptions) {
    super(exchange, facade, options);
    const { clock, timers, random } = options;
    this.exchange = exchange;
    const profiles = options.flows ?? DEFAULT_FLOWS;
    const flows = [...exchange.markets].flatMap(([symbol, market]) => {
      const profile = profiles[symbol];
      if (profile === undefined) return [];
      const { base } = market.rules.instrument;
      const leader = options.leaders?.get(base);
      const flow = new MarketFlow({
        exchange,
        market,
        profile,
        ...(leader === undefined ? {} : { leader }),
        random: random.fork(symbol),
        clock,
        timers,
      });
      if (leader === undefined) options.leaders?.set(base, flow.fair);
      return [[symbol, flow] as const];
    });
    this.#flows = new Map(flows);
  }

  start(): void {
    for (const flow of this.#flows.values()) flow.start();
  }

  /** Strikes every market here. */
  strike(shock: MarketShock): void {
    for (const flow of this.#flows.values()) flow.strike(shock);
  }

  /** What the crowd of a market believes that it is worth; null where no crowd is. */
  fairPrice(symbol: string): number | null {
    return this.#flows.get(symbol)?.fair.price ?? null;
  }

  /** Ends connections, and leaves the state behind. */
  stop(): void {
    for (const flow of this.#flows.values()) flow.stop();
    this.facade.close();
    this.exchange.close();
  }
}

/** The first option that makes no sense, with what would. */
function optionFault(options: VenueOptions, markets: readonly MarketRules[]): OptionFault | null {
  const wrong = accountsFault(options);
  if (wrong !== null) return wrong;
  const flows = options.flows ?? DEFAULT_FLOWS;
  for (const { instrument } of markets) {
    const profile = flows[instrument.symbol];
    const fault = profile === undefined ? null : profileFault(profile, instrument);
    if (fault === null) continue;
    return { kind: 'venue-option', ...fault, field: `flows.${instrument.symbol}.${fault.field}` };
  }
  return null;
}
