import { coinbaseFront, coinbaseKey } from '../coinbase/front.ts';
import { COINBASE_FLOWS, COINBASE_MARKETS } from '../coinbase/markets.ts';
import { openExchange } from '../exchange/exchange.ts';
import { DEFAULT_MARKETS, type MarketOptions } from '../exchange/market-rules.ts';
import { DEFAULT_FLOWS, type FlowProfile } from '../flow/flow-profile.ts';
import { krakenFront, krakenKey } from '../kraken/front.ts';
import { KRAKEN_FLOWS, KRAKEN_MARKETS } from '../kraken/venue.ts';
import { openPerpetuals } from '../perpetuals/perpetual-exchange.ts';
import { binanceFront } from './binance-front.ts';
import { DEFAULT_PERPETUALS, usdmFront } from './usdm-front.ts';
import type { FacadeMaker } from './venue-facade.ts';

/** A protocol that a simulated venue can speak, and the markets that it offers by itself. */
export interface FrontKind {
  readonly facade: FacadeMaker;
  /** The exchange behind it. */
  readonly open: typeof openExchange;
  /** In the names of the venue that is imitated. */
  readonly markets: readonly MarketOptions[];
  /** What each of them is like, by symbol. */
  readonly flows: Readonly<Record<string, FlowProfile>>;
  /**
   * What fees are paid in, as long as there is any of it; `quote` for the quote currency of each
   * market, whatever else there is; null for what a trade brings.
   */
  readonly feeAsset: string | null;
  /** Makes a key that a client of this protocol can sign with, from random bytes. */
  readonly keyFrom: (entropy: (bytes: number) => Uint8Array) => {
    readonly apiKey: string;
    readonly secret: string;
  };
}

const KEY_BYTES = 32;
const hexKey: FrontKind['keyFrom'] = (entropy) => ({
  apiKey: Buffer.from(entropy(KEY_BYTES)).toString('hex'),
  secret: Buffer.from(entropy(KEY_BYTES)).toString('hex'),
});

/** By the name of the kind of venue in the configuration; each kind that can be traded is here. */
export const FRONT_KINDS = {
  binance: {
    facade: binanceFront,
    open: openExchange,
    markets: DEFAULT_MARKETS,
    flows: DEFAULT_FLOWS,
    feeAsset: null,
    keyFrom: hexKey,
  },
  'binance-usdm': {
    facade: usdmFront,
    open: openPerpetuals,
    markets: DEFAULT_PERPETUALS,
    flows: DEFAULT_FLOWS,
    feeAsset: null,
    keyFrom: hexKey,
  },
  kraken: {
    facade: krakenFront,
    open: openExchange,
    markets: KRAKEN_MARKETS,
    flows: KRAKEN_FLOWS,
    feeAsset: 'USD',
    keyFrom: krakenKey,
  },
  coinbase: {
    facade: coinbaseFront,
    open: openExchange,
    markets: COINBASE_MARKETS,
    flows: COINBASE_FLOWS,
    feeAsset: 'quote',
    keyFrom: coinbaseKey,
  },
} satisfies Readonly<Record<string, FrontKind>>;
