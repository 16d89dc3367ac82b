import { compileInstrument, type Instrument } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { MarketSaid } from '../market/market-rules.ts';
import { arrayIn, decodeWire, objectIn, textOf, WireFault, type WireObject } from './wire.ts';

const TRADING = 'TRADING';

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

/**
 * What an `exchangeInfo` reply says of markets that are known already, in their order. Of futures
 * it is the rules of all that there are, a megabyte and more, so only what is ours is decoded.
 *
 * @returns one sentence where it is no such reply
 */
export function marketsSaidIn(
  body: string,
  instruments: readonly Instrument[],
): Result<readonly MarketSaid[], string> {
  if (!body.includes('"symbols"')) return err('found no symbols');
  return ok(instruments.map((instrument) => saidOf(body, instrument)));
}

function saidOf(body: string, { symbol, venue, index }: Instrument): MarketSaid {
  const text = entryOf(body, symbol);
  if (text === null) return { halt: 'not listed any more', rules: err('not listed any more') };
  const decoded = decodeWire(text, (value): MarketSaid => {
    const entry = objectIn(value, symbol);
    const status = textOf(entry, 'status');
    const rules = readRules(entry, venue, index);
    return { halt: status === TRADING ? '' : `status ${status}`, rules };
  });
  if (!(decoded instanceof WireFault)) return decoded;
  return { halt: '', rules: err(decoded.message) };
}

/** The object that describes a symbol, which its name opens; null where there is none. */
function entryOf(body: string, symbol: string): string | null {
  const first = body.indexOf(`{"symbol":"${symbol}"`);
  if (first < 0) return null;
  let depth = 0;
  let isText = false;
  for (let at = first; at < body.length; at += 1) {
    const letter = body[at];
    if (letter === '"' && body[at - 1] !== '\\') isText = !isText;
    if (isText) continue;
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
    if (depth === 0) return body.slice(first, at + 1);
  }
  return null;
}

/** What is wrong with its rules is a sentence, not a reply that cannot be read. */
function readRules(entry: WireObject, venue: string, index: number): Result<Instrument, string> {
  try {
    return ok(rulesIn(entry, venue, index));
  } catch (thrown) {
    if (thrown instanceof WireFault) return err(thrown.message);
    throw thrown;
  }
}

function instrumentIn(entry: WireObject, venue: string, index: number): Instrument {
  const symbol = textOf(entry, 'symbol');
  const status = textOf(entry, 'status');
  if (status !== TRADING) throw new WireFault(`${symbol}: found status ${status}, not ${TRADING}`);
  return rulesIn(entry, venue, index);
}

/** @throws WireFault */
function rulesIn(entry: WireObject, venue: string, index: number): Instrument {
  const symbol = textOf(entry, 'symbol');
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
