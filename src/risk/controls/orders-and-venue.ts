import { CANCEL_FRACTION, PAUSE_FRACTION } from '../../control/guard/dead-man.ts';
import { API_ERROR_LIMITS } from '../panic/api-errors.ts';
import { above, type Control, limit, verdict, wired } from './control.ts';

/** The controls of what becomes of orders and of the venue behind them: C24 to C31. */

const unknownLimits = { unknownMs: limit(2_000, 'ms after the submission', { max: 600_000 }) };

export const unknownOrder: Control<{ readonly unknownMs: number }, typeof unknownLimits> = {
  id: 'C24',
  layer: 'exec',
  name: 'order state unknown',
  trigger: 'more than 2 s after the submission',
  action: 'ask the venue, never send again, block the symbol until it is known',
  scope: 'instrument',
  limits: unknownLimits,
  reset: { paused: 'A' },
  coolMs: 0,
  source: wired('risk/watch, from the updates of every order'),
  check: (measured, limits) => above('paused', measured.unknownMs, limits.unknownMs),
};

const differenceLimits = {
  lotsMax: limit(1, 'lots of a position', { max: 1e9 }),
  equityFraction: limit(0.0005, 'of equity', { max: 1 }),
  withinMs: limit(30_000, 'ms between two that halt', { max: 3_600_000 }),
};

export const reconciliationDifference: Control<
  {
    /** The largest difference of an asset in lots, and its worth as a fraction of equity. */
    readonly lots: number;
    readonly equityFraction: number;
    /** Since the difference before this one; Infinity when it is the first. */
    readonly sinceLastMs: number;
  },
  typeof differenceLimits
> = {
  id: 'C25',
  layer: 'exec',
  name: 'reconciliation difference',
  trigger: 'more than 1 lot or 5 bps of equity, twice in 30 s',
  action: 'halt the venue; the repair is proposed in the log',
  scope: 'venue',
  limits: differenceLimits,
  reset: { warn: '-', halted: 'R' },
  coolMs: 0,
  source: wired('venues/venue-desk, from every comparison of balances'),
  check({ lots, equityFraction, sinceLastMs }, limits) {
    const response = sinceLastMs < limits.withinMs ? 'halted' : 'warn';
    return (
      above(response, lots, limits.lotsMax) ??
      (Number.isNaN(equityFraction) ? null : above(response, equityFraction, limits.equityFraction))
    );
  },
};

const fillLimits = { collarBps: limit(50, 'bps worse than the mid', { max: 10_000 }) };

export const strangeFill: Control<
  {
    readonly isOurs: boolean;
    /** How much worse than its limit price it was filled, in ticks; 0 without a limit. */
    readonly beyondLimitTicks: number;
    /** How much worse than the mid a fill without a limit price was. */
    readonly beyondMidBps: number;
  },
  typeof fillLimits
> = {
  id: 'C26',
  layer: 'exec',
  name: 'fill without an order, or outside the collar',
  trigger: 'any',
  action: 'halt the venue',
  scope: 'venue',
  limits: fillLimits,
  reset: { halted: 'R' },
  coolMs: 0,
  source: wired('risk/watch, from every fill'),
  check({ isOurs, beyondLimitTicks, beyondMidBps }, { collarBps }) {
    if (!isOurs) return verdict('halted', 1, 0);
    return above('halted', beyondLimitTicks, 0) ?? above('halted', beyondMidBps, collarBps);
  },
};

const rejectLimits = {
  ratioMax: limit(0.2, 'of the last answers', { max: 1 }),
  window: limit(50, 'answers', { min: 1, max: 1_000 }),
};

export const rejectRatio: Control<
  { readonly rejects: number; readonly answers: number },
  typeof rejectLimits
> = {
  id: 'C27',
  layer: 'exec',
  name: 'reject ratio',
  trigger: 'more than 20 % of the last 50 orders rejected',
  action: 'pause the venue',
  scope: 'venue',
  limits: rejectLimits,
  reset: { paused: 'A' },
  coolMs: 10_000,
  source: wired('risk/watch, from every answer to an order'),
  check({ rejects, answers }, { ratioMax, window }) {
    return answers < window ? null : above('paused', rejects / answers, ratioMax);
  },
};

