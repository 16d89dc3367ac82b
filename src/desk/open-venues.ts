import type { Config } from '../config/schema.ts';
import { VENUES_MAX } from '../control/gate.ts';
import type { Env, Net } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import { assert, err, ok, type Result } from '../core/result.ts';
import type { Contract } from '../market/aggregation/market-track.ts';
import type { ExchangeAccess, ExchangeId } from '../venues/ccxt/exchange-class.ts';
import type { CandleHistory } from '../venues/history/candle-history.ts';
import type { TradeHistory } from '../venues/history/trade-history.ts';
import {
  accountOf,
  type InstrumentQuery,
  type OpenedVenue,
  type StreamMaker,
  type VenueAccess,
} from '../venues/kinds/venue-kind.ts';
import { VENUE_KINDS } from '../venues/kinds/venue-kinds.ts';
import { MarketRules } from '../venues/market/market-rules.ts';
import type { Venue } from '../venues/port.ts';
import { KeyTurns } from '../venues/session/key-turns.ts';
import { quietNet } from '../venues/session/quiet-net.ts';
import { newQuiet, type VenueQuiet } from '../venues/session/quiet-time.ts';

/** Where each venue of a desk is reached, by its name. */
export type Accesses = ReadonlyMap<string, VenueAccess>;

/** A venue of the desk, with what brings its market data. */
export interface DeskVenue extends Venue {
  readonly streams: readonly StreamMaker[];
  /** Connections of each stream at the same time. */
  readonly feeds: 1 | 2;
  readonly requestTimeoutMs: number;
  readonly hasDeadMan: boolean;
  readonly turns: KeyTurns;
  /** How ccxt reaches the account. */
  readonly reference: Omit<ExchangeAccess, 'timeoutMs'>;
  /** Trades that were missed. */
  readonly history: TradeHistory;
  /** What was traded in the minutes before. */
  readonly candles: CandleHistory;
  /** How long it wants to be left alone. */
  readonly quiet: VenueQuiet;
  /** What is traded there. */
  readonly contract: Contract;
}

export interface OpenedVenues {
  readonly venues: readonly DeskVenue[];
  /** Of all venues, in their order; an instrument's index is its place. */
  readonly instruments: readonly Instrument[];
}

/** What a follower of markets has of each venue. */
export interface OpenedMarkets {
  readonly venues: readonly (Pick<DeskVenue, 'name' | 'streams' | 'feeds' | 'quiet'> & {
    readonly opened: OpenedVenue & { readonly settings: Config['venues'][number] };
  })[];
  readonly instruments: readonly Instrument[];
}

/**
 * Asks every venue for the rules of its markets, one after the other, and makes its adapters. One
 * that wants to be left alone is not asked, and there is no desk without it: a process that is
 * started again every other second would make its ban longer each time.
 *
 * @param quietOf what is known of a venue's wish, from earlier processes too
 */
export async function openVenues(
  env: Pick<Env, 'net' | 'clock' | 'timers'>,
  config: Config,
  accesses: Accesses,
  quietOf: (venue: string) => VenueQuiet = () => newQuiet(env.clock),
): Promise<Result<OpenedVenues, string>> {
  assert(config.venues.length <= VENUES_MAX, 'the gate has a word for each venue');
  const markets = await openMarkets(env, config, accesses, quietOf);
  if (!markets.ok) return markets;
  const venues = markets.value.venues.map(({ opened, ...market }, index): DeskVenue => {
    const kind = VENUE_KINDS[opened.settings.kind];
    return {
      ...market,
      index,
      ...kind.trading(opened),
      rules: opened.rules,
      turns: new KeyTurns(),
      reference: referenceOf(kind.exchange, opened.access),
      requestTimeoutMs: opened.settings.requestTimeoutMs,
      hasDeadMan: kind.capabilities.hasDeadMan,
      contract: kind.contract,
      history: kind.history(opened),
      candles: kind.candles(opened),
    };
  });
  return ok({ venues, instruments: markets.value.instruments });
}

/** The same for who only reads: no account is needed, and nothing that is made can trade. */
export async function openMarkets(
  env: Pick<Env, 'net' | 'clock' | 'timers'>,
  config: Config,
  accesses: Accesses,
  quietOf: (venue: string) => VenueQuiet = () => newQuiet(env.clock),
): Promise<Result<OpenedMarkets, string>> {
  const venues: OpenedMarkets['venues'][number][] = [];
  const instruments: Instrument[] = [];
  for (const settings of config.venues) {
    const { name } = settings;
    const access = accesses.get(name);
    if (access === undefined) return err(`${name}: nothing says where it is reached`);
    if (settings.depth === 'l3' && access.account === null) {
      return err(`${name}.depth: found l3, wanted l2 where nobody has an account to ask with`);
    }
    const kind = VENUE_KINDS[settings.kind];
    const quiet = quietOf(name);
    const net = quietNet(env, quiet);
    const rules = await ask(net, kind.instruments(access, settings, instruments.length));
    const { leftMs } = quiet.questions;
    if (leftMs > 0) return err(`${name}: wants no requests for ${leftMs} ms more (418 or 429)`);
    if (!rules.ok) return rules;
    const question = kind.rules?.(access, rules.value);
    const opened = {
      ...{ access, settings, instruments: rules.value },
      rules: question === undefined ? undefined : new MarketRules(rules.value, question),
    };
    const streams = kind.streams(opened, {
      trades: true,
      options: config.facts?.everySeconds['option-flow'] !== undefined,
    });
    venues.push({ name, streams, feeds: settings.feeds ?? 1, quiet, opened });
    instruments.push(...rules.value);
  }
  return ok({ venues, instruments });
}

function referenceOf(exchange: ExchangeId, access: VenueAccess) {
  const { restUrl } = access;
  const { apiKey, secret } = accountOf(access);
  return {
    ...{ exchange, apiKey, secret },
    // The real ones are reached under ccxt's own addresses.
    ...(restUrl.startsWith('http://') && { host: new URL(restUrl).host }),
  };
}

function ask(
  net: Net,
  { request, decode }: InstrumentQuery,
): Promise<Result<readonly Instrument[], string>> {
  return new Promise((resolve) => net.http(request, (outcome) => resolve(decode(outcome))));
}

/** Venues where an account holds positions, and no base changes hands. */
export function marginedOf(
  venues: readonly Pick<DeskVenue, 'name' | 'contract'>[],
): ReadonlySet<string> {
  return new Set(venues.flatMap(({ name, contract }) => (contract === 'spot' ? [] : [name])));
}
