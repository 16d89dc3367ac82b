import type { ForeignVenue } from './foreign-reader.ts';

/** Whose frames a recording has; the old sockets of Kraken have a dialect of arrays. */
export type RecordedVenue = ForeignVenue | 'kraken-v1';

/**
 * Whose frame it is, by what only that venue sends.
 *
 * @returns null for a frame that several venues may send, or that is no JSON
 */
export function foreignVenueOf(text: string): RecordedVenue | 'binance' | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (Array.isArray(value)) {
    // `[channel, {…}, name, pair]`
    return value.length >= 4 && typeof value.at(-1) === 'string' ? 'kraken-v1' : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('channelID' in value || 'connectionID' in value) return 'kraken-v1';
  if ('feed' in value) return 'kraken-futures';
  if ('jsonrpc' in value) return 'deribit';
  if ('product_id' in value && 'type' in value) return 'coinbase-exchange';
  if ('stream' in value || 'lastUpdateId' in value || 'e' in value) return 'binance';
  return null;
}
