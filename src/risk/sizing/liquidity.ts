import { err, ok, type Result } from '../../core/result.ts';
import { keptAfter } from '../../math/statistics/fading.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';

/** How a position would be closed without moving the market. */
export interface Liquidation {
  /** Volume of a period that others trade, in quote currency. */
  readonly volume: number;
  /** Share of the whole volume that we may be, above 0 and below 1. */
  readonly participation: number;
  /** Periods that closing may take, above 0. */
  readonly horizon: number;
}

/**
 * The largest position that can be closed in time: at a share ρ of all volume we trade ρ/(1 − ρ) of
 * what the others do.
 *
 * @returns notional in quote currency; 0 in a market where nobody trades
 */
export function liquidSize(how: Liquidation): Result<number, OutOfRange> {
  const fault = liquidationFault(how);
  return fault === null ? ok(paceOf(how) * how.horizon) : err(fault);
}

/**
 * The value at risk of a position that cannot be closed at once: that of one period times the root
 * of the periods that closing takes, at least one.
 *
 * @param valueAtRisk of one period
 * @returns infinite where nobody trades, unless nothing is held
 */
export function liquidityAdjusted(
  valueAtRisk: number,
  notional: number,
  how: Liquidation,
): Result<number, OutOfRange> {
  const fault = liquidationFault(how);
  if (fault !== null) return err(fault);
  if (notional === 0) return ok(valueAtRisk);
  return ok(valueAtRisk * Math.sqrt(Math.max(1, Math.abs(notional) / paceOf(how))));
}

/** What can be closed in a period. */
function paceOf({ volume, participation }: Liquidation): number {
  return (volume * participation) / (1 - participation);
}

function liquidationFault({ volume, participation, horizon }: Liquidation): OutOfRange | null {
  if (!(volume >= 0 && volume < Number.POSITIVE_INFINITY)) {
    return { kind: 'out-of-range', name: 'volume', found: volume, wanted: 'finite, at least 0' };
  }
  if (!(participation > 0 && participation < 1)) {
    const wanted = 'above 0 and below 1';
    return { kind: 'out-of-range', name: 'participation', found: participation, wanted };
  }
  if (horizon > 0 && horizon < Number.POSITIVE_INFINITY) return null;
  return { kind: 'out-of-range', name: 'horizon', found: horizon, wanted: 'above 0, finite' };
}

/** Volume of the last hour or so weighs most. */
const VOLUME_HALF_LIFE_MINUTES = 60;
/** Minutes before it is known how much trades. */
const VOLUME_MINUTES_MIN = 5;

/**
 * What a market trades in a minute, from a counter that only ever rises: an exponentially weighted
 * mean. A counter that fell was begun anew, and that minute says nothing.
 */
export class VolumeMeter {
  #last = Number.NaN;
  #weight = 0;
  #sum = 0;

  /** @param counted lots traded so far @param minutes since it was counted last, above 0 */
  take(counted: number, minutes: number): void {
    const traded = counted - this.#last;
    this.#last = counted;
    if (!(traded >= 0)) return;
    const keep = keptAfter(minutes, VOLUME_HALF_LIFE_MINUTES);
    this.#weight = this.#weight * keep + minutes;
    this.#sum = this.#sum * keep + traded;
  }

  /** Lots a minute; NaN before it is known. */
  get lotsAMinute(): number {
    return this.#weight < VOLUME_MINUTES_MIN ? Number.NaN : this.#sum / this.#weight;
  }
}
