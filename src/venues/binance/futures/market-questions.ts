import type { Query } from '../../port.ts';
import { question, type RestAccess } from '../rest.ts';
import { arrayIn, objectIn, textOf, type WireObject, wholeOf } from '../wire.ts';
import { numberOf } from './option-flow.ts';

/** Open contracts of one market at one time. No socket tells it. */
export interface OpenInterest {
  /** In base. */
  readonly quantity: number;
  readonly venueMs: number;
}

/** What the largest accounts of the venue, or all takers, have done; doubles for statistics. */
export interface LongShortRatio {
  /** Long (or bought) over short (or sold). */
  readonly ratio: number;
  /** Fraction of the accounts or positions that are long; 0.5 is even. */
  readonly longFraction: number;
  readonly venueMs: number;
}

export interface FundingPayment {
  /** A fraction of the notional; below 0 the shorts paid. */
  readonly rate: number;
  readonly venueMs: number;
}

export interface FundingOutlook {
  readonly markPrice: number;
  readonly indexPrice: number;
  /** As it stands now; it moves until it is paid. */
  readonly rate: number;
  readonly nextMs: number;
}

/** Length of the periods that the venue sums ratios over. */
export type RatioPeriod = '5m' | '15m' | '30m' | '1h' | '2h' | '4h' | '6h' | '12h' | '1d';

/** Entries of one reply: the most the venue gives for ratios and interest, and for funding. */
const RATIOS_MAX = 500;
const FUNDINGS_MAX = 1_000;

/** What is polled of a futures market: open interest, funding, and who is long. */
export function futuresQuestions(access: RestAccess) {
  const ratios = (path: string, symbol: string, period: RatioPeriod, read: RatioReader) =>
    question(
      access,
      `/futures/data/${path}?symbol=${symbol}&period=${period}&limit=${RATIOS_MAX}`,
      (value) => arrayIn(value, path).map((entry) => read(objectIn(entry, path))),
    );
  return {
    openInterest: (symbol: string): Query<OpenInterest> =>
      question(access, `/fapi/v1/openInterest?symbol=${symbol}`, (value) => {
        const found = objectIn(value, 'open interest');
        return { quantity: numberOf(found, 'openInterest'), venueMs: wholeOf(found, 'time') };
      }),
    /** Oldest first. */
    openInterestHistory: (symbol: string, period: RatioPeriod): Query<readonly OpenInterest[]> =>
      question(
        access,
        `/futures/data/openInterestHist?symbol=${symbol}&period=${period}&limit=${RATIOS_MAX}`,
        (value) =>
          arrayIn(value, 'open interest').map((entry) => {
            const found = objectIn(entry, 'open interest');
            return {
              quantity: numberOf(found, 'sumOpenInterest'),
              venueMs: wholeOf(found, 'timestamp'),
            };
          }),
      ),
    /** Positions of the top 20 % of accounts by margin. */
    topTraderPositions: (symbol: string, period: RatioPeriod): Query<readonly LongShortRatio[]> =>
      ratios('topLongShortPositionRatio', symbol, period, ratioIn),
    /** The same accounts, each counted once. */
    topTraderAccounts: (symbol: string, period: RatioPeriod): Query<readonly LongShortRatio[]> =>
      ratios('topLongShortAccountRatio', symbol, period, ratioIn),
    /** What takers bought over what they sold. */
    takerVolume: (symbol: string, period: RatioPeriod): Query<readonly LongShortRatio[]> =>
      ratios('takerlongshortRatio', symbol, period, takerRatioIn),
    funding: (symbol: string): Query<FundingOutlook> =>
      question(access, `/fapi/v1/premiumIndex?symbol=${symbol}`, (value) => {
        const found = objectIn(value, 'premium index');
        return {
          markPrice: numberOf(found, 'markPrice'),
          indexPrice: numberOf(found, 'indexPrice'),
          rate: textOf(found, 'lastFundingRate') === '' ? 0 : numberOf(found, 'lastFundingRate'),
          nextMs: wholeOf(found, 'nextFundingTime'),
        };
      }),
    /** Oldest first. */
    fundingHistory: (symbol: string, sinceMs: number): Query<readonly FundingPayment[]> =>
      question(
        access,
        `/fapi/v1/fundingRate?symbol=${symbol}&startTime=${sinceMs}&limit=${FUNDINGS_MAX}`,
        (value) =>
          arrayIn(value, 'funding').map((entry) => {
            const found = objectIn(entry, 'funding');
            return { rate: numberOf(found, 'fundingRate'), venueMs: wholeOf(found, 'fundingTime') };
          }),
      ),
  };
}

type RatioReader = (entry: WireObject) => LongShortRatio;

function ratioIn(entry: WireObject): LongShortRatio {
  return {
    ratio: numberOf(entry, 'longShortRatio'),
    longFraction: numberOf(entry, 'longAccount'),
    venueMs: wholeOf(entry, 'timestamp'),
  };
}

function takerRatioIn(entry: WireObject): LongShortRatio {
  const bought = numberOf(entry, 'buyVol');
  const sold = numberOf(entry, 'sellVol');
  return {
    ratio: numberOf(entry, 'buySellRatio'),
    longFraction: bought + sold === 0 ? 0.5 : bought / (bought + sold),
    venueMs: wholeOf(entry, 'timestamp'),
  };
}
