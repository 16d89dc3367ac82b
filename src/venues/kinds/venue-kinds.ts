import { binanceKind } from './binance-kind.ts';
import { binanceUsdmKind } from './binance-usdm-kind.ts';
import { coinbaseKind } from './coinbase-kind.ts';
import { krakenKind } from './kraken-kind.ts';
import type { VenueKind } from './venue-kind.ts';

/** Every kind of venue that a desk can trade at, by its name in the configuration. */
export const VENUE_KINDS = {
  binance: binanceKind,
  'binance-usdm': binanceUsdmKind,
  kraken: krakenKind,
  coinbase: coinbaseKind,
} satisfies Readonly<Record<string, VenueKind>>;

export type VenueKindName = keyof typeof VENUE_KINDS;

export const VENUE_KIND_NAMES = Object.keys(VENUE_KINDS) as [VenueKindName, ...VenueKindName[]];
