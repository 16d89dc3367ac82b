/** How far ahead a move counts: the time that quotes which are pulled too late stay in its way. */
export const HORIZON_SAMPLES = 10;
/** A move of so many of the usual ones is stress … */
const USUAL_MOVES = 3;
/** … if it is worth anything: less than this is the spread of an ordinary market. */
const STRESS_BPS_MIN = 3;
/** Stress that pauses for no longer than this is the same stress. */
const JOIN_SAMPLES = 5;

/** A stretch of samples at each of which a large move lies ahead. Both ends are in it. */
export interface StressInterval {
  readonly first: number;
  readonly last: number;
}

/**
 * The largest move away from the price at a sample within the horizon, in basis points; 0 at the
 * end, where nothing is known of what comes.
 *
 * @param mids prices above 0, one a sample
 */
export function forwardMoves(mids: Float64Array): Float64Array {
  return Float64Array.from(mids, (mid, at) => {
    let most = 0;
    const end = Math.min(at + HORIZON_SAMPLES, mids.length - 1);
    for (let ahead = at + 1; ahead <= end; ahead += 1) {
      most = Math.max(most, Math.abs((mids[ahead] as number) / mid - 1));
    }
    return 10_000 * most;
  });
}

/**
 * The stress of a recording by its own hindsight: where the move within the horizon is at least
 * three times the median one of the recording, and at least 3 bps. Who quotes there is run over.
 */
export function stressIntervals(moves: Float64Array): StressInterval[] {
  const sorted = Float64Array.from(moves).sort();
  const usual = sorted[sorted.length >> 1] ?? 0;
  const limit = Math.max(USUAL_MOVES * usual, STRESS_BPS_MIN);
  const intervals: { first: number; last: number }[] = [];
  moves.forEach((move, at) => {
    if (move < limit) return;
    const before = intervals.at(-1);
    if (before !== undefined && at - before.last <= JOIN_SAMPLES) before.last = at;
    else intervals.push({ first: at, last: at });
  });
  return intervals;
}
