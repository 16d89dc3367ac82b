import { ok, type Result } from '../../../core/result.ts';
import type { Call, Method } from '../call.ts';
import type { KrakenError } from '../errors.ts';
import { assetCode } from '../names.ts';

/** What the venue pays in a year, in per cent. */
const RETURN_LOW = '2.0000';
const RETURN_HIGH = '4.0000';

/** What can be earned on assets. Offers are told, and nothing can be allocated to them. */
export const EARN_METHODS: readonly Method[] = [
  { name: 'Earn/Strategies', right: 'read', cost: 1, run: strategies },
  { name: 'Earn/Allocations', right: 'read', cost: 1, run: allocations },
];

/** One offer for each asset that is traded as a base; `asset` asks for one alone. */
function strategies({ desk, read }: Call): Result<unknown, KrakenError> {
  const asked = read('asset');
  const bases = new Set(desk.pairs.all.map(({ market }) => market.rules.instrument.base));
  const items = [...bases]
    .filter((base) => asked === '' || asked === base || asked === assetCode(base))
    .map((base) => ({
      id: `ES${base}-INSTA-NT0001`,
      asset: assetCode(base),
      lock_type: { type: 'instant', payout_frequency: 604_800 },
      apr_estimate: { low: RETURN_LOW, high: RETURN_HIGH },
      user_min_allocation: '0.01',
      allocation_fee: '0.0000',
      deallocation_fee: '0.0000',
      auto_compound: { type: 'enabled' },
      yield_source: { type: 'staking' },
      can_allocate: false,
      can_deallocate: false,
      allocation_restriction_info: ['tier'],
    }));
  return ok({ next_cursor: null, items });
}

function allocations(): Result<unknown, KrakenError> {
  const none = '0.00000000';
  return ok({
    converted_asset: 'USD',
    total_allocated: none,
    total_rewarded: none,
    next_cursor: null,
    items: [],
  });
}
