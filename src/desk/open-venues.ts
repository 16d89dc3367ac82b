import type { Config } from '../config/schema.ts';
import { VENUES_MAX } from '../control/gate.ts';
import type { Net } from '../core/env.ts';
import type { Instrument } from '../core/instrument.ts';
import { assert, err, ok, type Result } from '../core/result.ts';
import type { Contract } from '../market/aggregation/market-track.ts';
import type { TradeHistory } from '../venues/history/trade-history.ts';
import type { InstrumentQuery, StreamMaker, VenueAccess } from '../venues/kinds/venue-kind.ts';
import { VENUE_KINDS } from '../venues/kinds/venue-kinds.ts';
import type { Venue } from '../venues/port.ts';

/** Where each venue of a desk is reached, by its name. */
export type Accesses = ReadonlyMap<string, VenueAccess>;

/** A venue of the desk, with what brings its market data. */
export interface DeskVenue extends Venue {
  readonly streams: readonly StreamMaker[];
  readonly requestTimeoutMs: number;
  readonly hasDeadMan: boolean;
  /** Trades that were missed. */
  readonly history: TradeHistory;
  /** What is traded there. */
  readonly contract: Contract;
}

export interface OpenedVenues {
  readonly venues: readonly DeskVenue[];
  /** Of all venues, in their order; an instrument's index is its place. */
  readonly instruments: readonly Instrument[];
}

/** Asks every venue for the rules of its markets, one after the other, and makes its adapters. */
export async function openVenues(
  net: Net,
  config: Config,
  accesses: Accesses,
): Promise<Result<OpenedVenues, string>> {
  const venues: DeskVenue[] = [];
  const instruments: Instrument[] = [];
  assert(config.venues.length <= VENUES_MAX, 'the gate has a word for each venue');
  for (const [index, settings] of config.venues.entries()) {
    const { name } = settings;
    const access = accesses.get(name);
    if (access === undefined) return err(`${name}: nothing says where it is reached`);
    const kind = VENUE_KINDS[settings.kind];
    const rules = await ask(net, kind.instruments(access, settings, instruments.length));
    if (!rules.ok) return rules;
    const opened = { access, settings, instruments: rules.value };
    venues.push({
      name,
      index,
      ...kind.trading(opened),
      streams: kind.streams(opened, { trades: true }),
      requestTimeoutMs: settings.requestTimeoutMs,
      hasDeadMan: kind.capabilities.hasDeadMan,
      contract: kind.contract,
      history: kind.history(opened),
    });
    instruments.push(...rules.value);
  }
  return ok({ venues, instruments });
}

function ask(
  net: Net,
  { request, decode }: InstrumentQuery,
): Promise<Result<readonly Instrument[], string>> {
  return new Promise((resolve) => net.http(request, (outcome) => resolve(decode(outcome))));
}
