import { above, type Control, limit, verdict, wired } from './control.ts';

/** The controls of the size and the number of orders: C01, C03 to C07. */

const equityLimits = {
  equityFraction: limit(0.02, 'of equity', { max: 1 }),
  volumeFraction: limit(0.005, 'of the 24 h volume', { max: 1 }),
};

export const orderNotional: Control<
  {
    /** All in quote currency; NaN where nobody knows it, and then that part is blind. */
    readonly notional: number;
    readonly equity: number;
    readonly dayVolume: number;
  },
  typeof equityLimits
> = {
  id: 'C01',
  layer: 'gate',
  name: 'order notional',
  trigger: 'above 2 % of equity, 0.5 % of the 24 h volume, or `risk.maxOrderNotional`',
  action: 'refuse the order',
  scope: 'order',
  limits: equityLimits,
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade; the 24 h volume comes with the venues’ tickers'),
  check({ notional, equity, dayVolume }, { equityFraction, volumeFraction }) {
    return (
      shareAbove(notional, equity, equityFraction) ??
      shareAbove(notional, dayVolume, volumeFraction)
    );
  },
};

const leverageLimits = { leverageMax: limit(3, 'times the equity at the venue', { max: 100 }) };

export const leverage: Control<
  {
    /** Every position of the venue with everything open filled at its worst, in quote currency. */
    readonly gross: number;
    /** NaN where nobody knows it, and then the control is blind. */
    readonly equity: number;
  },
  typeof leverageLimits
> = {
  id: 'C03',
  layer: 'gate',
  name: 'position, gross exposure and leverage',
  trigger: 'above `risk.maxPositionNotional`, or gross above 3 times the equity at the venue',
  action: 'refuse the order',
  scope: 'order',
  limits: leverageLimits,
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade'),
  check: ({ gross, equity }, { leverageMax }) => shareAbove(gross, equity, leverageMax),
};

const concentrationLimits = {
  equityFraction: limit(0.05, 'of equity in one symbol', { max: 100 }),
  correlationMax: limit(0.7, 'correlation from which two symbols are one', { max: 1 }),
};

export const concentration: Control<
  {
    /** The symbol's position at its worst, in quote currency. */
    readonly notional: number;
    readonly equity: number;
    /** The correlation with another symbol and its notional; both 0 where none is known. */
    readonly correlation: number;
    readonly otherNotional: number;
  },
  typeof concentrationLimits
> = {
  id: 'C04',
  layer: 'gate',
  name: 'concentration and correlation',
  trigger: 'above 5 % of equity in one symbol, symbols correlated above 0.7 taken together',
  action: 'refuse the order',
  scope: 'order',
  limits: concentrationLimits,
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade; correlations of minutes from risk/portfolio'),
  check(measured, { equityFraction, correlationMax }) {
    const { notional, equity, correlation, otherNotional } = measured;
    const isOne = !(Math.abs(correlation) <= correlationMax);
    return shareAbove(isOne ? notional + otherNotional : notional, equity, equityFraction);
  },
};

const rateLimits = {
  strategyPerSecond: limit(10, 'orders of a strategy a second', {
    setBy: 'risk.strategyOrdersPerSecond',
  }),
  deskPerSecond: limit(50, 'orders of the desk a second', { setBy: 'risk.ordersPerSecond' }),
  weightFraction: limit(0.8, 'of the weight that the venue allows', { max: 1 }),
  runawayPerSecond: limit(100, 'refusals in each of ten seconds, which pause the strategy'),
};

export const orderRate: Control<
  {
    /** Orders asked for in the last second. */
    readonly strategyPerSecond: number;
    readonly deskPerSecond: number;
    /** Of the venue's allowance that is used; 0 where the venue does not tell. */
    readonly weightFraction: number;
    /** Refused for their rate, in the least of the last ten seconds: somebody goes on asking. */
    readonly refusedPerSecond: number;
  },
  typeof rateLimits
> = {
  id: 'C05',
  layer: 'gate',
  name: 'order rate',
  trigger: 'above 10 a second of a strategy, 50 of the desk, or 80 % of the venue’s weight',
  action: 'refuse; a strategy that is refused 100 times a second for ten seconds is paused',
  scope: 'strategy',
  limits: rateLimits,
  reset: { paused: 'A' },
  coolMs: 10_000,
  source: wired('risk/pre-trade; the weight comes with the venues’ headers'),
  check(measured, limits) {
    return (
      above('paused', measured.refusedPerSecond, limits.runawayPerSecond) ??
      above('refused', measured.strategyPerSecond, limits.strategyPerSecond) ??
      above('refused', measured.deskPerSecond, limits.deskPerSecond) ??
      above('refused', measured.weightFraction, limits.weightFraction)
    );
  },
};

const duplicateLimits = {
  withinMs: limit(500, 'ms in which the same order again is a duplicate', { max: 60_000 }),
  haltAt: limit(3, 'duplicates that halt the strategy', { min: 1, max: 100 }),
  haltWithinMs: limit(10_000, 'ms in which they come', { max: 600_000 }),
};

export const duplicateOrder: Control<
  {
    readonly isIdReused: boolean;
    /** Since the same order was asked for; Infinity when it never was. */
    readonly sameAgoMs: number;
    /** Duplicates of the strategy in the window, without this one. */
    readonly before: number;
  },
  typeof duplicateLimits
> = {
  id: 'C06',
  layer: 'gate',
  name: 'duplicate order',
  trigger: 'same symbol, side, size and price within 500 ms, or a client id again; 3 in 10 s',
  action: 'refuse the order; at the third halt the strategy',
  scope: 'strategy',
  limits: duplicateLimits,
  reset: { halted: 'O' },
  coolMs: 0,
  source: wired('risk/pre-trade'),
  check({ isIdReused, sameAgoMs, before }, { withinMs, haltAt }) {
    if (!isIdReused && sameAgoMs > withinMs) return null;
    const count = before + 1;
    return verdict(count >= haltAt ? 'halted' : 'refused', count, haltAt);
  },
};

const repeatedLimits = { ratioMax: limit(1.01, 'fills over what was asked for', { min: 1 }) };

export const repeatedExecution: Control<
  {
    readonly parentLots: number;
    readonly filledLots: number;
    /** Lots of all children that may still fill, the filled ones included. */
    readonly childLots: number;
  },
  typeof repeatedLimits
> = {
  id: 'C07',
  layer: 'gate',
  name: 'repeated execution',
  trigger: 'fills of the children above their parent, or children above 1.01 of it',
  action: 'emergency',
  scope: 'desk',
  limits: repeatedLimits,
  reset: { emergency: '2P' },
  coolMs: 0,
  source: wired('risk/watch: an order is its own parent until algorithms come'),
  check({ parentLots, filledLots, childLots }, { ratioMax }) {
    return (
      above('emergency', filledLots, parentLots) ??
      above('emergency', childLots / parentLots, ratioMax)
    );
  },
};

/** Blind where the base is not known. A base that is used up carries nothing. */
function shareAbove(notional: number, base: number, fraction: number) {
  if (Number.isNaN(base)) return null;
  return above('refused', base > 0 ? notional / base : Number.POSITIVE_INFINITY, fraction);
}
