import { err, ok, type Result } from '../../../core/result.ts';
import type { Ask } from '../../port.ts';
import type { RestAccess } from '../rest.ts';
import { futuresAccount, type MarketSetting } from './account.ts';
import { futuresTime } from './rest.ts';

/** A market set above this is not traded: positions of the desk are never worth more. */
export const LEVERAGE_MAX = 3;

/**
 * What must hold of an account before it trades: one position a symbol, each asset for itself, and
 * of every market that is traded cross margin and little leverage. It is set by people, since the
 * venue allows it only while nothing is open.
 *
 * @returns a sentence with what was found and how to mend it
 */
export async function checkFuturesAccount(
  access: RestAccess,
  symbols: readonly string[],
  ask: Ask,
): Promise<Result<null, string>> {
  const account = futuresAccount(access);
  const time = await ask(futuresTime(access));
  if (!time.ok) return time;
  const isHedged = await ask(account.isHedged(time.value));
  if (!isHedged.ok) return isHedged;
  if (isHedged.value) {
    return err(
      'found hedge mode, wanted one position a symbol: ' +
        mend('Position Mode', 'positionSide/dual with dualSidePosition=false'),
    );
  }
  const isMultiAsset = await ask(account.isMultiAsset(time.value));
  if (!isMultiAsset.ok) return isMultiAsset;
  if (isMultiAsset.value) {
    return err(
      'found multi-assets margin, wanted each asset for itself: ' +
        mend('Asset Mode', 'multiAssetsMargin with multiAssetsMargin=false'),
    );
  }
  const settings = await ask(account.settings(time.value));
  if (!settings.ok) return settings;
  const fault = symbols.map((symbol) => faultOf(symbol, settings.value)).find((each) => each);
  return fault === undefined || fault === null ? ok(null) : err(fault);
}

function faultOf(symbol: string, settings: readonly MarketSetting[]): string | null {
  const setting = settings.find((each) => each.symbol === symbol);
  if (setting === undefined) return `${symbol}: the account has no settings for it`;
  const { isCross, leverage } = setting;
  if (!isCross) {
    const request = `marginType with symbol=${symbol} and marginType=CROSSED`;
    return `${symbol}: found isolated margin, wanted cross: ${mend('Margin Mode', request)}`;
  }
  if (leverage > LEVERAGE_MAX) {
    const request = `leverage with symbol=${symbol} and leverage=${LEVERAGE_MAX}`;
    const wanted = `wanted at most ${LEVERAGE_MAX}: ${mend('Leverage', request)}`;
    return `${symbol}: found leverage ${leverage}, ${wanted}`;
  }
  return null;
}

function mend(preference: string, request: string): string {
  return `close what is open and set ${preference} at the venue, or POST /fapi/v1/${request}`;
}
