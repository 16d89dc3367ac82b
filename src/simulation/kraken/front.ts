import { FaultPlan } from '../binance/faults.ts';
import type { FacadeMaker } from '../server/venue-facade.ts';
import { KrakenFacade } from './facade.ts';
import type { CallLimits } from './keys.ts';

const NAME_BYTES = 16;
/** Kraken's secrets are so long. */
const SECRET_BYTES = 64;

/** Kraken's calls of the tier that its orders have here. */
const PRO_CALLS: CallLimits = { max: 20, decayPerSecond: 1 };

/** Kraken in front of a market that makes its own prices. */
export const krakenFront: FacadeMaker<KrakenFacade> = (parts) => {
  const { exchange, keys, clock, timers, random } = parts;
  return new KrakenFacade({
    ...{ exchange, keys, clock, timers, random },
    faults: new FaultPlan(),
    calls: PRO_CALLS,
    tier: 'pro',
  });
};

/** A key as the venue hands them out: both parts are bytes in base64. */
export function krakenKey(entropy: (bytes: number) => Uint8Array) {
  const base64 = (bytes: number): string => Buffer.from(entropy(bytes)).toString('base64');
  return { apiKey: base64(NAME_BYTES), secret: base64(SECRET_BYTES) };
}
