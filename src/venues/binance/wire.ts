import { parseBigDecimal } from '../../core/decimal.ts';
import type { HttpReply } from '../../core/env.ts';
import { type Instrument, parseLots, parseTicks } from '../../core/instrument.ts';
import { reasonOf } from '../../core/result.ts';
import { AMOUNT_DECIMALS, type Amount, millisOf } from '../../core/units.ts';
import type { Fill, Side } from '../../execution/order.ts';

/**
 * Reading fields of decoded JSON that a venue sent. A field that is missing or of another kind
 * throws `WireFault`; the decoders around it turn that into a tagged result.
 */
export class WireFault extends Error {
  override readonly name = 'WireFault';
}

export type WireObject = Readonly<Record<string, unknown>>;

/** Runs a decoder; what it finds wrong with the text becomes its second answer. */
export function decodeWire<T>(text: string, decode: (value: unknown) => T): T | WireFault {
  try {
    return decode(JSON.parse(text));
  } catch (thrown) {
    if (thrown instanceof WireFault) return thrown;
    if (thrown instanceof SyntaxError) return new WireFault(reasonOf(thrown));
    throw thrown;
  }
}

export function objectIn(value: unknown, where: string): WireObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as WireObject;
  }
  throw new WireFault(`${where}: found ${kindOf(value)}, wanted an object`);
}

export function arrayIn(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new WireFault(`${where}: found ${kindOf(value)}, wanted an array`);
}

export function textOf(object: WireObject, field: string): string {
  const value = object[field];
  if (typeof value === 'string') return value;
  throw new WireFault(`${field}: found ${kindOf(value)}, wanted a text`);
}

const WHOLE = /^-?\d{1,16}$/;

/** A whole number, which a venue may also send as text. */
export function wholeOf(object: WireObject, field: string): number {
  const found = object[field];
  const value = typeof found === 'string' && WHOLE.test(found) ? Number(found) : found;
  if (Number.isSafeInteger(value)) return value as number;
  throw new WireFault(`${field}: found ${wordIn(found) || kindOf(found)}, wanted a whole number`);
}

/** A text or number as text, and everything else as none: converting it might throw. */
export function wordIn(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function flagOf(object: WireObject, field: string): boolean {
  const value = object[field];
  if (typeof value === 'boolean') return value;
  throw new WireFault(`${field}: found ${kindOf(value)}, wanted true or false`);
}

export function sideOf(object: WireObject, field: string): Side {
  const text = textOf(object, field);
  if (text === 'BUY') return 'buy';
  if (text === 'SELL') return 'sell';
  throw new WireFault(`${field}: found ${text}, wanted BUY or SELL`);
}

/** Binance's longest ban. */
export const RETRY_MS_MAX = 3 * 86_400_000;

/** The status of a reply to an address that is banned. */
export const BANNED = 418;

/** After a 429 or 418 that names no time. */
export const RETRY_AFTER_MS = 60_000;

/** A wait that a venue asks for, as long as a timer can hold it. */
export function retryMs(askedMs: number): number {
  return askedMs > 0 ? Math.min(askedMs, RETRY_MS_MAX) : 0;
}

/** How long an HTTP reply wants nothing more to come; null when it is no 429 or 418. */
export function retryAfterOf({ status, headers }: HttpReply): number | null {
  if (status !== 429 && status !== BANNED) return null;
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? retryMs(seconds * 1000) : RETRY_AFTER_MS;
}

/** A decimal of at most eight places in 10^-8. */
export function amountIn(object: WireObject, field: string): Amount {
  const text = textOf(object, field);
  const amount = parseBigDecimal(text, AMOUNT_DECIMALS);
  if (amount !== null) return amount as Amount;
  throw new WireFault(`${field}: found ${text}, wanted a decimal of at most 8 places`);
}

/** Names of the fields that carry a fill; REST history and user stream differ. */
export interface FillFields {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly quote: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly isMaker: string;
  readonly time: string;
}

export function fillIn(object: WireObject, fields: FillFields, instrument: Instrument): Fill {
  const price = textOf(object, fields.price);
  const quantity = textOf(object, fields.quantity);
  const ticks = parseTicks(instrument, price);
  const lots = parseLots(instrument, quantity);
  if (!(ticks > 0 && lots > 0)) {
    throw new WireFault(`${instrument.symbol}: ${quantity} at ${price} is off the grid`);
  }
  const fee = amountIn(object, fields.fee);
  return {
    tradeId: String(wholeOf(object, fields.tradeId)),
    ticks,
    lots,
    quote: amountIn(object, fields.quote),
    fee,
    feeAsset: fee === 0n ? instrument.quote : textOf(object, fields.feeAsset),
    isMaker: flagOf(object, fields.isMaker),
    venueMs: millisOf(wholeOf(object, fields.time)),
  };
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
