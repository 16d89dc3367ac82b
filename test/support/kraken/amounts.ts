import { parseBigDecimal } from '../../../src/core/decimal.ts';
import { type Amount, amountOf } from '../../../src/core/units.ts';

/** A decimal text in 10^-8. */
export const anAmount = (text: string): Amount => amountOf(parseBigDecimal(text, 8) as bigint);
