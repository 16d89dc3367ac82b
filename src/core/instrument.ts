import { formatDecimal, parseBigDecimal, parseDecimal, parseFineDecimalBytes } from './decimal.ts';
import { err, ok, type Result } from './result.ts';
import {
  AMOUNT_DECIMALS,
  type Amount,
  amountOf,
  type Lots,
  type Money,
  type Price,
  type Quantity,
  type Ticks,
} from './units.ts';

/**
 * What a venue allows for one symbol, compiled once. A tick is `tickSteps` units of
 * 10^-priceDecimals (tick 0.05 is 5 steps of 0.01), a lot likewise; so ticks and lots are exact
 * integers whatever the venue's grid.
 */
export interface Instrument {
  /** Dense index on this desk: rows of tables and bits of the gate. */
  readonly index: number;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly priceDecimals: number;
  readonly tickSteps: number;
  readonly quantityDecimals: number;
  readonly lotSteps: number;
  readonly ticksMin: Ticks;
  readonly ticksMax: Ticks;
  readonly lotsMin: Lots;
  readonly lotsMax: Lots;
  /** Smallest notional of an order, in 10^-8 of quote. */
  readonly notionalMin: Amount;
  /** One tick as a double, for estimates. */
  readonly tickSize: number;
  /** One lot as a double, for estimates. */
  readonly lotSize: number;
}

export interface InstrumentRules {
  readonly index: number;
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Decimal texts as the venue states them. */
  readonly tick: string;
  readonly lot: string;
  readonly priceMin?: string;
  readonly priceMax?: string;
  readonly quantityMin?: string;
  readonly quantityMax?: string;
  readonly notionalMin?: string;
}

