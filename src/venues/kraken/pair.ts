import { compileInstrument, type Instrument } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import {
  decodeWire,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
  wordIn,
} from '../binance/wire.ts';
import { changeOf } from '../market/market-rules.ts';
import type { PairRules } from './market/rare-frame.ts';
import { resultIn } from './wire/reply.ts';

/** A pair of Kraken. Its symbol is the one of the v2 sockets, `BTC/USD`. */
export interface KrakenInstrument extends Instrument {
  /** Name in REST requests, `XBTUSD`. */
  readonly altname: string;
  /** Decimals in which checksums write a price and a quantity. */
  readonly pairDecimals: number;
  readonly lotDecimals: number;
}

/** Assets that the older API names in its own way. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
]);
const OLD_NAMES: ReadonlyMap<string, string> = new Map(
  [...NAMES].map(([old, name]) => [name, old]),
);

/** `XXBT` and `XBT` are BTC, `ZUSD` is USD; a suffix (`.F`, `.S`: earning) stays. */
export function assetName(code: string): string {
  const [plain = '', ...suffixes] = code.split('.');
  const bare = /^[XZ][A-Z]{3}$/.test(plain) ? plain.slice(1) : plain;
  return [NAMES.get(bare) ?? bare, ...suffixes].join('.');
}

/** The asset as pairs of the older API name it: `XBT` for BTC. */
export function oldAssetName(asset: string): string {
  return OLD_NAMES.get(asset) ?? asset;
}

/** `XBT/USD` of the older API as `BTC/USD`. */
export function symbolOf(wsname: string): string {
  return wsname.split('/').map(assetName).join('/');
}

/**
 * The instruments of an `AssetPairs` reply that the desk asked for, in the order it asked.
 *
 * @param firstIndex index of the first on the desk
 * @returns one sentence for the first thing that is wrong: a pair that is missing or not online,
 *   rules that make no sense
 */
export function instrumentsIn(
  body: string,
  venue: string,
  symbols: readonly string[],
  firstIndex = 0,
): Result<readonly KrakenInstrument[], string> {
  const decoded = decodeWire(body, (value) => {
    const bySymbol = new Map(
      Object.values(objectIn(resultIn(value), 'AssetPairs')).map((entry) => {
        const pair = objectIn(entry, 'pair');
        return [symbolOf(wordIn(pair['wsname'])), pair] as const;
      }),
    );
    return symbols.map((symbol, at) => {
      const pair = bySymbol.get(symbol);
      if (pair === undefined) throw new WireFault(`${symbol}: not traded on ${venue}`);
      return instrumentIn(pair, { venue, symbol, index: firstIndex + at });
    });
  });
  return decoded instanceof WireFault ? err(decoded.message) : ok(decoded);
}

function instrumentIn(
  pair: WireObject,
  at: { readonly venue: string; readonly symbol: string; readonly index: number },
): KrakenInstrument {
  const { symbol } = at;
  const status = textOf(pair, 'status');
  if (status !== 'online') throw new WireFault(`${symbol}: found status ${status}, not online`);
  const [base = '', quote = ''] = symbol.split('/');
  const pairDecimals = wholeOf(pair, 'pair_decimals');
  const lotDecimals = wholeOf(pair, 'lot_decimals');
  const compiled = compileInstrument({
    ...at,
    base,
    quote,
    tick: wordIn(pair['tick_size']) || stepOf(pairDecimals),
    lot: stepOf(lotDecimals),
    quantityMin: textOf(pair, 'ordermin'),
    notionalMin: wordIn(pair['costmin']) || '0',
  });
  if (compiled.ok) {
    return { ...compiled.value, altname: textOf(pair, 'altname'), pairDecimals, lotDecimals };
  }
  const { field, found, wanted } = compiled.error;
  throw new WireFault(`${symbol}.${field}: found ${found}, wanted ${wanted}`);
}

/**
 * What makes orders of the rules that a pair was opened with wrong by those of now; empty when
 * nothing does.
 */
export function pairChangeOf(ours: KrakenInstrument, now: PairRules): string {
  const { symbol, venue, index, base, quote } = ours;
  const compiled = compileInstrument({
    ...{ symbol, venue, index, base, quote },
    tick: now.tick,
    lot: stepOf(now.quantityDecimals),
    ...(now.quantityMin !== '' && { quantityMin: now.quantityMin }),
    ...(now.notionalMin !== '' && { notionalMin: now.notionalMin }),
  });
  if (compiled.ok) return changeOf(ours, compiled.value);
  const { field, found, wanted } = compiled.error;
  return `${field}: found ${found}, wanted ${wanted}`;
}

/** `0.001` for 3 decimals. */
function stepOf(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
