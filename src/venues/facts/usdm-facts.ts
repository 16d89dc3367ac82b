import type { Instrument } from '../../core/instrument.ts';
import type { MarketFact, Positioning } from '../../market/fact.ts';
import { futuresAccount } from '../binance/futures/account.ts';
import {
  type FundingPayment,
  futuresQuestions,
  type LongShortRatio,
  type OpenInterest,
} from '../binance/futures/market-questions.ts';
import type { RestAccess } from '../binance/rest.ts';
import type { Query } from '../port.ts';
import { asFacts, type FactSource, figuresOf } from './fact-source.ts';
import { OPTION_REQUESTS, optionFacts } from './option-facts.ts';

const PERIOD = '5m';
const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;

/** What Binance's futures tell of each market, of the account, and of the options beside them. */
export function usdmFacts(
  access: RestAccess,
  venue: string,
  instruments: readonly Instrument[],
): readonly FactSource[] {
  const asked = futuresQuestions(access);
  const ofMarkets = instruments.flatMap(({ index, symbol, lotSize }): FactSource[] => {
    const positioning = (of: Positioning, query: Query<readonly LongShortRatio[]>): FactSource => ({
      topic: 'positioning',
      subject: `${symbol} ${of}`,
      query: () => asFacts(query, (ratios) => latestOf(index, of, ratios)),
    });
    return [
      {
        topic: 'funding',
        subject: symbol,
        query: (nowMs) =>
          asFacts(asked.funding(symbol), ({ markPrice, indexPrice, rate, nextMs }) => [
            {
              kind: 'mark-priced',
              instrument: index,
              mark: markPrice,
              index: indexPrice,
              fundingFraction: rate,
              nextFundingMs: nextMs,
              venueMs: nowMs,
            },
          ]),
      },
      {
        topic: 'open-interest',
        subject: symbol,
        query: () =>
          asFacts(asked.openInterest(symbol), ({ quantity, venueMs }) => [
            {
              kind: 'interest-measured',
              instrument: index,
              lots: Math.round(quantity / lotSize),
              venueMs,
            },
          ]),
      },
      {
        topic: 'funding-history',
        subject: symbol,
        query: (nowMs) =>
          asFacts(asked.fundingHistory(symbol, nowMs - MONTH_MS), (paid) =>
            figuresOf(venue, symbol, nowMs, fundingPaid(paid, nowMs)),
          ),
      },
      {
        topic: 'interest-history',
        subject: symbol,
        query: () =>
          asFacts(asked.openInterestHistory(symbol, PERIOD), (interest) =>
            figuresOf(venue, symbol, interest.at(-1)?.venueMs ?? 0, interestChange(interest)),
          ),
      },
      positioning('top-positions', asked.topTraderPositions(symbol, PERIOD)),
      positioning('top-accounts', asked.topTraderAccounts(symbol, PERIOD)),
      positioning('takers', asked.takerVolume(symbol, PERIOD)),
    ];
  });
  return [...ofMarkets, ...ofOptions(access, venue, instruments), ofMargin(access, venue)];
}

/** What a long has paid shorts over a day, a week and a month, as fractions of its notional. */
function fundingPaid(
  paid: readonly FundingPayment[],
  nowMs: number,
): Record<string, number | null> {
  const since = (ms: number): number | null => {
    const within = paid.filter(({ venueMs }) => venueMs > nowMs - ms);
    return within.length === 0 ? null : within.reduce((sum, { rate }) => sum + rate, 0);
  };
  return {
    'funding-day-fraction': since(DAY_MS),
    'funding-week-fraction': since(7 * DAY_MS),
    'funding-month-fraction': since(MONTH_MS),
  };
}

/** How much more is open than an hour and a day before; none where the history is shorter. */
function interestChange(interest: readonly OpenInterest[]): Record<string, number | null> {
  const last = interest.at(-1);
  const since = (ms: number): number | null => {
    const before = interest.findLast(({ venueMs }) => venueMs <= (last?.venueMs ?? 0) - ms);
    if (last === undefined || before === undefined || before.quantity === 0) return null;
    return last.quantity / before.quantity - 1;
  };
  return {
    'open-interest-hour-change-fraction': since(DAY_MS / 24),
    'open-interest-day-change-fraction': since(DAY_MS),
  };
}

/** Oldest first comes from the venue; the last is the one that holds. */
function latestOf(
  instrument: number,
  of: Positioning,
  ratios: readonly LongShortRatio[],
): readonly MarketFact[] {
  const last = ratios.at(-1);
  if (last === undefined) return [];
  const { longFraction, venueMs } = last;
  return [{ kind: 'positioning-measured', instrument, of, longFraction, venueMs }];
}

/** Options have a host of their own beside the futures'; a venue of ours has one for both. */
function ofOptions(
  access: RestAccess,
  venue: string,
  instruments: readonly Instrument[],
): readonly FactSource[] {
  const options = { ...access, url: access.url.replace('//fapi.', '//eapi.') };
  return instruments
    .filter(({ quote }) => quote === 'USDT')
    .map(({ base, symbol }) => ({
      topic: 'option-flow',
      subject: base,
      requests: OPTION_REQUESTS,
      query: (nowMs) => optionFacts(options, venue, { base, underlying: symbol }, nowMs),
    }));
}

function ofMargin(access: RestAccess, venue: string): FactSource {
  const account = futuresAccount(access);
  return {
    topic: 'margin',
    subject: 'positions',
    query: (nowMs) =>
      asFacts(account.positions(nowMs), (positions) =>
        positions.flatMap(({ symbol, quantity, entryPrice, markPrice, liquidationPrice }) =>
          figuresOf(venue, symbol, nowMs, {
            'position-quantity': Number(quantity) / 1e8,
            'entry-price': entryPrice,
            'position-mark-price': markPrice,
            'liquidation-price': liquidationPrice,
          }),
        ),
      ),
  };
}