export interface RulesFault {
  readonly kind: 'instrument-rules';
  readonly symbol: string;
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** Largest number of decimals of a price or a quantity that we take. */
const DECIMALS_MAX = 12;

/** Compiles a venue's rules; each rule that makes no sense is named with what was found. */
export function compileInstrument(rules: InstrumentRules): Result<Instrument, RulesFault> {
  const fault = (field: string, found: string, wanted: string) =>
    err({ kind: 'instrument-rules' as const, symbol: rules.symbol, field, found, wanted });
  const tick = gridOf(rules.tick);
  if (tick === null) return fault('tick', rules.tick, 'a decimal above 0');
  const lot = gridOf(rules.lot);
  if (lot === null) return fault('lot', rules.lot, 'a decimal above 0');
  const bound = (text: string | undefined, grid: Grid, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const scaled = parseDecimal(text, grid.decimals);
    if (Number.isNaN(scaled)) return Number.NaN;
    return scaled === 0 ? otherwise : scaled / grid.steps;
  };
  const highest = Math.floor(Number.MAX_SAFE_INTEGER / Math.max(tick.steps, lot.steps));
  const ticksMin = Math.ceil(bound(rules.priceMin, tick, 1));
  const ticksMax = Math.floor(bound(rules.priceMax, tick, highest));
  const lotsMin = Math.ceil(bound(rules.quantityMin, lot, 1));
  const lotsMax = Math.floor(bound(rules.quantityMax, lot, highest));
  // A limit price of 0 ticks would be a market order, so the smallest bound is one.
  const areBounds = (least: number, most: number): boolean => least >= 1 && least <= most;
  const wanted = 'positive decimals of the grid, lowest first';
  if (!areBounds(ticksMin, ticksMax)) {
    return fault('price', rangeText(rules.priceMin, rules.priceMax), wanted);
  }
  if (!areBounds(lotsMin, lotsMax)) {
    return fault('quantity', rangeText(rules.quantityMin, rules.quantityMax), wanted);
  }
  const notionalMin = parseBigDecimal(rules.notionalMin ?? '0', AMOUNT_DECIMALS);
  if (notionalMin === null || notionalMin < 0n) {
    return fault('notionalMin', String(rules.notionalMin), 'a decimal of at most 8 places');
  }
  return ok({
    index: rules.index,
    venue: rules.venue,
    symbol: rules.symbol,
    base: rules.base,
    quote: rules.quote,
    priceDecimals: tick.decimals,
    tickSteps: tick.steps,
    quantityDecimals: lot.decimals,
    lotSteps: lot.steps,
    ticksMin: ticksMin as Ticks,
    ticksMax: ticksMax as Ticks,
    lotsMin: lotsMin as Lots,
    lotsMax: lotsMax as Lots,
    notionalMin: amountOf(notionalMin),
    tickSize: tick.steps / 10 ** tick.decimals,
    lotSize: lot.steps / 10 ** lot.decimals,
  });
}

interface Grid {
  readonly decimals: number;
  readonly steps: number;
}

/** `0.05` is 5 steps of 2 decimals; `10` is 10 steps of 0 decimals. */
function gridOf(text: string): Grid | null {
  const digits = /^\d+(?:\.(\d*?)0*)?$/.exec(text);
  if (digits === null) return null;
  const decimals = (digits[1] ?? '').length;
  if (decimals > DECIMALS_MAX) return null;
  const steps = parseDecimal(text, decimals);
  return steps > 0 ? { decimals, steps } : null;
}

function rangeText(least = 'no bound', most = 'no bound'): string {
  return `${least} to ${most}`;
}

/** Ticks of a decimal text; NaN when malformed or off the grid. */
export function parseTicks(instrument: Instrument, text: string): Ticks {
  return onGrid(parseDecimal(text, instrument.priceDecimals), instrument.tickSteps) as Ticks;
}

/** Lots of a decimal text; NaN when malformed or off the grid. */
export function parseLots(instrument: Instrument, text: string): Lots {
  return onGrid(parseDecimal(text, instrument.quantityDecimals), instrument.lotSteps) as Lots;
}

/**
 * A price of a venue's book in ticks, from ASCII digits in a frame. Not whole where an order from
 * a time of finer ticks still rests; NaN when malformed.
 */
export function bookTicks(
  instrument: Instrument,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const fine = parseFineDecimalBytes(bytes, start, end, instrument.priceDecimals);
  return instrument.tickSteps === 1 ? fine : fine / instrument.tickSteps;
}

/** A size of a venue's book in lots; not whole where it is finer than a lot, NaN when malformed. */
export function bookLots(
  instrument: Instrument,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const fine = parseFineDecimalBytes(bytes, start, end, instrument.quantityDecimals);
  return instrument.lotSteps === 1 ? fine : fine / instrument.lotSteps;
}

const encoder = new TextEncoder();

/** Ticks of a decimal text, rounded down: for orders of others, which may be off our grid. */
export function ticksBelow(instrument: Instrument, text: string): Ticks {
  const bytes = encoder.encode(text);
  return Math.floor(bookTicks(instrument, bytes, 0, bytes.length)) as Ticks;
}

/** Lots of a decimal text, rounded down. */
export function lotsBelow(instrument: Instrument, text: string): Lots {
  const bytes = encoder.encode(text);
  return Math.floor(bookLots(instrument, bytes, 0, bytes.length)) as Lots;
}

function onGrid(scaled: number, steps: number): number {
  return scaled % steps === 0 ? scaled / steps : Number.NaN;
}

export function priceText(instrument: Instrument, ticks: Ticks): string {
  return formatDecimal(ticks * instrument.tickSteps, instrument.priceDecimals);
}

export function quantityText(instrument: Instrument, lots: Lots): string {
  return formatDecimal(lots * instrument.lotSteps, instrument.quantityDecimals);
}

/** An amount of an asset with its eight places: `-0.00001000`. */
export function amountText(amount: Amount): string {
  return formatDecimal(amount, AMOUNT_DECIMALS);
}

/** The price as a double, for estimates. */
export function priceAt(instrument: Instrument, ticks: number): Price {
  return (ticks * instrument.tickSize) as Price;
}

/** The quantity as a double, for estimates. */
export function quantityAt(instrument: Instrument, lots: number): Quantity {
  return (lots * instrument.lotSize) as Quantity;
}

/** Price times quantity as a double, for limits and estimates. */
export function notionalAt(instrument: Instrument, ticks: number, lots: number): Money {
  return (ticks * instrument.tickSize * (lots * instrument.lotSize)) as Money;
}

/** Exact quantity in 10^-8 of base; digits below a unit are cut off, as venues do. */
export function baseAmount(instrument: Instrument, lots: Lots): Amount {
  return rescale(BigInt(lots) * BigInt(instrument.lotSteps), instrument.quantityDecimals);
}

/** Exact price times quantity in 10^-8 of quote; digits below a unit are cut off. */
export function quoteAmount(instrument: Instrument, ticks: Ticks, lots: Lots): Amount {
  const product =
    BigInt(ticks) * BigInt(instrument.tickSteps) * BigInt(lots) * BigInt(instrument.lotSteps);
  return rescale(product, instrument.priceDecimals + instrument.quantityDecimals);
}

function rescale(scaled: bigint, decimals: number): Amount {
  const shift = AMOUNT_DECIMALS - decimals;
  return amountOf(shift >= 0 ? scaled * 10n ** BigInt(shift) : scaled / 10n ** BigInt(-shift));
}
