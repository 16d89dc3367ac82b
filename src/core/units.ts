/**
 * Branded numbers. A brand costs nothing at run time and stops a price from landing in a quantity.
 * Whole ticks and lots are what is sent and booked; doubles are for estimates.
 */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Quote currency per unit of base, a double: for estimates only. */
export type Price = Unit<'Price'>;
/** Amount of base, a double: for estimates only. */
export type Quantity = Unit<'Quantity'>;
/** Amount of quote currency, a double: for estimates only. */
export type Money = Unit<'Money'>;
/** A price in whole ticks of its instrument, a safe integer. */
export type Ticks = Unit<'Ticks'>;
/** A quantity in whole lots of its instrument, a safe integer. */
export type Lots = Unit<'Lots'>;
/** 1 bps = 0.0001. */
export type Bps = Unit<'Bps'>;
/** Nanoseconds of a monotonic clock with an arbitrary origin. Whole up to 104 days. */
export type Nanos = Unit<'Nanos'>;
/** Milliseconds since the Unix epoch (wall clock), or a duration when the name says so. */
export type Millis = Unit<'Millis'>;

export const priceOf = (value: number): Price => value as Price;
export const quantityOf = (value: number): Quantity => value as Quantity;
export const moneyOf = (value: number): Money => value as Money;
export const ticksOf = (value: number): Ticks => value as Ticks;
export const lotsOf = (value: number): Lots => value as Lots;
export const bpsOf = (fraction: number): Bps => (fraction * 10_000) as Bps;
export const fractionOf = (bps: Bps): number => bps / 10_000;
export const nanosOf = (value: number): Nanos => value as Nanos;
export const millisOf = (value: number): Millis => value as Millis;

/** Decimals of every ledger amount: one unit is 10^-8 of an asset. */
export const AMOUNT_DECIMALS = 8;
declare const amount: unique symbol;
/** An exact amount of an asset in units of 10^-8. Used off the tick path. */
export type Amount = bigint & { readonly [amount]: true };
export const amountOf = (units: bigint): Amount => units as Amount;
export const NO_AMOUNT = 0n as Amount;
