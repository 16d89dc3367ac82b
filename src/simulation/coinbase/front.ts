import { createECDH, createPrivateKey } from 'node:crypto';
import { FaultPlan } from '../binance/faults.ts';
import type { FacadeMaker } from '../server/venue-facade.ts';
import { CoinbaseFacade } from './facade.ts';

const CURVE = 'prime256v1';
const SCALAR_BYTES = 32;
const NAME_BYTES = 8;
/** A scalar that is none comes once in four billion times. */
const SCALARS_MAX = 16;

/** Coinbase in front of a market that makes its own prices. */
export const coinbaseFront: FacadeMaker<CoinbaseFacade> = ({ exchange, keys, clock, timers }) =>
  new CoinbaseFacade({ exchange, keys, clock, timers, faults: new FaultPlan() });

/** A key on P-256: its name, and its private half as PEM. */
export function coinbaseKey(entropy: (bytes: number) => Uint8Array) {
  const hex = (): string => Buffer.from(entropy(NAME_BYTES)).toString('hex');
  return { apiKey: `organizations/${hex()}/apiKeys/${hex()}`, secret: pemFrom(entropy) };
}

function pemFrom(entropy: (bytes: number) => Uint8Array): string {
  for (let attempt = 0; attempt < SCALARS_MAX; attempt += 1) {
    const pem = pemOf(Buffer.from(entropy(SCALAR_BYTES)));
    if (pem !== null) return pem;
  }
  throw new RangeError(`${SCALARS_MAX} times in a row no private key: the entropy is none`);
}

/** @returns null for bytes that are no private key of the curve */
function pemOf(scalar: Buffer): string | null {
  const half = createECDH(CURVE);
  try {
    half.setPrivateKey(scalar);
  } catch {
    return null;
  }
  const point = half.getPublicKey();
  const part = (from: number): string =>
    point.subarray(from, from + SCALAR_BYTES).toString('base64url');
  const d = scalar.toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', d, x: part(1), y: part(1 + SCALAR_BYTES) };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return String(key.export({ type: 'sec1', format: 'pem' }));
}
