import type { Level } from '../gpio/port.ts';
import type { EstopState } from './state.ts';

/** What lamps and buzzer show. All three lamps dark for over half a second means "failed". */
export interface Signals {
  readonly green: Level;
  readonly yellow: Level;
  readonly red: Level;
  readonly buzzer: Level;
}

type Latch = Pick<EstopState, 'cause' | 'trippedAtUs' | 'isFaulted' | 'isAcknowledged'>;

const YELLOW_HALF_US = 500_000;
const RED_HALF_US = 250_000;
const BEEP_US = 150_000;
const BEEPS = 3;
/** From the trip to the continuous tone: three beeps, each with its silence, and a rest. */
const TONE_AFTER_US = 1_000_000;

/**
 * Signals as a function of the latch and the time, so that they are right again after any restart.
 * Colours after IEC 60204-1 10.3. Green steady: armed. Yellow at 1 Hz: degraded or manual. Red at
 * 2 Hz: tripped and nobody has acknowledged it. Red steady: acknowledged and latched. Red and
 * yellow by turns: fault. Buzzer: three beeps, then a tone until somebody acknowledges.
 *
 * @param isDegraded whether the desk is in manual, or less than sound
 */
export function signalsAt(latch: Latch, isDegraded: boolean, atUs: number): Signals {
  const buzzer = buzzerAt(latch, atUs);
  if (latch.isFaulted) {
    const red = squareWave(atUs, YELLOW_HALF_US);
    return { green: 0, yellow: red === 1 ? 0 : 1, red, buzzer };
  }
  if (latch.cause !== null) {
    const red = latch.isAcknowledged ? 1 : squareWave(atUs, RED_HALF_US);
    return { green: 0, yellow: 0, red, buzzer };
  }
  if (isDegraded) return { green: 0, yellow: squareWave(atUs, YELLOW_HALF_US), red: 0, buzzer };
  return { green: 1, yellow: 0, red: 0, buzzer };
}

function buzzerAt(latch: Latch, atUs: number): Level {
  if (latch.cause === null || latch.isAcknowledged) return 0;
  const sinceUs = atUs - latch.trippedAtUs;
  if (sinceUs >= TONE_AFTER_US) return 1;
  return sinceUs < 2 * BEEPS * BEEP_US ? squareWave(sinceUs, BEEP_US) : 0;
}

/** 1 in the first half of each period. */
function squareWave(atUs: number, halfUs: number): Level {
  return Math.floor(atUs / halfUs) % 2 === 0 ? 1 : 0;
}
