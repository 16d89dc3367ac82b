import { type Instrument, priceAt } from '../../core/instrument.ts';
import { AMOUNT_DECIMALS, type Amount } from '../../core/units.ts';

/** What the ledger says that the accounts hold: by venue and asset, in 10^-8. */
export type Funds = ReadonlyMap<string, ReadonlyMap<string, Amount>>;

/** The portfolio's answer to risk. */
export interface FundsTold {
  readonly kind: 'funds-told';
  readonly funds: Funds;
}

const UNITS = 10 ** AMOUNT_DECIMALS;

/**
 * What the accounts are worth, for limits: quote currencies count as they are, one for one, and
 * what is the base of a market at its mid. Other assets count for nothing, so that the equity is
 * never thought larger than it is known to be.
 *
 * @param midTicks last mid of an instrument, NaN when there was none yet
 * @returns by index of the venue; NaN where nothing was booked, or an asset was never priced
 */
export function equityOf(
  funds: Funds,
  instruments: readonly Instrument[],
  venues: readonly string[],
  midTicks: (instrument: number) => number,
): readonly number[] {
  return venues.map((venue) => {
    const held = funds.get(venue);
    if (held === undefined || held.size === 0) return Number.NaN;
    const listed = instruments.filter((instrument) => instrument.venue === venue);
    let equity = 0;
    for (const [asset, amount] of held)
      equity += (worthOf(asset, listed, midTicks) * Number(amount)) / UNITS;
    return equity;
  });
}

/** Quote currency for one of an asset; NaN before its market has told a price. */
function worthOf(
  asset: string,
  listed: readonly Instrument[],
  midTicks: (instrument: number) => number,
): number {
  if (listed.some(({ quote }) => quote === asset)) return 1;
  const market = listed.find(({ base }) => base === asset);
  if (market === undefined) return 0;
  const mid = midTicks(market.index);
  return mid > 0 ? priceAt(market, mid) : Number.NaN;
}
