import type { Amount } from '../../../core/units.ts';
import { arrayIn, flagOf, objectIn, textOf, wordIn } from '../../binance/wire.ts';
import type { Query } from '../../port.ts';
import { assetName } from '../pair.ts';
import { type KrakenAccess, type Params, privateQuestion } from '../rest.ts';
import { cutAmountIn } from '../wire/amounts.ts';

/** A way to earn on an asset: staking, bonded or not. */
export interface EarnStrategy {
  readonly id: string;
  readonly asset: string;
  /** `instant`, `timed`, `bonded` or `flex`: how an allocation can be taken back. */
  readonly lock: string;
  readonly canAllocate: boolean;
  readonly canDeallocate: boolean;
  /** Estimated yearly return as decimal texts in per cent; empty when the venue names none. */
  readonly returnLow: string;
  readonly returnHigh: string;
}

export interface EarnAllocation {
  readonly strategyId: string;
  readonly asset: string;
  /** What is allocated and what it has earned, in 10^-8 of the asset. */
  readonly allocated: Amount;
  readonly rewarded: Amount;
}

export function earnStrategies(
  access: KrakenAccess,
  asset: string,
  nowMs: number,
): Query<readonly EarnStrategy[]> {
  return privateQuestion(access, 'Earn/Strategies', [['asset', asset]], nowMs, (result) =>
    arrayIn(objectIn(result, 'strategies')['items'], 'items').map((item) => {
      const strategy = objectIn(item, 'strategy');
      const yearly = objectIn(strategy['apr_estimate'] ?? {}, 'apr_estimate');
      return {
        id: textOf(strategy, 'id'),
        asset: assetName(textOf(strategy, 'asset')),
        lock: textOf(objectIn(strategy['lock_type'], 'lock_type'), 'type'),
        canAllocate: flagOf(strategy, 'can_allocate'),
        canDeallocate: flagOf(strategy, 'can_deallocate'),
        returnLow: wordIn(yearly['low']),
        returnHigh: wordIn(yearly['high']),
      };
    }),
  );
}

export function earnAllocations(
  access: KrakenAccess,
  nowMs: number,
): Query<readonly EarnAllocation[]> {
  const params: Params = [['hide_zero_allocations', 'true']];
  return privateQuestion(access, 'Earn/Allocations', params, nowMs, (result) =>
    arrayIn(objectIn(result, 'allocations')['items'], 'items').map((item) => {
      const entry = objectIn(item, 'allocation');
      const total = objectIn(
        objectIn(entry['amount_allocated'], 'amount_allocated')['total'],
        'total',
      );
      const rewarded = objectIn(entry['total_rewarded'] ?? { native: '0' }, 'total_rewarded');
      return {
        strategyId: textOf(entry, 'strategy_id'),
        asset: assetName(textOf(entry, 'native_asset')),
        allocated: cutAmountIn(total, 'native'),
        rewarded: cutAmountIn(rewarded, 'native'),
      };
    }),
  );
}
