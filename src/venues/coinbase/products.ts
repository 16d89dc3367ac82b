import { compileInstrument, type Instrument } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import {
  arrayIn,
  decodeWire,
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
} from '../binance/wire.ts';

/**
 * The instruments of a reply of `market/products` that the desk asked for, in the order it asked.
 *
 * @param firstIndex index of the first of them on the desk
 * @returns one sentence for the first thing that is wrong: a product that is missing or does not
 *   trade, a field that is missing, rules that make no sense
 */
export function productsIn(
  body: string,
  venue: string,
  symbols: readonly string[],
  firstIndex = 0,
): Result<readonly Instrument[], string> {
  const decoded = decodeWire(body, (value) => {
    const products = new Map(
      arrayIn(objectIn(value, 'reply')['products'], 'products').map((entry) => {
        const product = objectIn(entry, 'product');
        return [textOf(product, 'product_id'), product] as const;
      }),
    );
    return symbols.map((symbol, at) => {
      const product = products.get(symbol);
      if (product === undefined) throw new WireFault(`${symbol}: not traded on ${venue}`);
      return instrumentIn(product, venue, firstIndex + at);
    });
  });
  return decoded instanceof WireFault ? err(decoded.message) : ok(decoded);
}

function instrumentIn(product: WireObject, venue: string, index: number): Instrument {
  const symbol = textOf(product, 'product_id');
  const type = textOf(product, 'product_type');
  if (type !== 'SPOT')
    throw new WireFault(`${symbol}: found ${type}, and only SPOT is traded here`);
  const status = textOf(product, 'status');
  if (status !== 'online' || flagOf(product, 'trading_disabled')) {
    throw new WireFault(`${symbol}: found status ${status}, or its trading disabled`);
  }
  const compiled = compileInstrument({
    index,
    venue,
    symbol,
    base: textOf(product, 'base_currency_id'),
    quote: textOf(product, 'quote_currency_id'),
    tick: textOf(product, 'price_increment'),
    lot: textOf(product, 'base_increment'),
    quantityMin: textOf(product, 'base_min_size'),
    quantityMax: textOf(product, 'base_max_size'),
    notionalMin: textOf(product, 'quote_min_size'),
  });
  if (compiled.ok) return compiled.value;
  const { field, found, wanted } = compiled.error;
  throw new WireFault(`${symbol}.${field}: found ${found}, wanted ${wanted}`);
}
