import type { VenueAccess } from './venue-kind.ts';
import type { VenueKindName } from './venue-kinds.ts';

/** Where the real venues are, without what the adapters append (docs of the venues, 2026-07). */
export const LIVE_ADDRESSES: Readonly<Record<VenueKindName, Omit<VenueAccess, 'account'>>> = {
  binance: {
    restUrl: 'https://api.binance.com',
    streamUrl: 'wss://stream.binance.com:9443',
    sessionUrl: 'wss://ws-api.binance.com:443',
  },
  'binance-usdm': {
    restUrl: 'https://fapi.binance.com',
    streamUrl: 'wss://fstream.binance.com',
    sessionUrl: 'wss://ws-fapi.binance.com',
  },
  kraken: {
    restUrl: 'https://api.kraken.com',
    streamUrl: 'wss://ws.kraken.com',
    sessionUrl: 'wss://ws-auth.kraken.com',
    level3Url: 'wss://ws-l3.kraken.com',
  },
  coinbase: {
    restUrl: 'https://api.coinbase.com',
    streamUrl: 'wss://advanced-trade-ws.coinbase.com',
    sessionUrl: 'wss://advanced-trade-ws-user.coinbase.com',
  },
};

/** A real venue as anybody may read it. */
export function publicAccess(kind: VenueKindName): VenueAccess {
  return { ...LIVE_ADDRESSES[kind], account: null };
}
