import { generateKeyPairSync } from 'node:crypto';
import { FaultPlan } from '../binance/faults.ts';
import { CoinbaseFacade } from '../coinbase/facade.ts';
import { COINBASE_FLOWS, COINBASE_MARKETS } from '../coinbase/markets.ts';
import { openExchange } from '../exchange/exchange.ts';
import { KrakenFacade } from '../kraken/facade.ts';
import { DEFAULT_CALLS } from '../kraken/keys.ts';
import { KRAKEN_FLOWS, KRAKEN_MARKETS } from '../kraken/venue.ts';
import type { FrontKind } from './front-kinds.ts';

const NAME_BYTES = 16;
/** Kraken's secrets are so long. */
const KRAKEN_SECRET_BYTES = 64;

export const krakenFront: FrontKind = {
  facade: ({ exchange, keys, clock, timers, random }) =>
    new KrakenFacade({
      ...{ exchange, keys, clock, timers, random },
      faults: new FaultPlan(),
      calls: DEFAULT_CALLS,
      tier: 'pro',
    }),
  open: openExchange,
  markets: KRAKEN_MARKETS,
  flows: KRAKEN_FLOWS,
  feeAsset: 'USD',
  keyFrom: (entropy) => ({
    apiKey: Buffer.from(entropy(NAME_BYTES)).toString('base64'),
    secret: Buffer.from(entropy(KRAKEN_SECRET_BYTES)).toString('base64'),
  }),
};

export const coinbaseFront: FrontKind = {
  facade: ({ exchange, keys, clock, timers }) =>
    new CoinbaseFacade({ exchange, keys, clock, timers, faults: new FaultPlan() }),
  open: openExchange,
  markets: COINBASE_MARKETS,
  flows: COINBASE_FLOWS,
  feeAsset: 'USD',
  /** Elliptic keys are the library's to make, from the system's own entropy. */
  keyFrom: (entropy) => ({
    apiKey: `organizations/desk/apiKeys/${Buffer.from(entropy(NAME_BYTES)).toString('hex')}`,
    secret: generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
    }).privateKey,
  }),
};
