import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../core/env.ts';
import { baseAmount, type Instrument } from '../../../core/instrument.ts';
import { assert, ok } from '../../../core/result.ts';
import type { Rng } from '../../../core/rng.ts';
import { type Amount, type Lots, millisOf } from '../../../core/units.ts';
import type { BookedAt } from '../../../simulation/invariants/agreement.ts';
import { PerpetualExchange } from '../../../simulation/perpetuals/perpetual-exchange.ts';
import { FRONT_KINDS } from '../../../simulation/server/front-kinds.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';
import type { VenueAccess } from '../../../venues/kinds/venue-kind.ts';
import type { VenueKindName } from '../../../venues/kinds/venue-kinds.ts';
import { accessAt } from '../../run/in-process.ts';
import { type FloorVenue, openFloor } from '../../venue/floor.ts';
import { newAccount, type VenueAccount } from '../../venue/notice.ts';
import { ACCOUNT, type VenueSection } from '../../venue/options.ts';

/** A venue of a world: its exchange and protocol, and how a desk on the host reaches it. */
export interface WorldVenue {
  readonly name: string;
  readonly kind: VenueKindName;
  readonly symbol: string;
  readonly instrument: Instrument;
  readonly front: FloorVenue;
  readonly access: VenueAccess;
  /** With which the guard cancels, and cannot trade. */
  readonly guardKey: { readonly apiKey: string; readonly secret: string };
}

/** Names by which the venues' servers take faults of the two requests of an order. */
export const OPERATIONS: Readonly<
  Record<VenueKindName, { readonly place: string; readonly cancel: string }>
> = {
  binance: { place: 'order.place', cancel: 'order.cancel' },
  'binance-usdm': { place: 'order.place', cancel: 'order.cancel' },
  kraken: { place: 'add_order', cancel: 'cancel_order' },
  coinbase: { place: 'orders.create', cancel: 'orders.cancel' },
};

/** The venues of a configuration, with markets of their own and a wall clock that may be ahead. */
export function openWorldVenues(
  { clock, timers }: VirtualTime,
  venueClock: { readonly aheadMs: number },
  config: Config,
  random: Rng,
): readonly WorldVenue[] {
  const ahead: Clock = {
    now: () => millisOf(clock.now() + venueClock.aheadMs),
    mono: () => clock.mono(),
  };
  const chance = random.fork('keys');
  const entropy = (bytes: number) => Uint8Array.from({ length: bytes }, () => chance.below(256));
  const accounts = new Map(
    config.venues.map((section) => {
      const guardKey = FRONT_KINDS[section.kind].keyFrom(entropy);
      return [section.name, { ...newAccount(section, entropy), guardKey }] as const;
    }),
  );
  const accountOf = ({ name }: VenueSection) => accounts.get(name) as VenueAccount;
  const parts = { clock: ahead, timers, random, accountOf, recordsOf: () => ok(null) };
  const opened = openFloor(config, parts);
  assert(opened.ok, 'the simulated venues open');
  return config.venues.map((section) => {
    const { name, kind, symbols } = section;
    const symbol = symbols[0] as string;
    const front = opened.value.get(name) as FloorVenue;
    const market = front.exchange.markets.get(symbol);
    assert(market !== undefined, 'the venue has the market of the desk');
    const account = accountOf(section);
    assert(account.guardKey !== undefined, 'a key was made for the guard');
    const { guardKey } = account;
    const { instrument } = market.rules;
    return { name, kind, symbol, instrument, front, access: accessAt(name, account), guardKey };
  });
}

/** What a venue has booked for the desk. */
export function bookedAt({ name, kind, symbol, instrument, front }: WorldVenue): BookedAt {
  const { exchange } = front;
  const account = exchange.account(ACCOUNT);
  assert(account !== null, 'the desk has an account at its venue');
  const held = ([asset, { free, locked }]: readonly [string, { free: Amount; locked: Amount }]) =>
    [asset, (free + locked) as Amount] as const;
  const wallet = new Map([...account.balances].map(held));
  const hasTradeIds = FRONT_KINDS[kind].facade === FRONT_KINDS.binance.facade;
  if (!(exchange instanceof PerpetualExchange)) {
    return { name, account, holdings: wallet, hasTradeIds };
  }
  // On margin a position is held, and the base itself is not.
  const { lots } = exchange.margin.position(ACCOUNT, symbol);
  const quote = wallet.get(instrument.quote) ?? (0n as Amount);
  const base = baseAmount(instrument, lots as Lots);
  const holdings = new Map([
    [instrument.quote, quote],
    [instrument.base, base],
  ]);
  return { name, account, holdings, hasTradeIds: true };
}