const errorLimits = {
  callsMin: limit(API_ERROR_LIMITS.callsMin, 'calls in 30 s', { min: 1, max: 4_096 }),
  failingFraction: limit(API_ERROR_LIMITS.failingFraction, 'of them failed, by weight', { max: 1 }),
  runToOpen: limit(API_ERROR_LIMITS.runToOpen, 'failures in a row', { min: 1, max: 1_000 }),
  venuesToCascade: limit(2, 'venues, or half of them', { min: 2, max: 16 }),
};

export const apiErrors: Control<
  { readonly isOpen: boolean; readonly failingFraction: number },
  typeof errorLimits
> = {
  id: 'C28',
  layer: 'venue',
  name: 'API error cascade',
  trigger: '10 calls and half failed by weight in 30 s, or 5 in a row; 2 venues or half of them',
  action: 'halt the venue; halt the desk at a cascade',
  scope: 'venue',
  limits: errorLimits,
  reset: { halted: 'A' },
  coolMs: 5_000,
  source: wired('risk/watch, from every answer of the venue'),
  check({ isOpen, failingFraction }, limits) {
    return isOpen ? verdict('halted', failingFraction, limits.failingFraction) : null;
  },
};

const banLimits = {
  bansMax: limit(0, 'replies 418', { max: 100 }),
  throttlesMax: limit(2, 'replies 429 in the window', { max: 100 }),
  windowMs: limit(60_000, 'ms', { max: 600_000 }),
};

export const throttled: Control<
  { readonly bans: number; readonly throttles: number },
  typeof banLimits
> = {
  id: 'C29',
  layer: 'venue',
  name: 'ban and throttling',
  trigger: 'any 418, or the third 429 in a minute',
  action: 'nothing but cancels until Retry-After is over',
  scope: 'venue',
  limits: banLimits,
  reset: { paused: 'A' },
  coolMs: 1_000,
  source: wired('risk/watch, from every answer of the venue'),
  check({ bans, throttles }, { bansMax, throttlesMax }) {
    return above('paused', bans, bansMax) ?? above('paused', throttles, throttlesMax);
  },
};

const SWITCH = 'the holder of the switch';
const deadManLimits = {
  pauseFraction: limit(PAUSE_FRACTION, 'of the time-out without a refresh', {
    max: 1,
    setBy: SWITCH,
  }),
  cancelFraction: limit(CANCEL_FRACTION, 'of the time-out without a refresh', {
    max: 1,
    setBy: SWITCH,
  }),
};

export const deadMan: Control<{ readonly elapsedFraction: number }, typeof deadManLimits> = {
  id: 'C30',
  layer: 'venue',
  name: 'refresh of the dead-man switch',
  trigger: 'failing for more than half of its time-out; 80 %',
  action: 'no new orders; cancel all',
  scope: 'venue',
  limits: deadManLimits,
  reset: { paused: 'A', halted: 'A' },
  coolMs: 1_000,
  source: wired('venues/session, at venues that have a switch; it bars orders in the gate itself'),
  check({ elapsedFraction }, { pauseFraction, cancelFraction }) {
    return (
      above('halted', elapsedFraction, cancelFraction) ??
      above('paused', elapsedFraction, pauseFraction)
    );
  },
};

const latencyLimits = {
  p99Ms: limit(1_000, 'ms from submission to answer', { max: 600_000 }),
  baselineFactor: limit(10, 'times the median', { min: 1, max: 10_000 }),
  floorMs: limit(250, 'ms, below which no multiple of the median counts', { max: 600_000 }),
};

export const ackLatency: Control<
  { readonly p99Ms: number; readonly baselineMs: number },
  typeof latencyLimits
> = {
  id: 'C31',
  layer: 'venue',
  name: 'latency from submission to answer',
  trigger: 'p99 above 1 s, or above 10 times the baseline',
  action: 'orders that take are refused',
  scope: 'venue',
  limits: latencyLimits,
  reset: { warn: 'A' },
  coolMs: 10_000,
  source: wired('risk/watch, from every answer to an order'),
  check({ p99Ms, baselineMs }, limits) {
    const multiple = Math.max(limits.floorMs, limits.baselineFactor * baselineMs);
    return above('warn', p99Ms, limits.p99Ms) ?? above('warn', p99Ms, multiple);
  },
};
