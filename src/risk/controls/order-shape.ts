import type { Permissions } from '../../control/gate.ts';
import { above, type Control, limit, verdict, wired } from './control.ts';

/** The controls of one order's price and right to leave: C02, C08 to C11. */

const collarLimits = {
  beyondMidBps: limit(50, 'bps beyond the mid', { max: 5_000 }),
  takerCalmBps: limit(10, 'bps beyond the mid, of an order that takes in a calm market', {
    max: 5_000,
  }),
  meanFraction: limit(0.05, 'away from the mean of five minutes', { max: 1 }),
  pauseAt: limit(3, 'refusals that pause the symbol', { min: 1, max: 100 }),
  pauseWithinMs: limit(60_000, 'ms in which they come', { max: 600_000 }),
};

export const priceCollar: Control<
  {
    /** How far the limit price is on the side that pays more; negative on the other. */
    readonly beyondMidBps: number;
    readonly isTakingInCalm: boolean;
    /** Away from the mean of the mid over five minutes, 0 while there is none. */
    readonly meanFraction: number;
    /** Refusals of the symbol in the window, without this one. */
    readonly before: number;
  },
  typeof collarLimits
> = {
  id: 'C02',
  layer: 'gate',
  name: 'price collar',
  trigger: 'beyond the mid by 50 bps (takers in calm: 10), or 5 % off the mean of 5 minutes',
  action: 'refuse the order; at the third in 60 s pause the symbol',
  scope: 'instrument',
  limits: collarLimits,
  reset: { paused: 'A' },
  letsFlatten: true,
  coolMs: 60_000,
  source: wired('risk/pre-trade'),
  check({ beyondMidBps, isTakingInCalm, meanFraction, before }, limits) {
    const beyondMax = isTakingInCalm ? limits.takerCalmBps : limits.beyondMidBps;
    const response = before + 1 >= limits.pauseAt ? 'paused' : 'refused';
    return (
      above(response, beyondMidBps, beyondMax) ?? above(response, meanFraction, limits.meanFraction)
    );
  },
};

export const selfTrade: Control<{ readonly ownCrossed: number }, Record<never, never>> = {
  id: 'C08',
  layer: 'gate',
  name: 'self-trade',
  trigger: 'would trade with an own order',
  action: 'refuse the order',
  scope: 'order',
  limits: {},
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade'),
  check: ({ ownCrossed }) => above('refused', ownCrossed, 0),
};

export const instrumentRule: Control<
  {
    /** Ticks, lots or notional of the order and what the venue allows. */
    readonly found: number;
    readonly min: number;
    readonly max: number;
    /** Whether the venue knows the symbol and trades it. */
    readonly isTrading: boolean;
  },
  Record<never, never>
> = {
  id: 'C09',
  layer: 'gate',
  name: 'symbol, market status, tick, lot and least notional',
  trigger: 'not allowed, or not known',
  action: 'refuse the order',
  scope: 'order',
  limits: {},
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade'),
  check({ found, min, max, isTrading }) {
    if (!isTrading) return verdict('refused', found, 0);
    if (!(found >= min)) return verdict('refused', found, min);
    return above('refused', found, max);
  },
};

export const reduceOnly: Control<
  { readonly isReduceOnly: boolean; readonly permissions: Permissions },
  Record<never, never>
> = {
  id: 'C10',
  layer: 'gate',
  name: 'reduce-only by mode',
  trigger: 'an order that the mode does not permit: one that increases outside Semi and Full',
  action: 'refuse the order',
  scope: 'order',
  limits: {},
  reset: {},
  coolMs: 0,
  source: wired('risk/pre-trade and control/gate'),
  check({ isReduceOnly, permissions: { mayIncrease, mayReduce } }) {
    const may = isReduceOnly ? mayReduce : mayIncrease;
    return may ? null : verdict('refused', 1, 0);
  },
};

export const contacts: Control<
  { readonly haltWord: number; readonly openContacts: number },
  Record<never, never>
> = {
  id: 'C11',
  layer: 'gate',
  name: 'contacts and halt flag',
  trigger: 'a contact open, or the halt word not 0',
  action: 'refuse the order; an open contact is an emergency',
  scope: 'desk',
  limits: {},
  reset: { emergency: '2P' },
  coolMs: 0,
  source: wired('control/gate, before every write to a socket'),
  check({ haltWord, openContacts }) {
    if (openContacts !== 0) return verdict('emergency', openContacts, 0);
    return haltWord === 0 ? null : verdict('refused', haltWord, 0);
  },
};
