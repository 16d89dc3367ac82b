import type { MarketFact } from '../../market/fact.ts';
import {
  type OptionExercise,
  type OptionMark,
  type OptionOpenInterest,
  type OptionTrade,
  optionQueries,
} from '../binance/futures/option-flow.ts';
import type { RestAccess } from '../binance/rest.ts';
import type { Query } from '../port.ts';
import { asFacts, figuresOf } from './fact-source.ts';

/** Requests that one answer takes at most. */
export const OPTION_REQUESTS = 4;
/** What a call at the money has, and by whose volatilities the skew is told. */
const AT_THE_MONEY = 0.5;
const WING = 0.25;

/**
 * The flow of options on one underlying, from four questions of which each rests on the one before:
 * what all are marked at, what is open in those that expire next, who trades the one nearest to the
 * money, and how the last ones ended.
 *
 * @param underlying as `BTCUSDT`
 */
export function optionFacts(
  access: RestAccess,
  venue: string,
  { base, underlying }: { readonly base: string; readonly underlying: string },
  nowMs: number,
): Query<readonly MarketFact[]> {
  const queries = optionQueries(access);
  const figures = (values: Record<string, number | null>): readonly MarketFact[] =>
    figuresOf(venue, `${base} options`, nowMs, values);
  const exercises = (told: readonly MarketFact[]): Query<readonly MarketFact[]> =>
    asFacts(queries.exercises(underlying), (ends) => [...told, ...figures(endings(ends))]);
  const trades = (told: readonly MarketFact[], symbol: string): Query<readonly MarketFact[]> =>
    asFacts(queries.trades(symbol), (found) => [...told, ...figures(flow(found))], exercises);
  let nearest: { readonly expiry: string; readonly symbol: string } | null = null;
  const open = (told: readonly MarketFact[]): Query<readonly MarketFact[]> | null => {
    if (nearest === null) return null;
    const { expiry, symbol } = nearest;
    return asFacts(
      queries.openInterest(base, expiry),
      (interest) => [...told, ...figures(held(interest))],
      (further) => trades(further, symbol),
    );
  };
  return asFacts(
    queries.marks(),
    (all) => {
      const marks = all.filter(({ contract }) => contract.underlying === base);
      nearest = nearestOf(marks);
      return figures(surface(marks, nearest?.expiry ?? ''));
    },
    open,
  );
}

/** Those that expire next, and of them the call nearest to the money. */
function nearestOf(marks: readonly OptionMark[]) {
  const expiries = marks.map(({ contract }) => contract.expiry).sort();
  const [expiry] = expiries;
  if (expiry === undefined) return null;
  const call = byDelta(marks, expiry, AT_THE_MONEY);
  return call === null ? null : { expiry, symbol: call.contract.symbol };
}

/** The option of an expiry whose delta is nearest, a put below 0; null where there is none. */
function byDelta(marks: readonly OptionMark[], expiry: string, delta: number): OptionMark | null {
  const right = delta > 0 ? 'call' : 'put';
  let best: OptionMark | null = null;
  for (const mark of marks) {
    if (mark.contract.expiry !== expiry || mark.contract.right !== right) continue;
    const isNearer = best === null || Math.abs(mark.delta - delta) < Math.abs(best.delta - delta);
    if (isNearer) best = mark;
  }
  return best;
}

function surface(marks: readonly OptionMark[], expiry: string): Record<string, number | null> {
  const atTheMoney = byDelta(marks, expiry, AT_THE_MONEY);
  const [put, call] = [byDelta(marks, expiry, -WING), byDelta(marks, expiry, WING)];
  const isSkewed = put !== null && call !== null;
  return {
    'listed-count': marks.length,
    'implied-volatility': atTheMoney?.impliedVolatility ?? null,
    'risk-reversal': isSkewed ? call.impliedVolatility - put.impliedVolatility : null,
  };
}

function held(open: readonly OptionOpenInterest[]): Record<string, number | null> {
  const sum = (right: 'call' | 'put'): number =>
    open
      .filter(({ contract }) => contract.right === right)
      .reduce((total, { quantity }) => total + quantity, 0);
  return { 'call-open-interest': sum('call'), 'put-open-interest': sum('put') };
}

function flow(trades: readonly OptionTrade[]): Record<string, number | null> {
  const sum = (side: OptionTrade['takerSide']): number =>
    trades
      .filter(({ takerSide }) => takerSide === side)
      .reduce((total, { quantity }) => total + quantity, 0);
  return { 'taker-bought-quantity': sum('buy'), 'taker-sold-quantity': sum('sell') };
}

function endings(ends: readonly OptionExercise[]): Record<string, number | null> {
  const last = ends.reduce<OptionExercise | null>(
    (latest, each) => (latest === null || each.expiredMs > latest.expiredMs ? each : latest),
    null,
  );
  return {
    'settlement-price': last?.settlement ?? null,
    'settled-ms': last?.expiredMs ?? null,
    'exercised-count': ends.filter(({ isExercised }) => isExercised).length,
  };
}
