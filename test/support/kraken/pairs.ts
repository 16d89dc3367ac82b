import { crc32 } from 'node:zlib';
import type { InstrumentRules } from '../../../src/core/instrument.ts';
import type { KrakenInstrument } from '../../../src/venues/kraken/pair.ts';
import { anInstrument } from '../trade/instruments.ts';

/** BTC/USD with prices of one decimal, as Kraken has it. */
export function aPair(
  rules: Partial<InstrumentRules> & { altname?: string; pairDecimals?: number } = {},
): KrakenInstrument {
  const { altname = 'XBTUSD', pairDecimals = 1, ...rest } = rules;
  const instrument = anInstrument({
    venue: 'kraken',
    symbol: 'BTC/USD',
    base: 'BTC',
    quote: 'USD',
    tick: '0.1',
    lot: '0.00000001',
    quantityMin: '0.00005',
    notionalMin: '0.5',
    ...rest,
  });
  return { ...instrument, altname, pairDecimals, lotDecimals: 8 };
}

/** A level as texts with all the decimals of the wire. */
export type Level = readonly [price: string, quantity: string];

/** The checksum by the book, with texts and zlib: a second opinion on ours. */
export function checksumOf(asks: readonly Level[], bids: readonly Level[]): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
  const levels = [...asks.slice(0, 10), ...bids.slice(0, 10)];
  return crc32(levels.map(([price, size]) => digits(price) + digits(size)).join(''));
}

const side = (levels: readonly Level[]): string =>
  `[${levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',')}]`;

/** A book frame as the venue writes it, byte for byte. */
export function bookFrame(
  type: 'snapshot' | 'update',
  book: {
    readonly asks?: readonly Level[];
    readonly bids?: readonly Level[];
    readonly checksum: number;
    readonly symbol?: string;
  },
): string {
  const { asks = [], bids = [], checksum, symbol = 'BTC/USD' } = book;
  const data = `"symbol":"${symbol}","bids":${side(bids)},"asks":${side(asks)}`;
  const rest = `"checksum":${checksum},"timestamp":"2026-01-01T00:00:00.123456Z"`;
  return `{"channel":"book","type":"${type}","data":[{${data},${rest}}]}`;
}

/** The book whose checksum the venue's own pages name: 3310070434. */
export const ANCHOR: { readonly asks: readonly Level[]; readonly bids: readonly Level[] } = {
  asks: [
    ['45285.2', '0.00100000'],
    ['45286.4', '1.54571953'],
    ['45286.6', '1.54571109'],
    ['45289.6', '1.54560911'],
    ['45290.2', '0.15890660'],
    ['45291.8', '1.54553491'],
    ['45294.7', '0.04454749'],
    ['45296.1', '0.35380000'],
    ['45297.5', '0.09945542'],
    ['45299.5', '0.18772827'],
  ],
  bids: [
    ['45283.5', '0.10000000'],
    ['45283.4', '1.54582015'],
    ['45282.1', '0.10000000'],
    ['45281.0', '0.10000000'],
    ['45280.3', '1.54592586'],
    ['45279.0', '0.07990000'],
    ['45277.6', '0.03310103'],
    ['45277.5', '0.30000000'],
    ['45277.3', '1.54602737'],
    ['45276.6', '0.15445238'],
  ],
};
export const ANCHOR_CHECKSUM = 3_310_070_434;
