import { ok } from '../../../core/result.ts';
import { normalCdf, normalPdf } from '../../../math/normal.ts';
import type { PerpetualMarket } from '../../perpetuals/perpetual-exchange.ts';
import type { Call, Operation } from '../requests/operation.ts';
import type { FuturesDesk } from './futures-desk.ts';
import { estimateText } from './json.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** Options end on Fridays at 08:00 UTC, and the three Fridays to come are listed. */
const FRIDAY = 5;
const EXPIRY_HOUR_MS = 8 * 3_600_000;
const EXPIRIES = 3;
/** Strikes on either side of the price, and how far apart they are as a fraction of it. */
const STRIKES_BESIDE = 4;
const STRIKE_FRACTION = 0.02;
/** What everything is marked at, per year. */
const VOLATILITY = 0.6;

/** An option of the list. */
interface Listed {
  readonly symbol: string;
  readonly expiry: string;
  readonly expiryMs: number;
  readonly strike: number;
  readonly spot: number;
  readonly isCall: boolean;
}

/**
 * Options on what the perpetuals are on. They are listed and marked, and nobody trades them: there
 * is no trade, nothing open, and nothing has ended.
 *
 * @see Black and Scholes 1973, with a rate of 0
 */
export function optionRequests({ exchange }: FuturesDesk): readonly Operation[] {
  const listed = (nowMs: number): readonly Listed[] =>
    [...exchange.markets.values()].flatMap((market) => chainOf(market as PerpetualMarket, nowMs));
  const open = (route: string, weight: number, run: Operation['run']): Operation => ({
    route: `GET /eapi/v1/${route}`,
    ...{ method: null, right: null, weight, run },
  });
  const mark = (call: Call) => {
    const symbol = call.parameters.optional('symbol');
    const nowMs = call.desk.clock.now();
    const found = listed(nowMs).filter((each) => symbol === null || each.symbol === symbol);
    return call.parameters.checked(found.map((option) => markJson(option, nowMs)));
  };
  const openInterest = (call: Call) => {
    const base = call.parameters.text('underlyingAsset');
    const expiry = call.parameters.text('expiration');
    const nowMs = call.desk.clock.now();
    const read = call.parameters.checked(listed(nowMs));
    if (!read.ok) return read;
    const found = read.value.filter(
      (each) => each.expiry === expiry && each.symbol.startsWith(`${base}-`),
    );
    return ok(
      found.map(({ symbol }) => ({
        symbol,
        sumOpenInterest: '0',
        sumOpenInterestUsd: '0',
        timestamp: String(nowMs),
      })),
    );
  };
  const none = (name: string) => (call: Call) => {
    call.parameters.text(name);
    call.parameters.limit(100, 500);
    return call.parameters.checked([]);
  };
  return [
    open('mark', 5, mark),
    open('openInterest', 0, openInterest),
    open('trades', 5, none('symbol')),
    open('exerciseHistory', 3, none('underlying')),
  ];
}

/** Calls and puts around the price; none before it is known. */
function chainOf({ rules, price }: PerpetualMarket, nowMs: number): readonly Listed[] {
  const { instrument } = rules;
  const spot = (price.mark?.indexTicks ?? 0) * instrument.tickSize;
  if (spot <= 0) return [];
  const step = stepOf(spot);
  const middle = Math.round(spot / step);
  return fridays(nowMs).flatMap((expiryMs) => {
    const expiry = new Date(expiryMs).toISOString().slice(2, 10).replaceAll('-', '');
    return Array.from({ length: 2 * STRIKES_BESIDE + 1 }, (_, at) => at - STRIKES_BESIDE).flatMap(
      (beside) => {
        const strike = (middle + beside) * step;
        if (strike <= 0) return [];
        const name = `${instrument.base}-${expiry}-${strike}`;
        const of = { expiry, expiryMs, strike, spot };
        return [
          { symbol: `${name}-C`, isCall: true, ...of },
          { symbol: `${name}-P`, isCall: false, ...of },
        ];
      },
    );
  });
}

/** A power of ten, or twice or five times one, near the fraction of the price that is wanted. */
function stepOf(spot: number): number {
  const wanted = spot * STRIKE_FRACTION;
  const ten = Math.max(1, 10 ** Math.floor(Math.log10(wanted)));
  if (wanted >= 5 * ten) return 5 * ten;
  return wanted >= 2 * ten ? 2 * ten : ten;
}

function fridays(nowMs: number): readonly number[] {
  const today = Math.floor(nowMs / DAY_MS);
  const weekday = new Date(nowMs).getUTCDay();
  const first = today + ((FRIDAY - weekday + 7) % 7);
  const isPast = first * DAY_MS + EXPIRY_HOUR_MS <= nowMs;
  return Array.from(
    { length: EXPIRIES },
    (_, week) => (first + 7 * (week + (isPast ? 1 : 0))) * DAY_MS + EXPIRY_HOUR_MS,
  );
}

function markJson({ symbol, strike, spot, expiryMs, isCall }: Listed, nowMs: number) {
  const years = (expiryMs - nowMs) / YEAR_MS;
  const deviation = VOLATILITY * Math.sqrt(years);
  const d1 = Math.log(spot / strike) / deviation + deviation / 2;
  const d2 = d1 - deviation;
  const sign = isCall ? 1 : -1;
  const price = sign * (spot * normalCdf(sign * d1) - strike * normalCdf(sign * d2));
  const density = normalPdf(d1);
  const iv = estimateText(VOLATILITY);
  return {
    symbol,
    markPrice: estimateText(Math.max(price, 0)),
    bidIV: iv,
    askIV: iv,
    markIV: iv,
    delta: estimateText(sign * normalCdf(sign * d1)),
    // Per day and per point of volatility, as the venue tells them.
    theta: estimateText((-spot * density * VOLATILITY) / (2 * Math.sqrt(years)) / 365),
    gamma: estimateText(density / (spot * deviation)),
    vega: estimateText((spot * density * Math.sqrt(years)) / 100),
    highPriceLimit: estimateText(spot),
    lowPriceLimit: '0.10000000',
    riskFreeInterest: '0',
  };
}
