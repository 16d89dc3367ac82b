import { tradingSummary } from '../coinbase/fees.ts';
import type { RestAccess } from '../coinbase/rest.ts';
import { asFacts, type FactSource, figuresOf } from './fact-source.ts';

/** What Coinbase tells an account of itself. */
export function coinbaseFacts(access: RestAccess, venue: string): readonly FactSource[] {
  return [
    {
      topic: 'fees',
      subject: '',
      query: (nowMs) =>
        asFacts(tradingSummary(access, nowMs), (summary) =>
          figuresOf(venue, 'fees', nowMs, {
            'maker-fee-fraction': summary.makerFraction,
            'taker-fee-fraction': summary.takerFraction,
            'volume-usd': summary.volumeUsd,
            'fees-usd': summary.feesUsd,
          }),
        ),
    },
  ];
}
