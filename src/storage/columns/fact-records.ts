import type { MarketFact, VenueStatus } from '../../market/fact.ts';
import { KIND, type RecordKind, SIDE } from './record.ts';

/** Computed prices are told to this fraction of the quote asset. */
export const FACT_PRICE_UNITS = 1e8;
/** Funding rates are told to this fraction of the notional. */
export const FUNDING_UNITS = 1e12;
/** States of a venue by the number that a record says; new ones are added at the end. */
export const VENUE_STATES: readonly VenueStatus[] = [
  'online',
  'cancel-only',
  'post-only',
  'limit-only',
  'maintenance',
];

/** A fact, or a part of one, in the fields of a record. */
export interface FactRecord {
  readonly kind: RecordKind;
  readonly side: number;
  readonly price: number;
  readonly quantity: number;
}

/**
 * The records that say a fact. Facts are rare, so this allocates.
 *
 * @returns none for a fact that records have no form for
 */
export function factRecords(fact: MarketFact): readonly FactRecord[] {
  const of = (kind: RecordKind, price: number, quantity: number, side: number = SIDE.none) => ({
    kind,
    side,
    price: Math.round(price),
    quantity,
  });
  switch (fact.kind) {
    case 'mark-priced':
      return [
        of(KIND.mark, fact.mark * FACT_PRICE_UNITS, 0),
        of(KIND.index, fact.index * FACT_PRICE_UNITS, 0),
        of(KIND.funding, fact.fundingFraction * FUNDING_UNITS, fact.nextFundingMs),
      ];
    case 'liquidation-sampled': {
      const side = fact.side === 'buy' ? SIDE.buy : SIDE.sell;
      return [of(KIND.liquidation, fact.ticks, fact.lots, side)];
    }
    case 'interest-measured':
      return [of(KIND.openInterest, 0, fact.lots)];
    case 'venue-announced':
      return [of(KIND.status, 0, VENUE_STATES.indexOf(fact.status))];
    default:
      return [];
  }
}
