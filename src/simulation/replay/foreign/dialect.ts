import { WireFault, type WireObject } from '../../../venues/binance/wire.ts';
import type { Normalised, NormalisedDerivativeTicker, NormalisedLevel } from './normalised.ts';

/** What a frame is called, and what it means. A name without messages is known and passed over. */
export interface Spoken {
  readonly name: string;
  readonly messages: readonly Normalised[];
  /** The venue's own numbers show that something before the frame is missing. */
  readonly isAfterGap?: boolean;
}

/** The frames of one venue or version, read in the order in which they were received. */
export interface Dialect {
  /** @throws WireFault for a frame of a known name that lacks what it needs */
  read(frame: WireObject, localMs: number): Spoken;
}

export const passedOver = (name: string): Spoken => ({ name, messages: [] });

/** A number of JSON; null when it is not there or no number. */
export function numberIn(object: WireObject, field: string): number | null {
  const value = object[field];
  return typeof value === 'number' ? value : null;
}

export function wantedNumber(object: WireObject, field: string): number {
  const value = numberIn(object, field);
  if (value !== null) return value;
  throw new WireFault(`${field}: found ${typeof object[field]}, wanted a number`);
}

/** The shortest decimal text of a JSON number. */
export function decimalOf(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

/** Tells derivative tickers that say something new, by symbol. */
export class TickerNews {
  readonly #told = new Map<string, string>();

  /** @returns the ticker alone, or nothing when all of its figures were told before */
  of(ticker: NormalisedDerivativeTicker): readonly NormalisedDerivativeTicker[] {
    const { venueMs, localMs, ...figures } = ticker;
    const text = JSON.stringify(figures);
    if (this.#told.get(ticker.symbol) === text) return [];
    this.#told.set(ticker.symbol, text);
    return [ticker];
  }
}

/** One level on the side that it belongs to. */
export function oneSided(isBid: boolean, level: NormalisedLevel) {
  return { bids: isBid ? [level] : [], asks: isBid ? [] : [level] };
}
