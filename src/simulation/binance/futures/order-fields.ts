import type { SelfTradePrevention } from '../../book/match-plan.ts';
import { badRequest } from '../errors.ts';

/** Orders that wait for a trigger, as the venue lists them. */
export const CONDITIONAL_TYPES = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] as const;

/** An account never trades with itself here: there is no mode that would let it. */
export const PREVENTION: Readonly<Record<string, SelfTradePrevention>> = {
  EXPIRE_TAKER: 'expire-taker',
  EXPIRE_MAKER: 'expire-maker',
  EXPIRE_BOTH: 'expire-both',
};
export const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };
export const ONE_WAY: Readonly<Record<string, 'BOTH'>> = { BOTH: 'BOTH' };
export const NOT_ONE_WAY = badRequest(
  -4061,
  "Order's position side does not match user's setting.",
);
