import { AMOUNT_DECIMALS, type Amount, amountOf } from '../../../core/units.ts';
import { WireFault, type WireObject, wordIn } from '../../binance/wire.ts';
import { plainDecimal } from './exact-json.ts';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** An amount in 10^-8; the venue writes up to ten places, and those below a unit are cut off. */
export function cutAmountIn(object: WireObject, field: string): Amount {
  const text = plainDecimal(wordIn(object[field]));
  const parts = DECIMAL.exec(text);
  if (parts === null) {
    throw new WireFault(`${field}: found ${text.slice(0, 40) || 'nothing'}, wanted a decimal`);
  }
  const [, sign, whole = '', fraction = ''] = parts;
  const units = BigInt(whole + fraction.slice(0, AMOUNT_DECIMALS).padEnd(AMOUNT_DECIMALS, '0'));
  return amountOf(sign === '-' ? -units : units);
}
