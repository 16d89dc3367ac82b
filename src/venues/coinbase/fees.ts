import { objectIn } from '../binance/wire.ts';
import type { Query } from '../port.ts';
import { fineAmountIn } from './order-answers.ts';
import { question, type RestAccess, signedRequest } from './rest.ts';

/** What an account pays, and on how much that it traded in thirty days. */
export interface TradingSummary {
  /** Fractions of the notional. */
  readonly makerFraction: number;
  readonly takerFraction: number;
  readonly volumeUsd: number;
  readonly feesUsd: number;
}

export function tradingSummary(access: RestAccess, nowMs: number): Query<TradingSummary> {
  return question(signedRequest(access, 'GET', 'transaction_summary', nowMs), (value) => {
    const summary = objectIn(value, 'summary');
    const tier = objectIn(summary['fee_tier'], 'fee_tier');
    return {
      makerFraction: Number(fineAmountIn(tier, 'maker_fee_rate')) / 1e8,
      takerFraction: Number(fineAmountIn(tier, 'taker_fee_rate')) / 1e8,
      volumeUsd: Number(fineAmountIn(summary, 'total_volume')) / 1e8,
      feesUsd: Number(fineAmountIn(summary, 'total_fees')) / 1e8,
    };
  });
}
