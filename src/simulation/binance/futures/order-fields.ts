import type { SelfTradePrevention } from '../../book/match-plan.ts';
import type { NewOrder } from '../../exchange/orders.ts';
import { badRequest } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { FORMS, invalid } from '../requests/order-parameters.ts';

/** Orders that wait for a trigger, as the venue lists them. */
export const CONDITIONAL_TYPES = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] as const;

/** An account never trades with itself here: there is no mode that would let it. */
const PREVENTION: Readonly<Record<string, SelfTradePrevention>> = {
  EXPIRE_TAKER: 'expire-taker',
  EXPIRE_MAKER: 'expire-maker',
  EXPIRE_BOTH: 'expire-both',
};
const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };
const ONE_WAY: Readonly<Record<string, 'BOTH'>> = { BOTH: 'BOTH' };
const NOT_ONE_WAY = badRequest(-4061, "Order's position side does not match user's setting.");

/** What every order of this market may say, whether it waits for a trigger or not. */
export function sharedTerms(
  parameters: Parameters,
): Pick<NewOrder, 'selfTradePrevention' | 'isReduceOnly'> {
  const of = 'selfTradePreventionMode';
  const mode = parameters.choice(of, PREVENTION, invalid(of));
  const isReduceOnly = parameters.choice('reduceOnly', FLAGS, invalid('reduceOnly')) === true;
  parameters.choice('newOrderRespType', FORMS, invalid('newOrderRespType'));
  parameters.choice('positionSide', ONE_WAY, NOT_ONE_WAY);
  return { selfTradePrevention: mode ?? 'expire-maker', ...(isReduceOnly && { isReduceOnly }) };
}
