/** Identities that are never used twice. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 40 bits: a desk is told from every other desk that ever used the same account. */
const DESK_ID_BYTES = 5;
/** Binance takes `[.A-Z:/a-z0-9_-]{1,36}`; the other venues take at least as much. */
export const CLIENT_ID_LENGTH_MAX = 36;
/** Strategy labels go into client order ids, so they are short. */
export const STRATEGY_LABEL = /^[a-z][a-z0-9]{0,7}$/;
/** Of the orders that flatten positions in an emergency; no strategy may be called so. */
export const FLATTENING = 'flatten';
/** Of the stops that protect positions; no strategy may be called so where there are any. */
export const PROTECTION = 'protect';

/** The lasting name of a data directory: eight letters and digits. */
export function deskIdOf(entropy: (bytes: number) => Uint8Array): string {
  let bits = 0n;
  for (const byte of entropy(DESK_ID_BYTES)) bits = (bits << 8n) | BigInt(byte);
  let id = '';
  for (let digit = 0; digit < 8; digit += 1) {
    id += ALPHABET[Number(bits & 31n)];
    bits >>= 5n;
  }
  return id;
}

/**
 * Client order ids `<desk>-<boot>-<strategy>-<n>`, in base 36 where they count. The boot number is
 * durable before the first order of a boot, so an id cannot repeat even when the tail of the
 * journal is lost.
 */
export function clientIdsOf(deskId: string, boot: number): (strategy: string) => string {
  const prefix = `${deskId}-${boot.toString(36)}-`;
  let issued = 0;
  return (strategy) => {
    issued += 1;
    return `${prefix}${strategy}-${issued.toString(36)}`;
  };
}

/** Whether a client order id was made by this desk, in whatever boot. */
export function isOwnClientId(deskId: string, clientId: string): boolean {
  return clientId.startsWith(`${deskId}-`);
}

/** The strategy that an own client order id names. */
export function strategyOfClientId(clientId: string): string {
  return clientId.split('-')[2] ?? '';
}
