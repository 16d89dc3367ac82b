import { compileInstrument, type Instrument } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { arrayIn, decodeWire, objectIn, textOf, WireFault, type WireObject } from './wire.ts';

/**
 * The instruments of an `exchangeInfo` reply that the desk asked for, in the order it asked.
 *
 * @param firstIndex index of the first of them on the desk
 * @returns one sentence for the first thing that is wrong: a symbol that is missing or does not
 *   trade, a filter that is missing, rules that make no sense
 */
export function instrumentsIn(
  body: string,
  venue: string,
  symbols: readonly string[],
  firstIndex = 0,
): Result<readonly Instrument[], string> {
  const decoded = decodeWire(body, (value) => {
    const all = arrayIn(objectIn(value, 'exchangeInfo')['symbols'], 'symbols');
    const bySymbol = new Map(
      all.map((entry) => {
        const symbol = objectIn(entry, 'symbol');
        return [textOf(symbol, 'symbol'), symbol] as const;
      }),
    );
    return symbols.map((symbol, at) => {
      const entry = bySymbol.get(symbol);
      if (entry === undefined) throw new WireFault(`${symbol}: not traded on ${venue}`);
      return instrumentIn(entry, venue, firstIndex + at);
    });
  });
  return decoded instanceof WireFault ? err(decoded.message) : ok(decoded);
}

function instrumentIn(entry: WireObject, venue: string, index: number): Instrument {
  const symbol = textOf(entry, 'symbol');
  const status = textOf(entry, 'status');
  if (status !== 'TRADING') throw new WireFault(`${symbol}: found status ${status}, not TRADING`);
  const filters = new Map(
    arrayIn(entry['filters'], `${symbol}.filters`).map((filter) => {
      const object = objectIn(filter, `${symbol}.filters`);
      return [textOf(object, 'filterType'), object] as const;
    }),
  );
  const filter = (name: string): WireObject => objectIn(filters.get(name), `${symbol}.${name}`);
  const price = filter('PRICE_FILTER');
  const lot = filter('LOT_SIZE');
  const notional = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL');
  const compiled = compileInstrument({
    index,
    venue,
    symbol,
    base: textOf(entry, 'baseAsset'),
    quote: textOf(entry, 'quoteAsset'),
    tick: textOf(price, 'tickSize'),
    lot: textOf(lot, 'stepSize'),
    priceMin: textOf(price, 'minPrice'),
    priceMax: textOf(price, 'maxPrice'),
    quantityMin: textOf(lot, 'minQty'),
    quantityMax: textOf(lot, 'maxQty'),
    ...(notional === undefined ? {} : { notionalMin: textOf(notional, notionalField(notional)) }),
  });
  if (compiled.ok) return compiled.value;
  const { field, found, wanted } = compiled.error;
  throw new WireFault(`${symbol}.${field}: found ${found}, wanted ${wanted}`);
}

/** USD-M futures name the same figure otherwise. */
function notionalField(filter: WireObject): 'minNotional' | 'notional' {
  return 'notional' in filter ? 'notional' : 'minNotional';
}
