import { assert } from '../../core/result.ts';
import type { TailFactors } from '../value-at-risk/tail-factors.ts';
import type { SizingSettings } from './settings.ts';

/** What binds one position whatever the others are. */
export type OwnRule =
  | 'volatility-target'
  | 'value-at-risk-95'
  | 'value-at-risk-99'
  | 'liquidity'
  | 'symbol';

/**
 * The caps of one position alone, as largest notionals over equity.
 *
 * @param volatility of a day's return, above 0
 * @param liquidityMax largest notional that can be closed in time, over equity
 */
export function ownCaps(
  of: { readonly volatility: number; readonly liquidityMax: number; readonly tail: TailFactors },
  settings: Pick<
    SizingSettings,
    'volatilityTarget' | 'valueAtRisk95Max' | 'valueAtRisk99Max' | 'symbolMax'
  >,
): Record<OwnRule, number> {
  const { volatility, liquidityMax, tail } = of;
  assert(volatility > 0, 'a market that varies');
  return {
    'volatility-target': settings.volatilityTarget / volatility,
    'value-at-risk-95': settings.valueAtRisk95Max / (volatility * tail.at95),
    'value-at-risk-99': settings.valueAtRisk99Max / (volatility * tail.at99),
    liquidity: Math.max(0, liquidityMax),
    symbol: settings.symbolMax,
  };
}
